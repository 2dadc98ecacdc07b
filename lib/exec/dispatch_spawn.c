/*
 * Dispatch spawn: each batch (one unit, unless --batch says more) gets a process or thread of its own, which
 * its worker creates, waits for and reaps. So a worker is a slot: it is pinned, warmed up and timed as ever,
 * and the timed region holds creation and reaping, as these are what is measured. What the unit's context
 * used is added to its worker's account.
 *
 * The worker creates it, and not the leader, so that all slots may create at once, and so that gate, clock
 * and books stay in one place. Worker processes have one thread, and so may fork; a unit's process has its
 * worker's memory as of the fork, dies with it, and hands back its digest and metrics through the worker's
 * slot.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/exec/crew.h"
#include "lib/exec/dispatch.h"
#include "lib/exec/kill.h"
#include "lib/exec/usage.h"
#include "lib/host/clock.h"

/* ---- both ------------------------------------------------------------------------------------ */

int cb_spawn_call(struct cb_loop *loop, uint64_t first, uint64_t n)
{
	return loop->spec->mode->spawn->call(loop, first, n);
}

int cb_spawn_join(struct cb_loop *loop, struct cb_error *err)
{
	const struct cb_spawn *spawn = loop->spec->mode->spawn;

	return spawn->join ? spawn->join(loop, err) : 0;
}

void cb_spawn_leave(struct cb_loop *loop)
{
	if (loop->spec->mode->spawn->leave)
		loop->spec->mode->spawn->leave(loop);
}

/* "unit 17", "units 16..31", "a warm-up unit". */
static void name_units(uint64_t first, uint64_t n, char *buf, size_t size)
{
	unsigned long long from = first, to = first + n - 1;

	if (first >= CB_WARMUP_UNIT)
		snprintf(buf, size, "a warm-up unit");
	else if (n == 1)
		snprintf(buf, size, "unit %llu", from);
	else
		snprintf(buf, size, "units %llu..%llu", from, to);
}

/* As with workers: a limit of the host is nobody's fault. */
static int cannot_create(struct cb_loop *loop, uint64_t first, uint64_t n, int r, const char *what)
{
	char units[64];

	name_units(first, n, units, sizeof units);
	if (r == -EAGAIN || r == -ENOMEM)
		loop->slot->status = CB_SKIPPED;
	return cb_error_set(loop->err, r, "no %s could be created for %s: %s", what, units, strerror(-r));
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

/* Adds what a unit's context used. Its run delay is not known: reading it would cost more than a thread. */
static void charge(struct cb_loop *loop, const struct rusage *r, uint64_t cpu_ns)
{
	struct cb_usage *spent = &loop->spent;
	uint64_t sys_ns = timeval_ns(r->ru_stime);

	spent->cpu_ns += cpu_ns;
	spent->sys_ns += sys_ns < cpu_ns ? sys_ns : cpu_ns;
	spent->ctx_voluntary += (uint64_t)r->ru_nvcsw;
	spent->ctx_involuntary += (uint64_t)r->ru_nivcsw;
	spent->faults_minor += (uint64_t)r->ru_minflt;
	spent->faults_major += (uint64_t)r->ru_majflt;
}

/* ---- processes ------------------------------------------------------------------------------- */

/* The unit's process. */
CB_HOT static _Noreturn void process_main(struct cb_loop *loop, uint64_t first, uint64_t n, pid_t parent)
{
	struct cb_slot *slot = loop->slot;
	struct cb_worker *w = loop->worker;

	cb_die_with_parent(SIGKILL, parent);
	slot->unit_result = loop->spec->workload->run(w, first, n, loop->err);
	slot->digest = w->digest;
	memcpy(slot->metric, w->metric, sizeof slot->metric);
	atomic_store_explicit(&slot->unit_done, true, memory_order_release);
	_exit(0);
}

static int died(struct cb_loop *loop, uint64_t first, uint64_t n, pid_t pid, int status)
{
	char units[64];

	name_units(first, n, units, sizeof units);
	loop->slot->status = CB_CRASHED;
	memset(loop->err, 0, sizeof *loop->err); /* it may have died while it wrote its own reason */
	if (WIFSIGNALED(status))
		return cb_error_set(loop->err, -ECANCELED, "the process of %s (pid %d) was killed by SIG%s",
			units, pid, sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	return cb_error_set(loop->err, -ECANCELED, "the process of %s (pid %d) exited with status %d", units,
		pid, WEXITSTATUS(status));
}

CB_HOT static int call_process(struct cb_loop *loop, uint64_t first, uint64_t n)
{
	struct cb_slot *slot = loop->slot;
	pid_t parent = getpid(), pid;
	struct rusage used;
	int status;

	atomic_store_explicit(&slot->unit_done, false, memory_order_relaxed);
	pid = fork();
	if (pid < 0)
		return cannot_create(loop, first, n, -errno, "process");
	if (!pid)
		process_main(loop, first, n, parent);
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return cb_error_set(
				loop->err, -errno, "cannot wait for a unit's process: %s", strerror(errno));
	if (status || !atomic_load_explicit(&slot->unit_done, memory_order_acquire))
		return died(loop, first, n, pid, status);
	charge(loop, &used, timeval_ns(used.ru_utime) + timeval_ns(used.ru_stime));
	loop->worker->digest = slot->digest;
	memcpy(loop->worker->metric, slot->metric, sizeof slot->metric);
	return slot->unit_result;
}

const struct cb_spawn cb_spawn_process = { .call = call_process };

/* ---- threads --------------------------------------------------------------------------------- */

/* What a unit's thread is to do, and what it used. */
struct order {
	struct cb_loop *loop;
	uint64_t first, n;
	int result;
	struct rusage used; /* its times are as of the latest tick, */
	uint64_t cpu_ns;    /* this is exact */
};

static void *thread_main(void *arg)
{
	struct order *order = arg;
	struct cb_loop *loop = order->loop;

	order->result = loop->spec->workload->run(loop->worker, order->first, order->n, loop->err);
	getrusage(RUSAGE_THREAD, &order->used); /* but for its exit, which nobody is left to see */
	order->cpu_ns = cb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static int call_thread(struct cb_loop *loop, uint64_t first, uint64_t n)
{
	struct order order = { .loop = loop, .first = first, .n = n };
	pthread_t id;
	int r = -pthread_create(&id, &loop->attr, thread_main, &order);

	if (r)
		return cannot_create(loop, first, n, r, "thread");
	pthread_join(id, NULL);
	charge(loop, &order.used, order.cpu_ns);
	return order.result;
}

/* One stack serves all units of a worker: they come one after another. */
static int make_stack(struct cb_loop *loop, struct cb_error *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = CB_STACK_BYTES + page;
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	int r = 0;

	if (p == MAP_FAILED || mprotect(p, page, PROT_NONE))
		return cb_error_set(err, -ENOMEM, "no memory for a stack");
	loop->stack = p;
	pthread_attr_init(&loop->attr);
	r = -pthread_attr_setstack(&loop->attr, p + page, CB_STACK_BYTES);
	return r ? cb_error_set(err, r, "cannot use a stack: %s", strerror(-r)) : 0;
}

static void free_stack(struct cb_loop *loop)
{
	if (!loop->stack)
		return;
	pthread_attr_destroy(&loop->attr);
	munmap(loop->stack, CB_STACK_BYTES + (size_t)sysconf(_SC_PAGESIZE));
	loop->stack = NULL;
}

const struct cb_spawn cb_spawn_thread = { .call = call_thread, .join = make_stack, .leave = free_stack };
