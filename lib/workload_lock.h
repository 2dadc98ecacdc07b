/*
 * For workloads whose workers hold one lock while they wait for another: telling which, so that a deadlock is
 * found, ended and reported as who holds what and who waits for what. Inline, as all of the contract. It
 *costs a few stores into memory that only this worker writes; a workload that measures the price of a lock
 *itself had better do without.
 *
 * The workload names its locks in cb_workload.locks; a lock is its index there. Only locks with one owner at
 *a time can be told of. Around each lock that may have to wait:
 *
 *	cb_lock_wants(w, A);
 *	pthread_mutex_lock(a);
 *	cb_lock_got(w, A);
 *	...
 *	cb_lock_dropped(w, A);
 *	pthread_mutex_unlock(a);
 *
 * In this order a worker never claims a lock that it does not hold, so that a circle of claims that stays as
 *it is is a deadlock. An owner that takes a recursive lock again waits for nobody, and tells nothing.
 */
#ifndef CONCBENCH_WORKLOAD_LOCK_H
#define CONCBENCH_WORKLOAD_LOCK_H

#include "lib/workload.h"

#define CB_LOCKS_MAX 64 /* locks a workload may name */

/* What a worker says of its locks. Written by the worker alone, read by the harness while it runs. */
struct cb_locks {
	uint64_t holds;     /* bit i: lock i */
	uint32_t waits_for; /* 1 + the lock; 0: none */
	uint32_t changes;   /* counts what was told, so that a state seen twice is known to be the same */
};

static inline void cb_lock_changed(struct cb_locks *locks)
{
	__atomic_store_n(&locks->changes, locks->changes + 1, __ATOMIC_RELEASE);
}

/* Is about to wait for the lock. */
static inline void cb_lock_wants(struct cb_worker *w, unsigned lock)
{
	__atomic_store_n(&w->locks->waits_for, lock + 1, __ATOMIC_RELAXED);
	cb_lock_changed(w->locks);
}

/* Holds it. Waiting ends first: whoever looks in between must not see a worker that waits for itself. */
static inline void cb_lock_got(struct cb_worker *w, unsigned lock)
{
	__atomic_store_n(&w->locks->waits_for, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&w->locks->holds, w->locks->holds | UINT64_C(1) << lock, __ATOMIC_RELEASE);
	cb_lock_changed(w->locks);
}

/* Is about to give it up. */
static inline void cb_lock_dropped(struct cb_worker *w, unsigned lock)
{
	__atomic_store_n(&w->locks->holds, w->locks->holds & ~(UINT64_C(1) << lock), __ATOMIC_RELEASE);
	cb_lock_changed(w->locks);
}

#endif
