/*
 * ipc_queue: items through a bounded blocking queue in shared memory (lib/workload_queue.h), from a worker to
 * its partner. No system call is made while both keep pace; who waits spins for a while where all have a CPU
 * of their own, then sleeps.
 *
 * An item carries its unit's number, and stamps made of it every 4 KiB and in its last word; the partner
 * checks them and counts the numbers, and answers a round trip with another number, so that no echo passes. A
 * unit of pattern=stream ends when its item is in the queue: what is still in there when the workers end is
 * the metric under_way_pct, and whether all of it arrived is checked in verify.
 *
 * The last worker to leave closes the queues, which ends the partners. Who has waited for long looks whether
 * anybody is left at the other end.
 */
#include "lib/workload.h"
#include "lib/workload_queue.h"
#include <sched.h>
#include <stdlib.h>

#define LINE        256u
#define STRIDE      (4096u / sizeof(uint64_t)) /* words from stamp to stamp */
#define PATIENCE_NS 100000000u                 /* until who waits looks for the other side */

enum { ROUNDTRIP, STREAM };
enum { EACH, ONE };
enum { WORKER, PARTNER, SIDES };
enum { THERE, BACK, WAYS };

struct queue_params {
	unsigned pattern, partner, share;
	uint64_t size, capacity;
};

/* A worker and its partner. */
struct pair {
	struct cb_queue *queue[WAYS]; /* setup's; share=one: the same for all; BACK: for round trips */
	_Alignas(LINE) _Atomic unsigned place[SIDES]; /* numbers in queue[THERE], plus 1; 0: not yet there */
	_Atomic int cpu[SIDES];                       /* the one it is pinned to, -1: to none */
	_Alignas(LINE) uint64_t units, digest;        /* the partner's: of what it got, without warm-up */
};

struct all {
	_Atomic unsigned seated, leaving;
	struct pair pair[];
};

/* A side's own. */
struct end {
	unsigned user[WAYS];
	size_t words;
	uint64_t item[];
};

static struct pair *pair_of(const struct cb_worker *w)
{
	return ((struct all *)w->shared)->pair + w->index;
}

/* ---- setting up ------------------------------------------------------------------------------ */

static int queue_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct queue_params *p = params;

	(void)env;
	if (p->share == ONE && p->pattern == ROUNDTRIP)
		return cb_error_set(
			err, -EINVAL, "share=one is for pattern=stream: an answer would reach any worker");
	if (p->size % sizeof(uint64_t))
		return cb_error_set(
			err, -EINVAL, "size=%llu is no multiple of 8 bytes", (unsigned long long)p->size);
	return 0;
}

static uint64_t queue_footprint(const void *params, const struct cb_env *env)
{
	const struct queue_params *p = params;
	uint64_t one = cb_queue_bytes(p->capacity, p->size, 2), ends = 2 * p->size;

	return p->share == ONE ? one + env->workers * ends : env->workers * (WAYS * one + ends);
}

static struct cb_queue *make_queue(struct cb_setup *s, unsigned users, struct cb_error *err)
{
	const struct queue_params *p = s->params;
	struct cb_queue *q = s->alloc(s, cb_queue_bytes(p->capacity, p->size, users));
	int r = q ? cb_queue_init(q, p->capacity, p->size, users, 0) : -ENOMEM;

	if (!r)
		return q;
	cb_error_set(err, r, "cannot make a queue of %llu items: %s", (unsigned long long)p->capacity,
		strerror(-r));
	return NULL;
}

static int queue_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct queue_params *p = s->params;
	unsigned workers = s->env->workers, ways = p->pattern == ROUNDTRIP ? WAYS : 1;
	struct all *all = s->alloc(s, sizeof *all + workers * sizeof all->pair[0]);

	if (!all)
		return cb_error_set(err, -ENOMEM, "no memory for %u workers", workers);
	for (unsigned i = 0; i < workers; i++)
		for (unsigned way = 0; way < ways; way++) {
			struct cb_queue **q = &all->pair[i].queue[way];

			*q = p->share == ONE && i ? all->pair[0].queue[way]
						  : make_queue(s, p->share == ONE ? 2 * workers : 2, err);
			if (!*q)
				return err->code;
		}
	*ret_shared = all;
	return 0;
}

/* Waiting may spin once all are known to have a CPU of their own. The last to take its seat looks. */
static void take_seat(const struct cb_worker *w, int side)
{
	struct all *all = w->shared;
	cpu_set_t own, taken;

	CPU_ZERO(&taken);
	pair_of(w)->cpu[side] = -1;
	if (!sched_getaffinity(0, sizeof own, &own) && CPU_COUNT(&own) == 1)
		pair_of(w)->cpu[side] = sched_getcpu();
	if (atomic_fetch_add(&all->seated, 1) + 1 < SIDES * w->count)
		return;
	for (unsigned i = 0; i < SIDES * w->count; i++) {
		int cpu = all->pair[i / SIDES].cpu[i % SIDES];

		if (cpu < 0 || CPU_ISSET(cpu, &taken))
			return;
		CPU_SET(cpu, &taken);
	}
	for (unsigned i = 0; i < w->count; i++)
		for (unsigned way = 0; way < WAYS && all->pair[i].queue[way]; way++)
			all->pair[i].queue[way]->spins = CB_QUEUE_SPINS;
}

static int come(struct cb_worker *w, int side, struct end **ret, struct cb_error *err)
{
	const struct queue_params *p = w->params;
	struct pair *pair = pair_of(w);
	struct end *end = calloc(1, sizeof *end + p->size);

	if (!end)
		return cb_error_set(err, -ENOMEM, "no memory for an item");
	end->words = p->size / sizeof end->item[0];
	for (unsigned way = 0; way < WAYS && pair->queue[way]; way++) {
		int user = cb_queue_attach(pair->queue[way], SIDES * w->index + (unsigned)side);

		if (user < 0) {
			free(end);
			return cb_error_set(err, user, "cannot attach to a queue: %s", strerror(-user));
		}
		end->user[way] = (unsigned)user;
	}
	pair->place[side] = end->user[THERE] + 1;
	take_seat(w, side);
	*ret = end;
	return 0;
}

static void leave(struct cb_worker *w, struct end *end)
{
	for (unsigned way = 0; way < WAYS && pair_of(w)->queue[way]; way++)
		cb_queue_detach(pair_of(w)->queue[way], end->user[way]);
	free(end);
}

/* ---- items ----------------------------------------------------------------------------------- */

static void stamp(struct end *end, uint64_t number)
{
	for (size_t i = STRIDE; i < end->words; i += STRIDE)
		end->item[i] = cb_mix64(number + i);
	end->item[end->words - 1] = cb_mix64(number);
	end->item[0] = number;
}

static bool is_stamped(const struct end *end, uint64_t number)
{
	bool same = end->words == 1 || end->item[end->words - 1] == cb_mix64(number);

	for (size_t i = STRIDE; i + 1 < end->words && same; i += STRIDE)
		same = end->item[i] == cb_mix64(number + i);
	return same && end->item[0] == number;
}

/* Nobody is left of that side, as far as this worker or partner has to do with it. */
static bool all_gone(const struct cb_worker *w, int side)
{
	const struct queue_params *p = w->params;
	struct pair *pairs = ((struct all *)w->shared)->pair;
	unsigned first = p->share == ONE ? 0 : w->index, n = p->share == ONE ? w->count : 1;

	for (unsigned i = first; i < first + n; i++)
		if (!pairs[i].place[side] || !cb_queue_gone(pairs[i].queue[THERE], pairs[i].place[side] - 1))
			return false;
	return true;
}

/* Puts (from WORKER there, from PARTNER back) or gets. -EPIPE: closed, or the other side is gone. */
static int pass(struct cb_worker *w, struct end *end, int way, int side)
{
	struct cb_queue *q = pair_of(w)->queue[way];
	int r;

	do
		r = way == side ? cb_queue_put(q, end->user[way], end->item, PATIENCE_NS)
				: cb_queue_get(q, end->user[way], end->item, PATIENCE_NS);
	while (r == -ETIMEDOUT && !all_gone(w, !side));
	return r == -ETIMEDOUT ? -ECONNRESET : r;
}

/* ---- hooks ----------------------------------------------------------------------------------- */

enum { METRIC_BYTES, METRIC_TRIPS, METRIC_ITEMS, METRIC_UNDER_WAY };

static int queue_worker_init(struct cb_worker *w, struct cb_error *err)
{
	struct end *end;
	int r = come(w, WORKER, &end, err);

	if (!r)
		w->state = end;
	return r;
}

static int queue_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct queue_params *p = w->params;
	bool answered = p->pattern == ROUNDTRIP;
	struct end *end = w->state;

	for (uint64_t unit = first; unit < first + n; unit++) {
		int r;

		stamp(end, unit);
		r = pass(w, end, THERE, WORKER);
		if (!r && answered)
			r = pass(w, end, BACK, WORKER);
		if (r)
			return cb_error_set(err, r, "the partner is gone: %s", strerror(-r));
		if (answered && !is_stamped(end, ~unit))
			return cb_error_set(err, -EPROTO, "the answer to item %llu is not its answer",
				(unsigned long long)unit);
	}
	w->digest += cb_units_digest(first, n);
	w->metric[METRIC_BYTES] += (double)(n * p->size) * (answered ? 2 : 1);
	w->metric[answered ? METRIC_TRIPS : METRIC_ITEMS] += (double)n;
	w->metric[METRIC_UNDER_WAY] = (double)cb_queue_length(pair_of(w)->queue[THERE]) /
				      (p->share == ONE ? w->count : 1);
	return 0;
}

static int queue_partner(struct cb_worker *w, struct cb_error *err)
{
	struct pair *pair = pair_of(w);
	struct end *end;
	int r = come(w, PARTNER, &end, err);

	if (r)
		return r;
	while (!(r = pass(w, end, THERE, PARTNER))) {
		uint64_t unit = end->item[0];

		if (!is_stamped(end, unit)) {
			r = cb_error_set(err, -EPROTO, "an item arrived damaged");
			break;
		}
		if (unit < CB_WARMUP_UNIT) {
			pair->units++;
			pair->digest += cb_units_digest(unit, 1);
		}
		if (!pair->queue[BACK])
			continue;
		stamp(end, ~unit);
		r = pass(w, end, BACK, PARTNER);
		if (r)
			break;
	}
	leave(w, end);
	return r == -EPIPE ? 0 : cb_error_set(err, r, "the worker is gone: %s", strerror(-r));
}

static void queue_worker_fini(struct cb_worker *w)
{
	struct all *all = w->shared;
	bool last = atomic_fetch_add(&all->leaving, 1) + 1 == w->count;

	if (((const struct queue_params *)w->params)->share == EACH || last)
		cb_queue_close(pair_of(w)->queue[THERE]);
	leave(w, w->state);
}

static int queue_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct all *all = v->shared;
	uint64_t units = 0, digest = 0;

	for (unsigned i = 0; i < v->env->workers; i++) {
		units += all->pair[i].units;
		digest += all->pair[i].digest;
	}
	if (units == v->units && digest == cb_units_digest(0, units))
		return 0;
	return cb_error_set(err, -EIO, "%llu items were put and %llu arrived, or not the same ones",
		(unsigned long long)v->units, (unsigned long long)units);
}

static enum cb_partner_place queue_place(const void *params)
{
	return ((const struct queue_params *)params)->partner ? CB_PARTNER_SAME : CB_PARTNER_OTHER;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *const queue_patterns[] = { "roundtrip", "stream", NULL };
static const char *const queue_places[] = { "other", "same", NULL };
static const char *const queue_shares[] = { "each", "one", NULL };
static const struct cb_param queue_table[] = {
	{ "pattern", CB_PARAM_ENUM, "", "roundtrip", 0, 0, queue_patterns,
		"wait for the answer to each item, or put on", offsetof(struct queue_params, pattern) },
	{ "size", CB_PARAM_SIZE, "bytes", "64", 8, 16777216, NULL, "bytes of an item, a multiple of 8",
		offsetof(struct queue_params, size) },
	{ "capacity", CB_PARAM_U64, "items", "1024", 1, 1u << 20, NULL,
		"that a queue holds; the next power of two is taken",
		offsetof(struct queue_params, capacity) },
	{ "partner", CB_PARAM_ENUM, "", "other", 0, 0, queue_places,
		"CPU of a worker's partner: another one, or the worker's own",
		offsetof(struct queue_params, partner) },
	{ "share", CB_PARAM_ENUM, "", "each", 0, 0, queue_shares,
		"a queue for each worker and its partner, or one that all put into and all get from",
		offsetof(struct queue_params, share) },
	{ .name = NULL },
};

static const struct cb_metric queue_metrics[] = {
	[METRIC_BYTES] = { "gib_per_s", "GiB/s", CB_MERGE_PER_S, 0, 1.0 / (1 << 30),
		"items and answers together" },
	[METRIC_TRIPS] = { "roundtrip_ns", "ns", CB_MERGE_NS_PER, 0, 0,
		"pattern=roundtrip: an item and its answer" },
	[METRIC_ITEMS] = { "item_ns", "ns", CB_MERGE_NS_PER, 0, 0, "pattern=stream: makespan / items" },
	[METRIC_UNDER_WAY] = { "under_way_pct", "%", CB_MERGE_PER_UNIT, 0, 100,
		"pattern=stream: items still in the queue when their worker ended, of all" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_ipc_queue = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "ipc_queue",
	.summary = "items through a bounded blocking queue in shared memory, to a partner and back",
	.unit = "item",
	.version = 1,
	.class = CB_CLASS_IPC,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_WORKER,
	.params = queue_table,
	.metrics = queue_metrics,
	.params_size = sizeof(struct queue_params),
	.supported = queue_supported,
	.footprint = queue_footprint,
	.partner_place = queue_place,
	.setup = queue_setup,
	.worker_init = queue_worker_init,
	.run = queue_run,
	.partner = queue_partner,
	.expect = cb_expect_units,
	.verify = queue_verify,
	.worker_fini = queue_worker_fini,
};
