/* Intervals of measurements that may end early, and when they end. Ranks by an independent program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "lib/stats/looks.h"

#define VALUES 66

/* 1, 2, 3, ...: what an interval begins with is its rank. */
static struct cb_estimate estimate(unsigned n, struct cb_looks looks)
{
	double values[VALUES];

	for (unsigned i = 0; i < n; i++)
		values[i] = i + 1;
	return cb_estimate_looked(values, n, 0.95, &looks);
}

static void test_ranks_of_samples(void **state)
{
	static const unsigned k[] = { 2, 3, 4, 5, 5, 6, 6, 7, 8, 9 };

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(k); i++) {
		unsigned n = 12 + 2 * i;
		struct cb_estimate e = estimate(n, cb_looks_of_samples(12, 30));

		assert_true(e.ci_low == k[i] && e.ci_high == n + 1 - k[i]);
		assert_true(e.coverage >= 0.95);
		assert_true(e.median == (n + 1) / 2.0 && e.n == n);
	}
	assert_true(fabs(estimate(12, cb_looks_of_samples(12, 30)).coverage - (1 - 26 / 4096.0)) < 1e-15);
}

static void test_ranks_of_blocks(void **state)
{
	static const unsigned k[] = { 1, 1, 1, 1, 1, 2, 2, 2, 3, 3 };

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(k); i++)
		assert_true(estimate(6 + i, cb_looks_of_blocks(12, 30)).ci_low == k[i]);
}

/* A sample less than a whole block has, as when one was stopped. */
static void test_between_two_looks(void **state)
{
	(void)state;
	assert_true(estimate(13, cb_looks_of_samples(12, 30)).ci_low == 3);
	assert_true(estimate(29, cb_looks_of_samples(12, 30)).ci_low == 8);
}

static void test_a_fixed_number(void **state)
{
	static const struct {
		unsigned n, min, max;
	} rows[] = {
		{ 12, 12, 12 }, /* --quick */
		{ 12, 0, 0 },
		{ 8, 12, 30 },  /* the time was up before any look */
		{ 32, 12, 30 }, /* there is no such look */
		{ 66, 12, 66 }, /* more looks than are counted with */
		{ 5, 12, 30 },
	};

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		struct cb_estimate e = estimate(rows[i].n, cb_looks_of_samples(rows[i].min, rows[i].max));
		unsigned k = cb_order_k(rows[i].n, 0.95);

		assert_true(k ? e.ci_low == k : isnan(e.ci_low));
	}
}

static void test_no_values(void **state)
{
	(void)state;
	assert_true(isnan(estimate(0, cb_looks_of_samples(12, 30)).median));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranks_of_samples),
		cmocka_unit_test(test_ranks_of_blocks),
		cmocka_unit_test(test_between_two_looks),
		cmocka_unit_test(test_a_fixed_number),
		cmocka_unit_test(test_no_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
