/*
 * A run: prepare, calibrate, measure and summarise every group of a plan. Prints nothing: it tells a
 * listener.
 */
#ifndef CB_SESSION_SESSION_H
#define CB_SESSION_SESSION_H

#include "lib/result/result.h"

enum cb_phase { CB_PHASE_PREPARE, CB_PHASE_CALIBRATE, CB_PHASE_MEASURE, CB_PHASE_DONE };

/* Where a run stands. Told between samples only, never inside one. */
struct cb_progress {
	enum cb_phase phase;
	const struct cb_cell *cell; /* the one in turn; NULL at the end */
	unsigned group, groups, cell_number, cells;
	unsigned samples_done, samples_planned; /* of this group */
	double done;                            /* 0..1, of the whole run */
	uint64_t elapsed_ns, left_ns;
	const struct cb_cell_result *result; /* of the cell, for a running estimate; may have no samples */
};

struct cb_listener {
	void *arg;
	void (*progress)(void *arg, const struct cb_progress *progress);
	void (*warn)(void *arg, const char *sentence);
	int (*block_done)(void *arg, const struct cb_result *result,
		struct cb_error *err); /* checkpoint; an error ends the run */
};

/*
 * Measures. Returns 0 when all was done (cells may have failed), -EINTR when a signal asked to end
 * (*ret_signal), another negative errno when block_done or the harness failed. result is valid in all cases,
 * partial is set.
 */
int cb_session_run(struct cb_supervisor *supervisor, struct cb_result *result,
	const struct cb_listener *listener, int *ret_signal, struct cb_error *err);

#endif
