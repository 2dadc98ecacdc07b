/* Two cells against each other by their blocks. 1000 units in every sample: rates are as 1 / makespan. */
#include "lib/result/ratio.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <cmocka.h>

#define MS 1000000u

#define assert_near(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * fabs(b))

static struct cb_estimate ratio(struct fixture *f, unsigned a, unsigned b)
{
	return cb_result_ratio(&f->result, &f->result.cells[a], &f->result.cells[b]);
}

/* A whole block of a cell: the geometric mean of its two makespans is ms. */
static void add_block(struct fixture *f, unsigned cell, unsigned block, double ms)
{
	fixture_add_time(f, cell, block, (uint64_t)(ms * MS * 2));
	fixture_add_time(f, cell, block, (uint64_t)(ms * MS / 2));
}

/* The host is up to 8 times slower in some blocks: rates overlap, the ratio is the same in all. */
static void test_what_a_whole_block_suffers_cancels(void **state)
{
	static const double slow[] = { 1, 2, 4, 8, 1, 2 };
	struct fixture *f = *state;

	for (unsigned block = 0; block < 6; block++) {
		add_block(f, THREADS_2, block, 100 * slow[block]);
		add_block(f, PROCESSES_2, block, 110 * slow[block]);
	}
	cb_result_summarize(&f->result, 0);
	assert_true(f->result.cells[THREADS_2].summary.units_per_s.ci_low <
		    f->result.cells[PROCESSES_2].summary.units_per_s.ci_high);

	struct cb_estimate e = ratio(f, THREADS_2, PROCESSES_2);

	assert_int_equal(e.n, 6);
	assert_near(e.median, 1.1);
	assert_near(e.ci_low, 1.1);
	assert_near(e.ci_high, 1.1);
	assert_near(ratio(f, PROCESSES_2, THREADS_2).median, 1 / 1.1);
}

static void test_median_and_interval_are_over_blocks(void **state)
{
	static const double ms[] = { 10, 20, 40, 50, 80, 100 }; /* ratios 10 5 2.5 2 1.25 1 */
	struct fixture *f = *state;

	for (unsigned block = 0; block < 6; block++) {
		add_block(f, THREADS_2, block, ms[block]);
		add_block(f, SERIAL, block, 100);
	}
	assert_int_equal(ratio(f, THREADS_2, SERIAL).n, 6);
	assert_near(ratio(f, THREADS_2, SERIAL).median, sqrt(2.5 * 2));
	assert_near(ratio(f, THREADS_2, SERIAL).ci_low, 1.0);
	assert_near(ratio(f, THREADS_2, SERIAL).ci_high, 10.0);
}

static void test_below_six_blocks_there_is_no_interval(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ratio(f, SERIAL, THREADS_2).n, 0);
	assert_true(isnan(ratio(f, SERIAL, THREADS_2).median));
	for (unsigned block = 0; block < 5; block++) {
		add_block(f, SERIAL, block, 100);
		add_block(f, THREADS_2, block, 50);
	}
	assert_int_equal(ratio(f, THREADS_2, SERIAL).n, 5);
	assert_near(ratio(f, THREADS_2, SERIAL).median, 2.0);
	assert_true(isnan(ratio(f, THREADS_2, SERIAL).ci_low));
}

/* Broken off, discarded, half a block, or not there in one of them: none of these is a pair. */
static void test_only_whole_blocks_in_common_count(void **state)
{
	struct fixture *f = *state;

	fixture_add_time(f, SERIAL, 0, 1)->discarded = true;
	add_block(f, SERIAL, 0, 100);
	add_block(f, THREADS_2, 0, 50);
	add_block(f, SERIAL, 1, 100);
	add_block(f, THREADS_2, 2, 1);
	add_block(f, SERIAL, 3, 100);
	fixture_add_time(f, THREADS_2, 3, 1);
	add_block(f, SERIAL, 4, 100);
	add_block(f, THREADS_2, 4, 50);
	fixture_add_time(f, SERIAL, 5, 100 * MS)->unpaired = true;
	fixture_add_time(f, THREADS_2, 5, 1)->unpaired = true;
	assert_int_equal(ratio(f, THREADS_2, SERIAL).n, 2);
	assert_near(ratio(f, THREADS_2, SERIAL).max, 2.0);
	f->result.cells[SERIAL].status = CB_MISMATCH;
	assert_int_equal(ratio(f, THREADS_2, SERIAL).n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_a_whole_block_suffers_cancels),
		TEST(test_median_and_interval_are_over_blocks),
		TEST(test_below_six_blocks_there_is_no_interval),
		TEST(test_only_whole_blocks_in_common_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
