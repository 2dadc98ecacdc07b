/* From made-up control blocks to what a sample says it measured, and the shapes of modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/outcome.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "tests/unit/rig.h"

#define WORKERS 3

struct outcome_rig {
	struct cb_workload workload;
	struct cb_metric metrics[3];
	struct cb_sample_spec spec;
	struct cb_control *control;
	struct cb_end end;
	struct cb_worker_row rows[WORKERS];
	struct cb_sample sample;
};

/* Three workers start at 1000, 1010, 1020 and end after 10, 20, 0 units at 5000, 6000, 1020: the third was
 * idle. */
static void fill_worker(struct cb_control *control, unsigned i)
{
	struct cb_slot *slot = &control->slots[i];

	slot->step = CB_STEP_LEFT;
	slot->pid = 100 + (int)i;
	slot->tid = 200 + (int)i;
	slot->cpu = (int)i;
	slot->first_ns = 500 + 10 * i;
	slot->ready_ns = 900 + i;
	slot->start_ns = 1000 + 10 * i;
	slot->units = i == 2 ? 0 : 10 * (i + 1);
	slot->end_ns = i == 2 ? slot->start_ns : 5000 + 1000 * i;
	slot->batches = i == 2 ? 0 : 5;
	slot->digest = UINT64_MAX - 10 + 7 * i;
	slot->usage = (struct cb_usage){ .cpu_ns = 3000,
		.sys_ns = 500,
		.ctx_voluntary = 1,
		.ctx_involuntary = 2,
		.faults_minor = 3,
		.faults_major = 4,
		.run_delay_ns = 100,
		.rchar = 11,
		.wchar = 12,
		.read_bytes = 13,
		.write_bytes = 14 };
	slot->metric[0] = 4 * (i + 1);
	slot->metric[1] = 2;
}

static void set_up_rig(struct outcome_rig *rig)
{
	*rig = (struct outcome_rig){ .control = cb_control_new(WORKERS, 0) };
	assert_non_null(rig->control);
	rig->spec = (struct cb_sample_spec){
		.workload = &rig->workload, .shape = { WORKERS, 1, WORKERS }, .units = 30
	};
	for (unsigned i = 0; i < WORKERS; i++)
		fill_worker(rig->control, i);
	rig->control->leader_step = CB_STEP_LEFT;
	rig->control->finished = 1;
	rig->control->setup_from_ns = 100;
	rig->control->setup_to_ns = 300;
	rig->control->spawn_from_ns = 400;
	rig->control->teardown_from_ns = 7000;
	rig->control->teardown_to_ns = 7500;
	rig->control->steal_ns = rig->control->throttled_ns = rig->control->partner_cpu_ns = CB_NONE;
	rig->control->pss_bytes = 4096;
	rig->end = (struct cb_end){ .leader = 99, .total_ns = 8000, .timeout_ns = 2000 * RIG_MS };
}

static int set_up(void **state)
{
	static struct outcome_rig rig;

	set_up_rig(&rig);
	*state = &rig;
	return 0;
}

static int tear_down(void **state)
{
	cb_control_free(((struct outcome_rig *)*state)->control);
	return 0;
}

static const struct cb_sample *outcome(struct outcome_rig *rig)
{
	memset(&rig->sample, 0xff, sizeof rig->sample);
	cb_outcome(&rig->spec, rig->control, &rig->end, rig->rows, &rig->sample);
	return &rig->sample;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void test_times_leave_idle_workers_out_of_the_end(void **state)
{
	const struct cb_sample *s = outcome(*state);

	rig_assert_sample(s, CB_OK, "^$");
	assert_int_equal(s->makespan_ns, 6000 - 1000);
	assert_int_equal(s->start_skew_ns, 10); /* the idle worker started last */
	assert_int_equal(s->stop_skew_ns, 6000 - 5000);
	assert_int_equal(s->gate_ns, 1000 - 902);
	assert_int_equal(s->setup_ns, 200);
	assert_int_equal(s->spawn_ns, 520 - 400);
	assert_int_equal(s->teardown_ns, 500);
	assert_int_equal(s->total_ns, 8000);
	assert_int_equal(s->workers_idle, 1);
	assert_int_equal(s->workers_done, 2);
}

static void test_sums_are_over_all_workers(void **state)
{
	const struct cb_sample *s = outcome(*state);

	assert_int_equal(s->units, 30);
	assert_int_equal(s->batches, 10);
	assert_true(s->digest == 3 * (UINT64_MAX - 10) + 21); /* modulo 2^64 */
	assert_int_equal(s->cpu_user_ns, 3 * 2500);
	assert_int_equal(s->cpu_sys_ns, 3 * 500);
	assert_int_equal(s->ctx_voluntary, 3);
	assert_int_equal(s->ctx_involuntary, 6);
	assert_int_equal(s->faults_minor, 9);
	assert_int_equal(s->faults_major, 12);
	assert_int_equal(s->run_delay_ns, 300);
	assert_int_equal(s->rchar, 33);
	assert_int_equal(s->wchar, 36);
	assert_int_equal(s->read_bytes, 39);
	assert_int_equal(s->write_bytes, 42);
	assert_int_equal(s->off_cpu_ns, 4000 - 3100 + 4990 - 3100);
	assert_int_equal(s->pss_bytes, 4096);
}

static void test_what_one_worker_cannot_measure_is_absent(void **state)
{
	struct outcome_rig *rig = *state;
	const struct cb_sample *s;

	rig->control->slots[1].usage.run_delay_ns = CB_NONE;
	rig->control->slots[2].usage.rchar = CB_NONE;
	rig->control->slots[0].usage.read_bytes = CB_NONE;
	s = outcome(rig);
	assert_true(s->run_delay_ns == CB_NONE && s->rchar == CB_NONE && s->read_bytes == CB_NONE);
	assert_true(s->off_cpu_ns == CB_NONE);
	assert_true(s->steal_ns == CB_NONE && s->throttled_ns == CB_NONE && s->partner_cpu_ns == CB_NONE);
	assert_int_equal(s->wchar, 36);
}

/* A worker that lost its CPU before its start or after its end has read that, too. */
static void test_no_worker_queues_for_longer_than_the_sample_lasts(void **state)
{
	struct outcome_rig *rig = *state;
	const struct cb_sample *s;

	rig->control->slots[1].usage.run_delay_ns = 70000;
	s = outcome(rig);
	assert_int_equal(s->run_delay_ns, 100 + s->makespan_ns + 100);
	assert_int_equal(s->off_cpu_ns, 4000 - 3100);
}

/* Clock ticks may make system time exceed the exact sum. */
static void test_system_time_never_exceeds_the_exact_sum(void **state)
{
	struct outcome_rig *rig = *state;
	const struct cb_sample *s;

	for (unsigned i = 0; i < WORKERS; i++)
		rig->control->slots[i].usage.sys_ns = 4000;
	s = outcome(rig);
	assert_int_equal(s->cpu_user_ns, 0);
	assert_int_equal(s->cpu_sys_ns, 9000);
}

static void test_rows_count_from_the_first_start(void **state)
{
	const struct cb_sample *s = outcome(*state);

	for (unsigned i = 0; i < WORKERS; i++) {
		assert_int_equal(s->rows[i].start_ns, 10 * i);
		assert_int_equal(s->rows[i].pid, 100 + i);
		assert_int_equal(s->rows[i].tid, 200 + i);
		assert_int_equal(s->rows[i].cpu, i);
		assert_int_equal(s->rows[i].cpu_ns, 3000);
	}
	assert_int_equal(s->rows[1].end_ns, 5000);
	assert_int_equal(s->rows[1].units, 20);
}

static void test_metrics_merge_as_their_rows_say(void **state)
{
	static const struct cb_metric rows[] = {
		{ "sum", "", CB_MERGE_SUM, 0, 0, "" },
		{ "two", "", CB_MERGE_SUM, 0, 0.5, "" },
		{ .name = NULL },
	};
	static const struct {
		enum cb_merge merge;
		double scale, value;
	} cases[] = {
		{ CB_MERGE_SUM, 0, 24 },
		{ CB_MERGE_SUM, 10, 240 },
		{ CB_MERGE_MIN, 0, 4 },
		{ CB_MERGE_MAX, 0, 8 }, /* the idle worker's 12 does not count */
		{ CB_MERGE_PER_UNIT, 0, 24. / 30 },
		{ CB_MERGE_PER_S, 0, 24 * 1e9 / 5000 },
		{ CB_MERGE_RATIO, 0, 24. / 6 },
		{ CB_MERGE_NS_PER, 0, 5000. / 24 },
		{ CB_MERGE_VERIFY, 0, 77 },
		{ CB_MERGE_VERIFY, 2, 154 },
	};
	struct outcome_rig *rig = *state;
	struct cb_metric *changed = rig->metrics;

	memcpy(changed, rows, sizeof rows);
	rig->workload.metrics = changed;
	rig->control->metric[0] = 77;
	for (size_t i = 0; i < CB_COUNT(cases); i++) {
		changed[0].merge = cases[i].merge;
		changed[0].over = 1;
		changed[0].scale = cases[i].scale;
		outcome(rig);
		assert_float_equal(rig->sample.metrics[0], cases[i].value, 1e-6);
		assert_float_equal(rig->sample.metrics[1], 3, 1e-9);
		assert_true(isnan(rig->sample.metrics[2]));
	}
}

static void test_a_sample_of_idle_workers_has_no_makespan(void **state)
{
	struct outcome_rig *rig = *state;

	for (unsigned i = 0; i < WORKERS; i++)
		rig->control->slots[i].units = 0;
	outcome(rig);
	assert_true(rig->sample.makespan_ns == CB_NONE && rig->sample.stop_skew_ns == CB_NONE);
	assert_int_equal(rig->sample.workers_idle, WORKERS);
}

static void test_notes_are_carried_over(void **state)
{
	struct outcome_rig *rig = *state;
	char key[16];

	for (int i = 0; i < CB_NOTES_MAX + 3; i++) {
		snprintf(key, sizeof key, "k%d", i);
		cb_notes_add(rig->control->notes, &rig->control->notes_n, key, "word", i);
	}
	cb_notes_add(rig->control->notes, &rig->control->notes_n, "k1", "again", 7);
	outcome(rig);
	assert_int_equal(rig->sample.notes_n, CB_NOTES_MAX);
	assert_string_equal(rig->sample.notes[1].word, "again");
	assert_string_equal(rig->sample.notes[CB_NOTES_MAX - 1].key, "k11");
}

/* ---- status ---------------------------------------------------------------------------------- */

static void test_a_time_out_comes_before_all_else(void **state)
{
	struct outcome_rig *rig = *state;

	rig->end.timed_out = true;
	rig->end.wait_status = SIGKILL;
	rig->control->status = CB_FAILED;
	rig->control->finished = 0;
	rig->control->leader_step = CB_STEP_VERIFY;
	rig_assert_sample(
		outcome(rig), CB_TIMEOUT, "^no end within 2s: still in verify; allow more with --timeout$");
	assert_true(rig->sample.makespan_ns == CB_NONE);
	assert_int_equal(rig->sample.units, 0);
	assert_null(rig->sample.rows);
}

static void test_a_time_out_names_the_slowest_workers(void **state)
{
	struct outcome_rig *rig = *state;

	rig->end.timed_out = true;
	rig->control->leader_step = CB_STEP_RUN;
	rig->control->slots[0].step = CB_STEP_RUN;
	rig->control->slots[1].step = CB_STEP_ENDED;
	rig->control->slots[2].step = CB_STEP_RUN;
	rig_assert_sample(outcome(rig), CB_TIMEOUT, ": 2 of 3 workers still in run;");
	rig->control->slots[1].step = CB_STEP_NONE;
	rig_assert_sample(outcome(rig), CB_TIMEOUT, ": 1 of 3 workers still in creation;");
}

static void test_a_time_out_names_partners_when_workers_have_left(void **state)
{
	struct outcome_rig *rig = *state;

	rig->end.timed_out = true;
	rig->control->leader_step = CB_STEP_RUN;
	rig->spec.shape.workers = 2;
	rig->spec.partners = 1;
	rig->control->slots[2].step = CB_STEP_RUN;
	rig_assert_sample(outcome(rig), CB_TIMEOUT, ": 1 of 1 partners still in run;");
}

static void test_what_the_leader_reports_comes_before_its_death(void **state)
{
	struct outcome_rig *rig = *state;

	rig->control->status = CB_SKIPPED;
	cb_error_set(&rig->control->error, -EAGAIN, "298 of 1000 processes could be created");
	rig->end.wait_status = SIGKILL;
	rig_assert_sample(outcome(rig), CB_SKIPPED, "^298 of 1000 processes could be created$");
}

static void test_a_leader_that_dies_is_a_crash(void **state)
{
	struct outcome_rig *rig = *state;

	rig->control->leader_step = CB_STEP_SETUP;
	rig->end.wait_status = SIGSEGV;
	rig_assert_sample(
		outcome(rig), CB_CRASHED, "^the process \\(pid 99\\) was killed by SIGSEGV in setup$");
	rig->end.wait_status = 3 << 8;
	rig_assert_sample(
		outcome(rig), CB_CRASHED, "^the process \\(pid 99\\) exited with status 3 in setup$");
}

/* All units done, status 0, but the end was never reached: an exit() in a hook. */
static void test_a_clean_exit_before_the_end_is_a_crash(void **state)
{
	struct outcome_rig *rig = *state;

	rig->control->finished = 0;
	rig->control->leader_step = CB_STEP_TEARDOWN;
	rig_assert_sample(outcome(rig), CB_CRASHED, "exited with status 0 in teardown$");
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static int shape_of(
	const char *mode, struct cb_shape_request request, struct cb_shape *ret, struct cb_error *err)
{
	*err = (struct cb_error){ 0 };
	return cb_mode_find(mode)->shape(&request, ret, err);
}

static void check_shape(const char *mode, struct cb_shape_request request, struct cb_shape want)
{
	struct cb_shape shape;
	struct cb_error err;

	assert_int_equal(shape_of(mode, request, &shape, &err), 0);
	assert_int_equal(shape.workers, want.workers);
	assert_int_equal(shape.processes, want.processes);
	assert_int_equal(shape.threads, want.threads);
}

static void test_plain_modes_take_any_number(void **state)
{
	(void)state;
	check_shape("serial", (struct cb_shape_request){ .workers = 8 }, (struct cb_shape){ 1, 1, 1 });
	check_shape("processes", (struct cb_shape_request){ .workers = 8 }, (struct cb_shape){ 8, 8, 1 });
	check_shape("threads", (struct cb_shape_request){ .workers = 8 }, (struct cb_shape){ 8, 1, 8 });
}

static void test_hybrid_splits_by_nodes_and_caches(void **state)
{
	static const struct {
		struct cb_shape_request request;
		struct cb_shape want;
	} cases[] = {
		{ { .workers = 4, .numa_nodes = 1, .llcs = 1 }, { 4, 2, 2 } },
		{ { .workers = 8, .numa_nodes = 1, .llcs = 1 }, { 8, 2, 4 } },
		{ { .workers = 16, .numa_nodes = 4, .llcs = 8 }, { 16, 4, 4 } },
		{ { .workers = 16, .numa_nodes = 1, .llcs = 8 }, { 16, 8, 2 } },
		{ { .workers = 8, .numa_nodes = 1, .llcs = 8 }, { 8, 2, 4 } },   /* 8 x 1 is no hybrid */
		{ { .workers = 10, .numa_nodes = 4, .llcs = 4 }, { 10, 2, 5 } }, /* 4 does not divide 10 */
		{ { .workers = 0, .want_processes = 3, .want_threads = 5 }, { 15, 3, 5 } },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(cases); i++)
		check_shape("hybrid", cases[i].request, cases[i].want);
}

static void test_hybrid_says_what_it_cannot_split(void **state)
{
	static const unsigned cannot[] = { 1, 2, 3, 5, 7, 9 };
	struct cb_shape shape = { 9, 9, 9 };
	struct cb_error err;
	char number[16];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(cannot); i++) {
		assert_int_equal(
			shape_of("hybrid", (struct cb_shape_request){ .workers = cannot[i] }, &shape, &err),
			-EINVAL);
		snprintf(number, sizeof number, "%u workers", cannot[i]);
		assert_non_null(strstr(err.text, number));
		assert_int_equal(shape.workers, 9); /* untouched */
	}
}

static void test_modes_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; cb_modes[i]; i++)
		assert_ptr_equal(cb_mode_find(cb_modes[i]->name), cb_modes[i]);
	assert_null(cb_mode_find("async"));
	assert_null(cb_mode_find(""));
}

#define OUTCOME_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OUTCOME_TEST(test_times_leave_idle_workers_out_of_the_end),
		OUTCOME_TEST(test_sums_are_over_all_workers),
		OUTCOME_TEST(test_what_one_worker_cannot_measure_is_absent),
		OUTCOME_TEST(test_no_worker_queues_for_longer_than_the_sample_lasts),
		OUTCOME_TEST(test_system_time_never_exceeds_the_exact_sum),
		OUTCOME_TEST(test_rows_count_from_the_first_start),
		OUTCOME_TEST(test_metrics_merge_as_their_rows_say),
		OUTCOME_TEST(test_a_sample_of_idle_workers_has_no_makespan),
		OUTCOME_TEST(test_notes_are_carried_over),
		OUTCOME_TEST(test_a_time_out_comes_before_all_else),
		OUTCOME_TEST(test_a_time_out_names_the_slowest_workers),
		OUTCOME_TEST(test_a_time_out_names_partners_when_workers_have_left),
		OUTCOME_TEST(test_what_the_leader_reports_comes_before_its_death),
		OUTCOME_TEST(test_a_leader_that_dies_is_a_crash),
		OUTCOME_TEST(test_a_clean_exit_before_the_end_is_a_crash),
		cmocka_unit_test(test_plain_modes_take_any_number),
		cmocka_unit_test(test_hybrid_splits_by_nodes_and_caches),
		cmocka_unit_test(test_hybrid_says_what_it_cannot_split),
		cmocka_unit_test(test_modes_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
