#include "lib/exec/open_loop.h"

#include <errno.h>
#include <math.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/host/clock.h"

const char *const cb_arrival_names[] = { "const", "poisson", NULL };

/* The salt keeps a workload that draws from the same seed and unit from meeting these numbers again. */
#define ARRIVAL_SALT UINT64_C(0x6172726976616c73)

/* Exponential, of mean 1: the inverse of its distribution at a number in (0, 1] of the unit's own. */
static double exponential(uint64_t seed, uint64_t unit)
{
	return -log((double)((cb_unit_random(seed ^ ARRIVAL_SALT, unit) >> 11) + 1) * 0x1p-53);
}

static void fill_poisson(double gap_ns, uint64_t seed, uint64_t units, uint64_t *at_ns)
{
	double sum = 0, at = 0, scale;

	for (uint64_t unit = 0; unit <= units; unit++)
		sum += exponential(seed, unit);
	scale = gap_ns * (double)units / sum;
	for (uint64_t unit = 0; unit < units; unit++) {
		at += exponential(seed, unit);
		at_ns[unit] = (uint64_t)(at * scale);
	}
}

void cb_arrivals_fill(const struct cb_open_loop *open, uint64_t seed, uint64_t units, uint64_t *at_ns)
{
	double gap_ns = 1e9 / open->rate_per_s;

	if (open->arrival == CB_ARRIVAL_POISSON) {
		fill_poisson(gap_ns, seed, units, at_ns);
		return;
	}
	for (uint64_t unit = 0; unit < units; unit++)
		at_ns[unit] = (uint64_t)((double)unit * gap_ns);
}

/* Shared, so that a fork does not copy its page tables. */
int cb_arrivals_make(const struct cb_sample_spec *spec, struct cb_control *control, struct cb_error *err)
{
	uint64_t *at_ns;

	if (!cb_is_open(&spec->open))
		return 0;
	at_ns = spec->units > CB_OPEN_UNITS_MAX
			? MAP_FAILED
			: mmap(NULL, spec->units * sizeof *at_ns, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at_ns == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "no memory for the arrival times of %llu units",
			(unsigned long long)spec->units);
	cb_arrivals_fill(&spec->open, spec->seed, spec->units, at_ns);
	control->arrival_ns = at_ns;
	return 0;
}

static struct cb_histogram *service_of(const struct cb_loop *loop, struct cb_control *control)
{
	return &control->histograms[loop->spec->shape.workers + loop->worker->index];
}

void cb_open_loop_clear(const struct cb_loop *loop, struct cb_control *control)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE) / sizeof *control->arrival_ns;

	if (!cb_is_open(&loop->spec->open))
		return;
	memset(service_of(loop, control), 0, sizeof *service_of(loop, control));
	for (uint64_t unit = 0; unit < loop->spec->units; unit += page)
		(void)*(const volatile uint64_t *)&control->arrival_ns[unit];
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Waits for a unit that arrives at due_ns. Returns the time. */
static uint64_t await_arrival(struct cb_slot *slot, uint64_t due_ns)
{
	uint64_t now = cb_now_ns();

	if (now >= due_ns)
		return now;
	sleep_until(due_ns);
	now = cb_now_ns();
	slot->open.waits++;
	slot->open.wake_late_ns += now - due_ns;
	return now;
}

int cb_open_loop_run(struct cb_loop *loop, struct cb_control *control, struct cb_slot *slot)
{
	int (*const run)(
		struct cb_worker *, uint64_t, uint64_t, struct cb_error *) = loop->spec->workload->run;
	const uint64_t units = loop->spec->units,
		       epoch_ns = control->epoch_ns, *const arrival_ns = control->arrival_ns;
	const uint64_t last_due_ns = epoch_ns + arrival_ns[units - 1];
	struct cb_histogram *service = service_of(loop, control), *response = loop->histogram;
	uint64_t unit, due_ns, from_ns;
	int r;

	loop->end_ns = slot->start_ns;
	while ((unit = atomic_fetch_add_explicit(loop->ticket, 1, memory_order_relaxed)) < units) {
		due_ns = epoch_ns + arrival_ns[unit];
		from_ns = await_arrival(slot, due_ns);
		slot->open.backlog += unit + 1 < units && from_ns > last_due_ns;
		r = run(loop->worker, unit, 1, loop->err);
		if (r)
			return r;
		loop->end_ns = cb_now_ns();
		cb_histogram_add(service, loop->end_ns - from_ns);
		cb_histogram_add(response, loop->end_ns - due_ns);
		loop->batches = ++loop->units;
		atomic_store_explicit(loop->progress, loop->units, memory_order_relaxed);
	}
	return 0;
}
