/* Exact tests and bounds against tables that SciPy and exact fractions made (tests/oracle/statistics). */
#include "lib/stats/binomial.h"
#include "lib/stats/normal.h"
#include "lib/stats/order.h"
#include "lib/stats/signed_rank.h"
#include "tests/unit/statistics_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <cmocka.h>

#define EXACT 1e-12

/* Relative where there is something to be relative to. */
static void assert_close(double value, double oracle, const char *what, unsigned row)
{
	if (fabs(value - oracle) <= EXACT * fabs(oracle))
		return;
	fail_msg("%s, row %u: %.17g instead of %.17g", what, row, value, oracle);
}

static void test_binomial_tails(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(oracle_binomial); i++) {
		unsigned n = oracle_binomial[i].n, k = oracle_binomial[i].k;
		double p = oracle_binomial[i].p;

		assert_close(cb_binomial_at_most(n, k, p), oracle_binomial[i].at_most, "at most", i);
		assert_close(cb_binomial_at_least(n, k, p), oracle_binomial[i].at_least, "at least", i);
	}
}

static void test_binomial_ends(void **state)
{
	(void)state;
	assert_true(cb_binomial_at_most(5, 5, 0.3) == 1 && cb_binomial_at_most(5, 9, 0.3) == 1);
	assert_true(cb_binomial_at_least(5, 0, 0.3) == 1 && cb_binomial_at_least(5, 6, 0.3) == 0);
	assert_true(cb_binomial_at_most(5, 0, 0) == 1 && cb_binomial_at_most(5, 4, 1) == 0);
	assert_true(cb_binomial_at_least(5, 1, 0) == 0 && cb_binomial_at_least(5, 5, 1) == 1);
	for (unsigned n = 1; n < 60; n++)
		for (unsigned k = 0; k <= n; k++)
			assert_close(
				cb_binomial_at_most(n, k, 0.5), cb_binomial_half_cdf(n, (int)k), "half", n);
}

static void test_clopper_pearson(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(oracle_clopper_pearson); i++) {
		unsigned n = oracle_clopper_pearson[i].n, k = oracle_clopper_pearson[i].k;
		double level = oracle_clopper_pearson[i].level;

		assert_close(cb_clopper_pearson_low(n, k, level), oracle_clopper_pearson[i].low, "low", i);
		assert_close(cb_clopper_pearson_high(n, k, level), oracle_clopper_pearson[i].high, "high", i);
	}
}

static void test_order_bounds(void **state)
{
	double values[1000];

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(values); i++)
		values[i] = (double)((i * 7) %
				     1000); /* 0..999, each once; 7 and 1000 have no divisor in common */
	for (unsigned i = 0; i < CB_COUNT(oracle_order); i++) {
		unsigned n = oracle_order[i].n, k = oracle_order[i].k;
		double ranks[1000];

		assert_int_equal(cb_order_k_of_tail(n, oracle_order[i].level), k);
		for (unsigned j = 0, at = 0; j < 1000; j++)
			if (values[j] < n)
				ranks[at++] = values[j] + 1;
		if (!k) {
			assert_true(isnan(cb_median_low(ranks, n, oracle_order[i].level)));
			assert_true(isnan(cb_median_high(ranks, n, oracle_order[i].level)));
			continue;
		}
		assert_true(cb_median_low(ranks, n, oracle_order[i].level) == k);
		assert_true(cb_median_high(ranks, n, oracle_order[i].level) == n + 1 - k);
	}
}

static void test_signed_rank(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(oracle_signed_rank); i++) {
		struct cb_signed_rank r = cb_signed_rank_greater(
			oracle_signed_rank[i].values, oracle_signed_rank[i].n);

		assert_true(r.sum == oracle_signed_rank[i].sum);
		assert_close(r.p, oracle_signed_rank[i].p, "signed rank", i);
		assert_true(r.p >= r.p_least && r.p_least == ldexp(1, -(int)r.n));
	}
}

static void test_signed_rank_ends(void **state)
{
	double values[CB_SIGNED_RANK_MAX], mirrored[CB_SIGNED_RANK_MAX];

	(void)state;
	for (unsigned i = 0; i < CB_SIGNED_RANK_MAX; i++) {
		values[i] = i + 1;
		mirrored[i] = -values[i];
	}
	assert_true(cb_signed_rank_greater(NULL, 0).p == 1);
	assert_close(cb_signed_rank_greater(values, CB_SIGNED_RANK_MAX).p, ldexp(1, -CB_SIGNED_RANK_MAX),
		"all positive", 0);
	assert_close(cb_signed_rank_greater(mirrored, CB_SIGNED_RANK_MAX).p, 1, "all negative", 0);
	assert_true(cb_signed_rank_two_sided(values, 8) == 2.0 / 256);
	assert_true(cb_signed_rank_two_sided(mirrored, 8) == 2.0 / 256);
	assert_true(cb_signed_rank_two_sided((double[]){ 1, -1 }, 2) == 1);
}

static void test_normal(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(oracle_normal); i++)
		assert_close(cb_normal_quantile(oracle_normal[i].p), oracle_normal[i].z, "quantile", i);
}

static void test_spread(void **state)
{
	(void)state;
	assert_true(cb_standard_deviation((double[]){ 2, 4, 4, 4, 5, 5, 7, 9 }, 8) == sqrt(32.0 / 7));
	assert_true(isnan(cb_standard_deviation((double[]){ 1 }, 1)));
	assert_true(
		cb_median((double[]){ 3, 1, 2 }, 3) == 2 && cb_median((double[]){ 4, 1, 2, 3 }, 4) == 2.5);
	assert_true(isnan(cb_median(NULL, 0)));
	/* 0.03 + (2.3263 + 1.2816) * 1.2533 * 0.02 / 4 */
	assert_true(fabs(cb_mde90(0.03, 0.01, 0.02, 16) - 0.0526091566) < 1e-9);
	assert_true(isnan(cb_mde90(0.03, 0.01, NAN, 16)) && isnan(cb_mde90(0.03, 0.01, 0.02, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binomial_tails),
		cmocka_unit_test(test_binomial_ends),
		cmocka_unit_test(test_clopper_pearson),
		cmocka_unit_test(test_order_bounds),
		cmocka_unit_test(test_signed_rank),
		cmocka_unit_test(test_signed_rank_ends),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
