/* The curves of a case, and the laws that describe them. */
#include "lib/analyze/analyze.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_place(const struct cb_point *a, const struct cb_point *b)
{
	int r = strcmp(a->cell->mode, b->cell->mode);

	r = r ? r : strcmp(a->cell->dispatch, b->cell->dispatch);
	r = r ? r : strcmp(a->cell->pin_requested, b->cell->pin_requested);
	return r ? r : strcmp(a->cell->cpu_set, b->cell->cpu_set);
}

static int compare(const void *x, const void *y)
{
	const struct cb_point *a = *(struct cb_point *const *)x, *b = *(struct cb_point *const *)y;
	int r = by_place(a, b);

	if (!r)
		r = (a->cell->workers > b->cell->workers) - (a->cell->workers < b->cell->workers);
	return r ? r : (a->cell->processes > b->cell->processes) - (a->cell->processes < b->cell->processes);
}

static unsigned distinct_workers(struct cb_point *const *points, unsigned n)
{
	unsigned distinct = 0;

	for (unsigned i = 0; i < n; i++)
		distinct += !i || points[i]->cell->workers != points[i - 1]->cell->workers;
	return distinct;
}

/* Whether every point has the block: only then what the block did to all of them cancels. */
static bool is_common(const struct cb_scaling *curve, unsigned block)
{
	for (unsigned i = 0; i < curve->n; i++)
		if (!isfinite(curve->points[i]->log_rates[block]))
			return false;
	return true;
}

static unsigned common_blocks(const struct cb_scaling *curve, unsigned blocks)
{
	unsigned n = 0;

	for (unsigned b = 0; b < blocks; b++)
		n += is_common(curve, b);
	return n;
}

/* Rates of each point in each of the `common` blocks out of `blocks`. */
static void fill_rates(
	const struct cb_scaling *curve, unsigned blocks, unsigned common, double *n, double *rate)
{
	for (unsigned i = 0; i < curve->n; i++)
		n[i] = curve->points[i]->cell->workers;
	for (unsigned b = 0, at = 0; b < blocks; b++) {
		if (!is_common(curve, b))
			continue;
		for (unsigned i = 0; i < curve->n; i++)
			rate[(size_t)i * common + at] = exp(curve->points[i]->log_rates[b]);
		at++;
	}
}

static const char *no_fit_reason(
	const struct cb_scaling *curve, unsigned common, const struct cb_analyze_options *options)
{
	if (!strcmp(curve->mode, "serial"))
		return "serial is one point";
	if (curve->distinct < CB_FIT_POINTS_MIN)
		return "a fit needs at least 6 different numbers of workers";
	if (!common)
		return "a fit needs whole blocks of samples that all points have";
	return options->solver ? NULL : options->no_solver;
}

static void fit_law(enum cb_law law, const struct cb_curve *curve, const struct cb_analyze_options *options,
	struct cb_law_fit *ret)
{
	if (cb_usl_fit_curve(options->solver, law, curve, options->resamples, options->seed, &ret->fit))
		ret->reason = "no coefficients within their bounds fit, or the solver gave up";
}

static int fit_laws(struct cb_scaling *curve, unsigned blocks, const struct cb_analyze_options *options)
{
	unsigned common = common_blocks(curve, blocks);
	struct cb_curve measured = { .points = curve->n, .blocks = common };
	double *memory;

	curve->amdahl.reason = curve->usl.reason = no_fit_reason(curve, common, options);
	if (curve->usl.reason)
		return 0;
	memory = malloc(sizeof *memory * curve->n * ((size_t)common + 1));
	if (!memory)
		return -ENOMEM;
	fill_rates(curve, blocks, common, memory, memory + curve->n);
	measured.n = memory;
	measured.rate = memory + curve->n;
	fit_law(CB_LAW_AMDAHL, &measured, options, &curve->amdahl);
	fit_law(CB_LAW_USL, &measured, options, &curve->usl);
	free(memory);
	return 0;
}

int cb_curves_of(struct cb_case *c, const struct cb_analyze_options *options)
{
	int r = 0;

	c->order = malloc(sizeof *c->order * (c->n ? c->n : 1));
	c->curves = calloc(c->n ? c->n : 1, sizeof *c->curves);
	if (!c->order || !c->curves)
		return -ENOMEM;
	for (unsigned i = 0; i < c->n; i++)
		c->order[i] = &c->points[i];
	qsort(c->order, c->n, sizeof *c->order, compare);
	for (unsigned i = 0, n; i < c->n && !r; i += n) {
		const struct cb_stored_cell *first = c->order[i]->cell;
		struct cb_scaling *curve = &c->curves[c->curves_n++];

		for (n = 1; i + n < c->n && !by_place(c->order[i], c->order[i + n]); n++)
			;
		*curve = (struct cb_scaling){ .mode = first->mode,
			.dispatch = first->dispatch,
			.pin = first->pin_requested,
			.cpu_set = first->cpu_set,
			.points = c->order + i,
			.n = n };
		curve->distinct = distinct_workers(curve->points, n);
		r = fit_laws(curve, c->blocks, options);
	}
	return r;
}
