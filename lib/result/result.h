/*
 * The result as the program holds it: cells in plan order with their samples and summaries. It lives in
 * memory that forked leaders do not inherit. lib/result/result_json.c writes it.
 */
#ifndef CB_RESULT_RESULT_H
#define CB_RESULT_RESULT_H

#include "lib/exec/stuck.h"
#include "lib/plan/plan.h"
#include "lib/stats/looks.h"

#define CB_ROWS_KEPT 8 /* worker rows a sample keeps unless --worker-rows; beyond that their quartiles */

/* A sample as it is kept. */
struct cb_kept_sample {
	struct cb_sample s;     /* s.rows: copied, NULL when only quartiles are kept */
	unsigned block, order;  /* order: position in its block */
	bool discarded;         /* primer or stopped: in the file, in no statistic */
	bool unpaired;          /* half a block (--samples odd): in the rate, in no ratio */
	double capacity;        /* latest probe for as many CPUs as the cell uses; NaN: none */
	double quartiles[3][5]; /* start_ns, end_ns, units over workers when rows is NULL */
};

enum cb_bound {
	CB_BOUND_UNKNOWN,
	CB_BOUND_CPU,
	CB_BOUND_MEMORY,
	CB_BOUND_WAIT,
	CB_BOUND_DEVICE,
	CB_BOUND_LOCK,
	CB_BOUND_MIXED
};
extern const char *const cb_bound_names[];  /* "" for unknown */
extern const char *const cb_class_names[];  /* by enum cb_class */
extern const char *const cb_timing_names[]; /* "none", "sampled", "each" */

/* Computed from the samples that count. NaN: absent. */
struct cb_summary {
	unsigned n, blocks;
	struct cb_estimate units_per_s, ns_per_unit;
	struct cb_estimate
		speedup;        /* over serial, per whole block; n = 0: no serial cell, or it is this one */
	double efficiency;      /* speedup / workers */
	double on_cpu;          /* CPU time / (makespan x workers), median */
	double effective_cores; /* CPU time / makespan, median */
	double capacity;        /* median */
	double metrics[CB_METRICS_MAX];                                        /* medians */
	uint64_t makespan_ns, spawn_ns, teardown_ns, start_skew_ns, pss_bytes; /* medians; CB_NONE */
	uint64_t ctx_voluntary, ctx_involuntary, run_delay_ns;
	uint64_t backlog_units, wake_late_ns; /* medians, open loop; CB_NONE */
	double batch;                         /* units / batches: units taken at a time, median */
	double throttled; /* time that a quota took of the CPUs in use, as a share of theirs, over all samples
			   */
	enum cb_bound bound;
	bool precision_reached;
	bool superlinear;  /* speed-up above 1.05 x workers: flagged, not celebrated */
	bool capacity_low; /* capacity below 0.9 x CPUs in use: taints the speed-up */
	bool overloaded;   /* open loop: units arrived faster than they were done */
	bool too_short;    /* makespan_ns below 100 ms, and neither --quick nor --units asked for that */
};

/* Of the samples in which a fault struck (--fault). */
struct cb_fault_summary {
	unsigned n;                    /* how many; 0: all else is missing */
	struct cb_estimate lost;       /* share of the units, 0..1 */
	struct cb_estimate notice_ns;  /* from the fault to when it was known */
	double survivors;              /* workers that ended, median */
	enum cb_fault_noticer noticer; /* of the last of them */
};

struct cb_cell_result {
	const struct cb_cell *cell;
	enum cb_status status;
	char reason[256];
	const struct cb_stuck *stuck; /* CB_STALLED, CB_DEADLOCK: the workers; else NULL */
	uint64_t units, digest;
	bool digest_known;
	const char *verified_by; /* "expect", "serial", "samples" or NULL: what the digest was held against */
	struct cb_kept_sample *samples;
	unsigned samples_n, samples_cap;
	struct cb_histogram
		*latency; /* of the samples that count; empty: not timed. Open loop: response times */
	struct cb_histogram *service; /* open loop: service times; else NULL */
	enum cb_timing timing;
	uint64_t timing_every;
	struct cb_summary summary;
	struct cb_fault_summary fault;
};

struct cb_result {
	const struct cb_run_options *options;
	const struct cb_host *host;
	const struct cb_plan *plan;
	struct cb_cell_result *cells; /* [plan->cells_n] */
	int argc;
	char **argv;
	char started[32]; /* ISO 8601, UTC */
	uint64_t order_seed;
	bool partial;    /* interrupted or otherwise incomplete */
	double capacity; /* latest, of all CPUs in use; NaN */

	struct cb_store *store; /* private: the memory of cells and samples, see lib/result/store.h */
	double *scratch;        /* private: room for one number a sample of the longest cell */
	unsigned scratch_cap;
};

/*
 * Sets started, the cells (status and reason from the plan, an empty histogram) and NaN where a double is
 * missing; argc, argv and order_seed are the caller's to set. options, host and plan are borrowed until
 * release. Errors: -ENOMEM.
 */
int cb_result_init(struct cb_result *ret, const struct cb_run_options *options, const struct cb_host *host,
	const struct cb_plan *plan, struct cb_error *err);
void cb_result_release(struct cb_result *result);
/*
 * Copies the sample (rows or their quartiles). Returns the kept one, valid until the cell's next, or NULL
 * without memory. Its block, order, discarded, unpaired and capacity (NaN) are then the caller's to set.
 */
struct cb_kept_sample *cb_result_add(struct cb_result *result, unsigned cell, const struct cb_sample *sample);
/* Copies what is known of the stuck workers of a cell's last sample; does without where memory is short. */
void cb_result_keep_stuck(struct cb_result *result, unsigned cell, const struct cb_stuck *stuck);
/* When its measurement may have ended, in samples of a cell and in blocks. */
struct cb_looks cb_result_sample_looks(const struct cb_result *result);
struct cb_looks cb_result_block_looks(const struct cb_result *result);
/* Whether a sample enters statistics: it succeeded and was not discarded. */
bool cb_sample_counts(const struct cb_kept_sample *kept);
unsigned cb_cell_result_counted(const struct cb_cell_result *cell); /* how many of its samples do */
bool cb_cell_result_failed(const struct cb_cell_result *cell);      /* neither measured nor skipped */
#define CB_OPEN_SENTENCE 200
/* Why an overloaded cell of an open loop is one, in a sentence; "" when it kept up. text: CB_OPEN_SENTENCE
 * bytes. */
const char *cb_open_sentence(const struct cb_summary *summary, const struct cb_cell *cell, char *text);
/* Whether it failed in just the way that its workload is meant to with these parameters. */
bool cb_cell_result_as_expected(const struct cb_cell_result *cell);
/*
 * Whether that is no failure of the run: it ended so as expected, and came by a workload group. Whoever names
 * such a workload is told with the exit status how it ended.
 */
bool cb_cell_result_excused(const struct cb_result *result, const struct cb_cell_result *cell);
/*
 * In how many waves a cell's workers do the units of a sample when each takes a task after the other: tasks
 * (units, or batches that --batch made of them) / workers, rounded up. 0: so many that it is not told, or
 * units are calibrated.
 */
uint64_t cb_cell_result_waves(const struct cb_result *result, const struct cb_cell_result *cell);
/*
 * Recomputes the summaries of a group's cells: rates, per-block ratios against its serial cell, bound. A cell
 * whose status is not CB_OK has none: a wrong digest or a crash is a failure, not a number.
 */
void cb_result_summarize(struct cb_result *result, unsigned group);
/* The same of a cell's samples with a fault, by cb_result_summarize; scratch: room for a number a sample. */
void cb_fault_summarize(const struct cb_cell_result *cell, double *scratch, struct cb_fault_summary *ret);
/* Whole-run exit status without interrupt and saving: 5 a cell failed and is not excused, 6 nothing measured,
 * 0. */
int cb_result_exit_status(const struct cb_result *result);

/*
 * The whole file as text, one line a cell, ends with a newline; written by calls of put, each but the last of
 * 64 KiB. Takes private memory for one sample at a time. Returns 0, or the first negative errno of put, or
 * -ENOMEM.
 */
int cb_result_write(
	const struct cb_result *result, int (*put)(void *arg, const char *text, size_t n), void *arg);

/*
 * Saving: to PATH.part.new, fsynced, renamed onto PATH.part, which is renamed onto PATH at the end. So each
 * of PATH and PATH.part is at any moment the file before or a complete new one, whenever the program is
 * killed and however full the disk. The caller ignores SIGXFSZ; a limit on file sizes is then -EFBIG.
 *
 * init fails, before anything is measured, when the folder is missing or cannot be written, or when PATH is a
 * folder. It touches nothing; what a killed run left behind is replaced by the first checkpoint.
 */
struct cb_saver {
	char *path;   /* as the user wrote it */
	char *target; /* what is replaced: path with its symbolic links followed */
	char *part;   /* target.part: the last save */
	char *fresh;  /* target.part.new: exists only while it is written */
	bool existed; /* target was there before: an interrupt must not replace it */
	bool direct;  /* a device or a pipe: written once, at the end, without a .part */
	bool kept;    /* .part holds a save of this run */
	uint64_t last_ns;
};
int cb_saver_init(struct cb_saver *ret, const char *path, struct cb_error *err);
/*
 * Between blocks; does nothing within a second of the last time. The file says partial. When it cannot be
 * written (-ENOSPC, -EFBIG, -EIO, ...) the .part.new is removed, and a .part of an earlier checkpoint stays
 * with all that was measured until then and is named in the error.
 */
int cb_saver_checkpoint(struct cb_saver *saver, const struct cb_result *result, struct cb_error *err);
/*
 * Replaces PATH when the result is complete with a sample that counts, or when PATH did not exist; else
 * leaves PATH.part. *ret_path is what was written, borrowed from the saver; NULL when there was neither a
 * sample nor a failure to save (nothing is touched then). Errors: as checkpoint's.
 */
int cb_saver_finish(
	struct cb_saver *saver, const struct cb_result *result, const char **ret_path, struct cb_error *err);
/* Something else that is saved in the same way. */
struct cb_document {
	int (*write)(const void *arg, int (*put)(void *arg, const char *text, size_t n), void *put_arg);
	const void *arg;
	bool complete; /* it may replace a file that was there before */
};
/* Between parts of the work; the document says that it is partial. Otherwise as cb_saver_checkpoint. */
int cb_saver_checkpoint_document(
	struct cb_saver *saver, const struct cb_document *document, struct cb_error *err);
/* Writes it, whatever is in it; otherwise as cb_saver_finish. */
int cb_saver_finish_document(struct cb_saver *saver, const struct cb_document *document,
	const char **ret_path, struct cb_error *err);
void cb_saver_release(struct cb_saver *saver); /* memory only: no file is lost by it */

#endif
