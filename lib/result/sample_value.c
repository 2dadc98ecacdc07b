#include "lib/result/sample_value.h"

#include <math.h>

#define CONFIDENCE 0.95

unsigned cb_values(const struct cb_cell_result *cell, cb_value_fn *of, size_t arg, double *ret)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cell->samples_n; i++) {
		double value;

		if (!cb_sample_counts(&cell->samples[i]))
			continue;
		value = of(cell, &cell->samples[i], arg);
		if (isfinite(value))
			ret[n++] = value;
	}
	return n;
}

double cb_value_median(const struct cb_cell_result *cell, cb_value_fn *of, size_t arg, double *scratch)
{
	return cb_estimate(scratch, cb_values(cell, of, arg, scratch), CONFIDENCE).median;
}

double cb_value_known(uint64_t value)
{
	return value == CB_NONE ? NAN : (double)value;
}

double cb_value_makespan(const struct cb_kept_sample *kept)
{
	return kept->s.makespan_ns ? cb_value_known(kept->s.makespan_ns) : 1;
}

double cb_value_worker_time(const struct cb_cell_result *cell, const struct cb_kept_sample *kept)
{
	return cb_value_makespan(kept) * cell->cell->shape.workers;
}

double cb_value_cpu(const struct cb_kept_sample *kept)
{
	return cb_value_known(kept->s.cpu_user_ns) + cb_value_known(kept->s.cpu_sys_ns);
}

double cb_value_effective_cores(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return cb_value_cpu(kept) / cb_value_makespan(kept);
}

double cb_value_field(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell;
	return cb_value_known(*(const uint64_t *)((const char *)&kept->s + arg));
}
