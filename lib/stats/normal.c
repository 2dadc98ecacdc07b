#include "lib/stats/normal.h"

#include <assert.h>
#include <math.h>

static long double upper_tail(long double z)
{
	return erfcl(z / sqrtl(2)) / 2;
}

/* By bisection of the upper half, where erfc keeps its digits. */
static double upper_quantile(double tail)
{
	long double low = 0, high = 40;

	for (unsigned i = 0; i < 80; i++) {
		long double middle = (low + high) / 2;

		if (upper_tail(middle) > tail)
			low = middle;
		else
			high = middle;
	}
	return (double)high;
}

double cb_normal_quantile(double p)
{
	assert(p > 0 && p < 1);
	if (p == 0.5)
		return 0;
	return p < 0.5 ? -upper_quantile(p) : upper_quantile(1 - p);
}

double cb_normal_tail(double z)
{
	return (double)upper_tail(z);
}

double cb_standard_deviation(const double *values, unsigned n)
{
	long double mean = 0, squares = 0;

	if (n < 2)
		return NAN;
	for (unsigned i = 0; i < n; i++)
		mean += values[i];
	mean /= n;
	for (unsigned i = 0; i < n; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return (double)sqrtl(squares / (n - 1));
}

double cb_mde90(double tau, double level, double sd, unsigned n)
{
	double median_over_mean = sqrt(2 * atan(1)); /* sqrt(pi / 2) */

	if (!n || isnan(sd))
		return NAN;
	return tau +
	       (cb_normal_quantile(1 - level) + cb_normal_quantile(0.9)) * median_over_mean * sd / sqrt(n);
}
