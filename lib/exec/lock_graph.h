/* Who waits for whom: deadlocks in a picture of held and wanted locks. Pure. */
#ifndef CB_EXEC_LOCK_GRAPH_H
#define CB_EXEC_LOCK_GRAPH_H

#include "lib/workload_lock.h"

/* One that holds and wants locks. */
struct cb_lock_owner {
	uint64_t holds;     /* bit i: lock i */
	uint32_t waits_for; /* 1 + the lock; 0: none */
	bool steady;        /* alive, and known to have been like this for a while */
};

/*
 * Looks for a circle in which each of owners[0..n-1] waits for a lock that the next one holds, the last for
 * one of the first; one that waits for what it holds itself is a circle too. Only steady owners count. A lock
 * has one owner; where several claim it, the first is believed.
 *
 * Writes the circle's indexes to ret_circle[0..n-1], in the order of waiting and from the lowest on, and
 * returns how many there are; 0: no deadlock. Of several circles it finds the one whose lowest index is
 * least.
 */
unsigned cb_lock_circle(const struct cb_lock_owner *owners, unsigned n, unsigned *ret_circle);

#endif
