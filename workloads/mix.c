/*
 * mix: each unit computes, then waits: io_share= is the share of the wait. Swept from 0 to 100 it draws the
 * crossover between work that wants cores and work that wants concurrency.
 *
 * Computing is a number of steps, found once a group, and never "until the clock says": that would scale on
 * one CPU. A step is x = MUL * x + ADD, which depends on the one before; n of them are one such step with
 * other constants, so every unit's result is checked, at the price of one more step. The digest does not
 * depend on n, which differs from host to host.
 */
#include <time.h>

#include "lib/workload.h"

#define NS_PER_S UINT64_C(1000000000)
/* Of the 64-bit generator in Knuth, "The Art of Computer Programming", vol. 2, 3.3.4, table 1, line 26. */
#define MUL UINT64_C(6364136223846793005)
#define ADD UINT64_C(1442695040888963407)

#define TRIALS   15u
#define TRIAL_NS 2000000u /* that long is a trial: short enough to be often undisturbed */

struct mix_params {
	uint64_t duration_ns;
	uint64_t io_share_pct;
};

/* From prepare: how much a unit computes, and what that makes of x: jump_mul * x + jump_add. */
struct mix_work {
	uint64_t steps, jump_mul, jump_add;
	double ns_per_step;
};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t compute(uint64_t x, uint64_t steps)
{
	for (uint64_t i = 0; i < steps; i++) {
		x = MUL * x + ADD;
		__asm__ volatile("" : "+r"(x)); /* each step by itself, in a register */
	}
	return x;
}

/* Time of one step: of many trials the shortest, as whatever disturbs one makes it longer. */
static double measure_step_ns(void)
{
	uint64_t steps = 1000, from, ns = 0;
	double least = 1e9;

	while (ns < TRIAL_NS) {
		steps *= 2;
		from = clock_ns();
		compute(from, steps);
		ns = clock_ns() - from;
	}
	for (unsigned i = 0; i < TRIALS; i++) {
		from = clock_ns();
		compute(from, steps);
		ns = clock_ns() - from;
		least = (double)ns / (double)steps < least ? (double)ns / (double)steps : least;
	}
	return least;
}

/* n steps as one, by squaring: doing (m, a) twice is (m * m, m * a + a). */
static void set_jump(struct mix_work *work)
{
	uint64_t mul = MUL, add = ADD;

	work->jump_mul = 1;
	work->jump_add = 0;
	for (uint64_t n = work->steps; n; n >>= 1) {
		if (n & 1) {
			work->jump_mul *= mul;
			work->jump_add = work->jump_add * mul + add;
		}
		add = mul * add + add;
		mul *= mul;
	}
}

static uint64_t wait_ns(const struct mix_params *p)
{
	return (uint64_t)((double)p->duration_ns / 100 * (double)p->io_share_pct);
}

static int mix_prepare(struct cb_setup *s, void **ret_prepared, struct cb_error *err)
{
	const struct mix_params *p = s->params;
	struct mix_work *work = s->alloc(s, sizeof *work);

	if (!work)
		return cb_error_set(err, -ENOMEM, "no memory");
	work->ns_per_step = measure_step_ns();
	work->steps = (uint64_t)((double)(p->duration_ns - wait_ns(p)) / work->ns_per_step);
	set_jump(work);
	*ret_prepared = work;
	return 0;
}

static int mix_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct mix_work *work = s->prepared;

	(void)ret_shared;
	(void)err;
	s->note_number(s, "steps", (double)work->steps);
	s->note_number(s, "ns_per_step", work->ns_per_step);
	return 0;
}

enum { METRIC_COMPUTE, METRIC_WAIT };

static int mix_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct mix_work *work = w->prepared;
	uint64_t sleep_ns = wait_ns(w->params), from, between;

	for (uint64_t unit = first; unit < first + n; unit++) {
		uint64_t x = cb_unit_random(w->seed, unit), result;
		int rc;

		from = w->io->now_ns();
		result = compute(x, work->steps);
		between = w->io->now_ns();
		if (result != work->jump_mul * x + work->jump_add)
			return cb_error_set(err, -EPROTO, "%llu steps gave a wrong result",
				(unsigned long long)work->steps);
		rc = sleep_ns ? w->io->sleep_ns(sleep_ns) : 0;
		if (rc < 0)
			return cb_error_set(err, rc, "cannot sleep: %s", strerror(-rc));
		w->metric[METRIC_COMPUTE] += (double)(between - from);
		w->metric[METRIC_WAIT] += (double)(w->io->now_ns() - between);
		w->digest += x;
	}
	return 0;
}

static uint64_t mix_expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	uint64_t sum = 0;

	(void)params;
	(void)prepared;
	for (uint64_t unit = 0; unit < units; unit++)
		sum += cb_unit_random(seed, unit);
	return sum;
}

static const struct cb_param mix_table[] = {
	{ "duration", CB_PARAM_DURATION, "", "1ms", 1e4, 60e9, NULL,
		"how long a unit takes when it is alone, computing and waiting",
		offsetof(struct mix_params, duration_ns) },
	{ "io_share", CB_PARAM_U64, "%", "50", 0, 100, NULL, "share of the duration that it waits",
		offsetof(struct mix_params, io_share_pct) },
	{ .name = NULL },
};

static const struct cb_metric mix_metrics[] = {
	[METRIC_COMPUTE] = { "compute_ns", "ns", CB_MERGE_PER_UNIT, 0, 1,
		"mean time from a unit's first step to its last, with what it queued for a CPU meanwhile" },
	[METRIC_WAIT] = { "wait_ns", "ns", CB_MERGE_PER_UNIT, 0, 1,
		"mean time a unit waited, until it had a CPU again" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_mix = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "mix",
	.summary = "computing, then waiting: what wants cores and what wants concurrency",
	.unit = "computing and wait",
	.version = 1,
	.class = CB_CLASS_MIXED,
	.caps = CB_CAN_BLOCKING | CB_CAN_ASYNC | CB_CAN_DISPATCHES,
	.params = mix_table,
	.metrics = mix_metrics,
	.params_size = sizeof(struct mix_params),
	.prepare = mix_prepare,
	.setup = mix_setup,
	.run = mix_run,
	.expect = mix_expect,
};
