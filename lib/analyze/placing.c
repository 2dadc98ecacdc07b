/*
 * Does it matter where the workers are? Each placement of a mode against the mode's first one. Only shapes
 * that both have are compared: where the topology makes two placements one, the plan measures it once, and
 * there is nothing to compare. All shapes together make one ratio: picking the one that differs most would
 * find a difference in noise.
 */
#include "lib/analyze/analyze.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE 0.95

enum cb_versus cb_versus_of(const struct cb_estimate *ratio)
{
	if (!ratio->n || isnan(ratio->ci_low))
		return CB_VERSUS_UNKNOWN;
	if (ratio->ci_low > 1 && ratio->median > CB_MATTERS)
		return CB_VERSUS_BEATEN;
	return ratio->ci_high < 1 && ratio->median < 1 / CB_MATTERS ? CB_VERSUS_AHEAD : CB_VERSUS_EQUAL;
}

const char *cb_dispatch_name(const struct cb_stored_cell *cell)
{
	return strcmp(cell->mode, "serial") && strcmp(cell->dispatch, "shared") ? cell->dispatch : "";
}

const char *cb_place_name(
	const struct cb_case *c, const char *pin, const char *cpu_set, char buf[CB_PLACE_NAME])
{
	bool cpus = c->cpu_sets_vary && cpu_set[0];

	pin = strcmp(pin, "none") ? pin : "unpinned";
	snprintf(buf, CB_PLACE_NAME, "%s%s%s%s", c->pins_vary ? pin : "", c->pins_vary && cpus ? " on " : "",
		cpus ? "CPUs " : "", cpus ? cpu_set : "");
	return buf;
}

static void find_what_varies(struct cb_case *c)
{
	for (unsigned i = 1; i < c->n; i++) {
		const struct cb_stored_cell *cell = c->points[i].cell, *first = c->points[0].cell;

		c->pins_vary |= strcmp(cell->pin_requested, first->pin_requested) != 0;
		c->cpu_sets_vary |= strcmp(cell->cpu_set, first->cpu_set) != 0;
	}
}

static bool same_shape(const struct cb_point *a, const struct cb_point *b)
{
	return a->cell->workers == b->cell->workers && a->cell->processes == b->cell->processes;
}

/* The point of the curve that has the shape; NULL: none. */
static const struct cb_point *like(const struct cb_scaling *curve, const struct cb_point *p)
{
	for (unsigned i = 0; i < curve->n; i++)
		if (same_shape(curve->points[i], p))
			return curve->points[i];
	return NULL;
}

/* Adds a pair's ratios to the sums over shapes; NaN where one of them lacks the block. */
static void add_pair(struct cb_placing *placing, const struct cb_point *a, const struct cb_point *b,
	unsigned blocks, double *sums)
{
	double workers = a->cell->workers;

	for (unsigned i = 0; i < blocks; i++)
		sums[i] += a->log_rates[i] - b->log_rates[i];
	placing->least = placing->shapes ? fmin(placing->least, workers) : workers;
	placing->most = fmax(placing->most, workers);
	placing->shapes++;
}

/* sums: [blocks]. */
static void compare(struct cb_placing *placing, unsigned blocks, double *sums)
{
	unsigned n = 0;

	for (unsigned i = 0; i < blocks; i++)
		sums[i] = 0;
	for (unsigned i = 0; i < placing->curve->n; i++) {
		const struct cb_point *a = placing->curve->points[i], *b = like(placing->base, a);

		if (b)
			add_pair(placing, a, b, blocks, sums);
	}
	for (unsigned i = 0; i < blocks; i++)
		if (isfinite(sums[i]))
			sums[n++] = sums[i] / placing->shapes;
	placing->ratio = cb_estimate_exp(cb_estimate(sums, placing->shapes ? n : 0, CONFIDENCE));
	placing->versus = cb_versus_of(&placing->ratio);
}

/* The first curve of the same mode and dispatch. Curves are sorted by these. */
static const struct cb_scaling *base_of(const struct cb_case *c, unsigned i)
{
	while (i && !strcmp(c->curves[i - 1].mode, c->curves[i].mode) &&
		!strcmp(c->curves[i - 1].dispatch, c->curves[i].dispatch))
		i--;
	return &c->curves[i];
}

int cb_placings_of(struct cb_case *c)
{
	double *sums;

	find_what_varies(c);
	if (!c->pins_vary && !c->cpu_sets_vary)
		return 0;
	c->placings = calloc(c->curves_n, sizeof *c->placings);
	sums = malloc(sizeof *sums * (c->blocks ? c->blocks : 1));
	for (unsigned i = 0; c->placings && sums && i < c->curves_n; i++) {
		struct cb_placing *placing = &c->placings[c->placings_n];

		*placing = (struct cb_placing){ .curve = &c->curves[i], .base = base_of(c, i) };
		if (placing->curve == placing->base)
			continue;
		compare(placing, c->blocks, sums);
		c->placings_n += placing->shapes > 0;
	}
	free(sums);
	return c->placings && sums ? 0 : -ENOMEM;
}
