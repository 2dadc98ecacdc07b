/* Who gets the samples that the time lasts for beyond every group's minimum. */
#include "lib/plan/allot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static const struct cb_allot_rule rule = {
	.precision = 0.02, .samples_min = 12, .samples_max = 30, .left_ns = 1000 * SECOND, .group = 0
};

/* A cell of 12 samples, with a base unless it is number 0, which is the base. */
static struct cb_allot_cell cell(unsigned group, unsigned number, double half_width)
{
	return (struct cb_allot_cell){ .group = group,
		.cell = number,
		.base = number == 0,
		.samples = 12,
		.half_width = half_width,
		.block_ns = SECOND,
		.base_ns = number ? SECOND : 0 };
}

static bool is_chosen(const struct cb_allot_cell *cells, unsigned n, unsigned group, unsigned number)
{
	for (unsigned i = 0; i < n; i++)
		if (cells[i].group == group && cells[i].cell == number)
			return cells[i].chosen;
	fail_msg("cell %u of group %u is gone", number, group);
	return false;
}

static void test_block_has_the_wide_cells_and_their_base(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 0, 0.01), cell(0, 1, 0.01), cell(0, 2, 0.03),
		cell(0, 3, 0.05) };

	(void)state;
	assert_int_equal(cb_allot_block(&rule, cells, 4), 3);
	assert_true(is_chosen(cells, 4, 0, 0));
	assert_false(is_chosen(cells, 4, 0, 1));
	assert_true(is_chosen(cells, 4, 0, 2));
	assert_true(is_chosen(cells, 4, 0, 3));
}

static void test_base_alone_takes_nobody_with_it(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 0, 0.03), cell(0, 1, 0.01) };

	(void)state;
	assert_int_equal(cb_allot_block(&rule, cells, 2), 1);
	assert_true(is_chosen(cells, 2, 0, 0));
}

static void test_nothing_when_all_are_narrow_or_have_the_most(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 0, 0.02), cell(0, 1, 0.01), cell(0, 2, 0.5),
		cell(1, 0, NAN) };

	(void)state;
	cells[2].samples = cells[3].samples = 30;
	assert_int_equal(cb_allot_block(&rule, cells, 4), 0);
	assert_int_equal(cb_allot_block(&rule, cells, 0), 0);
}

/* Without an interval nothing is known, and fewest samples is least. */
static void test_no_interval_is_widest(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 1, 0.9), cell(1, 1, NAN), cell(2, 1, NAN) };

	(void)state;
	cells[1].samples = 4;
	cells[2].samples = 2;
	assert_int_equal(cb_allot_block(&rule, cells, 3), 1);
	assert_true(is_chosen(cells, 3, 2, 1));
}

/* Narrow by luck or not: the minimum comes first, and is all that a narrow one gets. */
static void test_minimum_is_before_any_width(void **state)
{
	struct cb_allot_cell cells[] = { cell(1, 1, 0.9), cell(0, 1, 0.01), cell(0, 2, 0.01) };

	(void)state;
	cells[1].samples = 10;
	assert_int_equal(cb_allot_block(&rule, cells, 3), 1);
	assert_true(is_chosen(cells, 3, 0, 1));
}

static void test_widest_group_is_next_but_not_for_a_little(void **state)
{
	struct cb_allot_cell little[] = { cell(0, 1, 0.05), cell(1, 1, 0.06) };
	struct cb_allot_cell much[] = { cell(0, 1, 0.05), cell(1, 1, 0.07) };

	(void)state;
	assert_int_equal(cb_allot_block(&rule, little, 2), 1);
	assert_true(is_chosen(little, 2, 0, 1));
	assert_int_equal(cb_allot_block(&rule, much, 2), 1);
	assert_true(is_chosen(much, 2, 1, 1));
}

/* The wide cell needs 12 x (5^2 - 1) samples, so 18 more, in 9 blocks of 2 s: what is left is for nobody
 * else. */
static void test_short_time_goes_to_the_widest(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 0, 0.01), cell(0, 1, 0.1), cell(0, 2, 0.05) };
	struct cb_allot_rule tight = rule;

	(void)state;
	tight.left_ns = 18 * SECOND;
	assert_int_equal(cb_allot_block(&tight, cells, 3), 2);
	assert_true(is_chosen(cells, 3, 0, 1));
	/* 9 more blocks of one cell, as the base is in them anyway */
	tight.left_ns = 27 * SECOND;
	assert_int_equal(cb_allot_block(&tight, cells, 3), 3);
}

/* Time that is spoken for by a wider cell of another group is not spent on a narrower one of this. */
static void test_short_time_is_shared_over_groups(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 1, 0.1), cell(0, 2, 0.03), cell(1, 1, 0.09) };
	struct cb_allot_rule tight = rule;

	(void)state;
	tight.left_ns = 36 * SECOND;
	assert_int_equal(cb_allot_block(&tight, cells, 3), 1);
	assert_true(is_chosen(cells, 3, 0, 1));
}

static void test_what_does_not_fit_gives_way(void **state)
{
	struct cb_allot_cell cells[] = { cell(0, 1, 0.5), cell(0, 2, 0.1), cell(1, 2, 0.1) };
	struct cb_allot_rule tight = rule;

	(void)state;
	cells[0].block_ns = 10 * SECOND;
	tight.left_ns = 2 * SECOND;
	assert_int_equal(cb_allot_block(&tight, cells, 3), 1);
	assert_true(is_chosen(cells, 3, 0, 2));
	tight.left_ns = 2 * SECOND - 1;
	assert_int_equal(cb_allot_block(&tight, cells, 3), 0);
	/* going to another group costs half a cell's block */
	tight.left_ns = 2 * SECOND;
	tight.group = 2;
	assert_int_equal(cb_allot_block(&tight, cells, 3), 0);
}

/* ---- a whole run ---- */

#define GROUPS 3
#define CELLS  4

/* Half-width of n samples of a cell with that spread, as it is on average. */
static double width_of(double spread, unsigned n)
{
	return n < 6 ? NAN : 2 * spread / sqrt(n);
}

static void spend(double spread[GROUPS][CELLS], unsigned samples[GROUPS][CELLS], uint64_t left_ns)
{
	struct cb_allot_rule now = rule;

	for (now.left_ns = left_ns;;) {
		struct cb_allot_cell cells[GROUPS * CELLS];
		unsigned n = 0;

		for (unsigned g = 0; g < GROUPS; g++)
			for (unsigned c = 0; c < CELLS; c++) {
				cells[n] = cell(g, c, width_of(spread[g][c], samples[g][c]));
				cells[n++].samples = samples[g][c];
			}
		if (!cb_allot_block(&now, cells, n))
			return;
		for (unsigned i = 0; i < n; i++) {
			if (!cells[i].chosen)
				continue;
			assert_true(cells[i].block_ns <= now.left_ns);
			now.left_ns -= cells[i].block_ns;
			now.group = cells[i].group;
			samples[cells[i].group][cells[i].cell] += 2;
		}
	}
}

static void fill(unsigned samples[GROUPS][CELLS], unsigned n)
{
	for (unsigned i = 0; i < GROUPS * CELLS; i++)
		samples[i / CELLS][i % CELLS] = n;
}

static void test_run_reaches_precision_when_there_is_time(void **state)
{
	double spread[GROUPS][CELLS] = { { .03, .03, .04, .05 }, { .01, .01, .02, .2 },
		{ .02, .02, .02, .02 } };
	unsigned samples[GROUPS][CELLS];

	(void)state;
	fill(samples, 12);
	spend(spread, samples, 10000 * SECOND);
	for (unsigned g = 0; g < GROUPS; g++)
		for (unsigned c = 0; c < CELLS; c++)
			assert_true(samples[g][c] >= 30 ||
				    width_of(spread[g][c], samples[g][c]) <= rule.precision);
	assert_int_equal(samples[2][3], 12);
	assert_int_equal(samples[1][2], 12);
	assert_int_equal(samples[1][3], 30);
	assert_int_equal(samples[1][0], 30); /* the base of that one */
}

static void test_run_without_time_serves_the_widest(void **state)
{
	double spread[GROUPS][CELLS] = { { .01, .05, .05, .05 }, { .01, .01, .06, .3 },
		{ .01, .05, .05, .05 } };
	unsigned samples[GROUPS][CELLS];

	(void)state;
	fill(samples, 12);
	spend(spread, samples, 20 * SECOND);
	assert_int_equal(samples[1][3], 30);
	assert_int_equal(samples[0][1], 12);
	assert_int_equal(samples[2][1], 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block_has_the_wide_cells_and_their_base),
		cmocka_unit_test(test_base_alone_takes_nobody_with_it),
		cmocka_unit_test(test_nothing_when_all_are_narrow_or_have_the_most),
		cmocka_unit_test(test_no_interval_is_widest),
		cmocka_unit_test(test_minimum_is_before_any_width),
		cmocka_unit_test(test_widest_group_is_next_but_not_for_a_little),
		cmocka_unit_test(test_short_time_goes_to_the_widest),
		cmocka_unit_test(test_short_time_is_shared_over_groups),
		cmocka_unit_test(test_what_does_not_fit_gives_way),
		cmocka_unit_test(test_run_reaches_precision_when_there_is_time),
		cmocka_unit_test(test_run_without_time_serves_the_widest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
