/*
 * concbench selftest: real gates of this program against itself, one after another, each saved when it is
 * done, so that a self-test that was ended goes on where it was; then what all of them say. All that can be
 * wrong with what the user asked is found before the lock is taken.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/files.h"
#include "cmd/concbench/measure.h"
#include "cmd/concbench/selftest_options.h"
#include "cmd/concbench/selftest_report.h"
#include "cmd/concbench/stdout_json.h"
#include "lib/base/amount.h"
#include "lib/exec/disturb.h"
#include "lib/host/clock.h"
#include "lib/session/selftest_run.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX (256u << 20)

/* All that the command holds; release takes it in any state. */
struct command {
	struct cb_selftest_cli cli;
	struct cb_stage stage;
	struct cb_disturber disturber;
	struct cb_selftest_run run;
	struct cb_gate matched;      /* the cells there are, and those that are skipped */
	struct cb_gate_cell **cells; /* [plan.cells] that are measured, in matched */
	char **ids;                  /* theirs */
	struct cb_selftest_plan plan;
	struct cb_selftest_task *tasks;
	struct cb_selftest_document document; /* owns costs and gates */
	struct cb_selftest_summary summary;
	char self[PATH_MAX];
	char *path; /* of the JSON; NULL: stdout */
	struct cb_saver saver;
	uint64_t began_ns, measured_ns; /* gates of this process: when, and how long in all */
	unsigned measured;              /* so many */
	bool saving;                    /* the saver is open */
	bool save_failed;               /* and was complained about */
	bool broken;                    /* it could not go on, and that was complained about */
	bool out_of_time;
};

/* ---- steps up to the measurement: each returns 0 to go on, or an exit status and has complained ---- */

/* Before the supervisor is made, which leaves alone what was there before it. */
static int start_disturber(struct command *c)
{
	struct cb_error err = { 0 };
	int status = cb_stage_load(&c->stage);

	if (status)
		return status;
	if (cb_disturb_start((enum cb_disturbance)c->cli.disturb, c->stage.host.allowance.mask[0], c->cli.dir,
		    &c->disturber, &err) < 0 ||
		cb_supervisor_new(&c->stage.supervisor, &err) < 0) {
		cb_complain("selftest", err.text);
		return CB_EXIT_UNFIT;
	}
	return 0;
}

static int set_run(struct command *c)
{
	struct cb_error err = { 0 };

	cb_self_path(c->self);
	c->run.supervisor = c->stage.supervisor;
	c->run.rules = cb_gate_rules_default;
	c->run.rules.tolerance = c->cli.tolerance;
	c->run.rules.confirm_blocks = c->cli.blocks;
	c->run.self = c->self;
	c->run.options = &c->cli.options;
	c->run.workloads = &c->cli.workloads;
	c->run.drive.seed = c->cli.seed;
	c->run.drive.warmup_ns = c->cli.warmup_ns;
	c->run.drive.dir = c->cli.dir;
	c->run.drive.allow_unverified = c->cli.allow_unverified;
	c->run.sample_time_ns = c->cli.sample_time_ns;
	c->run.timeout_ns = c->cli.timeout_ns;
	c->run.gate_time_ns = c->cli.gate_time_ns;
	if (cb_gate_check(&c->run.rules, 1, &err))
		return cb_usage_error("--blocks", &err);
	if (cb_selftest_open(&c->run, &err)) {
		cb_complain("selftest", err.text);
		return CB_EXIT_UNFIT;
	}
	return 0;
}

static int interrupted(const struct command *c)
{
	int signal = cb_supervisor_interrupted(c->stage.supervisor);

	cb_complain(strsignal(signal), "nothing was measured, and nothing is saved");
	return CB_EXIT_SIGNAL + signal;
}

/* Those that can be measured. */
static int choose_cells(struct command *c)
{
	struct cb_gate *gate = &c->matched;

	c->cells = calloc(gate->cells_n + 1, sizeof(struct cb_gate_cell *));
	c->ids = calloc(gate->cells_n + 1, sizeof(char *));
	if (!c->cells || !c->ids)
		return -ENOMEM;
	for (unsigned i = 0; i < gate->cells_n; i++) {
		if (gate->cells[i].status != CB_GATE_OK) {
			cb_complain(gate->cells[i].id, gate->cells[i].reason);
			continue;
		}
		c->cells[c->plan.cells] = &gate->cells[i];
		c->ids[c->plan.cells++] = gate->cells[i].id;
	}
	return 0;
}

/* Asks this program what it can measure, as a gate would. */
static int match(struct command *c)
{
	struct cb_error err = { 0 };
	int r = cb_selftest_match(&c->run, &c->matched, &err);

	if (r == -EINTR)
		return interrupted(c);
	if (r == -EINVAL)
		return cb_usage_error("selftest", &err);
	if (r || choose_cells(c)) {
		cb_complain("selftest", r ? err.text : "out of memory");
		return r == -ECHILD ? CB_EXIT_WORKLOAD : CB_EXIT_UNFIT;
	}
	if (!c->plan.cells) {
		cb_complain("selftest", "there is no cell that can be measured");
		return CB_EXIT_NOTHING;
	}
	return 0;
}

static int make_plan(struct command *c)
{
	struct cb_selftest_document *document = &c->document;

	memcpy(c->plan.slowdowns, c->cli.slowdowns.v, sizeof c->plan.slowdowns);
	c->plan.slowdowns_n = c->cli.slowdowns.n;
	c->plan.equals = c->cli.gates;
	c->plan.each = c->cli.gates_each;
	c->plan.seed = c->cli.seed;
	c->tasks = cb_selftest_tasks(&c->plan, &document->tasks_n);
	document->gates = c->tasks ? calloc(document->tasks_n + 1, sizeof *document->gates) : NULL;
	if (!document->gates) {
		cb_complain("selftest", "out of memory");
		return CB_EXIT_UNFIT;
	}
	document->host = &c->stage.host;
	document->settings = c->cli.settings;
	document->settings_n = c->cli.settings_n;
	document->rules = &c->run.rules;
	document->plan = &c->plan;
	document->ids = c->ids;
	document->tasks = c->tasks;
	return 0;
}

static int open_output(struct command *c)
{
	return cb_open_output(
		c->cli.output, "selftest", &c->stage.host, false, &c->saver, &c->path, &c->saving);
}

static int refuse_file(const char *path, const struct cb_error *why)
{
	char quoted[200], text[400];

	snprintf(text, sizeof text, "%s: it cannot be gone on with; write another --output, or remove it",
		why->text);
	cb_complain(cb_quote(path, quoted, sizeof quoted), text);
	return CB_EXIT_USAGE;
}

/* What an earlier one left: FILE.part is newer than FILE. */
static int go_on(struct command *c)
{
	const char *path = c->saver.part;
	struct cb_error err = { 0 };
	char quoted[200], *text;
	size_t n;
	int r;

	if (!c->saving || c->saver.direct)
		return 0;
	if (access(path, F_OK) < 0)
		path = c->saver.target;
	if (access(path, F_OK) < 0)
		return 0;
	text = cb_read_file(path, FILE_MAX, &n, &err);
	r = text ? cb_selftest_read(text, n, &c->document, &err) : err.code;
	free(text);
	if (r)
		return refuse_file(path, &err);
	if (!c->cli.quiet)
		fprintf(stderr, "%s: going on; %u of %u gates are done\n",
			cb_quote(path, quoted, sizeof quoted), c->document.gates_n, c->document.tasks_n);
	return 0;
}

static int enter(struct command *c)
{
	return c->document.gates_n == c->document.tasks_n
		       ? 0
		       : cb_stage_enter(&c->stage, "selftest", !c->cli.no_wait, c->cli.quiet);
}

/* ---- measuring ---- */

static int write_document(const void *of, int (*put)(void *arg, const char *text, size_t n), void *put_arg)
{
	return cb_selftest_write(of, put, put_arg);
}

/* What the gates that are left take: as long as those before them, where there were some. */
static uint64_t left_ns(struct command *c)
{
	uint64_t sum = 0;

	for (unsigned i = c->document.gates_n; i < c->document.tasks_n; i++)
		sum += cb_selftest_expected_ns(&c->run, c->cells[c->tasks[i].cell], &c->tasks[i]);
	if (c->measured)
		sum = c->measured_ns / c->measured * (c->document.tasks_n - c->document.gates_n);
	return sum;
}

static void tell_gate(struct command *c, const struct cb_selftest_gate *gate)
{
	char id[100], took[CB_HUMAN], left[CB_HUMAN], effect[32] = "";

	if (c->cli.quiet)
		return;
	if (isfinite(gate->effect))
		snprintf(effect, sizeof effect, " at %+.1f%%", 100 * expm1(gate->effect));
	fprintf(stderr, "%u/%u %s, head %+.4g%%: %s%s, %s; about %s left\n", c->document.gates_n,
		c->document.tasks_n, cb_quote(c->ids[gate->task.cell], id, sizeof id),
		100 * gate->task.slowdown, cb_selftest_outcome_names[gate->outcome], effect,
		cb_human_ns(gate->total_ns, took), cb_human_wait(left_ns(c), left));
}

static int checkpoint(struct command *c, struct cb_error *err)
{
	struct cb_document document = { .write = write_document, .arg = &c->document };
	int r = c->saving ? cb_saver_checkpoint_document(&c->saver, &document, err) : 0;

	c->save_failed |= r < 0;
	return r;
}

static bool fits_time(struct command *c)
{
	const struct cb_selftest_task *task = &c->tasks[c->document.gates_n];
	uint64_t expected = c->measured ? c->measured_ns / c->measured
					: cb_selftest_expected_ns(&c->run, c->cells[task->cell], task);

	return !c->cli.time_budget_ns || cb_now_ns() - c->began_ns + expected <= c->cli.time_budget_ns;
}

static int one_gate(struct command *c, struct cb_error *err)
{
	const struct cb_selftest_task *task = &c->tasks[c->document.gates_n];
	struct cb_selftest_gate *gate = &c->document.gates[c->document.gates_n];
	int r = cb_selftest_measure(&c->run, c->ids[task->cell], task, gate, err);

	if (r)
		return r;
	if (!cb_disturb_lives(&c->disturber)) {
		cb_selftest_gate_release(gate);
		return cb_error_set(err, -ECHILD,
			"the process that is to disturb has ended: %s cannot be had",
			cb_disturbance_names[c->cli.disturb]);
	}
	c->document.gates_n++;
	c->measured++;
	c->measured_ns += gate->total_ns;
	tell_gate(c, gate);
	return checkpoint(c, err);
}

static int measure_costs(struct command *c, struct cb_error *err)
{
	if (c->document.costs_n)
		return 0;
	return cb_selftest_measure_costs(
		&c->run, &c->cli.arrangement, &c->document.costs, &c->document.costs_n, err);
}

static void tell_beginning(struct command *c)
{
	char wait[CB_HUMAN];

	if (!c->cli.quiet)
		fprintf(stderr, "%u gates of %u cells; about %s\n", c->document.tasks_n - c->document.gates_n,
			c->plan.cells, cb_human_wait(left_ns(c), wait));
}

static int measure(struct command *c)
{
	struct cb_error err = { 0 };
	int r = 0;

	c->began_ns = cb_now_ns();
	if (c->document.gates_n < c->document.tasks_n) {
		tell_beginning(c);
		r = measure_costs(c, &err);
		cb_disturb_go(&c->disturber);
	}
	while (!r && !c->out_of_time && c->document.gates_n < c->document.tasks_n) {
		c->out_of_time = !fits_time(c);
		if (!c->out_of_time)
			r = one_gate(c, &err);
	}
	cb_disturb_stop(&c->disturber);
	if (r && r != -EINTR) {
		c->broken = !c->save_failed;
		cb_complain(c->save_failed ? "result" : "selftest", err.text);
	}
	return 0;
}

static int (*const steps[])(struct command *c) = { start_disturber, set_run, match, make_plan, open_output,
	go_on, enter, measure };

/* ---- the end ---- */

static int summarise(struct command *c)
{
	int r = cb_selftest_summarise(
		&c->plan, &c->run.rules, c->document.gates, c->document.gates_n, c->cli.replays, &c->summary);

	if (r)
		cb_complain("selftest", "out of memory");
	else
		c->document.summary = &c->summary;
	return r;
}

/* Saves what there is. Returns the file's name, NULL: nowhere, or stdout. */
static const char *save(struct command *c)
{
	struct cb_document document = { .write = write_document,
		.arg = &c->document,
		.complete = c->document.gates_n == c->document.tasks_n };
	struct cb_error err = { 0 };
	const char *path = NULL;
	int r = 0;

	if (c->save_failed || !c->document.gates_n)
		return NULL;
	if (c->saving) {
		r = cb_saver_finish_document(&c->saver, &document, &path, &err);
	} else {
		r = cb_selftest_write(&c->document, cb_stdout_put, NULL);
		if (r < 0)
			cb_error_set(&err, r, "cannot write to standard output: %s", strerror(-r));
	}
	if (r >= 0)
		return path;
	c->save_failed = true;
	cb_complain("result", err.text);
	return NULL;
}

static bool any_broken(const struct cb_selftest_summary *summary)
{
	return summary->outcomes[0][CB_SELFTEST_BROKEN] || summary->outcomes[1][CB_SELFTEST_BROKEN];
}

static int exit_status(struct command *c)
{
	int signal = cb_supervisor_interrupted(c->stage.supervisor);

	if (signal)
		return CB_EXIT_SIGNAL + signal;
	if (c->save_failed)
		return CB_EXIT_UNSAVED;
	if (c->document.summary && any_broken(&c->summary))
		return CB_EXIT_WORKLOAD;
	if (c->document.summary && cb_selftest_cries_wolf(&c->summary, c->run.rules.alpha))
		return CB_EXIT_REGRESSION;
	if (c->broken || (c->document.summary && cb_selftest_unfit(&c->summary, c->run.rules.drop_max)))
		return CB_EXIT_UNFIT;
	return c->document.gates_n ? CB_EXIT_OK : CB_EXIT_NOTHING;
}

static void report(const struct command *c)
{
	const char *disturbance = cb_disturbance_names[c->cli.disturb];
	bool markdown = c->cli.report == CB_SELFTEST_REPORT_MARKDOWN;

	if (c->document.summary && (markdown || !c->cli.quiet))
		cb_selftest_report(&c->document, disturbance, markdown, markdown ? stdout : stderr);
}

/* Without the report, what went wrong is told all the same. */
static void complain_failures(const struct command *c)
{
	for (unsigned i = 0; i < c->document.gates_n; i++)
		if (c->document.gates[i].outcome == CB_SELFTEST_BROKEN)
			cb_complain(c->ids[c->tasks[i].cell], c->document.gates[i].reason);
}

static void tell_end(struct command *c, int status, const char *path)
{
	char why[600], quoted[400];

	if (path)
		cb_quote(path, quoted, sizeof quoted);
	if (status > CB_EXIT_SIGNAL) {
		snprintf(why, sizeof why, "%s%s",
			path ? "the same command goes on; what was measured is saved in "
			     : "nothing is saved",
			path ? quoted : "");
		cb_complain(strsignal(status - CB_EXIT_SIGNAL), why);
	} else if (path && !c->cli.quiet) {
		fprintf(stderr, "result: %s%s\n", quoted,
			c->document.gates_n < c->document.tasks_n ? "; the same command goes on" : "");
	}
}

static int finish(struct command *c)
{
	const char *path;
	int status;

	if (!cb_supervisor_interrupted(c->stage.supervisor) && c->document.gates_n && summarise(c))
		c->broken = true;
	if (c->out_of_time && !c->document.gates_n)
		cb_complain("--time-budget", "not one gate would end within it");
	path = save(c);
	status = exit_status(c);
	report(c);
	if (c->cli.quiet)
		complain_failures(c);
	tell_end(c, status, path);
	return status;
}

static void release(struct command *c)
{
	if (c->saving)
		cb_saver_release(&c->saver);
	cb_disturb_stop(&c->disturber);
	cb_selftest_summary_release(&c->summary);
	for (unsigned i = 0; i < c->document.gates_n; i++)
		cb_selftest_gate_release(&c->document.gates[i]);
	free(c->document.gates);
	cb_selftest_costs_release(c->document.costs, c->document.costs_n);
	free(c->tasks);
	free(c->cells);
	free(c->ids);
	cb_gate_release(&c->matched);
	cb_selftest_close(&c->run);
	cb_stage_release(&c->stage);
	cb_selftest_cli_release(&c->cli);
	free(c->path);
}

/* ---- the command ---- */

static void start_document(struct cb_selftest_document *document, int argc, char **argv)
{
	time_t now = time(NULL);
	struct tm utc;

	document->argc = argc;
	document->argv = argv;
	gmtime_r(&now, &utc);
	strftime(document->started, sizeof document->started, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static int run_steps(struct command *c, int argc, char **argv)
{
	int status = 0;

	start_document(&c->document, argc, argv);
	for (size_t i = 0; !status && i < CB_COUNT(steps); i++)
		status = steps[i](c);
	return status ? status : finish(c);
}

int cb_cmd_selftest(int argc, char **argv)
{
	struct command c = { .stage = CB_STAGE_EMPTY, .matched = { .null_cell = -1 } };
	int status = CB_EXIT_OK;

	if (cb_selftest_cli_parse(&c.cli, argc, argv) < 0)
		status = CB_EXIT_USAGE;
	else if (!c.cli.help)
		status = run_steps(&c, argc, argv);
	release(&c);
	return status;
}
