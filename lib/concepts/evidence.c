#include "lib/concepts/evidence.h"

#include "lib/base/amount.h"
#include "lib/base/param.h"
#include "lib/result/price.h"
#include "lib/result/ratio.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- cells ---- */

/* The params of a specification as in cell ids, allocated. NULL: not that workload, or not its params. */
static char *params_id(const struct cb_workload *workload, const char *text)
{
	struct cb_spec spec;
	void *params = calloc(1, workload->params_size + 1);
	char *id = NULL;

	if (params && !cb_parse_spec(text, &spec, NULL)) {
		if (!strcmp(spec.workload, workload->name) && !cb_params_parse(workload, &spec, params, NULL))
			id = cb_params_id(workload, params);
		cb_spec_release(&spec);
	}
	free(params);
	return id;
}

static bool is_group(const struct cb_group *group, const char *spec)
{
	char *id = params_id(group->workload, spec);
	bool same = id && !strcmp(id, group->params_id);

	free(id);
	return same;
}

/* Whether the cell is of a mode, "threads", or of a mode and a dispatch, "threads/spawn". */
static bool is_of(const struct cb_cell *cell, const char *mode)
{
	size_t n = strcspn(mode, "/");

	if (strlen(cell->mode->name) != n || memcmp(cell->mode->name, mode, n) != 0)
		return false;
	return !mode[n] || !strcmp(cb_dispatches[cell->dispatch].name, mode + n + 1);
}

const struct cb_cell_result *claim_any(
	const struct claim *c, unsigned run, const char *spec, const char *mode, unsigned workers)
{
	const struct cb_result *result = c->evidence->run[run];

	for (unsigned g = 0; result && g < result->plan->groups_n; g++) {
		const struct cb_group *group = &result->plan->groups[g];

		if (!is_group(group, spec))
			continue;
		for (unsigned i = group->first; i < group->first + group->n; i++) {
			const struct cb_cell *cell = result->cells[i].cell;

			if (is_of(cell, mode) && (!workers || cell->shape.workers == workers))
				return &result->cells[i];
		}
	}
	return NULL;
}

const struct cb_cell_result *claim_find(
	const struct claim *c, unsigned run, const char *spec, const char *mode, unsigned workers)
{
	const struct cb_cell_result *cell = claim_any(c, run, spec, mode, workers);

	return cell && cell->summary.n ? cell : NULL;
}

static void note_capacity(struct claim *c, const struct cb_cell_result *cell)
{
	unsigned cpus = cell->cell->placement.cpus, workers = cell->cell->shape.workers;
	double share = cell->summary.capacity / (cpus < workers ? cpus : workers);

	if (cell->summary.capacity_low && (c->capacity == 0 || share < c->capacity))
		c->capacity = share;
}

/* Idle machines show well below 1 %; what disturbs by a few percent already decides comparisons. */
#define QUEUED_SHARE 0.03

static void note_queued(struct claim *c, const struct cb_cell_result *cell)
{
	const struct cb_summary *s = &cell->summary;
	const struct cb_cell *plan = cell->cell;
	double share;

	if (s->run_delay_ns == CB_NONE || s->makespan_ns == CB_NONE || !s->makespan_ns || plan->partners ||
		plan->oversubscribed || plan->shape.workers > plan->placement.cpus)
		return;
	share = (double)s->run_delay_ns / ((double)s->makespan_ns * plan->shape.workers);
	if (share > QUEUED_SHARE && share > c->queued)
		c->queued = share;
}

const struct cb_cell_result *claim_cell(
	struct claim *c, unsigned run, const char *spec, const char *mode, unsigned workers)
{
	const struct cb_cell_result *cell = claim_any(c, run, spec, mode, workers);

	if (cell && cell->summary.n) {
		note_capacity(c, cell);
		note_queued(c, cell);
		return cell;
	}
	if (*c->missing)
		return NULL;
	if (!cell)
		snprintf(c->missing, sizeof c->missing, "%s has no cell in mode %s", spec, mode);
	else
		snprintf(c->missing, sizeof c->missing, "%s: %s%s%s", cell->cell->id,
			cell->status == CB_OK ? "not measured" : cb_status_names[cell->status],
			*cell->reason ? ": " : "", cell->reason);
	return NULL;
}

/* ---- figures ---- */

static struct cb_estimate none(void)
{
	return cb_estimate(NULL, 0, 0.95);
}

struct cb_estimate claim_speedup(struct claim *c, const struct cb_cell_result *cell)
{
	(void)c;
	return cell ? cell->summary.speedup : none();
}

struct cb_estimate claim_ratio(
	struct claim *c, unsigned run, const struct cb_cell_result *a, const struct cb_cell_result *b)
{
	return a && b ? cb_result_ratio(c->evidence->run[run], a, b) : none();
}

struct cb_estimate claim_quotient(const struct cb_estimate *a, const struct cb_estimate *b)
{
	struct cb_estimate e = none();

	if (!a->n || !b->n || b->median == 0)
		return e;
	e.n = a->n < b->n ? a->n : b->n;
	e.median = a->median / b->median;
	e.ci_low = a->ci_low / b->ci_high;
	e.ci_high = a->ci_high / b->ci_low;
	return e;
}

struct cb_estimate claim_metric(
	struct claim *c, unsigned run, const struct cb_cell_result *cell, const char *metric)
{
	const struct cb_result *result = c->evidence->run[run];

	if (!cell)
		return none();
	return cb_result_metric(result, cell,
		cb_metric_find(result->plan->groups[cell->cell->group].workload, metric, strlen(metric)));
}

struct cb_estimate claim_rate(const struct cb_cell_result *cell)
{
	return cell ? cell->summary.units_per_s : none();
}

struct cb_estimate claim_ns_per_unit(const struct cb_cell_result *cell)
{
	return cell ? cell->summary.ns_per_unit : none();
}

struct cb_estimate claim_scaled(struct cb_estimate e, double factor)
{
	e.median *= factor;
	e.ci_low *= factor;
	e.ci_high *= factor;
	return e;
}

/* ---- words ---- */

void claim_say(struct claim *c, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	cb_text_add(&c->said, "%s", text);
}

/* "1.98x [1.95, 2.00]"; format makes each of the numbers. */
static void say(struct claim *c, const struct cb_estimate *e, double scale, int decimals, const char *unit)
{
	if (!e->n)
		claim_say(c, "?");
	else if (isfinite(e->ci_low) && isfinite(e->ci_high))
		claim_say(c, "%.*f%s [%.*f, %.*f]", decimals, e->median / scale, unit, decimals,
			e->ci_low / scale, decimals, e->ci_high / scale);
	else
		claim_say(c, "%.*f%s", decimals, e->median / scale, unit);
}

void claim_say_times(struct claim *c, const struct cb_estimate *e)
{
	say(c, e, 1, e->n && e->median >= 9.995 ? 1 : 2, "x");
}

void claim_say_percent(struct claim *c, const struct cb_estimate *e)
{
	say(c, e, 1, e->n && e->median < 9.95 ? 1 : 0, " %");
}

void claim_say_ns(struct claim *c, const struct cb_estimate *e)
{
	static const struct {
		double ns;
		const char *unit;
	} units[] = { { 1e9, " s" }, { 1e6, " ms" }, { 1e3, " us" }, { 1, " ns" } };
	size_t i = 0;

	while (i + 1 < CB_COUNT(units) && e->median < units[i].ns)
		i++;
	say(c, e, units[i].ns, e->n && e->median / units[i].ns >= 99.5 ? 0 : 2, units[i].unit);
}

char *claim_count(const char *mode, unsigned n, char *buf, size_t size)
{
	bool processes = !strcmp(mode, "processes"), threads = !strcmp(mode, "threads");

	snprintf(buf, size, "%u %s%s", n,
		processes ? "process"
		: threads ? "thread"
			  : "worker",
		n == 1      ? ""
		: processes ? "es"
			    : "s");
	return buf;
}

/* ---- for and against ---- */

static void note(char *where, size_t size, const char *what)
{
	if (!*where)
		snprintf(where, size, "%s", what);
}

void claim_expect_true(struct claim *c, bool holds, const char *contrary)
{
	if (!holds)
		note(c->contrary, sizeof c->contrary, contrary);
}

void claim_expect(struct claim *c, const struct cb_estimate *e, enum claim_side side, double limit,
	const char *contrary)
{
	bool above = e->ci_low > limit, below = e->ci_high < limit;

	if (side == CLAIM_ABOVE ? below : above)
		note(c->contrary, sizeof c->contrary, contrary);
	else if (side == CLAIM_ABOVE ? !above : !below)
		note(c->unclear, sizeof c->unclear, contrary);
}

void claim_refuse(struct cb_judgement *ret, const char *format, ...)
{
	va_list args;

	ret->verdict = CB_CLAIM_UNKNOWN;
	va_start(args, format);
	vsnprintf(ret->sentence, sizeof ret->sentence, format, args);
	va_end(args);
}

static void say_doubts(struct claim *c)
{
	if (c->queued > 0)
		claim_say(c,
			"; something else ran on these CPUs: workers with a CPU each waited for it up to "
			"%.0f %% of the time",
			100 * c->queued);
	if (c->capacity != 0)
		claim_say(c, "; the host gave only %.0f %% of the CPUs in use meanwhile", 100 * c->capacity);
}

void claim_close(struct claim *c, struct cb_judgement *ret)
{
	if (*c->missing) {
		claim_refuse(ret, "%s", c->missing);
	} else {
		ret->verdict = *c->contrary  ? CB_CLAIM_NOT_SHOWN
			       : *c->unclear ? CB_CLAIM_UNKNOWN
					     : CB_CLAIM_SHOWN;
		if (ret->verdict == CB_CLAIM_NOT_SHOWN)
			claim_say(c, ": %s", c->contrary);
		else if (ret->verdict == CB_CLAIM_UNKNOWN)
			claim_say(c, ": it may be that %s, the intervals are too wide to say", c->unclear);
		say_doubts(c);
		snprintf(ret->sentence, sizeof ret->sentence, "%s", c->said.s ? c->said.s : "out of memory");
	}
	cb_text_release(&c->said);
}
