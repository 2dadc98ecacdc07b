/* Workload groups: what they stand for, and that the table names nothing that cannot be measured. */
#include "lib/base/param.h"
#include "lib/plan/plan.h"
#include "lib/plan/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NAMED(label, kind)                                                                           \
	{                                                                                            \
		.abi = CB_ABI, .size = sizeof(struct cb_workload), .name = (label), .class = (kind), \
		.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES                                          \
	}

static const struct cb_workload one = NAMED("one", CB_CLASS_SYNC), two = NAMED("two", CB_CLASS_CPU),
				sync_counter = NAMED("sync_counter", CB_CLASS_SYNC);
static const struct cb_workload *const few[] = { &one, &sync_counter, &two, NULL };

static const struct cb_workload_set *set(const char *operand)
{
	struct cb_error err = { 0 };
	const struct cb_workload_set *found = cb_set_find(operand, &err);

	if (!found)
		fail_msg("%s", err.text);
	return found;
}

/* The members, parted by blanks. */
static void assert_members(
	const char *operand, const struct cb_workload *const *registry, const char *expected)
{
	struct cb_words members;
	char text[2000] = "";

	assert_int_equal(cb_set_members(set(operand), registry, &members, NULL), 0);
	for (size_t i = 0; i < members.n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, members.v[i]);
	}
	assert_string_equal(text, expected);
	cb_words_release(&members);
}

static void test_members(void **state)
{
	static const char *const guards[] = { "none", "mutex", "recursive", "spin", "ticket", "mcs", "rwlock",
		"atomic", "local" };
	char expected[400] = "";

	(void)state;
	for (size_t i = 0; i < CB_COUNT(guards); i++) {
		strcat(expected, "sync_counter:guard=");
		strcat(expected, guards[i]);
		strcat(expected, " ");
	}
	strcat(expected, "one");
	assert_members("@sync", few, expected);
	assert_members("@cpu", few, "two");
	assert_members("@all", few, "one sync_counter two");
	assert_members("@ipc", few, "");
	assert_members("@default", few, "");
}

static void assert_refused(const char *operand, const char *text)
{
	struct cb_error err = { 0 };

	assert_null(cb_set_find(operand, &err));
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, text);
}

static void test_mistakes(void **state)
{
	(void)state;
	assert_refused("@snyc", "there is no workload group '@snyc': did you mean '@sync'?");
	assert_refused("@x", "there is no workload group '@x': see concbench list groups");
	assert_refused("@", "there is no workload group '@': see concbench list groups");
	assert_refused("@sync:guard=none",
		"a workload group takes no parameters: write @sync, or name the workload itself");
}

/* A workload that is not built yet may stand in the table, a parameter that a built one has not may not. */
static void test_every_specification_of_the_table_is_valid(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const struct cb_workload_set *s = cb_workload_sets; s->name; s++) {
		struct cb_words members;

		assert_int_equal(cb_set_members(s, cb_registry, &members, NULL), 0);
		for (size_t i = 0; i < members.n; i++, n++) {
			struct cb_error err = { 0 };
			struct cb_spec spec;
			const struct cb_workload *workload;
			void *params;

			assert_int_equal(cb_parse_spec(members.v[i], &spec, &err), 0);
			workload = cb_registry_find(spec.workload);
			assert_non_null(workload);
			params = calloc(1, workload->params_size + 1);
			if (cb_params_parse(workload, &spec, params, &err))
				fail_msg("@%s: %s: %s", s->name, members.v[i], err.text);
			free(params);
			cb_spec_release(&spec);
		}
		cb_words_release(&members);
	}
	assert_true(n > 30);
}

/* ---- in a plan ----------------------------------------------------------------------------------------- */

struct stand {
	struct cb_host host;
	struct cb_run_options options;
	struct cb_plan plan;
	struct cb_error err;
};

static int make(struct stand *s, const char *const *specs)
{
	static unsigned mask[] = { 0 };
	static char dir[] = "/var/tmp";

	*s = (struct stand){ .options = { .inflight = 1, .dir = dir } };
	assert_int_equal(cb_topology_synthetic("core:1 pu:1", &s->host.topology, NULL), 0);
	s->host.allowance = (struct cb_allowance){ .mask = mask, .mask_n = 1, .configured = 1, .usable = 1 };
	s->host.memory_bytes = s->host.memory_free_bytes = UINT64_C(1) << 36;
	s->options.workloads.v = (char **)(uintptr_t)specs;
	while (specs[s->options.workloads.n])
		s->options.workloads.n++;
	return cb_plan_make_from(&s->plan, few, &s->options, &s->host, &s->err);
}

static void done(struct stand *s)
{
	cb_plan_release(&s->plan);
	cb_topology_release(&s->host.topology);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_groups(const char *const *specs, const char *expected)
{
	struct stand s;
	char text[400] = "";

	if (make(&s, specs))
		fail_msg("%s", s.err.text);
	for (unsigned g = 0; g < s.plan.groups_n; g++) {
		strcat(text, g ? " " : "");
		strcat(text, s.plan.groups[g].workload->name);
	}
	assert_string_equal(text, expected);
	done(&s);
}

/* A group and what it holds may both be named: it stays where it stood first. */
static void test_what_comes_twice_by_a_group_is_there_once(void **state)
{
	(void)state;
	assert_groups(LIST("@cpu"), "two");
	assert_groups(LIST("one", "@cpu"), "one two");
	assert_groups(LIST("two", "one", "@cpu", "@cpu"), "two one");
	assert_groups(LIST("@cpu", "one", "two"), "two one");
}

static void test_what_is_named_twice_is_a_mistake(void **state)
{
	struct stand s;

	(void)state;
	assert_int_equal(make(&s, LIST("@cpu", "two", "two")), -EINVAL);
	assert_string_equal(s.err.text, "two is asked for twice: name it once");
	done(&s);
	assert_int_equal(make(&s, LIST("two", "@cpu", "two")), -EINVAL);
	done(&s);
	assert_int_equal(make(&s, LIST("@ipc")), -EINVAL);
	assert_string_equal(s.err.text, "this version has no workload of the group '@ipc'");
	done(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_every_specification_of_the_table_is_valid),
		cmocka_unit_test(test_what_comes_twice_by_a_group_is_there_once),
		cmocka_unit_test(test_what_is_named_twice_is_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
