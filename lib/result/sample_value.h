/* Numbers of one sample, and their medians over the samples of a cell that count. Used within lib/result
 * only. */
#ifndef CB_RESULT_SAMPLE_VALUE_H
#define CB_RESULT_SAMPLE_VALUE_H

#include "lib/result/result.h"

/* A number of a sample; NaN where it is missing. arg: what else the function wants to know. */
typedef double cb_value_fn(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg);

/* Those of the samples that count and have one, into ret[samples_n]. Returns how many. */
unsigned cb_values(const struct cb_cell_result *cell, cb_value_fn *of, size_t arg, double *ret);
/* Their median; NaN: there is none. scratch: as ret above. */
double cb_value_median(const struct cb_cell_result *cell, cb_value_fn *of, size_t arg, double *scratch);

double cb_value_known(uint64_t value); /* NaN for CB_NONE */
/* A divisor, in ns: what the clock could not tell from nothing counts as its tick. */
double cb_value_makespan(const struct cb_kept_sample *kept);
double cb_value_worker_time(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept); /* x workers */
double cb_value_cpu(const struct cb_kept_sample *kept);                        /* user and system, ns */
/* CPU time / makespan. */
double cb_value_effective_cores(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg);
/* arg: offset of a uint64_t in struct cb_sample. */
double cb_value_field(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg);

#endif
