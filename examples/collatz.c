/*
 * collatz: a plugin for concbench, the smallest that shows all that is usual: parameters, a digest with its
 * oracle, a metric. A unit follows the Collatz sequence of one number to 1.
 *
 *	make                                 # needs concbench.pc: PKG_CONFIG_PATH=PREFIX/lib/pkgconfig
 *	concbench run --plugin=./collatz.so collatz:from=1000000
 */
#include <concbench/workload.h>

struct collatz_params {
	uint64_t from;
};

/* Steps from n to 1. */
static uint64_t steps(uint64_t n)
{
	uint64_t count = 0;

	for (; n > 1; count++)
		n = n % 2 ? 3 * n + 1 : n / 2;
	return count;
}

/* What a unit adds to the digest: it depends on the work, and on which unit it was. */
static uint64_t unit_digest(const struct collatz_params *p, uint64_t unit, uint64_t *ret_steps)
{
	/* Warm-up's units have numbers of their own, far above a sample's. */
	*ret_steps = steps(p->from + unit % CB_WARMUP_UNIT);
	return cb_unit_random(*ret_steps, unit);
}

static int collatz_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	uint64_t one;

	(void)err;
	for (uint64_t unit = first; unit < first + n; unit++) {
		w->digest += unit_digest(w->params, unit, &one);
		w->metric[0] += (double)one;
	}
	return 0;
}

static const struct cb_param collatz_table[] = {
	{ "from", CB_PARAM_U64, "", "1000000", 1, 1e9, NULL, "unit 0 starts here, the next ones behind it",
		offsetof(struct collatz_params, from) },
	{ .name = NULL },
};

static const struct cb_metric collatz_metrics[] = {
	{ "steps_per_unit", "", CB_MERGE_PER_UNIT, 0, 0, "length of a sequence" },
	{ .name = NULL },
};

static const struct cb_workload cb_workload_collatz = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "collatz",
	.summary = "Collatz sequences: integer arithmetic with branches that nobody can foresee",
	.unit = "sequence",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = collatz_table,
	.metrics = collatz_metrics,
	.params_size = sizeof(struct collatz_params),
	.run = collatz_run,
};

CB_PLUGIN(&cb_workload_collatz);
