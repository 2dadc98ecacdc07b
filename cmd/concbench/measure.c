#include "cmd/concbench/measure.h"

#include "cmd/concbench/cmd.h"
#include "lib/base/rng.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- the stage ---- */

int cb_stage_load(struct cb_stage *stage)
{
	struct cb_error err = { 0 };

	if (cb_host_load(&stage->host, &err) < 0) {
		cb_complain("host", err.text);
		return CB_EXIT_UNFIT;
	}
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

static int take_lock(struct cb_stage *stage, const char *what, bool wait, bool quiet)
{
	struct cb_error err = { 0 };
	int signal = 0;
	int r = cb_lock_take(&stage->lock, wait, quiet ? tell_nothing : tell_waiting, &signal, &err);

	if (r == -EINTR) {
		cb_complain(strsignal(signal),
			"the other concbench was still measuring; nothing was measured here");
		return CB_EXIT_SIGNAL + signal;
	}
	if (r < 0) {
		cb_complain(what, err.text);
		return CB_EXIT_UNFIT;
	}
	return 0;
}

int cb_stage_enter(struct cb_stage *stage, const char *what, bool wait, bool quiet)
{
	struct cb_error err = { 0 };
	int status = take_lock(stage, what, wait, quiet);

	if (status)
		return status;
	if (!stage->supervisor && cb_supervisor_new(&stage->supervisor, &err) < 0) {
		cb_complain(what, err.text);
		return CB_EXIT_UNFIT;
	}
	return 0;
}

void cb_stage_release(struct cb_stage *stage)
{
	cb_lock_release(&stage->lock);
	cb_supervisor_free(stage->supervisor);
	cb_host_release(&stage->host);
}

void cb_self_path(char *ret)
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);

	ret[n > 0 ? n : 0] = '\0';
}

/* ---- a run ---- */

int cb_measured_run_plan(struct cb_measured_run *run, const struct cb_stage *stage, const char *what)
{
	struct cb_error err = { 0 };

	if (cb_plan_make(&run->plan, &run->cli.run, &stage->host, &err) < 0)
		return cb_usage_error(what, &err);
	return 0;
}

int cb_measured_run_prepare(struct cb_measured_run *run, const struct cb_stage *stage, const char *what)
{
	struct cb_error err = { 0 };

	if (cb_result_init(&run->result, &run->cli.run, &stage->host, &run->plan, &err) < 0) {
		cb_complain(what, err.text);
		return CB_EXIT_UNFIT;
	}
	run->result.argc = run->argc;
	run->result.argv = run->argv;
	if (cb_random_seed(&run->result.order_seed) < 0) {
		cb_complain(what, "the kernel gives no random numbers for the order of samples");
		return CB_EXIT_UNFIT;
	}
	return 0;
}

static void on_progress(void *arg, const struct cb_progress *progress)
{
	struct cb_measured_run *run = arg;

	cb_progress_view_tell(&run->view, progress);
}

static void on_warning(void *arg, const char *sentence)
{
	struct cb_measured_run *run = arg;

	if (run->cli.quiet)
		return;
	cb_progress_view_clear(&run->view);
	cb_complain("warning", sentence);
}

static int on_block_done(void *arg, const struct cb_result *result, struct cb_error *err)
{
	struct cb_measured_run *run = arg;
	int r = run->checkpoint ? run->checkpoint(run->arg, result, err) : 0;

	run->save_failed |= r < 0;
	return r;
}

void cb_measured_run_go(struct cb_measured_run *run, const struct cb_stage *stage, const char *what)
{
	struct cb_listener listener = { run, on_progress, on_warning, on_block_done };
	enum cb_progress_kind kind = run->cli.quiet ? CB_PROGRESS_NONE : run->cli.progress;
	struct cb_error err = { 0 };
	int r;

	cb_progress_view_init(&run->view, stderr, kind, run->cli.color, &run->result);
	r = cb_session_run(stage->supervisor, &run->result, &listener, &run->signal, &err);
	cb_progress_view_end(&run->view);
	if (r < 0 && r != -EINTR) {
		run->broken = !run->save_failed;
		cb_complain(run->save_failed ? "result" : what, err.text);
	}
}

void cb_measured_run_release(struct cb_measured_run *run)
{
	cb_result_release(&run->result);
	cb_plan_release(&run->plan);
	cb_run_cli_release(&run->cli);
}
