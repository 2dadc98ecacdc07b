/* What the samples with a fault of a cell came to: pure. */
#include <math.h>

#include "lib/result/result.h"

#define CONFIDENCE 0.95

typedef double value_fn(const struct cb_fault_outcome *fault);

static double lost(const struct cb_fault_outcome *fault)
{
	return cb_fault_lost_share(fault);
}

static double notice_ns(const struct cb_fault_outcome *fault)
{
	return fault->notice_ns == CB_NONE ? NAN : (double)fault->notice_ns;
}

static double survivors(const struct cb_fault_outcome *fault)
{
	return fault->survivors;
}

static struct cb_estimate estimate(const struct cb_cell_result *cell, value_fn *of, double *scratch)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cell->samples_n; i++) {
		const struct cb_fault_outcome *fault = &cell->samples[i].s.fault;
		double value = fault->struck ? of(fault) : NAN;

		if (isfinite(value))
			scratch[n++] = value;
	}
	return cb_estimate(scratch, n, CONFIDENCE);
}

void cb_fault_summarize(const struct cb_cell_result *cell, double *scratch, struct cb_fault_summary *ret)
{
	*ret = (struct cb_fault_summary){
		.lost = estimate(cell, lost, scratch),
		.notice_ns = estimate(cell, notice_ns, scratch),
		.survivors = estimate(cell, survivors, scratch).median,
	};
	ret->n = ret->lost.n;
	for (unsigned i = 0; i < cell->samples_n; i++)
		if (cell->samples[i].s.fault.struck)
			ret->noticer = cell->samples[i].s.fault.noticer;
}
