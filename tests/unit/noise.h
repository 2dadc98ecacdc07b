/* Numbers for simulations: the same seed gives the same ones. */
#ifndef CB_TEST_NOISE_H
#define CB_TEST_NOISE_H

#include "lib/base/rng.h"

/* Within 0..1, both excluded. */
double noise_uniform(struct cb_rng *rng);
/* Of mean 0 and deviation 1. */
double noise_normal(struct cb_rng *rng);

#endif
