/*
 * The harness's look at the workers of a running sample: whether all get on, and whether some wait for each
 * other for ever. It reads the slots in shared memory and nothing else, and only in samples that last: an
 * ordinary one ends before the first look.
 */
#ifndef CB_EXEC_WATCH_H
#define CB_EXEC_WATCH_H

#include "lib/exec/control.h"
#include "lib/exec/stuck.h"

struct cb_watched; /* one worker or partner, as last seen */

struct cb_watch {
	const struct cb_sample_spec *spec;
	const struct cb_control *control;
	unsigned slots_n;            /* control's, read before a workload could write over it */
	struct cb_stuck *stuck;      /* filled when it finds something */
	uint64_t next_ns;            /* when to look next; UINT64_MAX: never */
	uint64_t last_ns, period_ns; /* last_ns 0: no look yet */
	struct cb_watched *watched;  /* [slots_n]; made by the first look */
};

/*
 * Looks every quarter of spec->stall_ns, first after half of it. Where the workload tells of locks it looks
 * every quarter of a second at least, first after half a second, so that a deadlock is known within a second:
 * it is one when it was seen twice, unchanged in between. spec->stall_ns 0: never looks.
 * All pointers are borrowed until cb_watch_release.
 */
void cb_watch_init(struct cb_watch *watch, const struct cb_sample_spec *spec,
	const struct cb_control *control, struct cb_stuck *stuck, uint64_t now_ns);
void cb_watch_release(struct cb_watch *watch);

/*
 * Looks and sets next_ns. True: workers are deadlocked or stalled, *stuck says who and how, and the sample is
 * to be ended. A worker is stalled when it has been in run without finishing a unit for spec->stall_ns, or in
 * warm-up for that much and the time that warm-up is to last; one that waits at the gate, or is done, is not.
 * A harness that was itself away for several periods (stopped, suspended) begins anew.
 */
bool cb_watch_look(struct cb_watch *watch, uint64_t now_ns);

#endif
