#include "lib/base/rng.h"

#include <assert.h>
#include <errno.h>
#include <sys/random.h>

/*
 * The first four words of SplitMix64 from seed, as the authors of xoshiro advise. cb_mix64 is a bijection and
 * its four arguments differ: no two words are alike, so not all are zero.
 */
void cb_rng_seed(struct cb_rng *rng, uint64_t seed)
{
	for (unsigned i = 0; i < 4; i++)
		rng->s[i] = cb_mix64(seed + i * 0x9e3779b97f4a7c15u);
}

static uint64_t rotate_left(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/*
 * xoshiro256**: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on
 * Mathematical Software 47(4), 2021.
 */
uint64_t cb_rng_next(struct cb_rng *rng)
{
	uint64_t *s = rng->s, result = rotate_left(s[1] * 5, 7) * 9, shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/* Throws away the 2^64 mod n least words, so that what is left is a multiple of n. */
uint64_t cb_rng_below(struct cb_rng *rng, uint64_t n)
{
	uint64_t x, excess;

	assert(n > 0);
	excess = -n % n;
	do
		x = cb_rng_next(rng);
	while (x < excess);
	return x % n;
}

/* Fisher and Yates; Knuth, The Art of Computer Programming 2, 3.4.2, algorithm P. */
void cb_rng_shuffle_unsigned(struct cb_rng *rng, unsigned *v, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)cb_rng_below(rng, i);
		unsigned held = v[i - 1];

		v[i - 1] = v[j];
		v[j] = held;
	}
}

int cb_random_seed(uint64_t *ret)
{
	uint64_t seed;
	ssize_t n;

	do
		n = getrandom(&seed, sizeof seed, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n != sizeof seed)
		return -EIO;
	*ret = seed;
	return 0;
}
