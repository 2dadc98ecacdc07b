/* What becomes of a run's processes when its harness is killed. */
#ifndef CB_EXEC_KILLED_H
#define CB_EXEC_KILLED_H

#include "lib/base/base.h"

struct cb_supervisor;

struct cb_killed {
	unsigned tasks;   /* processes and threads below the harness when it was killed */
	uint64_t gone_ns; /* from then until the last of them was dead and reaped; CB_NONE: some lived on */
};

struct cb_killed_spec {
	void (*harness)(void *arg); /* body of a process that measures; it makes a supervisor of its own */
	void *arg;
	unsigned tasks;    /* it is killed when at least so many are alive below it, ... */
	uint64_t delay_ns; /* ... and still are so much later */
	uint64_t start_ns; /* how long may pass until then */
	uint64_t limit_ns; /* what lives longer than this after the kill has outlived it */
};

/*
 * Runs the harness's body in a process of its own, kills that process alone by SIGKILL in the middle of a
 * sample, and waits for the end of all that was below it. Nothing is left in any case: what outlives the
 * limit is killed. Returns 0 with *ret; -EINTR and -ERESTART as cb_supervise does; -ENOTSUP: the kernel does
 * not tell children; -ECANCELED: it ended by itself, or had too few tasks; -EAGAIN, -ENOMEM: of fork.
 */
int cb_killed_run(struct cb_supervisor *s, const struct cb_killed_spec *spec, struct cb_killed *ret,
	struct cb_error *err);

#endif
