/*
 * Log-linear histogram of nanoseconds: exact below 64, then 64 buckets an octave (error under 0.8 %), up to
 * 2^40 ns; above that the last bucket. Plain memory without pointers, so that it can live in shared memory.
 * One writer; merged by adding counts.
 */
#ifndef CB_STATS_HISTOGRAM_H
#define CB_STATS_HISTOGRAM_H

#include "lib/base/base.h"

#define CB_HISTOGRAM_SUB_BITS 6
#define CB_HISTOGRAM_MAX_BITS 40
#define CB_HISTOGRAM_BUCKETS  ((CB_HISTOGRAM_MAX_BITS - CB_HISTOGRAM_SUB_BITS + 1) << CB_HISTOGRAM_SUB_BITS)

struct cb_histogram {
	uint64_t count, max_ns; /* values recorded; the largest, exact */
	uint32_t buckets[CB_HISTOGRAM_BUCKETS];
};

static inline unsigned cb_histogram_index(uint64_t ns)
{
	unsigned shift;

	if (ns < (1u << CB_HISTOGRAM_SUB_BITS))
		return (unsigned)ns;
	if (ns >> CB_HISTOGRAM_MAX_BITS)
		return CB_HISTOGRAM_BUCKETS - 1;
	shift = 63u - (unsigned)__builtin_clzll(ns) - CB_HISTOGRAM_SUB_BITS;
	return ((shift + 1) << CB_HISTOGRAM_SUB_BITS) +
	       (unsigned)((ns >> shift) & ((1u << CB_HISTOGRAM_SUB_BITS) - 1));
}

/* Timed. */
static inline void cb_histogram_add(struct cb_histogram *h, uint64_t ns)
{
	h->buckets[cb_histogram_index(ns)]++;
	h->count++;
	if (ns > h->max_ns)
		h->max_ns = ns;
}

/*
 * First value in ns that falls into bucket i (below CB_HISTOGRAM_BUCKETS), and the first that no longer does:
 * CB_NONE for the last bucket, which has no end.
 */
uint64_t cb_histogram_low_ns(unsigned i);
uint64_t cb_histogram_high_ns(unsigned i);
/* Adds from's counts to into; a bucket that is full (2^32 - 1) stays full. */
void cb_histogram_merge(struct cb_histogram *into, const struct cb_histogram *from);
/*
 * The value in ns below or at which a share p (0..1) of the values lies: the middle of the bucket that holds
 * value number ceil(p * count), but never above max_ns, and max_ns for the last value and the last bucket.
 * CB_NONE when empty, or for 0.99 < p < 1 with fewer than 10 / (1 - p) values: a tail that was not seen is
 * not made up.
 */
uint64_t cb_histogram_percentile_ns(const struct cb_histogram *h, double p);

#endif
