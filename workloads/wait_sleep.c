/*
 * wait_sleep: waits for a timer and does nothing else; it scales with workers, whatever the CPUs, until
 * waking them up costs more than they wait. How late the timer was is its metric. 10 ms give 20 waves in a
 * sample of the default length.
 */
#include "lib/workload.h"

struct sleep_params {
	uint64_t duration_ns;
};

enum { METRIC_OVERSHOOT };

static int sleep_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct sleep_params *p = w->params;

	for (uint64_t unit = first; unit < first + n; unit++) {
		uint64_t start_ns = w->io->now_ns(), waited_ns;
		int rc = w->io->sleep_ns(p->duration_ns);

		if (rc < 0)
			return cb_error_set(err, rc, "cannot sleep: %s", strerror(-rc));
		waited_ns = w->io->now_ns() - start_ns;
		if (waited_ns < p->duration_ns)
			return cb_error_set(err, -EPROTO, "slept for %llu ns instead of %llu ns",
				(unsigned long long)waited_ns, (unsigned long long)p->duration_ns);
		w->metric[METRIC_OVERSHOOT] += (double)(waited_ns - p->duration_ns);
		w->digest += cb_units_digest(unit, 1);
	}
	return 0;
}

static const struct cb_param sleep_table[] = {
	{ "duration", CB_PARAM_DURATION, "", "10ms", 0, 60e9, NULL, "how long a unit waits",
		offsetof(struct sleep_params, duration_ns) },
	{ .name = NULL },
};

static const struct cb_metric sleep_metrics[] = {
	[METRIC_OVERSHOOT] = { "overshoot_ns", "ns", CB_MERGE_PER_UNIT, 0, 1,
		"mean time that a wait took longer than asked for" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_wait_sleep = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "wait_sleep",
	.summary = "timer waits: work that needs workers, not CPUs",
	.unit = "wait",
	.version = 1,
	.class = CB_CLASS_WAIT,
	.caps = CB_CAN_BLOCKING | CB_CAN_ASYNC | CB_CAN_DISPATCHES,
	.params = sleep_table,
	.metrics = sleep_metrics,
	.params_size = sizeof(struct sleep_params),
	.run = sleep_run,
	.expect = cb_expect_units,
};
