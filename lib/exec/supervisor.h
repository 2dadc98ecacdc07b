/* Inside of the harness's half; for sample.c and prepare.c. */
#ifndef CB_EXEC_SUPERVISOR_H
#define CB_EXEC_SUPERVISOR_H

#include "lib/exec/kill.h"
#include "lib/exec/leader.h"
#include "lib/exec/outcome.h"
#include "lib/exec/watch.h"

struct cb_supervisor {
	struct cb_strangers strangers; /* children that this process was started with: not to be killed */
	int signal_fd;
	int signal;                 /* that asked to end; 0: none */
	uint64_t stopped_ns;        /* spent stopped by Ctrl-Z so far */
	bool stopped;               /* Ctrl-Z came since the flag was cleared */
	bool supervising;           /* a leader is to be ended before the harness stops */
	struct cb_worker_row *rows; /* of the latest sample, not inherited by forks */
	size_t rows_bytes;
	struct cb_watch *watch; /* looks at the running sample's workers; NULL: nobody does */
	struct cb_stuck stuck;  /* what the latest watch found */
};

/*
 * Forks a child that becomes a leader and calls body(arg), which never returns; supervises it to its end.
 * Returns 0 with *ret_end, -EINTR, -ERESTART, or the negative errno of fork. No descendant is left in any
 * case. hard_ns: what the child gets to clean up after being asked to end.
 */
int cb_supervise(struct cb_supervisor *s, uint64_t timeout_ns, uint64_t hard_ns, void (*body)(void *),
	void *arg, struct cb_end *ret_end);

#endif
