#include "lib/result/price.h"

#include "lib/base/amount.h"
#include "lib/base/param.h"
#include "lib/base/text.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95

static const struct cb_group *group_of(const struct cb_result *result, const struct cb_cell_result *cell)
{
	return &result->plan->groups[cell->cell->group];
}

unsigned cb_metric_find(const struct cb_workload *workload, const char *name, size_t n)
{
	for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++)
		if (strlen(workload->metrics[i].name) == n && !memcmp(workload->metrics[i].name, name, n))
			return i;
	return CB_METRICS_MAX;
}

/* As many numbers as the scratch has room for are as many as the longest cell has samples. */
struct cb_estimate cb_result_metric(
	const struct cb_result *result, const struct cb_cell_result *cell, unsigned metric)
{
	struct cb_looks looks = cb_result_sample_looks(result);
	unsigned n = 0;

	for (unsigned i = 0; i < cell->samples_n && metric < CB_METRICS_MAX; i++) {
		double value = cell->samples[i].s.metrics[metric];

		if (cb_sample_counts(&cell->samples[i]) && isfinite(value))
			result->scratch[n++] = value;
	}
	return cb_estimate_looked(result->scratch, n, CONFIDENCE, &looks);
}

/* ---- the base ---- */

/* Whether the parameter is called what stands before the '=' of pair. */
static bool is_param_of(const struct cb_param *param, const char *pair)
{
	size_t n = strlen(param->name);

	return !strncmp(param->name, pair, n) && pair[n] == '=';
}

static bool has_value(const struct cb_param *param, const void *params, const char *value)
{
	char text[CB_FILE_PATH_MAX];

	return !strcmp(cb_param_format(param, params, text, sizeof text), value);
}

static bool is_same(const struct cb_param *param, const void *a, const void *b)
{
	char text[CB_FILE_PATH_MAX];

	return has_value(param, a, cb_param_format(param, b, text, sizeof text));
}

/* Whether group a has the params of b, but for that of the workload's price_base, which has its value. */
static bool is_base_group(const struct cb_group *a, const struct cb_group *b)
{
	const char *pair = b->workload->price_base;

	if (a->workload != b->workload)
		return false;
	for (const struct cb_param *p = b->workload->params; p && p->name; p++) {
		if (is_param_of(p, pair) ? !has_value(p, a->params, strchr(pair, '=') + 1)
					 : !is_same(p, a->params, b->params))
			return false;
	}
	return true;
}

static bool is_like(const struct cb_cell *a, const struct cb_cell *b)
{
	return a->mode == b->mode && a->dispatch == b->dispatch && a->batch == b->batch &&
	       a->inflight == b->inflight && a->pin_requested == b->pin_requested &&
	       !memcmp(&a->shape, &b->shape, sizeof a->shape);
}

static const struct cb_cell_result *find_base(
	const struct cb_result *result, const struct cb_cell_result *cell)
{
	const struct cb_group *own = group_of(result, cell);

	if (!own->workload->price_base)
		return NULL;
	for (unsigned i = 0; i < result->plan->cells_n; i++) {
		const struct cb_cell_result *other = &result->cells[i];

		if (other != cell && other->summary.n && is_like(other->cell, cell->cell) &&
			is_base_group(group_of(result, other), own))
			return other;
	}
	return NULL;
}

bool cb_result_price(const struct cb_result *result, const struct cb_cell_result *cell, struct cb_price *ret)
{
	const struct cb_workload *workload = group_of(result, cell)->workload;
	unsigned metric = workload->price ? cb_metric_find(workload, workload->price, strlen(workload->price))
					  : CB_METRICS_MAX;
	struct cb_price price = { .ratio = NAN, .ratio_low = NAN, .ratio_high = NAN };
	struct cb_estimate base;

	if (metric == CB_METRICS_MAX || !cell->summary.n)
		return false;
	price.value = cb_result_metric(result, cell, metric);
	if (!price.value.n)
		return false;
	price.metric = &workload->metrics[metric];
	price.base = find_base(result, cell);
	if (price.base) {
		base = cb_result_metric(result, price.base, metric);
		price.ratio = price.value.median / base.median;
		price.ratio_low = price.value.ci_low / base.ci_high;
		price.ratio_high = price.value.ci_high / base.ci_low;
	}
	*ret = price;
	return true;
}

/* ---- the finding ---- */

/* Whole numbers as they are, others with three digits. */
static void add_value(struct cb_text *text, double value)
{
	char amount[CB_HUMAN];

	if (value >= 1000)
		cb_text_add(text, "%s", cb_human_si(value, amount));
	else
		cb_text_add(text, "%.3g", value);
}

/* The template with the metrics' medians. Returns the first of them; NaN: one is not known. */
static double fill(struct cb_text *text, const struct cb_workload *workload, const double *medians)
{
	double first = NAN;
	bool begun = false;

	for (const char *s = workload->finding; *s;) {
		size_t n = *s == '{' ? strcspn(s, "}") : 0;
		unsigned metric = n ? cb_metric_find(workload, s + 1, n - 1) : CB_METRICS_MAX;

		if (!n || !s[n]) {
			cb_text_add_char(text, *s++);
			continue;
		}
		if (metric == CB_METRICS_MAX || isnan(medians[metric]))
			return NAN;
		if (!begun)
			first = medians[metric];
		begun = true;
		add_value(text, medians[metric]);
		s += n + 1;
	}
	return first;
}

char *cb_result_finding(
	const struct cb_result *result, const struct cb_cell_result *cell, char *buf, size_t size)
{
	const struct cb_workload *workload = group_of(result, cell)->workload;
	struct cb_text text = { 0 };
	double first = NAN;

	if (workload->finding && cell->summary.n)
		first = fill(&text, workload, cell->summary.metrics);
	snprintf(buf, size, "%s", !isnan(first) && first != 0 && text.s ? text.s : "");
	cb_text_release(&text);
	return buf;
}
