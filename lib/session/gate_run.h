/*
 * Measures a gate: finds out what both arms have in common, how many units a sample gets, then screens all
 *cells, confirms those that screening flagged, and measures the null arm beside them. It tells a listener,
 *and prints nothing.
 *
 *	cb_gate_run_match   asks both arms for their plans, once
 *	cb_gate_run_plan    settles the number of blocks, or refuses
 *	cb_gate_run_measure calibrates, screens, confirms; the verdict is then in the gate
 */
#ifndef CB_SESSION_GATE_RUN_H
#define CB_SESSION_GATE_RUN_H

#include "lib/gate/gate.h"
#include "lib/session/arm.h"

struct cb_gate_listener {
	void *arg;
	void (*tell)(void *arg, const char *sentence); /* what happens next; may be NULL */
	/* After each block: the time to save. A negative errno ends the gate. May be NULL. */
	int (*block_done)(void *arg, struct cb_error *err);
};

struct cb_gate_run {
	struct cb_supervisor *supervisor;
	struct cb_gate *gate;
	struct cb_arm *base, *head; /* head may be slowed down; base is not */
	const char *self;           /* path of this program, for arms that it measures itself */
	struct cb_drive_options drive;
	uint64_t sample_time_ns;
	uint64_t units;          /* of all samples; 0: calibrated with base */
	uint64_t timeout_ns;     /* of a sample; 0: max(10 s, 20 x expected) */
	uint64_t time_budget_ns; /* 0: none */
	double clock_ns;         /* cost of reading the clock, for the timing of units */
	struct cb_gate_listener listener;

	/* private: */
	struct cb_arm null;
	struct cb_gate_found {
		uint64_t total_ns;    /* what a sample takes in all; 0: not known */
		uint64_t head_digest; /* right for as many units as a head that is slowed down does */
	} * found;                    /* [gate->cells_n] by calibration */
};

/*
 * Fills gate->cells and gate->odd. options and workloads are those of `concbench plan`. Errors: -EINVAL: an
 * arm refuses the question; -ECHILD: an arm crashed or hung; -EINTR. The reason says which arm.
 */
int cb_gate_run_match(struct cb_gate_run *run, const struct cb_words *options,
	const struct cb_words *workloads, struct cb_error *err);

/*
 * Settles gate->rules.confirm_blocks: as many as asked for, fewer where the time budget demands it. -EINVAL:
 * such a gate could never fail, with what it would need. By what samples take, as far as it is known.
 */
int cb_gate_run_plan(struct cb_gate_run *run, struct cb_error *err);

/* Nanoseconds until the end: when no cell is flagged, and when all are. */
void cb_gate_run_expected_ns(const struct cb_gate_run *run, uint64_t *ret_least, uint64_t *ret_most);

/*
 * All the rest. Returns 0 with the gate judged; cells whose samples fail say so and leave the others alone.
 * -EINVAL as cb_gate_run_plan, once samples were timed; -ENOEXEC: there is no null arm; -EINTR: a signal
 * asked to end, and the gate is partial; another negative errno with a reason.
 */
int cb_gate_run_measure(struct cb_gate_run *run, struct cb_error *err);
void cb_gate_run_release(struct cb_gate_run *run);

#endif
