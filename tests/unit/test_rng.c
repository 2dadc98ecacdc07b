/* The generator against published values, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/rng.h"

#include <string.h>

/* SplitMix64 from 1234567, as published with its reference implementation's ports. */
static void test_mix_is_splitmix64(void **state)
{
	static const uint64_t expected[] = { UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
		UINT64_C(9817491932198370423) };

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(expected); i++)
		assert_true(cb_mix64(1234567 + i * UINT64_C(0x9e3779b97f4a7c15)) == expected[i]);
}

static void test_next_is_xoshiro256starstar(void **state)
{
	static const uint64_t expected[] = { 11520, 0, 1509978240, UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360), UINT64_C(607988272756665600) };
	struct cb_rng rng = { { 1, 2, 3, 4 } };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(expected); i++)
		assert_true(cb_rng_next(&rng) == expected[i]);
}

static void test_seed(void **state)
{
	struct cb_rng a, b;

	(void)state;
	cb_rng_seed(&a, 42);
	for (unsigned i = 0; i < 4; i++)
		assert_true(a.s[i] == cb_mix64(42 + i * UINT64_C(0x9e3779b97f4a7c15)));
	cb_rng_seed(&b, 43);
	assert_memory_not_equal(&a, &b, sizeof a);
	cb_rng_seed(&b, 42);
	assert_memory_equal(&a, &b, sizeof a);
}

/* 60000 throws of a seeded die: each face 10000 times, standard deviation 91. The seed is fixed, so is the
 * outcome. */
static void test_below(void **state)
{
	unsigned seen[6] = { 0 };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 1);
	for (unsigned i = 0; i < 60000; i++)
		seen[cb_rng_below(&rng, 6)]++;
	for (unsigned i = 0; i < 6; i++)
		assert_in_range(seen[i], 9600, 10400);
	assert_int_equal(cb_rng_below(&rng, 1), 0);
}

/* Plain modulo would land below 2^62 with probability 1/2 instead of 1/3 here. */
static void test_below_is_unbiased(void **state)
{
	const uint64_t n = UINT64_C(3) << 62;
	unsigned low = 0;
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 1);
	for (unsigned i = 0; i < 9000; i++) {
		uint64_t x = cb_rng_below(&rng, n);

		assert_true(x < n);
		low += x < UINT64_C(1) << 62;
	}
	assert_in_range(low, 2800, 3200);
}

/* All 6 orders of 3 come about equally often: 1000 of 6000 each, standard deviation 29. */
static void test_shuffle(void **state)
{
	unsigned seen[3][3] = { { 0 } }; /* by first and second number */
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 7);
	for (unsigned i = 0; i < 6000; i++) {
		unsigned v[] = { 0, 1, 2 };

		cb_rng_shuffle_unsigned(&rng, v, 3);
		assert_int_equal(1u << v[0] | 1u << v[1] | 1u << v[2], 7);
		seen[v[0]][v[1]]++;
	}
	for (unsigned i = 0; i < 9; i++) {
		if (i / 3 != i % 3)
			assert_in_range(seen[i / 3][i % 3], 850, 1150);
	}
}

static void test_shuffle_of_nothing(void **state)
{
	struct cb_rng rng, before;
	unsigned one = 5;

	(void)state;
	cb_rng_seed(&rng, 7);
	before = rng;
	cb_rng_shuffle_unsigned(&rng, NULL, 0);
	cb_rng_shuffle_unsigned(&rng, &one, 1);
	assert_int_equal(one, 5);
	assert_memory_equal(&rng, &before, sizeof rng);
}

static void test_random_seed(void **state)
{
	uint64_t a = 0, b = 0;

	(void)state;
	assert_int_equal(cb_random_seed(&a), 0);
	assert_int_equal(cb_random_seed(&b), 0);
	assert_true(a != b); /* once in 2^64 runs they are alike */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mix_is_splitmix64),
		cmocka_unit_test(test_next_is_xoshiro256starstar),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_below_is_unbiased),
		cmocka_unit_test(test_shuffle),
		cmocka_unit_test(test_shuffle_of_nothing),
		cmocka_unit_test(test_random_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
