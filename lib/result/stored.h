/*
 * A result file that was written earlier, here or on another host: what comparing and analysing need of it.
 * Files of this program hold each cell on a line of its own and are read line by line, so memory stays that
 * of the numbers kept; any other layout of the same document is read as a whole.
 *
 * Missing numbers are NaN, missing texts "". Everything is owned by the struct.
 */
#ifndef CB_RESULT_STORED_H
#define CB_RESULT_STORED_H

#include "lib/stats/looks.h"

#define CB_STORED_BYTES_MAX  (UINT64_C(4) << 30) /* of a file */
#define CB_STORED_BLOCKS_MAX 100000u /* numbers of blocks are below it: memory is taken for each */

/* Of one sample; times in ns as in the file. */
struct cb_stored_sample {
	unsigned block, order;
	bool discarded, unpaired, failed; /* failed: it has a status of its own, hence no numbers */
	double units, makespan_ns, total_ns, setup_ns, spawn_ns, gate_ns, teardown_ns, start_skew_ns,
		stop_skew_ns;
	double cpu_user_ns, cpu_sys_ns, run_delay_ns, off_cpu_ns, steal_ns, throttled_ns, ctx_voluntary,
		ctx_involuntary;
	double pss_bytes, capacity;
	/* sums over workers, from quartiles (trapezoids) where there are no rows */
	double busy_ns; /* end - start */
	double late_ns; /* start, which counts from the first worker's */
};

struct cb_stored_cell {
	char *id, *workload, *unit, *params, *reason; /* as in the file; params: its JSON text */
	char *class, *mode, *dispatch, *pin_requested, *status,
		*bound; /* what is not printable ASCII is `?` */
	char *cpu_set;  /* of --cpus, likewise; "": it was not given */
	double workload_version, workers, processes, threads, inflight, partners, cpus, bytes_per_unit;
	double p99_ns; /* of latency; NaN: not timed */
	bool oversubscribed;
	bool open_loop;                   /* units came at a given rate: the cell's own is no measure of it */
	struct cb_stored_sample *samples; /* [samples_n], in the file's order */
	unsigned samples_n;
};

struct cb_stored {
	char *path, *started, *scaling, *revision, *fingerprint, *hostname, *cpu_model, *kernel;
	double cpus_usable, cores, numa_nodes, smt;
	struct cb_looks sample_looks, block_looks; /* when precision may have ended it; zeroed: nothing did */
	bool partial, quick;
	struct cb_stored_cell *cells; /* [cells_n], in plan order */
	unsigned cells_n;
};

/*
 * Reads a file of schema concbench.result/1. Returns 0; a negative errno with a sentence that names the file:
 * it cannot be opened or read, is larger than CB_STORED_BYTES_MAX, is no JSON, is of another schema, or a
 * cell of it lacks what every cell has.
 */
int cb_stored_read(struct cb_stored *ret, const char *path, struct cb_error *err);
/* Accepts a zeroed struct. */
void cb_stored_release(struct cb_stored *stored);

/* Whether a sample counts: not discarded, not failed, with units and a makespan. */
bool cb_stored_counts(const struct cb_stored_sample *sample);
/* Units per second; NaN when it does not count. */
double cb_stored_rate(const struct cb_stored_sample *sample);

#endif
