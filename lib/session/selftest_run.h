/*
 * Measures the gates of a self-test: each is a gate of its own from beginning to end, as a user would run it,
 * of one cell of this program against itself. Only that head may be slowed down. Prints nothing.
 */
#ifndef CB_SESSION_SELFTEST_RUN_H
#define CB_SESSION_SELFTEST_RUN_H

#include "lib/gate/selftest.h"
#include "lib/session/gate_run.h"

struct cb_selftest_run {
	struct cb_supervisor *supervisor;
	struct cb_gate_rules rules;
	const char *self;                           /* path of this program */
	const struct cb_words *options, *workloads; /* of `plan`: what cells there are */
	struct cb_drive_options drive;
	uint64_t sample_time_ns;
	uint64_t timeout_ns;   /* of a sample; 0: as for a gate */
	uint64_t gate_time_ns; /* of a gate, its time budget; 0: none */

	/* private: */
	struct cb_arm base, head;
};

/* Opens the program. Errors as cb_arm_open. */
int cb_selftest_open(struct cb_selftest_run *run, struct cb_error *err);
void cb_selftest_close(struct cb_selftest_run *run);

/* The cells there are, in a gate that is released by the caller. Errors as cb_gate_run_match. */
int cb_selftest_match(struct cb_selftest_run *run, struct cb_gate *ret, struct cb_error *err);

/* What such a gate takes, in nanoseconds: a guess until a gate of the cell was measured. */
uint64_t cb_selftest_expected_ns(
	struct cb_selftest_run *run, const struct cb_gate_cell *cell, const struct cb_selftest_task *task);

/*
 * Measures the gate of the cell of that id. Returns 0 with *ret, whatever the gate said, also when a sample
 * of it failed; -EINTR: a signal asked to end; another negative errno with a reason: no gate can be measured,
 * -ENOEXEC among them: there is no null arm, and -ESTALE: the program is no longer the one that was opened.
 */
int cb_selftest_measure(struct cb_selftest_run *run, const char *id, const struct cb_selftest_task *task,
	struct cb_selftest_gate *ret, struct cb_error *err);

/*
 * Medians of some samples in each of the arrangements that options ask for. Returns 0 with *ret_n costs,
 * those of arrangements that cannot be measured left out; errors as cb_selftest_measure.
 */
int cb_selftest_measure_costs(struct cb_selftest_run *run, const struct cb_words *options,
	struct cb_selftest_cost **ret, unsigned *ret_n, struct cb_error *err);
#endif
