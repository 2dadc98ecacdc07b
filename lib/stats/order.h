/*
 * Location by order statistics: nothing is trimmed, no distribution is assumed. Pure: no allocation, arrays
 * are not changed, any thread may call.
 */
#ifndef CB_STATS_ORDER_H
#define CB_STATS_ORDER_H

#include "lib/base/base.h"

/* A median with its distribution-free interval. Missing numbers are NaN: ci below n = 6 at 95 %. */
struct cb_estimate {
	unsigned n;
	double median, ci_low, ci_high;
	double confidence; /* asked for, e.g. 0.95 */
	double coverage;   /* what the interval really covers: 1 - 2 P(Bin(n,1/2) <= k-1), or at least that
			      (lib/stats/looks.h) */
	double min, max, mean;
};

/*
 * Interval [x_(k), x_(n+1-k)], k the largest with P(Bin(n,1/2) <= k-1) <= (1-confidence)/2 (METHOD 6; David
 * and Nagaraja, Order Statistics, 7.1). n = 0: all numbers NaN. Values must be finite, confidence within
 * 0..1.
 */
struct cb_estimate cb_estimate(const double *values, unsigned n, double confidence);
/* The same from the k-th least to the k-th greatest, k at most (n + 1) / 2; k = 0: no interval. */
struct cb_estimate cb_estimate_of_k(
	const double *values, unsigned n, double confidence, unsigned k, double coverage);
/* The k above, 1-based; 0 when none exists. */
unsigned cb_order_k(unsigned n, double confidence);
/* The same for one tail: the largest k with P(Bin(n,1/2) <= k-1) <= tail, which is at most 1/2. */
unsigned cb_order_k_of_tail(unsigned n, double tail);
/* The median: the mean of the two middle values for an even n. NaN for n = 0. */
double cb_median(const double *values, unsigned n);
/*
 * One-sided bounds of the median that values are drawn around: x_(k) and x_(n+1-k), k as above, so that the
 * median is beyond each with a probability of level at most, whatever the distribution. level is at most 1/2.
 * NaN where n is too small for any.
 */
double cb_median_low(const double *values, unsigned n, double level);
double cb_median_high(const double *values, unsigned n, double level);
/* Half-width of the interval relative to the median; NaN where there is no interval or the median is 0. */
double cb_estimate_half_width(const struct cb_estimate *e);
/* exp of every number of an estimate made from logarithms (mean becomes the geometric mean). */
struct cb_estimate cb_estimate_exp(struct cb_estimate e);
/* P(Bin(n, 1/2) <= k), exact to a relative 1e-12 down to DBL_MIN. Any k: 0 below 0, 1 from n on. */
double cb_binomial_half_cdf(unsigned n, int k);
/*
 * Quartiles of values: min, q1, median, q3, max by linear interpolation (type 7 of Hyndman and Fan 1996). n =
 * 0: all NaN. Values must be finite.
 */
void cb_quartiles(const double *values, unsigned n, double ret[5]);

/*
 * Serial fraction of speed-up s > 0 on p > 1 workers: (1/s - 1/p) / (1 - 1/p) (Karp and Flatt 1990). Negative
 * where the speed-up is above p.
 */
double cb_karp_flatt(double s, double p);

#endif
