/* Calibration against workers of a known rate, and the three timing policies at their borders. */
#include "lib/plan/calibrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <cmocka.h>

#define MS 1000000u

static struct cb_calibration calibration(uint64_t multiple, uint64_t units_min, uint64_t units_max)
{
	return (struct cb_calibration){
		.target_ns = 200 * MS,
		.multiple = multiple,
		.units_min = units_min,
		.units_max = units_max,
	};
}

/* Feeds samples whose units last unit_ns each until it is done, checking what holds in each step. */
static void run(struct cb_calibration *c, uint64_t guess, double unit_ns)
{
	cb_calibration_start(c, guess);
	while (!c->done) {
		uint64_t before = c->units;

		assert_true(before >= 1 && before <= c->units_max);
		cb_calibration_feed(c, (uint64_t)((double)before * unit_ns));
		assert_true(c->trials <= 40);
		if (!c->done) {
			assert_true(c->units > before && c->units <= 64 * before);
			assert_int_equal(c->units % c->multiple, 0);
		}
	}
}

static void test_starts_with_a_unit_a_worker(void **state)
{
	struct cb_calibration c = calibration(6, 1, UINT64_MAX);

	(void)state;
	c.done = true;
	c.trials = 9;
	cb_calibration_start(&c, 0);
	assert_int_equal(c.units, 6);
	assert_false(c.done);
	assert_int_equal(c.trials, 0);
}

static void test_guess_is_rounded_and_clamped(void **state)
{
	struct cb_calibration c = calibration(4, 1, 1000);

	(void)state;
	cb_calibration_start(&c, 101);
	assert_int_equal(c.units, 100);
	cb_calibration_start(&c, UINT64_MAX);
	assert_int_equal(c.units, 1000);
	cb_calibration_start(&c, 1);
	assert_int_equal(c.units, 4);
}

static void test_reaches_the_target(void **state)
{
	static const double unit_ns[] = { 0.3, 1, 50, 1000, 33333, 2e6 };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(unit_ns); i++)
		for (uint64_t multiple = 1; multiple <= 64; multiple *= 4) {
			struct cb_calibration c = calibration(multiple, 1, UINT64_MAX);
			double rounding_ns = unit_ns[i] * (double)multiple / 2;

			run(&c, 0, unit_ns[i]);
			assert_int_equal(c.units % multiple, 0);
			/* A trial's makespan is cut to whole ns: up to 1 in 20 million. */
			assert_true(fabs((double)c.units * unit_ns[i] - 200e6) <= rounding_ns + 20);
		}
}

static void test_one_long_unit_is_enough(void **state)
{
	struct cb_calibration c = calibration(2, 1, UINT64_MAX);

	(void)state;
	run(&c, 0, 5e9);
	assert_int_equal(c.trials, 1);
	assert_int_equal(c.units, 2);
}

static void test_a_tenth_of_the_target_decides(void **state)
{
	struct cb_calibration c = calibration(1, 1, UINT64_MAX);

	(void)state;
	cb_calibration_start(&c, 1000);
	cb_calibration_feed(&c, 20 * MS - 1);
	assert_false(c.done);
	cb_calibration_start(&c, 1000);
	cb_calibration_feed(&c, 20 * MS);
	assert_true(c.done);
	assert_int_equal(c.units, 10000);
}

/* The clock that stands still: 64 times as many each time, never beyond the ceiling, and an end. */
static void test_no_time_at_all_ends(void **state)
{
	struct cb_calibration c = calibration(1, 1, UINT64_MAX);

	(void)state;
	cb_calibration_start(&c, 0);
	cb_calibration_feed(&c, 0);
	assert_int_equal(c.units, 64);
	while (!c.done)
		cb_calibration_feed(&c, 0);
	assert_true(c.units == CB_UNITS_CEILING);
}

static void test_units_min_is_rounded_up_to_the_multiple(void **state)
{
	struct cb_calibration c = calibration(8, 161, UINT64_MAX);

	(void)state;
	run(&c, 0, 50e6);
	assert_int_equal(c.units, 168);
	c.units_min = 160;
	run(&c, 0, 50e6);
	assert_int_equal(c.units, 160);
}

/* A trial is not held to units_min: one wave of sleeps tells as much as twenty. */
static void test_first_trial_ignores_units_min(void **state)
{
	struct cb_calibration c = calibration(8, 160, UINT64_MAX);

	(void)state;
	cb_calibration_start(&c, 0);
	assert_int_equal(c.units, 8);
}

static void test_units_max_rounds_down(void **state)
{
	struct cb_calibration c = calibration(8, 1, 103);

	(void)state;
	run(&c, 0, 10);
	assert_int_equal(c.units, 96);
}

static void test_units_max_below_the_multiple_is_taken(void **state)
{
	struct cb_calibration c = calibration(8, 160, 5);

	(void)state;
	run(&c, 0, 10);
	assert_int_equal(c.units, 5);
	assert_int_equal(c.trials, 1);
}

static void test_units_max_wins_over_units_min(void **state)
{
	struct cb_calibration c = calibration(8, 160, 100);

	(void)state;
	run(&c, 0, 50e6);
	assert_int_equal(c.units, 96);
}

static void test_limit_reached_is_done_and_may_shrink(void **state)
{
	struct cb_calibration c = calibration(1, 1, 1000);

	(void)state;
	run(&c, UINT64_MAX, 1e6);
	assert_int_equal(c.units, 200);
}

static void test_zeroes_are_ones(void **state)
{
	struct cb_calibration c = { .units_max = 0 };

	(void)state;
	cb_calibration_start(&c, 0);
	assert_int_equal(c.units, 1);
	cb_calibration_feed(&c, 0);
	assert_true(c.done);
	assert_int_equal(c.units, 1);
}

/* ---- timing -------------------------------------------------------------------------------------------- */

static void check_policy(
	double unit_ns, double clock_ns, uint64_t batch, enum cb_timing timing, uint64_t every)
{
	uint64_t ret = 0;

	assert_int_equal(cb_timing_policy(unit_ns, clock_ns, batch, &ret), timing);
	assert_int_equal(ret, every);
}

static void test_long_units_are_timed_each(void **state)
{
	(void)state;
	check_policy(10000, 25, 0, CB_TIMING_EACH, 1);
	check_policy(1e9, 25, 64, CB_TIMING_EACH, 1);
}

static void test_slow_clock_wants_longer_units(void **state)
{
	(void)state;
	check_policy(199000, 2000, 1, CB_TIMING_SAMPLED, 3);
	check_policy(200000, 2000, 1, CB_TIMING_EACH, 1);
}

static void test_short_units_are_sampled(void **state)
{
	(void)state;
	/* 200 x 25 ns = 5 us of work between two timed units. */
	check_policy(9999, 25, 1, CB_TIMING_SAMPLED, 1);
	check_policy(1000, 25, 1, CB_TIMING_SAMPLED, 5);
	check_policy(300, 25, 1, CB_TIMING_SAMPLED, 17);
	check_policy(300, 25, 4, CB_TIMING_SAMPLED, 5);
	check_policy(300, 25, 1000, CB_TIMING_SAMPLED, 1);
	/* An automatic batch is 10 us of work. */
	check_policy(300, 25, 0, CB_TIMING_SAMPLED, 1);
	check_policy(1500, 100, 0, CB_TIMING_SAMPLED, 2);
}

static void test_sampling_costs_at_most_one_percent(void **state)
{
	(void)state;
	for (unsigned unit_ns = 250; unit_ns < 10000; unit_ns += unit_ns / 14)
		for (uint64_t batch = 1; batch < 300; batch = batch * 3 / 2 + 1) {
			uint64_t every = 0;

			assert_int_equal(cb_timing_policy(unit_ns, 25, batch, &every), CB_TIMING_SAMPLED);
			assert_true(2 * 25 / (unit_ns * (double)(batch * every)) <= 0.01 + 1e-9);
		}
}

static void test_units_below_ten_clocks_are_not_timed(void **state)
{
	(void)state;
	check_policy(249.9, 25, 1, CB_TIMING_NONE, 1);
	check_policy(250, 25, 1, CB_TIMING_SAMPLED, 20);
	check_policy(0, 25, 1, CB_TIMING_NONE, 1);
}

static void test_nonsense_is_not_timed(void **state)
{
	(void)state;
	check_policy(NAN, 25, 0, CB_TIMING_NONE, 1);
	check_policy(1e6, NAN, 0, CB_TIMING_NONE, 1);
	check_policy(1e6, 0, 0, CB_TIMING_NONE, 1);
	check_policy(-5, 25, 0, CB_TIMING_NONE, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_with_a_unit_a_worker),
		cmocka_unit_test(test_guess_is_rounded_and_clamped),
		cmocka_unit_test(test_reaches_the_target),
		cmocka_unit_test(test_one_long_unit_is_enough),
		cmocka_unit_test(test_a_tenth_of_the_target_decides),
		cmocka_unit_test(test_no_time_at_all_ends),
		cmocka_unit_test(test_units_min_is_rounded_up_to_the_multiple),
		cmocka_unit_test(test_first_trial_ignores_units_min),
		cmocka_unit_test(test_units_max_rounds_down),
		cmocka_unit_test(test_units_max_below_the_multiple_is_taken),
		cmocka_unit_test(test_units_max_wins_over_units_min),
		cmocka_unit_test(test_limit_reached_is_done_and_may_shrink),
		cmocka_unit_test(test_zeroes_are_ones),
		cmocka_unit_test(test_long_units_are_timed_each),
		cmocka_unit_test(test_slow_clock_wants_longer_units),
		cmocka_unit_test(test_short_units_are_sampled),
		cmocka_unit_test(test_sampling_costs_at_most_one_percent),
		cmocka_unit_test(test_units_below_ten_clocks_are_not_timed),
		cmocka_unit_test(test_nonsense_is_not_timed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
