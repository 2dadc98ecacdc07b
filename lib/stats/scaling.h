/*
 * Scaling curves: throughput X over N workers, as the Universal Scalability Law
 *
 *   X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
 *
 * lambda: units per second of one worker; sigma: contention (Amdahl's serial fraction when kappa is 0);
 * kappa: coherency, the cost that grows with pairs of workers (Gunther, "A General Theory of Computational
 * Scalability Based on Rational Functions", 2008). Both are bounded below by 0. Pure: no host, no state;
 * memory is malloc'ed and freed inside.
 */
#ifndef CB_STATS_SCALING_H
#define CB_STATS_SCALING_H

#include "lib/base/base.h"
#include "lib/stats/solver.h"

#define CB_FIT_POINTS_MIN 6 /* distinct worker counts below which nothing is fitted */

enum cb_law { CB_LAW_LINEAR, CB_LAW_AMDAHL, CB_LAW_USL };
extern const char *const cb_law_names[];

/* Which differences are squared. */
enum cb_residual {
	CB_RESIDUAL_LOG,      /* ln X: noise in proportion to the value, as measured rates have it */
	CB_RESIDUAL_ABSOLUTE, /* X, as in most of the literature */
};

struct cb_usl {
	double lambda, sigma, kappa; /* sigma within 0..1 for Amdahl's law */
	double sse;                  /* sum of squared residuals: of ln X, or of X / mean X */
	double rms; /* of the relative residuals ln X - ln X(N), over points - free parameters */
};

double cb_usl_throughput(const struct cb_usl *usl, double n);
/* N of the greatest throughput, sqrt((1 - sigma) / kappa); infinity where kappa is 0. */
double cb_usl_peak(const struct cb_usl *usl);

/*
 * Fits a law to rates x[0..m-1] > 0 at n[0..m-1] >= 1 workers. Bounds are kept exactly: of the fits with
 * none, one or all of the coefficients at their bound the best feasible one. Returns 0, -EINVAL for less than
 * CB_FIT_POINTS_MIN points, -EDOM when nothing converged, -ENOMEM.
 */
int cb_usl_fit(const struct cb_solver *solver, enum cb_law law, enum cb_residual residual, const double *n,
	const double *x, unsigned m, struct cb_usl *ret);

/* A measured curve: rate[i * blocks + b] > 0 is point i's rate in block b, NaN where that block has none. */
struct cb_curve {
	unsigned points, blocks;
	const double *n, *rate;
};

struct cb_interval {
	double low, high;
};

struct cb_usl_fit {
	struct cb_usl usl;                       /* of each point's median over blocks, residuals of ln X */
	struct cb_interval lambda, sigma, kappa; /* 95 %; NaN without resamples */
	struct cb_interval kappa99;              /* 99 % */
	bool has_peak;                           /* the 99 % interval of kappa excludes 0 */
	bool good;                               /* the law describes the curve: see cb_usl_fit_curve */
	double misfit_p;                         /* of the lack-of-fit test */
	unsigned resamples;                      /* that converged */
};

/*
 * Fits the law to the medians over blocks, and resamples whole blocks with replacement (what blocks share
 * cancels) for intervals: percentiles of the resampled coefficients, widened for few blocks (Hesterberg,
 * "What Teachers Should Know About the Bootstrap", 2015, 3.4: expanded percentile interval). Below 6 blocks
 * the intervals are NaN.
 *
 * good: the residuals' rms is at most 5 %, or a lack-of-fit F test against the spread between blocks (Draper
 * and Smith, Applied Regression Analysis, 1.5) does not reject at 1 %.
 *
 * resamples: 0 for none. Returns as cb_usl_fit.
 */
int cb_usl_fit_curve(const struct cb_solver *solver, enum cb_law law, const struct cb_curve *curve,
	unsigned resamples, uint64_t seed, struct cb_usl_fit *ret);

#endif
