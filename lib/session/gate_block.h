/* Samples of a gate: how many units they have, and a block of them. Internal to lib/session. */
#ifndef CB_SESSION_GATE_BLOCK_H
#define CB_SESSION_GATE_BLOCK_H

#include "lib/session/gate_run.h"

/* The makespan that a sample of the cell is calibrated to. */
uint64_t cb_gate_target_ns(const struct cb_gate_run *run, const struct cb_gate_cell *cell);

/* One sample of base, taken again when it was stopped. As cb_arm_sample. */
int cb_gate_trial(struct cb_gate_run *run, const struct cb_gate_cell *cell, uint64_t units,
	struct cb_drive_answer *ret, uint64_t *ret_total_ns, struct cb_error *err);

/*
 * Finds the units that all samples of the cell get, in both arms, by samples of base; and how its units are
 * timed. Returns 0, also when a sample failed, which is then the cell's status; or a negative errno.
 */
int cb_gate_calibrate(struct cb_gate_run *run, unsigned cell, struct cb_error *err);

/*
 * Takes one block of a and b into series, which has room for it: a new coin, a primer, eight samples. Returns
 * 0, also when a sample failed: the cell says so then and the block is not there. Or a negative errno, -EINTR
 * among them.
 */
int cb_gate_take_block(struct cb_gate_run *run, struct cb_gate_cell *cell, struct cb_gate_series *series,
	const struct cb_arm *a, const struct cb_arm *b, struct cb_error *err);

#endif
