/*
 * One sample: one measurement of a cell by one fresh process tree. The harness describes it (cb_sample_spec),
 * cb_sample_run forks the leader, supervises it and fills cb_sample. The harness must be single-threaded.
 */
#ifndef CB_EXEC_SAMPLE_H
#define CB_EXEC_SAMPLE_H

#include "lib/exec/fault.h"
#include "lib/exec/mode.h"
#include "lib/stats/histogram.h"

enum cb_status {
	CB_OK,
	CB_SKIPPED, /* not measured, for a reason that is nobody's fault: no such resource, not supported */
	CB_FAILED,  /* a hook returned an error */
	CB_CRASHED, /* a signal or an unexpected exit */
	CB_TIMEOUT,
	CB_STALLED,  /* a worker finished no unit for too long */
	CB_DEADLOCK, /* workers wait for each other's locks */
	CB_MISMATCH, /* wrong digest */
};
extern const char *const cb_status_names[];

/* When the clock is read for single units; decided once per group (METHOD 8, DESIGN 5.4). */
enum cb_timing {
	CB_TIMING_NONE,    /* units too short to be timed alone */
	CB_TIMING_SAMPLED, /* the first unit of every timing_every-th batch */
	CB_TIMING_EACH,
};

/* How units arrive in open loop; see lib/exec/open_loop.h. */
enum cb_arrival { CB_ARRIVAL_CONST, CB_ARRIVAL_POISSON };
extern const char *const cb_arrival_names[]; /* NULL-terminated */

struct cb_open_loop {
	double rate_per_s; /* units a second, of all workers together; 0: closed loop */
	enum cb_arrival arrival;
};
struct cb_stuck; /* lib/exec/stuck.h */

/* What prepare made, once per group; inherited by all samples. See lib/exec/prepare.h. */
struct cb_prepared;
struct cb_host;

struct cb_sample_spec {
	const struct cb_host *host; /* for steal and throttling; NULL: those stay CB_NONE */
	const struct cb_workload *workload;
	const void *params;
	const struct cb_prepared *prepared; /* NULL: the workload has no prepare */
	struct cb_env env;
	const struct cb_mode *mode;
	enum cb_dispatch dispatch;
	uint64_t batch; /* units taken at a time; 0: automatic */
	struct cb_shape shape;
	unsigned partners;                   /* 0, 1 or shape.workers */
	const int *worker_cpu, *partner_cpu; /* OS indexes, -1: not pinned */
	const unsigned *confined;            /* [confined_n] CPUs that who is not pinned keeps to */
	unsigned confined_n;                 /* 0: all that the harness may use */
	bool fits;      /* workers + partners fit the CPUs: spin at the gate, else futex */
	uint64_t units; /* at least 1 */
	uint64_t seed;
	enum cb_timing timing;
	uint64_t timing_every; /* CB_TIMING_SAMPLED: at least 1 */
	uint64_t warmup_ns, timeout_ns;
	struct cb_open_loop open;     /* needs dispatch shared and timing each; batches are 1 */
	struct cb_histogram *service; /* open loop: gets the service times added, as cb_sample_run's hist gets
					 the response times; or NULL */
	uint64_t stall_ns; /* a worker that finishes no unit for so long ends the sample; 0: nobody looks */
	const struct cb_fault *fault; /* NULL: none; else of a worker that exists */
};

#define CB_NOTES_MAX 12
struct cb_note {
	char key[32], word[48]; /* word "" when it is a number */
	double number;
};

/* What one worker did; times in ns from the sample's first start. CB_NONE: did not get that far. */
struct cb_worker_row {
	int pid, tid, cpu; /* cpu: OS index it was last on; -1 unknown */
	uint64_t start_ns, end_ns, units, cpu_ns;
};

/* What was measured. Missing numbers are CB_NONE, missing doubles NaN. */
struct cb_sample {
	enum cb_status status;
	char reason[256]; /* why the status is not CB_OK */
	uint64_t units, digest, batches;
	uint64_t makespan_ns, total_ns, setup_ns, spawn_ns, gate_ns, teardown_ns, start_skew_ns, stop_skew_ns;
	uint64_t cpu_user_ns, cpu_sys_ns, partner_cpu_ns, ctx_voluntary, ctx_involuntary, faults_minor,
		faults_major;
	uint64_t run_delay_ns, off_cpu_ns, steal_ns, throttled_ns, pss_bytes;
	uint64_t read_bytes, write_bytes, rchar, wchar;
	/* Open loop, else CB_NONE: units not begun when the last one arrived; mean time by which a worker
	 * woke late that slept until an arrival. */
	uint64_t backlog_units, wake_late_ns;
	unsigned workers_idle, workers_done;
	uint64_t timer_slack_ns;        /* the largest of all workers and partners */
	double metrics[CB_METRICS_MAX]; /* merged as the workload's rows say */
	struct cb_note notes[CB_NOTES_MAX];
	unsigned notes_n;
	struct cb_fault_outcome fault; /* filled whatever the status */
	struct cb_worker_row
		*rows; /* [shape.workers]; owned by the supervisor, valid until its next sample */
	const struct cb_stuck *stuck; /* CB_STALLED, CB_DEADLOCK: likewise; else NULL */
};

/*
 * The harness's half: signals, the shared control block, subreaping. One per process; not thread-safe.
 * Blocks SIGINT, SIGTERM, SIGHUP and SIGTSTP and reads them by signalfd while a sample runs.
 */
struct cb_supervisor;

int cb_supervisor_new(struct cb_supervisor **ret, struct cb_error *err);
void cb_supervisor_free(struct cb_supervisor *supervisor);
/* The signal that asked to end (SIGINT, SIGTERM, SIGHUP), 0 while none came. Polls; never blocks. */
int cb_supervisor_interrupted(struct cb_supervisor *supervisor);
/* Nanoseconds this process has spent stopped by Ctrl-Z: no time of a budget's. */
uint64_t cb_supervisor_stopped_ns(const struct cb_supervisor *supervisor);
/* Sleeps, or until interrupted: returns the signal then, else 0. */
int cb_supervisor_sleep(struct cb_supervisor *supervisor, uint64_t ns);

/*
 * Runs one sample. Returns 0 when ret was filled, whatever its status; -EINTR when a signal asked to end
 * (nothing in ret); -ERESTART when the sample was stopped (Ctrl-Z) and continued: discard it and run another;
 * another negative errno with a reason when the harness itself could not go on. hist, when not NULL, gets the
 * workers' latencies added. On return no process of the sample is left.
 */
int cb_sample_run(struct cb_supervisor *supervisor, const struct cb_sample_spec *spec, struct cb_sample *ret,
	struct cb_histogram *hist, struct cb_error *err);

/*
 * Runs the workload's prepare hook in a process of its own, within timeout_ns. ret_status and err tell of a
 * failing or crashing hook (returns 0 then, *ret is NULL); other returns as cb_sample_run.
 */
int cb_prepare_run(struct cb_supervisor *supervisor, const struct cb_workload *workload, const void *params,
	const struct cb_env *env, uint64_t seed, uint64_t timeout_ns, struct cb_prepared **ret,
	enum cb_status *ret_status, struct cb_error *err);
void cb_prepared_free(struct cb_prepared *prepared);
const void *cb_prepared_data(const struct cb_prepared *prepared); /* NULL-safe */
/* Adds prepare's notes. NULL-safe. */
void cb_prepared_notes(const struct cb_prepared *prepared, struct cb_note *notes, unsigned *n);

/*
 * Asks the workload's expect hook, in a process of its own and within timeout_ns, for the digest of units
 * 0..units-1. Returns 0 with *ret_status: CB_OK and *ret_digest, or what went wrong with a reason in err;
 * other returns as cb_sample_run. The workload must have the hook.
 */
int cb_expect_run(struct cb_supervisor *supervisor, const struct cb_workload *workload, const void *params,
	const struct cb_prepared *prepared, uint64_t seed, uint64_t units, uint64_t timeout_ns,
	uint64_t *ret_digest, enum cb_status *ret_status, struct cb_error *err);

#endif
