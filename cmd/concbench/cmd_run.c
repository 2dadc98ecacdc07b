/*
 * concbench run: options, host, plan, output, lock, then the session, with what it tells shown, and its
 * result saved and printed. All that can be wrong with what the user asked is found before the lock is taken
 * and before anything is measured.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/forecast.h"
#include "cmd/concbench/lock.h"
#include "cmd/concbench/progress.h"
#include "cmd/concbench/run_options.h"
#include "cmd/concbench/table.h"
#include "cmd/concbench/table_hint.h"
#include "lib/base/rng.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RESULTS "results"

/* All that a run holds; zeroed but for the lock it is empty, and release takes it in any state. */
struct run {
	struct cb_run_cli cli;
	int argc;
	char **argv;
	struct cb_host host;
	struct cb_plan plan;
	struct cb_result result;
	char *path; /* of the JSON; NULL: stdout */
	struct cb_saver saver;
	bool saving; /* the saver is open */
	struct cb_lock lock;
	struct cb_supervisor *supervisor;
	struct cb_progress_view view;
	int signal;       /* that ended the session; 0: none */
	bool save_failed; /* and was complained about */
	bool broken;      /* the harness could not go on, and that was complained about */
};

/* ---- steps up to the measurement: each returns 0 to go on, or an exit status and has complained ---- */

static int load_host(struct run *run)
{
	struct cb_error err = { 0 };

	if (cb_host_load(&run->host, &err) < 0) {
		cb_complain("host", err.text);
		return CB_EXIT_UNFIT;
	}
	return 0;
}

static int make_plan(struct run *run)
{
	struct cb_error err = { 0 };

	if (cb_plan_make(&run->plan, &run->cli.run, &run->host, &err) < 0)
		return cb_usage_error("run", &err);
	return 0;
}

/* results/HOST-TIME.json, its folder made. NULL: no memory or no folder, and has complained. */
static char *default_path(const struct cb_host *host)
{
	char name[sizeof host->hostname], stamp[32], *path;
	time_t now = time(NULL);
	struct tm utc;
	size_t n = 0;

	for (; n < sizeof name - 1 && host->hostname[n]; n++)
		name[n] = isalnum((unsigned char)host->hostname[n]) ? host->hostname[n] : '-';
	name[n] = '\0';
	gmtime_r(&now, &utc);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
	if (mkdir(RESULTS, 0777) < 0 && errno != EEXIST) {
		cb_complain(RESULTS, strerror(errno));
		return NULL;
	}
	if (asprintf(&path, RESULTS "/%s-%s.json", n ? name : "host", stamp) < 0) {
		cb_complain("run", "out of memory");
		return NULL;
	}
	return path;
}

/*
 * Open for writing, and not a device that is full: what is written in one go at the end would be lost.
 * Writing nothing is the question that some devices answer.
 */
static int check_stdout(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	errno = EBADF;
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || write(STDOUT_FILENO, "", 0) < 0) {
		cb_complain("standard output", strerror(errno));
		return CB_EXIT_UNSAVED;
	}
	return 0;
}

static int open_output(struct run *run)
{
	const char *output = run->cli.output;
	struct cb_error err = { 0 };

	if (output ? !strcmp(output, "-") : !isatty(STDOUT_FILENO))
		return check_stdout();
	run->path = output ? strdup(output) : default_path(&run->host);
	if (!run->path)
		return CB_EXIT_UNSAVED;
	if (cb_saver_init(&run->saver, run->path, &err) < 0) {
		cb_complain("--output", err.text);
		return CB_EXIT_UNSAVED;
	}
	run->saving = true;
	return 0;
}

static void tell_waiting(long pid)
{
	if (pid > 0)
		fprintf(stderr, "waiting for another concbench (pid %ld)\n", pid);
	else
		fprintf(stderr, "waiting for another concbench\n");
}

static void tell_nothing(long pid)
{
	(void)pid;
}

static int take_lock(struct run *run)
{
	struct cb_error err = { 0 };
	int signal = 0;
	int r = cb_lock_take(&run->lock, !run->cli.run.no_wait, run->cli.quiet ? tell_nothing : tell_waiting,
		&signal, &err);

	if (r == -EINTR) {
		cb_complain(strsignal(signal),
			"the other concbench was still measuring; nothing was measured here");
		return CB_EXIT_SIGNAL + signal;
	}
	if (r < 0) {
		cb_complain("run", err.text);
		return CB_EXIT_UNFIT;
	}
	return 0;
}

static int prepare_session(struct run *run)
{
	struct cb_error err = { 0 };

	if (cb_supervisor_new(&run->supervisor, &err) < 0 ||
		cb_result_init(&run->result, &run->cli.run, &run->host, &run->plan, &err) < 0) {
		cb_complain("run", err.text);
		return CB_EXIT_UNFIT;
	}
	run->result.argc = run->argc;
	run->result.argv = run->argv;
	if (cb_random_seed(&run->result.order_seed) < 0) {
		cb_complain("run", "the kernel gives no random numbers for the order of samples");
		return CB_EXIT_UNFIT;
	}
	return 0;
}

/* ---- what the session tells ---- */

static void on_progress(void *arg, const struct cb_progress *progress)
{
	struct run *run = arg;

	cb_progress_view_tell(&run->view, progress);
}

static void on_warning(void *arg, const char *sentence)
{
	struct run *run = arg;

	if (run->cli.quiet)
		return;
	cb_progress_view_clear(&run->view);
	cb_complain("warning", sentence);
}

static int on_block_done(void *arg, const struct cb_result *result, struct cb_error *err)
{
	struct run *run = arg;
	int r = run->saving ? cb_saver_checkpoint(&run->saver, result, err) : 0;

	run->save_failed |= r < 0;
	return r;
}

static int measure(struct run *run)
{
	struct cb_listener listener = { run, on_progress, on_warning, on_block_done };
	enum cb_progress_kind kind = run->cli.quiet ? CB_PROGRESS_NONE : run->cli.progress;
	struct cb_error err = { 0 };
	char forecast[256];
	int r;

	cb_progress_view_init(&run->view, stderr, kind, run->cli.color, &run->result);
	if (!run->cli.quiet)
		fprintf(stderr, "%s\n", cb_forecast(&run->plan, &run->cli.run, forecast, sizeof forecast));
	r = cb_session_run(run->supervisor, &run->result, &listener, &run->signal, &err);
	cb_progress_view_end(&run->view);
	if (r < 0 && r != -EINTR) {
		run->broken = !run->save_failed;
		cb_complain(run->save_failed ? "result" : "run", err.text);
	}
	return 0;
}

static int (*const steps[])(
	struct run *run) = { load_host, make_plan, open_output, take_lock, prepare_session, measure };

/* ---- the end ---- */

/* Waits where a pipe does not block; returns 0 or a negative errno. */
static int put_stdout(void *arg, const char *text, size_t n)
{
	struct pollfd polled = { .fd = STDOUT_FILENO, .events = POLLOUT };

	(void)arg;
	while (n) {
		ssize_t written = write(STDOUT_FILENO, text, n);

		if (written > 0) {
			text += written;
			n -= (size_t)written;
		} else if (written < 0 && errno == EAGAIN) {
			poll(&polled, 1, -1);
		} else if (written < 0 && errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* Saves what there is. Returns the file's name, NULL: nowhere, or stdout. */
static const char *save(struct run *run)
{
	struct cb_error err = { 0 };
	const char *path = NULL;
	int r;

	if (run->save_failed)
		return NULL;
	if (run->saving) {
		r = cb_saver_finish(&run->saver, &run->result, &path, &err);
	} else {
		r = cb_result_write(&run->result, put_stdout, NULL);
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
	struct cb_style style = cb_style_of(out, run->cli.color);

	if (cb_table_print(&run->result, out, &style) < 0)
		cb_complain("table", "out of memory; the result itself is not affected");
	fflush(out);
}

/* Under --quiet the table does not tell why cells failed. */
static void complain_failures(const struct run *run)
{
	for (unsigned i = 0; i < run->plan.cells_n; i++) {
		const struct cb_cell_result *cell = &run->result.cells[i];
		char why[320];

		if (cell->status == CB_OK || cell->status == CB_SKIPPED)
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
	else if (!cb_table_has_numbers(&run->result))
		snprintf(why, sizeof why, "nothing was measured; the result says so, marked partial");
	else
		snprintf(why, sizeof why, "what was measured is written, marked partial");
	cb_complain(strsignal(run->signal), why);
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
	int status = cb_result_exit_status(&run->result);

	if (run->signal)
		return CB_EXIT_SIGNAL + run->signal;
	if (run->save_failed)
		return CB_EXIT_UNSAVED;
	if (status == CB_EXIT_WORKLOAD)
		return status;
	return run->broken ? CB_EXIT_UNFIT : status;
}

static int finish(struct run *run)
{
	const char *path = save(run);

	if (run->cli.quiet)
		complain_failures(run);
	else if (cb_table_has_numbers(&run->result) || !run->signal)
		print_table(run);
	if (run->signal)
		tell_interrupt(run, path);
	else if (path && !run->cli.quiet)
		tell_where(path);
	return exit_status(run);
}

static void release(struct run *run)
{
	cb_lock_release(&run->lock);
	if (run->saving)
		cb_saver_release(&run->saver);
	cb_result_release(&run->result);
	cb_supervisor_free(run->supervisor);
	cb_plan_release(&run->plan);
	cb_host_release(&run->host);
	cb_run_cli_release(&run->cli);
	free(run->path);
}

int cb_cmd_run(int argc, char **argv)
{
	struct run run = { .argc = argc, .argv = argv, .lock = { -1 } };
	int status = CB_EXIT_OK;

	if (cb_run_cli_parse(&run.cli, argc, argv) < 0)
		status = CB_EXIT_USAGE;
	else if (!run.cli.help) {
		for (size_t i = 0; !status && i < CB_COUNT(steps); i++)
			status = steps[i](&run);
		if (!status)
			status = finish(&run);
	}
	release(&run);
	return status;
}
