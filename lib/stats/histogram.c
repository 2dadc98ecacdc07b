/*
 * Reading and merging of latency histograms. Recording stands in the header: it is the only part that is
 * timed.
 */
#include "lib/stats/histogram.h"

#include <assert.h>
#include <math.h>

#define SUB_BUCKETS (1u << CB_HISTOGRAM_SUB_BITS)

/* Shares such as 0.07 are a rounding error above their decimal; a rank must not rise by one for that. */
#define RANK_SLACK 1e-12

uint64_t cb_histogram_low_ns(unsigned i)
{
	assert(i < CB_HISTOGRAM_BUCKETS);
	if (i < SUB_BUCKETS)
		return i;
	return (uint64_t)(SUB_BUCKETS + i % SUB_BUCKETS) << (i / SUB_BUCKETS - 1);
}

uint64_t cb_histogram_high_ns(unsigned i)
{
	assert(i < CB_HISTOGRAM_BUCKETS);
	return i + 1 < CB_HISTOGRAM_BUCKETS ? cb_histogram_low_ns(i + 1) : CB_NONE;
}

void cb_histogram_merge(struct cb_histogram *into, const struct cb_histogram *from)
{
	for (unsigned i = 0; i < CB_HISTOGRAM_BUCKETS; i++) {
		if (__builtin_add_overflow(into->buckets[i], from->buckets[i], &into->buckets[i]))
			into->buckets[i] = UINT32_MAX;
	}
	into->count += from->count;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
}

/* Number, from 1, of the value that stands for share p of count > 0 values. */
static uint64_t rank_of(uint64_t count, double p)
{
	long double rank = ceill((long double)p * (long double)count * (1 - RANK_SLACK));

	if (rank < 1)
		return 1;
	return rank < (long double)count ? (uint64_t)rank : count;
}

/* Bucket that holds the value of this rank; CB_HISTOGRAM_BUCKETS when full buckets have lost it. */
static unsigned bucket_of(const struct cb_histogram *h, uint64_t rank)
{
	uint64_t seen = 0;
	unsigned i;

	for (i = 0; i < CB_HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank)
			break;
	}
	return i;
}

/* Integer nearest below the middle of a bucket that has an end. */
static uint64_t middle_ns(unsigned i)
{
	uint64_t low = cb_histogram_low_ns(i);

	return low + (cb_histogram_high_ns(i) - low - 1) / 2;
}

static int tail_is_unseen(uint64_t count, double p)
{
	return p > 0.99 && p < 1 && (double)count * (1 - p) < 10 * (1 - 1e-9);
}

uint64_t cb_histogram_percentile_ns(const struct cb_histogram *h, double p)
{
	uint64_t rank;
	unsigned i;

	assert(p >= 0 && p <= 1);
	if (h->count == 0 || tail_is_unseen(h->count, p))
		return CB_NONE;
	rank = rank_of(h->count, p);
	if (rank == h->count)
		return h->max_ns;
	i = bucket_of(h, rank);
	if (i >= CB_HISTOGRAM_BUCKETS - 1)
		return h->max_ns;
	return middle_ns(i) < h->max_ns ? middle_ns(i) : h->max_ns;
}
