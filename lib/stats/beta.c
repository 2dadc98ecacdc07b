#include "lib/stats/beta.h"

#include <float.h>
#include <math.h>

#define TERMS_MAX 10000
#define TINY      1e-300 /* instead of a zero denominator (Lentz) */

static double not_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

/* The continued fraction of DLMF 8.17.22; converges fast for x < (a + 1) / (a + b + 2). */
static double fraction(double a, double b, double x)
{
	double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), result = d;

	for (int m = 1; m < TERMS_MAX; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		result *= c * d;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		result *= c * d;
		if (fabs(c * d - 1) < 4 * DBL_EPSILON)
			break;
	}
	return result;
}

static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

double cb_beta_incomplete(double a, double b, double x)
{
	double front;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * fraction(a, b, x) / a;
	return 1 - front * fraction(b, a, 1 - x) / b;
}

double cb_f_tail(double f, double d1, double d2)
{
	return cb_beta_incomplete(d2 / 2, d1 / 2, d2 / (d2 + d1 * f));
}

/* P(T > t), t >= 0: half of P(F(1, d) > t^2). */
static double t_tail(double t, double d)
{
	return cb_f_tail(t * t, 1, d) / 2;
}

double cb_t_quantile(double tail, double d)
{
	double low = 0, high = 1;

	while (t_tail(high, d) > tail)
		high *= 2;
	for (int i = 0; i < 100 && high - low > high * DBL_EPSILON; i++) {
		double middle = (low + high) / 2;

		if (t_tail(middle, d) > tail)
			low = middle;
		else
			high = middle;
	}
	return high;
}
