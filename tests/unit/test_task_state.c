/* What /proc says a thread is doing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/task_state.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_the_letter_stands_behind_the_name(void **state)
{
	(void)state;
	assert_int_equal(cb_task_letter("12 (cat) S 1 12 12 0 -1 4194304"), 'S');
	assert_int_equal(cb_task_letter("12 (a) R (b) D 1 12"), 'D');
	assert_int_equal(cb_task_letter("12 () ) T 1"), 'T');
	assert_int_equal(cb_task_letter(""), 0);
	assert_int_equal(cb_task_letter("12 (cat"), 0);
	assert_int_equal(cb_task_letter("12 (cat)"), 0);
}

static void test_words_of_letters(void **state)
{
	(void)state;
	assert_string_equal(cb_task_word('R'), "running or runnable");
	assert_string_equal(cb_task_word('S'), "sleeping");
	assert_string_equal(cb_task_word('D'), "blocked");
	assert_string_equal(cb_task_word('T'), "stopped");
	assert_string_equal(cb_task_word('t'), "traced");
	assert_string_equal(cb_task_word('Z'), "dead");
	assert_null(cb_task_word('?'));
	assert_null(cb_task_word(0));
}

static void test_the_number_of_a_system_call(void **state)
{
	(void)state;
	assert_int_equal(cb_task_syscall("202 0x7ffc 0x80 0x2 0x0 0x0 0x0 0x7ffc 0x7f"), 202);
	assert_int_equal(cb_task_syscall("0 0x3 0x7ffc 0x1 0x0 0x0 0x0 0x7ffc 0x7f"), 0);
	assert_int_equal(cb_task_syscall("running"), -1);
	assert_int_equal(cb_task_syscall("-1 0x7ffc 0x7f"), -1);
	assert_int_equal(cb_task_syscall(""), -1);
}

static void test_names_of_system_calls(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(cb_syscall_name(SYS_futex, buf, sizeof buf), "futex");
	assert_string_equal(cb_syscall_name(SYS_read, buf, sizeof buf), "read");
	assert_string_equal(cb_syscall_name(SYS_clock_nanosleep, buf, sizeof buf), "clock_nanosleep");
	assert_string_equal(cb_syscall_name(9999, buf, sizeof buf), "system call 9999");
}

/* ---- threads that are there ------------------------------------------------------------------ */

static void waits(void)
{
	int fds[2];
	char byte;

	if (!pipe(fds) && read(fds[0], &byte, 1))
		_exit(1);
}

static void spins(void)
{
	for (;;)
		cb_keep(NULL);
}

static void stops(void)
{
	raise(SIGSTOP);
}

/* The child's state as soon as it is as wanted, or what it is after two seconds. */
static struct cb_task_state await(void (*body)(void), const char *a, const char *b)
{
	struct cb_task_state found;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		body();
		_exit(0);
	}
	for (int i = 0; i < 200; i++) {
		cb_task_states_read(&pid, &pid, 1, &found);
		if (found.word && (!strcmp(found.word, a) || !strcmp(found.word, b)))
			break;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return found;
}

static void test_one_that_waits(void **state)
{
	struct cb_task_state found = await(waits, "sleeping", "");

	(void)state;
	assert_string_equal(found.word, "sleeping");
	if (*found.unreadable)
		print_message("not all can be read here: %s\n", found.unreadable);
	else
		assert_string_equal(found.syscall, "read");
}

static void test_one_that_computes(void **state)
{
	struct cb_task_state found = await(spins, "running", "runnable");

	(void)state;
	if (access("/proc/self/schedstat", R_OK))
		assert_string_equal(found.word, "running or runnable");
	else
		assert_true(!strcmp(found.word, "running") || !strcmp(found.word, "runnable"));
	assert_string_equal(found.syscall, "");
}

static void test_one_that_is_stopped(void **state)
{
	(void)state;
	assert_string_equal(await(stops, "stopped", "").word, "stopped");
}

static void test_one_that_is_not_there(void **state)
{
	int pid = 1, tid = 2147483647;
	struct cb_task_state found;

	(void)state;
	cb_task_states_read(&pid, &tid, 1, &found);
	assert_null(found.word);
	assert_string_equal(found.syscall, "");
	assert_string_equal(found.wchan, "");
	assert_string_equal(found.unreadable, "/proc/1/task/2147483647/stat: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_letter_stands_behind_the_name),
		cmocka_unit_test(test_words_of_letters),
		cmocka_unit_test(test_the_number_of_a_system_call),
		cmocka_unit_test(test_names_of_system_calls),
		cmocka_unit_test(test_one_that_waits),
		cmocka_unit_test(test_one_that_computes),
		cmocka_unit_test(test_one_that_is_stopped),
		cmocka_unit_test(test_one_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
