/* The difference between two independent sets of values, without assuming a distribution. Pure but for
 * malloc. */
#ifndef CB_STATS_SHIFT_H
#define CB_STATS_SHIFT_H

#include "lib/base/base.h"

struct cb_shift {
	double median;    /* of all differences b_j - a_i (Hodges and Lehmann 1963) */
	double low, high; /* interval; NaN where there are too few values for the confidence */
	double coverage;  /* what it really covers; NaN likewise */
};

/*
 * How far b lies above a. The interval is [D_(k), D_(na nb + 1 - k)] of the sorted differences, k the largest
 * with P(U <= k - 1) <= (1 - confidence)/2 for the Mann-Whitney statistic U (Hollander, Wolfe and Chicken,
 * "Nonparametric Statistical Methods", 4.3): exact up to 50 values on both sides, above by the normal
 * approximation with continuity correction. Values must be finite; na and nb at least 1. Returns 0 or
 * -ENOMEM.
 */
int cb_shift_estimate(
	const double *a, unsigned na, const double *b, unsigned nb, double confidence, struct cb_shift *ret);

/* P(U <= u) for samples of na and nb values without ties; exact as far as doubles go. na, nb within 1..50. */
double cb_mann_whitney_cdf(unsigned na, unsigned nb, int u);

#endif
