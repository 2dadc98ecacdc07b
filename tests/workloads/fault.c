/*
 * Goes wrong on purpose: in a hook, in a way, in a worker, after some units, in some of the samples. Its
 * units are a few multiplications. How often it has struck is counted in memory that all samples share, so
 * that a run can meet it once and go on.
 */
#include "lib/workload.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARMUP_FIRST_UNIT (UINT64_C(1) << 62)
#define ANY_WORKER        999 /* where units are drawn, no particular one is sure to get any */

enum hook { NONE, PREPARE, SETUP, WORKER_INIT, WARMUP, RUN, WORKER_FINI, VERIFY, TEARDOWN };

struct fault {
	unsigned hook, how;
	uint64_t worker, after, skip, times, time_ns, work;
};

struct prepared {
	_Atomic uint64_t chances; /* how often the hook came to the point */
	pid_t harness;
};

/* ---- ways to go wrong ------------------------------------------------------------------------ */

struct strike {
	const struct fault *fault;
	const struct prepared *prepared;
	struct cb_worker *worker; /* NULL in the leader's hooks */
	struct cb_error *err;     /* NULL where a hook cannot fail */
};

static int error(struct strike *s)
{
	return cb_error_set(s->err, -EIO, "asked to fail");
}

static int canceled(struct strike *s)
{
	(void)s;
	return -ECANCELED;
}

/* Dies of signal, whoever had meant to handle it. */
static int die_of(int signo)
{
	signal(signo, SIG_DFL);
	return raise(signo);
}

static int segv(struct strike *s)
{
	(void)s;
	return die_of(SIGSEGV);
}

static int sigabrt(struct strike *s)
{
	(void)s;
	return die_of(SIGABRT);
}

static int kill_own(struct strike *s)
{
	(void)s;
	kill(getpid(), SIGKILL);
	return 0;
}

static int exit_3(struct strike *s)
{
	(void)s;
	_exit(3);
}

static int exit_0(struct strike *s)
{
	(void)s;
	_exit(0);
}

static int hang(struct strike *s)
{
	(void)s;
	while (pause() < 0)
		;
	return 0;
}

/* Waits for a byte that nobody writes. */
static int read_nothing(struct strike *s)
{
	int fds[2];
	char byte;

	if (pipe(fds) || read(fds[0], &byte, 1) < 0)
		return cb_error_set(s->err, -errno, "cannot read a pipe");
	return 0;
}

/* Stops its process, as kill -STOP does. */
static int stop(struct strike *s)
{
	(void)s;
	return raise(SIGSTOP);
}

static int spin(struct strike *s)
{
	for (;;)
		cb_keep(s);
	return 0;
}

static int slow(struct strike *s)
{
	struct timespec t = { .tv_sec = (time_t)(s->fault->time_ns / 1000000000u),
		.tv_nsec = (long)(s->fault->time_ns % 1000000000u) };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
	return 0;
}

static int wrong_digest(struct strike *s)
{
	if (s->worker)
		s->worker->digest++;
	return 0;
}

/* A process of another session that no polite signal ends. */
static _Noreturn void live_on(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	for (;;)
		pause();
}

static int grandchild(struct strike *s)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return cb_error_set(s->err, -errno, "cannot fork");
	if (!child) {
		setsid();
		if (!fork())
			live_on();
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		return cb_error_set(s->err, -ECHILD, "somebody else reaped the child");
	return 0;
}

static int harness_int(struct strike *s)
{
	return kill(s->prepared->harness, SIGINT);
}

static int harness_term(struct strike *s)
{
	return kill(s->prepared->harness, SIGTERM);
}

static int harness_stop(struct strike *s)
{
	return kill(s->prepared->harness, SIGTSTP);
}

/* And goes on for ever, so that only being ended ends it. */
static int harness_kill(struct strike *s)
{
	kill(s->prepared->harness, SIGKILL);
	return hang(s);
}

/* In a worker process: nobody is left to clean up. By a child, as the worker itself dies with the leader. */
static int all_above_kill(struct strike *s)
{
	pid_t leader = getppid();

	if (!fork()) {
		kill(s->prepared->harness, SIGSTOP); /* it must not see its leader die */
		kill(leader, SIGKILL);
		kill(s->prepared->harness, SIGKILL);
		_exit(0);
	}
	return hang(s);
}

static const char *const hooks[] = { "none", "prepare", "setup", "worker_init", "warmup", "run",
	"worker_fini", "verify", "teardown", NULL };
static const char *const hows[] = { "error", "canceled", "segv", "abort", "kill", "exit", "exit0", "hang",
	"spin", "slow", "digest", "grandchild", "harness_int", "harness_term", "harness_stop", "harness_kill",
	"all_above_kill", "read", "stop", NULL };
static int (*const acts[])(struct strike *) = { error, canceled, segv, sigabrt, kill_own, exit_3, exit_0,
	hang, spin, slow, wrong_digest, grandchild, harness_int, harness_term, harness_stop, harness_kill,
	all_above_kill, read_nothing, stop };

static int strike_here(const struct fault *fault, const void *prepared, enum hook hook, struct cb_worker *w,
	struct cb_error *err)
{
	struct prepared *p = (struct prepared *)(uintptr_t)prepared;
	struct strike s = { .fault = fault, .prepared = p, .worker = w, .err = err };
	uint64_t chance;

	if (fault->hook != hook || (w && fault->worker != ANY_WORKER && w->index != fault->worker))
		return 0;
	chance = atomic_fetch_add(&p->chances, 1);
	if (chance < fault->skip || (fault->times && chance >= fault->skip + fault->times))
		return 0;
	return acts[fault->how](&s);
}

/* ---- hooks ----------------------------------------------------------------------------------- */

static int prepare(struct cb_setup *s, void **ret_prepared, struct cb_error *err)
{
	struct prepared *p = s->alloc(s, sizeof *p);

	if (!p)
		return cb_error_set(err, -ENOMEM, "no memory");
	p->harness = getppid();
	*ret_prepared = p;
	return strike_here(s->params, p, PREPARE, NULL, err);
}

/* A scratch file for each sample: none may be left behind. */
static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	int fd = s->scratch_file(s, 0, err);

	if (fd < 0)
		return fd;
	*ret_shared = (void *)(intptr_t)fd;
	return strike_here(s->params, s->prepared, SETUP, NULL, err);
}

static int worker_init(struct cb_worker *w, struct cb_error *err)
{
	w->state = calloc(1, sizeof(uint64_t));
	if (!w->state)
		return cb_error_set(err, -ENOMEM, "no memory");
	return strike_here(w->params, w->prepared, WORKER_INIT, w, err);
}

static void do_unit(struct cb_worker *w, const struct fault *fault, uint64_t unit)
{
	uint64_t x = cb_unit_random(w->seed, unit);

	for (uint64_t i = 0; i < fault->work; i++)
		x = cb_mix64(x);
	w->digest += x;
}

static int run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct fault *fault = w->params;
	uint64_t *done = w->state;
	int r;

	if (first >= WARMUP_FIRST_UNIT) {
		r = strike_here(fault, w->prepared, WARMUP, w, err);
		if (r)
			return r;
	}
	for (uint64_t i = 0; i < n; i++) {
		if (first < WARMUP_FIRST_UNIT && (*done)++ == fault->after) {
			r = strike_here(fault, w->prepared, RUN, w, err);
			if (r)
				return r;
		}
		do_unit(w, fault, first + i);
	}
	return 0;
}

static void worker_fini(struct cb_worker *w)
{
	strike_here(w->params, w->prepared, WORKER_FINI, w, NULL);
	free(w->state);
}

static int verify(struct cb_verify *v, struct cb_error *err)
{
	return strike_here(v->params, v->prepared, VERIFY, NULL, err);
}

/* teardown is not handed what prepare made: it strikes in every sample. */
static void teardown(const void *params, void *shared)
{
	const struct fault *fault = params;
	struct prepared none = { .harness = getppid() };

	close((int)(intptr_t)shared);
	strike_here(fault, &none, TEARDOWN, NULL, NULL);
}

static const struct cb_param params[] = {
	{ "hook", CB_PARAM_ENUM, "", "none", 0, 0, hooks, "where it goes wrong",
		offsetof(struct fault, hook) },
	{ "how", CB_PARAM_ENUM, "", "error", 0, 0, hows, "what it does there", offsetof(struct fault, how) },
	{ "worker", CB_PARAM_U64, "", "0", 0, 0, NULL, "which worker; 999: each",
		offsetof(struct fault, worker) },
	{ "after", CB_PARAM_U64, "units", "0", 0, 0, NULL, "units that this worker does before",
		offsetof(struct fault, after) },
	{ "skip", CB_PARAM_U64, "", "0", 0, 0, NULL, "chances it lets pass", offsetof(struct fault, skip) },
	{ "times", CB_PARAM_U64, "", "0", 0, 0, NULL, "chances it takes; 0: all",
		offsetof(struct fault, times) },
	{ "time", CB_PARAM_DURATION, "", "1s", 0, 0, NULL, "how=slow: for how long",
		offsetof(struct fault, time_ns) },
	{ "work", CB_PARAM_U64, "", "100", 0, 0, NULL, "steps of a unit", offsetof(struct fault, work) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_fault = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "fault",
	.summary = "goes wrong on purpose",
	.unit = "chain of steps",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.fds_per_worker = 1,
	.params = params,
	.params_size = sizeof(struct fault),
	.prepare = prepare,
	.setup = setup,
	.worker_init = worker_init,
	.run = run,
	.worker_fini = worker_fini,
	.verify = verify,
	.teardown = teardown,
};
