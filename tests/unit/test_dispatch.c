/* Every unit is done exactly once: by the loop alone, and in every mode, dispatch, batch and number of
 * workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/dispatch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/rig.h"

/* ---- a workload that ticks its units off in a list ------------------------------------------- */

struct list {
	uint64_t units;
	_Atomic uint8_t seen[];
};

static int list_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	struct list *list = s->alloc(s, sizeof *list + s->units);

	if (!list)
		return cb_error_set(err, -ENOMEM, "no memory");
	list->units = s->units;
	*ret_shared = list;
	return 0;
}

static int list_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct list *list = w->shared;

	if (first >> 62)
		return 0; /* warm-up */
	for (uint64_t unit = first; unit < first + n; unit++) {
		if (unit >= list->units || atomic_fetch_add(&list->seen[unit], 1))
			return cb_error_set(
				err, -EPROTO, "unit %llu came twice, or is none", (unsigned long long)unit);
		w->digest += unit * unit + 1;
	}
	return 0;
}

static int list_verify(struct cb_verify *v, struct cb_error *err)
{
	struct list *list = v->shared;

	for (uint64_t unit = 0; unit < v->units; unit++)
		if (list->seen[unit] != 1)
			return cb_error_set(err, -EPROTO, "unit %llu was left out", (unsigned long long)unit);
	return 0;
}

static const struct cb_workload list = {
	.abi = CB_ABI,
	.size = sizeof list,
	.name = "list",
	.unit = "tick",
	.setup = list_setup,
	.run = list_run,
	.verify = list_verify,
};

/* Sum of u * u + 1 over u = 0..n-1. */
static uint64_t list_digest(uint64_t n)
{
	return (n - 1) * n * (2 * n - 1) / 6 + n;
}

/* ---- whole samples --------------------------------------------------------------------------- */

static void check_sample(struct rig_shape shape, enum cb_dispatch dispatch, uint64_t batch, uint64_t units)
{
	struct cb_sample_spec spec = rig_spec(&list, shape, units);
	struct cb_sample sample;
	unsigned workers = shape.processes * shape.threads;

	spec.dispatch = dispatch;
	spec.batch = batch;
	assert_int_equal(rig_run(&spec, &sample), 0);
	if (sample.status != CB_OK)
		fail_msg("%s %ux%u, dispatch %d, batch %d, %d units: %s", shape.mode, shape.processes,
			shape.threads, (int)dispatch, (int)batch, (int)units, sample.reason);
	assert_int_equal(sample.units, units);
	assert_int_equal(sample.digest, list_digest(units));
	assert_int_equal(sample.workers_done + sample.workers_idle, workers);
	assert_in_range(sample.workers_done, 1, workers);
	if (dispatch == CB_DISPATCH_STATIC)
		assert_int_equal(sample.workers_done, units < workers ? units : workers);
	if (batch == 1)
		assert_int_equal(sample.batches, units);
}

static void check_shape(struct rig_shape shape)
{
	uint64_t w = shape.processes * shape.threads;
	const struct {
		uint64_t units, batch;
	} rows[] = { { 1, 0 }, { w - 1, 0 }, { w, 0 }, { w + 1, 0 }, { 97, 0 }, { 97, 1 }, { 97, 7 },
		{ 509, 7 } };

	for (size_t i = 0; i < CB_COUNT(rows); i++)
		for (int d = CB_DISPATCH_STATIC; d <= CB_DISPATCH_SPAWN; d++)
			if (rows[i].units)
				check_sample(shape, (enum cb_dispatch)d, rows[i].batch, rows[i].units);
}

static void test_serial_does_units_once(void **state)
{
	(void)state;
	check_shape((struct rig_shape){ "serial", 1, 1 });
}

static void test_processes_do_units_once(void **state)
{
	(void)state;
	for (unsigned w = 1; w <= 8; w++)
		check_shape((struct rig_shape){ "processes", w, 1 });
}

static void test_threads_do_units_once(void **state)
{
	(void)state;
	for (unsigned w = 1; w <= 8; w++)
		check_shape((struct rig_shape){ "threads", 1, w });
}

static void test_hybrid_does_units_once(void **state)
{
	static const unsigned shapes[][2] = { { 2, 2 }, { 2, 3 }, { 3, 2 }, { 2, 4 }, { 4, 2 } };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++)
		check_shape((struct rig_shape){ "hybrid", shapes[i][0], shapes[i][1] });
}

/* Spinning at the gate, a pinned worker, time spent on warming up, timed units: the same digest. */
static void test_the_other_gate_and_timing(void **state)
{
	static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 2, 1 },
		{ "threads", 1, 2 }, { "hybrid", 2, 2 } };
	struct cb_sample sample;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++)
		for (int timing = CB_TIMING_NONE; timing <= CB_TIMING_EACH; timing++) {
			struct cb_sample_spec spec = rig_spec(&list, shapes[i], 1009);

			spec.fits = true;
			spec.warmup_ns = 2 * RIG_MS;
			spec.timing = (enum cb_timing)timing;
			spec.timing_every = 3;
			assert_int_equal(rig_run(&spec, &sample), 0);
			rig_assert_sample(&sample, CB_OK, "^$");
			assert_int_equal(sample.digest, list_digest(1009));
		}
}

static void test_huge_batches_do_not_wrap_around(void **state)
{
	(void)state;
	for (unsigned w = 2; w <= 4; w++) {
		check_sample((struct rig_shape){ "threads", 1, w }, CB_DISPATCH_SHARED, UINT64_MAX, 10);
		check_sample(
			(struct rig_shape){ "processes", w, 1 }, CB_DISPATCH_SHARED, UINT64_C(1) << 63, 10);
		check_sample((struct rig_shape){ "threads", 1, w }, CB_DISPATCH_STATIC, UINT64_MAX, 10);
	}
}

/* ---- the loop alone -------------------------------------------------------------------------- */

/* What run was called with. */
struct calls {
	uint64_t n, first[4096], units[4096];
	uint64_t fail_at; /* unit whose call fails */
};

static int calls_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct calls *calls = w->shared;

	assert_in_range(calls->n, 0, CB_COUNT(calls->first) - 1);
	calls->first[calls->n] = first;
	calls->units[calls->n++] = n;
	if (calls->fail_at >= first && calls->fail_at < first + n)
		return cb_error_set(err, -EIO, "unit %llu", (unsigned long long)calls->fail_at);
	return 0;
}

static const struct cb_workload recorder = { .name = "recorder", .run = calls_run };

struct loop_rig {
	struct cb_sample_spec spec;
	struct cb_control *control;
	struct cb_worker worker;
	struct cb_loop loop;
	struct calls calls;
};

static int setup_loop(void **state)
{
	struct loop_rig *rig = calloc(1, sizeof *rig);

	assert_non_null(rig);
	rig->control = cb_control_new(4, 4);
	assert_non_null(rig->control);
	rig->spec = (struct cb_sample_spec){
		.workload = &recorder, .dispatch = CB_DISPATCH_SHARED, .units = 1000, .timing_every = 1
	};
	rig->worker = (struct cb_worker){ .count = 1, .shared = &rig->calls };
	rig->calls.fail_at = UINT64_MAX;
	*state = rig;
	return 0;
}

static int teardown_loop(void **state)
{
	struct loop_rig *rig = *state;

	cb_control_free(rig->control);
	free(rig);
	return 0;
}

static int run_loop(struct loop_rig *rig)
{
	cb_loop_init(
		&rig->loop, &rig->spec, rig->control, &rig->worker, &rig->control->slots[rig->worker.index]);
	return cb_loop_run(&rig->loop, 1);
}

static void test_static_ranges_cover_all(void **state)
{
	static const uint64_t units[] = { 1, 2, 7, 8, 9, 1009, (UINT64_C(1) << 62) - 1 };

	(void)state;
	for (size_t u = 0; u < CB_COUNT(units); u++)
		for (unsigned count = 1; count <= 1000; count += count < 10 ? 1 : 330) {
			uint64_t next = 0, least = UINT64_MAX, most = 0;

			for (unsigned i = 0; i < count; i++) {
				uint64_t n = cb_static_first(units[u], i + 1, count) -
					     cb_static_first(units[u], i, count);

				assert_int_equal(cb_static_first(units[u], i, count), next);
				next += n;
				least = n < least ? n : least;
				most = n > most ? n : most;
			}
			assert_int_equal(next, units[u]);
			assert_true(most - least <= 1);
		}
}

static void test_automatic_batches_start_at_one_and_at_most_double(void **state)
{
	struct loop_rig *rig = *state;

	rig->spec.units = 100000;
	assert_int_equal(run_loop(rig), 0);
	assert_int_equal(rig->calls.units[0], 1);
	for (uint64_t i = 1; i < rig->calls.n; i++) {
		assert_int_equal(rig->calls.first[i], rig->calls.first[i - 1] + rig->calls.units[i - 1]);
		assert_in_range(rig->calls.units[i], 1, 2 * rig->calls.units[i - 1]);
		assert_in_range(rig->calls.units[i], 1, 100000 / 16);
	}
	assert_int_equal(rig->loop.units, 100000);
	assert_int_equal(rig->loop.batches, rig->calls.n);
	assert_int_equal(rig->control->slots[0].progress, 100000);
}

static void test_fixed_batches_are_kept_but_for_the_last(void **state)
{
	struct loop_rig *rig = *state;

	rig->spec.batch = 7;
	assert_int_equal(run_loop(rig), 0);
	assert_int_equal(rig->calls.n, 1000 / 7 + 1);
	for (uint64_t i = 0; i + 1 < rig->calls.n; i++)
		assert_int_equal(rig->calls.units[i], 7);
	assert_int_equal(rig->calls.units[rig->calls.n - 1], 1000 % 7);
}

static void test_static_stays_in_its_range(void **state)
{
	struct loop_rig *rig = *state;

	rig->spec.dispatch = CB_DISPATCH_STATIC;
	rig->spec.batch = 100;
	rig->worker.index = 2;
	rig->worker.count = 3;
	assert_int_equal(run_loop(rig), 0);
	assert_int_equal(rig->calls.first[0], 667);
	assert_int_equal(rig->loop.units, 333);
	assert_int_equal(rig->control->ticket, 0);
}

static void test_an_error_ends_the_loop_and_counts_what_was_done(void **state)
{
	struct loop_rig *rig = *state;

	rig->spec.batch = 10;
	rig->calls.fail_at = 55;
	assert_int_equal(run_loop(rig), -EIO);
	assert_int_equal(rig->loop.units, 50);
	assert_int_equal(rig->calls.n, 6);
	assert_string_equal(rig->control->slots[0].error.text, "unit 55");
}

static void test_timing_each_calls_run_for_single_units(void **state)
{
	struct loop_rig *rig = *state;

	rig->spec.timing = CB_TIMING_EACH;
	assert_int_equal(run_loop(rig), 0);
	assert_int_equal(rig->calls.n, 1000);
	assert_int_equal(rig->control->histograms[0].count, 1000);
}

static void test_timing_sampled_takes_the_first_of_every_kth_batch(void **state)
{
	struct loop_rig *rig = *state;

	rig->spec.timing = CB_TIMING_SAMPLED;
	rig->spec.timing_every = 4;
	rig->spec.batch = 10;
	assert_int_equal(run_loop(rig), 0);
	assert_int_equal(rig->loop.batches, 100);
	assert_int_equal(rig->control->histograms[0].count, 25);
	assert_int_equal(rig->calls.units[0], 1);
	assert_int_equal(rig->calls.units[1], 9);
	assert_int_equal(rig->calls.units[2], 10);
}

static void test_a_worker_without_units_ends_where_it_started(void **state)
{
	struct loop_rig *rig = *state;

	rig->control->ticket = 1000;
	assert_int_equal(run_loop(rig), 0);
	assert_int_equal(rig->loop.units, 0);
	assert_int_equal(rig->loop.end_ns, 1);
	assert_int_equal(rig->calls.n, 0);
}

#define LOOP_TEST(f) cmocka_unit_test_setup_teardown(f, setup_loop, teardown_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_static_ranges_cover_all),
		LOOP_TEST(test_automatic_batches_start_at_one_and_at_most_double),
		LOOP_TEST(test_fixed_batches_are_kept_but_for_the_last),
		LOOP_TEST(test_static_stays_in_its_range),
		LOOP_TEST(test_an_error_ends_the_loop_and_counts_what_was_done),
		LOOP_TEST(test_timing_each_calls_run_for_single_units),
		LOOP_TEST(test_timing_sampled_takes_the_first_of_every_kth_batch),
		LOOP_TEST(test_a_worker_without_units_ends_where_it_started),
		cmocka_unit_test(test_serial_does_units_once),
		cmocka_unit_test(test_processes_do_units_once),
		cmocka_unit_test(test_threads_do_units_once),
		cmocka_unit_test(test_hybrid_does_units_once),
		cmocka_unit_test(test_the_other_gate_and_timing),
		cmocka_unit_test(test_huge_batches_do_not_wrap_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
