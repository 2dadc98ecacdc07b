/* The leader's half: contexts and meetings. */
#include "lib/exec/crew.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/exec/futex.h"
#include "lib/exec/kill.h"
#include "lib/exec/usage.h"
#include "lib/host/clock.h"
#include "lib/host/host.h"

#define GATE_LEAD_NS 50000u /* the published start lies that far ahead: all spinners see it in time */

/* ---- creating -------------------------------------------------------------------------------- */

static int cannot_create(
	const struct cb_crew *crew, unsigned made, int r, const char *what, struct cb_error *err)
{
	return cb_error_set(
		err, r, "%u of %u %s could be created: %s", made, crew->planned, what, strerror(-r));
}

/* A worker process has the signals of a fresh program; only its parent's death ends it early. */
void cb_crew_fresh_signals(void)
{
	sigset_t none;

	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int cb_crew_fork(struct cb_crew *crew, unsigned first, unsigned n,
	int (*body)(struct cb_crew *, unsigned, unsigned), struct cb_error *err)
{
	pid_t leader = getpid(), pid;

	if (!crew->control->spawn_from_ns)
		crew->control->spawn_from_ns = cb_now_ns();
	pid = fork();
	if (pid < 0)
		return cannot_create(crew, crew->children_n, -errno, "processes", err);
	if (!pid) {
		cb_die_with_parent(SIGKILL, leader);
		crew->forked = true;
		_exit(body(crew, first, n) ? 1 : 0);
	}
	crew->control->children[crew->children_n++] = (struct cb_child){ .pid = pid, .first = first, .n = n };
	return 0;
}

int cb_crew_body_one(struct cb_crew *crew, unsigned first, unsigned n)
{
	(void)n;
	return cb_crew_body(crew, first);
}

static void *thread_main(void *arg)
{
	const struct cb_thread *thread = arg;

	cb_crew_body(thread->crew, thread->index);
	return NULL;
}

/*
 * One mapping for the stacks of all threads that this process is to create, each above a guard page. It lives
 * until the process exits: stacks that pthread allocates are mapped one by one, and emptied one by one when
 * their threads end.
 */
static int reserve_stacks(struct cb_crew *crew)
{
	size_t each = CB_STACK_BYTES + (size_t)sysconf(_SC_PAGESIZE);
	void *p;

	if (crew->stacks)
		return 0;
	p = mmap(NULL, crew->planned * each, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	crew->stacks = p;
	return 0;
}

/* Gives the next thread its stack. */
static int set_stack(struct cb_crew *crew, pthread_attr_t *attr)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *stack;
	int r = reserve_stacks(crew);

	if (r)
		return r;
	stack = crew->stacks + crew->threads_n * (CB_STACK_BYTES + page) + page;
	if (mprotect(stack, CB_STACK_BYTES, PROT_READ | PROT_WRITE))
		return -errno;
	return -pthread_attr_setstack(attr, stack, CB_STACK_BYTES);
}

/* Threads leave the leader's signals to its main thread. */
static int set_mask(pthread_attr_t *attr)
{
	sigset_t ours;

	pthread_sigmask(SIG_BLOCK, NULL, &ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGCHLD);
	return -pthread_attr_setsigmask_np(attr, &ours);
}

int cb_crew_thread(struct cb_crew *crew, unsigned index, struct cb_error *err)
{
	struct cb_thread *thread = &crew->threads[crew->threads_n];
	pthread_attr_t attr;
	int r;

	*thread = (struct cb_thread){ .crew = crew, .index = index };
	if (!crew->control->spawn_from_ns)
		crew->control->spawn_from_ns = cb_now_ns();
	pthread_attr_init(&attr);
	r = set_stack(crew, &attr);
	if (!r)
		r = set_mask(&attr);
	if (!r)
		r = -pthread_create(&thread->id, &attr, thread_main, thread);
	pthread_attr_destroy(&attr);
	if (r)
		return cannot_create(crew, crew->threads_n, r, "threads", err);
	crew->threads_n++;
	return 0;
}

void cb_crew_join(struct cb_crew *crew)
{
	for (unsigned i = 0; i < crew->threads_n; i++)
		pthread_join(crew->threads[i].id, NULL);
	crew->threads_n = 0;
}

/* ---- meetings -------------------------------------------------------------------------------- */

void cb_crew_nudge(const struct cb_crew *crew)
{
	uint64_t one = 1;
	ssize_t n = write(crew->event_fd, &one, sizeof one);

	(void)n; /* only fails when the counter is full: the leader is awake then */
}

/* Sleeps until a nudge or the death of a child. SIGCHLD is let in only here, so none is missed. */
static void sleep_until_nudged(const struct cb_crew *crew)
{
	struct pollfd p = { .fd = crew->event_fd, .events = POLLIN };
	sigset_t mask;
	uint64_t count;
	ssize_t n;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigdelset(&mask, SIGCHLD);
	if (ppoll(&p, 1, NULL, &mask) == 1) {
		n = read(crew->event_fd, &count, sizeof count);
		(void)n;
	}
}

static int wait_for_all(struct cb_crew *crew, enum cb_meet meet, unsigned expected)
{
	struct cb_meeting *m = &crew->control->meet[meet];
	int r;

	while (atomic_load_explicit(&m->here, memory_order_acquire) < expected) {
		r = cb_crew_check(crew);
		if (r)
			return r;
		if (atomic_load_explicit(&m->here, memory_order_acquire) < expected)
			sleep_until_nudged(crew);
	}
	return 0;
}

static void open_meeting(struct cb_crew *crew, enum cb_meet meet)
{
	struct cb_meeting *m = &crew->control->meet[meet];

	atomic_store_explicit(&m->open, 1, memory_order_release);
	cb_futex_wake_all(&m->open);
}

static uint64_t partners_cpu_ns(const struct cb_crew *crew)
{
	uint64_t sum = 0, one;

	for (unsigned i = crew->workers; i < crew->workers + crew->partners; i++) {
		one = cb_usage_thread_cpu_ns(crew->control->slots[i].pid, crew->control->slots[i].tid);
		if (one == CB_NONE)
			return CB_NONE;
		sum += one;
	}
	return sum;
}

/* Adds the CPUs that are not among cpus[0..n-1] yet. Returns how many there are then. */
static unsigned add_cpus(unsigned *cpus, unsigned n, const int *more, unsigned more_n)
{
	for (unsigned i = 0; more && i < more_n && n < CB_STEAL_CPUS_MAX; i++) {
		unsigned k = 0;

		while (k < n && (int)cpus[k] != more[i])
			k++;
		if (more[i] >= 0 && k == n)
			cpus[n++] = (unsigned)more[i];
	}
	return n;
}

/* Of each CPU that a worker or partner is pinned to, once. */
static uint64_t steal_ns(const struct cb_sample_spec *spec)
{
	unsigned cpus[CB_STEAL_CPUS_MAX], n;

	n = add_cpus(cpus, 0, spec->worker_cpu, spec->shape.workers);
	n = add_cpus(cpus, n, spec->partner_cpu, spec->partners);
	return spec->host && n ? cb_steal_ns(spec->host, cpus, n) : CB_NONE;
}

/* What the leader reads of the whole sample, before the gate and after the last end. */
static void read_counters(struct cb_crew *crew, uint64_t *steal, uint64_t *throttled, uint64_t *partners)
{
	const struct cb_host *host = crew->spec->host;

	*steal = steal_ns(crew->spec);
	*throttled = host ? cb_allowance_throttled_ns(&host->allowance) : CB_NONE;
	*partners = crew->partners ? partners_cpu_ns(crew) : CB_NONE;
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now == CB_NONE || before == CB_NONE ? CB_NONE : now - before;
}

static uint64_t pss_bytes(const struct cb_crew *crew)
{
	uint64_t sum = cb_usage_pss_bytes(getpid()), one;
	pid_t pid;

	for (unsigned i = 0; i < crew->children_n && sum != CB_NONE; i++) {
		pid = crew->control->children[i].pid;
		one = pid ? cb_usage_pss_bytes(pid) : 0;
		sum = one == CB_NONE ? CB_NONE : sum + one;
	}
	return sum;
}

static void let_go(struct cb_crew *crew)
{
	open_meeting(crew, CB_MEET_CREATED);
}

static void open_gate(struct cb_crew *crew)
{
	struct cb_control *control = crew->control;
	bool published = crew->spec->fits && !crew->inline_worker;

	read_counters(crew, &control->steal_ns, &control->throttled_ns, &control->partner_cpu_ns);
	control->epoch_ns = cb_now_ns() + (published ? GATE_LEAD_NS : 0);
	if (published)
		atomic_store_explicit(&control->start_ns, control->epoch_ns, memory_order_release);
	else
		open_meeting(crew, CB_MEET_READY);
}

static void close_books(struct cb_crew *crew)
{
	struct cb_control *control = crew->control;
	uint64_t steal, throttled, partners;

	read_counters(crew, &steal, &throttled, &partners);
	control->steal_ns = since(steal, control->steal_ns);
	control->throttled_ns = since(throttled, control->throttled_ns);
	control->partner_cpu_ns = since(partners, control->partner_cpu_ns);
	control->pss_bytes = pss_bytes(crew);
	open_meeting(crew, CB_MEET_ENDED);
}

static void let_leave(struct cb_crew *crew)
{
	crew->control->teardown_from_ns = cb_now_ns();
	open_meeting(crew, CB_MEET_LEFT);
}

int cb_crew_lead_meet(struct cb_crew *crew, enum cb_meet meet)
{
	static void (*const then[])(struct cb_crew *) = {
		[CB_MEET_CREATED] = let_go,
		[CB_MEET_READY] = open_gate,
		[CB_MEET_ENDED] = close_books,
		[CB_MEET_LEFT] = let_leave,
	};
	unsigned all = crew->workers + crew->partners;
	const struct cb_dispatch_row *dispatch = cb_dispatch_of(crew->spec);
	int r = meet == CB_MEET_ENDED && dispatch->feed ? dispatch->feed(crew) : 0;

	if (!r)
		r = wait_for_all(crew, meet, meet == CB_MEET_ENDED ? crew->workers : all);

	if (!r)
		then[meet](crew);
	return r;
}

int cb_crew_lead(struct cb_crew *crew)
{
	int r = 0;

	for (enum cb_meet meet = CB_MEET_CREATED; meet < CB_MEETS && !r; meet++)
		r = cb_crew_lead_meet(crew, meet);
	return r;
}
