/*
 * What bounds a cell. It is said from what was measured, never from what the workload declares; where the
 * numbers do not carry a verdict there is none. Used within lib/result only.
 */
#ifndef CB_RESULT_BOUND_H
#define CB_RESULT_BOUND_H

#include "lib/result/result.h"

/* Of a cell that has samples; memory is not told from the CPU yet. scratch: room for a number a sample. */
enum cb_bound cb_bound_measured(
	const struct cb_workload *workload, const struct cb_cell_result *cell, double *scratch);
/*
 * Tells it in all summaries: waiting for memory counts as CPU time, and mem_stream may be measured after the
 * cells that it is the measure of.
 */
void cb_bound_tell_memory(struct cb_result *result);

#endif
