/* The machine as arrays: synthetic machines, the one this runs on, and what happens when hwloc knows nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/host/hwloc_library.h"
#include "lib/host/topology.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static struct cb_topology synthetic(const char *description)
{
	struct cb_error err = { 0 };
	struct cb_topology t = { 0 };

	if (cb_topology_synthetic(description, &t, &err) < 0)
		fail_msg("%s: %s", description, err.text);
	return t;
}

static void one_cpu(void **state)
{
	struct cb_topology t = synthetic("pu:1");

	(void)state;
	assert_int_equal(t.cpus_n, 1);
	assert_int_equal(t.cores, 1);
	assert_int_equal(t.smt, 1);
	assert_int_equal(t.llcs, 1);
	assert_int_equal(t.numa_nodes, 1);
	assert_int_equal(t.packages, 1);
	assert_int_equal(t.llc_bytes, 0);
	cb_topology_release(&t);
}

/* Two packages, each a NUMA node with two L3 of four cores with two CPUs. */
static void big_machine(void **state)
{
	struct cb_topology t = synthetic("pack:2 numa:1 l3:2(size=16777216) l2:4(size=524288) core:1 pu:2");

	(void)state;
	assert_int_equal(t.cpus_n, 32);
	assert_int_equal(t.cores, 16);
	assert_int_equal(t.smt, 2);
	assert_int_equal(t.llcs, 4);
	assert_int_equal(t.numa_nodes, 2);
	assert_int_equal(t.packages, 2);
	assert_int_equal(t.llc_bytes, 16777216);
	assert_int_equal(t.l2_bytes, 524288);
	for (unsigned i = 0; i < t.cpus_n; i++) {
		assert_int_equal(t.cpus[i].os_index, i);
		assert_int_equal(t.cpus[i].core, i / 2);
		assert_int_equal(t.cpus[i].smt, i % 2);
		assert_int_equal(t.cpus[i].l2, i / 2);
		assert_int_equal(t.cpus[i].llc, i / 8);
		assert_int_equal(t.cpus[i].numa, i / 16);
		assert_int_equal(t.cpus[i].package, i / 16);
	}
	cb_topology_release(&t);
}

/* Linux often numbers first all cores and then all siblings: rows follow the hardware, os_index the kernel.
 */
static void numbering_of_the_kernel(void **state)
{
	struct cb_topology t = synthetic("core:4 pu:2(indexes=0,4,1,5,2,6,3,7)");

	(void)state;
	assert_int_equal(t.cpus[1].os_index, 4);
	assert_int_equal(t.cpus[1].core, 0);
	assert_int_equal(t.cpus[1].smt, 1);
	assert_ptr_equal(cb_topology_cpu(&t, 4), &t.cpus[1]);
	assert_null(cb_topology_cpu(&t, 8));
	cb_topology_release(&t);
}

/* Several NUMA nodes in a package, each with two L3: neither package nor cache tells them apart. */
static void nodes_within_a_package(void **state)
{
	struct cb_topology t = synthetic("pack:1 numa:2 l3:2 core:2 pu:1");

	(void)state;
	assert_int_equal(t.packages, 1);
	assert_int_equal(t.numa_nodes, 2);
	assert_int_equal(t.llcs, 4);
	for (unsigned i = 0; i < t.cpus_n; i++)
		assert_int_equal(t.cpus[i].numa, i / 4);
	cb_topology_release(&t);
}

/* Where there is no L3 the L2 is the last level, and without any the package stands for it. */
static void last_level_cache(void **state)
{
	struct cb_topology l2 = synthetic("pack:1 l2:2(size=1048576) core:2 pu:1");
	struct cb_topology none = synthetic("pack:2 core:2 pu:1");

	(void)state;
	assert_int_equal(l2.llcs, 2);
	assert_int_equal(l2.llc_bytes, 1048576);
	assert_int_equal(l2.cpus[2].llc, 1);
	assert_int_equal(none.llcs, 2);
	assert_int_equal(none.cpus[1].llc, 0);
	assert_int_equal(none.cpus[2].llc, 1);
	assert_int_equal(none.llc_bytes, 0);
	cb_topology_release(&l2);
	cb_topology_release(&none);
}

static void nonsense_is_refused(void **state)
{
	struct cb_topology t = { .cpus_n = 77 };
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_topology_synthetic("core:two", &t, &err), -EINVAL);
	assert_non_null(strstr(err.text, "core:two"));
	assert_int_equal(t.cpus_n, 77);
}

static void flat_machine(void **state)
{
	struct cb_topology t = { 0 };

	(void)state;
	assert_int_equal(cb_topology_flat(3, "no reason", &t, NULL), 0);
	assert_int_equal(t.cpus_n, 3);
	assert_int_equal(t.cores, 3);
	assert_int_equal(t.smt, 1);
	assert_int_equal(t.cpus[2].os_index, 2);
	assert_int_equal(t.cpus[2].core, 2);
	assert_int_equal(t.cpus[2].llc, 0);
	assert_string_equal(t.flat, "no reason");
	cb_topology_release(&t);
}

/* Each CPU that this process may use is in the topology of the running machine. */
static void assert_has_own_cpus(const struct cb_topology *t)
{
	cpu_set_t own;

	if (sched_getaffinity(0, sizeof own, &own) < 0)
		skip();
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &own))
			assert_non_null(cb_topology_cpu(t, cpu));
}

static void this_machine(void **state)
{
	struct cb_topology t = { 0 };

	(void)state;
	setenv("HWLOC_PLUGINS_PATH", "/somewhere", 1);
	assert_int_equal(cb_topology_load(&t, NULL), 0);
	assert_string_equal(getenv("HWLOC_PLUGINS_PATH"), "/somewhere");
	unsetenv("HWLOC_PLUGINS_PATH");
	assert_has_own_cpus(&t);
	assert_in_range(t.cores, 1, t.cpus_n);
	assert_true(t.packages >= 1 && t.llcs >= 1 && t.numa_nodes >= 1 && t.smt >= 1);
	cb_topology_release(&t);
	assert_int_equal(cb_topology_load(&t, NULL), 0);
	assert_null(getenv("HWLOC_PLUGINS_PATH"));
	cb_topology_release(&t);
}

/* The environment can make hwloc describe another machine: that is no place for workers. */
static void lies_are_not_believed(void **state)
{
	struct cb_topology t = { 0 };

	(void)state;
	setenv("HWLOC_SYNTHETIC", "pack:64 core:64 pu:2", 1);
	assert_int_equal(cb_topology_load(&t, NULL), 0);
	unsetenv("HWLOC_SYNTHETIC");
	assert_true(t.cpus_n < 64 * 64 * 2);
	assert_int_equal(t.cores, t.cpus_n);
	assert_non_null(strstr(t.flat, "another machine"));
	assert_has_own_cpus(&t);
	cb_topology_release(&t);
	cb_topology_release(&t);
	cb_topology_release(NULL);
}

static void missing_library(void **state)
{
	struct cb_hwloc hwloc = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_hwloc_open("libnowhere.so.15", &hwloc, &err), -ENOENT);
	assert_non_null(strstr(err.text, "libnowhere.so.15"));
	assert_null(hwloc.handle);
	cb_hwloc_close(&hwloc);
}

static void library_without_the_functions(void **state)
{
	struct cb_hwloc hwloc = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_hwloc_open("libm.so.6", &hwloc, &err), -ENOENT);
	assert_non_null(strstr(err.text, "lacks the function hwloc_topology_init"));
	assert_null(hwloc.handle);
}

static bool is_mapped(const char *library)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps))
		found |= strstr(line, library) != NULL;
	fclose(maps);
	return found;
}

/* What is mapped is copied into each process that is forked. */
static void gone_afterwards(void **state)
{
	struct cb_hwloc hwloc = { 0 };
	struct cb_topology t;

	(void)state;
	assert_int_equal(cb_hwloc_open(cb_hwloc_name, &hwloc, NULL), 0);
	assert_true(is_mapped("libhwloc.so"));
	cb_hwloc_close(&hwloc);
	t = synthetic("core:2 pu:1");
	cb_topology_release(&t);
	assert_false(is_mapped("libhwloc.so"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cpu),
		cmocka_unit_test(big_machine),
		cmocka_unit_test(numbering_of_the_kernel),
		cmocka_unit_test(nodes_within_a_package),
		cmocka_unit_test(last_level_cache),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(flat_machine),
		cmocka_unit_test(this_machine),
		cmocka_unit_test(lies_are_not_believed),
		cmocka_unit_test(missing_library),
		cmocka_unit_test(library_without_the_functions),
		cmocka_unit_test(gone_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
