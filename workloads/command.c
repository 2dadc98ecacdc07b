/*
 * command: any program as a workload. A unit is one execution, from creating the process to having waited for
 * it, so its time is that of fork, exec, the dynamic linker, the program and its exit. `concbench run --
 * PROGRAM ARG...` is this workload with words=PROGRAM ARG...; no shell is run.
 *
 * What a unit did is known by the exit status and by what the program itself reports (lib/workload_report.h):
 * a reported digest is part of the sample's, so that a program that ends well without having done its work is
 * found. CPU time, switches and faults of the program count as its worker's.
 */
#include "lib/workload_report.h"
#include "lib/workload_spawn.h"

enum { NO, YES };
enum { USER, SYSTEM, PEAK, VOLUNTARY, INVOLUNTARY, COUNT };

struct command_params {
	struct cb_argv words, prepare, cleanup;
	struct cb_file input;
	char output[CB_FILE_PATH_MAX];
	unsigned ignore_status;
};

/* What a worker leaves for verify. */
struct leavings {
	struct cb_report report;
	uint64_t floor_bytes; /* its own memory, which is what a program's peak begins with */
};

/* What a worker needs to run a command, and what its executions reported. */
struct runner {
	struct cb_spawn spawn;
	char *words[CB_COMMAND_MAX]; /* a word has one byte at least */
	char number[sizeof "CONCBENCH_FD=3"];
	struct cb_report report;
	char text[CB_REPORT_BYTES + 1];
};

/* ---- running -------------------------------------------------------------------------------------- */

/* The environment, with where to report. NULL: no memory. */
static char **make_environment(char *report)
{
	size_t n = 0;
	char **env;

	while (environ[n])
		n++;
	env = calloc(n + 2, sizeof *env);
	if (!env)
		return NULL;
	env[0] = report;
	memcpy(env + 1, environ, n * sizeof *env);
	return env;
}

/* O_NONBLOCK: a pipe that nobody reads is an error instead of a wait. */
static int open_output(const char *output, struct cb_error *err)
{
	bool discard = !*output || !strcmp(output, "discard");
	int fd;

	if (!strcmp(output, "inherit"))
		return STDERR_FILENO;
	fd = open(discard ? "/dev/null" : output,
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
	if (fd < 0)
		return cb_error_set(err, -errno, "cannot write the command's output to '%.100s': %s", output,
			strerror(errno));
	fcntl(fd, F_SETFL, O_APPEND);
	return fd;
}

static void runner_close(struct runner *r)
{
	if (r->spawn.in > STDERR_FILENO)
		close(r->spawn.in);
	if (r->spawn.out > STDERR_FILENO)
		close(r->spawn.out);
	if (r->spawn.stack)
		munmap(r->spawn.stack, CB_SPAWN_STACK_BYTES);
	free(r->spawn.envp);
	free(r);
}

static int runner_fill(struct runner *r, const struct cb_argv *command, const char *input,
	const struct command_params *p, struct cb_error *err)
{
	r->spawn.in = open(*input ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
	if (r->spawn.in < 0)
		return cb_error_set(err, -errno, "cannot read '%.100s': %s", input, strerror(errno));
	r->spawn.out = open_output(p->output, err);
	if (r->spawn.out < 0)
		return r->spawn.out;
	r->spawn.stack = cb_spawn_stack();
	r->spawn.envp = make_environment(strcpy(r->number, "CONCBENCH_FD=3"));
	if (!r->spawn.stack || !r->spawn.envp)
		return cb_error_set(err, -ENOMEM, "no memory to start a program");
	r->spawn.program = command->program.path;
	r->spawn.argv = r->words;
	r->spawn.report = -1;
	for (uint32_t i = 0, at = 0; i < command->words; i++) {
		r->words[i] = (char *)command->text + at; /* execve changes none */
		at += (uint32_t)strlen(r->words[i]) + 1;
	}
	return 0;
}

static int runner_open(struct runner **ret, const struct cb_argv *command, const char *input,
	const struct command_params *p, const struct cb_env *env, struct cb_error *err)
{
	struct runner *r = calloc(1, sizeof *r);
	int rc;

	if (!r)
		return cb_error_set(err, -ENOMEM, "no memory to start a program");
	r->spawn.fds_soft = env->fds_soft;
	rc = runner_fill(r, command, input, p, err);
	if (rc)
		runner_close(r);
	else
		*ret = r;
	return rc;
}

/* One execution from start to end. What it used is added to nothing yet. */
static int execute(struct runner *r, bool ignore_status, struct rusage *used, struct cb_error *err)
{
	const char *name = r->words[0];
	pid_t pid;
	int status;

	lseek(r->spawn.in, 0, SEEK_SET); /* executions share it */
	pid = cb_spawn_start(&r->spawn);
	if (pid < 0)
		return cb_error_set(err, pid, "cannot start '%.100s': %s%s", name, strerror(-pid),
			pid == -ENOEXEC ? " (a script begins with a line like #!/bin/sh)" : "");
	status = cb_spawn_wait(pid, used);
	if (status < 0)
		return cb_error_set(err, status, "cannot wait for '%.100s': %s", name, strerror(-status));
	if (WIFSIGNALED(status))
		return cb_error_set(err, -ECHILD, "'%.100s' was killed by SIG%s", name,
			sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	if (WEXITSTATUS(status) && !ignore_status)
		return cb_error_set(err, -ECHILD,
			"'%.100s' exited with status %d: --ignore-status accepts it", name,
			WEXITSTATUS(status));
	return 0;
}

/* prepare and cleanup. */
static int run_once(const struct cb_argv *command, const struct command_params *p, const struct cb_env *env,
	struct cb_error *err)
{
	struct rusage used;
	struct runner *r;
	int rc = command->words ? runner_open(&r, command, "", p, env, err) : 0;

	if (rc || !command->words)
		return rc;
	rc = execute(r, false, &used, err);
	runner_close(r);
	return rc;
}

/* ---- hooks ---------------------------------------------------------------------------------------- */

static int command_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct command_params *p = params;

	(void)env;
	return p->words.words ? 0
			      : cb_error_set(err, -EINVAL,
					"no command is given: concbench run -- COMMAND ARGUMENT...");
}

/* What workers leave. */
static int command_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct command_params *p = s->params;

	*ret_shared = s->alloc(s, s->env->workers * sizeof(struct leavings));
	if (!*ret_shared)
		return cb_error_set(err, -ENOMEM, "no memory for what the command reports");
	return run_once(&p->prepare, p, s->env, err);
}

static int command_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct command_params *p = w->params;
	struct runner *r = NULL;
	int rc = runner_open(&r, &p->words, p->input.path, p, w->env, err);

	w->state = r;
	return rc;
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static void count_used(struct cb_worker *w, const struct rusage *used)
{
	struct cb_children *c = &w->children;
	uint64_t peak = (uint64_t)used->ru_maxrss * 1024;

	c->user_ns += timeval_ns(used->ru_utime);
	c->sys_ns += timeval_ns(used->ru_stime);
	c->ctx_voluntary += (uint64_t)used->ru_nvcsw;
	c->ctx_involuntary += (uint64_t)used->ru_nivcsw;
	c->faults_minor += (uint64_t)used->ru_minflt;
	c->faults_major += (uint64_t)used->ru_majflt;
	c->peak_bytes = peak > c->peak_bytes ? peak : c->peak_bytes;
	w->metric[USER] = (double)c->user_ns;
	w->metric[SYSTEM] = (double)c->sys_ns;
	w->metric[PEAK] = (double)c->peak_bytes;
	w->metric[VOLUNTARY] = (double)c->ctx_voluntary;
	w->metric[INVOLUNTARY] = (double)c->ctx_involuntary;
}

/* Takes what was reported, once the program has ended: what others still say later goes nowhere. */
static void take_report(struct runner *r, int fd)
{
	ssize_t n = read(fd, r->text, CB_REPORT_BYTES);

	if (n > 0)
		cb_report_add(&r->report, r->text, (size_t)n);
}

static int run_unit(struct cb_worker *w, struct cb_error *err)
{
	const struct command_params *p = w->params;
	struct runner *r = w->state;
	struct rusage used;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return cb_error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	r->spawn.report = fds[1];
	rc = execute(r, p->ignore_status == YES, &used, err);
	if (!rc) {
		count_used(w, &used);
		take_report(r, fds[0]);
	}
	close(fds[0]);
	close(fds[1]);
	return rc;
}

static int command_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct runner *r = w->state;

	for (uint64_t unit = first; unit < first + n; unit++) {
		uint64_t digest = r->report.digest, digests = r->report.digests;
		int rc = run_unit(w, err);

		if (rc)
			return rc;
		w->digest += unit + 1;
		if (r->report.digests > digests)
			w->digest += cb_mix64(r->report.digest - digest);
	}
	return 0;
}

static void command_worker_fini(struct cb_worker *w)
{
	struct runner *r = w->state;
	struct leavings *left = w->shared;
	struct rusage own;

	left[w->index].report = r->report;
	if (!getrusage(RUSAGE_SELF, &own))
		left[w->index].floor_bytes = (uint64_t)own.ru_maxrss * 1024;
	runner_close(r);
}

/* What all workers' executions reported together. */
static int command_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct command_params *p = v->params;
	const struct leavings *left = v->shared;
	struct cb_report all = { 0 };
	uint64_t floor = 0;

	for (unsigned i = 0; i < v->env->workers; i++) {
		cb_report_merge(&all, &left[i].report);
		floor = left[i].floor_bytes > floor ? left[i].floor_bytes : floor;
	}
	v->note_number(v, "peak_floor_bytes", (double)floor);
	for (unsigned i = 0; i < all.counts_n; i++) {
		if (!strcmp(all.counts[i].name, "count"))
			v->metric(v, COUNT, all.counts[i].sum / (double)v->units);
		v->note_number(v, all.counts[i].name, all.counts[i].sum);
	}
	if (all.refused)
		v->note_number(v, "report_refused", (double)all.refused);
	return run_once(&p->cleanup, p, v->env, err);
}

static const char *const no_yes[] = { "no", "yes", NULL };
static const struct cb_param command_table[] = {
	{ "words", CB_PARAM_COMMAND, "", "", 0, 0, NULL, "the program and its arguments",
		offsetof(struct command_params, words) },
	{ "input", CB_PARAM_FILE, "", "", 0, 0, NULL, "its standard input; none: /dev/null",
		offsetof(struct command_params, input) },
	{ "output", CB_PARAM_PATH, "", "discard", 0, 0, NULL,
		"where its output goes: discard, inherit (concbench's standard error), or a file to append "
		"to",
		offsetof(struct command_params, output) },
	{ "prepare", CB_PARAM_COMMAND, "", "", 0, 0, NULL, "a command before each sample, not timed",
		offsetof(struct command_params, prepare) },
	{ "cleanup", CB_PARAM_COMMAND, "", "", 0, 0, NULL, "a command after each sample, not timed",
		offsetof(struct command_params, cleanup) },
	{ "ignore_status", CB_PARAM_ENUM, "", "no", 0, 0, no_yes, "whether any exit status will do",
		offsetof(struct command_params, ignore_status) },
	{ .name = NULL },
};

static const struct cb_metric command_metrics[] = {
	[USER] = { "user_ns_per_unit", "ns", CB_MERGE_PER_UNIT, 0, 0, "user time of an execution" },
	[SYSTEM] = { "system_ns_per_unit", "ns", CB_MERGE_PER_UNIT, 0, 0, "system time of an execution" },
	[PEAK] = { "peak_bytes", "bytes", CB_MERGE_MAX, 0, 0,
		"most memory that one process had (at least note peak_floor_bytes, which it starts with)" },
	[VOLUNTARY] = { "ctx_voluntary_per_unit", "", CB_MERGE_PER_UNIT, 0, 0, "waits of an execution" },
	[INVOLUNTARY] = { "ctx_involuntary_per_unit", "", CB_MERGE_PER_UNIT, 0, 0,
		"times that an execution lost its CPU" },
	[COUNT] = { "count_per_unit", "", CB_MERGE_VERIFY, 0, 0, "what it reported as count" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_command = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "command",
	.summary = "any program: start, run, wait; concbench run -- PROGRAM ARGUMENT...",
	.unit = "execution",
	.version = 1,
	.class = CB_CLASS_MIXED,
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE | CB_UNITS_ONCE | CB_OWN_CPUS,
	.fds_per_worker = 4,
	.params = command_table,
	.metrics = command_metrics,
	.params_size = sizeof(struct command_params),
	.supported = command_supported,
	.setup = command_setup,
	.worker_init = command_worker_init,
	.run = command_run,
	.verify = command_verify,
	.worker_fini = command_worker_fini,
};
