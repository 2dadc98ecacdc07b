/*
 * Medians of measurements that end when they are precise enough. Who looks at an interval again and again and
 * ends when it is narrow gets narrow intervals more often than they are right: ten looks at one of 95 % that
 * assumes a number fixed beforehand miss the median in up to 9.5 % of the measurements, as where values
 * are of two kinds and a few of one kind come first. These intervals are a little wider, so that of all looks
 * together at most 5 % of the measurements have any that misses; so whatever makes a measurement
 * end, its last one is right. Pure, as lib/stats/order.h.
 */
#ifndef CB_STATS_LOOKS_H
#define CB_STATS_LOOKS_H

#include "lib/stats/order.h"

#define CB_LOOKS_LAST_MAX 64u /* what more looks than that would cost in width is not worth it */

/* The numbers of values at which a measurement may end: first, first + step, ..., last. Zeroed or
 * first == last: it was fixed beforehand. */
struct cb_looks {
	unsigned first, last, step;
};

/*
 * Of a measurement of min to max samples, that may end after each block of two: of its samples, and of its
 * blocks. Fixed for min == max, and above CB_LOOKS_LAST_MAX.
 */
struct cb_looks cb_looks_of_samples(unsigned min, unsigned max);
struct cb_looks cb_looks_of_blocks(unsigned min, unsigned max);

/*
 * cb_estimate for such a measurement, at the look with n values. With fewer than the first look's, and more
 * than the last one's, as with a fixed number: nothing was looked at. The share of 1 - confidence that may
 * be missed up to a look grows linearly from 65 % at the first, which leaves six blocks their interval (from
 * the least to the greatest; 3.1 % miss), to all at the last. coverage: of this and all looks before.
 */
struct cb_estimate cb_estimate_looked(
	const double *values, unsigned n, double confidence, const struct cb_looks *looks);

#endif
