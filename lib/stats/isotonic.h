/* Shares that can only grow, and where they reach a level: detection curves. Pure. */
#ifndef CB_STATS_ISOTONIC_H
#define CB_STATS_ISOTONIC_H

#include "lib/base/base.h"

/*
 * Replaces values[0..n-1] by the non-decreasing ones that are nearest to them, by least squares with weights
 * > 0: neighbours that fall are pooled into their mean (Ayer, Brunk, Ewing, Reid and Silverman, "An Empirical
 * Distribution Function for Sampling with Incomplete Information", 1955).
 */
void cb_isotonic(double *values, const double *weights, unsigned n);

/*
 * The smallest x at which the non-decreasing shares at x[0] < x[1] < ... reach level, straight lines between
 * them. NaN when they do not; x[0] when they begin there.
 */
double cb_crossing(const double *x, const double *shares, unsigned n, double level);

#endif
