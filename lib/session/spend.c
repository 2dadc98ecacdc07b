/* What is left of the time budget when every group had its share. */
#include <errno.h>
#include <stdlib.h>

#include "lib/plan/allot.h"
#include "lib/session/group_run.h"

static const struct cb_cell_result *result_of(
	const struct cb_session *session, const struct cb_cell_run *cell)
{
	return &session->result->cells[cell->index];
}

static struct cb_allot_rule rule_of(const struct cb_session *session)
{
	const struct cb_run_options *options = session->result->options;

	return (struct cb_allot_rule){ .precision = options->precision,
		.samples_min = options->samples_min,
		.samples_max = options->samples_max,
		.left_ns = cb_session_left_ns(session),
		.group = session->latest };
}

static struct cb_allot_cell describe(const struct cb_group_run *run, unsigned i)
{
	const struct cb_cell_run *cell = &run->cells[i];
	const struct cb_cell_result *result = result_of(run->session, cell);

	return (struct cb_allot_cell){ .group = run->number,
		.cell = i,
		.base = cell->cell->baseline,
		.samples = cb_cell_result_counted(result),
		.half_width = cb_estimate_half_width(&result->summary.units_per_s),
		.block_ns = 2 * cell->rough_ns };
}

bool cb_group_wants_more(const struct cb_group_run *run)
{
	const struct cb_allot_rule rule = rule_of(run->session);

	if (run->session->result->options->samples)
		return false;
	for (unsigned i = 0; i < run->group->n; i++) {
		struct cb_allot_cell cell = describe(run, i);

		if (run->cells[i].alive && cb_allot_wants(&rule, &cell))
			return true;
	}
	return false;
}

static uint64_t base_ns(const struct cb_group_run *run)
{
	for (unsigned i = 0; i < run->group->n; i++)
		if (run->cells[i].alive && run->cells[i].cell->baseline)
			return 2 * run->cells[i].rough_ns;
	return 0;
}

/* The living cells of a group, into cells. Returns how many. */
static unsigned list_group(const struct cb_group_run *run, struct cb_allot_cell *cells)
{
	uint64_t base = base_ns(run);
	unsigned n = 0;

	for (unsigned i = 0; i < run->group->n; i++) {
		if (!run->cells[i].alive)
			continue;
		cells[n] = describe(run, i);
		cells[n].base_ns = cells[n].base ? 0 : base;
		n++;
	}
	return n;
}

static unsigned list_open(const struct cb_session *session, struct cb_allot_cell *cells)
{
	unsigned n = 0;

	for (unsigned g = 0; g < session->result->plan->groups_n; g++)
		if (session->open[g])
			n += list_group(session->open[g], cells + n);
	return n;
}

/* Tells the cells who of them is chosen. Returns the group that they are of. */
static struct cb_group_run *set_block(
	const struct cb_session *session, const struct cb_allot_cell *cells, unsigned n)
{
	struct cb_group_run *chosen = NULL;

	for (unsigned i = 0; i < n; i++) {
		struct cb_group_run *run = session->open[cells[i].group];

		run->cells[cells[i].cell].in_block = cells[i].chosen;
		if (cells[i].chosen)
			chosen = run;
	}
	return chosen;
}

/* What was prepared for it is given back as soon as it wants no more. */
static void close_if_done(struct cb_session *session, struct cb_group_run *run)
{
	if (cb_group_wants_more(run))
		return;
	session->open[run->number] = NULL;
	cb_group_run_free(run);
}

int cb_session_spend(struct cb_session *session, struct cb_error *err)
{
	struct cb_allot_cell *cells = calloc(session->result->plan->cells_n, sizeof *cells);
	struct cb_group_run *run;
	int r = 0;

	if (!cells)
		return cb_error_set(err, -ENOMEM, "no memory to share out what is left of the time");
	do {
		const struct cb_allot_rule rule = rule_of(session);
		unsigned n = list_open(session, cells);

		run = cb_allot_block(&rule, cells, n) ? set_block(session, cells, n) : NULL;
		if (run)
			r = cb_group_block(run, false, err);
		if (run && !r)
			close_if_done(session, run);
	} while (run && !r);
	free(cells);
	return r;
}
