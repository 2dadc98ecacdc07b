/*
 * kernel_spawn: creates a process or thread that does nothing, and waits for its end. fork copies the page
 * tables of its parent, so it costs more the more memory that has touched (`rss`); vfork borrows the parent's
 * memory, posix_spawn does the same and then runs a program, a thread shares it for good.
 *
 * Threads of one process add up their rss, and creation and end of anything take turns at locks of that
 * process. Small pages are asked for, as fork copies a large one for the price of a small one.
 *
 * A forked child dies with its parent, although it has nothing to do but to end; one of vfork may do nothing
 * else. That it was there is told by its exit status, which its unit's number decides. What children compute
 * is not in the CPU time of workers: it is a metric.
 */
#include "lib/workload.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM     "/bin/true"
#define STACK_BYTES (2u << 20) /* of a thread: mapped once, then used again; little of it is touched */
#define STATUSES    128

struct spawn_params {
	unsigned how;
	uint64_t rss_bytes;
};

enum { METRIC_CHILD_CPU };

/* ---- ways to create: each returns 0, or what is wrong ---------------------------------------- */

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

/* Waits for a child that must exit with that status. */
static int reap(struct cb_worker *w, pid_t pid, int expected)
{
	struct rusage used;
	int status;

	if (pid < 0)
		return -errno;
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return -errno;
	w->metric[METRIC_CHILD_CPU] += (double)(timeval_ns(used.ru_utime) + timeval_ns(used.ru_stime));
	return WIFEXITED(status) && WEXITSTATUS(status) == expected ? 0 : -EPROTO;
}

static int by_fork(struct cb_worker *w, int number)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == parent ? number : STATUSES);
	}
	return reap(w, pid, number);
}

static int by_vfork(struct cb_worker *w, int number)
{
	pid_t pid = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork): it is what is measured */

	if (!pid)
		_exit(number);
	return reap(w, pid, number);
}

static int by_posix_spawn(struct cb_worker *w, int number)
{
	char program[] = PROGRAM;
	char *const argv[] = { program, NULL }, *const environment[] = { NULL };
	pid_t pid;
	int r = -posix_spawn(&pid, PROGRAM, NULL, NULL, argv, environment);

	(void)number;
	return r ? r : reap(w, pid, 0);
}

static void *thread_main(void *arg)
{
	return (char *)arg + 1;
}

static int by_thread(struct cb_worker *w, int number)
{
	pthread_attr_t attr;
	pthread_t id;
	char base[STATUSES + 1];
	void *result = NULL;
	int r;

	w->metric[METRIC_CHILD_CPU] = NAN; /* its own, which is in no account */
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	r = -pthread_create(&id, &attr, thread_main, base + number);
	pthread_attr_destroy(&attr);
	if (!r)
		r = -pthread_join(id, &result);
	return r ? r : result == base + number + 1 ? 0 : -EPROTO;
}

static const char *const spawn_ways[] = { "fork", "vfork", "posix_spawn", "thread", NULL };
static int (*const create[])(
	struct cb_worker *w, int number) = { by_fork, by_vfork, by_posix_spawn, by_thread };

/* ---- hooks ----------------------------------------------------------------------------------- */

static int spawn_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct spawn_params *p = params;

	(void)env;
	if (create[p->how] == by_posix_spawn && access(PROGRAM, X_OK))
		return cb_error_set(err, -ENOENT, "there is no " PROGRAM " to run");
	return 0;
}

static uint64_t spawn_footprint(const void *params, const struct cb_env *env)
{
	return env->workers * ((const struct spawn_params *)params)->rss_bytes;
}

static int spawn_worker_init(struct cb_worker *w, struct cb_error *err)
{
	uint64_t bytes = ((const struct spawn_params *)w->params)->rss_bytes;
	unsigned char *p = MAP_FAILED;

	if (!bytes)
		return 0;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return cb_error_set(err, -errno, "no memory for rss=%llu", (unsigned long long)bytes);
	madvise(p, bytes, MADV_NOHUGEPAGE); /* fails where there are none */
	for (uint64_t i = 0; i < bytes; i += 4096)
		((volatile unsigned char *)p)[i] = 1;
	w->state = p;
	return 0;
}

static int spawn_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct spawn_params *p = w->params;

	for (uint64_t unit = first; unit < first + n; unit++) {
		int r = create[p->how](w, (int)(unit % STATUSES));

		if (r)
			return cb_error_set(err, r, "%s: %s", spawn_ways[p->how],
				r == -EPROTO ? "its child ended otherwise than it should" : strerror(-r));
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static void spawn_worker_fini(struct cb_worker *w)
{
	if (w->state)
		munmap(w->state, ((const struct spawn_params *)w->params)->rss_bytes);
}

static const struct cb_param spawn_table[] = {
	{ "how", CB_PARAM_ENUM, "", "fork", 0, 0, spawn_ways,
		"what creates it; posix_spawn runs " PROGRAM ", the others run nothing",
		offsetof(struct spawn_params, how) },
	{ "rss", CB_PARAM_SIZE, "bytes", "0", 0, 1ull << 40, NULL,
		"private memory that each worker has touched beside what concbench has",
		offsetof(struct spawn_params, rss_bytes) },
	{ .name = NULL },
};

static const struct cb_metric spawn_metrics[] = {
	[METRIC_CHILD_CPU] = { "child_cpu_ns", "ns", CB_MERGE_PER_UNIT, 0, 0,
		"CPU time of the child itself; not known of a thread" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_kernel_spawn = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_spawn",
	.summary = "creation of a process or thread that does nothing, and the wait for its end",
	.unit = "child",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = spawn_table,
	.metrics = spawn_metrics,
	.params_size = sizeof(struct spawn_params),
	.supported = spawn_supported,
	.footprint = spawn_footprint,
	.worker_init = spawn_worker_init,
	.run = spawn_run,
	.expect = cb_expect_units,
	.worker_fini = spawn_worker_fini,
};
