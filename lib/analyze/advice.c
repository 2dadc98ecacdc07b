/*
 * What to use. Among the cells that cannot be told from the fastest one, by a difference that matters, the
 * plainest is advised: fewest workers, then least memory. A difference is claimed only where the interval of
 * the ratio over whole blocks excludes 1 and the ratio is above CB_MATTERS: taking the highest of several
 * medians favours lucky ones, by about the noise, and nobody changes a program for less. More workers than
 * CPUs have to prove their worth, which is to beat the fastest cell of those that fit: without a claim that
 * one is taken in their place, however high their median.
 */
#include "lib/analyze/analyze.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_BEST 0.95 /* of the best rate: cheap enough to be preferred when it costs less */
#define CHEAPER   0.95 /* of the best's CPU time a unit, or its memory where that is level */

/* ---- choosing ---- */

static bool faster(const struct cb_point *a, const struct cb_point *b)
{
	return !b || a->rate.median > b->rate.median;
}

static bool claims(const struct cb_estimate *ratio)
{
	return cb_versus_of(ratio) == CB_VERSUS_BEATEN;
}

static bool plainer(const struct cb_point *a, const struct cb_point *b)
{
	if (a->cell->workers != b->cell->workers)
		return a->cell->workers < b->cell->workers;
	return a->pss_bytes < b->pss_bytes;
}

/* Whether there are blocks enough to claim that a is faster than b, and they do not. */
static bool not_told_apart(
	const struct cb_case *c, const struct cb_point *a, const struct cb_point *b, double *scratch)
{
	struct cb_estimate ratio = cb_point_ratio(c, a, b, scratch);

	return !isnan(ratio.ci_low) && !claims(&ratio);
}

/* Whether p is as good as `from`, and not beaten by the fastest of all either. */
static bool is_as_good(const struct cb_case *c, const struct cb_advice *a, const struct cb_point *from,
	const struct cb_point *p, double *scratch)
{
	struct cb_estimate ratio = cb_point_ratio(c, from, p, scratch);

	return !isnan(ratio.ci_low) && !claims(&ratio) && ratio.median <= CB_MATTERS &&
	       not_told_apart(c, a->fastest, p, scratch);
}

/* The fastest of those with, or without, more workers than CPUs; of those that beat rival, where there is
 * one. NULL: none. */
static const struct cb_point *fastest_of(
	const struct cb_case *c, bool oversubscribed, const struct cb_point *rival, double *scratch)
{
	const struct cb_point *best = NULL;

	for (unsigned i = 0; i < c->n; i++) {
		struct cb_estimate ratio = { .ci_low = NAN };

		if (c->points[i].cell->oversubscribed != oversubscribed || !faster(&c->points[i], best))
			continue;
		if (rival)
			ratio = cb_point_ratio(c, &c->points[i], rival, scratch);
		if (!rival || claims(&ratio))
			best = &c->points[i];
	}
	return best;
}

/* The fastest point that may be advised. Without an interval nothing is proved and nothing refuted. */
static const struct cb_point *fastest_to_advise(
	const struct cb_case *c, const struct cb_point *fastest, double *scratch)
{
	const struct cb_point *fits = fastest_of(c, false, NULL, scratch), *worth;
	struct cb_estimate ratio;

	if (!fastest->cell->oversubscribed || !fits)
		return fastest;
	ratio = cb_point_ratio(c, fastest, fits, scratch);
	if (isnan(ratio.ci_low))
		return fastest;
	worth = fastest_of(c, true, fits, scratch);
	return worth ? worth : fits;
}

static void choose(const struct cb_case *c, struct cb_advice *a, double *scratch)
{
	const struct cb_point *from;

	for (unsigned i = 0; i < c->n; i++)
		if (faster(&c->points[i], a->fastest))
			a->fastest = &c->points[i];
	from = fastest_to_advise(c, a->fastest, scratch);
	a->advised = from;
	for (unsigned i = 0; i < c->n; i++)
		if (plainer(&c->points[i], a->advised) && is_as_good(c, a, from, &c->points[i], scratch))
			a->advised = &c->points[i];
	for (unsigned i = 0; a->advised == c->serial && i < c->n; i++)
		if (&c->points[i] != c->serial && faster(&c->points[i], a->second))
			a->second = &c->points[i];
	if (a->second)
		a->second_ratio = cb_point_ratio(c, a->second, c->serial, scratch);
	if (c->serial && a->advised != c->serial)
		a->over_serial = cb_point_ratio(c, a->advised, c->serial, scratch);
	if (a->fastest != a->advised)
		a->fastest_over = cb_point_ratio(c, a->fastest, a->advised, scratch);
}

/* The best point of the curve's mode, over all its curves. */
static const struct cb_point *best_of_mode(const struct cb_case *c, const char *mode)
{
	const struct cb_point *best = NULL;

	for (unsigned i = 0; i < c->n; i++)
		if (!strcmp(c->points[i].cell->mode, mode) && faster(&c->points[i], best))
			best = &c->points[i];
	return best;
}

static bool is_rival(const struct cb_advice *a, const struct cb_point *p)
{
	if (!strcmp(p->cell->mode, "serial") || !strcmp(p->cell->mode, a->advised->cell->mode))
		return false;
	for (unsigned i = 0; i < a->rivals_n; i++)
		if (a->rivals[i].point == p)
			return false;
	return a->rivals_n < CB_RIVALS_MAX;
}

static int by_rate(const void *x, const void *y)
{
	const struct cb_rival *a = x, *b = y;

	return (a->point->rate.median < b->point->rate.median) -
	       (a->point->rate.median > b->point->rate.median);
}

static void find_rivals(const struct cb_case *c, struct cb_advice *a, double *scratch)
{
	for (unsigned i = 0; i < c->curves_n; i++) {
		const struct cb_point *p = best_of_mode(c, c->curves[i].mode);
		struct cb_rival *rival = &a->rivals[a->rivals_n];

		if (!is_rival(a, p))
			continue;
		*rival = (struct cb_rival){ .point = p, .ratio = cb_point_ratio(c, a->advised, p, scratch) };
		rival->versus = cb_versus_of(&rival->ratio);
		a->rivals_n++;
	}
	qsort(a->rivals, a->rivals_n, sizeof *a->rivals, by_rate);
}

static bool costs_less(const struct cb_point *a, const struct cb_point *b)
{
	if (a->cpu_ns_per_unit < CHEAPER * b->cpu_ns_per_unit)
		return true;
	return a->cpu_ns_per_unit <= b->cpu_ns_per_unit / CHEAPER && a->pss_bytes < CHEAPER * b->pss_bytes;
}

static bool is_near(const struct cb_advice *a, const struct cb_point *p)
{
	return p->rate.median >= NEAR_BEST * a->fastest->rate.median;
}

static void find_cheapest(const struct cb_case *c, struct cb_advice *a, double *scratch)
{
	a->cheapest = is_near(a, a->advised) ? a->advised : a->fastest;
	for (unsigned i = 0; i < c->n; i++) {
		const struct cb_point *p = &c->points[i];

		if (is_near(a, p) && costs_less(p, a->cheapest))
			a->cheapest = p;
	}
	if (a->cheapest != a->fastest)
		a->cheapest_ratio = cb_point_ratio(c, a->cheapest, a->fastest, scratch);
}

int cb_advice_of(struct cb_case *c)
{
	double *scratch;

	if (!c->n)
		return 0;
	scratch = malloc(sizeof *scratch * (c->blocks ? c->blocks : 1));
	if (!scratch)
		return -ENOMEM;
	choose(c, &c->advice, scratch);
	find_rivals(c, &c->advice, scratch);
	find_cheapest(c, &c->advice, scratch);
	free(scratch);
	return cb_advice_text(c, &c->advice);
}
