/*
 * concbench run: options, host, plan, output, lock, then the session, with what it tells shown, and its
 * result saved and printed. All that can be wrong with what the user asked is found before the lock is taken
 * and before anything is measured.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/files.h"
#include "cmd/concbench/forecast.h"
#include "cmd/concbench/measure.h"
#include "cmd/concbench/stdout_json.h"
#include "cmd/concbench/table.h"
#include "cmd/concbench/table_hint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All that the command holds; release takes it in any state. */
struct run {
	struct cb_stage stage;
	struct cb_measured_run it;
	char *path; /* of the JSON; NULL: stdout */
	struct cb_saver saver;
	bool saving;      /* the saver is open */
	bool save_failed; /* at the end, and was complained about */
};

/* ---- steps up to the measurement: each returns 0 to go on, or an exit status and has complained ---- */

static int load_host(struct run *run)
{
	return cb_stage_load(&run->stage);
}

static int make_plan(struct run *run)
{
	return cb_measured_run_plan(&run->it, &run->stage, "run");
}

static int open_output(struct run *run)
{
	return cb_open_output(
		run->it.cli.output, "", &run->stage.host, true, &run->saver, &run->path, &run->saving);
}

static int enter(struct run *run)
{
	return cb_stage_enter(&run->stage, "run", !run->it.cli.run.no_wait, run->it.cli.quiet);
}

static int checkpoint(void *arg, const struct cb_result *result, struct cb_error *err)
{
	struct run *run = arg;

	return run->saving ? cb_saver_checkpoint(&run->saver, result, err) : 0;
}

static int prepare(struct run *run)
{
	run->it.checkpoint = checkpoint;
	run->it.arg = run;
	return cb_measured_run_prepare(&run->it, &run->stage, "run");
}

static int measure(struct run *run)
{
	char forecast[256];

	if (!run->it.cli.quiet)
		fprintf(stderr, "%s\n",
			cb_forecast(&run->it.plan, &run->it.cli.run, forecast, sizeof forecast));
	cb_measured_run_go(&run->it, &run->stage, "run");
	run->save_failed = run->it.save_failed;
	return 0;
}

static int (*const steps[])(struct run *run) = { load_host, make_plan, open_output, enter, prepare, measure };

/* ---- the end ---- */

/* Saves what there is. Returns the file's name, NULL: nowhere, or stdout. */
static const char *save(struct run *run)
{
	struct cb_error err = { 0 };
	const char *path = NULL;
	int r;

	if (run->save_failed)
		return NULL;
	if (run->saving) {
		r = cb_saver_finish(&run->saver, &run->it.result, &path, &err);
	} else {
		r = cb_result_write(&run->it.result, cb_stdout_put, NULL);
		if (r < 0)
			cb_error_set(&err, r, "cannot write to standard output: %s", strerror(-r));
	}
	if (r < 0) {
		run->save_failed = true;
		cb_complain("result", err.text);
		return NULL;
	}
	return path;
}

/* On stdout where that is a terminal of its own, else on stderr. */
static void print_table(const struct run *run)
{
	FILE *out = run->saving && isatty(STDOUT_FILENO) ? stdout : stderr;
	struct cb_style style = cb_style_of(out, run->it.cli.color);

	if (cb_table_print(&run->it.result, out, &style) < 0)
		cb_complain("table", "out of memory; the result itself is not affected");
	fflush(out);
}

/* Under --quiet the table does not tell why cells failed. */
static void complain_failures(const struct run *run)
{
	for (unsigned i = 0; i < run->it.plan.cells_n; i++) {
		const struct cb_cell_result *cell = &run->it.result.cells[i];
		char why[320];

		if (!cb_cell_result_failed(cell) || cb_cell_result_excused(&run->it.result, cell))
			continue;
		snprintf(why, sizeof why, "%s: %s", cb_status_names[cell->status], cell->reason);
		cb_complain(cell->cell->id, why);
	}
}

static void tell_interrupt(const struct run *run, const char *path)
{
	char why[600], quoted[400];

	if (path)
		snprintf(why, sizeof why, "what was measured is saved in %s, marked partial",
			cb_quote(path, quoted, sizeof quoted));
	else if (run->save_failed)
		snprintf(why, sizeof why, "what was measured is not saved");
	else if (run->saving)
		snprintf(why, sizeof why, "nothing was measured, and nothing is saved");
	else if (!cb_table_has_numbers(&run->it.result))
		snprintf(why, sizeof why, "nothing was measured; the result says so, marked partial");
	else
		snprintf(why, sizeof why, "what was measured is written, marked partial");
	cb_complain(strsignal(run->it.signal), why);
}

static void tell_where(const char *path)
{
	char quoted[400], hint[2048];

	cb_table_hint(path, hint, sizeof hint);
	fprintf(stderr, "result: %s%s%s%s\n", cb_quote(path, quoted, sizeof quoted),
		*hint ? "   (as Markdown or CSV: " : "", hint, *hint ? ")" : "");
}

/* The first that applies, in the order of which they count: see enum cb_exit. */
static int exit_status(const struct run *run)
{
	int status = cb_result_exit_status(&run->it.result);

	if (run->it.signal)
		return CB_EXIT_SIGNAL + run->it.signal;
	if (run->save_failed)
		return CB_EXIT_UNSAVED;
	if (status == CB_EXIT_WORKLOAD)
		return status;
	return run->it.broken ? CB_EXIT_UNFIT : status;
}

static int finish(struct run *run)
{
	const char *path = save(run);

	if (run->it.cli.quiet)
		complain_failures(run);
	else if (cb_table_has_numbers(&run->it.result) || !run->it.signal)
		print_table(run);
	if (run->it.signal)
		tell_interrupt(run, path);
	else if (path && !run->it.cli.quiet)
		tell_where(path);
	return exit_status(run);
}

static void release(struct run *run)
{
	if (run->saving)
		cb_saver_release(&run->saver);
	cb_measured_run_release(&run->it);
	cb_stage_release(&run->stage);
	free(run->path);
}

int cb_cmd_run(int argc, char **argv)
{
	struct run run = { .stage = CB_STAGE_EMPTY, .it = { .argc = argc, .argv = argv } };
	int status = CB_EXIT_OK;

	if (cb_run_cli_parse(&run.it.cli, argc, argv) < 0)
		status = CB_EXIT_USAGE;
	else if (!run.it.cli.help) {
		for (size_t i = 0; !status && i < CB_COUNT(steps); i++)
			status = steps[i](&run);
		if (!status)
			status = finish(&run);
	}
	release(&run);
	return status;
}
