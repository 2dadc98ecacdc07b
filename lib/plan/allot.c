#include "lib/plan/allot.h"

#include <math.h>
#include <stdlib.h>

#define BLOCK_SAMPLES 2    /* of a cell */
#define STAY          1.25 /* the last block's group counts as wider by this factor */

bool cb_allot_wants(const struct cb_allot_rule *rule, const struct cb_allot_cell *cell)
{
	return cell->samples < rule->samples_min ||
	       (cell->samples < rule->samples_max && !(cell->half_width <= rule->precision));
}

/* Sorting knows no rule: what is below the minimum has lost its width by then. */
static double width_of(const struct cb_allot_cell *cell)
{
	return isnan(cell->half_width) ? INFINITY : cell->half_width;
}

/* The widest first; of those without an interval the one with fewest samples. */
static int by_width(const void *x, const void *y)
{
	const struct cb_allot_cell *a = x, *b = y;
	double wide_a = width_of(a), wide_b = width_of(b);
	int r = (wide_a < wide_b) - (wide_a > wide_b);

	r = r ? r : (a->samples > b->samples) - (a->samples < b->samples);
	r = r ? r : (a->group > b->group) - (a->group < b->group);
	return r ? r : (a->cell > b->cell) - (a->cell < b->cell);
}

/* Blocks until it is expected to be narrow enough: a width falls with the root of the number of samples. */
static double blocks_needed(const struct cb_allot_rule *rule, const struct cb_allot_cell *cell)
{
	bool below = cell->samples < rule->samples_min;
	unsigned up_to = below ? rule->samples_min : rule->samples_max;
	double most = (up_to - cell->samples + BLOCK_SAMPLES - 1) / BLOCK_SAMPLES;
	double ratio = width_of(cell) / rule->precision;
	double needed = ceil(cell->samples * (ratio * ratio - 1) / BLOCK_SAMPLES);

	return needed < 1 ? 1 : needed < most ? needed : most;
}

static bool fits(const struct cb_allot_rule *rule, const struct cb_allot_cell *cell)
{
	uint64_t primer = cell->group == rule->group ? 0 : cell->block_ns / BLOCK_SAMPLES;

	return cell->block_ns + cell->base_ns + primer <= rule->left_ns;
}

/* The cell for whose sake the block is, among sorted ones; NULL: there is none. */
static struct cb_allot_cell *widest(const struct cb_allot_rule *rule, struct cb_allot_cell *cells, unsigned n)
{
	struct cb_allot_cell *first = NULL;

	for (unsigned i = 0; i < n; i++) {
		struct cb_allot_cell *cell = &cells[i];

		if (!cb_allot_wants(rule, cell) || !fits(rule, cell))
			continue;
		if (!first)
			first = cell;
		if (cell->group == rule->group)
			return STAY * width_of(cell) >= width_of(first) ? cell : first;
	}
	return first;
}

static bool group_is_served(const struct cb_allot_cell *cells, unsigned n, unsigned group)
{
	for (unsigned i = 0; i < n; i++)
		if (cells[i].chosen && cells[i].group == group)
			return true;
	return false;
}

/* Time for all that the cell needs; its base is paid for by the first of the group. */
static double cost_ns(const struct cb_allot_rule *rule, const struct cb_allot_cell *cell, bool first)
{
	return blocks_needed(rule, cell) * ((double)cell->block_ns + (first ? (double)cell->base_ns : 0));
}

/* Chooses in their order as many as the time lasts for, of all groups, beside the one that is chosen already.
 */
static void serve(const struct cb_allot_rule *rule, struct cb_allot_cell *cells, unsigned n,
	const struct cb_allot_cell *served)
{
	double left = (double)rule->left_ns - cost_ns(rule, served, true);

	for (unsigned i = 0; i < n; i++) {
		struct cb_allot_cell *cell = &cells[i];
		double cost;

		if (cell == served || !cb_allot_wants(rule, cell))
			continue;
		cost = cost_ns(rule, cell, !group_is_served(cells, n, cell->group));
		if (cost > left)
			break;
		left -= cost;
		cell->chosen = true;
	}
}

unsigned cb_allot_block(const struct cb_allot_rule *rule, struct cb_allot_cell *cells, unsigned n)
{
	struct cb_allot_cell *first;
	unsigned chosen = 0;
	bool others = false;

	for (unsigned i = 0; i < n; i++) {
		cells[i].chosen = false;
		if (cells[i].samples < rule->samples_min)
			cells[i].half_width = NAN;
	}
	qsort(cells, n, sizeof *cells, by_width);
	first = widest(rule, cells, n);
	if (!first)
		return 0;
	first->chosen = true;
	serve(rule, cells, n, first);
	for (unsigned i = 0; i < n; i++) {
		cells[i].chosen = cells[i].chosen && cells[i].group == first->group;
		others = others || (cells[i].chosen && !cells[i].base);
	}
	for (unsigned i = 0; i < n; i++) {
		cells[i].chosen = cells[i].chosen ||
				  (others && cells[i].base && cells[i].group == first->group);
		chosen += cells[i].chosen;
	}
	return chosen;
}
