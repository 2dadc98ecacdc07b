/*
 * The gate put to the test on its user's own machine: real gates of a build against itself, and of a build
 * against itself that does more work than is asked for, which has to be found. Which gates there are, what is
 * kept of each, and what all of them say. Plain data, and pure.
 *
 * Two kinds of figures come of it, which must not be taken for each other. Real gates ("physics") are what
 * happened here: few, with the machine's own disturbances, drops and null arms. Replays ("size") are the
 * recorded blocks of the gates without a slowdown, judged again and again with new coins by the same code:
 * many, and as certain as the coin.
 */
#ifndef CB_GATE_SELFTEST_H
#define CB_GATE_SELFTEST_H

#include "lib/gate/gate.h"

#define CB_SELFTEST_SLOWDOWNS_MAX 16

/* Which gates are measured. Fixed beforehand. */
struct cb_selftest_plan {
	unsigned cells;                              /* that are measured; more than 0 */
	double slowdowns[CB_SELFTEST_SLOWDOWNS_MAX]; /* shares, ascending; 0 is a gate of equals */
	unsigned slowdowns_n;
	unsigned equals; /* gates of equals, in all: dealt out to the cells in turn */
	unsigned each;   /* gates of each cell at each other slowdown */
	uint64_t seed;   /* of the order, and of the replays */
};

struct cb_selftest_task {
	unsigned cell;
	double slowdown;
};

/*
 * All gates in the order in which they are measured, which is the same for equal plans, and mixed, so that
 * what happens to the machine meanwhile happens to all kinds. Allocated; NULL: no memory.
 */
struct cb_selftest_task *cb_selftest_tasks(const struct cb_selftest_plan *plan, unsigned *ret_n);

enum cb_selftest_outcome {
	CB_SELFTEST_PASS,
	CB_SELFTEST_INCONCLUSIVE,
	CB_SELFTEST_FAIL,
	CB_SELFTEST_UNFIT,  /* the gate gave no verdict, as the environment was unfit */
	CB_SELFTEST_BROKEN, /* a sample failed, or the slowdown was not what was asked for */
	CB_SELFTEST_OUTCOMES
};
extern const char *const cb_selftest_outcome_names[]; /* "PASS", ... "unfit", "failed" */

struct cb_selftest_block {
	double d; /* as in struct cb_gate_block */
	bool coin;
	enum cb_gate_drop drop;
};

struct cb_selftest_series {
	struct cb_selftest_block *blocks;
	unsigned n;
};

/* What is kept of a gate. */
struct cb_selftest_gate {
	struct cb_selftest_task task;
	enum cb_selftest_outcome outcome;
	char reason[320]; /* of UNFIT and BROKEN */
	uint64_t base_units,
		head_units;       /* that the samples say they have done; CB_NONE: they differ, or none */
	double realised;          /* slowdown, by these; NaN */
	bool flagged;             /* by screening */
	double effect, low, high; /* of the stage that decided, logarithms; NaN */
	double mde90;             /* a share; NaN */
	double dropped;           /* share of all blocks */
	unsigned confirm_blocks;  /* that were planned */
	uint64_t total_ns;        /* that it took */
	struct cb_selftest_series screen, confirm, null;
};

/* Fills all of *ret but total_ns from a gate of one cell that was measured and judged. -ENOMEM. */
int cb_selftest_keep(
	const struct cb_gate *gate, const struct cb_selftest_task *task, struct cb_selftest_gate *ret);
void cb_selftest_gate_release(struct cb_selftest_gate *gate);

/* What the harness itself costs in one arrangement, by the workload that does nothing. */
struct cb_selftest_cost {
	char *id;
	double unit_ns;   /* of a worker's time, for a unit */
	double sample_ns; /* around the makespan of a sample: a process, set-up, creation, warm-up, tear-down
			   */
};

void cb_selftest_costs_release(struct cb_selftest_cost *costs, unsigned n);

/* ---- what all say ---- */

/* k of n, with one-sided 95 % bounds (Clopper and Pearson). n = 0: low 0, high 1. */
struct cb_selftest_rate {
	unsigned k, n;
	double low, high;
};

struct cb_selftest_point {
	double slowdown;
	struct cb_selftest_rate real, replayed; /* gates that FAIL */
};

/* How surely slowdowns are found in one cell. */
struct cb_selftest_curve {
	struct cb_selftest_point points[CB_SELFTEST_SLOWDOWNS_MAX];
	/* The slowdowns that half, and nine tenths, of all gates find; NaN: none that was tried. */
	double real_mde50, real_mde90, replayed_mde50, replayed_mde90;
};

struct cb_selftest_summary {
	unsigned outcomes[2][CB_SELFTEST_OUTCOMES]; /* gates of equals; with a slowdown */
	struct cb_selftest_rate alarms;   /* real gates of equals that FAIL, of those with a verdict */
	struct cb_selftest_rate size;     /* their replays that do */
	struct cb_selftest_curve *curves; /* [plan->cells + 1]: the last is of all cells together */
};

/*
 * Judges n gates together. replays: how many there are of the gates of equals; a twentieth of that for each
 * point of a curve; 0: none. Of a real gate with a slowdown, one that is unfit has not found it; of gates of
 * equals, only those with a verdict count. Those that are broken count nowhere. -ENOMEM.
 */
int cb_selftest_summarise(const struct cb_selftest_plan *plan, const struct cb_gate_rules *rules,
	const struct cb_selftest_gate *gates, unsigned n, unsigned replays, struct cb_selftest_summary *ret);
void cb_selftest_summary_release(struct cb_selftest_summary *summary);

/* Whether the alarms, real or replayed, are more than the promised share: by their lower bound at 99 %. */
bool cb_selftest_cries_wolf(const struct cb_selftest_summary *summary, double alpha);
/* Whether more gates than drop_max allows of blocks were unfit. */
bool cb_selftest_unfit(const struct cb_selftest_summary *summary, double drop_max);

#endif
