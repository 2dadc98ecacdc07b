#include "tests/unit/noise.h"

#include <math.h>

double noise_uniform(struct cb_rng *rng)
{
	return ((double)(cb_rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;
}

double noise_normal(struct cb_rng *rng)
{
	double radius = sqrt(-2 * log(noise_uniform(rng)));

	return radius * cos(2 * M_PI * noise_uniform(rng));
}
