#include "cmd/concbench/verdict.h"

#include "cmd/concbench/cell_name.h"
#include "cmd/concbench/human.h"
#include "lib/base/text.h"

#include <math.h>
#include <string.h>

#define NAMED_MAX 4 /* cells that a sentence names before it counts the rest */

/* What a sentence is made of. */
struct contest {
	const struct cb_result *result;
	const struct cb_group *group;
	bool ratios; /* judged by speed-up, per block against serial; else by rates */
};

static bool measured(const struct cb_cell_result *cell)
{
	return cell->status == CB_OK && cell->summary.units_per_s.n > 0;
}

static const struct cb_cell_result *cell_at(const struct contest *c, unsigned i)
{
	return &c->result->cells[c->group->first + i];
}

static bool has_interval(const struct cb_estimate *e)
{
	return isfinite(e->ci_low) && isfinite(e->ci_high);
}

/*
 * Speed-ups are per block, so that what the host does to a whole block cancels: they are compared where every
 * cell but serial has one with an interval, else rates.
 */
static bool have_ratios(const struct contest *c)
{
	bool baseline = false;

	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);

		baseline |= measured(cell) && cell->cell->baseline;
		if (measured(cell) && !cell->cell->baseline && !has_interval(&cell->summary.speedup))
			return false;
	}
	return baseline;
}

/* The number that cells are compared by; serial is 1 to itself, exactly. */
static struct cb_estimate merit(const struct contest *c, const struct cb_cell_result *cell)
{
	if (!c->ratios)
		return cell->summary.units_per_s;
	if (cell->cell->baseline)
		return (struct cb_estimate){ .n = 1, .median = 1, .ci_low = 1, .ci_high = 1 };
	return cell->summary.speedup;
}

static bool overlap(const struct cb_estimate *a, const struct cb_estimate *b)
{
	return a->ci_low <= b->ci_high && b->ci_low <= a->ci_high;
}

/* The measured cell with the greatest median, but for `except`; NULL: none. */
static const struct cb_cell_result *best_of(const struct contest *c, const struct cb_cell_result *except)
{
	const struct cb_cell_result *best = NULL;

	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);

		if (cell == except || !measured(cell))
			continue;
		if (!best || merit(c, cell).median > merit(c, best).median)
			best = cell;
	}
	return best;
}

static bool intervals_missing(const struct contest *c)
{
	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);
		struct cb_estimate e = merit(c, cell);

		if (measured(cell) && !has_interval(&e))
			return true;
	}
	return false;
}

static void add_phrase(struct cb_text *text, const struct contest *c, const struct cb_cell_result *cell)
{
	char phrase[96];

	cb_text_add(text, "%s", cb_cell_phrase(c->group, cell->cell, phrase, sizeof phrase));
}

/* "1.98x serial (1.95..2.00)" or "12.3k/s (12.1k..12.4k)", with the bare ratio where it has no interval. */
static void add_merit(struct cb_text *text, const struct contest *c, const struct cb_cell_result *cell)
{
	struct cb_estimate e = merit(c, cell);
	char median[CB_HUMAN], low[CB_HUMAN], high[CB_HUMAN];

	if (c->ratios)
		cb_text_add(text, "%.2fx serial (%.2f..%.2f)", e.median, e.ci_low, e.ci_high);
	else
		cb_text_add(text, "%s/s (%s..%s)", cb_human_si(e.median, median), cb_human_si(e.ci_low, low),
			cb_human_si(e.ci_high, high));
	if (!c->ratios && cell->summary.speedup.n && !cell->cell->baseline)
		cb_text_add(text, ", %.2fx serial (median of too few blocks for an interval)",
			cell->summary.speedup.median);
}

/* Names the cells whose intervals overlap best's, best first. Returns their number; *ret_serial: one is
 * serial. */
static unsigned add_tied(
	struct cb_text *text, const struct contest *c, const struct cb_cell_result *best, bool *ret_serial)
{
	struct cb_estimate top = merit(c, best);
	unsigned tied = 1;

	add_phrase(text, c, best);
	*ret_serial = best->cell->baseline;
	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);
		struct cb_estimate e = merit(c, cell);

		if (cell == best || !measured(cell) || !overlap(&top, &e))
			continue;
		*ret_serial |= cell->cell->baseline;
		if (++tied > NAMED_MAX)
			continue;
		cb_text_add(text, ", ");
		add_phrase(text, c, cell);
	}
	if (tied > NAMED_MAX)
		cb_text_add(text, " and %u more", tied - NAMED_MAX);
	return tied;
}

/* best won: by how much, and over what where best is serial itself. */
static void add_winner(struct cb_text *text, const struct contest *c, const struct cb_cell_result *best)
{
	const struct cb_cell_result *second = best_of(c, best);

	cb_text_add(text, "fastest: ");
	add_phrase(text, c, best);
	if (!c->ratios || !best->cell->baseline) {
		cb_text_add(text, ", ");
		add_merit(text, c, best);
	} else {
		cb_text_add(text, "; the next, ");
		add_phrase(text, c, second);
		cb_text_add(text, ", reaches ");
		add_merit(text, c, second);
	}
}

static void add_comparison(struct cb_text *text, const struct contest *c, const struct cb_cell_result *best)
{
	struct cb_text names = { 0 };
	bool serial;
	unsigned tied = add_tied(&names, c, best, &serial);

	if (tied == 1) {
		add_winner(text, c, best);
	} else {
		cb_text_add(text, "fastest, but not distinguishable: %s", names.s ? names.s : "");
		if (serial)
			cb_text_add(text, "; a gain over serial is not shown");
		else {
			cb_text_add(text, "; ");
			add_phrase(text, c, best);
			cb_text_add(text, " reaches ");
			add_merit(text, c, best);
		}
	}
	cb_text_release(&names);
}

void cb_verdict(const struct cb_result *result, unsigned group, char *buf, size_t size)
{
	struct contest c = { .result = result, .group = &result->plan->groups[group] };
	const struct cb_cell_result *best;
	struct cb_text text = { 0 };

	c.ratios = have_ratios(&c);
	best = best_of(&c, NULL);
	if (!best) {
		cb_text_add(&text, "%s", "");
	} else if (!best_of(&c, best)) {
		cb_text_add(&text, "one cell was measured: there is nothing to compare it with");
	} else if (intervals_missing(&c)) {
		cb_text_add(&text, "highest median: ");
		add_phrase(&text, &c, best);
		cb_text_add(&text, "; too few samples for intervals, so nothing is shown by it");
	} else {
		add_comparison(&text, &c, best);
		if (best->summary.capacity_low)
			cb_text_add(&text, "; the host gave less than its CPUs meanwhile (~)");
	}
	snprintf(buf, size, "%s", text.s ? text.s : "");
	cb_text_release(&text);
}
