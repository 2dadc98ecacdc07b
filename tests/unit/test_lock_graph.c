/* Deadlocks in pictures of held and wanted locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/base.h"
#include "lib/exec/lock_graph.h"

enum { A, B, C, D };

#define HOLDS(lock) (UINT64_C(1) << (lock))
#define WAITS(lock) ((lock) + 1u)

static void check(const struct cb_lock_owner *owners, unsigned n, unsigned length, const unsigned *circle)
{
	unsigned found[CB_LOCKS_MAX];

	assert_int_equal(cb_lock_circle(owners, n, found), length);
	for (unsigned i = 0; i < length; i++)
		assert_int_equal(found[i], circle[i]);
}

static void test_nobody_waits(void **state)
{
	const struct cb_lock_owner owners[] = { { HOLDS(A), 0, true }, { HOLDS(B), 0, true },
		{ 0, 0, true } };

	(void)state;
	check(owners, 0, 0, NULL);
	check(owners, CB_COUNT(owners), 0, NULL);
}

static void test_one_that_waits_for_itself(void **state)
{
	const struct cb_lock_owner owners[] = { { 0, WAITS(A), true },
		{ HOLDS(A) | HOLDS(B), WAITS(A), true } };

	(void)state;
	check(owners, 2, 1, (const unsigned[]){ 1 });
}

static void test_two(void **state)
{
	const struct cb_lock_owner owners[] = { { HOLDS(A), WAITS(B), true }, { HOLDS(B), WAITS(A), true } };

	(void)state;
	check(owners, 2, 2, (const unsigned[]){ 0, 1 });
}

/* 1 waits for 3, 3 for 2, 2 for 1; 0 stands behind. */
static void test_three_in_a_ring(void **state)
{
	const struct cb_lock_owner owners[] = { { HOLDS(D), WAITS(A), true }, { HOLDS(A), WAITS(C), true },
		{ HOLDS(B), WAITS(A), true }, { HOLDS(C), WAITS(B), true } };

	(void)state;
	check(owners, 4, 3, (const unsigned[]){ 1, 3, 2 });
}

static void test_a_holder_that_goes_on(void **state)
{
	const struct cb_lock_owner owners[] = { { HOLDS(A), WAITS(B), true }, { HOLDS(B), WAITS(C), true },
		{ HOLDS(C), 0, true } };

	(void)state;
	check(owners, 3, 0, NULL);
}

static void test_a_lock_that_nobody_holds(void **state)
{
	const struct cb_lock_owner owners[] = { { HOLDS(A), WAITS(B), true }, { 0, WAITS(A), true } };

	(void)state;
	check(owners, 2, 0, NULL);
}

/* Dead, or seen to have told something in between: it may have let go. */
static void test_a_holder_that_is_not_as_it_was(void **state)
{
	struct cb_lock_owner owners[] = { { HOLDS(A), WAITS(B), true }, { HOLDS(B), WAITS(A), true } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		owners[i].steady = false;
		check(owners, 2, 0, NULL);
		owners[i].steady = true;
	}
	check(owners, 2, 2, (const unsigned[]){ 0, 1 });
}

static void test_the_first_of_two_circles(void **state)
{
	const struct cb_lock_owner owners[] = { { HOLDS(C), WAITS(D), true }, { HOLDS(A), WAITS(B), true },
		{ HOLDS(B), WAITS(A), true }, { HOLDS(D), WAITS(C), true } };

	(void)state;
	check(owners, 4, 2, (const unsigned[]){ 0, 3 });
}

static void test_as_many_as_there_are_locks(void **state)
{
	struct cb_lock_owner owners[CB_LOCKS_MAX];
	unsigned circle[CB_LOCKS_MAX];

	(void)state;
	for (unsigned i = 0; i < CB_LOCKS_MAX; i++) {
		owners[i] = (struct cb_lock_owner){ HOLDS(i), WAITS((i + 1) % CB_LOCKS_MAX), true };
		circle[i] = i;
	}
	check(owners, CB_LOCKS_MAX, CB_LOCKS_MAX, circle);
	owners[CB_LOCKS_MAX - 1].waits_for = WAITS(B); /* round without the first: found from the second on */
	check(owners, CB_LOCKS_MAX, CB_LOCKS_MAX - 1, circle + 1);
	owners[CB_LOCKS_MAX - 1].waits_for = WAITS(CB_LOCKS_MAX); /* no such lock */
	check(owners, CB_LOCKS_MAX, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_waits),
		cmocka_unit_test(test_one_that_waits_for_itself),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_three_in_a_ring),
		cmocka_unit_test(test_a_holder_that_goes_on),
		cmocka_unit_test(test_a_lock_that_nobody_holds),
		cmocka_unit_test(test_a_holder_that_is_not_as_it_was),
		cmocka_unit_test(test_the_first_of_two_circles),
		cmocka_unit_test(test_as_many_as_there_are_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
