/*
 * What a stored result says about scaling: does it scale, where does it stop, what stops it, what to use.
 * Reads nothing but the struct cb_stored it is given, so it works on files of any host. Pure; memory is
 * malloc'ed, one release frees all.
 *
 * A case is one workload with one set of parameters in one file: the cells that were measured in the same
 * blocks. A curve is one mode of it (with one dispatch and pinning) over its numbers of workers.
 */
#ifndef CB_ANALYZE_ANALYZE_H
#define CB_ANALYZE_ANALYZE_H

#include "lib/result/stored.h"
#include "lib/stats/order.h"
#include "lib/stats/scaling.h"

/* Where the workers' time went, from the first creation to the last reaping: see lib/analyze/loss.c. */
enum cb_cause {
	CB_CAUSE_CREATION,  /* making workers, and ending them */
	CB_CAUSE_SKEW,      /* started after the first one */
	CB_CAUSE_DISPATCH,  /* taking units; only where the file holds the workload null, else it is in the
			       rest */
	CB_CAUSE_IMBALANCE, /* done before the last one */
	CB_CAUSE_WAITING,   /* neither running nor runnable: locks, input and output */
	CB_CAUSE_RUNNABLE,  /* runnable, not running: too many workers, steal, throttling */
	CB_CAUSE_REST,      /* more CPU time a unit: memory, caches, frequency, spinning */
	CB_CAUSES,
};
extern const char *const cb_cause_names[];
extern const char *const cb_cause_words[]; /* for people */

/* Shares of workers x time, sums over samples by sums, so that they add up exactly. NaN: not known. */
struct cb_loss {
	double total;               /* 1 - efficiency from first creation to last reaping */
	double by_cause[CB_CAUSES]; /* add up to total; a negative one is a gain over serial; dispatch may be
				       NaN */
	double makespan;            /* 1 - efficiency of the makespan alone */
	enum cb_cause worst;        /* the largest; meaningless where total is NaN */
};

struct cb_point {
	const struct cb_stored_cell *cell;
	struct cb_estimate rate;            /* units per second, over samples */
	struct cb_estimate speedup;         /* over serial, over whole blocks; n = 0: there is none */
	double efficiency, serial_fraction; /* NaN where there is no speed-up; the fraction (Karp-Flatt) also
					       for 1 worker */
	double cpu_ns_per_unit, pss_bytes;  /* medians */
	bool superlinear;                   /* the speed-up's lower bound is above 1.05 x workers */
	struct cb_loss loss;
	double *log_rates; /* [blocks] mean ln rate, NaN where the block is not whole; the case's memory */
};

/* A law fitted to a curve. reason: why there is none, else NULL. */
struct cb_law_fit {
	const char *reason;
	struct cb_usl_fit fit;
};

struct cb_scaling {
	const char *mode, *dispatch, *pin, *cpu_set; /* borrowed from the first point's cell */
	struct cb_point **points;                    /* [n], by workers, then processes; borrowed */
	unsigned n, distinct;                        /* distinct numbers of workers */
	struct cb_law_fit amdahl, usl;
};

enum cb_versus {
	CB_VERSUS_BEATEN,
	CB_VERSUS_EQUAL, /* within noise, or by less than matters */
	CB_VERSUS_UNKNOWN,
	CB_VERSUS_AHEAD, /* the other one is the faster */
};

/* A placement of a mode against the mode's first one, over the shapes that were measured with both. */
struct cb_placing {
	const struct cb_scaling *curve, *base; /* they differ in pin and cpu_set only */
	struct cb_estimate
		ratio;         /* of the rates, curve / base: in each block the geometric mean over shapes */
	unsigned shapes;       /* at least 1 */
	double least, most;    /* workers of those shapes */
	enum cb_versus versus; /* BEATEN: the base is */
};

#define CB_RIVALS_MAX 8

/* The best of another mode than the advised one's. */
struct cb_rival {
	const struct cb_point *point;
	struct cb_estimate ratio; /* of the advised rate over its rate, over whole blocks; n = 0: none */
	enum cb_versus versus;
};

/* What follows for the user; see lib/analyze/advice.c. */
struct cb_advice {
	const struct cb_point *fastest; /* the highest median rate; NULL: nothing was measured */
	const struct cb_point *advised; /* the plainest of those that cannot be told from it; NULL likewise */
	struct cb_estimate over_serial; /* of the advised one; n = 0: it is serial, or there is none */
	const struct cb_point *second;  /* where serial is advised: the best other one; else NULL */
	struct cb_estimate second_ratio; /* its rate over serial's */
	struct cb_estimate
		fastest_over; /* the fastest one's rate over the advised one's; n = 0: it is the same */
	struct cb_estimate
		cheapest_ratio; /* the cheapest one's rate over the fastest one's; n = 0 likewise */
	struct cb_rival rivals[CB_RIVALS_MAX]; /* [rivals_n] in the order of their rates */
	unsigned rivals_n;
	const struct cb_point
		*cheapest; /* least CPU time a unit of those within 5 % of the fastest; may be
			      the advised one, or dearer where that one is slower than they are */
	char *text;        /* sentences, one a line; every figure in them stands in the structs */
};

struct cb_case {
	const struct cb_stored *file;
	const struct cb_stored_cell *first; /* names workload, parameters */
	const struct cb_point *serial;      /* NULL: not measured */
	struct cb_point *points;            /* [n], in plan order */
	unsigned n, blocks, failed;         /* failed: cells that are neither ok nor skipped */
	struct cb_scaling *curves;          /* [curves_n] */
	unsigned curves_n;
	struct cb_placing *placings; /* [placings_n], in the order of curves */
	unsigned placings_n;
	bool pins_vary, cpu_sets_vary; /* over the points: what tells their places apart */
	struct cb_advice advice;
	double *log_rates;       /* [n * blocks] */
	struct cb_point **order; /* [n] */
};

struct cb_analysis {
	struct cb_case *cases; /* [n] */
	unsigned n;
};

struct cb_analyze_options {
	const struct cb_solver *solver; /* NULL: no fits, for the reason in no_solver */
	const char *no_solver;
	unsigned resamples; /* of each fit */
	uint64_t seed;
};

/* files must outlive *ret. Returns 0 or -ENOMEM. */
int cb_analyze(const struct cb_stored *files, unsigned n, const struct cb_analyze_options *options,
	struct cb_analysis *ret);
void cb_analysis_release(struct cb_analysis *analysis);

/* Ratio of the rates of two points of a case, over the blocks that both have whole (METHOD 6). scratch:
 * [c->blocks]. */
struct cb_estimate cb_point_ratio(
	const struct cb_case *c, const struct cb_point *a, const struct cb_point *b, double *scratch);

#define CB_MATTERS 1.03 /* ratio of rates that is worth a sentence */

/* The likely reason of a superlinear point, from the part of its loss that is most of a gain; NULL: none is.
 */
const char *cb_superlinear_reason(const struct cb_point *p);

/* The verdict on a ratio of rates: a difference is claimed where the interval excludes 1 and it matters. */
enum cb_versus cb_versus_of(const struct cb_estimate *ratio);

/* How units reach workers, where that is worth a word: "" for shared, and for serial. Borrowed. */
const char *cb_dispatch_name(const struct cb_stored_cell *cell);

/*
 * Where workers are, as far as that tells a cell from others of its case: "spread", "spread on CPUs 0..3",
 * "unpinned" or
 * "". Returns buf.
 */
#define CB_PLACE_NAME 96
const char *cb_place_name(
	const struct cb_case *c, const char *pin, const char *cpu_set, char buf[CB_PLACE_NAME]);

/* ---- the steps, in order; each reads what the earlier ones left ---- */

/* lib/analyze/loss.c; null: the case of the workload null in the same file, or NULL. */
void cb_loss_of(struct cb_case *c, const struct cb_case *null);
/* lib/analyze/curve.c */
int cb_curves_of(struct cb_case *c, const struct cb_analyze_options *options);
/* lib/analyze/placing.c */
int cb_placings_of(struct cb_case *c);
/* lib/analyze/advice.c */
int cb_advice_of(struct cb_case *c);
/* lib/analyze/advice_text.c: fills a->text from the rest of it; -ENOMEM. */
int cb_advice_text(const struct cb_case *c, struct cb_advice *a);

#endif
