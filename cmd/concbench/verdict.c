#include "cmd/concbench/verdict.h"

#include "cmd/concbench/cell_name.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/marks.h"
#include "lib/base/text.h"
#include "lib/result/ratio.h"

#include <math.h>
#include <string.h>

#define NAMED_MAX 4 /* cells that a sentence names before it counts the rest */

/* What a sentence is made of. */
struct contest {
	const struct cb_result *result;
	const struct cb_group *group;
	const struct cb_cell_result *best,
		*serial;       /* of the highest rate; the baseline, NULL: not measured */
	bool marked[CB_MARKS]; /* of the cells that were named */
};

static bool is_measured(const struct cb_cell_result *cell)
{
	return cell->status == CB_OK && cell->summary.units_per_s.n > 0;
}

static const struct cb_cell_result *cell_at(const struct contest *c, unsigned i)
{
	return &c->result->cells[c->group->first + i];
}

/* The measured cell with the highest rate, but for `except`; NULL: none. */
static const struct cb_cell_result *best_of(const struct contest *c, const struct cb_cell_result *except)
{
	const struct cb_cell_result *best = NULL;

	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);

		if (cell == except || !is_measured(cell))
			continue;
		if (!best || cell->summary.units_per_s.median > best->summary.units_per_s.median)
			best = cell;
	}
	return best;
}

static const struct cb_cell_result *find_serial(const struct contest *c)
{
	for (unsigned i = 0; i < c->group->n; i++)
		if (is_measured(cell_at(c, i)) && cell_at(c, i)->cell->baseline)
			return cell_at(c, i);
	return NULL;
}

static struct cb_estimate lead_over(const struct contest *c, const struct cb_cell_result *rival)
{
	return cb_result_ratio(c->result, c->best, rival);
}

/* Whether best has a rival without an interval between them. */
static bool intervals_missing(const struct contest *c)
{
	for (unsigned i = 0; i < c->group->n; i++)
		if (cell_at(c, i) != c->best && is_measured(cell_at(c, i)) &&
			isnan(lead_over(c, cell_at(c, i)).ci_low))
			return true;
	return false;
}

/* Every interval that is not wholly above 1, even one below: then rate and ratio disagree, and nothing is
 * shown. */
static bool is_tied(const struct contest *c, const struct cb_cell_result *cell)
{
	return cell != c->best && is_measured(cell) && !(lead_over(c, cell).ci_low > 1);
}

static unsigned count_tied(const struct contest *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->group->n; i++)
		n += is_tied(c, cell_at(c, i));
	return n;
}

/* ---- pieces of the sentence ---- */

static void add_phrase(struct cb_text *text, struct contest *c, const struct cb_cell_result *cell)
{
	char phrase[96];

	cb_text_add(text, "%s", cb_cell_phrase(c->group, cell->cell, phrase, sizeof phrase));
	for (unsigned m = 0; m < CB_MARKS; m++)
		c->marked[m] |= cb_mark_applies((enum cb_mark)m, c->result, cell);
}

/* "1.98x serial (1.95..2.00)" */
static void add_ratio(struct cb_text *text, struct contest *c, const struct cb_cell_result *cell,
	const struct cb_cell_result *base)
{
	struct cb_estimate e = cb_result_ratio(c->result, cell, base);

	cb_text_add(text, "%.2fx ", e.median);
	add_phrase(text, c, base);
	cb_text_add(text, " (%.2f..%.2f)", e.ci_low, e.ci_high);
}

/* The best was shown to be: by how much it beats serial, else the next. */
static void add_winner(struct cb_text *text, struct contest *c)
{
	const struct cb_cell_result *next = best_of(c, c->best);

	cb_text_add(text, "fastest: ");
	add_phrase(text, c, c->best);
	if (c->best == c->serial) {
		cb_text_add(text, "; the next, ");
		add_phrase(text, c, next);
		cb_text_add(text, ", reaches ");
		add_ratio(text, c, next, c->serial);
		return;
	}
	cb_text_add(text, ", ");
	add_ratio(text, c, c->best, c->serial ? c->serial : next);
}

/* Names best and the cells tied with it. Returns whether one of them is serial. */
static bool add_tied(struct cb_text *text, struct contest *c)
{
	bool serial = c->best == c->serial;
	unsigned named = 1, tied = 1;

	add_phrase(text, c, c->best);
	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);

		if (!is_tied(c, cell))
			continue;
		serial |= cell == c->serial;
		if (++tied > NAMED_MAX)
			continue;
		cb_text_add(text, ", ");
		add_phrase(text, c, cell);
		named++;
	}
	if (tied > named)
		cb_text_add(text, " and %u more", tied - named);
	return serial;
}

static void add_tie(struct cb_text *text, struct contest *c)
{
	bool serial;

	cb_text_add(text, "fastest, but not distinguishable: ");
	serial = add_tied(text, c);
	if (serial) {
		cb_text_add(text, "; a gain over serial is not shown");
	} else if (c->serial) {
		cb_text_add(text, "; ");
		add_phrase(text, c, c->best);
		cb_text_add(text, " reaches ");
		add_ratio(text, c, c->best, c->serial);
	}
}

/* What to hold against the cells that were named. */
static void add_doubts(struct cb_text *text, const struct contest *c)
{
	static const struct {
		enum cb_mark mark;
		const char *doubt;
	} doubts[] = {
		{ CB_MARK_SUPERLINEAR, "that is more than the workers can explain" },
		{ CB_MARK_CAPACITY, "the host gave less than its CPUs meanwhile" },
		{ CB_MARK_QUEUED, "something else ran here meanwhile" },
		{ CB_MARK_SHORT, "the samples are too short for the clock" },
		{ CB_MARK_UNVERIFIED, "whether the device was reached is not known" },
	};

	for (size_t i = 0; i < CB_COUNT(doubts); i++)
		if (c->marked[doubts[i].mark])
			cb_text_add(text, "; %s (%s)", doubts[i].doubt, cb_marks[doubts[i].mark].sign);
}

/* The 99th percentile of the response times; CB_NONE: too few units. */
static uint64_t response_ns(const struct cb_cell_result *cell)
{
	return cb_histogram_percentile_ns(cell->latency, 0.99);
}

/*
 * In open loop all cells that keep up have the same rate: they differ by their response times, of which there
 * are no intervals, so nothing is called the best.
 */
static void add_open_loop(struct cb_text *text, struct contest *c)
{
	const struct cb_cell_result *least = NULL;
	unsigned measured = 0, behind = 0;
	char p99[CB_HUMAN];

	for (unsigned i = 0; i < c->group->n; i++) {
		const struct cb_cell_result *cell = cell_at(c, i);

		measured += is_measured(cell);
		behind += is_measured(cell) && cell->summary.overloaded;
		if (is_measured(cell) && !cell->summary.overloaded && response_ns(cell) != CB_NONE &&
			(!least || response_ns(cell) < response_ns(least)))
			least = cell;
	}
	cb_text_add(text, "%u of %u cells kept up", measured - behind, measured);
	if (!least)
		return;
	cb_text_add(text, "; the least 99th percentile of response times, %s, has ",
		cb_human_ns(response_ns(least), p99));
	add_phrase(text, c, least);
	cb_text_add(text, " (without an interval)");
}

static void add_sentence(struct cb_text *text, struct contest *c)
{
	if (c->result->options->open.rate_per_s > 0) {
		add_open_loop(text, c);
		return;
	}
	if (!best_of(c, c->best)) {
		cb_text_add(text, "one cell was measured: there is nothing to compare it with");
		return;
	}
	if (intervals_missing(c)) {
		cb_text_add(text, "highest median: ");
		add_phrase(text, c, c->best);
		cb_text_add(text, "; too few blocks of samples for intervals, so nothing is shown by it");
	} else if (count_tied(c)) {
		add_tie(text, c);
	} else {
		add_winner(text, c);
	}
	add_doubts(text, c);
}

void cb_verdict(const struct cb_result *result, unsigned group, char *buf, size_t size)
{
	struct contest c = { .result = result, .group = &result->plan->groups[group] };
	struct cb_text text = { 0 };

	c.best = best_of(&c, NULL);
	c.serial = find_serial(&c);
	if (c.best)
		add_sentence(&text, &c);
	snprintf(buf, size, "%s", text.s ? text.s : "");
	cb_text_release(&text);
}
