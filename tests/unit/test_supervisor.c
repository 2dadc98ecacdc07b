/*
 * Samples that go wrong: each fault in each hook in each mode ends with the right status and one sentence,
 * within its time, and leaves no process. Ctrl-C, Ctrl-Z, limits, and the death of the harness itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/control.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/host/clock.h"
#include "tests/unit/rig.h"

static const struct rig_shape shapes[] = { { "serial", 1, 1 }, { "processes", 2, 1 }, { "threads", 1, 2 },
	{ "hybrid", 2, 2 } };

#define LONG_NS (60000 * RIG_MS)

static bool is_mode(struct rig_shape shape, const char *mode)
{
	return !strcmp(shape.mode, mode);
}

/* ---- order of hooks -------------------------------------------------------------------------- */

/* One prepare for several samples, as in a group: the workload compares what it saw. */
static void check_order(struct rig_shape shape, bool fits)
{
	struct cb_sample_spec spec = rig_spec(&cb_workload_hook_order, shape, 501);
	struct cb_supervisor *supervisor;
	struct cb_prepared *prepared;
	struct cb_sample sample;
	struct cb_error err = { 0 };
	enum cb_status status;

	spec.fits = fits;
	spec.warmup_ns = RIG_MS;
	assert_int_equal(cb_supervisor_new(&supervisor, &err), 0);
	assert_int_equal(cb_prepare_run(supervisor, spec.workload, NULL, &spec.env, spec.seed,
				 spec.timeout_ns, &prepared, &status, &err),
		0);
	assert_int_equal(status, CB_OK);
	spec.prepared = prepared;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(cb_sample_run(supervisor, &spec, &sample, NULL, &err), 0);
		rig_assert_sample(&sample, CB_OK, "^$");
		assert_int_equal(sample.units, 501);
		assert_true(sample.metrics[0] == 501);
		rig_assert_alone();
	}
	cb_prepared_free(prepared);
	cb_supervisor_free(supervisor);
}

static void test_hooks_come_in_order_and_as_often_as_promised(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(shapes); i++) {
		check_order(shapes[i], false);
		check_order(shapes[i], true);
	}
	check_order((struct rig_shape){ "processes", 7, 1 }, false);
	check_order((struct rig_shape){ "threads", 1, 7 }, false);
	check_order((struct rig_shape){ "hybrid", 3, 3 }, false);
}

/* ---- faults in hooks ------------------------------------------------------------------------- */

/* The last worker of a shape goes wrong, in the middle of its units where it is run that does. */
static void check_fault(struct rig_shape shape, const char *hook, const char *how, uint64_t timeout_ns,
	enum cb_status status, const char *reason)
{
	unsigned last = shape.processes * shape.threads - 1;
	struct cb_sample sample;
	char text[128];

	snprintf(text, sizeof text, "fault:hook=%s,how=%s,worker=%u,after=%d", hook, how, last,
		!strcmp(hook, "run") && is_mode(shape, "serial") ? 100 : 0);
	assert_int_equal(rig_fault(&cb_workload_fault, shape, text, timeout_ns, &sample), 0);
	print_message("%s/%s: %s: %s\n", shape.mode, text, cb_status_names[sample.status], sample.reason);
	rig_assert_sample(&sample, status, reason);
	rig_assert_alone();
}

static const char *const worker_hooks[] = { "worker_init", "warmup", "run", "worker_fini" };
static const char *const leader_hooks[] = { "prepare", "setup", "verify", "teardown" };

/* The step that a reason names for a hook. */
static const char *step_of(const char *hook)
{
	return strcmp(hook, "warmup") ? hook : "warm-up";
}

/* How the first words of a reason name who died. */
static const char *victim(struct rig_shape shape)
{
	return is_mode(shape, "processes") ? "^worker 1 \\(pid [0-9]+\\)"
	       : is_mode(shape, "hybrid")  ? "^the process of workers 2\\.\\.3 \\(pid [0-9]+\\)"
					   : "^the process \\(pid [0-9]+\\)";
}

struct death {
	const char *how, *words;
};

static const struct death deaths[] = { { "segv", "was killed by SIGSEGV" },
	{ "abort", "was killed by SIGABRT" }, { "kill", "was killed by SIGKILL" },
	{ "exit", "exited with status 3" }, { "exit0", "exited with status 0" } };

static void test_workers_that_die(void **state)
{
	char reason[160];

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++)
		for (size_t h = 0; h < CB_COUNT(worker_hooks); h++)
			for (size_t d = 0; d < CB_COUNT(deaths); d++) {
				snprintf(reason, sizeof reason, "%s %s in ", victim(shapes[s]),
					deaths[d].words);
				check_fault(shapes[s], worker_hooks[h], deaths[d].how, LONG_NS, CB_CRASHED,
					reason);
			}
}

/* A worker alone in its process: the step is told exactly. */
static void test_a_death_names_the_step(void **state)
{
	char reason[64];

	(void)state;
	for (size_t h = 0; h < CB_COUNT(worker_hooks); h++) {
		snprintf(reason, sizeof reason, "^worker 1 .* in %s$", step_of(worker_hooks[h]));
		check_fault(shapes[1], worker_hooks[h], "kill", LONG_NS, CB_CRASHED, reason);
	}
}

static void test_leaders_that_die(void **state)
{
	char reason[160];

	(void)state;
	for (size_t h = 0; h < CB_COUNT(leader_hooks); h++)
		for (size_t d = 0; d < CB_COUNT(deaths); d++) {
			snprintf(reason, sizeof reason, "^the process \\(pid [0-9]+\\) %s in %s$",
				deaths[d].words, leader_hooks[h]);
			check_fault(shapes[h % CB_COUNT(shapes)], leader_hooks[h], deaths[d].how, LONG_NS,
				CB_CRASHED, reason);
		}
}

static void test_hooks_that_return_an_error(void **state)
{
	static const char *const leader_failing[] = { "prepare", "setup", "verify" };
	char reason[160];

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		unsigned last = shapes[s].processes * shapes[s].threads - 1;

		for (size_t h = 0; h < 3; h++) {
			snprintf(reason, sizeof reason, "^worker %u failed in %s: asked to fail$", last,
				step_of(worker_hooks[h]));
			check_fault(shapes[s], worker_hooks[h], "error", LONG_NS, CB_FAILED, reason);
			snprintf(reason, sizeof reason, "^worker %u failed in %s: %s$", last,
				step_of(worker_hooks[h]), strerror(ECANCELED));
			check_fault(shapes[s], worker_hooks[h], "canceled", LONG_NS, CB_FAILED, reason);
			snprintf(reason, sizeof reason, "^%s failed: asked to fail$", leader_failing[h]);
			check_fault(shapes[s], leader_failing[h], "error", LONG_NS, CB_FAILED, reason);
		}
	}
}

static void test_hooks_that_hang(void **state)
{
	char reason[160];

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		for (size_t h = 0; h < CB_COUNT(worker_hooks); h++) {
			snprintf(reason, sizeof reason,
				"^no end within 300ms: 1 of %u workers still in %s; allow more with "
				"--timeout$",
				shapes[s].processes * shapes[s].threads, step_of(worker_hooks[h]));
			check_fault(shapes[s], worker_hooks[h], "hang", 300 * RIG_MS, CB_TIMEOUT, reason);
		}
		snprintf(reason, sizeof reason,
			"^no end within 300ms: still in %s; allow more with --timeout$", leader_hooks[s]);
		check_fault(shapes[s], leader_hooks[s], "hang", 300 * RIG_MS, CB_TIMEOUT, reason);
		check_fault(shapes[s], "run", "spin", 300 * RIG_MS, CB_TIMEOUT,
			": 1 of [0-9]+ workers still in run;");
	}
}

/* The first of several errors is told, not the last. */
static void test_the_first_error_is_kept(void **state)
{
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_error_set(&err, -EIO, "first"), -EIO);
	assert_int_equal(cb_error_set(&err, -EINVAL, "second"), -EINVAL);
	assert_int_equal(err.code, -EIO);
	assert_string_equal(err.text, "first");
}

static void test_a_wrong_digest_shows(void **state)
{
	struct cb_sample right, wrong;

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		assert_int_equal(rig_fault(&cb_workload_fault, shapes[s], "fault", LONG_NS, &right), 0);
		assert_int_equal(rig_fault(&cb_workload_fault, shapes[s], "fault:hook=worker_init,how=digest",
					 LONG_NS, &wrong),
			0);
		assert_int_equal(right.digest, wrong.digest); /* what comes before the gate is forgotten */
		assert_int_equal(rig_fault(&cb_workload_fault, (struct rig_shape){ "serial", 1, 1 },
					 "fault:hook=run,how=digest", LONG_NS, &wrong),
			0);
		assert_int_equal(right.digest + 1, wrong.digest);
	}
}

/* ---- partners -------------------------------------------------------------------------------- */

static void check_partner(struct rig_shape shape, const char *how, uint64_t timeout_ns, enum cb_status status,
	const char *reason)
{
	unsigned last = shape.processes * shape.threads - 1;
	struct cb_sample sample;
	char text[96];

	snprintf(text, sizeof text, "fault_partner:how=%s,worker=%u,after=3", how, last);
	assert_int_equal(rig_fault(&cb_workload_fault_partner, shape, text, timeout_ns, &sample), 0);
	print_message("%s/%s: %s: %s\n", shape.mode, text, cb_status_names[sample.status], sample.reason);
	rig_assert_sample(&sample, status, reason);
	rig_assert_alone();
}

static void test_partners_that_go_wrong(void **state)
{
	static const char *const hows[] = { "segv", "kill", "exit" };
	char reason[160];

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		unsigned all = shapes[s].processes * shapes[s].threads;

		check_partner(shapes[s], "none", LONG_NS, CB_OK, "^$");
		for (size_t h = 0; h < CB_COUNT(hows); h++)
			check_partner(shapes[s], hows[h], LONG_NS, CB_CRASHED,
				"(was killed by SIG|exited with status 3)");
		snprintf(reason, sizeof reason, "^the partner of worker %u failed in run: asked to fail$",
			all - 1);
		check_partner(shapes[s], "error", LONG_NS, CB_FAILED, reason);
		check_partner(shapes[s], "hang", 300 * RIG_MS, CB_TIMEOUT,
			": 1 of [0-9]+ workers still in (run|warm-up);");
		snprintf(reason, sizeof reason, ": 1 of %u partners still in run;", all);
		check_partner(shapes[s], "hang_at_end", 300 * RIG_MS, CB_TIMEOUT, reason);
	}
}

/* ---- what leaves the tree -------------------------------------------------------------------- */

/* A grandchild in a session of its own is gone when the sample is over, whatever else happens. */
static void test_grandchildren_are_reaped(void **state)
{
	static const char *const hooks[] = { "prepare", "setup", "worker_init", "run", "worker_fini",
		"verify", "teardown" };

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++)
		for (size_t h = 0; h < CB_COUNT(hooks); h++)
			check_fault(shapes[s], hooks[h], "grandchild", LONG_NS, CB_OK, "^$");
}

/* ---- creation that fails half-way ------------------------------------------------------------ */

struct limited {
	struct rig_shape shape;
	unsigned room; /* processes and threads that the user may have beside harness and leader */
	const char *reason;
};

/* Becomes a user that has no other process, with room for so many tasks. */
static bool become_limited(unsigned room)
{
	const uid_t nobody_else = 3754921;
	struct rlimit limit = { room + 2, room + 2 };

	return !setresuid(nobody_else, nobody_else, nobody_else) && !prctl(PR_SET_DUMPABLE, 1) &&
	       !setrlimit(RLIMIT_NPROC, &limit);
}

static int run_limited(void *arg)
{
	const struct limited *limited = arg;
	struct cb_sample sample;

	if (!become_limited(limited->room))
		return 2;
	if (rig_fault(&cb_workload_fault, limited->shape, "fault", LONG_NS, &sample))
		return 3;
	if (sample.status != CB_SKIPPED || !strstr(sample.reason, limited->reason)) {
		print_message(
			"%s: %s: %s\n", limited->shape.mode, cb_status_names[sample.status], sample.reason);
		return 4;
	}
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 5;
}

static void test_creation_that_fails_half_way_is_a_skip(void **state)
{
	static struct limited limits[] = {
		{ { "processes", 8, 1 }, 3, "3 of 8 processes could be created: " },
		{ { "processes", 2, 1 }, 0, "0 of 2 processes could be created: " },
		{ { "threads", 1, 8 }, 3, "3 of 8 threads could be created: " },
		{ { "hybrid", 3, 2 }, 2, " of " },
		{ { "hybrid", 2, 4 }, 4,
			" could be created: " }, /* whose turn it is, threads or processes, is a race */
	};

	(void)state;
#ifdef __SANITIZE_THREAD__
	print_message("the thread sanitizer's own thread in each process counts against the limit\n");
	skip();
#endif
	if (geteuid()) {
		print_message("only root can become a user without other processes\n");
		skip();
	}
	for (size_t i = 0; i < CB_COUNT(limits); i++)
		assert_int_equal(rig_in_child(run_limited, &limits[i]), 0);
}

/* ---- signals to the harness ------------------------------------------------------------------ */

struct told {
	struct rig_shape shape;
	const char *text;
	int result;
};

static int run_told(void *arg)
{
	const struct told *told = arg;
	struct cb_sample sample;
	int r = rig_fault(&cb_workload_fault, told->shape, told->text, LONG_NS, &sample);

	if (r != told->result) {
		print_message("%s/%s: %d instead of %d (%s)\n", told->shape.mode, told->text, r, told->result,
			sample.reason);
		return 1;
	}
	return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 2;
}

static void test_an_interrupt_ends_the_sample(void **state)
{
	static const char *const hooks[] = { "setup", "worker_init", "run", "worker_fini", "verify" };
	char text[96];

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++)
		for (size_t h = 0; h < CB_COUNT(hooks); h++) {
			struct told told = { shapes[s], text, -EINTR };

			snprintf(text, sizeof text, "fault:hook=%s,how=harness_%s", hooks[h],
				h % 2 ? "int" : "term");
			assert_int_equal(rig_in_child(run_told, &told), 0);
		}
}

/* The harness stops itself and is continued by its parent, as by a shell. */
static void test_a_stop_discards_the_sample(void **state)
{
	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		struct told told = { shapes[s], "fault:hook=run,how=harness_stop,times=1", -ERESTART };
		pid_t pid = rig_fork(run_told, &told);
		int status;

		assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
		assert_true(WIFSTOPPED(status));
		kill(pid, SIGCONT);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* ---- the harness dies ------------------------------------------------------------------------ */

static int run_and_be_killed(void *arg)
{
	const struct told *told = arg;
	struct cb_sample sample;

	rig_fault(&cb_workload_fault, told->shape, told->text, LONG_NS, &sample);
	return 1;
}

/* Waits until the calling process has no child left; fails after limit_ns. */
static uint64_t await_all_dead(uint64_t limit_ns)
{
	uint64_t from = cb_now_ns(), took;
	pid_t pid;

	do {
		while ((pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
			;
		took = cb_now_ns() - from;
		if (pid < 0)
			return took;
		usleep(200);
	} while (took < limit_ns);
	fail_msg("processes live on %d ms after their harness", (int)(took / RIG_MS));
	return took;
}

/* Orphans of the harness come to this test, so that none can hide. */
static void check_harness_dies(struct rig_shape shape, const char *text, bool stop_first, uint64_t limit_ns)
{
	struct told told = { shape, text, 0 };
	pid_t pid = rig_fork(run_and_be_killed, &told);
	uint64_t took;
	int status;

	if (stop_first) {
		assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
		assert_true(WIFSTOPPED(status));
		kill(pid, SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	took = await_all_dead(limit_ns);
	print_message("%s %ux%u, %s: all dead after %.1f ms\n", shape.mode, shape.processes, shape.threads,
		text, (double)took / 1e6);
}

/* Builds with sanitizers and machines that others use are slower: no speed is asserted, only that there is an
 * end. */
#define DEAD_NS (20000 * RIG_MS)

static void test_nothing_survives_the_harness(void **state)
{
	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		check_harness_dies(shapes[s], "fault:hook=setup,how=harness_kill", false, DEAD_NS);
		check_harness_dies(shapes[s], "fault:hook=worker_init,how=harness_kill", false, DEAD_NS);
		check_harness_dies(shapes[s], "fault:hook=run,how=harness_kill,after=10", false, DEAD_NS);
		check_harness_dies(shapes[s], "fault:hook=verify,how=harness_kill", false, DEAD_NS);
	}
	check_harness_dies(
		(struct rig_shape){ "processes", 64, 1 }, "fault:hook=run,how=harness_kill", false, DEAD_NS);
	check_harness_dies(
		(struct rig_shape){ "threads", 1, 64 }, "fault:hook=run,how=harness_kill", false, DEAD_NS);
	/* process workers also when their leader goes with it */
	check_harness_dies(
		(struct rig_shape){ "processes", 8, 1 }, "fault:hook=run,how=all_above_kill", false, DEAD_NS);
	check_harness_dies(
		(struct rig_shape){ "hybrid", 2, 2 }, "fault:hook=run,how=all_above_kill", false, DEAD_NS);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void test_nothing_survives_a_harness_killed_while_stopped(void **state)
{
	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t s = 0; s < CB_COUNT(shapes); s++)
		check_harness_dies(shapes[s], "fault:hook=run,how=harness_stop", true, DEAD_NS);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hooks_come_in_order_and_as_often_as_promised),
		cmocka_unit_test(test_workers_that_die),
		cmocka_unit_test(test_a_death_names_the_step),
		cmocka_unit_test(test_leaders_that_die),
		cmocka_unit_test(test_hooks_that_return_an_error),
		cmocka_unit_test(test_hooks_that_hang),
		cmocka_unit_test(test_the_first_error_is_kept),
		cmocka_unit_test(test_a_wrong_digest_shows),
		cmocka_unit_test(test_partners_that_go_wrong),
		cmocka_unit_test(test_grandchildren_are_reaped),
		cmocka_unit_test(test_creation_that_fails_half_way_is_a_skip),
		cmocka_unit_test(test_an_interrupt_ends_the_sample),
		cmocka_unit_test(test_a_stop_discards_the_sample),
		cmocka_unit_test(test_nothing_survives_the_harness),
		cmocka_unit_test(test_nothing_survives_a_harness_killed_while_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
