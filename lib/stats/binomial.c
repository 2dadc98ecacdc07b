/*
 * A tail is one term of the distribution times a sum of ratios between neighbouring terms, so that only that
 * one term needs care: binomial coefficients and powers leave the range of every floating-point type, so it
 * is a product whose exponent is kept apart. Refused: log-gamma, which loses six digits at n = 100000 where
 * millions are subtracted from each other; normal approximations, as tails are what is wanted here.
 */
#include "lib/stats/binomial.h"

#include <assert.h>
#include <float.h>
#include <math.h>

/* m * 2^e, m within 1/2..1 or 0. */
struct scaled {
	long double m;
	int e;
};

static struct scaled times(struct scaled a, long double factor)
{
	int e;

	a.m = frexpl(a.m * factor, &e);
	a.e += e;
	return a;
}

/* base^power by squaring: the relative error is about power * LDBL_EPSILON. */
static struct scaled raised(long double base, unsigned power)
{
	struct scaled square = times((struct scaled){ 1, 0 }, base), result = { 1, 0 };

	for (; power; power /= 2) {
		if (power % 2) {
			result = times(result, square.m);
			result.e += square.e;
		}
		square.e *= 2;
		square = times(square, square.m);
	}
	return result;
}

/* P(Bin(n, p) = k) with q = 1 - p. */
static struct scaled term(unsigned n, unsigned k, long double p, long double q)
{
	struct scaled result;

	if (k > n - k)
		return term(n, n - k, q, p);
	result = raised(q, n - k);
	for (unsigned i = 1; i <= k; i++)
		result = times(result, p * (n - k + i) / i);
	return result;
}

/* P(Bin(n, p) <= k) for k below the mean, where the terms shrink downwards. */
static double lower_tail(unsigned n, unsigned k, long double p, long double q)
{
	struct scaled last = term(n, k, p, q);
	long double sum = 0, relative = 1;

	for (unsigned j = k; relative > sum * LDBL_EPSILON; j--) {
		sum += relative;
		relative *= (long double)j / (n - j + 1) * (q / p); /* 0 at j = 0, which ends it */
	}
	return (double)ldexpl(last.m * sum, last.e);
}

static double at_most(unsigned n, unsigned k, long double p, long double q)
{
	if (k >= n)
		return 1;
	if (p == 0 || q == 0)
		return p == 0;
	if (k < n * p)
		return lower_tail(n, k, p, q);
	return 1 - lower_tail(n, n - k - 1, q, p);
}

double cb_binomial_at_most(unsigned n, unsigned k, double p)
{
	assert(p >= 0 && p <= 1 && n <= CB_BINOMIAL_N_MAX);
	return at_most(n, k, p, 1 - (long double)p);
}

/* X >= k is n - X <= n - k, and n - X is Bin(n, 1 - p). */
double cb_binomial_at_least(unsigned n, unsigned k, double p)
{
	assert(p >= 0 && p <= 1 && n <= CB_BINOMIAL_N_MAX);
	if (k > n)
		return 0;
	return at_most(n, n - k, 1 - (long double)p, p);
}

/* By bisection: the tail falls as p grows. 1100 halvings would reach DBL_MIN; it ends where doubles do. */
double cb_clopper_pearson_high(unsigned n, unsigned k, double level)
{
	double low = 0, high = 1;

	assert(n && k <= n && level > 0 && level < 1);
	if (k == n)
		return 1;
	for (;;) {
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return high;
		if (cb_binomial_at_most(n, k, middle) > level)
			low = middle;
		else
			high = middle;
	}
}

double cb_clopper_pearson_low(unsigned n, unsigned k, double level)
{
	double low = 0, high = 1;

	assert(n && k <= n && level > 0 && level < 1);
	if (!k)
		return 0;
	for (;;) {
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return low;
		if (cb_binomial_at_least(n, k, middle) < level)
			low = middle;
		else
			high = middle;
	}
}
