/*
 * Harnesses that are killed: one whose children die with it, one whose children do not, one that ends by
 * itself. Their processes are counted, and none is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/kill.h"
#include "lib/exec/killed.h"
#include "lib/exec/sample.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

/* A harness with two children. */
struct family {
	bool loyal; /* they die with it */
};

static void harness(void *arg)
{
	const struct family *family = arg;
	pid_t self = getpid();

	for (int i = 0; i < 2; i++) {
		if (fork())
			continue;
		if (family->loyal)
			cb_die_with_parent(SIGKILL, self);
		else
			setsid();
		for (;;)
			pause();
	}
	for (;;)
		pause();
}

static void harness_that_ends(void *arg)
{
	(void)arg;
}

static int run(
	void (*body)(void *), void *arg, uint64_t limit_ns, struct cb_killed *ret, struct cb_error *err)
{
	struct cb_killed_spec spec = { .harness = body,
		.arg = arg,
		.tasks = 2,
		.delay_ns = MS,
		.start_ns = 0, /* all is in the limit */
		.limit_ns = limit_ns };
	struct cb_supervisor *supervisor;
	int r;

	assert_int_equal(cb_supervisor_new(&supervisor, err), 0);
	r = cb_killed_run(supervisor, &spec, ret, err);
	cb_supervisor_free(supervisor);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return r;
}

/* Tasks are counted, and the thread sanitizer has some of its own in each process. */
static void need_plain_processes(void)
{
#ifdef __SANITIZE_THREAD__
	print_message("the thread sanitizer adds tasks to those that are counted\n");
	skip();
#endif
}

static void test_children_that_die_with_it(void **state)
{
	struct family family = { .loyal = true };
	struct cb_killed killed = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	need_plain_processes();
	assert_int_equal(run(harness, &family, 30000 * MS, &killed, &err), 0);
	assert_int_equal(killed.tasks, 2);
	assert_true(killed.gone_ns > 0 && killed.gone_ns != CB_NONE);
}

static void test_children_that_live_on(void **state)
{
	struct family family = { .loyal = false };
	struct cb_killed killed = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	need_plain_processes();
	assert_int_equal(run(harness, &family, 1000 * MS, &killed, &err), 0);
	assert_int_equal(killed.tasks, 2);
	assert_true(killed.gone_ns == CB_NONE);
}

static void test_one_that_ends_by_itself(void **state)
{
	struct cb_killed killed = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(run(harness_that_ends, NULL, 30000 * MS, &killed, &err), -ECANCELED);
	assert_string_equal(err.text, "the run had no sample to be killed in");
}

static void test_one_with_too_few(void **state)
{
	struct cb_killed_spec spec = { .harness = harness,
		.arg = &(struct family){ .loyal = true },
		.tasks = 3,
		.delay_ns = MS,
		.start_ns = 300 * MS };
	struct cb_supervisor *supervisor;
	struct cb_killed killed = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	need_plain_processes();
	assert_int_equal(cb_supervisor_new(&supervisor, &err), 0);
	assert_int_equal(cb_killed_run(supervisor, &spec, &killed, &err), -ECANCELED);
	cb_supervisor_free(supervisor);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_children_that_die_with_it),
		cmocka_unit_test(test_children_that_live_on),
		cmocka_unit_test(test_one_that_ends_by_itself),
		cmocka_unit_test(test_one_with_too_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
