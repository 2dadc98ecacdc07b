#include "lib/stats/shift.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "lib/stats/normal.h"

#define EXACT_MAX 50
#define DEGREES   (EXACT_MAX * EXACT_MAX + 1)

/*
 * The number of ways to get each u <= most: coefficients of the Gaussian binomial, the product over i = 1..na
 * of (1 - q^(nb + i)) / (1 - q^i) (Andrews, "The Theory of Partitions", 3.2). All are whole numbers.
 */
static void count_ways(unsigned na, unsigned nb, unsigned most, double *ways)
{
	ways[0] = 1;
	for (unsigned u = 1; u <= most; u++)
		ways[u] = 0;
	for (unsigned i = 1; i <= na; i++) {
		for (unsigned u = most; u >= nb + i; u--)
			ways[u] -= ways[u - nb - i];
		for (unsigned u = i; u <= most; u++)
			ways[u] += ways[u - i];
	}
}

/* n over k. */
static double choose(unsigned n, unsigned k)
{
	double c = 1;

	for (unsigned i = 1; i <= k; i++)
		c = c * (n - k + i) / i;
	return c;
}

double cb_mann_whitney_cdf(unsigned na, unsigned nb, int u)
{
	double ways[DEGREES], sum = 0;
	unsigned most;

	if (u < 0)
		return 0;
	most = (unsigned)u < na * nb ? (unsigned)u : na * nb;
	if (2 * most >= na * nb) /* by symmetry, so that only the tail is counted */
		return most == na * nb ? 1 : 1 - cb_mann_whitney_cdf(na, nb, (int)(na * nb - most) - 1);
	count_ways(na, nb, most, ways);
	for (unsigned i = 0; i <= most; i++)
		sum += ways[i];
	return sum / choose(na + nb, na);
}

static double cdf(unsigned na, unsigned nb, int u)
{
	double mean = (double)na * nb / 2, deviation = sqrt((double)na * nb * (na + nb + 1.0) / 12);

	if (na <= EXACT_MAX && nb <= EXACT_MAX)
		return cb_mann_whitney_cdf(na, nb, u);
	return cb_normal_tail((mean - u - 0.5) / deviation);
}

/* The largest k with P(U <= k - 1) <= tail; 0: none. */
static unsigned find_k(unsigned na, unsigned nb, double tail)
{
	unsigned low = 0, high = na * nb / 2;

	while (low < high) {
		unsigned middle = high - (high - low) / 2;

		if (cdf(na, nb, (int)middle - 1) <= tail)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int compare(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

int cb_shift_estimate(
	const double *a, unsigned na, const double *b, unsigned nb, double confidence, struct cb_shift *ret)
{
	size_t n = (size_t)na * nb;
	double *d = malloc(n * sizeof *d);
	unsigned k = find_k(na, nb, (1 - confidence) / 2);

	if (!d)
		return -ENOMEM;
	for (unsigned i = 0; i < na; i++)
		for (unsigned j = 0; j < nb; j++)
			d[(size_t)i * nb + j] = b[j] - a[i];
	qsort(d, n, sizeof *d, compare);
	*ret = (struct cb_shift){
		.median = (d[(n - 1) / 2] + d[n / 2]) / 2, .low = NAN, .high = NAN, .coverage = NAN
	};
	if (k) {
		ret->low = d[k - 1];
		ret->high = d[n - k];
		ret->coverage = 1 - 2 * cdf(na, nb, (int)k - 1);
	}
	free(d);
	return 0;
}
