/* Ending process trees. */
#ifndef CB_EXEC_KILL_H
#define CB_EXEC_KILL_H

#include "lib/base/base.h"

/* Children that the calling process has not made itself: it was started by exec in a process that had them.
 */
#define CB_STRANGERS_MAX 64
struct cb_strangers {
	pid_t pids[CB_STRANGERS_MAX];
	unsigned n;
};

/* All children there are now. */
void cb_strangers_find(struct cb_strangers *ret);

/*
 * SIGKILLs and reaps every descendant of the calling process, but for strangers, until it has none. The
 * caller is a subreaper, so that orphans become its children. strangers NULL: there are none, and the caller
 * leads a process group of its own, which is killed (with the caller) where there is no /proc.
 * Async-signal-safe; leaves errno.
 */
void cb_kill_descendants(const struct cb_strangers *strangers);

/* Dies with its parent: asks for signal on the parent's death and ends at once when expected_parent is gone
 * already. */
void cb_die_with_parent(int signal, pid_t expected_parent);

#endif
