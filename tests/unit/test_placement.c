/* Where workers go on machines of all shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/host/placement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024u * 1024u)

/* A machine with its CPUs allowed, all or some. */
struct machine {
	struct cb_topology topology;
	struct cb_allowance allowance;
	unsigned mask[64];
};

/* mask: bits of OS indexes; 0: all. */
static void make(struct machine *m, const char *description, uint64_t mask)
{
	struct cb_error err = { 0 };

	memset(m, 0, sizeof *m);
	if (cb_topology_synthetic(description, &m->topology, &err) < 0)
		fail_msg("%s: %s", description, err.text);
	m->allowance.mask = m->mask;
	for (unsigned cpu = 0; cpu < m->topology.cpus_n; cpu++)
		if (!mask || mask >> cpu & 1)
			m->mask[m->allowance.mask_n++] = cpu;
	m->allowance.usable = m->allowance.mask_n;
}

static struct cb_placement place(const struct machine *m, enum cb_pin pin, unsigned workers,
	unsigned partners, enum cb_partner_place where)
{
	struct cb_placement p = { 0 };
	struct cb_error err = { 0 };

	if (cb_place(&m->topology, &m->allowance, pin, workers, partners, where, &p, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(p.workers, workers);
	assert_int_equal(p.partners, partners);
	return p;
}

/* Compares CPUs with a list written as "0 1 2". */
static void assert_cpus(const int *cpus, unsigned n, const char *expected)
{
	char text[512] = "", *end = text;

	for (unsigned i = 0; i < n; i++)
		end += snprintf(end, sizeof text - (size_t)(end - text), i ? " %d" : "%d", cpus[i]);
	assert_string_equal(text, expected);
}

/* Places workers without partners and checks where they are. */
static void check(const char *machine, uint64_t mask, enum cb_pin pin, unsigned workers, const char *expected)
{
	struct machine m;
	struct cb_placement p;

	make(&m, machine, mask);
	p = place(&m, pin, workers, 0, CB_PARTNER_OTHER);
	assert_cpus(p.worker_cpu, workers, expected);
	assert_null(p.partner_cpu);
	cb_placement_release(&p);
	cb_topology_release(&m.topology);
}

#define ONE   "core:1 pu:1"
#define TWO   "core:2 pu:1"
#define SMT   "core:4 pu:2"
#define LINUX "core:4 pu:2(indexes=0,4,1,5,2,6,3,7)"
#define BIG   "pack:2 numa:1 l3:2(size=8388608) core:4 pu:2" /* 32 CPUs, 8 for each L3 */
#define NUMA  "numa:2 core:2 pu:1"

static void compact(void **state)
{
	(void)state;
	check(ONE, 0, CB_PIN_COMPACT, 1, "0");
	check(TWO, 0, CB_PIN_COMPACT, 2, "0 1");
	check(SMT, 0, CB_PIN_COMPACT, 2, "0 2");
	check(SMT, 0, CB_PIN_COMPACT, 4, "0 2 4 6");
	check(LINUX, 0, CB_PIN_COMPACT, 4, "0 1 2 3");
	check(BIG, 0, CB_PIN_COMPACT, 5, "0 2 4 6 8");
	check(NUMA, 0, CB_PIN_COMPACT, 2, "0 1");
}

/* Siblings come when cores are used up, and then beside their core: threads p*T..p*T+T-1 stay together. */
static void compact_keeps_neighbours_adjacent(void **state)
{
	(void)state;
	check(SMT, 0, CB_PIN_COMPACT, 5, "0 1 2 4 6");
	check(SMT, 0, CB_PIN_COMPACT, 8, "0 1 2 3 4 5 6 7");
	check(LINUX, 0, CB_PIN_COMPACT, 8, "0 4 1 5 2 6 3 7");
	check(BIG, 0, CB_PIN_COMPACT, 16, "0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30");
}

static void spread(void **state)
{
	(void)state;
	check(ONE, 0, CB_PIN_SPREAD, 1, "0");
	check(TWO, 0, CB_PIN_SPREAD, 2, "0 1");
	check(SMT, 0, CB_PIN_SPREAD, 5, "0 2 4 6 1");
	check(NUMA, 0, CB_PIN_SPREAD, 4, "0 2 1 3");
	check(BIG, 0, CB_PIN_SPREAD, 4, "0 16 8 24");
	check(BIG, 0, CB_PIN_SPREAD, 8, "0 16 8 24 2 18 10 26");
	check(BIG, 0, CB_PIN_SPREAD, 17, "0 16 8 24 2 18 10 26 4 20 12 28 6 22 14 30 1");
}

/* NUMA nodes take turns even where one has more caches than the other. */
static void spread_over_unlike_nodes(void **state)
{
	(void)state;
	check("numa:2 l3:2 core:2 pu:1", 0xf3, CB_PIN_SPREAD, 6, "0 4 1 6 5 7");
}

static void masks(void **state)
{
	(void)state;
	check(TWO, 0x2, CB_PIN_COMPACT, 1, "1");
	/* A core of which only the second sibling is allowed is a core still. */
	check(SMT, 0x2a, CB_PIN_COMPACT, 3, "1 3 5");
	check(SMT, 0x0e, CB_PIN_COMPACT, 2, "1 2");
	check(SMT, 0x0e, CB_PIN_SPREAD, 3, "1 2 3");
	check(BIG, 0xff00ff00, CB_PIN_COMPACT, 4, "8 10 12 14");
	check(BIG, 0xff00ff00, CB_PIN_SPREAD, 4, "8 24 10 26");
}

static void more_workers_than_cpus_wrap(void **state)
{
	(void)state;
	check(ONE, 0, CB_PIN_COMPACT, 3, "0 0 0");
	check(TWO, 0, CB_PIN_COMPACT, 5, "0 1 0 1 0");
	check(NUMA, 0, CB_PIN_SPREAD, 6, "0 2 1 3 0 2");
}

/* What auto becomes, and what is said of the CPUs in use. */
static void automatic(void **state)
{
	struct cb_placement p;
	struct machine m;

	(void)state;
	make(&m, BIG, 0);
	p = place(&m, CB_PIN_AUTO, 5, 0, CB_PARTNER_OTHER);
	assert_int_equal(p.pin, CB_PIN_COMPACT);
	assert_cpus(p.worker_cpu, 5, "0 2 4 6 8");
	assert_true(p.fits);
	assert_int_equal(p.cpus, 5);
	assert_int_equal(p.llc_bytes, 16 * MIB);
	cb_placement_release(&p);

	p = place(&m, CB_PIN_AUTO, 33, 0, CB_PARTNER_OTHER);
	assert_int_equal(p.pin, CB_PIN_NONE);
	assert_int_equal(p.worker_cpu[0], -1);
	assert_int_equal(p.worker_cpu[32], -1);
	assert_false(p.fits);
	assert_int_equal(p.cpus, 32);
	assert_int_equal(p.llc_bytes, 32 * MIB);
	cb_placement_release(&p);

	p = place(&m, CB_PIN_AUTO, 17, 16, CB_PARTNER_OTHER);
	assert_int_equal(p.pin, CB_PIN_NONE);
	assert_false(p.fits);
	assert_int_equal(p.partner_cpu[15], -1);
	cb_placement_release(&p);
	cb_topology_release(&m.topology);
}

/* Under a quota the scheduler must be free to move workers. */
static void quota_is_not_pinned(void **state)
{
	struct cb_placement p;
	struct machine m;

	(void)state;
	make(&m, SMT, 0);
	m.allowance.quota_cpus = 2.5;
	m.allowance.usable = 3;
	m.allowance.quota_binds = true;
	p = place(&m, CB_PIN_AUTO, 2, 0, CB_PARTNER_OTHER);
	assert_int_equal(p.pin, CB_PIN_NONE);
	assert_int_equal(p.worker_cpu[0], -1);
	assert_true(p.fits);
	assert_int_equal(p.cpus, 3);
	cb_placement_release(&p);

	p = place(&m, CB_PIN_COMPACT, 4, 0, CB_PARTNER_OTHER);
	assert_cpus(p.worker_cpu, 4, "0 2 4 6");
	assert_false(p.fits);
	assert_int_equal(p.cpus, 4);
	cb_placement_release(&p);
	cb_topology_release(&m.topology);
}

static void check_partners(const char *machine, enum cb_pin pin, unsigned workers, unsigned partners,
	enum cb_partner_place where, const char *worker_cpus, const char *partner_cpus)
{
	struct cb_placement p;
	struct machine m;

	make(&m, machine, 0);
	p = place(&m, pin, workers, partners, where);
	assert_cpus(p.worker_cpu, workers, worker_cpus);
	assert_cpus(p.partner_cpu, partners, partner_cpus);
	cb_placement_release(&p);
	cb_topology_release(&m.topology);
}

static void partners_elsewhere(void **state)
{
	(void)state;
	check_partners(TWO, CB_PIN_AUTO, 1, 1, CB_PARTNER_OTHER, "0", "1");
	check_partners(SMT, CB_PIN_COMPACT, 2, 2, CB_PARTNER_OTHER, "0 2", "4 6");
	check_partners(SMT, CB_PIN_COMPACT, 4, 4, CB_PARTNER_OTHER, "0 2 4 6", "1 3 5 7");
	check_partners(BIG, CB_PIN_SPREAD, 2, 2, CB_PARTNER_OTHER, "0 16", "8 24");
	check_partners(SMT, CB_PIN_COMPACT, 3, 1, CB_PARTNER_OTHER, "0 2 4", "6");
}

/* No partner shares its worker's CPU while there is another one. */
static void partners_wrap_elsewhere(void **state)
{
	(void)state;
	check_partners(TWO, CB_PIN_COMPACT, 2, 2, CB_PARTNER_OTHER, "0 1", "1 0");
	check_partners(ONE, CB_PIN_COMPACT, 1, 1, CB_PARTNER_OTHER, "0", "0");
	check_partners(TWO, CB_PIN_COMPACT, 3, 3, CB_PARTNER_OTHER, "0 1 0", "1 0 1");
}

static void partners_on_the_same_cpu(void **state)
{
	(void)state;
	check_partners(TWO, CB_PIN_COMPACT, 2, 2, CB_PARTNER_SAME, "0 1", "0 1");
	check_partners(TWO, CB_PIN_AUTO, 2, 2, CB_PARTNER_OTHER, "0 1", "1 0");
	check_partners(TWO, CB_PIN_AUTO, 2, 2, CB_PARTNER_SAME, "0 1", "0 1");
	check_partners(TWO, CB_PIN_NONE, 2, 2, CB_PARTNER_SAME, "0 1", "0 1");
	check_partners(TWO, CB_PIN_COMPACT, 3, 3, CB_PARTNER_SAME, "0 1 0", "0 1 0");
	check_partners(TWO, CB_PIN_NONE, 2, 2, CB_PARTNER_OTHER, "-1 -1", "-1 -1");
	check_partners(SMT, CB_PIN_SPREAD, 2, 1, CB_PARTNER_SAME, "0 2", "0");
}

static void impossible_places(void **state)
{
	struct cb_placement p = { .workers = 77 };
	struct cb_error err = { 0 };
	struct machine m;

	(void)state;
	make(&m, TWO, 0);
	assert_int_equal(
		cb_place(&m.topology, &m.allowance, CB_PIN_AUTO, 0, 0, CB_PARTNER_OTHER, &p, &err), -EINVAL);
	assert_true(err.text[0]);
	m.mask[0] = m.mask[1] = 9;
	assert_int_equal(
		cb_place(&m.topology, &m.allowance, CB_PIN_AUTO, 1, 0, CB_PARTNER_OTHER, &p, NULL), -EINVAL);
	assert_int_equal(p.workers, 77);
	cb_topology_release(&m.topology);
}

/* Any number of workers on any mask uses allowed CPUs only, and as many different ones as it can. */
static void every_mask(void **state)
{
	struct machine m;

	(void)state;
	for (uint64_t mask = 1; mask < 256; mask++) {
		make(&m, "numa:2 l3:1 core:2 pu:2", mask);
		for (unsigned workers = 1; workers < 10; workers++)
			for (enum cb_pin pin = CB_PIN_COMPACT; pin <= CB_PIN_SPREAD; pin++) {
				struct cb_placement p = place(&m, pin, workers, 0, CB_PARTNER_OTHER);
				uint64_t used = 0;

				for (unsigned i = 0; i < workers; i++)
					used |= UINT64_C(1) << p.worker_cpu[i];
				assert_int_equal(used & ~mask, 0);
				assert_int_equal(__builtin_popcountll(used), p.cpus);
				assert_int_equal(
					p.cpus, workers < m.allowance.mask_n ? workers : m.allowance.mask_n);
				cb_placement_release(&p);
			}
		cb_topology_release(&m.topology);
	}
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(cb_pin_names[CB_PIN_AUTO], "auto");
	assert_string_equal(cb_pin_names[CB_PIN_NONE], "none");
	assert_string_equal(cb_pin_names[CB_PIN_COMPACT], "compact");
	assert_string_equal(cb_pin_names[CB_PIN_SPREAD], "spread");
	assert_null(cb_pin_names[CB_PIN_SPREAD + 1]);
	cb_placement_release(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact),
		cmocka_unit_test(compact_keeps_neighbours_adjacent),
		cmocka_unit_test(spread),
		cmocka_unit_test(spread_over_unlike_nodes),
		cmocka_unit_test(masks),
		cmocka_unit_test(more_workers_than_cpus_wrap),
		cmocka_unit_test(automatic),
		cmocka_unit_test(quota_is_not_pinned),
		cmocka_unit_test(partners_elsewhere),
		cmocka_unit_test(partners_wrap_elsewhere),
		cmocka_unit_test(partners_on_the_same_cpu),
		cmocka_unit_test(impossible_places),
		cmocka_unit_test(every_mask),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
