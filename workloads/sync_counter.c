/*
 * sync_counter: all workers increment one number in shared memory. Without a guard updates are lost, which is
 * counted; with one none is, which is checked, and what the guard costs shows beside guard=none. A lock, and
 * the node of each waiter, lives in memory that all workers share, so that it is the same lock in threads
 * and in processes. Lock, counter and each worker's own words stand on lines of their own.
 *
 * The increment is a relaxed load and a relaxed store whatever the guard, so that guards differ in nothing
 * but themselves; only guard=atomic has the one instruction that does both. Warm-up takes the same lock and
 * increments another counter.
 *
 * Spin locks that serve in the order of arrival (ticket, mcs) collapse where workers outnumber CPUs: the next
 * in line may have no CPU, and all others spin until it gets one. A hand-over then lasts a turn of the
 * scheduler for each worker ahead on that CPU, before the collapse some nanoseconds. So units that make a
 * sample before it last for hours after it: only with holds so long that few of them fill several turns is
 * the number of increments given, as a collapsed sample ends in a few seconds, and is it marked by a note.
 * Other such samples are refused.
 */
#include "lib/workload.h"
#include <pthread.h>
#ifdef CB_HAVE_CK
#include <ck_spinlock.h>
#endif

#define LINE 256 /* bytes: two pairs of 64-byte lines, as adjacent-line prefetchers fetch pairs */

/* A hold and its hand-over together are some turns of the scheduler after so many, collapsed or not. */
#define COLLAPSE_INCREMENTS 250
#define COLLAPSE_HOLD       200000
#define TURN_NS             4000000u /* of the scheduler */

enum { METRIC_NS, METRIC_EXPECTED, METRIC_OBSERVED, METRIC_LOST, METRIC_LOST_PCT };
enum {
	GUARD_NONE,
	GUARD_MUTEX,
	GUARD_RECURSIVE,
	GUARD_SPIN,
	GUARD_TICKET,
	GUARD_MCS,
	GUARD_RWLOCK,
	GUARD_ATOMIC,
	GUARD_LOCAL
};

static const char *const guard_names[] = { "none", "mutex", "recursive", "spin", "ticket", "mcs", "rwlock",
	"atomic", "local", NULL };

struct counter_params {
	unsigned guard;
	uint64_t increments, hold, think;
};

enum { COUNTER_RUN, COUNTER_WARMUP, COUNTERS };

struct line {
	_Alignas(LINE) uint64_t n;
};

/* A worker's own. */
struct lane {
	struct line counter[COUNTERS]; /* guard=local */
#ifdef CB_HAVE_CK
	_Alignas(LINE) ck_spinlock_mcs_context_t node; /* guard=mcs: its place in the queue */
#endif
};

struct shared {
	_Alignas(LINE) union {
		pthread_mutex_t mutex;
		pthread_rwlock_t rwlock;
#ifdef CB_HAVE_CK /* all zeros is an open lock */
		ck_spinlock_t spin;
		ck_spinlock_ticket_t ticket;
		ck_spinlock_mcs_t mcs;
#endif
	} lock;
	struct line counter[COUNTERS];
	struct lane lane[]; /* [workers] */
};

static void turn(uint64_t turns)
{
	for (; turns; turns--)
		__asm__ volatile("");
}

/* A function add_NAME that increments *counter n times between enter and leave. */
#define GUARD(name, enter, leave)                                                      \
	static void add_##name(struct shared *s, struct lane *lane, uint64_t *counter, \
		const struct counter_params *p, uint64_t n)                            \
	{                                                                              \
		uint64_t hold = p->hold, think = p->think;                             \
                                                                                       \
		(void)s, (void)lane;                                                   \
		for (; n; n--) {                                                       \
			uint64_t seen;                                                 \
                                                                                       \
			enter;                                                         \
			seen = __atomic_load_n(counter, __ATOMIC_RELAXED);             \
			turn(hold);                                                    \
			__atomic_store_n(counter, seen + 1, __ATOMIC_RELAXED);         \
			leave;                                                         \
			turn(think);                                                   \
		}                                                                      \
	}

/* An error of a call would show as a lost update. */
GUARD(none, (void)0, (void)0)
GUARD(mutex, pthread_mutex_lock(&s->lock.mutex), pthread_mutex_unlock(&s->lock.mutex))
GUARD(rwlock, pthread_rwlock_wrlock(&s->lock.rwlock), pthread_rwlock_unlock(&s->lock.rwlock))
#ifdef CB_HAVE_CK
GUARD(spin, ck_spinlock_lock(&s->lock.spin), ck_spinlock_unlock(&s->lock.spin))
GUARD(ticket, ck_spinlock_ticket_lock(&s->lock.ticket), ck_spinlock_ticket_unlock(&s->lock.ticket))
GUARD(mcs, ck_spinlock_mcs_lock(&s->lock.mcs, &lane->node), ck_spinlock_mcs_unlock(&s->lock.mcs, &lane->node))
#endif

static void add_atomic(
	struct shared *s, struct lane *lane, uint64_t *counter, const struct counter_params *p, uint64_t n)
{
	(void)s, (void)lane;
	for (; n; n--) {
		turn(p->hold);
		__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
		turn(p->think);
	}
}

static int init_mutex(struct shared *s, int type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_settype(&attributes, type);
	return -pthread_mutex_init(&s->lock.mutex, &attributes);
}

static int init_plain(struct shared *s)
{
	return init_mutex(s, PTHREAD_MUTEX_NORMAL);
}

static int init_recursive(struct shared *s)
{
	return init_mutex(s, PTHREAD_MUTEX_RECURSIVE);
}

static int init_rwlock(struct shared *s)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	return -pthread_rwlock_init(&s->lock.rwlock, &attributes);
}

static const struct guard {
	/* NULL: not in this build */
	void (*add)(
		struct shared *, struct lane *, uint64_t *counter, const struct counter_params *, uint64_t n);
	int (*init)(struct shared *); /* NULL: zeros will do */
	bool fifo;                    /* spins in the order of arrival, behind workers that have no CPU too */
} guards[] = {
	[GUARD_NONE] = { add_none, NULL, false },
	[GUARD_MUTEX] = { add_mutex, init_plain, false },
	[GUARD_RECURSIVE] = { add_mutex, init_recursive, false },
#ifdef CB_HAVE_CK
	[GUARD_SPIN] = { add_spin, NULL, false },
	[GUARD_TICKET] = { add_ticket, NULL, true },
	[GUARD_MCS] = { add_mcs, NULL, true },
#endif
	[GUARD_RWLOCK] = { add_rwlock, init_rwlock, false },
	[GUARD_ATOMIC] = { add_atomic, NULL, false },
	[GUARD_LOCAL] = { add_none, NULL, false },
};

/* Workers that take turns on a CPU. */
static uint64_t rounds(const struct cb_env *env)
{
	return (env->workers + env->cpus - 1) / env->cpus;
}

/* Whether each hand-over may have to wait until the scheduler has a turn for the next worker in line. */
static bool collapses(const struct counter_params *p, const struct cb_env *env)
{
	return guards[p->guard].fifo && env->workers > env->cpus;
}

/* Increments of a sample then: it lasts the same whatever the workers, some 4 s where each waits for all
 * turns. */
static uint64_t collapsed_increments(const struct cb_env *env)
{
	uint64_t n = COLLAPSE_INCREMENTS / rounds(env);

	return n > env->workers ? n : env->workers;
}

/* The hold with which so many increments fill some turns of all CPUs before it collapses. */
static uint64_t collapsed_hold(const struct cb_env *env)
{
	return COLLAPSE_HOLD * rounds(env);
}

static int counter_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct counter_params *p = params;

	if (!guards[p->guard].add)
		return cb_error_set(err, -ENOTSUP,
			"guard=%s is a lock of Concurrency Kit, which was not there at build time (install "
			"libck-dev and build again)",
			guard_names[p->guard]);
	if (collapses(p, env) &&
		(p->hold < collapsed_hold(env) || p->increments * env->workers > collapsed_increments(env)))
		return cb_error_set(err, -ENOTSUP,
			"guard=%s collapses with more workers than CPUs: it hands over in the order of "
			"arrival, "
			"and each increment waits a turn of the scheduler (see it with "
			"hold=%llu,increments=1)",
			guard_names[p->guard], (unsigned long long)collapsed_hold(env));
	return 0;
}

/* A collapsed sample has as many units as it may: fewer would be over before it collapses. */
static uint64_t counter_units(const void *params, const struct cb_env *env)
{
	const struct counter_params *p = params;

	return collapses(p, env) ? collapsed_increments(env) / p->increments : 0;
}

/* Each increment behind all others in line, each of which waits for its turn, and for one of a stranger's. */
static uint64_t counter_unit_ns_worst(const void *params, const struct cb_env *env)
{
	const struct counter_params *p = params;
	bool in_line = guards[p->guard].fifo && env->workers > 1;

	return in_line ? p->increments * env->workers * (rounds(env) + 1) * TURN_NS : 0;
}

static uint64_t counter_footprint(const void *params, const struct cb_env *env)
{
	(void)params;
	return sizeof(struct shared) + env->workers * sizeof(struct lane);
}

static int counter_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct counter_params *p = s->params;
	const struct guard *guard = &guards[p->guard];
	struct shared *shared = s->alloc(s, counter_footprint(p, s->env));
	int rc;

	if (!shared)
		return cb_error_set(err, -ENOMEM, "no memory for the counter");
	rc = guard->init ? guard->init(shared) : 0;
	if (rc)
		return cb_error_set(err, rc, "cannot make the lock: %s", strerror(-rc));
	if (collapses(p, s->env))
		s->note(s, "fifo_spin_lock", "more workers than CPUs");
	*ret_shared = shared;
	return 0;
}

static int counter_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct counter_params *p = w->params;
	struct shared *s = w->shared;
	struct lane *lane = &s->lane[w->index];
	unsigned which = first < CB_WARMUP_UNIT ? COUNTER_RUN : COUNTER_WARMUP;
	struct line *counter = p->guard == GUARD_LOCAL ? lane->counter : s->counter;

	(void)err;
	guards[p->guard].add(s, lane, &counter[which].n, p, n * p->increments);
	w->metric[METRIC_NS] += (double)(n * p->increments);
	w->digest += cb_units_digest(first, n);
	return 0;
}

/* guard=local: the merge; 0 otherwise. */
static void counter_worker_fini(struct cb_worker *w)
{
	struct shared *s = w->shared;
	struct line *own = &s->lane[w->index].counter[COUNTER_RUN];

	__atomic_fetch_add(&s->counter[COUNTER_RUN].n, own->n, __ATOMIC_RELAXED);
	own->n = 0;
}

static int counter_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct counter_params *p = v->params;
	const struct shared *s = v->shared;
	uint64_t expected = v->units * p->increments, observed = s->counter[COUNTER_RUN].n;
	double lost = (double)expected - (double)observed;

	v->metric(v, METRIC_EXPECTED, (double)expected);
	v->metric(v, METRIC_OBSERVED, (double)observed);
	v->metric(v, METRIC_LOST, lost);
	v->metric(v, METRIC_LOST_PCT, 100 * lost / (double)expected);
	if (p->guard == GUARD_NONE || observed == expected)
		return 0;
	return cb_error_set(err, -EIO, "guard=%s lost %.0f of %.0f increments", guard_names[p->guard], lost,
		(double)expected);
}

static const struct cb_param counter_table[] = {
	{ "guard", CB_PARAM_ENUM, "", "mutex", 0, 0, guard_names,
		"what makes the increment safe; spin, ticket and mcs need Concurrency Kit; rwlock is taken "
		"for "
		"writing; local: a counter for each worker, merged once",
		offsetof(struct counter_params, guard) },
	{ "increments", CB_PARAM_U64, "", "1000", 1, 1e9, NULL, "of a unit",
		offsetof(struct counter_params, increments) },
	{ "hold", CB_PARAM_U64, "turns", "0", 0, 1e9, NULL,
		"turns of an empty loop between load and store, inside the lock",
		offsetof(struct counter_params, hold) },
	{ "think", CB_PARAM_U64, "turns", "0", 0, 1e9, NULL, "turns after an increment, outside the lock",
		offsetof(struct counter_params, think) },
	{ .name = NULL },
};

static const struct cb_metric counter_metrics[] = {
	[METRIC_NS] = { "ns_per_increment", "ns", CB_MERGE_NS_PER, 0, 1,
		"makespan / increments of all workers" },
	[METRIC_EXPECTED] = { "expected", "", CB_MERGE_VERIFY, 0, 1, "increments done" },
	[METRIC_OBSERVED] = { "observed", "", CB_MERGE_VERIFY, 0, 1, "what the counter says in the end" },
	[METRIC_LOST] = { "lost", "", CB_MERGE_VERIFY, 0, 1, "expected - observed; 0 but for guard=none" },
	[METRIC_LOST_PCT] = { "lost_pct", "%", CB_MERGE_VERIFY, 0, 1, "of those expected" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_sync_counter = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "sync_counter",
	.summary = "one shared counter under a lock of choice: lost updates, and the price of losing none",
	.unit = "run of increments",
	.version = 1,
	.class = CB_CLASS_SYNC,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = counter_table,
	.metrics = counter_metrics,
	.params_size = sizeof(struct counter_params),
	.price = "ns_per_increment",
	.price_base = "guard=none",
	.finding = "{lost} of {expected} increments were lost ({lost_pct} %)",
	.supported = counter_supported,
	.footprint = counter_footprint,
	.units_max = counter_units,
	.units_min = counter_units,
	.unit_ns_worst = counter_unit_ns_worst,
	.setup = counter_setup,
	.run = counter_run,
	.expect = cb_expect_units,
	.verify = counter_verify,
	.worker_fini = counter_worker_fini,
};
