/*
 * A fault on purpose: in mid-run one worker crashes, is killed, hangs or exits, and the sample tells what was
 * lost by it and how soon it was noticed.
 *
 * The leader of such a sample swaps the workload's run hook for one that counts the units of that worker and
 * strikes when they are enough. Samples without a fault run the workload's own hook: nothing is asked for
 * each unit or batch.
 */
#ifndef CB_EXEC_FAULT_H
#define CB_EXEC_FAULT_H

#include "lib/base/base.h"

struct cb_control;
struct cb_crew;
struct cb_end;
struct cb_sample;
struct cb_sample_spec;
struct cb_shape;

enum cb_fault_how {
	CB_FAULT_NONE,
	CB_FAULT_CRASH, /* dies by SIGSEGV, and its process with it */
	CB_FAULT_KILL,  /* its process gets SIGKILL */
	CB_FAULT_HANG,  /* sleeps for ever */
	CB_FAULT_EXIT,  /* its process exits with status 3 */
};
extern const char *const cb_fault_names[]; /* by enum cb_fault_how, NULL-terminated; "none" is the first */

struct cb_fault {
	enum cb_fault_how how; /* CB_FAULT_NONE: no fault */
	unsigned worker;       /* index of the one that it strikes */
	/*
	 * It strikes when the worker has done this share, 0..1, of an equal part of the sample's units; at
	 * the latest when it finds no more.
	 */
	double after;
};

/* Who told that something was wrong. */
enum cb_fault_noticer {
	CB_NOTICED_BY_NONE,
	CB_NOTICED_BY_LEADER,   /* a process that it forked died: SIGCHLD */
	CB_NOTICED_BY_HARNESS,  /* the leader itself died: its pidfd */
	CB_NOTICED_BY_DEADLINE, /* nothing ended in time */
	CB_NOTICED_BY_WATCHDOG, /* nothing moved for too long */
};
extern const char *const cb_fault_noticer_names[]; /* "" for none */

/* What a sample with a fault came to. */
struct cb_fault_outcome {
	bool planned;        /* the sample was to have a fault: else all is zero */
	bool struck;         /* false: it ended before, the other numbers tell of no fault */
	uint64_t units;      /* to be done */
	uint64_t units_done; /* by anybody; of workers that did not end, whole batches only */
	uint64_t units_kept; /* by workers that ended and whose process did not die */
	unsigned survivors;  /* those workers */
	unsigned workers;    /* all there were */
	uint64_t notice_ns;  /* from the fault to when leader or harness knew; CB_NONE: never noticed */
	enum cb_fault_noticer noticer;
};

/* Share, 0..1, of a sample's units whose results are missing. Pure. */
static inline double cb_fault_lost_share(const struct cb_fault_outcome *fault)
{
	return fault->units ? (double)(fault->units - fault->units_kept) / (double)fault->units : 0;
}

/* The workers that die with the one that the fault strikes: *ret_first, and how many. Pure. */
unsigned cb_fault_victims(const struct cb_fault *fault, const struct cb_shape *shape, unsigned *ret_first);

/*
 * Fills sample->fault from what the sample left behind; its status must be known. Without a fault all is
 * zero. Pure.
 */
void cb_fault_tell(const struct cb_sample_spec *spec, const struct cb_control *control,
	const struct cb_end *end, struct cb_sample *sample);

/* ---- in the leader and its workers ---- */

/*
 * The sample's description with the fault built in: lives until the leader ends. spec itself when it has no
 * fault; NULL: no memory.
 */
const struct cb_sample_spec *cb_fault_arm(const struct cb_sample_spec *spec, struct cb_control *control);
/* By worker index when its timed region is over: strikes now if it is the one and was not struck before. */
void cb_fault_strike_late(const struct cb_sample_spec *spec, struct cb_control *control, unsigned index);
/*
 * Whether the leader, having looked at its workers, has to end the sample. gone: a worker died or failed, now
 * or before. Under a fault that has struck the survivors finish first.
 */
bool cb_fault_ends_sample(const struct cb_crew *crew, bool gone);

#endif
