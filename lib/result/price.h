/*
 * What a workload declares worth a column of its own: the price of a cell, which is one of its metrics beside
 * that of a base cell, and the finding, a sentence made of metrics. Both go by the workload's declaration, so
 * that neither tables nor JSON know any workload by name.
 */
#ifndef CB_RESULT_PRICE_H
#define CB_RESULT_PRICE_H

#include "lib/result/result.h"

struct cb_price {
	const struct cb_metric *metric;
	struct cb_estimate value;          /* over the samples that count */
	const struct cb_cell_result *base; /* NULL: not in the result, not measured, or this cell itself */
	/*
	 * Over the base's; NaN: none. The interval goes from the lowest to the highest that the intervals of
	 * both allow: the cells are of different groups, so no block has both, and what the host did between
	 * the groups is not in it.
	 */
	double ratio, ratio_low, ratio_high;
};

/* False: the workload declares no price, or nothing was measured; ret is untouched. */
bool cb_result_price(const struct cb_result *result, const struct cb_cell_result *cell, struct cb_price *ret);

/* The sentence, from medians; "" where there is none or its first metric is 0. Returns buf. */
char *cb_result_finding(
	const struct cb_result *result, const struct cb_cell_result *cell, char *buf, size_t size);

/* The estimate of one metric (index into the workload's rows) over the samples that count. */
struct cb_estimate cb_result_metric(
	const struct cb_result *result, const struct cb_cell_result *cell, unsigned metric);

/* Index of the workload's metric called name (n bytes), CB_METRICS_MAX: it has none. */
unsigned cb_metric_find(const struct cb_workload *workload, const char *name, size_t n);

#endif
