/* Workers that did not get on, why the harness ended their sample: what lib/exec/watch.c found. */
#ifndef CB_EXEC_STUCK_H
#define CB_EXEC_STUCK_H

#include "lib/exec/sample.h"
#include "lib/exec/task_state.h"

#define CB_STUCK_MAX 16 /* workers that are looked at more closely; the others are counted */

struct cb_stuck_worker {
	unsigned index; /* the worker's; for a partner, that of its worker */
	bool partner;
	int pid, tid;
	const char *step;   /* "run", "warm-up" */
	uint64_t units;     /* finished so far */
	uint64_t for_ns;    /* how long it has finished none, at least */
	uint64_t holds;     /* bit i: lock i of the workload's */
	uint32_t waits_for; /* 1 + the lock; 0: none */
	struct cb_task_state task;
};

struct cb_stuck {
	enum cb_status status; /* CB_STALLED, CB_DEADLOCK */
	char reason[256];      /* one sentence */
	uint64_t limit_ns;     /* CB_STALLED: the limit that was passed, which may be more than --stall */
	unsigned all;          /* workers that are stalled, or make the circle */
	unsigned behind;       /* CB_DEADLOCK: others that wait for a lock, too */
	unsigned n;            /* of workers[] */
	/* CB_STALLED: by index. CB_DEADLOCK: each waits for a lock that the next holds, the last for one of
	 * the first's. */
	struct cb_stuck_worker workers[CB_STUCK_MAX];
};

#endif
