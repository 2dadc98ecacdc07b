#include "cmd/concbench/table_columns.h"

#include "cmd/concbench/cell_name.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/load.h"
#include "cmd/concbench/marks.h"
#include "lib/result/price.h"

#include <math.h>
#include <string.h>

/* The sign of a mark where it applies, recorded as used, else "". */
static const char *mark(struct cb_row_context *c, enum cb_mark m)
{
	bool applies = cb_mark_applies(m, c->result, c->cell);

	c->used[m] |= applies;
	return applies ? cb_marks[m].sign : "";
}

static bool is_short(const struct cb_row_context *c)
{
	return cb_mark_applies(CB_MARK_SHORT, c->result, c->cell);
}

static void put_mode(struct cb_row_context *c, char *buf)
{
	cb_cell_mode(c->group, c->cell->cell, buf, CB_FIELD);
}

static void put_workers(struct cb_row_context *c, char *buf)
{
	char shape[CB_HUMAN];

	snprintf(buf, CB_FIELD, "%s%s", cb_human_shape(&c->cell->cell->shape, shape),
		mark(c, CB_MARK_OVERSUBSCRIBED));
}

static void put_rate(struct cb_row_context *c, char *buf)
{
	char rate[CB_HUMAN];

	snprintf(buf, CB_FIELD, "%s/s", cb_human_si(c->cell->summary.units_per_s.median, rate));
}

/* The interval's half-width relative to the median; "" where there is none. */
static void put_half_width(const struct cb_estimate *e, const char *plus_minus, char *buf)
{
	double half_width = e->n ? cb_estimate_half_width(e) : NAN;
	char share[CB_HUMAN];

	*buf = '\0';
	if (isfinite(half_width))
		snprintf(buf, CB_FIELD, "%s%s", plus_minus, cb_human_share(half_width, share));
}

static void put_rate_interval(struct cb_row_context *c, char *buf)
{
	size_t n;

	put_half_width(&c->cell->summary.units_per_s, c->style->plus_minus, buf);
	n = strlen(buf);
	snprintf(buf + n, CB_FIELD - n, "%s%s%s%s%s%s%s", mark(c, CB_MARK_PRECISION), mark(c, CB_MARK_QUEUED),
		mark(c, CB_MARK_SHORT), mark(c, CB_MARK_BRIEF), mark(c, CB_MARK_UNVERIFIED),
		mark(c, CB_MARK_OVERLOADED), mark(c, CB_MARK_COLLAPSE));
}

static void put_speedup(struct cb_row_context *c, char *buf)
{
	const struct cb_summary *s = &c->cell->summary;

	*buf = '\0';
	if (s->speedup.n && !c->cell->cell->baseline)
		snprintf(buf, CB_FIELD, "%.2f", s->speedup.median);
}

static void put_speedup_interval(struct cb_row_context *c, char *buf)
{
	const struct cb_summary *s = &c->cell->summary;
	size_t n;

	*buf = '\0';
	if (!s->speedup.n || c->cell->cell->baseline)
		return;
	put_half_width(&s->speedup, c->style->plus_minus, buf);
	n = strlen(buf);
	snprintf(buf + n, CB_FIELD - n, "%s%s", mark(c, CB_MARK_SUPERLINEAR), mark(c, CB_MARK_CAPACITY));
}

static void put_efficiency(struct cb_row_context *c, char *buf)
{
	*buf = '\0';
	if (isfinite(c->cell->summary.efficiency) && !c->cell->cell->baseline)
		cb_human_share(c->cell->summary.efficiency, buf);
}

static void put_on_cpu(struct cb_row_context *c, char *buf)
{
	cb_human_share(is_short(c) ? NAN : c->cell->summary.on_cpu, buf);
}

static void put_queued(struct cb_row_context *c, char *buf)
{
	if (c->loads[CB_LOAD_QUEUED])
		cb_human_share(cb_load_of(CB_LOAD_QUEUED, c->result, c->cell), buf);
}

static void put_switches(struct cb_row_context *c, char *buf)
{
	double per_s = cb_load_of(CB_LOAD_SWITCHES, c->result, c->cell);
	char rate[CB_HUMAN];

	if (c->loads[CB_LOAD_SWITCHES])
		snprintf(buf, CB_FIELD, "%s%s", cb_human_si(round(per_s), rate), isfinite(per_s) ? "/s" : "");
}

static void put_throttled(struct cb_row_context *c, char *buf)
{
	if (c->loads[CB_LOAD_THROTTLED])
		cb_human_share(cb_load_of(CB_LOAD_THROTTLED, c->result, c->cell), buf);
}

static void put_memory(struct cb_row_context *c, char *buf)
{
	cb_human_bytes(c->cell->summary.pss_bytes, buf);
}

static void put_percentile(struct cb_row_context *c, double p, char *buf)
{
	const struct cb_histogram *latency = c->cell->latency;

	*buf = '\0';
	if (latency && latency->count)
		cb_human_ns(cb_histogram_percentile_ns(latency, p), buf);
}

static void put_p50(struct cb_row_context *c, char *buf)
{
	put_percentile(c, 0.50, buf);
}

static void put_p99(struct cb_row_context *c, char *buf)
{
	put_percentile(c, 0.99, buf);
}

static void put_bound(struct cb_row_context *c, char *buf)
{
	const char *bound = cb_bound_names[c->cell->summary.bound];

	if (!*bound || is_short(c))
		strcpy(buf, "-");
	else if (*mark(c, CB_MARK_CLASS))
		snprintf(buf, CB_FIELD, "%s [%s]", bound, cb_class_names[c->group->workload->class]);
	else
		snprintf(buf, CB_FIELD, "%s", bound);
}

/* A metric's value: times as times, others as numbers with the unit behind. */
static void put_price(struct cb_row_context *c, char *buf)
{
	struct cb_price price;
	char value[CB_HUMAN];

	*buf = '\0';
	if (!cb_result_price(c->result, c->cell, &price))
		return;
	c->priced->metric = price.metric;
	if (!strcmp(price.metric->unit, "ns") && price.value.median >= 100)
		cb_human_ns((uint64_t)price.value.median, buf);
	else if (price.value.median >= 1000)
		snprintf(buf, CB_FIELD, "%s%s", cb_human_si(price.value.median, value), price.metric->unit);
	else
		snprintf(buf, CB_FIELD, "%.3g%s", price.value.median, price.metric->unit);
}

static void put_price_interval(struct cb_row_context *c, char *buf)
{
	struct cb_price price;

	*buf = '\0';
	if (cb_result_price(c->result, c->cell, &price))
		put_half_width(&price.value, c->style->plus_minus, buf);
}

/* Against the base cell, which stands in another group. */
static void put_price_ratio(struct cb_row_context *c, char *buf)
{
	struct cb_price price;

	*buf = '\0';
	if (!cb_result_price(c->result, c->cell, &price) || !isfinite(price.ratio))
		return;
	c->priced->base = c->group->workload->price_base;
	if (isfinite(price.ratio_low) && isfinite(price.ratio_high))
		snprintf(buf, CB_FIELD, "%.2fx (%.2f..%.2f)", price.ratio, price.ratio_low, price.ratio_high);
	else
		snprintf(buf, CB_FIELD, "%.2fx", price.ratio);
}

const struct cb_column cb_columns[CB_COLUMNS] = {
	{ "mode", put_mode, true, true },
	{ "workers", put_workers, false, true },
	{ "rate", put_rate, false, false },
	{ "", put_rate_interval, true, false },
	{ "speed-up", put_speedup, false, false },
	{ "", put_speedup_interval, true, false },
	{ "effic.", put_efficiency, false, false },
	{ "on-CPU", put_on_cpu, false, false },
	{ "queued", put_queued, false, false },
	{ "switches", put_switches, false, false },
	{ "throttled", put_throttled, false, false },
	{ "memory", put_memory, false, false },
	{ "p50", put_p50, false, false },
	{ "p99", put_p99, false, false },
	{ "bound", put_bound, true, false },
	{ "price", put_price, false, false },
	{ "", put_price_interval, true, false },
	{ "to base", put_price_ratio, true, false },
};
