/* Inside of a session: one group from preparation to its last block. */
#ifndef CB_SESSION_GROUP_RUN_H
#define CB_SESSION_GROUP_RUN_H

#include "lib/base/rng.h"
#include "lib/session/session.h"

#include <limits.h>

#define CB_NO_GROUP UINT_MAX

struct cb_group_run;

struct cb_session {
	struct cb_supervisor *supervisor;
	struct cb_result *result;
	const struct cb_listener *listener;
	struct cb_rng rng; /* order of samples */
	uint64_t started_ns;
	struct cb_group_run *
		*open;   /* by group: those that had their share and want more samples, else NULL */
	unsigned latest; /* group of the last block; CB_NO_GROUP */
	bool spending;   /* every group had its share: what is left is spent */
};

#define CB_CAPACITY_CPUS_MAX 256

/* What is known of a cell while its group runs. */
struct cb_cell_run {
	const struct cb_cell *cell;
	unsigned index;    /* in the plan */
	bool alive;        /* to be measured; false once skipped or failed */
	bool in_block;     /* the next block holds it, if it is alive */
	uint64_t units;    /* of a sample; 0 before calibration */
	uint64_t rough_ns; /* latest total time of a sample */
	bool digest_known;
	uint64_t digest; /* of `units` units */
	const char *verified_by;
};

/* How a sample that counts differs from a trial. */
struct cb_sample_how {
	enum cb_timing timing;
	struct cb_open_loop open;
	struct cb_histogram *latency, *service; /* get its times added; NULL: nobody wants them */
};

struct cb_group_run {
	struct cb_session *session;
	const struct cb_group *group;
	unsigned number;
	struct cb_prepared *prepared;
	struct cb_cell_run *cells; /* [group->n] */
	/* From the serial trial; 0 and NONE where it failed. */
	double serial_unit_ns;
	uint64_t verify_units, verify_digest; /* what serial does in one sample time, and its digest */
	struct cb_sample serial_sample;       /* of those units */
	uint64_t few_units, few_digest; /* serial's digest of fewer, for dispatches that hand out slowly; 0:
					   not known */
	enum cb_timing timing;
	uint64_t timing_every;
	const struct cb_fault *fault; /* of samples from now on: NULL in trials, which are without */
	uint64_t budget_ns, started_ns, block_ns; /* its share of the time; what its last block took */
	unsigned blocks_done;
	uint64_t expect_units[2], expect_digest[2]; /* the latest answers of expect; units 0: none */
	double capacity;                            /* latest probe; NaN */
	unsigned capacity_cpus[CB_CAPACITY_CPUS_MAX], capacity_cpus_n; /* of that probe */
};

/*
 * One sample of a cell, again when it was stopped. 0 when ret is filled, -EINTR, or another negative errno
 * with a reason. how: NULL is a trial: closed loop, no unit timed.
 */
int cb_group_sample(struct cb_group_run *run, const struct cb_cell *cell, uint64_t units,
	const struct cb_sample_how *how, struct cb_sample *ret, struct cb_error *err);
/* Calibrates and verifies all cells of the group. Failing cells are no error: they lose `alive`. */
int cb_group_calibrate(struct cb_group_run *run, struct cb_error *err);
/* Blocks of all cells until they have --samples or the minimum, or the group's share of the budget is spent.
 */
int cb_group_measure(struct cb_group_run *run, struct cb_error *err);
/*
 * One block of the cells that are in_block; half of it is a permutation without its reverse. A discarded
 * primer comes first where the last block was of another group. Summarises the group and tells the listener.
 */
int cb_group_block(struct cb_group_run *run, bool half, struct cb_error *err);
/* What is left of the budget, to the cells of open groups whose intervals are widest (lib/plan/allot.h). */
int cb_session_spend(struct cb_session *session, struct cb_error *err);
/* Whether more samples are wanted of any cell, if there is time for them. */
bool cb_group_wants_more(const struct cb_group_run *run);
/* Frees it with what prepare made. NULL is fine. */
void cb_group_run_free(struct cb_group_run *run);
/*
 * The workload's own digest of so many units. *ret_known is false where it has none. Returns as
 * cb_group_sample; a hook that does not answer leaves *ret_status other than CB_OK, with a reason in why.
 */
int cb_group_expect(struct cb_group_run *run, uint64_t units, bool *ret_known, uint64_t *ret_digest,
	enum cb_status *ret_status, struct cb_error *why);
/* The clock without the time spent stopped. */
uint64_t cb_session_now_ns(const struct cb_session *session);
/* Of --time-budget. */
uint64_t cb_session_left_ns(const struct cb_session *session);
/* Takes a cell out: its status and reason stand in the result. */
void cb_group_drop(
	struct cb_group_run *run, struct cb_cell_run *cell, enum cb_status status, const char *reason);
/* The same for a sample that did not succeed; what it says of stuck workers is kept. */
void cb_group_fail(struct cb_group_run *run, struct cb_cell_run *cell, const struct cb_sample *sample);
/* The limit after which a worker of that sample is stalled; 0: nobody looks. See lib/plan/stall.h. */
uint64_t cb_group_stall_ns(
	const struct cb_group_run *run, const struct cb_cell *cell, uint64_t units, uint64_t timeout_ns);
/* Warns when --stall is less than the units of the group need, and so is raised. */
void cb_group_warn_of_long_units(const struct cb_group_run *run);
/* Tells the listener a sentence. */
void cb_group_warn(const struct cb_group_run *run, const char *sentence);
/* Tells the listener where the run stands. */
void cb_group_progress(struct cb_group_run *run, enum cb_phase phase, const struct cb_cell_run *cell);

#endif
