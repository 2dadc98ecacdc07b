/*
 * Seeded random numbers for the harness: order of samples, coins, shuffles. The same seed gives the same
 * numbers on every host. Not for cryptography; workloads use cb_unit_random, which has no state.
 */
#ifndef CB_BASE_RNG_H
#define CB_BASE_RNG_H

#include "lib/base/base.h"

/* xoshiro256**. One thread of execution owns it. */
struct cb_rng {
	uint64_t s[4]; /* never all zero */
};

void cb_rng_seed(struct cb_rng *rng, uint64_t seed);
/* 64 random bits. */
uint64_t cb_rng_next(struct cb_rng *rng);
/* One of 0..n-1, each with the same probability. n is at least 1. */
uint64_t cb_rng_below(struct cb_rng *rng, uint64_t n);
/* Puts v[0..n-1] into a random order, each with the same probability. v may be NULL when n is 0. */
void cb_rng_shuffle_unsigned(struct cb_rng *rng, unsigned *v, size_t n);

/* A seed from the kernel. Returns 0 or getrandom's negative errno; *ret is untouched then. */
int cb_random_seed(uint64_t *ret);

#endif
