/* Two independent sets: Mann-Whitney tails against SciPy, intervals against simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "lib/stats/shift.h"
#include "tests/unit/noise.h"

/* scipy.stats 1.10.1, the exact distribution behind mannwhitneyu. */
static void test_tails(void **state)
{
	static const struct {
		unsigned na, nb;
		int u;
		double p;
	} rows[] = {
		{ 6, 6, 2, 0.004329004329004329 },
		{ 15, 15, 50, 0.004320904563198277 },
		{ 3, 9, 4, 0.049999999999999996 },
		{ 50, 50, 900, 0.007761972615356094 },
		{ 12, 30, 200, 0.7134748632076495 },
		{ 6, 6, -1, 0 },
		{ 6, 6, 36, 1 },
		{ 1, 1, 0, 0.5 },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		double p = cb_mann_whitney_cdf(rows[i].na, rows[i].nb, rows[i].u);

		if (!(fabs(p - rows[i].p) <= rows[i].p * 1e-12))
			fail_msg("%u %u %d: %.17g instead of %.17g", rows[i].na, rows[i].nb, rows[i].u, p,
				rows[i].p);
	}
}

static void test_known_interval(void **state)
{
	static const double a[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 11, 12, 13, 14, 15, 16 };
	struct cb_shift shift;

	(void)state;
	assert_int_equal(cb_shift_estimate(a, 6, b, 6, 0.95, &shift), 0);
	assert_true(shift.median == 10);
	/* k = 6: P(U <= 5) = 19/924 is within 2.5 %, P(U <= 6) is not; the sixth difference is 7 */
	assert_true(shift.low == 7 && shift.high == 13);
	assert_true(fabs(shift.coverage - (1 - 2 * 19.0 / 924)) < 1e-12);
}

static void test_too_few(void **state)
{
	static const double a[] = { 1, 2, 3 }, b[] = { 4, 5, 6 };
	struct cb_shift shift;

	(void)state;
	assert_int_equal(cb_shift_estimate(a, 3, b, 3, 0.95, &shift), 0);
	assert_true(shift.median == 3);
	assert_true(isnan(shift.low) && isnan(shift.high) && isnan(shift.coverage));
}

/* Skewed noise, unequal numbers: at least the confidence that was asked for, and not all. */
static void coverage_of(unsigned na, unsigned nb, double confidence)
{
	enum { ROUNDS = 4000 };
	double a[64], b[64];
	unsigned covered = 0;
	struct cb_shift shift;
	struct cb_rng rng;

	cb_rng_seed(&rng, 5);
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned k = 0; k < na; k++)
			a[k] = -log(noise_uniform(&rng));
		for (unsigned k = 0; k < nb; k++)
			b[k] = 7 - log(noise_uniform(&rng));
		assert_int_equal(cb_shift_estimate(a, na, b, nb, confidence, &shift), 0);
		covered += shift.low <= 7 && 7 <= shift.high;
	}
	assert_in_range(covered, (unsigned)(ROUNDS * (confidence - 0.01)), ROUNDS - 1);
}

static void test_coverage(void **state)
{
	(void)state;
	coverage_of(8, 15, 0.95);
	coverage_of(6, 6, 0.95);
	coverage_of(15, 60, 0.95); /* beyond the exact distribution */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tails),
		cmocka_unit_test(test_known_interval),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_coverage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
