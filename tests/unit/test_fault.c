/* --fault: how it is written, when it strikes, for whom the leader waits, what is lost. No process is forked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/crew.h"
#include "lib/exec/outcome.h"
#include "lib/plan/parse_fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 4

struct fault_rig {
	struct cb_workload workload;
	struct cb_fault fault;
	struct cb_sample_spec spec;
	struct cb_control *control;
	struct cb_end end;
	struct cb_sample sample;
};

/* Four workers of 100 units each, 2 x 2. Worker 0 was struck at 1000 after 30; the others have ended. */
static int set_up(void **state)
{
	static struct fault_rig rig;

	rig = (struct fault_rig){ .control = cb_control_new(WORKERS, 0) };
	assert_non_null(rig.control);
	rig.fault = (struct cb_fault){ .how = CB_FAULT_CRASH, .after = 0.3 };
	rig.spec = (struct cb_sample_spec){ .workload = &rig.workload,
		.shape = { WORKERS, 2, 2 },
		.units = 100 * WORKERS,
		.fault = &rig.fault };
	for (unsigned i = 0; i < WORKERS; i++) {
		rig.control->slots[i].step = i ? CB_STEP_ENDED : CB_STEP_RUN;
		rig.control->slots[i].progress = i ? 100 : 20;
		rig.control->slots[i].units = i ? 100 : 0;
	}
	rig.control->fault_units = 30;
	rig.control->struck_ns = 1000;
	rig.control->noticed_ns = 1500;
	rig.end = (struct cb_end){ .noticed_ns = 9000 };
	rig.sample.status = CB_CRASHED;
	*state = &rig;
	return 0;
}

static int tear_down(void **state)
{
	cb_control_free(((struct fault_rig *)*state)->control);
	return 0;
}

static const struct cb_fault_outcome *tell(struct fault_rig *rig)
{
	memset(&rig->sample.fault, 0xff, sizeof rig->sample.fault);
	cb_fault_tell(&rig->spec, rig->control, &rig->end, &rig->sample);
	return &rig->sample.fault;
}

/* ---- the account ----------------------------------------------------------------------------- */

static void test_a_process_takes_the_results_of_its_threads(void **state)
{
	const struct cb_fault_outcome *f = tell(*state);

	assert_true(f->planned && f->struck);
	assert_int_equal(f->units, 400);
	assert_int_equal(f->units_done, 330); /* the struck worker's own count, not its batches */
	assert_int_equal(f->units_kept, 200); /* worker 1 had ended, but its process died */
	assert_int_equal(f->survivors, 2);
	assert_int_equal(f->workers, 4);
	assert_true(cb_fault_lost_share(f) == 0.5);
}

static void test_a_hang_takes_one_worker(void **state)
{
	struct fault_rig *rig = *state;
	const struct cb_fault_outcome *f;

	rig->fault.how = CB_FAULT_HANG;
	rig->control->noticed_ns = 0;
	rig->sample.status = CB_TIMEOUT;
	f = tell(rig);
	assert_int_equal(f->survivors, 3);
	assert_int_equal(f->units_kept, 300);
	assert_int_equal(f->notice_ns, 8000);
	assert_int_equal(f->noticer, CB_NOTICED_BY_DEADLINE);
}

static void test_who_is_not_done_is_lost(void **state)
{
	struct fault_rig *rig = *state;
	const struct cb_fault_outcome *f;

	rig->control->slots[3].step = CB_STEP_RUN;
	rig->control->slots[3].progress = 64;
	rig->control->slots[3].units = 0;
	f = tell(rig);
	assert_int_equal(f->survivors, 1);
	assert_int_equal(f->units_done, 30 + 100 + 100 + 64);
	assert_int_equal(f->units_kept, 100);
}

static void test_victims_are_those_of_the_process(void **state)
{
	static const struct {
		struct cb_shape shape;
		unsigned worker, first, n, hang_n;
	} cases[] = {
		{ { 1, 1, 1 }, 0, 0, 1, 1 },
		{ { 4, 4, 1 }, 2, 2, 1, 1 },
		{ { 4, 1, 4 }, 2, 0, 4, 1 },
		{ { 6, 2, 3 }, 4, 3, 3, 1 },
	};
	unsigned first;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(cases); i++) {
		struct cb_fault fault = { .how = CB_FAULT_KILL, .worker = cases[i].worker };

		assert_int_equal(cb_fault_victims(&fault, &cases[i].shape, &first), cases[i].n);
		assert_int_equal(first, cases[i].first);
		fault.how = CB_FAULT_HANG;
		assert_int_equal(cb_fault_victims(&fault, &cases[i].shape, &first), cases[i].hang_n);
		assert_int_equal(first, cases[i].worker);
	}
}

static void test_the_first_to_know_is_told(void **state)
{
	struct fault_rig *rig = *state;

	assert_int_equal(tell(rig)->notice_ns, 500);
	assert_int_equal(rig->sample.fault.noticer, CB_NOTICED_BY_LEADER);
	rig->control->noticed_ns = 0;
	assert_int_equal(tell(rig)->notice_ns, 8000);
	assert_int_equal(rig->sample.fault.noticer, CB_NOTICED_BY_HARNESS);
	rig->sample.status = CB_STALLED;
	assert_int_equal(tell(rig)->noticer, CB_NOTICED_BY_WATCHDOG);
	rig->sample.status = CB_DEADLOCK;
	assert_int_equal(tell(rig)->noticer, CB_NOTICED_BY_WATCHDOG);
}

static void test_what_did_not_strike_is_not_told(void **state)
{
	struct fault_rig *rig = *state;

	rig->control->struck_ns = 0;
	assert_true(tell(rig)->planned);
	assert_false(rig->sample.fault.struck);
	assert_true(rig->sample.fault.notice_ns == CB_NONE);
	assert_int_equal(rig->sample.fault.noticer, CB_NOTICED_BY_NONE);
	assert_int_equal(rig->sample.fault.survivors, 3);
	rig->spec.fault = NULL;
	assert_false(tell(rig)->planned);
	assert_int_equal(rig->sample.fault.units, 0);
}

/* ---- the leader's wait ----------------------------------------------------------------------- */

static void test_survivors_are_waited_for(void **state)
{
	struct fault_rig *rig = *state;
	struct cb_crew crew = {
		.spec = &rig->spec, .control = rig->control, .workers = WORKERS, .children_n = 2
	};

	rig->control->children[0] = (struct cb_child){ .pid = 10, .first = 0, .n = 2 };
	rig->control->children[1] = (struct cb_child){ .pid = 11, .first = 2, .n = 2 };
	rig->control->slots[3].step = CB_STEP_RUN;
	assert_false(cb_fault_ends_sample(&crew, false)); /* struck, and nobody has noticed */
	rig->control->children[0].pid = 0;
	rig->control->status = CB_CRASHED;
	assert_false(cb_fault_ends_sample(&crew, true)); /* worker 3 is at work */
	rig->control->slots[3].step = CB_STEP_ENDED;
	assert_true(cb_fault_ends_sample(&crew, false));
	rig->control->slots[3].step = CB_STEP_RUN;
	rig->control->slots[3].error.code = -EPIPE; /* it misses the dead one */
	assert_true(cb_fault_ends_sample(&crew, false));
}

static void test_other_deaths_end_the_sample_at_once(void **state)
{
	struct fault_rig *rig = *state;
	struct cb_crew crew = { .spec = &rig->spec, .control = rig->control, .workers = WORKERS };

	rig->control->struck_ns = 0;
	assert_true(cb_fault_ends_sample(&crew, true));
	assert_false(cb_fault_ends_sample(&crew, false));
	rig->control->struck_ns = 1;
	rig->spec.fault = NULL;
	assert_true(cb_fault_ends_sample(&crew, true));
}

/* ---- striking -------------------------------------------------------------------------------- */

static int count(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	(void)first, (void)err;
	w->digest += n;
	return 0;
}

static void test_without_a_fault_nothing_is_swapped(void **state)
{
	struct fault_rig *rig = *state;

	rig->spec.fault = NULL;
	assert_ptr_equal(cb_fault_arm(&rig->spec, rig->control), &rig->spec);
}

static void test_only_the_units_of_the_one_are_counted(void **state)
{
	struct fault_rig *rig = *state;
	const struct cb_sample_spec *armed;
	struct cb_worker w = { .index = 1, .count = WORKERS };

	rig->workload.run = count;
	rig->control->fault_units = 0;
	armed = cb_fault_arm(&rig->spec, rig->control);
	assert_non_null(armed);
	w.env = &armed->env;
	assert_int_equal(armed->workload->run(&w, 0, 1000, NULL), 0);
	assert_int_equal(rig->control->fault_units, 0);
	w.index = 0;
	assert_int_equal(armed->workload->run(&w, CB_WARMUP_UNIT, 1000, NULL), 0);
	assert_int_equal(rig->control->fault_units, 0);
	assert_int_equal(armed->workload->run(&w, 0, 29, NULL), 0); /* the 30th would be its last */
	assert_int_equal(rig->control->fault_units, 29);
	assert_int_equal(w.digest, 1000 + 1000 + 29);
	free((void *)(uintptr_t)armed);
}

/* ---- as it is written ------------------------------------------------------------------------ */

static void assert_parsed(const char *text, enum cb_fault_how how, unsigned worker, double after)
{
	struct cb_error err = { 0 };
	struct cb_fault fault;

	assert_int_equal(cb_parse_fault(text, &fault, &err), 0);
	assert_int_equal(fault.how, how);
	assert_int_equal(fault.worker, worker);
	assert_true(fault.after == after);
}

static void test_faults_as_they_are_written(void **state)
{
	(void)state;
	assert_parsed("crash", CB_FAULT_CRASH, 0, 0.5);
	assert_parsed("kill:worker=3", CB_FAULT_KILL, 3, 0.5);
	assert_parsed("hang:after=0", CB_FAULT_HANG, 0, 0);
	assert_parsed("exit:after=100%,worker=99999", CB_FAULT_EXIT, 99999, 1);
	assert_parsed("exit:worker=1,after=12.5", CB_FAULT_EXIT, 1, 0.125);
}

static void test_what_is_no_fault_is_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{ "", -EINVAL },
		{ "none", -EINVAL },
		{ "KILL", -EINVAL },
		{ "kills", -EINVAL },
		{ "kill:", -EINVAL },
		{ "kill:worker", -EINVAL },
		{ "kill:worker=", -EINVAL },
		{ "kill:worker=all", -EINVAL },
		{ "kill:worker=100000", -ERANGE },
		{ "kill:worker=1,worker=2", -EINVAL },
		{ "kill:after=-1", -ERANGE },
		{ "kill:after=100.1", -ERANGE },
		{ "kill:after=nan", -EINVAL },
		{ "kill:after=5,", -EINVAL },
		{ "kill:before=5", -EINVAL },
		{ ":after=5", -EINVAL },
		{ "a word that is far longer than any buffer that somebody might have made for it", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(cases); i++) {
		struct cb_fault fault = { .worker = 77 };
		struct cb_error err = { 0 };

		if (cb_parse_fault(cases[i].text, &fault, &err) != cases[i].code)
			fail_msg("'%s': %d, %s", cases[i].text, err.code, err.text);
		assert_int_equal(fault.worker, 77);
		assert_true(err.text[0] && !strchr(err.text, '\n'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_process_takes_the_results_of_its_threads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_hang_takes_one_worker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_who_is_not_done_is_lost, set_up, tear_down),
		cmocka_unit_test(test_victims_are_those_of_the_process),
		cmocka_unit_test_setup_teardown(test_the_first_to_know_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_did_not_strike_is_not_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_survivors_are_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_deaths_end_the_sample_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_a_fault_nothing_is_swapped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_only_the_units_of_the_one_are_counted, set_up, tear_down),
		cmocka_unit_test(test_faults_as_they_are_written),
		cmocka_unit_test(test_what_is_no_fault_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
