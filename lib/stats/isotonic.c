#include "lib/stats/isotonic.h"

#include <math.h>

/* Backwards from each value: as long as the pool before it is higher, both become one. */
void cb_isotonic(double *values, const double *weights, unsigned n)
{
	for (unsigned end = 1; end < n; end++) {
		double sum = values[end] * weights[end], weight = weights[end];
		unsigned from = end;

		while (from > 0 && values[from - 1] > sum / weight) {
			from--;
			sum += values[from] * weights[from];
			weight += weights[from];
		}
		if (from < end)
			for (unsigned i = from; i <= end; i++)
				values[i] = sum / weight;
	}
}

double cb_crossing(const double *x, const double *shares, unsigned n, double level)
{
	for (unsigned i = 0; i < n; i++) {
		if (!(shares[i] >= level))
			continue;
		if (!i)
			return x[0];
		return x[i - 1] + (x[i] - x[i - 1]) * (level - shares[i - 1]) / (shares[i] - shares[i - 1]);
	}
	return NAN;
}
