/* The normal distribution's quantile, spread, and what a test could have found. Pure. */
#ifndef CB_STATS_NORMAL_H
#define CB_STATS_NORMAL_H

#include "lib/base/base.h"

/* The z with P(standard normal <= z) = p, to a relative 1e-12; p within 0..1, both exclusive. */
double cb_normal_quantile(double p);

/* P(Z > z) of the standard normal distribution. */
double cb_normal_tail(double z);

/* Standard deviation of a sample, n - 1 in the divisor; NaN below n = 2. */
double cb_standard_deviation(const double *values, unsigned n);

/*
 * The slowdown that a comparison with tolerance tau finds with a probability of 90 %, as a share (METHOD,
 * Deciding): tau + (z_(1-level) + z_0.90) * 1.253 * sd / sqrt(n). 1.253 is sqrt(pi/2), by which a median is
 * less certain than a mean. It is a forecast: it takes the n blocks' differences, of standard deviation sd,
 * for normal, which no verdict does. level: the probability of a false alarm. NaN where sd is or n is 0.
 */
double cb_mde90(double tau, double level, double sd, unsigned n);

#endif
