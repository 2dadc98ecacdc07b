/* What wait_server and mix are made of: delays, the heap of what is due, and samples in every mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/rng.h"
#include "lib/host/clock.h"
#include "lib/workload_delay.h"
#include "tests/unit/rig.h"

extern const struct cb_workload cb_workload_wait_server, cb_workload_mix;

static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 3, 1 }, { "threads", 1, 3 },
	{ "hybrid", 2, 2 } };

/* ---- delays ---- */

#define DRAWS 100000u
#define MEAN  1000000u

static double mean_of(const struct cb_delay *delay)
{
	double sum = 0;

	for (uint64_t unit = 0; unit < DRAWS; unit++)
		sum += (double)cb_delay_ns(delay, 7, unit);
	return sum / DRAWS;
}

/* The share of units whose delay is at most ns. */
static double share_within(const struct cb_delay *delay, uint64_t ns)
{
	unsigned n = 0;

	for (uint64_t unit = 0; unit < DRAWS; unit++)
		n += cb_delay_ns(delay, 7, unit) <= ns;
	return (double)n / DRAWS;
}

static void test_fixed_delays_are_all_the_same(void **state)
{
	struct cb_delay delay = { .mean_ns = MEAN, .distribution = CB_DELAY_FIXED };

	(void)state;
	assert_int_equal(cb_delay_ns(&delay, 1, 0), MEAN);
	assert_int_equal(cb_delay_ns(&delay, 2, 99), MEAN);
}

/* 100000 draws: a share is within 0.5 % by more than 3 standard deviations. */
static void test_exponential_delays(void **state)
{
	struct cb_delay delay = { .mean_ns = MEAN, .distribution = CB_DELAY_EXPONENTIAL };

	(void)state;
	assert_float_equal(mean_of(&delay) / MEAN, 1, 0.015);
	assert_float_equal(share_within(&delay, MEAN / 10), 1 - exp(-0.1), 0.005);
	assert_float_equal(share_within(&delay, MEAN), 1 - exp(-1), 0.005);
	assert_float_equal(share_within(&delay, 3 * MEAN), 1 - exp(-3), 0.005);
}

static void test_bimodal_delays(void **state)
{
	struct cb_delay delay = {
		.mean_ns = MEAN, .distribution = CB_DELAY_BIMODAL, .slow_pct = 5, .slow_factor = 10
	};
	double fast = MEAN / 1.45;

	(void)state;
	assert_float_equal(mean_of(&delay) / MEAN, 1, 0.02);
	assert_float_equal(share_within(&delay, (uint64_t)fast + 1), 0.95, 0.003);
	assert_float_equal(share_within(&delay, (uint64_t)fast - 1), 0, 0);
	assert_float_equal(share_within(&delay, (uint64_t)(10 * fast) - 10), 0.95, 0.003);
	assert_float_equal(share_within(&delay, (uint64_t)(10 * fast) + 10), 1, 0);
}

static void test_a_delay_depends_on_seed_and_unit_only(void **state)
{
	struct cb_delay delay = { .mean_ns = MEAN, .distribution = CB_DELAY_EXPONENTIAL };

	(void)state;
	assert_int_equal(cb_delay_ns(&delay, 3, 5), cb_delay_ns(&delay, 3, 5));
	assert_int_not_equal(cb_delay_ns(&delay, 3, 5), cb_delay_ns(&delay, 3, 6));
	assert_int_not_equal(cb_delay_ns(&delay, 3, 5), cb_delay_ns(&delay, 4, 5));
}

/* ---- the heap ---- */

#define DUES 1000u

static void test_what_is_due_comes_out_in_order(void **state)
{
	struct cb_due v[DUES], due;
	struct cb_due_heap heap = { .v = v };
	bool seen[DUES] = { false };
	uint64_t at_ns[DUES], before = 0;
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 1);
	for (unsigned i = 0; i < DUES; i++) {
		at_ns[i] = cb_rng_below(&rng, DUES / 2); /* equal ones among them */
		cb_due_push(&heap, at_ns[i], i);
	}
	for (unsigned i = 0; i < DUES; i++) {
		assert_int_equal(heap.n, DUES - i);
		due = cb_due_pop(&heap);
		assert_true(due.at_ns >= before);
		assert_int_equal(due.at_ns, at_ns[due.who]);
		assert_false(seen[due.who]);
		seen[due.who] = true;
		before = due.at_ns;
	}
	assert_int_equal(heap.n, 0);
}

/* As a server does: some come in, the first ones leave. Held against the least of an unsorted list. */
static void test_coming_and_going_in_turns(void **state)
{
	struct cb_due v[DUES];
	struct cb_due_heap heap = { .v = v };
	uint64_t left[DUES] = { 0 }, at_ns;
	struct cb_rng rng;
	unsigned n = 0, least;

	(void)state;
	cb_rng_seed(&rng, 2);
	for (unsigned i = 0; i < 20 * DUES; i++) {
		if (n < DUES && (!n || cb_rng_below(&rng, 2))) {
			at_ns = cb_rng_next(&rng);
			left[n++] = at_ns;
			cb_due_push(&heap, at_ns, 0);
			continue;
		}
		least = 0;
		for (unsigned k = 1; k < n; k++)
			least = left[k] < left[least] ? k : least;
		assert_int_equal(cb_due_pop(&heap).at_ns, left[least]);
		left[least] = left[--n];
	}
}

/* ---- samples ---- */

#define UNITS 20u

static void take(
	const struct cb_workload *workload, struct rig_shape shape, const char *text, struct cb_sample *ret)
{
	_Alignas(16) char params[256] = { 0 };
	struct cb_sample_spec spec = rig_spec(workload, shape, UNITS);

	rig_params(workload, text, params);
	spec.params = params;
	spec.partners = workload->partners == CB_PARTNERS_PER_SAMPLE ? 1 : 0;
	rig_run(&spec, ret);
	rig_assert_alone();
}

static void check_modes(const struct cb_workload *workload, const char *text)
{
	uint64_t digest = workload->expect(NULL, NULL, 42, UNITS);
	struct cb_sample sample;

	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		take(workload, shapes[i], text, &sample);
		rig_assert_sample(&sample, CB_OK, "^$");
		assert_int_equal(sample.units, UNITS);
		assert_int_equal(sample.digest, digest);
	}
}

static void test_every_mode_gets_the_servers_answers(void **state)
{
	(void)state;
	check_modes(&cb_workload_wait_server, "wait_server:delay=30ms");
	check_modes(&cb_workload_wait_server, "wait_server:delay=30ms,distribution=exponential");
	check_modes(&cb_workload_wait_server, "wait_server:delay=30ms,distribution=bimodal");
}

static void test_the_server_tells_of_itself(void **state)
{
	struct cb_sample sample;

	(void)state;
	take(&cb_workload_wait_server, shapes[2], "wait_server:delay=30ms", &sample);
	rig_assert_sample(&sample, CB_OK, "^$");
	assert_true(sample.metrics[0] > 0 && sample.metrics[0] < 1); /* of a CPU */
	assert_true(sample.metrics[1] > 0);
	assert_true(sample.makespan_ns >= UNITS / 3 * 30 * RIG_MS);
}

static void test_every_mode_mixes_alike(void **state)
{
	(void)state;
	check_modes(&cb_workload_mix, "mix:duration=100us,io_share=0");
	check_modes(&cb_workload_mix, "mix:duration=100us,io_share=50");
	check_modes(&cb_workload_mix, "mix:duration=100us,io_share=100");
}

/* The number of steps differs from host to host: it must not be in the digest. */
static void test_the_digest_of_a_mix_is_the_units_own(void **state)
{
	struct cb_sample one, other;

	(void)state;
	take(&cb_workload_mix, shapes[0], "mix:duration=50us,io_share=10", &one);
	take(&cb_workload_mix, shapes[0], "mix:duration=200us,io_share=90", &other);
	assert_int_equal(one.digest, other.digest);
	assert_true(one.notes_n == 2 && one.notes[0].number > 0);
	assert_true(one.notes[0].number != other.notes[0].number);
}

/* One step less than was prepared for: the result is wrong, and the unit says so. */
static void test_computing_too_little_is_noticed(void **state)
{
	_Alignas(16) char params[256] = { 0 };
	struct {
		uint64_t steps, jump_mul, jump_add;
		double ns_per_step;
	} work = { .steps = 2 };
	const uint64_t mul = UINT64_C(6364136223846793005), add = UINT64_C(1442695040888963407);
	struct cb_worker w = { .params = params, .prepared = &work };
	struct cb_io io = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	rig_params(&cb_workload_mix, "mix:io_share=0", params);
	io.now_ns = cb_now_ns;
	w.io = &io;
	work.jump_mul = mul * mul;
	work.jump_add = mul * add + add;
	assert_int_equal(cb_workload_mix.run(&w, 0, 10, &err), 0);
	work.steps = 1;
	assert_int_equal(cb_workload_mix.run(&w, 0, 10, &err), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_delays_are_all_the_same),
		cmocka_unit_test(test_exponential_delays),
		cmocka_unit_test(test_bimodal_delays),
		cmocka_unit_test(test_a_delay_depends_on_seed_and_unit_only),
		cmocka_unit_test(test_what_is_due_comes_out_in_order),
		cmocka_unit_test(test_coming_and_going_in_turns),
		cmocka_unit_test(test_every_mode_gets_the_servers_answers),
		cmocka_unit_test(test_the_server_tells_of_itself),
		cmocka_unit_test(test_every_mode_mixes_alike),
		cmocka_unit_test(test_the_digest_of_a_mix_is_the_units_own),
		cmocka_unit_test(test_computing_too_little_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
