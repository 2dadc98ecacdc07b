/* The one body of every worker and partner: everything that is the same in all modes. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/exec/affinity.h"
#include "lib/exec/crew.h"
#include "lib/exec/dispatch.h"
#include "lib/exec/futex.h"
#include "lib/exec/io.h"
#include "lib/exec/open_loop.h"
#include "lib/exec/usage.h"
#include "lib/host/clock.h"

#define USAGE_LEAD_NS    10000u   /* before the start: time to read the usage */
#define WARMUP_SPAN_BITS 40       /* warm-up units of one worker */
#define WARMUP_CALL_NS   1000000u /* a warm-up call grows towards 1 ms */

static void step(struct cb_slot *slot, enum cb_step step)
{
	atomic_store_explicit(&slot->step, step, memory_order_release);
}

/* Who has to come to a meeting. */
static unsigned expected(const struct cb_crew *crew, enum cb_meet meet)
{
	return meet == CB_MEET_ENDED ? crew->workers : crew->workers + crew->partners;
}

static void come(struct cb_crew *crew, enum cb_meet meet)
{
	struct cb_meeting *m = &crew->control->meet[meet];

	/* after a fault fewer will come than were expected: the leader looks at each that does */
	if (atomic_fetch_add(&m->here, 1) + 1 == expected(crew, meet) || crew->spec->fault)
		cb_crew_nudge(crew);
}

/* Comes and waits until the leader opens; serial's worker is the leader and does its part itself. */
static int attend(struct cb_crew *crew, enum cb_meet meet, bool inline_worker)
{
	struct cb_meeting *m = &crew->control->meet[meet];

	come(crew, meet);
	if (inline_worker)
		return cb_crew_lead_meet(crew, meet);
	while (!atomic_load_explicit(&m->open, memory_order_acquire))
		cb_futex_wait(&m->open, 0);
	return 0;
}

/* The finest waits there are, and what the kernel made of it. */
static void set_timer_slack(struct cb_slot *slot)
{
	int slack;

	prctl(PR_SET_TIMERSLACK, 1);
	slack = prctl(PR_GET_TIMERSLACK);
	slot->timer_slack_ns = slack < 0 ? CB_NONE : (uint64_t)slack;
}

static int pin(const struct cb_crew *crew, unsigned index, struct cb_error *err)
{
	const struct cb_sample_spec *spec = crew->spec;
	const int *cpus = index < crew->workers ? spec->worker_cpu : spec->partner_cpu;
	int cpu = cpus ? cpus[index < crew->workers ? index : index - crew->workers] : -1;

	return cpu < 0 ? 0 : cb_affinity_set(&(unsigned){ (unsigned)cpu }, 1, err);
}

static void make_worker(const struct cb_crew *crew, unsigned index, struct cb_slot *slot, struct cb_worker *w)
{
	const struct cb_sample_spec *spec = crew->spec;

	*w = (struct cb_worker){
		.index = index < crew->workers ? index : index - crew->workers,
		.count = crew->workers,
		.seed = spec->seed,
		.env = &spec->env,
		.params = spec->params,
		.prepared = cb_prepared_data(spec->prepared),
		.shared = crew->shared,
		.io = &cb_io_blocking,
		.locks = &slot->locks,
	};
}

/* Work that touches no unit, for workloads whose units may be done only once. */
static void warm_without_run(uint64_t until_ns)
{
	uint64_t x = until_ns;

	while (cb_now_ns() < until_ns)
		for (int i = 0; i < 1000; i++)
			cb_keep(&x), x = cb_mix64(x);
}

/*
 * Runs units that do not count for warmup_ns, one call at least: then caches, branch predictors and the CPU's
 * clock are as they will be.
 */
static int warm_up(const struct cb_crew *crew, struct cb_worker *w, struct cb_loop *loop)
{
	const struct cb_workload *workload = crew->spec->workload;
	uint64_t n = 1, before, now = cb_now_ns(), until = now + crew->spec->warmup_ns;
	uint64_t unit = CB_WARMUP_UNIT + ((uint64_t)w->index << WARMUP_SPAN_BITS);
	int r;

	if (workload->caps & CB_UNITS_ONCE) {
		warm_without_run(until);
		return 0;
	}
	do {
		before = now;
		r = cb_loop_call(loop, unit, n);
		if (r)
			return r;
		unit += n;
		now = cb_now_ns();
		if (!loop->call && now - before < WARMUP_CALL_NS / 2 && n < (UINT64_C(1) << 32))
			n *= 2;
	} while (now < until);
	return 0;
}

/* Warm-up leaves no trace in what is counted. The histogram's pages are touched, then cleared. */
static void forget_warm_up(struct cb_worker *w, struct cb_loop *loop)
{
	w->digest = 0;
	memset(w->metric, 0, sizeof w->metric);
	w->children = (struct cb_children){ 0 };
	memset(&loop->spent, 0, sizeof loop->spent);
	if (loop->histogram)
		memset(loop->histogram, 0, sizeof *loop->histogram);
}

/* Spins on the clock, which it returns. */
static uint64_t spin_until(uint64_t ns)
{
	uint64_t now;

	do
		now = cb_now_ns();
	while (now < ns);
	return now;
}

/*
 * The gate. While all fit the CPUs nobody sleeps: workers yield until the start is published, spin on the
 * clock, read their usage right before the start, and spin the rest. Else a futex, as a spinner would only
 * keep others from arriving. Returns the worker's own start; 0: the sample ends.
 */
static uint64_t pass_gate(struct cb_crew *crew, struct cb_slot *slot, int schedstat_fd, bool inline_worker)
{
	struct cb_control *control = crew->control;
	uint64_t start;

	cb_usage_read_start(schedstat_fd, &slot->usage); /* only so that the one that counts is quick */
	slot->ready_ns = cb_now_ns();
	if (!crew->spec->fits || inline_worker) {
		if (attend(crew, CB_MEET_READY, inline_worker))
			return 0;
		start = 0;
	} else {
		come(crew, CB_MEET_READY);
		while (!(start = atomic_load_explicit(&control->start_ns, memory_order_acquire)))
			sched_yield();
		spin_until(start - USAGE_LEAD_NS);
	}
	cb_usage_read_start(schedstat_fd, &slot->usage);
	return spin_until(start);
}

static void read_usage_after(struct cb_slot *slot, int schedstat_fd)
{
	struct cb_usage now;

	cb_usage_read_end(schedstat_fd, &now);
	cb_usage_since(&slot->usage, &now, false);
}

/* What the worker's own children used is the worker's. */
static void add_children(struct cb_slot *slot, const struct cb_children *children)
{
	struct cb_usage *u = &slot->usage;

	u->cpu_ns += children->user_ns + children->sys_ns;
	u->sys_ns += children->sys_ns;
	u->ctx_voluntary += children->ctx_voluntary;
	u->ctx_involuntary += children->ctx_involuntary;
	u->faults_minor += children->faults_minor;
	u->faults_major += children->faults_major;
	slot->children_peak_bytes = children->peak_bytes;
}

/* From gate to last unit. */
static int measure(struct cb_crew *crew, struct cb_slot *slot, struct cb_worker *w, struct cb_loop *loop,
	int schedstat_fd, bool inline_worker)
{
	int r;

	step(slot, CB_STEP_GATE);
	slot->start_ns = pass_gate(crew, slot, schedstat_fd, inline_worker);
	if (!slot->start_ns)
		return -ECANCELED;
	atomic_store_explicit(&slot->step, CB_STEP_RUN, memory_order_relaxed);
	r = cb_is_open(&crew->spec->open) ? cb_open_loop_run(loop, crew->control, slot)
					  : cb_loop_run(loop, slot->start_ns);
	read_usage_after(slot, schedstat_fd);
	add_children(slot, &w->children);
	if (loop->call)
		cb_usage_add(&slot->usage, &loop->spent);
	if (!r)
		cb_fault_strike_late(crew->spec, crew->control, w->index);
	slot->end_ns = loop->end_ns;
	slot->units = loop->units;
	slot->batches = loop->batches;
	slot->digest = w->digest;
	slot->cpu = sched_getcpu();
	memcpy(slot->metric, w->metric, sizeof slot->metric);
	return r;
}

/* A worker between worker_init and worker_fini. */
static int work(struct cb_crew *crew, struct cb_slot *slot, struct cb_worker *w, bool inline_worker)
{
	struct cb_usage now;
	struct cb_loop loop;
	bool alone = crew->forked && crew->spec->shape.threads == 1; /* in its process */
	int r, schedstat_fd;

	cb_loop_init(&loop, crew->spec, crew->control, w, slot);
	r = cb_loop_join(&loop, &slot->error);
	if (r)
		return r;
	schedstat_fd = cb_usage_open(alone);
	step(slot, CB_STEP_WARMUP);
	r = warm_up(crew, w, &loop);
	if (!r) {
		forget_warm_up(w, &loop);
		cb_open_loop_clear(&loop, crew->control);
		cb_usage_read_io(alone, &slot->usage);
		r = measure(crew, slot, w, &loop, schedstat_fd, inline_worker);
	}
	if (!r) {
		step(slot, CB_STEP_ENDED);
		r = attend(crew, CB_MEET_ENDED, inline_worker);
	}
	if (!r) {
		cb_usage_read_io(alone, &now);
		cb_usage_since(&slot->usage, &now, true);
	}
	cb_loop_leave(&loop);
	if (schedstat_fd >= 0)
		close(schedstat_fd);
	return r;
}

static int worker_body(struct cb_crew *crew, struct cb_slot *slot, struct cb_worker *w, bool inline_worker)
{
	const struct cb_workload *workload = crew->spec->workload;
	int r = workload->worker_init ? workload->worker_init(w, &slot->error) : 0;

	if (r)
		return r;
	r = work(crew, slot, w, inline_worker);
	if (r)
		return r;
	step(slot, CB_STEP_FINI);
	if (workload->worker_fini)
		workload->worker_fini(w);
	return 0;
}

static int partner_body(struct cb_crew *crew, struct cb_slot *slot, struct cb_worker *w)
{
	come(crew, CB_MEET_READY);
	step(slot, CB_STEP_RUN);
	return crew->spec->workload->partner(w, &slot->error);
}

/* A hook that failed without a reason still gets one. */
static int fail(struct cb_crew *crew, struct cb_slot *slot, int r, bool inline_worker)
{
	uint32_t none = 0;

	if (inline_worker && crew->control->status != CB_OK)
		return r; /* it was a meeting that failed: another's death is told already */
	cb_error_set(&slot->error, r, "%s", strerror(-r));
	atomic_store(&slot->told, 1);
	atomic_compare_exchange_strong(
		&crew->control->failed, &none, (uint32_t)(slot - crew->control->slots) + 1);
	cb_crew_nudge(crew);
	return r;
}

int cb_crew_body(struct cb_crew *crew, unsigned index)
{
	struct cb_slot *slot = &crew->control->slots[index];
	bool inline_worker = crew->inline_worker && index == 0;
	_Alignas(CB_LINE) struct cb_worker w;
	int r;

	slot->first_ns = cb_now_ns();
	slot->pid = getpid();
	slot->tid = gettid();
	step(slot, CB_STEP_CREATE);
	r = attend(crew, CB_MEET_CREATED, inline_worker);
	if (r)
		return r;
	step(slot, CB_STEP_INIT);
	if (crew->forked && slot->pid == slot->tid)
		cb_crew_fresh_signals();
	make_worker(crew, index, slot, &w);
	set_timer_slack(slot);
	r = pin(crew, index, &slot->error);
	if (!r)
		r = index < crew->workers ? worker_body(crew, slot, &w, inline_worker)
					  : partner_body(crew, slot, &w);
	if (r)
		return fail(crew, slot, r, inline_worker);
	step(slot, CB_STEP_LEFT);
	return attend(crew, CB_MEET_LEFT, inline_worker);
}
