/* From what a sample left in its control block to what it measured. Pure. */
#ifndef CB_EXEC_OUTCOME_H
#define CB_EXEC_OUTCOME_H

#include "lib/exec/control.h"
#include "lib/exec/stuck.h"

/* How the leader ended. */
struct cb_end {
	int wait_status; /* of waitpid */
	pid_t leader;
	bool timed_out;
	uint64_t timeout_ns, total_ns;
	const struct cb_stuck *stuck; /* why the harness ended it before its time; NULL: it did not */
	uint64_t noticed_ns; /* CLOCK_MONOTONIC when the harness saw its end, or that it had to be ended */
};

/*
 * Fills ret but for rows. The status: stuck workers and time-out first, then what the leader reported, then
 * the leader's own death. rows has room for all workers.
 */
void cb_outcome(const struct cb_sample_spec *spec, const struct cb_control *control, const struct cb_end *end,
	struct cb_worker_row *rows, struct cb_sample *ret);
/* Status and reason of a leader or preparer that did not end well; CB_OK when it did. */
enum cb_status cb_outcome_status(const struct cb_control *control, const struct cb_end *end, unsigned workers,
	char *reason, size_t size);

#endif
