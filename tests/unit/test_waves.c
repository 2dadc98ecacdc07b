/* In how many waves few units are done. */
#include "lib/result/result.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t waves(struct fixture *f, unsigned cell, uint64_t units, uint64_t batch)
{
	f->options.units = units;
	f->result.cells[cell].units = units;
	f->cells[cell].batch = batch;
	return cb_cell_result_waves(&f->result, &f->result.cells[cell]);
}

static void test_units_by_workers_rounded_up(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(waves(f, HYBRID_2X2, 5, 0), 2);
	assert_int_equal(waves(f, HYBRID_2X2, 4, 0), 1);
	assert_int_equal(waves(f, HYBRID_2X2, 1, 0), 1);
	assert_int_equal(waves(f, SERIAL, 5, 0), 5);
	assert_int_equal(waves(f, THREADS_2, 40, 0), 20);
}

static void test_batches_are_tasks(void **state)
{
	assert_int_equal(waves(*state, THREADS_2, 10, 3), 2);
	assert_int_equal(waves(*state, THREADS_2, 10, 10), 1);
}

static void test_many_or_calibrated_units_have_none(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(waves(f, THREADS_2, 41, 0), 0);
	assert_int_equal(waves(f, THREADS_2, 4, 0), 2);
	f->options.units = 0;
	assert_int_equal(cb_cell_result_waves(&f->result, &f->result.cells[THREADS_2]), 0);
}

static void test_they_are_in_the_json(void **state)
{
	struct fixture *f = *state;
	char *text;

	waves(f, HYBRID_2X2, 5, 0);
	text = fixture_text(f);
	assert_non_null(strstr(text, "\"units\":5,\"waves\":2"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_units_by_workers_rounded_up, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(test_batches_are_tasks, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(
			test_many_or_calibrated_units_have_none, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(test_they_are_in_the_json, fixture_new, fixture_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
