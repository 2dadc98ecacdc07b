/*
 * What harness, leader and workers of one sample share: a block of anonymous MAP_SHARED memory, made by the
 * harness before it forks the leader. Every field has one writer at a time, named here. Words that workers
 * read while they run stand on lines that nobody writes then.
 */
#ifndef CB_EXEC_CONTROL_H
#define CB_EXEC_CONTROL_H

#include <stdatomic.h>

#include "lib/exec/sample.h"
#include "lib/workload_lock.h"

#define CB_STEAL_CPUS_MAX 256 /* CPUs whose steal a sample watches */
#define CB_LINE           256 /* bytes: two pairs of 64-byte lines, as adjacent-line prefetchers fetch pairs */

/* Where a worker or the leader stands; tells what was going on when it died. */
enum cb_step {
	CB_STEP_NONE,
	CB_STEP_CREATE,
	CB_STEP_SETUP,
	CB_STEP_INIT,
	CB_STEP_WARMUP,
	CB_STEP_GATE,
	CB_STEP_RUN,
	CB_STEP_ENDED,
	CB_STEP_FINI,
	CB_STEP_LEFT, /* all is done: only exit or return follows */
	CB_STEP_VERIFY,
	CB_STEP_TEARDOWN,
	CB_STEP_PREPARE,
	CB_STEP_EXPECT,
	CB_STEP_LOAD, /* of a plugin, by the leader */
	CB_STEPS,
};
extern const char *const cb_step_names[];

/* The points at which workers and leader meet, in order. Workers count themselves in, the leader opens. */
enum cb_meet {
	CB_MEET_CREATED, /* all contexts exist; workers and partners */
	CB_MEET_READY,   /* the gate; workers and partners count, only workers wait */
	CB_MEET_ENDED,   /* all units are done; workers */
	CB_MEET_LEFT,    /* usage is read, fini done; workers and partners */
	CB_MEETS,
};

struct cb_meeting {
	_Alignas(CB_LINE) _Atomic uint32_t here; /* how many have come */
	_Alignas(CB_LINE) _Atomic uint32_t open; /* futex; 1: go on */
};

/* CPU time and the like of one thread, as differences over the timed region. */
struct cb_usage {
	uint64_t cpu_ns, sys_ns, ctx_voluntary, ctx_involuntary, faults_minor, faults_major;
	uint64_t run_delay_ns;                          /* CB_NONE: no schedstat */
	uint64_t rchar, wchar, read_bytes, write_bytes; /* CB_NONE: no /proc/thread-self/io */
};

/* One a worker or partner; written by its owner only, read by others after it has left. */
struct cb_slot {
	_Alignas(CB_LINE) _Atomic uint32_t step; /* enum cb_step */
	_Atomic uint64_t progress; /* units done so far, for who watches from outside; stored once a batch */
	struct cb_locks locks;     /* likewise; written by what the workload calls */
	int pid, tid, cpu;
	uint64_t timer_slack_ns;
	uint64_t first_ns, ready_ns, start_ns, end_ns, units, batches, digest;
	double metric[CB_METRICS_MAX];
	struct cb_usage usage;
	struct {
		uint64_t backlog;             /* units begun after the last had arrived */
		uint64_t waits, wake_late_ns; /* units slept for, and how late these sleeps ended in all */
	} open;
	uint64_t children_peak_bytes; /* memory of the largest process that run started */
	struct cb_error error;
	_Atomic uint32_t told; /* 1: the body has returned that error */
	enum cb_status status; /* what the error makes of the cell; CB_OK: what errors usually do */
	/* dispatch spawn: of the unit's process, which writes digest and metric too */
	_Atomic bool unit_done; /* run has returned */
	int unit_result;        /* what it returned */
};

/* A process that the leader made, and the bodies it runs. */
struct cb_child {
	int pid;           /* 0: reaped */
	unsigned first, n; /* worker indexes first..first+n-1, for the one sentence when it dies */
};

struct cb_control {
	/* The leader's, before workers exist or after all have ended. */
	_Atomic uint32_t leader_step; /* enum cb_step */
	_Atomic uint32_t finished;    /* 1: the leader got to the end */
	enum cb_status status;        /* why the leader ended the sample early; CB_OK: it did not */
	struct cb_error error;        /* its reason */
	uint64_t setup_from_ns, setup_to_ns, spawn_from_ns, teardown_from_ns, teardown_to_ns;
	uint64_t steal_ns, throttled_ns, pss_bytes, partner_cpu_ns;
	struct cb_note notes[CB_NOTES_MAX];
	unsigned notes_n;
	double metric[CB_METRICS_MAX]; /* verify's; NaN: it gave none */
	uint64_t expected;             /* expect's answer */
	/* prepare's answer */
	void *prepared;
	size_t prepared_used;
	unsigned kept_fds;
	uint64_t noticed_ns; /* when the leader first saw a death or a failure; 0: it saw none */

	/* The worker's that a fault is to strike; see lib/exec/fault.h. */
	_Alignas(CB_LINE) _Atomic uint64_t fault_units; /* that it did */
	_Atomic uint64_t struck_ns;                     /* right before the fault; 0: not yet */

	_Alignas(CB_LINE) _Atomic uint64_t start_ns; /* published by the leader; 0: not yet */
	uint64_t epoch_ns;          /* the start, known whatever the gate: arrivals count from it */
	const uint64_t *arrival_ns; /* [units] open loop's schedule; else NULL */
	struct cb_meeting meet[CB_MEETS];
	_Alignas(CB_LINE) _Atomic uint32_t
		failed; /* 1 + index of the first body that returned an error; 0: none */
	_Alignas(CB_LINE) _Atomic uint64_t ticket; /* dispatch shared: next unit */

	_Alignas(CB_LINE) size_t bytes; /* of the whole block */
	unsigned slots_n;
	struct cb_histogram *histograms; /* [workers], in open loop twice as many; or NULL */
	struct cb_queue *queue;          /* dispatch queue: made by the leader before workers exist */
	/*
	 * [slots_n], the leader's own. In private memory the leader would pay for a copy of the page after
	 * each fork.
	 */
	struct cb_child *children;
	_Alignas(CB_LINE) struct cb_slot slots[];
};

/* For slots_n workers and partners, histograms for the first histograms_n; zeroed. NULL: no memory. */
size_t cb_control_bytes(unsigned slots_n, unsigned histograms_n); /* that it takes */
struct cb_control *cb_control_new(unsigned slots_n, unsigned histograms_n);
void cb_control_free(struct cb_control *control);
/*
 * Makes the block fit to be read by the harness after the sample, whatever a workload wrote into it: its own
 * layout (the numbers given to cb_control_new), known statuses and steps, texts that end and are printable.
 * Numbers that were measured stay as they are.
 */
void cb_control_tame(struct cb_control *control, unsigned slots_n, unsigned histograms_n);
/* Records a note; later ones beyond CB_NOTES_MAX are dropped, a repeated key is replaced. */
void cb_notes_add(struct cb_note *notes, unsigned *n, const char *key, const char *word, double number);

#endif
