/*
 * One child a CPU. The first one times a fixed loop alone while the others sleep, then all run it at once,
 * round after round from a common start, then the first times it alone again. Fixed work and medians: a round
 * that the host disturbed is outvoted.
 *
 * The loop is made of independent 64-bit divisions, so it is bound by the divider's throughput: two hardware
 * threads of one core, which a virtual machine may show as two cores, then give little more than one.
 */
#include "lib/host/capacity.h"

#include "lib/host/clock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALONE       3u /* rounds of the first CPU alone, before and again after */
#define TOGETHER    5u /* rounds of all CPUs at once */
#define ROUND_NS    250000u
#define TRIAL       2000u /* divisions of a calibrating round */
#define PATIENCE_NS 1000000000u

/* Shared by the children and the parent. */
struct probe {
	unsigned n;
	uint64_t deadline_ns;             /* on it everybody gives up */
	_Atomic uint32_t awake;           /* futex: 0 while the first runs alone */
	_Atomic bool failed;              /* one of them cannot go on, so none need wait for it */
	_Atomic unsigned done;            /* children but the first that have finished */
	_Atomic unsigned ready[TOGETHER]; /* children at each round's start */
	uint64_t divisions;               /* of a round; set before awake */
	double alone_ns[2 * ALONE];
	struct turn {
		uint64_t ready_ns, end_ns;
	} together[]; /* [TOGETHER][n] */
};

/* ---- what is timed --------------------------------------------------------------------------- */

static uint64_t divide(uint64_t divisions)
{
	uint64_t dividend = UINT64_C(1) << 40, divisor = 3, sum = 0;

	cb_keep(&dividend);
	for (uint64_t i = 0; i < divisions; i++) {
		sum += dividend % divisor;
		divisor += 2;
	}
	cb_keep(&sum);
	return sum;
}

static double time_round(uint64_t divisions)
{
	uint64_t start = cb_now_ns();

	divide(divisions);
	return (double)(cb_now_ns() - start);
}

/* How many divisions fill a round, from the fastest of a few short ones. */
static uint64_t calibrate(void)
{
	double least = time_round(TRIAL);

	for (unsigned i = 0; i < 4; i++) {
		double ns = time_round(TRIAL);

		least = ns < least ? ns : least;
	}
	return (uint64_t)(TRIAL * (ROUND_NS / (least > 1 ? least : 1))) + 1;
}

/* ---- children -------------------------------------------------------------------------------- */

/* Whether waiting makes sense no longer. */
static bool hopeless(const struct probe *probe)
{
	return atomic_load_explicit(&probe->failed, memory_order_relaxed) || cb_now_ns() > probe->deadline_ns;
}

/* Spins until *word is value; false when it is hopeless. Yielding would invite others onto the CPU. */
static bool wait_for(struct probe *probe, _Atomic unsigned *word, unsigned value)
{
	while (atomic_load_explicit(word, memory_order_acquire) < value)
		if (hopeless(probe))
			return false;
	return true;
}

/* Sleeps while the first child runs alone; false when it is hopeless. */
static bool sleep_until_awake(struct probe *probe)
{
	const struct timespec turn = { .tv_nsec = PATIENCE_NS / 4 };

	while (!atomic_load_explicit(&probe->awake, memory_order_acquire)) {
		if (hopeless(probe))
			return false;
		syscall(SYS_futex, &probe->awake, FUTEX_WAIT, 0, &turn, NULL, 0);
	}
	return true;
}

static void wake_all(struct probe *probe)
{
	atomic_store_explicit(&probe->awake, 1, memory_order_release);
	syscall(SYS_futex, &probe->awake, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* A round starts for all when the last of them is ready: who then is kept off its CPU has lost that time. */
static bool run_together(struct probe *probe, unsigned index)
{
	for (unsigned round = 0; round < TOGETHER; round++) {
		struct turn *turn = &probe->together[round * probe->n + index];

		turn->ready_ns = cb_now_ns();
		atomic_fetch_add_explicit(&probe->ready[round], 1, memory_order_acq_rel);
		if (!wait_for(probe, &probe->ready[round], probe->n))
			return false;
		divide(probe->divisions);
		turn->end_ns = cb_now_ns();
	}
	return true;
}

static bool run_first(struct probe *probe)
{
	probe->divisions = calibrate();
	for (unsigned i = 0; i < ALONE; i++)
		probe->alone_ns[i] = time_round(probe->divisions);
	wake_all(probe);
	if (!run_together(probe, 0) || !wait_for(probe, &probe->done, probe->n - 1))
		return false;
	for (unsigned i = ALONE; i < 2 * ALONE; i++)
		probe->alone_ns[i] = time_round(probe->divisions);
	return true;
}

static bool run_other(struct probe *probe, unsigned index)
{
	bool good = sleep_until_awake(probe) && run_together(probe, index);

	atomic_fetch_add_explicit(&probe->done, 1, memory_order_acq_rel);
	return good;
}

/* 0, or -1: for so many CPUs there is no memory, or the CPU is not ours. */
static int pin_self(unsigned cpu)
{
	size_t bytes = CPU_ALLOC_SIZE(cpu + 1);
	cpu_set_t *set = CPU_ALLOC(cpu + 1);
	int r;

	if (!set)
		return -1;
	CPU_ZERO_S(bytes, set);
	CPU_SET_S(cpu, bytes, set);
	r = sched_setaffinity(0, bytes, set);
	CPU_FREE(set);
	return r;
}

_Noreturn static void be_child(struct probe *probe, unsigned index, unsigned cpu, pid_t parent)
{
	bool good = false;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && pin_self(cpu) == 0)
		good = index == 0 ? run_first(probe) : run_other(probe, index);
	if (!good) {
		atomic_store_explicit(&probe->failed, true, memory_order_relaxed);
		wake_all(probe);
	}
	_exit(good ? 0 : 1);
}

/* ---- parent ---------------------------------------------------------------------------------- */

/* True when the child ended well. */
static bool reap(pid_t pid)
{
	int status;
	pid_t r;

	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	return r == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Runs the children; false when one of them did not end well. pids has room for all. */
static bool run_children(struct probe *probe, const unsigned *cpus, pid_t *pids)
{
	pid_t parent = getpid();
	unsigned started = 0;
	bool good;

	while (started < probe->n) {
		pids[started] = fork();
		if (pids[started] == 0)
			be_child(probe, started, cpus[started], parent);
		if (pids[started] < 0)
			break;
		started++;
	}
	good = started == probe->n;
	for (unsigned i = 0; i < started; i++) {
		if (!good)
			kill(pids[i], SIGKILL);
		good = reap(pids[i]) && good;
	}
	return good;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned n)
{
	qsort(values, n, sizeof *values, compare_doubles);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* What the CPUs gave together in a round, in units of what one gives alone. */
static double ratio_of(const struct turn *turns, unsigned n, double alone_ns)
{
	uint64_t start_ns = 0;
	double ratio = 0;

	for (unsigned i = 0; i < n; i++)
		if (turns[i].ready_ns > start_ns)
			start_ns = turns[i].ready_ns;
	for (unsigned i = 0; i < n; i++)
		ratio += alone_ns / (double)(turns[i].end_ns - start_ns);
	return ratio;
}

static double conclude(struct probe *probe)
{
	double alone_ns = median(probe->alone_ns, 2 * ALONE), ratio[TOGETHER];

	for (unsigned round = 0; round < TOGETHER; round++)
		ratio[round] = ratio_of(&probe->together[round * probe->n], probe->n, alone_ns);
	return median(ratio, TOGETHER);
}

double cb_capacity_probe(const unsigned *cpus, unsigned n)
{
	size_t bytes = sizeof(struct probe) + sizeof(struct turn) * TOGETHER * n;
	double result = -1;
	struct probe *probe;
	pid_t *pids;

	if (n == 0)
		return -1;
	pids = calloc(n, sizeof *pids);
	probe = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pids && probe != MAP_FAILED) {
		probe->n = n;
		probe->deadline_ns = cb_now_ns() + PATIENCE_NS;
		if (run_children(probe, cpus, pids))
			result = conclude(probe);
	}
	if (probe != MAP_FAILED)
		munmap(probe, bytes);
	free(pids);
	return result;
}
