/* What exceeds which limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/host/host.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1024u * 1024u)

/* A host that allows everything. */
static const struct cb_limits unlimited = {
	.user = { CB_NONE, 0 },
	.pids_cgroup = { CB_NONE, 0 },
	.kernel = { CB_NONE, 0 },
	.pid_space = { CB_NONE, 0 },
	.fds = CB_NONE,
	.memory_bytes = CB_NONE,
	.address_bytes = { CB_NONE, 0 },
};

/* Text of the refusal; "" when it is allowed. */
static const char *refusal(const struct cb_limits *limits, struct cb_need need, struct cb_error *err)
{
	int r;

	*err = (struct cb_error){ 0 };
	r = cb_limits_compare(limits, &need, err);
	assert_int_equal(r, err->code);
	assert_true(r == 0 || r == -EAGAIN);
	return err->text;
}

static void nothing_limits(void **state)
{
	const struct cb_need all = { UINT32_MAX, UINT32_MAX, UINT64_MAX - 1, UINT32_MAX, UINT64_MAX };
	struct cb_error err;

	(void)state;
	assert_string_equal(refusal(&unlimited, all, &err), "");
}

/* Each limit of tasks binds alone, to the task, and says its name and numbers. */
static void tasks(void **state)
{
	static const struct {
		size_t offset;
		const char *text;
	} rows[] = {
		{ offsetof(struct cb_limits, user),
			"11 tasks are more than RLIMIT_NPROC (ulimit -u) allows: 50, with 40 in use" },
		{ offsetof(struct cb_limits, pids_cgroup),
			"11 tasks are more than /cg/pids.max allows: 50, with 40 in use" },
		{ offsetof(struct cb_limits, kernel),
			"11 tasks are more than kernel.threads-max allows: 50, with 40 in use" },
		{ offsetof(struct cb_limits, pid_space),
			"11 tasks are more than kernel.pid_max allows: 50, with 40 in use" },
	};
	struct cb_error err;

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_limits limits = unlimited;

		strcpy(limits.pids_cgroup_file, "/cg/pids.max");
		*(struct cb_limit *)((char *)&limits + rows[i].offset) = (struct cb_limit){ 50, 40 };
		assert_string_equal(
			refusal(&limits, (struct cb_need){ .processes = 1, .threads = 10 }, &err), "");
		assert_string_equal(refusal(&limits, (struct cb_need){ .processes = 1, .threads = 11 }, &err),
			rows[i].text);
		assert_string_equal(refusal(&limits, (struct cb_need){ .processes = 11, .threads = 0 }, &err),
			rows[i].text);
	}
}

/* More in use than allowed happens when a limit is lowered later. */
static void already_exceeded(void **state)
{
	struct cb_limits limits = unlimited;
	struct cb_error err;

	(void)state;
	limits.user = (struct cb_limit){ 10, 40 };
	assert_true(refusal(&limits, (struct cb_need){ 1, 1, 0, 0, 0 }, &err)[0]);
	limits.user = (struct cb_limit){ 0, 0 };
	assert_true(refusal(&limits, (struct cb_need){ 1, 1, 0, 0, 0 }, &err)[0]);
}

static void descriptors(void **state)
{
	struct cb_limits limits = unlimited;
	struct cb_error err;

	(void)state;
	limits.fds = 1024;
	assert_string_equal(refusal(&limits, (struct cb_need){ .fds_per_process = 1024 }, &err), "");
	assert_string_equal(refusal(&limits, (struct cb_need){ .fds_per_process = 1025 }, &err),
		"1025 descriptors a process are more than RLIMIT_NOFILE (ulimit -Hn) allows: 1024");
}

static void memory(void **state)
{
	struct cb_limits limits = unlimited;
	struct cb_error err;

	(void)state;
	limits.memory_bytes = 100 * MIB;
	assert_string_equal(refusal(&limits, (struct cb_need){ .memory_bytes = 100 * MIB }, &err), "");
	assert_string_equal(refusal(&limits, (struct cb_need){ .memory_bytes = 101 * MIB }, &err),
		"101 MiB of memory are more than is free: 100 MiB");
}

static void address_space(void **state)
{
	struct cb_limits limits = unlimited;
	struct cb_error err;

	(void)state;
	limits.address_bytes = (struct cb_limit){ 100 * MIB, 10 * MIB };
	assert_string_equal(refusal(&limits, (struct cb_need){ .address_bytes = 90 * MIB }, &err), "");
	assert_string_equal(refusal(&limits, (struct cb_need){ .address_bytes = 91 * MIB }, &err),
		"91 MiB of address space a process are more than RLIMIT_AS (ulimit -v) allows: 100 MiB, with "
		"10 in "
		"use");
}

/* ---- the real ones --------------------------------------------------------------------------- */

static void this_host(void **state)
{
	const struct cb_need little = { 1, 1, 4096, 8, 4096 };
	struct cb_need much = { 1, UINT32_MAX, 0, 0, 0 };
	struct cb_error err = { 0 };
	struct cb_limits limits;

	(void)state;
	cb_limits_load(1, &limits);
	assert_true(limits.kernel.most > 0 && limits.pid_space.most > 0 && limits.fds > 0);
	assert_true(limits.memory_bytes > 0);
	assert_true(cb_memory_total_bytes() > 0);
	if (cb_limits_check(NULL, &little, &err) < 0)
		fail_msg("%s", err.text);
	/* No kernel has room for four thousand million tasks. */
	assert_int_equal(cb_limits_check(NULL, &much, &err), -EAGAIN);
	assert_non_null(strstr(err.text, "4294967295 tasks"));
}

/* As an ordinary user with a tight limit: 0 when RLIMIT_NPROC is what refuses. */
static int check_as_user(void)
{
	const struct rlimit tight = { 100, 100 };
	const struct cb_need need = { 1, 101, 0, 0, 0 };
	struct cb_error err = { 0 };

	if (geteuid() == 0 && setuid(12345) < 0)
		return 2;
	if (setrlimit(RLIMIT_NPROC, &tight) < 0)
		return 3;
	return cb_limits_check(NULL, &need, &err) != -EAGAIN || !strstr(err.text, "RLIMIT_NPROC") ||
	       !strstr(err.text, "allows: 100");
}

/* Root is not bound by RLIMIT_NPROC, others are. */
static void processes_of_a_user(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0)
		_exit(check_as_user());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2) {
		print_message("skipped: this root may not become an ordinary user\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void lowered_descriptors(void **state)
{
	const struct cb_need need = { 1, 1, 0, 65, 0 };
	struct cb_error err = { 0 };
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		const struct rlimit tight = { 64, 64 };

		if (setrlimit(RLIMIT_NOFILE, &tight) < 0)
			_exit(2);
		_exit(cb_limits_check(NULL, &need, &err) != -EAGAIN || !strstr(err.text, "RLIMIT_NOFILE"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_limits),
		cmocka_unit_test(tasks),
		cmocka_unit_test(already_exceeded),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(memory),
		cmocka_unit_test(address_space),
		cmocka_unit_test(this_host),
		cmocka_unit_test(processes_of_a_user),
		cmocka_unit_test(lowered_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
