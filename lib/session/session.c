#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/clock.h"
#include "lib/session/group_run.h"

/* Preparing writes files and corpora: unless --timeout says otherwise it gets longer than a sample. */
#define PREPARE_TIMEOUT_NS UINT64_C(300000000000)

uint64_t cb_session_now_ns(const struct cb_session *session)
{
	return cb_now_ns() - cb_supervisor_stopped_ns(session->supervisor);
}

uint64_t cb_session_left_ns(const struct cb_session *session)
{
	uint64_t budget = session->result->options->time_budget_ns;
	uint64_t spent = cb_session_now_ns(session) - session->started_ns;

	return budget > spent ? budget - spent : 0;
}

void cb_group_warn(const struct cb_group_run *run, const char *sentence)
{
	const struct cb_listener *listener = run->session->listener;

	if (listener->warn)
		listener->warn(listener->arg, sentence);
}

static unsigned cells_alive(const struct cb_group_run *run)
{
	unsigned n = 0;

	for (unsigned i = 0; i < run->group->n; i++)
		n += run->cells[i].alive;
	return n;
}

static void drop_all(struct cb_group_run *run, enum cb_status status, const char *reason)
{
	for (unsigned i = 0; i < run->group->n; i++)
		if (run->cells[i].alive)
			cb_group_drop(run, &run->cells[i], status, reason);
}

static int prepare(struct cb_group_run *run, struct cb_error *err)
{
	const struct cb_run_options *options = run->session->result->options;
	const struct cb_workload *workload = run->group->workload;
	uint64_t timeout = options->timeout_ns ? options->timeout_ns : PREPARE_TIMEOUT_NS;
	struct cb_error why = { 0 };
	enum cb_status status;
	int r;

	if (!workload->prepare)
		return 0;
	cb_group_progress(run, CB_PHASE_PREPARE, &run->cells[0]);
	do {
		why = (struct cb_error){ 0 };
		r = cb_prepare_run(run->session->supervisor, workload, run->group->params,
			&run->group->serial.env, options->seed, timeout, &run->prepared, &status, &why);
	} while (r == -ERESTART);
	if (r)
		return cb_error_set(err, r, "%s", why.text);
	if (status != CB_OK)
		drop_all(run, status, why.text);
	return 0;
}

/* An equal share of the time that is left for this and later groups. */
static uint64_t share_of_budget(const struct cb_session *session, unsigned group)
{
	return cb_session_left_ns(session) / (session->result->plan->groups_n - group);
}

/* NULL: no memory. */
static struct cb_group_run *new_run(struct cb_session *session, unsigned number)
{
	const struct cb_plan *plan = session->result->plan;
	const struct cb_group *group = &plan->groups[number];
	struct cb_group_run *run = calloc(1, sizeof *run);
	struct cb_cell_run *cells = calloc(group->n, sizeof *cells);

	if (!run || !cells) {
		free(run);
		free(cells);
		return NULL;
	}
	*run = (struct cb_group_run){
		.session = session,
		.group = group,
		.number = number,
		.cells = cells,
		.budget_ns = share_of_budget(session, number),
		.started_ns = cb_session_now_ns(session),
		.capacity = NAN,
	};
	for (unsigned i = 0; i < group->n; i++)
		cells[i] = (struct cb_cell_run){
			.cell = &plan->cells[group->first + i],
			.index = group->first + i,
			.alive = plan->cells[group->first + i].status == CB_OK,
		};
	return run;
}

void cb_group_run_free(struct cb_group_run *run)
{
	if (!run)
		return;
	cb_prepared_free(run->prepared);
	free(run->cells);
	free(run);
}

/* Its minimum. It stays open, with what was prepared, when more is wanted of it. */
static int run_group(struct cb_session *session, unsigned number, struct cb_error *err)
{
	struct cb_group_run *run = new_run(session, number);
	int r = 0;

	if (!run)
		return cb_error_set(err, -ENOMEM, "no memory for a group of %u cells",
			session->result->plan->groups[number].n);
	if (cells_alive(run))
		r = prepare(run, err);
	if (!r && cells_alive(run))
		r = cb_group_calibrate(run, err);
	if (!r && cells_alive(run))
		r = cb_group_measure(run, err);
	cb_result_summarize(session->result, number);
	if (!r && cb_group_wants_more(run))
		session->open[number] = run;
	else
		cb_group_run_free(run);
	return r;
}

static int run_all(struct cb_session *session, struct cb_error *err)
{
	unsigned n = session->result->plan->groups_n;
	int r = 0;

	session->open = calloc(n, sizeof(struct cb_group_run *));
	if (!session->open)
		return cb_error_set(err, -ENOMEM, "no memory for %u groups", n);
	for (unsigned i = 0; i < n && !r; i++)
		r = run_group(session, i, err);
	session->spending = true;
	if (!r)
		r = cb_session_spend(session, err);
	for (unsigned i = 0; i < n; i++)
		cb_group_run_free(session->open[i]);
	free(session->open);
	return r;
}

int cb_session_run(struct cb_supervisor *supervisor, struct cb_result *result,
	const struct cb_listener *listener, int *ret_signal, struct cb_error *err)
{
	struct cb_session session = {
		.supervisor = supervisor,
		.result = result,
		.listener = listener,
		.started_ns = cb_now_ns(),
		.latest = CB_NO_GROUP,
	};
	int r;

	*ret_signal = 0;
	result->partial = true;
	cb_rng_seed(&session.rng, result->order_seed);
	r = run_all(&session, err);
	if (r == -EINTR)
		*ret_signal = cb_supervisor_interrupted(supervisor);
	result->partial = r != 0;
	return r;
}
