/*
 * One measurement at a time on a host. The lock is an abstract Unix socket: the kernel drops it with the last
 * process that holds it, so nothing stale is ever left, and a leader that outlives a killed harness for a
 * moment still holds it, as it should. Whoever comes second connects to it, learns the holder's pid, and
 * sleeps until the connection breaks: waiting costs the measurement nothing.
 *
 * Abstract names belong to a network namespace: containers with their own do not see each other.
 */
#ifndef CB_LOCK_H
#define CB_LOCK_H

#include "lib/base/base.h"

struct cb_lock {
	int fd; /* -1: not held */
};

/*
 * Takes the lock. While another process holds it: with wait, calls tell once for each holder and sleeps;
 * else fails with -EBUSY. Returns 0; -EINTR when SIGINT, SIGTERM or SIGHUP came (*ret_signal), SIGINT and
 * SIGTERM even when they are inherited as ignored; another negative errno with a reason.
 */
int cb_lock_take(
	struct cb_lock *ret, bool wait, void (*tell)(long pid), int *ret_signal, struct cb_error *err);
void cb_lock_release(struct cb_lock *lock);

#endif
