/* Where a run stands, for its listener. */
#include "lib/session/group_run.h"

static const struct cb_run_options *options_of(const struct cb_group_run *run)
{
	return run->session->result->options;
}

static unsigned blocks_planned(const struct cb_group_run *run)
{
	unsigned samples = options_of(run)->samples ? options_of(run)->samples : options_of(run)->samples_max;

	return (samples + 1) / 2;
}

static uint64_t rough_block_ns(const struct cb_group_run *run)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < run->group->n; i++)
		if (run->cells[i].alive)
			sum += run->cells[i].rough_ns ? run->cells[i].rough_ns
						      : options_of(run)->sample_time_ns;
	return 2 * sum;
}

/* What a group takes at most, by what its last block took. */
static uint64_t group_left_ns(const struct cb_group_run *run)
{
	uint64_t block = run->block_ns ? run->block_ns : rough_block_ns(run);
	unsigned blocks = blocks_planned(run);

	return blocks > run->blocks_done ? (blocks - run->blocks_done) * block : 0;
}

/* At most: what is left of this group, of those that are open, and of those to come, which may be like this
 * one.
 */
static uint64_t run_left_ns(const struct cb_group_run *run)
{
	const struct cb_session *session = run->session;
	uint64_t left = session->spending ? 0 : group_left_ns(run), budget = cb_session_left_ns(session);
	unsigned later = session->spending ? 0 : session->result->plan->groups_n - run->number - 1;

	left += later * (left + cb_session_now_ns(session) - run->started_ns);
	for (unsigned i = 0; i < session->result->plan->groups_n; i++)
		left += session->open[i] ? group_left_ns(session->open[i]) : 0;
	return options_of(run)->samples || left < budget ? left : budget;
}

void cb_group_progress(struct cb_group_run *run, enum cb_phase phase, const struct cb_cell_run *cell)
{
	const struct cb_session *session = run->session;
	const struct cb_cell_result *result = &session->result->cells[cell->index];
	struct cb_progress p = {
		.phase = phase,
		.cell = cell->cell,
		.group = run->number,
		.groups = session->result->plan->groups_n,
		.cell_number = cell->index,
		.cells = session->result->plan->cells_n,
		.samples_done = cb_cell_result_counted(result),
		.samples_planned = options_of(run)->samples ? options_of(run)->samples
				   : session->spending      ? options_of(run)->samples_max
							    : options_of(run)->samples_min,
		.elapsed_ns = cb_session_now_ns(session) - session->started_ns,
		.left_ns = run_left_ns(run),
		.result = result,
	};

	if (!session->listener->progress)
		return;
	p.done = (double)p.elapsed_ns / (double)(p.elapsed_ns + p.left_ns + 1);
	session->listener->progress(session->listener->arg, &p);
}
