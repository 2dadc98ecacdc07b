/* Histograms: every bucket's bounds, the promised error, percentiles against sorted values. */
#include "lib/stats/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define END_NS (UINT64_C(1) << CB_HISTOGRAM_MAX_BITS) /* values from here on share the last bucket */

/* xorshift64*: the same numbers in every run. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

/* A value whose number of bits is uniform in 1..bits. */
static uint64_t random_log_uniform(uint64_t *state, unsigned bits)
{
	return random_next(state) >> (64 - bits + random_next(state) % bits);
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void test_bounds_tile_the_range(void **state)
{
	(void)state;
	assert_int_equal(cb_histogram_low_ns(0), 0);
	for (unsigned i = 0; i + 1 < CB_HISTOGRAM_BUCKETS; i++) {
		assert_true(cb_histogram_low_ns(i) < cb_histogram_high_ns(i));
		assert_true(cb_histogram_high_ns(i) == cb_histogram_low_ns(i + 1));
	}
	assert_true(cb_histogram_low_ns(CB_HISTOGRAM_BUCKETS - 1) < END_NS);
	assert_true(cb_histogram_high_ns(CB_HISTOGRAM_BUCKETS - 1) == CB_NONE);
}

static void test_index_round_trip_of_every_bucket(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_HISTOGRAM_BUCKETS; i++) {
		assert_int_equal(cb_histogram_index(cb_histogram_low_ns(i)), i);
		assert_int_equal(cb_histogram_index(cb_histogram_high_ns(i) - 1), i);
	}
}

static void test_known_buckets(void **state)
{
	static const struct {
		uint64_t ns;
		unsigned index;
	} rows[] = {
		{ 0, 0 },
		{ 63, 63 },
		{ 64, 64 },
		{ 127, 127 },
		{ 128, 128 },
		{ 129, 128 },
		{ 130, 129 },
		{ 255, 191 },
		{ 256, 192 },
		{ 1000, 4 * 64 + 61 }, /* shift 3, 1000 / 8 = 125 = 64 + 61 */
		{ END_NS - 1, CB_HISTOGRAM_BUCKETS - 1 },
		{ END_NS, CB_HISTOGRAM_BUCKETS - 1 },
		{ UINT64_C(1) << 63, CB_HISTOGRAM_BUCKETS - 1 },
		{ UINT64_MAX, CB_HISTOGRAM_BUCKETS - 1 },
	};

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++)
		assert_int_equal(cb_histogram_index(rows[i].ns), rows[i].index);
}

static void test_random_values_lie_in_their_bucket(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t ns = random_log_uniform(&seed, 63);
		unsigned index = cb_histogram_index(ns);

		assert_true(index < CB_HISTOGRAM_BUCKETS);
		assert_true(cb_histogram_low_ns(index) <= ns);
		assert_true(ns < cb_histogram_high_ns(index));
	}
}

/* Two values, of which the smaller is asked for: the larger one keeps max_ns from giving the answer away. */
static uint64_t read_back(uint64_t ns)
{
	static struct cb_histogram h;

	memset(&h, 0, sizeof(h));
	cb_histogram_add(&h, ns);
	cb_histogram_add(&h, UINT64_MAX / 2);
	return cb_histogram_percentile_ns(&h, 0.5);
}

static void assert_error_within_bound(uint64_t ns)
{
	uint64_t got = read_back(ns);
	double error = fabs((double)got - (double)ns);

	if (ns < 64)
		assert_true(got == ns);
	else
		assert_true(error < 0.008 * (double)ns);
}

static void test_error_below_0_8_percent(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (unsigned i = 0; i + 1 < CB_HISTOGRAM_BUCKETS; i++) {
		assert_error_within_bound(cb_histogram_low_ns(i));
		assert_error_within_bound(cb_histogram_high_ns(i) - 1);
	}
	for (unsigned i = 0; i < 2000; i++)
		assert_error_within_bound(
			random_log_uniform(&seed, 40) % cb_histogram_low_ns(CB_HISTOGRAM_BUCKETS - 1));
}

static void test_empty(void **state)
{
	static const struct cb_histogram h;

	(void)state;
	assert_true(cb_histogram_percentile_ns(&h, 0) == CB_NONE);
	assert_true(cb_histogram_percentile_ns(&h, 0.5) == CB_NONE);
	assert_true(cb_histogram_percentile_ns(&h, 1) == CB_NONE);
}

static void test_one_value_is_exact(void **state)
{
	static struct cb_histogram h;

	(void)state;
	cb_histogram_add(&h, 123456789);
	assert_true(cb_histogram_percentile_ns(&h, 0) == 123456789);
	assert_true(cb_histogram_percentile_ns(&h, 0.5) == 123456789);
	assert_true(cb_histogram_percentile_ns(&h, 0.99) == 123456789);
	assert_true(cb_histogram_percentile_ns(&h, 1) == 123456789);
}

static void test_equal_values_are_exact(void **state)
{
	static struct cb_histogram h;

	(void)state;
	/* 1000 opens the bucket [1000, 1008): its middle is above every value, so max_ns has to win. */
	for (unsigned i = 0; i < 100; i++)
		cb_histogram_add(&h, 1000);
	assert_true(cb_histogram_percentile_ns(&h, 0.5) == 1000);
	assert_true(cb_histogram_percentile_ns(&h, 0.99) == 1000);
}

static void test_ranks_of_small_counts(void **state)
{
	static struct cb_histogram h;

	(void)state;
	for (uint64_t ns = 1; ns <= 50; ns++)
		cb_histogram_add(&h, ns);
	assert_true(cb_histogram_percentile_ns(&h, 0) == 1);
	assert_true(cb_histogram_percentile_ns(&h, 0.02) == 1);
	assert_true(cb_histogram_percentile_ns(&h, 0.021) == 2);
	assert_true(
		cb_histogram_percentile_ns(&h, 0.14) == 7); /* 0.14 * 50 is 7.000000000000001 in doubles */
	assert_true(cb_histogram_percentile_ns(&h, 0.5) == 25);
	assert_true(cb_histogram_percentile_ns(&h, 0.9) == 45);
	assert_true(cb_histogram_percentile_ns(&h, 0.99) == 50);
}

static void test_values_above_the_range(void **state)
{
	static struct cb_histogram h;

	(void)state;
	cb_histogram_add(&h, 5);
	cb_histogram_add(&h, END_NS * 3);
	cb_histogram_add(&h, END_NS * 5);
	assert_true(h.max_ns == END_NS * 5);
	assert_true(cb_histogram_percentile_ns(&h, 0.3) == 5);
	assert_true(cb_histogram_percentile_ns(&h, 0.6) == END_NS * 5);
	cb_histogram_add(&h, UINT64_MAX - 1);
	assert_true(cb_histogram_percentile_ns(&h, 0.6) == UINT64_MAX - 1);
}

static void test_unseen_tail_is_none(void **state)
{
	static struct cb_histogram h;

	(void)state;
	for (unsigned i = 0; i < 9999; i++)
		cb_histogram_add(&h, i % 64);
	assert_true(cb_histogram_percentile_ns(&h, 0.999) == CB_NONE);
	assert_true(cb_histogram_percentile_ns(&h, 0.99) != CB_NONE);
	assert_true(cb_histogram_percentile_ns(&h, 1) == 63);
	cb_histogram_add(&h, 63);
	assert_true(cb_histogram_percentile_ns(&h, 0.999) == 63);
	assert_true(cb_histogram_percentile_ns(&h, 0.9999) == CB_NONE);
	/* 100000 * (1 - 0.9999) is a little below 10 in doubles */
	while (h.count < 99999)
		cb_histogram_add(&h, 63);
	assert_true(cb_histogram_percentile_ns(&h, 0.9999) == CB_NONE);
	cb_histogram_add(&h, 63);
	assert_true(cb_histogram_percentile_ns(&h, 0.9999) == 63);
}

static void fill_random(struct cb_histogram *h, uint64_t *values, unsigned n, uint64_t seed)
{
	for (unsigned i = 0; i < n; i++) {
		values[i] = random_log_uniform(&seed, 39);
		cb_histogram_add(h, values[i]);
	}
}

static void test_percentiles_against_sorted_values(void **state)
{
	static const double shares[] = { 0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1 };
	static const unsigned counts[] = { 1, 2, 3, 10, 99, 100, 101, 1000, 10000, 20000 };
	static uint64_t values[20000];

	(void)state;
	for (unsigned c = 0; c < CB_COUNT(counts); c++) {
		struct cb_histogram h = { 0 };
		unsigned n = counts[c];

		fill_random(&h, values, n, 77 + c);
		qsort(values, n, sizeof(values[0]), compare_u64);
		for (unsigned i = 0; i < CB_COUNT(shares); i++) {
			uint64_t got = cb_histogram_percentile_ns(&h, shares[i]);
			/* Shares have at most three decimals, so whole thousandths give the rank exactly. */
			unsigned rank = ((unsigned)lround(shares[i] * 1000) * n + 999) / 1000;
			double want = (double)values[rank ? rank - 1 : 0];

			if (shares[i] == 0.999 && n < 10000)
				assert_true(got == CB_NONE);
			else
				assert_true(fabs((double)got - want) <= 0.008 * want);
		}
	}
}

static void test_merge_equals_recording_together(void **state)
{
	static struct cb_histogram a, b, both;
	static uint64_t values[3000];

	(void)state;
	fill_random(&a, values, 1000, 5);
	fill_random(&b, values, 3000, 6);
	fill_random(&both, values, 1000, 5);
	fill_random(&both, values, 3000, 6);
	cb_histogram_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof(a));
}

static void test_merge_with_empty(void **state)
{
	static struct cb_histogram a, copy;
	static const struct cb_histogram empty;

	(void)state;
	cb_histogram_add(&a, 4711);
	copy = a;
	cb_histogram_merge(&a, &empty);
	assert_memory_equal(&a, &copy, sizeof(a));
	memset(&a, 0, sizeof(a));
	cb_histogram_merge(&a, &copy);
	assert_memory_equal(&a, &copy, sizeof(a));
}

static void test_full_bucket_stays_full(void **state)
{
	static struct cb_histogram a, b;

	(void)state;
	a.buckets[7] = UINT32_MAX - 1;
	a.count = UINT32_MAX - 1;
	a.max_ns = 7;
	b = a;
	cb_histogram_merge(&a, &b);
	assert_true(a.buckets[7] == UINT32_MAX);
	assert_true(a.count == 2 * (uint64_t)(UINT32_MAX - 1));
	assert_true(cb_histogram_percentile_ns(&a, 0.9) == 7);
}

/* Forks a child that makes the call; tells whether an assert stopped it. */
static int percentile_aborts(double p)
{
	static const struct cb_histogram h;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL); /* cmocka's own handler would go on with the tests in the child */
		close(STDERR_FILENO);
		cb_histogram_percentile_ns(&h, p);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void test_bad_share_is_a_programmer_error(void **state)
{
	(void)state;
#ifdef NDEBUG
	skip();
#endif
	assert_false(percentile_aborts(0.5));
	assert_true(percentile_aborts(NAN));
	assert_true(percentile_aborts(-0.1));
	assert_true(percentile_aborts(1.1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds_tile_the_range),
		cmocka_unit_test(test_index_round_trip_of_every_bucket),
		cmocka_unit_test(test_known_buckets),
		cmocka_unit_test(test_random_values_lie_in_their_bucket),
		cmocka_unit_test(test_error_below_0_8_percent),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_one_value_is_exact),
		cmocka_unit_test(test_equal_values_are_exact),
		cmocka_unit_test(test_ranks_of_small_counts),
		cmocka_unit_test(test_values_above_the_range),
		cmocka_unit_test(test_unseen_tail_is_none),
		cmocka_unit_test(test_percentiles_against_sorted_values),
		cmocka_unit_test(test_merge_equals_recording_together),
		cmocka_unit_test(test_merge_with_empty),
		cmocka_unit_test(test_full_bucket_stays_full),
		cmocka_unit_test(test_bad_share_is_a_programmer_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
