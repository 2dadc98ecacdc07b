/* Open loop: the schedule of arrivals, and what a sample makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/exec/open_loop.h"
#include "lib/plan/calibrate.h"
#include "tests/unit/rig.h"

extern const struct cb_workload cb_workload_wait_sleep, cb_workload_mix;

#define UNITS 100000u

static uint64_t at_ns[UNITS], again_ns[UNITS];

static const struct cb_open_loop even = { .rate_per_s = 2000, .arrival = CB_ARRIVAL_CONST };
static const struct cb_open_loop poisson = { .rate_per_s = 2000, .arrival = CB_ARRIVAL_POISSON };

static void test_constant_arrivals_are_even(void **state)
{
	(void)state;
	cb_arrivals_fill(&even, 1, UNITS, at_ns);
	for (uint64_t i = 0; i < UNITS; i++)
		assert_int_equal(at_ns[i], i * 500000);
}

static void test_a_schedule_depends_on_the_seed_only(void **state)
{
	(void)state;
	cb_arrivals_fill(&poisson, 1, UNITS, at_ns);
	cb_arrivals_fill(&poisson, 1, UNITS, again_ns);
	assert_memory_equal(at_ns, again_ns, sizeof at_ns);
	cb_arrivals_fill(&poisson, 2, UNITS, again_ns);
	assert_memory_not_equal(at_ns, again_ns, sizeof at_ns);
}

/* So many units in just the time that the rate says, however few they are. */
static void test_a_poisson_schedule_keeps_the_rate(void **state)
{
	static const uint64_t counts[] = { 1, 2, 10, 1000, UNITS };

	(void)state;
	for (size_t k = 0; k < CB_COUNT(counts); k++) {
		cb_arrivals_fill(&poisson, 9, counts[k], at_ns);
		assert_true(at_ns[0] > 0);
		for (uint64_t i = 1; i < counts[k]; i++)
			assert_true(at_ns[i] >= at_ns[i - 1]);
		assert_true(at_ns[counts[k] - 1] < counts[k] * 500000);
	}
	assert_float_equal((double)at_ns[UNITS - 1] / UNITS, 500000, 100);
}

/* 100000 gaps: a share is within 0.5 % by more than 3 standard deviations. */
static void test_poisson_gaps_are_exponential_and_independent(void **state)
{
	static const double means[] = { 0.1, 0.5, 1, 2, 4 };
	double product = 0, gap, before = 1;
	unsigned within[CB_COUNT(means)] = { 0 };

	(void)state;
	cb_arrivals_fill(&poisson, 3, UNITS, at_ns);
	for (uint64_t i = 1; i < UNITS; i++) {
		gap = (double)(at_ns[i] - at_ns[i - 1]) / 500000;
		for (size_t k = 0; k < CB_COUNT(means); k++)
			within[k] += gap <= means[k];
		product += (gap - 1) * (before - 1);
		before = gap;
	}
	for (size_t k = 0; k < CB_COUNT(means); k++)
		assert_float_equal((double)within[k] / UNITS, 1 - exp(-means[k]), 0.005);
	assert_float_equal(product / UNITS, 0, 0.015); /* correlation of neighbours */
}

/* ---- units of a sample ---- */

static void test_units_follow_rate_and_time(void **state)
{
	(void)state;
	assert_int_equal(cb_open_units(5000, 200 * RIG_MS, 10000, UINT64_MAX), 1000);
	assert_int_equal(cb_open_units(5000, 200 * RIG_MS, 10000, 400), 400); /* no more there are */
	assert_int_equal(
		cb_open_units(5000, 200 * RIG_MS, 300, UINT64_MAX), 600); /* overload: twice capacity */
	assert_int_equal(cb_open_units(1e9, 3600000 * RIG_MS, UINT64_MAX, UINT64_MAX), CB_OPEN_UNITS_MAX);
}

static void test_slow_rates_get_enough_units_for_percentiles(void **state)
{
	(void)state;
	assert_int_equal(
		cb_open_units(100, 200 * RIG_MS, 10000, UINT64_MAX), 100);        /* 20, in a longer sample */
	assert_int_equal(cb_open_units(20, 200 * RIG_MS, 10000, UINT64_MAX), 40); /* 4, ten times as long */
	assert_int_equal(cb_open_units(0.01, 200 * RIG_MS, 10000, UINT64_MAX), 1);
}

/* ---- samples ---- */

static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 3, 1 }, { "threads", 1, 3 },
	{ "hybrid", 2, 2 } };

struct histograms {
	struct cb_histogram response, service;
};

/* A sample of units at that rate. */
static struct cb_sample take(struct rig_shape shape, const struct cb_workload *workload, const char *text,
	struct cb_open_loop open, uint64_t units, struct histograms *ret)
{
	_Alignas(16) char params[256] = { 0 };
	struct cb_sample_spec spec = rig_spec(workload, shape, units);
	struct cb_supervisor *supervisor;
	struct cb_error err = { 0 };
	struct cb_sample sample;

	rig_params(workload, text, params);
	spec.params = params;
	spec.open = open;
	spec.timing = CB_TIMING_EACH;
	spec.service = &ret->service;
	memset(ret, 0, sizeof *ret);
	assert_int_equal(cb_supervisor_new(&supervisor, &err), 0);
	assert_int_equal(cb_sample_run(supervisor, &spec, &sample, &ret->response, &err), 0);
	sample.rows = NULL;
	cb_supervisor_free(supervisor);
	rig_assert_alone();
	return sample;
}

static void test_every_unit_is_in_both_histograms(void **state)
{
	struct cb_open_loop open = { .rate_per_s = 500, .arrival = CB_ARRIVAL_POISSON };
	struct histograms h;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		struct cb_sample s = take(
			shapes[i], &cb_workload_wait_sleep, "wait_sleep:duration=1ms", open, 40, &h);

		rig_assert_sample(&s, CB_OK, "^$");
		assert_int_equal(s.units, 40);
		assert_int_equal(s.batches, 40);
		assert_int_equal(s.digest, cb_units_digest(0, 40));
		assert_int_equal(h.response.count, 40);
		assert_int_equal(h.service.count, 40);
		assert_true(cb_histogram_percentile_ns(&h.service, 0.5) >= RIG_MS * 99 / 100);
		assert_true(h.response.max_ns >= h.service.max_ns);
		assert_true(s.wake_late_ns != CB_NONE);
	}
}

/* No unit begins before it arrives: 20 units at 100/s cannot be done before the last of them came. */
static void test_units_are_not_begun_early(void **state)
{
	struct cb_open_loop open = { .rate_per_s = 100, .arrival = CB_ARRIVAL_CONST };
	struct histograms h;
	struct cb_sample s = take(
		shapes[2], &cb_workload_wait_sleep, "wait_sleep:duration=1us", open, 20, &h);

	(void)state;
	rig_assert_sample(&s, CB_OK, "^$");
	assert_true(s.makespan_ns >= 189 * RIG_MS);
}

/*
 * One worker, 10 ms a unit, 1000 units a second: the units queue. Closed loop would call each 10 ms long; the
 * last one's response is all of the sample but its own millisecond's distance from the start.
 */
static void test_what_waits_is_in_the_response_only(void **state)
{
	struct cb_open_loop open = { .rate_per_s = 1000, .arrival = CB_ARRIVAL_CONST };
	struct histograms h;
	struct cb_sample s = take(
		shapes[0], &cb_workload_wait_sleep, "wait_sleep:duration=10ms", open, 20, &h);

	(void)state;
	rig_assert_sample(&s, CB_OK, "^$");
	assert_true(h.response.max_ns >= (200 - 19) * RIG_MS);
	assert_true(h.response.max_ns >= h.service.max_ns + (190 - 19) * RIG_MS);
	assert_in_range(s.backlog_units, 17, 19); /* at 19 ms one or two have begun */
}

static void test_closed_loop_has_no_backlog_to_tell(void **state)
{
	struct cb_open_loop closed = { 0 };
	struct histograms h;
	struct cb_sample s = take(
		shapes[0], &cb_workload_wait_sleep, "wait_sleep:duration=1us", closed, 20, &h);

	(void)state;
	rig_assert_sample(&s, CB_OK, "^$");
	assert_true(s.backlog_units == CB_NONE && s.wake_late_ns == CB_NONE);
	assert_int_equal(h.response.count, 20);
	assert_int_equal(h.service.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant_arrivals_are_even),
		cmocka_unit_test(test_a_schedule_depends_on_the_seed_only),
		cmocka_unit_test(test_a_poisson_schedule_keeps_the_rate),
		cmocka_unit_test(test_poisson_gaps_are_exponential_and_independent),
		cmocka_unit_test(test_units_follow_rate_and_time),
		cmocka_unit_test(test_slow_rates_get_enough_units_for_percentiles),
		cmocka_unit_test(test_every_unit_is_in_both_histograms),
		cmocka_unit_test(test_units_are_not_begun_early),
		cmocka_unit_test(test_what_waits_is_in_the_response_only),
		cmocka_unit_test(test_closed_loop_has_no_backlog_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
