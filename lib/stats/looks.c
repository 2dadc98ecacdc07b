/*
 * The number of values below the median is a fair coin's walk, whatever the distribution: an interval from
 * the k-th least to the k-th greatest misses when fewer than k, or more than n - k, are below. So the share
 * of walks that were outside at any look is a sum over the walks that were inside at all looks before, and k
 * at each look is the largest that keeps the share within what may be spent up to there (Lan and DeMets,
 * Biometrika 1983, for the idea of spending).
 */
#include "lib/stats/looks.h"

#include <assert.h>
#include <math.h>

#define FIRST_SHARE 0.65
/* What is spent is a sum of powers of two, exact but for what is compared with it. */
#define ROUNDING 1e-12

/* Walks that missed at no look. */
struct walks {
	double inside[CB_LOOKS_LAST_MAX + 1]; /* [s]: the share of which s values of n are below the median */
	double missed;                        /* the share of the others */
	unsigned n;
};

static struct cb_looks looks_of(unsigned min, unsigned max, unsigned step)
{
	if (min >= max || max > CB_LOOKS_LAST_MAX)
		return (struct cb_looks){ 0 };
	return (struct cb_looks){ .first = min, .last = max, .step = step };
}

struct cb_looks cb_looks_of_samples(unsigned min, unsigned max)
{
	return looks_of(min, max, 2);
}

struct cb_looks cb_looks_of_blocks(unsigned min, unsigned max)
{
	return looks_of(min / 2, max / 2, 1);
}

static void walk_to(struct walks *w, unsigned n)
{
	for (; w->n < n; w->n++) {
		w->inside[w->n + 1] = 0;
		for (unsigned s = w->n + 1; s > 0; s--)
			w->inside[s] = (w->inside[s] + w->inside[s - 1]) / 2;
		w->inside[0] /= 2;
	}
}

static double spent_at_most(const struct cb_looks *looks, unsigned n, double alpha)
{
	double way = (double)(n - looks->first) / (looks->last - looks->first);

	return alpha * (FIRST_SHARE + (1 - FIRST_SHARE) * way);
}

/* Takes out the walks that miss at this look. Returns its k; 0: no interval keeps within most. */
static unsigned look(struct walks *w, double most)
{
	unsigned k = 0;

	while (2 * (k + 1) <= w->n && w->missed + w->inside[k] + w->inside[w->n - k] <= most + ROUNDING) {
		w->missed += w->inside[k] + w->inside[w->n - k];
		w->inside[k] = w->inside[w->n - k] = 0;
		k++;
	}
	return k;
}

struct cb_estimate cb_estimate_looked(
	const double *values, unsigned n, double confidence, const struct cb_looks *looks)
{
	struct walks w = { .inside = { 1 } };
	unsigned k;

	assert(looks->last <= CB_LOOKS_LAST_MAX);
	if (looks->first == looks->last || n < looks->first || n > looks->last)
		return cb_estimate(values, n, confidence);
	for (unsigned at = looks->first; at < n; at += looks->step) {
		walk_to(&w, at);
		look(&w, spent_at_most(looks, at, 1 - confidence));
	}
	walk_to(&w, n);
	k = look(&w, spent_at_most(looks, n, 1 - confidence));
	return cb_estimate_of_k(values, n, confidence, k, 1 - w.missed);
}
