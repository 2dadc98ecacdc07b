#include "lib/exec/dispatch.h"

#include "lib/host/clock.h"

/*
 * An automatic batch grows towards this much work: taking a ticket (some 10 ns, contended) and one clock
 * reading then cost far below 1 %, and the last batches of all workers end within 20 us of each other.
 */
#define BATCH_TARGET_NS 20000u
/* Nor does it exceed this share of a worker's part, so that a sample of few units stays balanced. */
#define BATCHES_MIN 16u

uint64_t cb_static_first(uint64_t units, unsigned index, unsigned count)
{
	uint64_t rest = units % count;

	return units / count * index + (index < rest ? index : rest);
}

void cb_loop_init(struct cb_loop *loop, const struct cb_sample_spec *spec, struct cb_control *control,
	struct cb_worker *worker, struct cb_slot *slot)
{
	uint64_t share = spec->units / worker->count / BATCHES_MIN;
	uint64_t given = spec->batch < spec->units ? spec->batch
						   : spec->units; /* else tickets would wrap around */
	const struct cb_dispatch_row *row = cb_dispatch_of(spec);

	*loop = (struct cb_loop){
		.spec = spec,
		.worker = worker,
		.slot = slot,
		.row = row,
		.take = row->take,
		.call = row->call,
		.queue = control->queue,
		.ticket = &control->ticket,
		.progress = &slot->progress,
		.err = &slot->error,
		.next = cb_static_first(spec->units, worker->index, worker->count),
		.end = cb_static_first(spec->units, worker->index + 1, worker->count),
		.batch = given ? given : 1,
		.batch_max = share ? share : 1,
		.automatic = !spec->batch && !row->singly,
		.timing_left = 1,
	};
	if (spec->timing != CB_TIMING_NONE && control->histograms)
		loop->histogram = &control->histograms[worker->index];
}

int cb_loop_join(struct cb_loop *loop, struct cb_error *err)
{
	return loop->row->join ? loop->row->join(loop, err) : 0;
}

void cb_loop_leave(struct cb_loop *loop)
{
	if (loop->row->leave)
		loop->row->leave(loop);
}

uint64_t cb_take_static(struct cb_loop *loop, uint64_t *ret_first)
{
	uint64_t left = loop->end - loop->next;

	*ret_first = loop->next;
	left = left < loop->batch ? left : loop->batch;
	loop->next += left;
	return left;
}

uint64_t cb_take_shared(struct cb_loop *loop, uint64_t *ret_first)
{
	uint64_t left;

	*ret_first = atomic_fetch_add_explicit(loop->ticket, loop->batch, memory_order_relaxed);
	if (*ret_first >= loop->spec->units)
		return 0;
	left = loop->spec->units - *ret_first;
	return left < loop->batch ? left : loop->batch;
}

int cb_loop_call(struct cb_loop *loop, uint64_t first, uint64_t n)
{
	if (loop->call)
		return loop->call(loop, first, n);
	return loop->spec->workload->run(loop->worker, first, n, loop->err);
}

/* Every unit on its own between two clock readings, the first of which is from_ns. */
static int run_each(struct cb_loop *loop, uint64_t first, uint64_t n, uint64_t from_ns)
{
	uint64_t now, last = from_ns;
	int r;

	for (uint64_t i = 0; i < n; i++) {
		r = cb_loop_call(loop, first + i, 1);
		if (r)
			return r;
		now = cb_now_ns();
		cb_histogram_add(loop->histogram, now - last);
		last = now;
	}
	loop->last_ns = last;
	return 0;
}

/* The first unit on its own, the others untimed. */
static int run_first_timed(struct cb_loop *loop, uint64_t first, uint64_t n)
{
	int r = run_each(loop, first, 1, cb_now_ns());

	loop->timing_left = loop->spec->timing_every;
	return r || n == 1 ? r : cb_loop_call(loop, first + 1, n - 1);
}

static int run_batch(struct cb_loop *loop, uint64_t first, uint64_t n)
{
	if (loop->histogram) {
		if (loop->spec->timing == CB_TIMING_EACH)
			return run_each(loop, first, n, loop->automatic ? loop->end_ns : cb_now_ns());
		if (!--loop->timing_left)
			return run_first_timed(loop, first, n);
	}
	return cb_loop_call(loop, first, n);
}

/* After n units that took ns: at most doubles, shrinks at once. */
static void adapt(struct cb_loop *loop, uint64_t n, uint64_t ns)
{
	uint64_t ideal = ns ? (uint64_t)((double)n * BATCH_TARGET_NS / (double)ns) : n * 2;

	if (ideal > n * 2)
		ideal = n * 2;
	if (ideal > loop->batch_max)
		ideal = loop->batch_max;
	loop->batch = ideal ? ideal : 1;
}

/*
 * Fixed batches of the shared counter, none timed. It is what handing out a unit costs at least, so all that
 * the loop reads stays in registers: through struct cb_loop a unit of null took a third longer.
 */
static int run_tickets(struct cb_loop *loop)
{
	int (*const run)(
		struct cb_worker *, uint64_t, uint64_t, struct cb_error *) = loop->spec->workload->run;
	const uint64_t units = loop->spec->units, batch = loop->batch;
	_Atomic uint64_t *const ticket = loop->ticket, *const progress = loop->progress;
	uint64_t first, n, done = 0, batches = 0;
	int r = 0;

	while ((first = atomic_fetch_add_explicit(ticket, batch, memory_order_relaxed)) < units) {
		n = units - first < batch ? units - first : batch;
		r = run(loop->worker, first, n, loop->err);
		if (r)
			break;
		done += n;
		batches++;
		atomic_store_explicit(progress, done, memory_order_relaxed);
	}
	loop->units = done;
	loop->batches = batches;
	loop->end_ns = cb_now_ns();
	return r;
}

/* Batches of a given size: no clock but that of timed units. */
static int run_fixed(struct cb_loop *loop)
{
	uint64_t first, n;
	int r;

	if (loop->take == cb_take_shared && !loop->call && !loop->histogram)
		return run_tickets(loop);
	while ((n = loop->take(loop, &first))) {
		r = run_batch(loop, first, n);
		if (r)
			return r;
		loop->units += n;
		loop->batches++;
		atomic_store_explicit(loop->progress, loop->units, memory_order_relaxed);
	}
	loop->end_ns = loop->idle_ns ? loop->idle_ns : cb_now_ns();
	return 0;
}

static int run_automatic(struct cb_loop *loop)
{
	uint64_t first, n, before;
	int r;

	while ((n = loop->take(loop, &first))) {
		before = loop->end_ns;
		r = run_batch(loop, first, n);
		if (r)
			return r;
		loop->end_ns = loop->histogram && loop->spec->timing == CB_TIMING_EACH ? loop->last_ns
										       : cb_now_ns();
		loop->units += n;
		loop->batches++;
		atomic_store_explicit(loop->progress, loop->units, memory_order_relaxed);
		adapt(loop, n, loop->end_ns - before);
	}
	return 0;
}

int cb_loop_run(struct cb_loop *loop, uint64_t start_ns)
{
	loop->end_ns = start_ns;
	return loop->automatic ? run_automatic(loop) : run_fixed(loop);
}
