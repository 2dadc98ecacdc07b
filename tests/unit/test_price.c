/* The price of a cell beside another group's, and findings: by what a made-up workload declares. */
#include "lib/result/price.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <string.h>
#include <cmocka.h>

#define assert_near(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * fabs(b))

/* Metric 0 of the fixture is gib_per_s, 1 lock_wait_ns. The second group becomes the first's with cache=cold.
 */
static void declare(struct fixture *f, struct fixture_params *other)
{
	f->work.price = "gib_per_s";
	f->work.price_base = "cache=warm";
	f->work.finding = "{lock_wait_ns} of {gib_per_s} were lost";
	*other = f->params;
	other->word = 1;
	f->groups[1].workload = &f->work;
	f->groups[1].params = other;
}

static void add(struct fixture *f, unsigned cell, unsigned n, double price, double found)
{
	for (unsigned i = 0; i < n; i++) {
		struct cb_sample sample = fixture_sample(1000, 1000000);

		sample.metrics[0] = price + i;
		sample.metrics[1] = found;
		fixture_add(f, cell, i / 2, &sample);
	}
	cb_result_summarize(&f->result, f->cells[cell].group);
}

static bool price_of(struct fixture *f, unsigned cell, struct cb_price *ret)
{
	return cb_result_price(&f->result, &f->result.cells[cell], ret);
}

static void test_price_is_held_against_the_base_of_the_same_mode_and_workers(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	struct cb_price price;

	declare(f, &other);
	add(f, THREADS_2, 6, 10, 0);        /* 10..15, median 12.5 */
	add(f, STREAM_THREADS_2, 6, 50, 0); /* 50..55, median 52.5 */
	assert_true(price_of(f, STREAM_THREADS_2, &price));
	assert_string_equal(price.metric->name, "gib_per_s");
	assert_near(price.value.median, 52.5);
	assert_ptr_equal(price.base, &f->result.cells[THREADS_2]);
	assert_near(price.ratio, 52.5 / 12.5);
	assert_near(price.ratio_low, 50.0 / 15);
	assert_near(price.ratio_high, 55.0 / 10);
}

static void test_the_base_itself_has_a_price_and_no_ratio(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	struct cb_price price;

	declare(f, &other);
	add(f, THREADS_2, 6, 10, 0);
	assert_true(price_of(f, THREADS_2, &price));
	assert_null(price.base);
	assert_true(isnan(price.ratio));
}

/* Another mode, other params besides price_base's, or nothing measured. */
static void test_what_is_no_base(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	struct cb_price price;

	declare(f, &other);
	add(f, STREAM_THREADS_2, 6, 50, 0);
	add(f, SERIAL, 6, 10, 0);
	add(f, PROCESSES_2, 6, 10, 0);
	assert_true(price_of(f, STREAM_THREADS_2, &price));
	assert_null(price.base);
	add(f, THREADS_2, 6, 10, 0);
	other.count++;
	assert_true(price_of(f, STREAM_THREADS_2, &price));
	assert_null(price.base);
	other.count--;
	assert_true(price_of(f, STREAM_THREADS_2, &price));
	assert_non_null(price.base);
}

static void test_without_declaration_or_samples_there_is_no_price(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	struct cb_price price;
	char text[100];

	add(f, THREADS_2, 6, 10, 5);
	assert_false(price_of(f, THREADS_2, &price));
	assert_string_equal(
		cb_result_finding(&f->result, &f->result.cells[THREADS_2], text, sizeof text), "");
	declare(f, &other);
	assert_false(price_of(f, SERIAL, &price));
	f->work.price = "no_such_metric";
	assert_false(price_of(f, THREADS_2, &price));
}

static void test_few_samples_give_no_interval(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	struct cb_price price;

	declare(f, &other);
	add(f, THREADS_2, 4, 10, 0);
	add(f, STREAM_THREADS_2, 6, 50, 0);
	assert_true(price_of(f, STREAM_THREADS_2, &price));
	assert_near(price.ratio, 52.5 / 11.5);
	assert_true(isnan(price.ratio_low) && isnan(price.ratio_high));
}

static void test_findings(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	char text[100];

	declare(f, &other);
	add(f, THREADS_2, 6, 0.5, 12345678);
	add(f, PROCESSES_2, 6, 10, 0);
	assert_string_equal(cb_result_finding(&f->result, &f->result.cells[THREADS_2], text, sizeof text),
		"12.35M of 3 were lost");
	assert_string_equal(
		cb_result_finding(&f->result, &f->result.cells[PROCESSES_2], text, sizeof text), "");
	assert_string_equal(cb_result_finding(&f->result, &f->result.cells[SERIAL], text, sizeof text), "");
	f->work.finding = "{lock_wait_ns} of {unknown}";
	assert_string_equal(
		cb_result_finding(&f->result, &f->result.cells[THREADS_2], text, sizeof text), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_price_is_held_against_the_base_of_the_same_mode_and_workers, fixture_new,
			fixture_free),
		cmocka_unit_test_setup_teardown(
			test_the_base_itself_has_a_price_and_no_ratio, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(test_what_is_no_base, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(
			test_without_declaration_or_samples_there_is_no_price, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(test_few_samples_give_no_interval, fixture_new, fixture_free),
		cmocka_unit_test_setup_teardown(test_findings, fixture_new, fixture_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
