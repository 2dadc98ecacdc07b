/*
 * Order statistics without allocation, hence without an error path. A few values, as a cell has, are copied
 * to the stack and sorted there. Of more the k-th smallest double is found by bisecting its 64 ordered bits,
 * one counting pass over the values for each bit, ten times as long for 30 values and microseconds still.
 * Refused: sorting a copy of any size (malloc may fail, and these functions have no way to say so) and
 * sorting in place (samples must keep their order).
 */
#include "lib/stats/order.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define SIGN_BIT (UINT64_C(1) << 63)
#define FEW      64u

/* Maps doubles to integers of the same order: negative ones are inverted, the others moved above them. */
static uint64_t key_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
}

static double value_of(uint64_t key)
{
	uint64_t bits = key & SIGN_BIT ? key & ~SIGN_BIT : ~key;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static unsigned count_up_to(const double *values, unsigned n, uint64_t key)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += key_of(values[i]) <= key;
	return count;
}

static double order_statistic_of_few(const double *values, unsigned n, unsigned k)
{
	double sorted[FEW] = { values[0] };

	for (unsigned i = 1; i < n; i++) {
		unsigned at = i;

		for (; at && sorted[at - 1] > values[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = values[i];
	}
	return sorted[k - 1];
}

/* The k-th smallest value, k from 1 to n. */
static double order_statistic(const double *values, unsigned n, unsigned k)
{
	uint64_t low = 0, high = UINT64_MAX;

	assert(k >= 1 && k <= n);
	if (n <= FEW)
		return order_statistic_of_few(values, n, k);
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (count_up_to(values, n, middle) >= k)
			high = middle;
		else
			low = middle + 1;
	}
	return value_of(low);
}

/* The value at 0-based position h (0..n-1) of the sorted values, linear between neighbours. */
static double interpolate(const double *values, unsigned n, double h)
{
	unsigned below = (unsigned)h;
	double share = h - below, low = order_statistic(values, n, below + 1), high;

	if (share == 0)
		return low;
	high = order_statistic(values, n, below + 2);
	/* Weighted ends, since the difference of two finite numbers may overflow; rounding must not leave
	 * them. */
	return fmin(fmax(low * (1 - share) + high * share, low), high);
}

static void assert_finite(const double *values, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert(isfinite(values[i]));
	(void)values, (void)n;
}

void cb_quartiles(const double *values, unsigned n, double ret[5])
{
	assert_finite(values, n);
	for (unsigned i = 0; i < 5; i++)
		ret[i] = n ? interpolate(values, n, (n - 1) * (i / 4.0)) : NAN;
}

/*
 * P(Bin(n, 1/2) = k) as mantissa * 2^exponent: 2^-n alone is below the range of a double from n = 1075 on. k
 * is at most n / 2; the product's relative error is about 2 k * LDBL_EPSILON.
 */
static long double half_pmf(unsigned n, unsigned k, int *ret_exponent)
{
	long double mantissa = 1;
	int step;

	*ret_exponent = -(int)n;
	for (unsigned i = 1; i <= k; i++) {
		mantissa = frexpl(mantissa * (n - k + i) / i, &step);
		*ret_exponent += step;
	}
	return mantissa;
}

/* The lower tail for k at most n / 2: its last term times the sum of all terms relative to that one. */
static double lower_tail(unsigned n, unsigned k)
{
	long double sum = 0, term = 1;
	int exponent;

	for (unsigned j = k; term > sum * LDBL_EPSILON; j--) {
		sum += term;
		term *= (long double)j / (n - j + 1);
	}
	sum *= half_pmf(n, k, &exponent);
	return (double)ldexpl(sum, exponent);
}

double cb_binomial_half_cdf(unsigned n, int k)
{
	if (k < 0)
		return 0;
	if ((unsigned)k >= n)
		return 1;
	if ((unsigned)k <= n / 2)
		return lower_tail(n, (unsigned)k);
	return 1 - lower_tail(n, n - (unsigned)k - 1);
}

unsigned cb_order_k_of_tail(unsigned n, double tail)
{
	unsigned low = 0,
		 high = n / 2 + n % 2; /* k lies in low..high: no k above the middle can satisfy 1/2 */

	assert(tail >= 0 && tail <= 0.5);
	while (low < high) {
		unsigned k = high - (high - low) / 2;

		if (cb_binomial_half_cdf(n, (int)k - 1) <= tail)
			low = k;
		else
			high = k - 1;
	}
	return low;
}

unsigned cb_order_k(unsigned n, double confidence)
{
	assert(confidence >= 0 && confidence <= 1);
	return cb_order_k_of_tail(n, (1 - confidence) / 2);
}

double cb_median(const double *values, unsigned n)
{
	assert_finite(values, n);
	return n ? interpolate(values, n, (n - 1) / 2.0) : NAN;
}

double cb_median_low(const double *values, unsigned n, double level)
{
	unsigned k = cb_order_k_of_tail(n, level);

	assert_finite(values, n);
	return k ? order_statistic(values, n, k) : NAN;
}

double cb_median_high(const double *values, unsigned n, double level)
{
	unsigned k = cb_order_k_of_tail(n, level);

	assert_finite(values, n);
	return k ? order_statistic(values, n, n + 1 - k) : NAN;
}

static double mean_of(const double *values, unsigned n, double min, double max)
{
	long double sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += values[i];
	return fmin(fmax((double)(sum / n), min), max);
}

struct cb_estimate cb_estimate_of_k(
	const double *values, unsigned n, double confidence, unsigned k, double coverage)
{
	struct cb_estimate e = { .n = n,
		.median = NAN,
		.ci_low = NAN,
		.ci_high = NAN,
		.confidence = confidence,
		.coverage = NAN,
		.min = NAN,
		.max = NAN,
		.mean = NAN };

	assert_finite(values, n);
	if (n == 0)
		return e;
	e.min = order_statistic(values, n, 1);
	e.max = order_statistic(values, n, n);
	e.mean = mean_of(values, n, e.min, e.max);
	e.median = interpolate(values, n, (n - 1) / 2.0);
	if (k == 0)
		return e;
	e.ci_low = order_statistic(values, n, k);
	e.ci_high = order_statistic(values, n, n + 1 - k);
	e.coverage = coverage;
	return e;
}

struct cb_estimate cb_estimate(const double *values, unsigned n, double confidence)
{
	unsigned k = cb_order_k(n, confidence);

	return cb_estimate_of_k(values, n, confidence, k, 1 - 2 * cb_binomial_half_cdf(n, (int)k - 1));
}

double cb_estimate_half_width(const struct cb_estimate *e)
{
	if (e->median == 0)
		return NAN;
	return (e->ci_high - e->ci_low) / 2 / fabs(e->median);
}

struct cb_estimate cb_estimate_exp(struct cb_estimate e)
{
	double *numbers[] = { &e.median, &e.ci_low, &e.ci_high, &e.min, &e.max, &e.mean };

	for (unsigned i = 0; i < CB_COUNT(numbers); i++)
		*numbers[i] = exp(*numbers[i]);
	return e;
}

double cb_karp_flatt(double s, double p)
{
	assert(s > 0 && p > 1);
	return (1 / s - 1 / p) / (1 - 1 / p);
}
