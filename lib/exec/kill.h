/* Ending process trees. */
#ifndef CB_EXEC_KILL_H
#define CB_EXEC_KILL_H

#include "lib/base/base.h"

/*
 * SIGKILLs and reaps every descendant of the calling process until it has none. The caller is a subreaper, so
 * that orphans become its children. Async-signal-safe; leaves errno.
 */
void cb_kill_descendants(void);

/* Dies with its parent: asks for signal on the parent's death and ends at once when expected_parent is gone
 * already. */
void cb_die_with_parent(int signal, pid_t expected_parent);

#endif
