#include "lib/exec/watch.h"

#include <stdlib.h>

#include "lib/exec/lock_graph.h"
#include "lib/exec/stuck_text.h"

#define LOCKS_FIRST_NS  500000000u /* of a sample whose workload tells of locks */
#define LOCKS_PERIOD_NS 250000000u
#define AWAY_PERIODS    3 /* looks that far apart were not ours to time */

struct cb_watched {
	uint64_t progress, since_ns; /* what it had finished, and since when that is so */
	enum cb_step step;
	struct cb_locks locks;
	bool steady; /* its locks were the same at the look before */
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void cb_watch_init(struct cb_watch *watch, const struct cb_sample_spec *spec,
	const struct cb_control *control, struct cb_stuck *stuck, uint64_t now_ns)
{
	uint64_t first = spec->stall_ns / 2, period = spec->stall_ns / 4;

	if (spec->workload->locks) {
		first = least(first, LOCKS_FIRST_NS);
		period = least(period, LOCKS_PERIOD_NS);
	}
	*watch = (struct cb_watch){
		.spec = spec,
		.control = control,
		.slots_n = control ? control->slots_n : 0,
		.stuck = stuck,
		.next_ns = spec->stall_ns ? now_ns + first : UINT64_MAX,
		.period_ns = period ? period : 1,
	};
}

void cb_watch_release(struct cb_watch *watch)
{
	free(watch->watched);
	watch->watched = NULL;
}

/* ---- looking --------------------------------------------------------------------------------- */

static struct cb_locks locks_of(const struct cb_slot *slot)
{
	return (struct cb_locks){
		.changes = __atomic_load_n(&slot->locks.changes, __ATOMIC_ACQUIRE),
		.holds = __atomic_load_n(&slot->locks.holds, __ATOMIC_ACQUIRE),
		.waits_for = __atomic_load_n(&slot->locks.waits_for, __ATOMIC_ACQUIRE),
	};
}

static bool same_locks(const struct cb_locks *a, const struct cb_locks *b)
{
	return a->changes == b->changes && a->holds == b->holds && a->waits_for == b->waits_for;
}

/* Since when a worker that was not seen like this before has been so: a first unit began at the start. */
static uint64_t known_since(const struct cb_slot *slot, const struct cb_watched *now, uint64_t now_ns)
{
	bool first = now->step == CB_STEP_RUN && !now->progress;

	return first && slot->start_ns && slot->start_ns < now_ns ? slot->start_ns : now_ns;
}

/* anew: what was seen before says nothing about how long it has been so. */
static void see(struct cb_watch *watch, unsigned i, uint64_t now_ns, bool anew)
{
	const struct cb_slot *slot = &watch->control->slots[i];
	struct cb_watched *before = &watch->watched[i], now = {
		.step = atomic_load(&slot->step),
		.progress = atomic_load(&slot->progress),
		.locks = locks_of(slot),
	};
	bool same = !anew && now.step == before->step && now.progress == before->progress;
	bool away = anew && watch->last_ns;

	now.since_ns = same ? before->since_ns : away ? now_ns : known_since(slot, &now, now_ns);
	now.steady = !anew && same_locks(&now.locks, &before->locks);
	*before = now;
}

static bool see_all(struct cb_watch *watch, uint64_t now_ns)
{
	bool anew = !watch->last_ns || now_ns - watch->last_ns > AWAY_PERIODS * watch->period_ns;

	if (!watch->watched)
		watch->watched = calloc(watch->slots_n, sizeof *watch->watched);
	if (!watch->watched)
		return false;
	for (unsigned i = 0; i < watch->slots_n; i++)
		see(watch, i, now_ns, anew);
	watch->last_ns = now_ns;
	return !anew;
}

/* ---- finding --------------------------------------------------------------------------------- */

static bool is_stalled(const struct cb_watch *watch, unsigned i, uint64_t now_ns)
{
	const struct cb_watched *w = &watch->watched[i];
	uint64_t limit = watch->spec->stall_ns + (w->step == CB_STEP_WARMUP ? watch->spec->warmup_ns : 0);

	return (w->step == CB_STEP_RUN || w->step == CB_STEP_WARMUP) && now_ns - w->since_ns >= limit;
}

static void add_worker(struct cb_watch *watch, unsigned i, uint64_t now_ns)
{
	const struct cb_slot *slot = &watch->control->slots[i];
	const struct cb_watched *w = &watch->watched[i];
	unsigned workers = watch->spec->shape.workers;
	struct cb_stuck *stuck = watch->stuck;

	stuck->all++;
	if (stuck->n == CB_STUCK_MAX)
		return;
	stuck->workers[stuck->n++] = (struct cb_stuck_worker){
		.index = i < workers ? i : i - workers,
		.partner = i >= workers,
		.pid = slot->pid,
		.tid = slot->tid,
		.step = cb_step_names[w->step],
		.units = w->progress,
		.for_ns = now_ns - w->since_ns,
		.holds = w->locks.holds,
		.waits_for = w->locks.waits_for,
	};
}

/* Only workers do units; a partner that hangs shows in its worker. */
static bool find_stalled(struct cb_watch *watch, uint64_t now_ns)
{
	watch->stuck->status = CB_STALLED;
	watch->stuck->limit_ns = watch->spec->stall_ns;
	for (unsigned i = 0; i < watch->spec->shape.workers; i++)
		if (is_stalled(watch, i, now_ns))
			add_worker(watch, i, now_ns);
	return watch->stuck->n;
}

static unsigned count_waiting(const struct cb_lock_owner *owners, unsigned n)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < n; i++)
		waiting += owners[i].steady && owners[i].waits_for;
	return waiting;
}

/* owners and circle: [slots_n] each. */
static bool find_circle(
	struct cb_watch *watch, uint64_t now_ns, struct cb_lock_owner *owners, unsigned *circle)
{
	unsigned n = watch->slots_n, length;

	for (unsigned i = 0; i < n; i++)
		owners[i] = (struct cb_lock_owner){
			.holds = watch->watched[i].locks.holds,
			.waits_for = watch->watched[i].locks.waits_for,
			.steady = watch->watched[i].steady,
		};
	length = cb_lock_circle(owners, n, circle);
	for (unsigned i = 0; i < length; i++)
		add_worker(watch, circle[i], now_ns);
	watch->stuck->status = CB_DEADLOCK;
	watch->stuck->behind = count_waiting(owners, n) - length;
	return length;
}

static bool find_deadlocked(struct cb_watch *watch, uint64_t now_ns)
{
	unsigned n = watch->slots_n;
	struct cb_lock_owner *owners;
	unsigned *circle;
	bool found = false;

	if (!watch->spec->workload->locks)
		return false;
	owners = calloc(n, sizeof *owners);
	circle = calloc(n, sizeof *circle);
	if (owners && circle)
		found = find_circle(watch, now_ns, owners, circle);
	free(owners);
	free(circle);
	return found;
}

/* What /proc says of those that were found, while they are still there. */
static void read_states(struct cb_stuck *stuck)
{
	struct cb_task_state states[CB_STUCK_MAX];
	int pids[CB_STUCK_MAX], tids[CB_STUCK_MAX];

	for (unsigned i = 0; i < stuck->n; i++) {
		pids[i] = stuck->workers[i].pid;
		tids[i] = stuck->workers[i].tid;
	}
	cb_task_states_read(pids, tids, stuck->n, states);
	for (unsigned i = 0; i < stuck->n; i++)
		stuck->workers[i].task = states[i];
}

bool cb_watch_look(struct cb_watch *watch, uint64_t now_ns)
{
	static bool (*const finders[])(struct cb_watch *, uint64_t) = { find_deadlocked, find_stalled };
	bool found = false;

	watch->next_ns = now_ns + watch->period_ns;
	if (atomic_load(&watch->control->leader_step) != CB_STEP_RUN || !see_all(watch, now_ns))
		return false;
	for (size_t i = 0; i < CB_COUNT(finders) && !found; i++) {
		*watch->stuck = (struct cb_stuck){ 0 };
		found = finders[i](watch, now_ns);
	}
	if (found) {
		read_states(watch->stuck);
		cb_stuck_describe(watch->stuck, watch->spec->workload->locks);
	}
	return found;
}
