/*
 * null: units that do nothing, so that what is measured is the harness itself: taking a batch, calling run,
 * counting. A unit is one turn of an empty loop: without any cost of its own no number of units would fill
 * a sample. The digest tells whether every unit was handed out exactly once.
 */
#include "lib/workload.h"

CB_HOT static int null_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	(void)err;
	for (uint64_t i = 0; i < n; i++)
		__asm__ volatile(""); /* keeps the turn, costs nothing */
	w->digest += cb_units_digest(first, n);
	return 0;
}

const struct cb_workload cb_workload_null = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "null",
	.summary = "nothing: what the harness itself costs",
	.unit = "empty unit",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.run = null_run,
	.expect = cb_expect_units,
};
