/* The workloads of sharing, as samples of every mode: what is counted, and that a wrong count is noticed. */
#include "tests/unit/rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/base.h"
#include <string.h>

extern const struct cb_workload cb_workload_sync_counter, cb_workload_sync_global;

#define UNITS      6
#define INCREMENTS 50 /* of a unit: few, as a machine with one CPU hands over once in a turn */

static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 2, 1 }, { "threads", 1, 2 },
	{ "hybrid", 2, 2 } };

enum { SERIAL, PROCESSES, THREADS, HYBRID };

/* One of the workload's own numbers, by name. */
static double metric(const struct cb_workload *workload, const struct cb_sample *sample, const char *name)
{
	for (unsigned k = 0; workload->metrics[k].name; k++)
		if (!strcmp(workload->metrics[k].name, name))
			return sample->metrics[k];
	fail_msg("no metric %s", name);
	return 0;
}

static const struct cb_note *note(const struct cb_sample *sample, const char *key)
{
	for (unsigned i = 0; i < sample->notes_n; i++)
		if (!strcmp(sample->notes[i].key, key))
			return &sample->notes[i];
	return NULL;
}

/* A sample of sync_counter with that guard, or of a workload that stands in for it. */
static struct cb_sample count(const struct cb_workload *workload, const char *guard, struct rig_shape shape)
{
	_Alignas(16) char params[256] = { 0 };
	struct cb_sample_spec spec = rig_spec(workload, shape, UNITS);
	struct cb_sample sample;
	char text[128];

	snprintf(text, sizeof text, "sync_counter:increments=%d,hold=3,think=5,guard=%s", INCREMENTS, guard);
	rig_params(workload, text, params);
	spec.params = params;
	spec.dispatch = CB_DISPATCH_STATIC; /* every worker gets its units */
	assert_int_equal(rig_run(&spec, &sample), 0);
	return sample;
}

/* Whether the workload can be measured on one CPU with that guard. */
static bool is_built(const char *guard, struct cb_error *err)
{
	const struct cb_env env = { .workers = 1, .cpus = 1 };
	_Alignas(16) char params[256] = { 0 };
	char text[64];

	snprintf(text, sizeof text, "sync_counter:guard=%s", guard);
	rig_params(&cb_workload_sync_counter, text, params);
	return !cb_workload_sync_counter.supported(params, &env, err);
}

/* Warm-up increments, which every worker has done too, are not among those observed. */
static void test_no_guard_loses_an_update(void **state)
{
	const struct cb_workload *w = &cb_workload_sync_counter;
	const char *const *guards = w->params[0].words;

	(void)state;
	for (unsigned guard = 1; guards[guard]; guard++)
		for (size_t i = 0; i < CB_COUNT(shapes); i++) {
			bool waits_in_line = !strcmp(guards[guard], "ticket") ||
					     !strcmp(guards[guard], "mcs");
			struct cb_sample s;

			if (!is_built(guards[guard], NULL) || (waits_in_line && i == HYBRID))
				continue;
			s = count(w, guards[guard], shapes[i]);
			rig_assert_sample(&s, CB_OK, "^$");
			assert_true(metric(w, &s, "expected") == UNITS * INCREMENTS);
			assert_true(metric(w, &s, "observed") == UNITS * INCREMENTS);
			assert_true(metric(w, &s, "lost") == 0);
			assert_float_equal(metric(w, &s, "ns_per_increment"),
				(double)s.makespan_ns / (UNITS * INCREMENTS), 0.1);
		}
}

static void test_a_serial_counter_needs_no_guard(void **state)
{
	struct cb_sample s = count(&cb_workload_sync_counter, "none", shapes[SERIAL]);

	(void)state;
	rig_assert_sample(&s, CB_OK, "^$");
	assert_true(metric(&cb_workload_sync_counter, &s, "lost") == 0);
}

/* Says that it did n units, and leaves the last one out. */
static int lose_a_unit(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	w->digest += cb_units_digest(first + n - 1, 1);
	return cb_workload_sync_counter.run(w, first, n - 1, err);
}

static int do_a_unit_twice(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	int rc = cb_workload_sync_counter.run(w, first, n, err);

	return rc ? rc : cb_workload_sync_counter.run(w, first + n - 1, 1, err);
}

static void test_a_wrong_count_fails_but_without_a_guard(void **state)
{
	static const char *const guards[] = { "mutex", "recursive", "rwlock", "atomic", "local" };
	struct cb_workload wrong = cb_workload_sync_counter;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(guards); i++) {
		struct cb_sample s;

		wrong.run = lose_a_unit;
		s = count(&wrong, guards[i], shapes[THREADS]);
		rig_assert_sample(
			&s, CB_FAILED, "^verify failed: guard=[a-z]+ lost [1-9][0-9]* of 300 increments");
		wrong.run = do_a_unit_twice;
		s = count(&wrong, guards[i], shapes[SERIAL]);
		rig_assert_sample(&s, CB_FAILED, "^verify failed: guard=[a-z]+ lost -[1-9][0-9]* of 300");
	}
}

static void test_updates_lost_without_a_guard_are_reported(void **state)
{
	struct cb_workload wrong = cb_workload_sync_counter;
	struct cb_sample s;

	(void)state;
	wrong.run = lose_a_unit;
	s = count(&wrong, "none", shapes[SERIAL]);
	rig_assert_sample(&s, CB_OK, "^$");
	assert_true(metric(&wrong, &s, "lost") >= INCREMENTS);
	assert_true(metric(&wrong, &s, "observed") + metric(&wrong, &s, "lost") == UNITS * INCREMENTS);
	assert_true(metric(&wrong, &s, "lost_pct") * 3 == metric(&wrong, &s, "lost"));
}

static void test_locks_of_concurrency_kit_are_optional(void **state)
{
	static const char *const of_ck[] = { "spin", "ticket", "mcs" };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(of_ck); i++) {
		struct cb_error err = { 0 };
#ifdef CB_HAVE_CK
		assert_true(is_built(of_ck[i], &err));
#else
		assert_false(is_built(of_ck[i], &err));
		assert_non_null(strstr(err.text, "libck-dev"));
#endif
	}
}

static void test_waiting_in_line_for_a_cpu(void **state)
{
	static const struct {
		const char *text;
		unsigned workers, cpus;
		uint64_t units_max; /* UINT64_MAX: not supported */
	} rows[] = {
		{ "sync_counter:guard=ticket", 2, 2, 0 },
		{ "sync_counter:guard=ticket", 3, 2, UINT64_MAX },
		{ "sync_counter:guard=mcs", 3, 2, UINT64_MAX },
		{ "sync_counter:guard=spin", 3, 2, 0 },
		{ "sync_counter:guard=mutex", 64, 2, 0 },
		{ "sync_counter:guard=ticket,hold=400000", 4, 2, UINT64_MAX },
		{ "sync_counter:guard=ticket,hold=399999,increments=1", 4, 2, UINT64_MAX },
		{ "sync_counter:guard=ticket,hold=400000,increments=1", 4, 2, 125 },
		{ "sync_counter:guard=ticket,hold=400000,increments=1", 5, 2, UINT64_MAX },
		{ "sync_counter:guard=mcs,hold=400000,increments=10", 4, 2, 12 },
		{ "sync_counter:guard=mcs,hold=6400000,increments=1", 64, 2, 64 },
	};
	const struct cb_workload *w = &cb_workload_sync_counter;

	(void)state;
#ifndef CB_HAVE_CK
	skip();
#endif
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		const struct cb_env env = { .workers = rows[i].workers, .cpus = rows[i].cpus };
		_Alignas(16) char params[256] = { 0 };
		struct cb_error err = { 0 };

		rig_params(w, rows[i].text, params);
		assert_int_equal(
			w->supported(params, &env, &err), rows[i].units_max == UINT64_MAX ? -ENOTSUP : 0);
		if (rows[i].units_max == UINT64_MAX)
			assert_non_null(strstr(err.text, "000,increments=1)"));
		else
			assert_int_equal(w->units_max(params, &env), rows[i].units_max);
		assert_int_equal(w->units_min(params, &env), w->units_max(params, &env));
	}
}

static void test_waiting_in_line_is_marked(void **state)
{
	static const char *const guards[] = { "ticket", "mcs", "spin" };

	(void)state;
#ifndef CB_HAVE_CK
	skip();
#endif
	for (size_t i = 0; i < CB_COUNT(guards); i++)
		for (unsigned cpus = 1; cpus <= 2; cpus++) {
			_Alignas(16) char params[256] = { 0 };
			struct cb_sample_spec spec = rig_spec(&cb_workload_sync_counter, shapes[THREADS], 2);
			struct cb_sample s;
			char text[64];

			snprintf(text, sizeof text, "sync_counter:increments=1,guard=%s", guards[i]);
			rig_params(&cb_workload_sync_counter, text, params);
			spec.params = params;
			spec.env.cpus = cpus;
			assert_int_equal(rig_run(&spec, &s), 0);
			rig_assert_sample(&s, CB_OK, "^$");
			assert_int_equal(note(&s, "fifo_spin_lock") != NULL, cpus == 1 && i < 2);
		}
}

/* ---- sync_global ----------------------------------------------------------------------------- */

static struct cb_sample run_global(const struct cb_workload *workload, struct rig_shape shape)
{
	struct cb_sample_spec spec = rig_spec(workload, shape, 1000);
	struct cb_sample sample;

	spec.dispatch = CB_DISPATCH_STATIC;
	assert_int_equal(rig_run(&spec, &sample), 0);
	return sample;
}

static void test_a_global_is_shared_by_threads_only(void **state)
{
	static const struct {
		double copies, parent, worker;
		const char *word;
	} rows[] = {
		[SERIAL] = { 1, 1000, 1000, "shared" },
		[PROCESSES] = { 2, 0, 500, "a copy for each worker" },
		[THREADS] = { 1, 1000, 1000, "shared" },
		[HYBRID] = { 2, 0, 500, "a copy for each process" },
	};
	const struct cb_workload *w = &cb_workload_sync_global;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		struct cb_sample s = run_global(w, shapes[i]);

		rig_assert_sample(&s, CB_OK, "^$");
		assert_true(metric(w, &s, "copies") == rows[i].copies);
		assert_true(metric(w, &s, "parent_sees") == rows[i].parent);
		assert_true(metric(w, &s, "worker_sees_min") == rows[i].worker);
		assert_true(metric(w, &s, "worker_sees_max") == rows[i].worker);
		assert_string_equal(note(&s, "global")->word, rows[i].word);
		assert_true(note(&s, "worker_0_sees")->number == rows[i].worker);
		assert_true(note(&s, "parent_sees")->number == rows[i].parent);
	}
}

static int increment_less(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	w->digest += cb_units_digest(first + n - 1, 1);
	return cb_workload_sync_global.run(w, first, n - 1, err);
}

static void test_copies_must_hold_every_increment(void **state)
{
	struct cb_workload wrong = cb_workload_sync_global;

	(void)state;
	wrong.run = increment_less;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		struct cb_sample s = run_global(&wrong, shapes[i]);

		rig_assert_sample(&s, CB_FAILED, "copies of the global hold [0-9]+ increments .* of 1000$");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_guard_loses_an_update),
		cmocka_unit_test(test_a_serial_counter_needs_no_guard),
		cmocka_unit_test(test_a_wrong_count_fails_but_without_a_guard),
		cmocka_unit_test(test_updates_lost_without_a_guard_are_reported),
		cmocka_unit_test(test_locks_of_concurrency_kit_are_optional),
		cmocka_unit_test(test_waiting_in_line_for_a_cpu),
		cmocka_unit_test(test_waiting_in_line_is_marked),
		cmocka_unit_test(test_a_global_is_shared_by_threads_only),
		cmocka_unit_test(test_copies_must_hold_every_increment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
