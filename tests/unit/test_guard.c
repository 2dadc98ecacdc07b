/* Code in a process of its own: how it ends is told, nothing is left; and what it wrote is made fit to be
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/parse.h"
#include "lib/exec/control.h"
#include "lib/exec/guard.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)

struct shared {
	int answer;
	pid_t left;
};

static void *shared_page(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static void answer(void *arg)
{
	struct shared *s = arg;

	s->answer = 42;
}

static void crash(void *arg)
{
	(void)arg;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void leave(void *arg)
{
	(void)arg;
	_exit(0);
}

static void hang(void *arg)
{
	struct shared *s = arg;
	pid_t pid;

	signal(SIGTERM, SIG_IGN);
	pid = fork();
	if (pid)
		s->left = pid;
	else
		setsid();
	for (;;)
		pause();
}

static void desert(void *arg)
{
	struct shared *s = arg;
	pid_t pid = fork();

	if (pid) {
		s->left = pid;
	} else {
		setsid();
		for (;;)
			pause();
	}
}

static void test_ends(void **state)
{
	struct cb_error err = { 0 };
	struct shared *s = shared_page();

	(void)state;
	assert_int_equal(cb_guard_run(answer, s, 20 * SECOND, &err), 0);
	assert_int_equal(s->answer, 42);
	assert_int_equal(cb_guard_run(crash, s, 20 * SECOND, &err), -ECANCELED);
	assert_string_equal(err.text, "was killed by SIGSEGV");
	err.code = 0;
	assert_int_equal(cb_guard_run(leave, s, 20 * SECOND, &err), -ECANCELED);
	assert_string_equal(err.text, "ended its process with status 0");
	munmap(s, 4096);
}

static void test_leaves_nothing(void **state)
{
	struct cb_error err = { 0 };
	struct shared *s = shared_page();

	(void)state;
	assert_int_equal(cb_guard_run(hang, s, SECOND / 10, &err), -ETIMEDOUT);
	assert_string_equal(err.text, "did not end within 100ms");
	assert_true(s->left > 0 && kill(s->left, 0) < 0 && errno == ESRCH);
	assert_int_equal(cb_guard_run(desert, s, 20 * SECOND, &err), 0);
	assert_true(s->left > 0 && kill(s->left, 0) < 0 && errno == ESRCH);
	munmap(s, 4096);
}

static void test_tame(void **state)
{
	struct cb_control *control = cb_control_new(3, 2), *fresh = cb_control_new(3, 2);
	size_t bytes = fresh->bytes;

	(void)state;
	memset(control, 0xa5, bytes);
	cb_control_tame(control, 3, 2);
	assert_int_equal(control->bytes, bytes);
	assert_int_equal(control->slots_n, 3);
	assert_ptr_equal(
		(char *)control->histograms - (char *)control, (char *)fresh->histograms - (char *)fresh);
	assert_ptr_equal(
		(char *)control->children - (char *)control, (char *)fresh->children - (char *)fresh);
	assert_true((unsigned)control->status <= CB_MISMATCH);
	assert_true(control->leader_step < CB_STEPS && control->slots[2].step < CB_STEPS);
	assert_true(control->notes_n <= CB_NOTES_MAX);
	assert_true(
		strlen(control->error.text) < sizeof control->error.text && cb_is_plain(control->error.text));
	for (unsigned i = 0; i < control->notes_n; i++) {
		assert_true(strlen(control->notes[i].key) < sizeof control->notes[i].key);
		assert_true(cb_is_plain(control->notes[i].key) && cb_is_plain(control->notes[i].word));
	}
	cb_control_free(control);
	cb_control_free(fresh);
}

static void test_plain(void **state)
{
	char text[] = "a\tb\033[2J\xc3\xa9\xc2\x9b\xff\x7f";

	(void)state;
	assert_true(cb_is_plain("") && cb_is_plain("a 'b' \"\\ \xc3\xa9 \xe2\x82\xac"));
	assert_false(cb_is_plain(text));
	assert_string_equal(cb_tame(text), "a?b?[2J\xc3\xa9????");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_leaves_nothing),
		cmocka_unit_test(test_tame),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
