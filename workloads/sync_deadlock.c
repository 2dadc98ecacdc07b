/*
 * sync_deadlock: ways of taking two locks, of which two stop for ever: two locks in opposite order by two
 * workers, and a plain lock once more by its owner. Beside them those that do not: the same order, and a
 * recursive lock. The locks are those of the C library in memory that all workers share. Workers tell what
 * they hold and wait for, so that the deadlock is found and named (lib/workload_lock.h).
 *
 * That workers meet with one lock each is no matter of luck: who holds its first lock waits until somebody
 * holds the other, or until nobody has come for a while, as where only one worker got units.
 */
#include <pthread.h>

#include "lib/workload_lock.h"

#define LINE      256     /* bytes: two pairs of 64-byte lines, as adjacent-line prefetchers fetch pairs */
#define LOOK_NS   100000u /* who waits for the other looks so often, */
#define LOOKS_MAX 1000u   /* and so many times */

enum { A, B, LOCKS };
enum { OPPOSITE, SAME, TWICE, RECURSIVE };

static const char *const lock_names[] = { "A", "B", NULL };
static const char *const ways[] = { "opposite", "same", "twice", "recursive", NULL };

struct deadlock_params {
	unsigned locks;
};

struct shared {
	struct {
		_Alignas(LINE) pthread_mutex_t mutex;
		unsigned char held; /* locks=opposite: somebody holds it and has not got the other */
	} lock[LOCKS];
	_Alignas(LINE) uint64_t units; /* done, counted under the locks */
};

static int take(struct cb_worker *w, unsigned lock, struct cb_error *err)
{
	struct shared *s = w->shared;
	int r;

	cb_lock_wants(w, lock);
	r = -pthread_mutex_lock(&s->lock[lock].mutex);
	if (r)
		return cb_error_set(err, r, "cannot take %s: %s", lock_names[lock], strerror(-r));
	cb_lock_got(w, lock);
	return 0;
}

static void drop(struct cb_worker *w, unsigned lock)
{
	struct shared *s = w->shared;

	cb_lock_dropped(w, lock);
	pthread_mutex_unlock(&s->lock[lock].mutex);
}

/* Holds mine and waits for who holds the other. */
static void meet(struct cb_worker *w, unsigned mine)
{
	struct shared *s = w->shared;
	unsigned char *other = &s->lock[1 - mine].held;

	__atomic_store_n(&s->lock[mine].held, 1, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < LOOKS_MAX && !__atomic_load_n(other, __ATOMIC_ACQUIRE); i++)
		w->io->sleep_ns(LOOK_NS);
	if (!__atomic_load_n(other, __ATOMIC_ACQUIRE))
		__atomic_store_n(&s->lock[mine].held, 0, __ATOMIC_RELEASE);
}

static int take_two(struct cb_worker *w, unsigned first, bool meeting, struct cb_error *err)
{
	struct shared *s = w->shared;
	int r = take(w, first, err);

	if (r)
		return r;
	if (meeting)
		meet(w, first);
	r = take(w, 1 - first, err);
	if (!r) {
		s->units++;
		drop(w, 1 - first);
	}
	drop(w, first);
	return r;
}

/* The owner of a recursive lock does not wait for it, and tells nothing of the second time. */
static int take_twice(struct cb_worker *w, bool recursive, struct cb_error *err)
{
	struct shared *s = w->shared;
	int r = take(w, A, err);

	if (r)
		return r;
	r = recursive ? -pthread_mutex_lock(&s->lock[A].mutex) : take(w, A, err);
	if (!r) {
		s->units++;
		pthread_mutex_unlock(&s->lock[A].mutex);
	}
	drop(w, A);
	return r;
}

static int deadlock_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct deadlock_params *p = w->params;
	bool opposite = p->locks == OPPOSITE && w->count > 1;
	int r = 0;

	for (uint64_t i = 0; i < n && !r; i++)
		r = p->locks >= TWICE ? take_twice(w, p->locks == RECURSIVE, err)
				      : take_two(w, opposite ? w->index % LOCKS : A, opposite, err);
	w->digest += cb_units_digest(first, n);
	return r;
}

static const char *deadlock_expects(const void *params, const struct cb_env *env)
{
	const struct deadlock_params *p = params;

	return p->locks == TWICE || (p->locks == OPPOSITE && env->workers > 1) ? "deadlock" : NULL;
}

static int deadlock_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct deadlock_params *p = s->params;
	struct shared *shared = s->alloc(s, sizeof *shared);
	pthread_mutexattr_t attributes;
	int r = 0;

	if (!shared)
		return cb_error_set(err, -ENOMEM, "no memory for the locks");
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_settype(
		&attributes, p->locks == RECURSIVE ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
	for (unsigned i = 0; i < LOCKS && !r; i++)
		r = -pthread_mutex_init(&shared->lock[i].mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	*ret_shared = shared;
	return r ? cb_error_set(err, r, "cannot make a lock: %s", strerror(-r)) : 0;
}

static int deadlock_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct shared *s = v->shared;

	return s->units == v->units
		       ? 0
		       : cb_error_set(err, -EIO, "%llu units were counted under the locks, of %llu",
				 (unsigned long long)s->units, (unsigned long long)v->units);
}

static const struct cb_param deadlock_table[] = {
	{ "locks", CB_PARAM_ENUM, "", "opposite", 0, 0, ways,
		"opposite: two locks, by every other worker in the opposite order, a deadlock of 2 workers; "
		"same: "
		"all in one order; twice: a plain lock by its owner again, a deadlock of 1 worker; "
		"recursive: a "
		"lock that allows it",
		offsetof(struct deadlock_params, locks) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_sync_deadlock = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "sync_deadlock",
	.summary = "two locks in opposite order, or one lock twice: a deadlock, found and named",
	.unit = "taking two locks",
	.version = 1,
	.class = CB_CLASS_SYNC,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES | CB_UNITS_ONCE,
	.params = deadlock_table,
	.params_size = sizeof(struct deadlock_params),
	.locks = lock_names,
	.expects = deadlock_expects,
	.setup = deadlock_setup,
	.run = deadlock_run,
	.expect = cb_expect_units,
	.verify = deadlock_verify,
};
