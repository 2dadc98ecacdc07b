/* Which numbers of workers are left of 1..all on synthetic machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/plan/sweep.h"

static void check(const char *machine, const char *list, const char *expected)
{
	struct cb_topology topology;
	struct cb_allowance allowance = { 0 };
	struct cb_numbers numbers;
	char text[512] = "";
	size_t n = 0;

	assert_int_equal(cb_topology_synthetic(machine, &topology, NULL), 0);
	allowance.mask = calloc(topology.cpus_n, sizeof *allowance.mask);
	assert_non_null(allowance.mask);
	for (unsigned i = 0; i < topology.cpus_n; i++)
		allowance.mask[allowance.mask_n++] = topology.cpus[i].os_index;
	allowance.usable = allowance.mask_n;
	assert_int_equal(cb_parse_numbers(list, 1, 4096, allowance.usable, &numbers, NULL), 0);
	cb_sweep_thin(&numbers, &topology, &allowance);
	for (size_t i = 0; i < numbers.n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%u", i ? " " : "", numbers.v[i]);
	assert_string_equal(text, expected);
	cb_numbers_release(&numbers);
	free(allowance.mask);
	cb_topology_release(&topology);
}

static void test_small_machines_take_all(void **state)
{
	(void)state;
	check("pack:1 numa:1 l3:1 core:8 pu:1", "1..all", "1 2 3 4 5 6 7 8");
	check("pack:1 numa:1 l3:1 core:1 pu:1", "1..all", "1");
}

/* 2 packages of 2 caches of 10 cores of 2 CPUs: edges at 10, 20, 40 and 80. */
static void test_geometric_with_edges(void **state)
{
	(void)state;
	check("pack:2 numa:1 l3:2 core:10 pu:2", "1..all", "1 2 3 4 6 8 10 11 16 20 23 32 40 45 64 80");
	check("pack:1 numa:1 l3:1 core:64 pu:1", "1..all", "1 2 3 4 6 8 11 16 23 32 45 64");
}

/* 5 cores a cache, 10 a NUMA node, 20 a package, 40 in all, 80 CPUs: none of 5, 10, 20, 40 and 80 is left
 * out. */
static void test_every_edge_is_kept(void **state)
{
	(void)state;
	check("pack:2 numa:2 l3:2 core:5 pu:2", "1..all", "1 2 3 4 5 6 8 10 11 16 20 23 32 40 45 64 80");
	/* without SMT all cores are all CPUs */
	check("pack:1 numa:3 l3:1 core:7 pu:1", "1..all", "1 2 3 4 6 7 8 11 16 21");
}

/* What was named is kept, and so is a range that names its end. */
static void test_named_numbers_stay(void **state)
{
	(void)state;
	check("pack:1 numa:1 l3:1 core:16 pu:1", "5,1..all", "5 1 2 3 4 6 8 11 16");
	check("pack:1 numa:1 l3:1 core:16 pu:1", "1..12", "1 2 3 4 5 6 7 8 9 10 11 12");
	check("pack:1 numa:1 l3:1 core:12 pu:1", "1..all,step=1", "1 2 3 4 5 6 7 8 9 10 11 12");
	check("pack:1 numa:1 l3:1 core:12 pu:1", "1..all,step=5", "1 6 11 12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_machines_take_all),
		cmocka_unit_test(test_geometric_with_edges),
		cmocka_unit_test(test_every_edge_is_kept),
		cmocka_unit_test(test_named_numbers_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
