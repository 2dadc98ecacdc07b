/* Order statistics: the binomial tail against big integers, k and coverage, estimates against sorted arrays.
 */
#include "lib/stats/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define MAX_N 200
#define WORDS 8 /* of 32 bits: 2^200 and its double fit */

/* Unsigned integers of 256 bits, least significant word first: just enough to sum binomial coefficients. */
struct big {
	uint32_t word[WORDS];
};

static struct big big_add(struct big a, struct big b)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < WORDS; i++) {
		carry += (uint64_t)a.word[i] + b.word[i];
		a.word[i] = (uint32_t)carry;
		carry >>= 32;
	}
	assert_true(carry == 0);
	return a;
}

static struct big big_power_of_two(unsigned bit)
{
	struct big a = { { 0 } };

	a.word[bit / 32] = 1u << bit % 32;
	return a;
}

static int big_is_above(struct big a, struct big b)
{
	for (unsigned i = WORDS; i-- > 0;) {
		if (a.word[i] != b.word[i])
			return a.word[i] > b.word[i];
	}
	return 0;
}

/* a / 2^shift. */
static double big_scaled(struct big a, unsigned shift)
{
	long double value = 0;

	for (unsigned i = WORDS; i-- > 0;)
		value = value * 4294967296.0L + a.word[i];
	return (double)ldexpl(value, -(int)shift);
}

/* Row n of Pascal's triangle by additions, then its running sums: sums[k] = 2^n P(Bin(n, 1/2) <= k), exactly.
 */
static void binomial_sums(unsigned n, struct big sums[MAX_N + 1])
{
	memset(sums, 0, sizeof(sums[0]) * (MAX_N + 1));
	sums[0] = big_power_of_two(0);
	for (unsigned row = 1; row <= n; row++) {
		for (unsigned k = row; k > 0; k--)
			sums[k] = big_add(sums[k], sums[k - 1]);
	}
	for (unsigned k = 1; k <= n; k++)
		sums[k] = big_add(sums[k], sums[k - 1]);
}

/*
 * k at a confidence of 1 - 1/share, in integers: the largest k with 2 * share * sums[k-1] <= 2^n, that is
 * tail sums[k-1] / 2^n <= 1 / (2 share).
 */
static unsigned exact_k(unsigned n, unsigned share, const struct big sums[MAX_N + 1])
{
	unsigned k = 0;

	while (k < n) {
		struct big multiple = { { 0 } };

		for (unsigned i = 0; i < 2 * share; i++)
			multiple = big_add(multiple, sums[k]);
		if (big_is_above(multiple, big_power_of_two(n)))
			break;
		k++;
	}
	return k;
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* Uniform in (0, 1). */
static double random_unit(uint64_t *state)
{
	return ((double)(random_next(state) >> 11) + 0.5) * 0x1p-53;
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void assert_close(double got, double want, double relative)
{
	if (!(fabs(got - want) <= relative * fabs(want)))
		fail_msg("got %.17g, want %.17g", got, want);
}

static void test_binomial_against_big_integers(void **state)
{
	static struct big sums[MAX_N + 1];

	(void)state;
	for (unsigned n = 1; n <= MAX_N; n++) {
		binomial_sums(n, sums);
		for (unsigned k = 0; k <= n; k++)
			assert_close(cb_binomial_half_cdf(n, (int)k), big_scaled(sums[k], n), 1e-12);
	}
}

/* Sums exp of log terms; lgamma's own error grows with n, hence the wider tolerance. */
static double cdf_by_lgamma(unsigned n, unsigned k)
{
	long double sum = 0;

	for (unsigned j = 0; j <= k; j++)
		sum += expl(lgammal(n + 1.0L) - lgammal(j + 1.0L) - lgammal(n - j + 1.0L) - n * logl(2));
	return (double)sum;
}

static void test_binomial_of_large_n(void **state)
{
	static const unsigned rows[][2] = { { 1000, 400 }, { 1000, 500 }, { 5000, 2400 }, { 5000, 0 },
		{ 20000, 9900 }, { 20000, 10200 }, { 100000, 49500 } };

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++)
		assert_close(cb_binomial_half_cdf(rows[i][0], (int)rows[i][1]),
			cdf_by_lgamma(rows[i][0], rows[i][1]), 1e-9);
}

static void test_binomial_at_the_ends(void **state)
{
	(void)state;
	assert_true(cb_binomial_half_cdf(0, -1) == 0);
	assert_true(cb_binomial_half_cdf(0, 0) == 1);
	assert_true(cb_binomial_half_cdf(10, -1) == 0);
	assert_true(cb_binomial_half_cdf(10, INT32_MIN) == 0);
	assert_true(cb_binomial_half_cdf(10, 10) == 1);
	assert_true(cb_binomial_half_cdf(10, INT32_MAX) == 1);
	assert_true(cb_binomial_half_cdf(1000, 0) == 0x1p-1000);
	assert_true(cb_binomial_half_cdf(1, 0) == 0.5);
}

static void test_k_of_known_n(void **state)
{
	static const unsigned rows[][2] = { { 0, 0 }, { 1, 0 }, { 5, 0 }, { 6, 1 }, { 8, 1 }, { 9, 2 },
		{ 12, 3 }, { 15, 4 }, { 16, 4 }, { 20, 6 }, { 30, 10 } };

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++)
		assert_int_equal(cb_order_k(rows[i][0], 0.95), rows[i][1]);
	assert_int_equal(cb_order_k(8, 0.99), 1);
	assert_int_equal(cb_order_k(7, 0.99), 0);
}

static void test_k_against_big_integers(void **state)
{
	static struct big sums[MAX_N + 1];

	(void)state;
	for (unsigned n = 1; n <= MAX_N; n++) {
		binomial_sums(n, sums);
		assert_int_equal(cb_order_k(n, 0.95), exact_k(n, 20, sums));
		assert_int_equal(cb_order_k(n, 0.99), exact_k(n, 100, sums));
		assert_int_equal(cb_order_k(n, 0.80), exact_k(n, 5, sums));
	}
}

static void test_k_at_extreme_confidence(void **state)
{
	(void)state;
	assert_int_equal(cb_order_k(100, 1), 0);
	assert_int_equal(cb_order_k(100, 0), 50);
	assert_int_equal(cb_order_k(101, 0), 51);
	assert_int_equal(cb_order_k(6, 0.96875), 1); /* the coverage itself, exact in binary */
	assert_int_equal(cb_order_k(6, 0.96876), 0);
}

static void test_estimate_of_known_values(void **state)
{
	static const double values[] = { 9, 1, 8, 2, 7, 3 }, copy[] = { 9, 1, 8, 2, 7, 3 };
	struct cb_estimate e = cb_estimate(values, 6, 0.95);

	(void)state;
	assert_memory_equal(values, copy, sizeof(copy));
	assert_int_equal(e.n, 6);
	assert_true(e.median == 5 && e.min == 1 && e.max == 9 && e.mean == 5);
	assert_true(e.ci_low == 1 && e.ci_high == 9);
	assert_true(e.confidence == 0.95 && e.coverage == 0.96875);
	assert_close(cb_estimate_half_width(&e), 4.0 / 5, 1e-15);
}

static void test_estimate_below_six(void **state)
{
	static const double values[] = { -4, 4, 0.5, 1, 2 };

	(void)state;
	for (unsigned n = 1; n <= 5; n++) {
		struct cb_estimate e = cb_estimate(values, n, 0.95);

		assert_true(isfinite(e.median) && isfinite(e.min) && isfinite(e.max) && isfinite(e.mean));
		assert_true(isnan(e.ci_low) && isnan(e.ci_high) && isnan(e.coverage));
		assert_true(isnan(cb_estimate_half_width(&e)));
	}
}

static void test_estimate_of_nothing(void **state)
{
	struct cb_estimate e = cb_estimate(NULL, 0, 0.95);

	(void)state;
	assert_int_equal(e.n, 0);
	assert_true(e.confidence == 0.95);
	assert_true(isnan(e.median) && isnan(e.ci_low) && isnan(e.ci_high) && isnan(e.coverage));
	assert_true(isnan(e.min) && isnan(e.max) && isnan(e.mean) && isnan(cb_estimate_half_width(&e)));
}

static void test_equal_values(void **state)
{
	double values[37], q[5];
	struct cb_estimate e;

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(values); i++)
		values[i] = 0.1;
	for (unsigned n = 6; n <= CB_COUNT(values); n++) {
		e = cb_estimate(values, n, 0.95);
		assert_true(e.median == 0.1 && e.ci_low == 0.1 && e.ci_high == 0.1);
		assert_true(e.min == 0.1 && e.max == 0.1 && e.mean == 0.1);
		assert_true(cb_estimate_half_width(&e) == 0);
		cb_quartiles(values, n, q);
		for (unsigned i = 0; i < 5; i++)
			assert_true(q[i] == 0.1);
	}
}

static void test_extreme_values(void **state)
{
	static const double values[] = { DBL_MAX, -DBL_MAX, DBL_MAX, -DBL_MAX, -0.0, 0.0, DBL_MIN,
		-DBL_TRUE_MIN };
	struct cb_estimate e = cb_estimate(values, CB_COUNT(values), 0.95);
	double q[5];

	(void)state;
	assert_true(e.min == -DBL_MAX && e.max == DBL_MAX);
	assert_true(e.median == 0 && isnan(cb_estimate_half_width(&e)));
	assert_true(isfinite(e.mean));
	e = cb_estimate(values, 2, 0.95);
	assert_true(e.median == 0 && e.mean == 0);
	cb_quartiles(values, 2, q);
	assert_close(q[1], -DBL_MAX / 2, 1e-15);
}

static void test_half_width_of_negative_median(void **state)
{
	struct cb_estimate e = { .median = -2, .ci_low = -3, .ci_high = -1 };

	(void)state;
	assert_true(cb_estimate_half_width(&e) == 0.5);
}

static void test_estimate_against_sorted_array(void **state)
{
	double values[301], sorted[301];
	uint64_t seed = 11;

	(void)state;
	for (unsigned n = 6; n <= CB_COUNT(values); n++) {
		unsigned k = cb_order_k(n, 0.95);
		struct cb_estimate e;

		for (unsigned i = 0; i < n; i++)
			values[i] = (random_unit(&seed) - 0.5) * exp2((double)(random_next(&seed) % 60));
		memcpy(sorted, values, sizeof(sorted));
		qsort(sorted, n, sizeof(sorted[0]), compare_double);
		e = cb_estimate(values, n, 0.95);
		assert_true(e.min == sorted[0] && e.max == sorted[n - 1]);
		assert_true(e.ci_low == sorted[k - 1] && e.ci_high == sorted[n - k]);
		assert_close(e.median, (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, 1e-15);
	}
}

/* Share of simulated experiments whose interval holds the true median of an exponential law, ln 2. */
static double simulated_coverage(unsigned n, unsigned draws, uint64_t seed)
{
	double values[30];
	unsigned held = 0;

	assert_true(n <= CB_COUNT(values));
	for (unsigned d = 0; d < draws; d++) {
		struct cb_estimate e;

		for (unsigned i = 0; i < n; i++)
			values[i] = -log(random_unit(&seed));
		e = cb_estimate(values, n, 0.95);
		held += e.ci_low <= log(2) && log(2) <= e.ci_high;
	}
	return (double)held / draws;
}

static void test_interval_covers_what_it_says(void **state)
{
	static const unsigned counts[] = { 6, 9, 12, 30 };
	static const double one[30];
	const unsigned draws = 10000;

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(counts); i++) {
		double promised = cb_estimate(one, counts[i], 0.95).coverage;
		double error = 4 * sqrt(promised * (1 - promised) / draws); /* four standard errors */
		double covered = simulated_coverage(counts[i], draws, 2024 + i);

		assert_true(promised >= 0.95);
		assert_true(covered >= 0.95 - error);
		assert_true(fabs(covered - promised) <= error);
	}
}

static void test_exp_of_log_estimate(void **state)
{
	double logs[8];
	struct cb_estimate e;

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(logs); i++)
		logs[i] = i * log(2);
	e = cb_estimate_exp(cb_estimate(logs, CB_COUNT(logs), 0.95));
	assert_int_equal(e.n, 8);
	assert_true(e.confidence == 0.95);
	assert_close(e.coverage, 1 - 2.0 / 256, 1e-15);
	assert_close(e.min, 1, 1e-14);
	assert_close(e.max, 128, 1e-14);
	assert_close(e.ci_low, 1, 1e-14);
	assert_close(e.ci_high, 128, 1e-14);
	assert_close(e.median, sqrt(128), 1e-14);
	assert_close(e.mean, sqrt(128), 1e-14); /* geometric mean of 1..128 in doublings */
	e = cb_estimate_exp(cb_estimate(logs, 5, 0.95));
	assert_true(isnan(e.ci_low) && isnan(e.ci_high));
}

static void test_quartiles_of_known_values(void **state)
{
	static const double values[] = { 7, 15, 36, 39, 40, 41, 1, 2, 3, 10 };
	/* type 7 by hand: sorted 1 2 3 7 10 15 36 39 40 41, q1 at position 2.25, q3 at 6.75 */
	static const double ten[] = { 1, 4, 12.5, 38.25, 41 };
	static const double five[] = { 7, 15, 36, 39, 40 }, two[] = { 7, 9, 11, 13, 15 },
			    one[] = { 7, 7, 7, 7, 7 };
	static const struct {
		unsigned n;
		const double *want;
	} rows[] = { { 10, ten }, { 5, five }, { 2, two }, { 1, one } };
	double q[5];

	(void)state;
	for (unsigned r = 0; r < CB_COUNT(rows); r++) {
		cb_quartiles(values, rows[r].n, q);
		for (unsigned i = 0; i < 5; i++)
			assert_true(q[i] == rows[r].want[i]);
	}
	cb_quartiles(NULL, 0, q);
	for (unsigned i = 0; i < 5; i++)
		assert_true(isnan(q[i]));
}

static void test_karp_flatt(void **state)
{
	(void)state;
	assert_true(cb_karp_flatt(4, 4) == 0);
	assert_true(cb_karp_flatt(1, 8) == 1);
	/* Amdahl with serial share f gives f back: s = 1 / (f + (1 - f) / p). */
	assert_close(cb_karp_flatt(1 / (0.1 + 0.9 / 16), 16), 0.1, 1e-12);
	assert_true(cb_karp_flatt(2.5, 2) < 0);
}

static void estimate_nan(void)
{
	const double values[] = { 1, 2, NAN };

	cb_estimate(values, 3, 0.95);
}

static void estimate_infinity(void)
{
	const double values[] = { 1, 2, INFINITY };

	cb_estimate(values, 3, 0.95);
}

static void quartiles_nan(void)
{
	const double values[] = { NAN };
	double q[5];

	cb_quartiles(values, 1, q);
}

static void confidence_nan(void)
{
	cb_order_k(10, NAN);
}

static void confidence_in_percent(void)
{
	cb_order_k(10, 95);
}

static void karp_flatt_one_worker(void)
{
	cb_karp_flatt(1, 1);
}

static void nothing_wrong(void)
{
	cb_order_k(10, 0.95);
}

/* Tells whether an assert stops the call, made in a child. */
static int aborts(void (*call)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL); /* cmocka's own handler would go on with the tests in the child */
		close(STDERR_FILENO);
		call();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_programmer_errors_assert(void **state)
{
	(void)state;
#ifdef NDEBUG
	skip();
#endif
	assert_false(aborts(nothing_wrong));
	assert_true(aborts(estimate_nan));
	assert_true(aborts(estimate_infinity));
	assert_true(aborts(quartiles_nan));
	assert_true(aborts(confidence_nan));
	assert_true(aborts(confidence_in_percent));
	assert_true(aborts(karp_flatt_one_worker));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binomial_against_big_integers),
		cmocka_unit_test(test_binomial_of_large_n),
		cmocka_unit_test(test_binomial_at_the_ends),
		cmocka_unit_test(test_k_of_known_n),
		cmocka_unit_test(test_k_against_big_integers),
		cmocka_unit_test(test_k_at_extreme_confidence),
		cmocka_unit_test(test_estimate_of_known_values),
		cmocka_unit_test(test_estimate_below_six),
		cmocka_unit_test(test_estimate_of_nothing),
		cmocka_unit_test(test_equal_values),
		cmocka_unit_test(test_extreme_values),
		cmocka_unit_test(test_half_width_of_negative_median),
		cmocka_unit_test(test_estimate_against_sorted_array),
		cmocka_unit_test(test_interval_covers_what_it_says),
		cmocka_unit_test(test_exp_of_log_estimate),
		cmocka_unit_test(test_quartiles_of_known_values),
		cmocka_unit_test(test_karp_flatt),
		cmocka_unit_test(test_programmer_errors_assert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
