/* Numbers worked out by hand: 1000 units in every sample, so that rates are 10^12 / makespan. */
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <cmocka.h>

#define MS 1000000u

#define assert_near(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * fabs(b))

static struct cb_summary *summary(struct fixture *f, unsigned cell)
{
	return &f->result.cells[cell].summary;
}

/* A whole block of the cell: two samples. */
static void add_block(struct fixture *f, unsigned cell, unsigned block, uint64_t makespan_ns)
{
	fixture_add_time(f, cell, block, makespan_ns);
	fixture_add_time(f, cell, block, makespan_ns);
}

static void test_rate_is_the_median_over_samples(void **state)
{
	static const unsigned ms[] = { 100, 125, 200, 250, 500, 1000 };
	struct fixture *f = *state;

	for (unsigned i = 0; i < 6; i++)
		fixture_add_time(f, SERIAL, i / 2, ms[i] * MS);
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, SERIAL)->n, 6);
	/* Rates are 10000 8000 5000 4000 2000 1000 a second. */
	assert_near(summary(f, SERIAL)->units_per_s.median, 4500.0);
	assert_near(summary(f, SERIAL)->units_per_s.ci_low, 1000.0);
	assert_near(summary(f, SERIAL)->units_per_s.ci_high, 10000.0);
	assert_near(summary(f, SERIAL)->units_per_s.coverage, 1 - 2.0 / 64);
	/* Times are 100000 125000 200000 250000 500000 1000000 ns a unit. */
	assert_near(summary(f, SERIAL)->ns_per_unit.median, 225000.0);
	assert_int_equal(summary(f, SERIAL)->makespan_ns, 225 * MS);
	assert_false(summary(f, SERIAL)->precision_reached);
	assert_true(summary(f, SERIAL)->spawn_ns == CB_NONE);
}

static void test_no_interval_below_six(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 5; i++)
		fixture_add_time(f, SERIAL, i, 100 * MS);
	cb_result_summarize(&f->result, 0);
	assert_near(summary(f, SERIAL)->units_per_s.median, 10000.0);
	assert_true(isnan(summary(f, SERIAL)->units_per_s.ci_low));
	assert_false(summary(f, SERIAL)->precision_reached);
	fixture_add_time(f, SERIAL, 5, 100 * MS);
	cb_result_summarize(&f->result, 0);
	assert_true(summary(f, SERIAL)->precision_reached);
}

static void test_discarded_and_failed_samples_do_not_count(void **state)
{
	struct fixture *f = *state;
	struct cb_sample crashed = fixture_sample(1000, 1);

	crashed.status = CB_CRASHED;
	fixture_add_time(f, SERIAL, 0, 1)->discarded = true;
	fixture_add(f, SERIAL, 0, &crashed);
	fixture_add_time(f, SERIAL, 0, 100 * MS);
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, SERIAL)->n, 1);
	assert_near(summary(f, SERIAL)->units_per_s.median, 10000.0);
}

static void test_failed_cell_has_no_number(void **state)
{
	struct fixture *f = *state;

	add_block(f, SERIAL, 0, 100 * MS);
	add_block(f, THREADS_2, 0, 50 * MS);
	f->result.cells[SERIAL].status = CB_MISMATCH;
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, SERIAL)->n, 0);
	assert_true(isnan(summary(f, SERIAL)->units_per_s.median));
	assert_int_equal(summary(f, THREADS_2)->n, 2);
	assert_int_equal(summary(f, THREADS_2)->speedup.n, 0);
	assert_true(isnan(summary(f, THREADS_2)->efficiency));
}

/* The host is twice as slow in every other block: the ratio within a block must not see it. */
static void test_speedup_is_per_block(void **state)
{
	struct fixture *f = *state;

	for (unsigned b = 0; b < 8; b++) {
		unsigned slow = 1 + b % 2;

		fixture_add_time(f, SERIAL, b, slow * 100 * MS);
		fixture_add_time(f, SERIAL, b, slow * 400 * MS); /* geometric mean: 200 */
		fixture_add_time(f, THREADS_2, b, slow * 50 * MS);
		fixture_add_time(f, THREADS_2, b, slow * 200 * MS); /* 100 */
	}
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, THREADS_2)->blocks, 8);
	assert_int_equal(summary(f, THREADS_2)->n, 16);
	assert_near(summary(f, THREADS_2)->speedup.median, 2.0);
	assert_near(summary(f, THREADS_2)->speedup.ci_low, 2.0);
	assert_near(summary(f, THREADS_2)->speedup.ci_high, 2.0);
	assert_near(summary(f, THREADS_2)->efficiency, 1.0);
	assert_false(summary(f, THREADS_2)->superlinear);
}

static void test_serial_is_not_compared_with_itself(void **state)
{
	struct fixture *f = *state;

	add_block(f, SERIAL, 0, 100 * MS);
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, SERIAL)->n, 2);
	assert_int_equal(summary(f, SERIAL)->blocks, 0);
	assert_int_equal(summary(f, SERIAL)->speedup.n, 0);
	assert_true(isnan(summary(f, SERIAL)->efficiency));
	assert_false(summary(f, SERIAL)->superlinear);
}

static void test_ratios_leave_out_what_is_no_whole_block_of_both(void **state)
{
	struct fixture *f = *state;

	fixture_add_time(f, THREADS_2, 0, MS)->discarded = true; /* the primer */
	add_block(f, SERIAL, 0, 100 * MS);
	add_block(f, THREADS_2, 0, 50 * MS);
	add_block(f, THREADS_2, 1, MS); /* serial has no block 1 */
	add_block(f, SERIAL, 2, MS);    /* nor threads a block 2 */
	add_block(f, SERIAL, 3, 100 * MS);
	fixture_add_time(f, THREADS_2, 3, MS); /* half of one */
	add_block(f, SERIAL, 4, 100 * MS);
	fixture_add_time(f, THREADS_2, 4, MS);
	fixture_add_time(f, THREADS_2, 4, MS)->discarded = true;
	add_block(f, SERIAL, 5, 100 * MS);
	add_block(f, THREADS_2, 5, 50 * MS);
	fixture_add_time(f, THREADS_2, 5, 50 * MS); /* three of two */
	add_block(f, SERIAL, 6, 100 * MS);
	add_block(f, THREADS_2, 6, 25 * MS);
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, THREADS_2)->n, 11);
	assert_int_equal(summary(f, THREADS_2)->blocks, 2);
	assert_near(summary(f, THREADS_2)->speedup.min, 2.0);
	assert_near(summary(f, THREADS_2)->speedup.max, 4.0);
	assert_true(isnan(summary(f, THREADS_2)->speedup.ci_low));
}

/* All samples of a block that was interrupted are unpaired, also those of cells that had both. */
static void test_ratios_leave_out_unpaired_samples(void **state)
{
	struct fixture *f = *state;

	add_block(f, SERIAL, 0, 100 * MS);
	add_block(f, THREADS_2, 0, 50 * MS);
	add_block(f, SERIAL, 1, 100 * MS);
	fixture_add_time(f, THREADS_2, 1, MS)->unpaired = true;
	fixture_add_time(f, THREADS_2, 1, MS)->unpaired = true;
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, THREADS_2)->n, 4);
	assert_int_equal(summary(f, THREADS_2)->blocks, 1);
	assert_near(summary(f, THREADS_2)->speedup.median, 2.0);
}

static void test_superlinear_above_105_percent(void **state)
{
	struct fixture *f = *state;

	add_block(f, SERIAL, 0, 2090 * MS);
	add_block(f, THREADS_2, 0, 1000 * MS);
	add_block(f, PROCESSES_2, 0, 990 * MS);
	cb_result_summarize(&f->result, 0);
	assert_false(summary(f, THREADS_2)->superlinear);
	assert_true(summary(f, PROCESSES_2)->superlinear);
}

static void test_short_samples_are_flagged_unless_asked_for(void **state)
{
	struct fixture *f = *state;

	add_block(f, SERIAL, 0, 100 * MS);
	add_block(f, THREADS_2, 0, 100 * MS - 1);
	fixture_add_time(f, THREADS_2, 1, 500 * MS)->discarded = true;
	cb_result_summarize(&f->result, 0);
	assert_false(summary(f, SERIAL)->too_short);
	assert_true(summary(f, THREADS_2)->too_short);
	f->options.quick = true;
	cb_result_summarize(&f->result, 0);
	assert_false(summary(f, THREADS_2)->too_short);
	f->options.quick = false;
	f->options.units = 1000;
	cb_result_summarize(&f->result, 0);
	assert_false(summary(f, THREADS_2)->too_short);
}

static void test_no_speedup_without_serial(void **state)
{
	struct fixture *f = *state;

	add_block(f, THREADS_2, 0, 50 * MS);
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, THREADS_2)->speedup.n, 0);
	assert_true(isnan(summary(f, THREADS_2)->speedup.median));
}

static void test_medians(void **state)
{
	struct fixture *f = *state;
	struct cb_sample s = fixture_sample(1000, 100 * MS);

	s.cpu_user_ns = 120 * MS;
	s.cpu_sys_ns = 30 * MS;
	s.batches = 250;
	s.pss_bytes = 4096;
	s.metrics[0] = 2.5;
	fixture_add(f, THREADS_2, 0, &s)->capacity = 1.79;
	cb_result_summarize(&f->result, 0);
	assert_near(summary(f, THREADS_2)->on_cpu, 0.75);
	assert_near(summary(f, THREADS_2)->effective_cores, 1.5);
	assert_near(summary(f, THREADS_2)->batch, 4.0);
	assert_near(summary(f, THREADS_2)->metrics[0], 2.5);
	assert_true(isnan(summary(f, THREADS_2)->metrics[1]));
	assert_int_equal(summary(f, THREADS_2)->pss_bytes, 4096);
	assert_true(summary(f, THREADS_2)->capacity_low);
	f->result.cells[THREADS_2].samples[0].capacity = 1.81;
	cb_result_summarize(&f->result, 0);
	assert_false(summary(f, THREADS_2)->capacity_low);
}

/* Times in percent of the workers' time: makespan 100 ms x workers. */
struct bound_case {
	const char *why;
	unsigned cell, cpu, delay, off_cpu, steal;
	uint64_t switches, device_bytes;
	double lock;
	enum cb_bound bound;
};

#define NONE UINT32_MAX

static const struct bound_case bound_cases[] = {
	{ "all on the CPU", THREADS_2, 98, 0, 2, NONE, 5, 0, NAN, CB_BOUND_CPU },
	{ "queueing is no waiting", HYBRID_2X2, 45, 52, 3, NONE, 5, 0, NAN, CB_BOUND_CPU },
	{ "some start late", HYBRID_2X2, 40, 20, 1, NONE, 0, 0, NAN, CB_BOUND_CPU },
	{ "without time off the CPU", HYBRID_2X2, 45, 52, NONE, NONE, 5, 0, NAN, CB_BOUND_CPU },
	{ "others on the CPU, sleeps all the same", THREADS_2, 1, 90, 9, NONE, 40, 0, NAN, CB_BOUND_WAIT },
	{ "sleepers that fill all CPUs", HYBRID_2X2, 46, 10, 44, NONE, 100, 0, NAN, CB_BOUND_CPU },
	{ "steal is taken out", THREADS_2, 70, 0, 30, 28, 5, 0, NAN, CB_BOUND_CPU },
	{ "too much steal to tell", THREADS_2, 40, 0, 60, 55, 5, 0, NAN, CB_BOUND_UNKNOWN },
	{ "no run delay, workers fit", THREADS_2, 80, NONE, 5, NONE, 5, 0, NAN, CB_BOUND_CPU },
	{ "no run delay, workers queue", HYBRID_2X2, 40, NONE, 1, NONE, 5, 0, NAN, CB_BOUND_UNKNOWN },
	{ "no run delay, workers fill the CPUs", HYBRID_2X2, 48, NONE, 52, NONE, 5, 0, NAN, CB_BOUND_CPU },
	{ "sleeps", THREADS_2, 2, 0, 98, NONE, 100, 0, NAN, CB_BOUND_WAIT },
	{ "a stray page is no device", THREADS_2, 2, 0, 98, NONE, 100, 4096, NAN, CB_BOUND_WAIT },
	{ "a page a wait is one", THREADS_2, 20, 0, 80, NONE, 100, 409600, NAN, CB_BOUND_DEVICE },
	{ "half and half", THREADS_2, 70, 0, 30, NONE, 100, 409600, NAN, CB_BOUND_MIXED },
	{ "taken away, by whom is unknown", THREADS_2, 60, 0, 40, NONE, 0, 0, NAN, CB_BOUND_UNKNOWN },
	{ "waits for a lock", THREADS_2, 30, 0, 70, NONE, 100, 0, 0.6, CB_BOUND_LOCK },
	{ "spins on a lock", THREADS_2, 99, 0, 1, NONE, 0, 0, 0.6, CB_BOUND_LOCK },
	{ "waits little for a lock", THREADS_2, 95, 0, 5, NONE, 100, 0, 0.1, CB_BOUND_CPU },
	{ "no CPU time", THREADS_2, NONE, 0, 0, NONE, 100, 0, NAN, CB_BOUND_UNKNOWN },
};

static uint64_t percent(unsigned value, double time)
{
	return value == NONE ? CB_NONE : (uint64_t)(value * time / 100);
}

static void test_bound(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < CB_COUNT(bound_cases); i++) {
		const struct bound_case *c = &bound_cases[i];
		struct cb_cell_result *cell = &f->result.cells[c->cell];
		double time = 100.0 * MS * cell->cell->shape.workers;
		struct cb_sample s = fixture_sample(1000, 100 * MS);

		s.cpu_user_ns = percent(c->cpu, time);
		s.cpu_sys_ns = 0;
		s.run_delay_ns = percent(c->delay, time);
		s.off_cpu_ns = percent(c->off_cpu, time);
		s.steal_ns = percent(c->steal, time);
		s.ctx_voluntary = c->switches;
		s.read_bytes = c->device_bytes;
		s.write_bytes = 0;
		s.metrics[1] = c->lock * time;
		cell->samples_n = 0;
		fixture_add(f, c->cell, 0, &s);
		cb_result_summarize(&f->result, 0);
		if (cell->summary.bound != c->bound)
			fail_msg("%s: %s instead of %s", c->why, cb_bound_names[cell->summary.bound],
				cb_bound_names[c->bound]);
	}
}

static void add_busy(struct fixture *f, unsigned cell, uint64_t units)
{
	struct cb_sample s = fixture_sample(units, 100 * MS);

	s.cpu_user_ns = 100 * MS * f->cells[cell].shape.workers;
	s.cpu_sys_ns = s.run_delay_ns = 0;
	fixture_add(f, cell, 0, &s);
}

/* Both workloads declare 1000 bytes a unit; the stream is measured last. */
static void test_memory_needs_the_stream_of_equal_mode_and_workers(void **state)
{
	struct fixture *f = *state;

	add_busy(f, SERIAL, 699);
	add_busy(f, THREADS_2, 701);
	add_busy(f, PROCESSES_2, 5000);
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, THREADS_2)->bound, CB_BOUND_CPU);
	add_busy(f, STREAM_SERIAL, 1000);
	add_busy(f, STREAM_THREADS_2, 1000);
	cb_result_summarize(&f->result, 1);
	assert_int_equal(summary(f, STREAM_THREADS_2)->bound, CB_BOUND_MEMORY);
	assert_int_equal(summary(f, SERIAL)->bound, CB_BOUND_CPU);
	assert_int_equal(summary(f, THREADS_2)->bound, CB_BOUND_MEMORY);
	assert_int_equal(summary(f, PROCESSES_2)->bound, CB_BOUND_CPU);
	f->work.bytes_per_unit = NULL;
	cb_result_summarize(&f->result, 0);
	assert_int_equal(summary(f, THREADS_2)->bound, CB_BOUND_CPU);
}

/* A quota strikes in some samples only: a median would hide it. */
static void test_throttling_is_of_all_samples_together(void **state)
{
	struct fixture *f = *state;
	struct cb_sample s = fixture_sample(1000, 100 * MS);

	s.throttled_ns = 0;
	fixture_add(f, THREADS_2, 0, &s);
	fixture_add(f, THREADS_2, 0, &s);
	s.throttled_ns = 60 * MS;
	fixture_add(f, THREADS_2, 0, &s);
	fixture_add(f, THREADS_2, 0, &s)->discarded = true;
	s.throttled_ns = CB_NONE;
	fixture_add(f, SERIAL, 0, &s);
	cb_result_summarize(&f->result, 0);
	assert_near(summary(f, THREADS_2)->throttled, 0.1); /* 60 ms of 3 samples of 100 ms on 2 CPUs */
	assert_true(isnan(summary(f, SERIAL)->throttled));
	assert_true(isnan(summary(f, PROCESSES_2)->throttled));
}

/* Samples without a fault that struck are in no figure of it. */
static void test_faults_are_summarised_where_they_struck(void **state)
{
	struct fixture *f = *state;
	struct cb_sample s = fixture_sample(0, CB_NONE);

	s.status = CB_CRASHED;
	s.fault = (struct cb_fault_outcome){ .planned = true, .units = 100, .notice_ns = CB_NONE };
	fixture_add(f, THREADS_2, 0, &s);
	s.fault.struck = true;
	for (unsigned i = 0; i < 7; i++) {
		s.fault.units_kept = 10 * i;
		s.fault.notice_ns = 1000 * (i + 1);
		s.fault.survivors = i % 2;
		s.fault.noticer = CB_NOTICED_BY_LEADER;
		fixture_add(f, THREADS_2, 0, &s);
	}
	f->result.cells[THREADS_2].status = CB_CRASHED;
	cb_result_summarize(&f->result, 0);
	assert_int_equal(f->result.cells[THREADS_2].fault.n, 7);
	assert_near(f->result.cells[THREADS_2].fault.lost.median, 0.7);
	assert_near(f->result.cells[THREADS_2].fault.notice_ns.median, 4000.0);
	assert_near(f->result.cells[THREADS_2].fault.notice_ns.ci_low, 1000.0);
	assert_true(f->result.cells[THREADS_2].fault.survivors == 0);
	assert_int_equal(f->result.cells[THREADS_2].fault.noticer, CB_NOTICED_BY_LEADER);
	assert_int_equal(summary(f, THREADS_2)->n, 0);
	assert_int_equal(f->result.cells[SERIAL].fault.n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)
	const struct CMUnitTest tests[] = {
		TEST(test_rate_is_the_median_over_samples),
		TEST(test_no_interval_below_six),
		TEST(test_discarded_and_failed_samples_do_not_count),
		TEST(test_failed_cell_has_no_number),
		TEST(test_speedup_is_per_block),
		TEST(test_serial_is_not_compared_with_itself),
		TEST(test_ratios_leave_out_what_is_no_whole_block_of_both),
		TEST(test_ratios_leave_out_unpaired_samples),
		TEST(test_short_samples_are_flagged_unless_asked_for),
		TEST(test_superlinear_above_105_percent),
		TEST(test_no_speedup_without_serial),
		TEST(test_medians),
		TEST(test_bound),
		TEST(test_memory_needs_the_stream_of_equal_mode_and_workers),
		TEST(test_throttling_is_of_all_samples_together),
		TEST(test_faults_are_summarised_where_they_struck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
