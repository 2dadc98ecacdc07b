/*
 * The null distribution is built up one value at a time: each one's rank is added to the sum or not, with
 * probability 1/2. Ranks are doubled, so that the mean of two neighbours is a whole number, and n values make
 * sums of at most n * (n + 1). Up to n = 53 every probability is an exact double.
 */
#include "lib/stats/signed_rank.h"

#include <assert.h>
#include <math.h>

#define SUMS (CB_SIGNED_RANK_MAX * (CB_SIGNED_RANK_MAX + 1) + 1)

/* Twice the rank of values[i] among the absolute values that are not zero: (below + 1) + (below + equal). */
static unsigned doubled_rank(const double *values, unsigned n, unsigned i)
{
	unsigned below = 0, equal = 0;

	for (unsigned j = 0; j < n; j++) {
		below += values[j] != 0 && fabs(values[j]) < fabs(values[i]);
		equal += fabs(values[j]) == fabs(values[i]);
	}
	return 2 * below + equal + 1;
}

/* P(doubled sum = s) over all signs of the ranks, into probability[0..return value]. */
static unsigned distribution(const unsigned *ranks, unsigned n, double *probability)
{
	unsigned top = 0;

	probability[0] = 1;
	for (unsigned i = 0; i < n; i++) {
		for (unsigned s = top + 1; s <= top + ranks[i]; s++)
			probability[s] = 0;
		top += ranks[i];
		for (unsigned s = top + 1; s-- > 0;) {
			double with = s >= ranks[i] ? probability[s - ranks[i]] : 0;

			probability[s] = (probability[s] + with) / 2;
		}
	}
	return top;
}

static double tail(const unsigned *ranks, unsigned n, unsigned from)
{
	double probability[SUMS], sum = 0;
	unsigned top = distribution(ranks, n, probability);

	for (unsigned s = top + 1; s-- > from;)
		sum += probability[s];
	return fmin(sum, 1);
}

/* The test of sign * values. */
static struct cb_signed_rank test(const double *values, unsigned n, int sign)
{
	unsigned ranks[CB_SIGNED_RANK_MAX], sum = 0;
	struct cb_signed_rank result = { .n = 0 };

	assert(n <= CB_SIGNED_RANK_MAX);
	for (unsigned i = 0; i < n; i++) {
		assert(isfinite(values[i]));
		if (values[i] == 0)
			continue;
		ranks[result.n] = doubled_rank(values, n, i);
		if (sign * values[i] > 0)
			sum += ranks[result.n];
		result.n++;
	}
	result.sum = sum / 2.0;
	result.p = tail(ranks, result.n, sum);
	result.p_least = ldexp(1, -(int)result.n);
	return result;
}

struct cb_signed_rank cb_signed_rank_greater(const double *values, unsigned n)
{
	return test(values, n, 1);
}

double cb_signed_rank_two_sided(const double *values, unsigned n)
{
	return fmin(1, 2 * fmin(test(values, n, 1).p, test(values, n, -1).p));
}
