/*
 * The other end of `concbench plan --json` and `concbench sample`: what a gate asks other builds for, and
 * what it reads from their answers. A build that is asked may be older, newer or broken, so nothing it says
 * is believed unchecked.
 */
#ifndef CB_RESULT_DRIVE_JSON_H
#define CB_RESULT_DRIVE_JSON_H

#include "lib/exec/sample.h"
#include "lib/gate/gate.h"

/* What one build would measure. */
struct cb_drive_plan {
	struct cb_gate_cell *cells; /* status CB_GATE_SKIPPED with its reason where the build skips one */
	unsigned n;
};

/*
 * Reads concbench.plan/1 of n bytes. -EINVAL: no such JSON, a key missing, which is what builds have that are
 * too old to be driven, or a number out of range; -ENOMEM. *ret is untouched then.
 */
int cb_drive_plan_parse(const char *text, size_t n, struct cb_drive_plan *ret, struct cb_error *err);
void cb_drive_plan_release(struct cb_drive_plan *plan);

/* What all samples of a gate have in common. */
struct cb_drive_options {
	uint64_t seed, warmup_ns;
	const char *dir; /* scratch files */
	bool allow_unverified;
};

/*
 * The description of one sample of the cell, concbench.sample/1. param: what takes the place of the cell's
 * parameter of that name; NULL, or without a name: nothing does. Allocated; NULL: no memory.
 */
char *cb_drive_request(const struct cb_gate_cell *cell, const struct cb_spec_pair *param, uint64_t units,
	uint64_t timeout_ns, const struct cb_drive_options *options);

/* An answer to it. */
struct cb_drive_answer {
	enum cb_status status;
	char reason[256];
	struct cb_gate_sample sample; /* where status is CB_OK */
};

/*
 * Reads the answer of n bytes to a request for so many units of the cell. -EINVAL: not an answer, or one to
 * another question; *ret is untouched then.
 */
int cb_drive_answer_parse(const char *text, size_t n, const struct cb_gate_cell *cell, uint64_t units,
	struct cb_drive_answer *ret, struct cb_error *err);

#endif
