/*
 * A gate: two builds, A (base) and B (head), measured in turns, and what may be said of B. Plain data, filled
 * by whoever measures or reads a file, and judged by cb_gate_judge, which is pure: the same samples and coins
 * give the same verdicts, bit for bit.
 *
 * Why it is built like this (docs/method.md tells more): a block is eight samples in the order ABBABAAB or
 * its complement, by a fair coin. Where the two builds are alike, the labels mean nothing, and a turned coin
 * turns the sign of the block's difference d, whatever drift, noise and autocorrelation the host has. So the
 * number of blocks with d above any tolerance is at most Bin(n, 1/2), and bounds and tests made of that need
 * no model. The coin is the method; everything else only makes d small.
 */
#ifndef CB_GATE_GATE_H
#define CB_GATE_GATE_H

#include "lib/base/parse.h"

#define CB_GATE_SLOTS      8   /* samples in a block */
#define CB_GATE_BLOCKS_MAX 128 /* in a series: what the signed-rank test takes */

/* What is compared. All are costs: more is worse. */
enum cb_gate_metric {
	CB_GATE_RATE,   /* makespan of the same units */
	CB_GATE_P99,    /* 99th percentile of the latency of a unit */
	CB_GATE_CPU,    /* CPU time of workers and partners */
	CB_GATE_MEMORY, /* proportional set size at the end */
	CB_GATE_METRICS
};

struct cb_gate_metric_row {
	const char *name;    /* of --metric */
	const char *meaning; /* "time for the same work" */
};
extern const struct cb_gate_metric_row cb_gate_metrics[CB_GATE_METRICS];

/* Fixed before anything is measured. Levels and shares are within 0..1. */
struct cb_gate_rules {
	enum cb_gate_metric metric;
	double tolerance;    /* tau: a slowdown up to it is none; 0.03 */
	double alpha;        /* probability of a false FAIL, of all cells together; 0.01 */
	double screen_level; /* probability that screening flags a cell with nothing the matter; 0.10 */
	double pass_level;   /* probability that an upper bound is too low; 0.05 */
	double null_level;   /* below it the null arm has moved; 0.01 */
	double drop_max;     /* share of blocks that may be dropped; 0.25 */
	unsigned screen_blocks, confirm_blocks, null_blocks; /* 8, 16, 8 */
};
extern const struct cb_gate_rules cb_gate_rules_default;

/* One sample as far as a gate needs it. CB_NONE: not known. */
struct cb_gate_sample {
	uint64_t units, makespan_ns, cpu_ns, p99_ns, pss_bytes, steal_ns, throttled_ns, digest;
};

enum cb_gate_drop { CB_GATE_KEPT, CB_GATE_STEAL, CB_GATE_THROTTLED };
extern const char *const cb_gate_drop_names[]; /* "" for kept */

struct cb_gate_block {
	bool coin;                                    /* fair; decides the order */
	char order[CB_GATE_SLOTS + 1];                /* of 'A' and 'B' */
	struct cb_gate_sample primer;                 /* came before; in the file, in no statistic */
	struct cb_gate_sample samples[CB_GATE_SLOTS]; /* as they were taken */
	/* judged: */
	enum cb_gate_drop drop;
	double d; /* median(ln B) - median(ln A); NaN: a cost is not known */
};

/* Blocks of one cell that are judged together. */
struct cb_gate_series {
	struct cb_gate_block *blocks;
	unsigned n, planned; /* taken; to be taken, fixed beforehand */
	/* judged, from the blocks that were kept; NaN: too few of them: */
	unsigned kept;
	double level;             /* of the lower bound: how likely it is too high */
	double effect, low, high; /* median of d, its lower bound, its upper one at pass_level */
	double sd;                /* of d */
	double p;                 /* screen: signed rank of d - ln(1+tau); null: of d, two-sided */
};

enum cb_gate_verdict { CB_GATE_NO_VERDICT, CB_GATE_PASS, CB_GATE_INCONCLUSIVE, CB_GATE_FAIL };
extern const char *const cb_gate_verdict_names[]; /* "none", "PASS", ... */

enum cb_gate_status {
	CB_GATE_OK,
	CB_GATE_SKIPPED, /* could not be measured, and nobody's fault */
	CB_GATE_BROKEN,  /* a sample of base or head failed */
};
extern const char *const cb_gate_status_names[];

/* A cell that both builds have, and how to ask for a sample of it. */
struct cb_gate_cell {
	char *id, *unit, *mode, *dispatch, *pin;
	struct cb_spec spec; /* workload with all its parameters */
	unsigned version;    /* of the workload */
	bool waits;          /* its class is wait: workers take no CPU turns */
	bool oversubscribed;
	unsigned workers, processes, threads;
	unsigned cpus;      /* that its workers may use: what steal is held against */
	uint64_t batch;     /* 0: automatic */
	uint64_t units_min; /* of a sample; 0: it does not say */
	uint64_t units_max; /* of a sample; CB_NONE: no limit */
	uint64_t units;     /* of a sample, the same in both builds */
	uint64_t digest;    /* of so many units, by base: what all samples are held against */
	const char *timing; /* of single units: "none", "sampled", "each" */
	uint64_t timing_every;
	enum cb_gate_status status;
	char reason[320]; /* why it is not CB_GATE_OK */

	struct cb_gate_series screen, confirm;
	/* judged: */
	bool flagged;   /* by screening */
	bool confirmed; /* the verdict is from confirm, else from screen */
	double mde90;   /* smallest slowdown found with 90 % probability, as a share; NaN */
	enum cb_gate_verdict verdict;
};

/* A cell that only one of the builds has, or that differs between them. */
struct cb_gate_odd {
	char *id, *why;
};

struct cb_gate {
	struct cb_gate_rules rules;
	struct {
		char *name, *version; /* as the user wrote it; what it says of itself */
	} base, head;
	struct cb_gate_cell *cells;
	unsigned cells_n;
	struct cb_gate_odd *odd;
	unsigned odd_n;
	unsigned family; /* cells that were to be measured: alpha is shared among them */
	int null_cell;   /* index of the cell that the null arm ran on; -1: not yet */
	struct cb_gate_series null;
	bool partial; /* interrupted: there is no verdict */
	/* judged: */
	bool null_moved;
	double dropped;               /* share of all blocks */
	char unfit[200];              /* why the environment gives no verdict; "": it does */
	enum cb_gate_verdict verdict; /* of all cells */
};

/* The order of a block: ABBABAAB, or BAABABBA when the coin says so. */
const char *cb_gate_order(bool coin);

/* The level at which each of the confirmed cells is judged: alpha / (family * screen_level). */
double cb_gate_confirm_level(const struct cb_gate_rules *rules, unsigned family);

/*
 * Whether a gate of so many cells could ever say FAIL, and see a moved null arm. -EINVAL with what it would
 * need instead: a FAIL needs confirm_blocks n with 2^-n at most the confirm level.
 */
int cb_gate_check(const struct cb_gate_rules *rules, unsigned family, struct cb_error *err);
/* The fewest confirming blocks that can FAIL in a family of that size. */
unsigned cb_gate_blocks_needed(const struct cb_gate_rules *rules, unsigned family);

/* The cost of a sample by a metric; CB_NONE: not known. */
uint64_t cb_gate_cost(enum cb_gate_metric metric, const struct cb_gate_sample *sample);

/*
 * Computes all that is marked as judged, from the rest. May be called at any time: series that are incomplete
 * have no bearing on a verdict. A gate that is partial, or whose environment is unfit, gives none.
 */
void cb_gate_judge(struct cb_gate *gate);
/*
 * What cb_gate_judge says of a cell, by the same code, from the differences of its blocks alone, all kept:
 * for replays, which have nothing else. confirm[0..confirm_n-1] is looked at only where screen flags. Neither
 * has more than CB_GATE_BLOCKS_MAX.
 */
enum cb_gate_verdict cb_gate_judge_differences(const struct cb_gate_rules *rules, unsigned family,
	const double *screen, unsigned screen_n, const double *confirm, unsigned confirm_n);
/* The index of the cell whose differences spread most in screening; -1: no cell was screened. */
int cb_gate_noisiest(const struct cb_gate *gate);

/*
 * Makes the gate's cells from what the two builds would measure: those that agree in what is run and how. The
 * others become odd ones, with what differs. A cell that one of them skips is a skipped one. Takes what it
 * needs out of the cells of base; both arrays stay the caller's. any_name: workload and parameters are what
 * is compared, so that they may differ. -ENOMEM.
 */
int cb_gate_match(struct cb_gate *gate, struct cb_gate_cell *base, unsigned base_n,
	const struct cb_gate_cell *head, unsigned head_n, bool any_name);

/*
 * Leaves in a gate that was matched, and not measured, the cell of that id alone; what the builds have not in
 * common is forgotten too. -ENOENT, and nothing changed, when there is none.
 */
int cb_gate_pick(struct cb_gate *gate, const char *id);

/* A hash of rules, orders and samples, by which a change of those that no verdict depends on is seen too. */
uint64_t cb_gate_checksum(const struct cb_gate *gate);

/* Room for n blocks. -ENOMEM. */
int cb_gate_series_init(struct cb_gate_series *series, unsigned n);
void cb_gate_cell_release(struct cb_gate_cell *cell);
void cb_gate_release(struct cb_gate *gate);

#endif
