/* Blocks: every cell once in each half, the second half the mirror of the first, all permutations alike. */
#include "lib/plan/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CELLS_MAX 100

static void check_block(const unsigned *order, unsigned n)
{
	unsigned seen[CELLS_MAX] = { 0 };

	for (unsigned i = 0; i < n; i++) {
		assert_true(order[i] < n);
		assert_int_equal(seen[order[i]]++, 0);
		assert_int_equal(order[i], order[2 * n - 1 - i]);
	}
}

static void test_block_is_permutation_and_mirror(void **state)
{
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 7);
	for (unsigned n = 1; n <= CELLS_MAX; n++) {
		unsigned order[2 * CELLS_MAX];

		cb_order_block(&rng, order, n);
		check_block(order, n);
	}
}

static void test_empty_block_writes_nothing(void **state)
{
	unsigned order[1] = { 77 };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 7);
	cb_order_block(&rng, order, 0);
	assert_int_equal(order[0], 77);
}

static void test_same_seed_same_order(void **state)
{
	unsigned a[20], b[20];
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 3);
	cb_order_block(&rng, a, 10);
	cb_rng_seed(&rng, 3);
	cb_order_block(&rng, b, 10);
	assert_memory_equal(a, b, sizeof a);
	cb_order_block(&rng, b, 10);
	assert_memory_not_equal(a, b, sizeof a);
}

/* All six orders of three cells come up about as often: 1000 each, standard deviation 29. */
static void test_orders_are_equally_likely(void **state)
{
	unsigned count[3][3] = { 0 };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 1);
	for (unsigned i = 0; i < 6000; i++) {
		unsigned order[6];

		cb_order_block(&rng, order, 3);
		count[order[0]][order[1]]++;
	}
	for (unsigned i = 0; i < 3; i++)
		for (unsigned j = 0; j < 3; j++)
			if (i != j)
				assert_in_range(count[i][j], 850, 1150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block_is_permutation_and_mirror),
		cmocka_unit_test(test_empty_block_writes_nothing),
		cmocka_unit_test(test_same_seed_same_order),
		cmocka_unit_test(test_orders_are_equally_likely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
