/*
 * Exact binomial tails for any probability, and the Clopper-Pearson bounds that are made of them. Pure: no
 * allocation, any thread may call. Time grows with min(k, n - k): a tail of n = 100000 takes a millisecond.
 */
#ifndef CB_STATS_BINOMIAL_H
#define CB_STATS_BINOMIAL_H

#include "lib/base/base.h"

#define CB_BINOMIAL_N_MAX 10000000u

/*
 * P(Bin(n, p) <= k) and P(Bin(n, p) >= k), each to a relative 1e-12 down to DBL_MIN; p within 0..1, n at most
 * CB_BINOMIAL_N_MAX. Any k: also above n.
 */
double cb_binomial_at_most(unsigned n, unsigned k, double p);
double cb_binomial_at_least(unsigned n, unsigned k, double p);

/*
 * One-sided bounds of a probability of which k of n trials came true (Clopper and Pearson, Biometrika 26,
 * 1934): the low one is the p with P(Bin(n, p) >= k) = level, 0 for k = 0; the high one the p with
 * P(Bin(n, p) <= k) = level, 1 for k = n. Each is wrong with probability level at most; the two together,
 * each at level 0.025, are the 95 % interval. n at least 1, k at most n, level within 0..1, both exclusive.
 */
double cb_clopper_pearson_low(unsigned n, unsigned k, double level);
double cb_clopper_pearson_high(unsigned n, unsigned k, double level);

#endif
