/*
 * concbench gate: two builds, measured in turns by lib/session/gate_run.c and judged by lib/gate; or a file
 * of such a gate, judged again. All that can be wrong with what the user asked is found before the lock is
 * taken.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/files.h"
#include "cmd/concbench/gate_options.h"
#include "cmd/concbench/gate_report.h"
#include "cmd/concbench/measure.h"
#include "cmd/concbench/stdout_json.h"
#include "lib/result/gate_json.h"
#include "lib/session/gate_run.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REPLAY_MAX (256u << 20) /* bytes of a file */

/* All that the command holds; release takes it in any state. */
struct command {
	struct cb_gate_cli cli;
	struct cb_stage stage;
	struct cb_arm base, head;
	struct cb_gate gate;
	struct cb_gate_run run;
	struct cb_gate_document document;
	char self[PATH_MAX];
	char *path; /* of the JSON; NULL: stdout */
	struct cb_saver saver;
	bool saving;      /* the saver is open */
	bool save_failed; /* and was complained about */
	bool broken;      /* it could not go on, and that was complained about */
	int status;       /* why it could not */
};

/* ---- steps up to the measurement: each returns 0 to go on, or an exit status and has complained ---- */

static int open_arms(struct command *c)
{
	struct cb_error err = { 0 };

	cb_self_path(c->self);
	if (cb_arm_open(&c->base, c->cli.base, c->self, &err))
		return cb_usage_error("--base", &err);
	if (cb_arm_open(&c->head, c->cli.head, c->self, &err))
		return cb_usage_error("--head", &err);
	return 0;
}

static int load_host(struct command *c)
{
	struct cb_error err = { 0 };
	int status = cb_stage_load(&c->stage);

	if (!status && cb_supervisor_new(&c->stage.supervisor, &err) < 0) {
		cb_complain("gate", err.text);
		status = CB_EXIT_UNFIT;
	}
	return status;
}

static void set_rules(struct command *c)
{
	struct cb_gate_rules *rules = &c->gate.rules;

	*rules = cb_gate_rules_default;
	rules->metric = (enum cb_gate_metric)c->cli.metric;
	rules->tolerance = c->cli.tolerance;
	rules->alpha = c->cli.alpha;
	rules->confirm_blocks = c->cli.blocks;
}

static void set_run(struct command *c)
{
	c->run.supervisor = c->stage.supervisor;
	c->run.gate = &c->gate;
	c->run.base = &c->base;
	c->run.head = &c->head;
	c->run.self = c->self;
	c->run.drive.seed = c->cli.seed;
	c->run.drive.warmup_ns = c->cli.warmup_ns;
	c->run.drive.dir = c->cli.dir;
	c->run.drive.allow_unverified = c->cli.allow_unverified;
	c->run.sample_time_ns = c->cli.sample_time_ns;
	c->run.units = c->cli.units;
	c->run.timeout_ns = c->cli.timeout_ns;
	c->run.time_budget_ns = c->cli.time_budget_ns;
	c->run.clock_ns = c->stage.host.clock_ns;
}

static int interrupted(const struct command *c)
{
	int signal = cb_supervisor_interrupted(c->stage.supervisor);

	cb_complain(strsignal(signal), "nothing was measured, and nothing is saved");
	return CB_EXIT_SIGNAL + signal;
}

static void tell_odd(const struct cb_gate *gate)
{
	for (unsigned i = 0; i < gate->odd_n; i++)
		cb_complain(gate->odd[i].id, gate->odd[i].why);
	for (unsigned i = 0; i < gate->cells_n; i++)
		if (gate->cells[i].status == CB_GATE_SKIPPED)
			cb_complain(gate->cells[i].id, gate->cells[i].reason);
}

/* Asks both builds what they would measure. */
static int match(struct command *c)
{
	struct cb_error err = { 0 };
	int r;

	set_rules(c);
	set_run(c);
	r = cb_gate_run_match(&c->run, &c->cli.forwarded, &c->cli.workloads, &err);
	if (r == -EINTR)
		return interrupted(c);
	if (r == -EINVAL)
		return cb_usage_error("gate", &err);
	if (r) {
		cb_complain("gate", err.text);
		return r == -ECHILD ? CB_EXIT_WORKLOAD : CB_EXIT_UNFIT;
	}
	if (!c->gate.family) {
		tell_odd(&c->gate);
		cb_complain("gate", "base and head have no cell in common that can be measured");
		return CB_EXIT_NOTHING;
	}
	return 0;
}

static int check_plan(struct command *c)
{
	struct cb_error err = { 0 };

	return cb_gate_run_plan(&c->run, &err) ? cb_usage_error("gate", &err) : 0;
}

/* A gate cannot go on where a killed one stopped: its blocks belong to another session. */
static void tell_stale(const struct command *c)
{
	char why[600], quoted[400];

	if (c->saver.direct || access(c->saver.part, F_OK) < 0)
		return;
	snprintf(why, sizeof why,
		"an earlier gate was ended before it was done, and left this; it is replaced, and this gate "
		"starts anew");
	cb_complain(cb_quote(c->saver.part, quoted, sizeof quoted), why);
}

static int open_output(struct command *c)
{
	int status = cb_open_output(
		c->cli.output, "gate", &c->stage.host, true, &c->saver, &c->path, &c->saving);

	if (c->saving)
		tell_stale(c);
	return status;
}

static int enter(struct command *c)
{
	return cb_stage_enter(&c->stage, "gate", !c->cli.no_wait, c->cli.quiet);
}

/* ---- measuring ---- */

static int write_document(const void *of, int (*put)(void *arg, const char *text, size_t n), void *put_arg)
{
	return cb_gate_write(of, put, put_arg);
}

static void tell(void *arg, const char *sentence)
{
	const struct command *c = arg;

	if (!c->cli.quiet)
		fprintf(stderr, "%s\n", sentence);
}

static int block_done(void *arg, struct cb_error *err)
{
	struct command *c = arg;
	struct cb_gate unfinished = c->gate;
	struct cb_gate_document copy = c->document;
	struct cb_document document = { .write = write_document, .arg = &copy };
	int r;

	if (!c->saving)
		return 0;
	unfinished.partial = true;
	unfinished.verdict = CB_GATE_NO_VERDICT;
	copy.gate = &unfinished;
	r = cb_saver_checkpoint_document(&c->saver, &document, err);
	c->save_failed |= r < 0;
	return r;
}

static void start_document(struct command *c, int argc, char **argv)
{
	time_t now = time(NULL);
	struct tm utc;

	c->document = (struct cb_gate_document){
		.gate = &c->gate,
		.host = &c->stage.host,
		.argc = argc,
		.argv = argv,
		.seed = c->cli.seed,
		.sample_time_ns = c->cli.sample_time_ns,
		.warmup_ns = c->cli.warmup_ns,
	};
	gmtime_r(&now, &utc);
	strftime(c->document.started, sizeof c->document.started, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static int measure(struct command *c)
{
	struct cb_error err = { 0 };
	int r;

	c->run.listener = (struct cb_gate_listener){ c, tell, block_done };
	r = cb_gate_run_measure(&c->run, &err);
	if (!r || r == -EINTR)
		return 0;
	c->broken = !c->save_failed;
	c->status = r == -EINVAL ? CB_EXIT_USAGE : CB_EXIT_UNFIT;
	cb_complain(c->save_failed ? "result" : "gate", err.text);
	return 0;
}

static int (*const steps[])(
	struct command *c) = { open_arms, load_host, match, check_plan, open_output, enter, measure };

/* ---- the end ---- */

static bool has_blocks(const struct cb_gate *gate)
{
	for (unsigned i = 0; i < gate->cells_n; i++)
		if (gate->cells[i].screen.n || gate->cells[i].status == CB_GATE_BROKEN)
			return true;
	return false;
}

/* Saves what there is. Returns the file's name, NULL: nowhere, or stdout. */
static const char *save(struct command *c)
{
	struct cb_document document = { .write = write_document,
		.arg = &c->document,
		.complete = !c->gate.partial && c->gate.verdict != CB_GATE_NO_VERDICT };
	struct cb_error err = { 0 };
	const char *path = NULL;
	int r = 0;

	if (c->save_failed || (c->saving && !has_blocks(&c->gate)))
		return NULL;
	if (c->saving) {
		r = cb_saver_finish_document(&c->saver, &document, &path, &err);
	} else {
		r = cb_gate_write(&c->document, cb_stdout_put, NULL);
		if (r < 0)
			cb_error_set(&err, r, "cannot write to standard output: %s", strerror(-r));
	}
	if (r >= 0)
		return path;
	c->save_failed = true;
	cb_complain("result", err.text);
	return NULL;
}

static void report(const struct cb_gate *gate, const struct cb_gate_cli *cli)
{
	if (cli->report == CB_GATE_REPORT_MARKDOWN)
		cb_gate_report_markdown(gate, stdout);
	else if (!cli->quiet)
		cb_gate_report_text(gate, stderr);
}

/* Without the report, what went wrong is told all the same. */
static void complain_failures(const struct cb_gate *gate)
{
	for (unsigned i = 0; i < gate->cells_n; i++)
		if (gate->cells[i].status == CB_GATE_BROKEN)
			cb_complain(gate->cells[i].id, gate->cells[i].reason);
	if (gate->unfit[0])
		cb_complain("unfit", gate->unfit);
}

/* The first that applies, in the order of which they count: see enum cb_exit. */
static int gate_status(const struct cb_gate *gate, unsigned inconclusive)
{
	static const int of_inconclusive[] = {
		[CB_GATE_STATUS_3] = CB_EXIT_INCONCLUSIVE,
		[CB_GATE_AS_PASS] = CB_EXIT_OK,
		[CB_GATE_AS_FAIL] = CB_EXIT_REGRESSION,
	};

	for (unsigned i = 0; i < gate->cells_n; i++)
		if (gate->cells[i].status == CB_GATE_BROKEN)
			return CB_EXIT_WORKLOAD;
	if (gate->unfit[0])
		return CB_EXIT_UNFIT;
	switch (gate->verdict) {
	case CB_GATE_FAIL:
		return CB_EXIT_REGRESSION;
	case CB_GATE_INCONCLUSIVE:
		return of_inconclusive[inconclusive];
	case CB_GATE_PASS:
		return CB_EXIT_OK;
	default:
		return CB_EXIT_NOTHING;
	}
}

static int exit_status(struct command *c)
{
	int signal = cb_supervisor_interrupted(c->stage.supervisor);
	int status = gate_status(&c->gate, c->cli.inconclusive);

	if (signal)
		return CB_EXIT_SIGNAL + signal;
	if (c->save_failed)
		return CB_EXIT_UNSAVED;
	if (status == CB_EXIT_WORKLOAD)
		return status;
	return c->broken ? c->status : status;
}

static int finish(struct command *c)
{
	const char *path = save(c);
	int status = exit_status(c);
	char why[600], quoted[400];

	if (!c->broken || has_blocks(&c->gate))
		report(&c->gate, &c->cli);
	if (c->cli.quiet)
		complain_failures(&c->gate);
	if (path)
		cb_quote(path, quoted, sizeof quoted);
	if (status > CB_EXIT_SIGNAL) {
		snprintf(why, sizeof why, "%s%s",
			path ? "what was measured is saved, marked partial, in " : "nothing is saved",
			path ? quoted : "");
		cb_complain(strsignal(status - CB_EXIT_SIGNAL), why);
	} else if (path && !c->cli.quiet) {
		fprintf(stderr, "result: %s\n", quoted);
	}
	return status;
}

static void release(struct command *c)
{
	if (c->saving)
		cb_saver_release(&c->saver);
	cb_gate_run_release(&c->run);
	cb_gate_release(&c->gate);
	cb_arm_close(&c->base);
	cb_arm_close(&c->head);
	cb_stage_release(&c->stage);
	cb_gate_cli_release(&c->cli);
	free(c->path);
}

/* ---- again ---- */

static int replay(const struct cb_gate_cli *cli)
{
	struct cb_gate gate = { .null_cell = -1 };
	struct cb_error err = { 0 };
	char difference[400] = "";
	size_t n = 0;
	char *text = cb_read_file(cli->replay, REPLAY_MAX, &n, &err);
	int r = text ? cb_gate_replay(text, n, &gate, difference, sizeof difference, &err) : err.code, status;

	free(text);
	if (r)
		return cb_usage_error(cli->replay, &err);
	report(&gate, cli);
	status = gate_status(&gate, cli->inconclusive);
	if (difference[0]) {
		cb_complain(cli->replay, difference);
		status = CB_EXIT_USAGE;
	} else if (!cli->quiet) {
		fprintf(stderr, "replay: the file tells what follows from its samples, to the last bit\n");
	}
	cb_gate_release(&gate);
	return status;
}

/* ---- the command ---- */

static int run_steps(struct command *c, int argc, char **argv)
{
	int status = 0;

	start_document(c, argc, argv);
	for (size_t i = 0; !status && i < CB_COUNT(steps); i++)
		status = steps[i](c);
	return status ? status : finish(c);
}

int cb_cmd_gate(int argc, char **argv)
{
	struct command c = { .stage = CB_STAGE_EMPTY, .gate = { .null_cell = -1 } };
	int status = CB_EXIT_OK;

	if (cb_gate_cli_parse(&c.cli, argc, argv) < 0)
		status = CB_EXIT_USAGE;
	else if (c.cli.replay)
		status = replay(&c.cli);
	else if (!c.cli.help)
		status = run_steps(&c, argc, argv);
	release(&c);
	return status;
}
