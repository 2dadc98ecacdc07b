/* How long a worker may go without a unit, and the sentences about one that does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/stuck_text.h"
#include "lib/plan/stall.h"

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)

static void test_limits(void **state)
{
	static const struct {
		struct cb_stall_case c;
		uint64_t limit_ns;
	} rows[] = {
		/* given, time-out, unit, at worst, batch, workers, CPUs */
		{ { 0, 10 * SECOND, 1e3, 0, 0, 2, 2 }, 5 * SECOND },
		{ { 200 * MS, 10 * SECOND, 1e3, 0, 0, 2, 2 }, 200 * MS },
		{ { CB_NONE, 10 * SECOND, 1e9, 0, 0, 2, 2 }, 0 },
		/* a unit is not known */
		{ { 0, 10 * SECOND, 0, 0, 0, 1, 2 }, 9 * SECOND },
		{ { 0, 1 * SECOND, 0, 0, 0, 1, 2 }, 5 * SECOND },
		{ { 200 * MS, 10 * SECOND, 0, 0, 0, 1, 2 }, 5 * SECOND },
		{ { 20 * SECOND, 10 * SECOND, 0, 0, 0, 1, 2 }, 20 * SECOND },
		{ { CB_NONE, 10 * SECOND, 0, 0, 0, 1, 2 }, 0 },
		/* long units, alone and in batches */
		{ { 0, 100 * SECOND, 1e9, 0, 0, 2, 2 }, 10 * SECOND },
		{ { 200 * MS, 100 * SECOND, 1e9, 0, 0, 2, 2 }, 10 * SECOND },
		{ { 200 * MS, 100 * SECOND, 1e9, 0, 8, 2, 2 }, 80 * SECOND },
		/* more workers than CPUs */
		{ { 200 * MS, 100 * SECOND, 1e8, 0, 0, 4, 2 }, 2 * SECOND },
		{ { 200 * MS, 100 * SECOND, 1e8, 0, 0, 5, 2 }, 3 * SECOND },
		{ { 0, 100 * SECOND, 1e3, 0, 0, 3, 0 }, 5 * SECOND },
		/* at worst */
		{ { 0, 10 * SECOND, 1e3, 16 * SECOND, 0, 2, 2 }, 16 * SECOND },
		{ { 200 * MS, 10 * SECOND, 1e3, 16 * SECOND, 2, 2, 2 }, 32 * SECOND },
		{ { 0, 10 * SECOND, 1e3, 4 * SECOND, 0, 2, 2 }, 5 * SECOND },
		{ { 200 * MS, 10 * SECOND, 0, 16 * SECOND, 0, 2, 2 }, 16 * SECOND },
		{ { CB_NONE, 10 * SECOND, 1e3, 16 * SECOND, 0, 2, 2 }, 0 },
		{ { 0, 100 * SECOND, 1e300, 0, 0, 3, 2 }, UINT64_C(1000000000000000000) },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (cb_stall_limit_ns(&rows[i].c) != rows[i].limit_ns)
			fail_msg("row %zu: %llu", i, (unsigned long long)cb_stall_limit_ns(&rows[i].c));
}

static const char *const locks[] = { "A", "B", "C", NULL };

static void test_sentences_about_stalls(void **state)
{
	struct cb_stuck stuck = { .status = CB_STALLED,
		.all = 2,
		.n = 2,
		.workers = { { .index = 0,
				     .step = "run",
				     .for_ns = 5270 * MS,
				     .task = { .word = "sleeping", .syscall = "futex" } },
			{ .index = 3,
				.step = "warm-up",
				.for_ns = 6 * SECOND,
				.task = { .word = "running" } },
			{ .index = 4, .step = "run", .for_ns = 7 * SECOND } } };

	(void)state;
	cb_stuck_describe(&stuck, NULL);
	assert_string_equal(stuck.reason, "no unit finished for 5200ms by worker 0 (sleeping in futex), "
					  "worker 3 (running, in warm-up); allow "
					  "more with --stall");
	stuck.n = 3;
	stuck.all = 70;
	stuck.workers[0].for_ns = 312345678;
	cb_stuck_describe(&stuck, NULL);
	assert_string_equal(stuck.reason, "no unit finished for 312ms by worker 0 (sleeping in futex), "
					  "worker 3 (running, in warm-up), worker "
					  "4 (state unknown) and 67 more; allow more with --stall");
}

static void test_sentences_about_deadlocks(void **state)
{
	struct cb_stuck stuck = { .status = CB_DEADLOCK,
		.all = 2,
		.n = 2,
		.workers = { { .index = 0, .holds = 1, .waits_for = 2 },
			{ .index = 1, .holds = 2, .waits_for = 1 },
			{ .index = 1, .holds = 6, .waits_for = 1, .partner = true } } };

	(void)state;
	cb_stuck_describe(&stuck, locks);
	assert_string_equal(
		stuck.reason, "worker 0 holds A and waits for B, worker 1 holds B and waits for A");
	stuck.behind = 1;
	cb_stuck_describe(&stuck, locks);
	assert_string_equal(stuck.reason,
		"worker 0 holds A and waits for B, worker 1 holds B and waits for A; 1 more waits behind");
	stuck.workers[1] = stuck.workers[2];
	stuck.behind = 2;
	cb_stuck_describe(&stuck, locks);
	assert_string_equal(stuck.reason, "worker 0 holds A and waits for B, the partner of worker 1 holds B "
					  "and C and waits for A; 2 more wait "
					  "behind");
	stuck = (struct cb_stuck){ .status = CB_DEADLOCK,
		.all = 1,
		.n = 1,
		.workers = { { .index = 7, .holds = 4, .waits_for = 3 } } };
	cb_stuck_describe(&stuck, locks);
	assert_string_equal(stuck.reason, "worker 7 holds C and waits for C: it waits for itself");
	stuck.all = stuck.n = 4;
	cb_stuck_describe(&stuck, locks);
	assert_non_null(strstr(stuck.reason, ", and so on round a circle of 4"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_sentences_about_stalls),
		cmocka_unit_test(test_sentences_about_deadlocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
