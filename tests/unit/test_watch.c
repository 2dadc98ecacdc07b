/* Samples whose workers do not get on: who, why and how is told, the sample is ended, and no process is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/watch.h"
#include "lib/host/clock.h"
#include "tests/unit/rig.h"

extern const struct cb_workload cb_workload_sync_deadlock;

static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 2, 1 }, { "threads", 1, 2 },
	{ "hybrid", 2, 2 } };

#define STALL_NS (400 * RIG_MS)
#define LONG_NS  (60000 * RIG_MS)

/* Runs it and checks status and reason. Returns what is known of stuck workers; zeroed where there are none.
 */
static struct cb_stuck run(struct rig_shape shape, const struct cb_workload *workload, const char *text,
	struct cb_sample_spec how, enum cb_status status, const char *reason)
{
	_Alignas(16) char params[4096] = { 0 };
	struct cb_sample_spec spec = rig_spec(workload, shape, 1000);
	struct cb_supervisor *supervisor;
	struct cb_prepared *prepared = NULL;
	struct cb_sample sample = { 0 };
	struct cb_stuck stuck = { 0 };
	struct cb_error err = { 0 };

	rig_params(workload, text, params);
	spec.params = params;
	spec.dispatch = CB_DISPATCH_STATIC;
	spec.timeout_ns = how.timeout_ns ? how.timeout_ns : LONG_NS;
	spec.stall_ns = how.stall_ns;
	spec.warmup_ns = RIG_MS;
	assert_int_equal(cb_supervisor_new(&supervisor, &err), 0);
	if (workload->prepare)
		assert_int_equal(cb_prepare_run(supervisor, workload, params, &spec.env, spec.seed,
					 spec.timeout_ns, &prepared, &sample.status, &err),
			0);
	spec.prepared = prepared;
	assert_int_equal(cb_sample_run(supervisor, &spec, &sample, NULL, &err), 0);
	print_message("%s/%s: %s: %s\n", shape.mode, text, cb_status_names[sample.status], sample.reason);
	rig_assert_sample(&sample, status, reason);
	rig_assert_alone();
	assert_int_equal(sample.stuck != NULL, status == CB_STALLED || status == CB_DEADLOCK);
	if (sample.stuck)
		stuck = *sample.stuck;
	cb_prepared_free(prepared);
	cb_supervisor_free(supervisor);
	return stuck;
}

static unsigned last_of(struct rig_shape shape)
{
	return shape.processes * shape.threads - 1;
}

static const struct cb_sample_spec watched = { .stall_ns = STALL_NS };

/*
 * The last worker does three units and then that. Who is done waits and is not stalled; only a stop takes
 * those with it that share the process.
 */
static void check_stall(struct rig_shape shape, const char *how, const char *state)
{
	const struct cb_stuck_worker *last;
	struct cb_stuck stuck;
	char text[96], reason[192];

	snprintf(text, sizeof text, "fault:hook=run,how=%s,worker=%u,after=3", how, last_of(shape));
	snprintf(reason, sizeof reason,
		"^no unit finished for [0-9]+m?s by .*worker %u \\(%s\\).*; allow more with --stall$",
		last_of(shape), state);
	stuck = run(shape, &cb_workload_fault, text, watched, CB_STALLED, reason);
	if (strcmp(how, "stop") != 0)
		assert_int_equal(stuck.all, 1);
	assert_int_equal(stuck.limit_ns, STALL_NS);
	last = &stuck.workers[stuck.n - 1];
	assert_int_equal(last->index, last_of(shape));
	assert_in_range(last->for_ns, STALL_NS, LONG_NS);
	assert_in_range(last->units, 0, 3); /* whole batches */
	assert_true(last->pid > 0 && last->tid > 0);
	assert_int_equal(last->holds, 0);
}

static void test_a_worker_that_sleeps(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		check_stall(shapes[i], "hang", "sleeping( in (pause|ppoll))?");
		check_stall(shapes[i], "read", "sleeping( in read)?");
	}
}

static void test_a_worker_that_computes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++)
		check_stall(shapes[i], "spin", "running|runnable|running or runnable");
}

static void test_a_worker_that_is_stopped(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++)
		check_stall(shapes[i], "stop", "stopped.*");
}

static void test_a_worker_that_hangs_in_warm_up(void **state)
{
	struct cb_stuck stuck;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		stuck = run(shapes[i], &cb_workload_fault, "fault:hook=warmup,how=hang", watched, CB_STALLED,
			" by worker 0 \\(sleeping( in [a-z]+)?, in warm-up\\);");
		assert_int_equal(stuck.all, 1); /* the others wait at the gate */
		assert_string_equal(stuck.workers[0].step, "warm-up");
	}
}

static void test_what_is_no_stall(void **state)
{
	struct cb_sample_spec brief = { .stall_ns = 100 * RIG_MS, .timeout_ns = 700 * RIG_MS };
	struct cb_sample_spec patient = { .stall_ns = 30000 * RIG_MS, .timeout_ns = 300 * RIG_MS };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		/* no unit is to be finished there */
		run(shapes[i], &cb_workload_fault, "fault:hook=worker_init,how=hang", brief, CB_TIMEOUT,
			"still in worker_init;");
		/* the time-out is first */
		run(shapes[i], &cb_workload_fault, "fault:hook=run,how=hang", patient, CB_TIMEOUT,
			"still in run;");
		/* it takes its time, but not too much; several looks see it */
		run(shapes[i], &cb_workload_fault, "fault:hook=run,how=slow,time=1s",
			(struct cb_sample_spec){ .stall_ns = 3000 * RIG_MS }, CB_OK, "^$");
	}
}

static void test_a_unit_longer_than_the_limit(void **state)
{
	(void)state;
	run(shapes[1], &cb_workload_fault, "fault:hook=run,how=slow,time=20s", watched, CB_STALLED,
		"worker 0 \\(sleeping");
}

/* ---- deadlocks ------------------------------------------------------------------------------- */

static void check_circle(struct rig_shape shape, const char *text, unsigned length, const char *reason)
{
	unsigned workers = last_of(shape) + 1;
	struct cb_stuck stuck;

	stuck = run(shape, &cb_workload_sync_deadlock, text, (struct cb_sample_spec){ .stall_ns = LONG_NS },
		CB_DEADLOCK, reason);
	assert_int_equal(stuck.all, length);
	assert_int_equal(stuck.n, length);
	assert_int_equal(stuck.behind, workers - length);
	for (unsigned i = 0; i < length; i++) {
		const struct cb_stuck_worker *w = &stuck.workers[i], *next = &stuck.workers[(i + 1) % length];

		assert_true(w->waits_for && (next->holds >> (w->waits_for - 1) & 1));
		assert_int_equal(w->units, 0);
		assert_string_equal(w->task.word, "sleeping");
	}
}

#define TWO "^worker 0 holds A and waits for B, worker [13] holds B and waits for A(; 2 more wait behind)?$"
#define ONE "^worker [0-3] holds A and waits for A: it waits for itself(; [13] more waits? behind)?$"

static void test_deadlocks_are_found_without_a_limit_of_their_own(void **state)
{
	uint64_t from = cb_now_ns();

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		if (last_of(shapes[i]))
			check_circle(shapes[i], "sync_deadlock", 2, i == 3 ? "." : TWO);
		check_circle(shapes[i], "sync_deadlock:locks=twice", 1, ONE);
	}
	assert_true(cb_now_ns() - from < LONG_NS / 2);
}

static void test_locks_that_are_no_deadlock(void **state)
{
	static const char *const texts[] = { "sync_deadlock:locks=same", "sync_deadlock:locks=recursive" };

	(void)state;
	for (size_t k = 0; k < CB_COUNT(texts); k++)
		for (size_t i = 0; i < CB_COUNT(shapes); i++)
			run(shapes[i], &cb_workload_sync_deadlock, texts[k], watched, CB_OK, "^$");
	run(shapes[0], &cb_workload_sync_deadlock, "sync_deadlock", watched, CB_OK, "^$");
}

static int count_one_less(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	w->digest += cb_units_digest(first + n - 1, 1);
	return cb_workload_sync_deadlock.run(w, first, n - 1, err);
}

static void test_units_must_have_been_done_under_the_locks(void **state)
{
	struct cb_workload wrong = cb_workload_sync_deadlock;

	(void)state;
	wrong.run = count_one_less;
	run(shapes[2], &wrong, "sync_deadlock:locks=same", watched, CB_FAILED,
		"^verify failed: [0-9]+ units were counted under the locks, of 1000$");
}

static void test_nobody_looks_when_told_so(void **state)
{
	(void)state;
	run(shapes[1], &cb_workload_sync_deadlock, "sync_deadlock",
		(struct cb_sample_spec){ .timeout_ns = 1500 * RIG_MS }, CB_TIMEOUT,
		"2 of 2 workers still in run;");
}

/* ---- one look after the other, on a made-up control block ------------------------------------ */

struct looks {
	struct cb_sample_spec spec;
	struct cb_control *control;
	struct cb_stuck stuck;
	struct cb_watch watch;
};

static void begin(struct looks *l)
{
	*l = (struct looks){ .spec = rig_spec(&cb_workload_fault, shapes[1], 10),
		.control = cb_control_new(2, 0) };
	assert_non_null(l->control);
	l->spec.stall_ns = 400;
	l->control->leader_step = CB_STEP_RUN;
	l->control->slots[0].step = CB_STEP_RUN;
	l->control->slots[1].step = CB_STEP_RUN;
	cb_watch_init(&l->watch, &l->spec, l->control, &l->stuck, 1000);
}

static void end(struct looks *l)
{
	cb_watch_release(&l->watch);
	cb_control_free(l->control);
}

static void test_looks_are_few(void **state)
{
	struct looks l;

	(void)state;
	begin(&l);
	assert_int_equal(l.watch.next_ns, 1200); /* half the limit, then quarters */
	assert_false(cb_watch_look(&l.watch, 1200));
	assert_int_equal(l.watch.next_ns, 1300);
	end(&l);
	l.spec.stall_ns = 0;
	cb_watch_init(&l.watch, &l.spec, NULL, NULL, 1000);
	assert_true(l.watch.next_ns == UINT64_MAX);
}

static void test_progress_counts(void **state)
{
	struct looks l;

	(void)state;
	begin(&l);
	for (uint64_t now = 1200; now < 3000; now += 100) {
		l.control->slots[0].progress++;
		l.control->slots[1].progress += now % 300 == 0; /* slower, but within the limit */
		assert_false(cb_watch_look(&l.watch, now));
	}
	l.control->slots[1].step = CB_STEP_ENDED;
	for (uint64_t now = 3000; now < 4000; now += 100) {
		l.control->slots[0].progress++;
		assert_false(cb_watch_look(&l.watch, now));
	}
	for (uint64_t now = 4000; now < 4300; now += 100)
		assert_false(cb_watch_look(&l.watch, now));
	assert_true(cb_watch_look(&l.watch, 4300)); /* 400 after the look at 3900 */
	assert_int_equal(l.stuck.all, 1);
	assert_int_equal(l.stuck.workers[0].index, 0);
	assert_int_equal(l.stuck.workers[0].for_ns, 400);
	end(&l);
}

/* A harness that was stopped, as a laptop's lid does it, does not know what the workers could do meanwhile.
 */
static void test_a_harness_that_was_away_begins_anew(void **state)
{
	struct looks l;

	(void)state;
	begin(&l);
	assert_false(cb_watch_look(&l.watch, 1200));
	assert_false(cb_watch_look(&l.watch, 9000));
	assert_false(cb_watch_look(&l.watch, 9300));
	assert_true(cb_watch_look(&l.watch, 9400));
	end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks_are_few),
		cmocka_unit_test(test_progress_counts),
		cmocka_unit_test(test_a_harness_that_was_away_begins_anew),
		cmocka_unit_test(test_a_worker_that_sleeps),
		cmocka_unit_test(test_a_worker_that_computes),
		cmocka_unit_test(test_a_worker_that_is_stopped),
		cmocka_unit_test(test_a_worker_that_hangs_in_warm_up),
		cmocka_unit_test(test_what_is_no_stall),
		cmocka_unit_test(test_a_unit_longer_than_the_limit),
		cmocka_unit_test(test_deadlocks_are_found_without_a_limit_of_their_own),
		cmocka_unit_test(test_locks_that_are_no_deadlock),
		cmocka_unit_test(test_units_must_have_been_done_under_the_locks),
		cmocka_unit_test(test_nobody_looks_when_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
