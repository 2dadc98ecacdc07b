/*
 * hwloc's default discovery looks for PCI devices, memory modules and GPUs, and merely starting it loads the
 * plugins for them, with OpenCL and X11 behind (1 ms when cached, 15 when not). Nothing of that places a
 * worker: the types are filtered and the plugins are not looked for. What is left takes about half a
 * millisecond.
 */
#include "lib/host/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLUGINS "HWLOC_PLUGINS_PATH"

/*
 * Objects whose identity or size is asked for, and the groups to which hwloc ties NUMA nodes that are neither
 * a package nor a cache (several in a package). CPUs and NUMA nodes are always kept.
 */
static const struct {
	hwloc_obj_type_t type;
	enum hwloc_type_filter_e filter;
} kept[] = {
	{ HWLOC_OBJ_PACKAGE, HWLOC_TYPE_FILTER_KEEP_ALL },
	{ HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL },
	{ HWLOC_OBJ_L1CACHE, HWLOC_TYPE_FILTER_KEEP_ALL },
	{ HWLOC_OBJ_L2CACHE, HWLOC_TYPE_FILTER_KEEP_ALL },
	{ HWLOC_OBJ_L3CACHE, HWLOC_TYPE_FILTER_KEEP_ALL },
	{ HWLOC_OBJ_GROUP, HWLOC_TYPE_FILTER_KEEP_STRUCTURE },
};

/* Dense ranks for things in order of appearance. Looked up from the end, as neighbours share. */
struct ranks {
	uintptr_t *seen;
	unsigned n;
};

static unsigned rank_of(struct ranks *ranks, uintptr_t thing)
{
	for (unsigned i = ranks->n; i-- > 0;)
		if (ranks->seen[i] == thing)
			return i;
	ranks->seen[ranks->n] = thing;
	return ranks->n++;
}

/* ---- from hwloc's tree to rows --------------------------------------------------------------- */

static hwloc_obj_t ancestor(hwloc_topology_t tree, hwloc_obj_t pu, hwloc_obj_type_t type)
{
	return hwloc_get_ancestor_obj_by_type(tree, type, pu);
}

/* The first of the types that is above pu, else fallback. */
static hwloc_obj_t ancestor_of_any(
	hwloc_topology_t tree, hwloc_obj_t pu, const hwloc_obj_type_t *types, size_t n, hwloc_obj_t fallback)
{
	for (size_t i = 0; i < n; i++) {
		hwloc_obj_t found = ancestor(tree, pu, types[i]);

		if (found)
			return found;
	}
	return fallback;
}

static uint64_t cache_bytes(hwloc_obj_t object)
{
	return object && hwloc_obj_type_is_cache(object->type) ? object->attr->cache.size : 0;
}

enum { CORES, L2S, LLCS, NODES, PACKAGES, KINDS };

static void fill_row(hwloc_topology_t tree, hwloc_obj_t pu, struct ranks ranks[KINDS], struct cb_cpu *ret)
{
	static const hwloc_obj_type_t l2[] = { HWLOC_OBJ_L2CACHE };
	static const hwloc_obj_type_t last_level[] = { HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE };
	hwloc_obj_t core = ancestor(tree, pu, HWLOC_OBJ_CORE);
	hwloc_obj_t package = ancestor(tree, pu, HWLOC_OBJ_PACKAGE);
	int node = pu->nodeset ? hwloc_bitmap_first(pu->nodeset) : 0;

	package = package ? package : hwloc_get_root_obj(tree);
	ret->os_index = pu->os_index;
	ret->core = rank_of(&ranks[CORES], (uintptr_t)(core ? core : pu));
	ret->l2 = rank_of(&ranks[L2S], (uintptr_t)ancestor_of_any(tree, pu, l2, CB_COUNT(l2), package));
	ret->llc = rank_of(&ranks[LLCS],
		(uintptr_t)ancestor_of_any(tree, pu, last_level, CB_COUNT(last_level), package));
	ret->numa = rank_of(&ranks[NODES], (uintptr_t)(node < 0 ? 0 : node));
	ret->package = rank_of(&ranks[PACKAGES], (uintptr_t)package);
}

/* Numbers each core's CPUs and finds the most that one has. */
static void number_siblings(struct cb_topology *t)
{
	for (unsigned i = 0; i < t->cpus_n; i++) {
		struct cb_cpu *cpu = &t->cpus[i];

		cpu->smt = i && cpu[-1].core == cpu->core ? cpu[-1].smt + 1 : 0;
		if (cpu->smt + 1 > t->smt)
			t->smt = cpu->smt + 1;
	}
}

static void measure_caches(hwloc_topology_t tree, struct cb_topology *t)
{
	static const hwloc_obj_type_t last_level[] = { HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE };
	hwloc_obj_t pu = hwloc_get_obj_by_type(tree, HWLOC_OBJ_PU, 0);

	t->l1d_bytes = cache_bytes(ancestor(tree, pu, HWLOC_OBJ_L1CACHE));
	t->l2_bytes = cache_bytes(ancestor(tree, pu, HWLOC_OBJ_L2CACHE));
	t->llc_bytes = cache_bytes(ancestor_of_any(tree, pu, last_level, CB_COUNT(last_level), NULL));
}

static int fill(hwloc_topology_t tree, struct cb_topology *ret, struct cb_error *err)
{
	int found = hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_PU);
	size_t n = found > 0 ? (size_t)found : 0;
	struct ranks ranks[KINDS] = { 0 };
	uintptr_t *seen;

	if (n == 0)
		return cb_error_set(err, -ENODEV, "hwloc found no CPU");
	ret->cpus = calloc(n, sizeof *ret->cpus);
	seen = calloc(n * KINDS, sizeof *seen);
	if (!ret->cpus || !seen) {
		free(seen);
		return cb_error_set(err, -ENOMEM, "no memory for a topology of %zu CPUs", n);
	}
	for (unsigned kind = 0; kind < KINDS; kind++)
		ranks[kind].seen = seen + kind * n;
	for (ret->cpus_n = 0; ret->cpus_n < n; ret->cpus_n++)
		fill_row(tree, hwloc_get_obj_by_type(tree, HWLOC_OBJ_PU, ret->cpus_n), ranks,
			&ret->cpus[ret->cpus_n]);
	free(seen);
	ret->cores = ranks[CORES].n;
	ret->llcs = ranks[LLCS].n;
	ret->numa_nodes = ranks[NODES].n;
	ret->packages = ranks[PACKAGES].n;
	number_siblings(ret);
	measure_caches(tree, ret);
	return 0;
}

/* ---- loading --------------------------------------------------------------------------------- */

static int set_filter(hwloc_topology_t tree)
{
	if (hwloc_topology_set_all_types_filter(tree, HWLOC_TYPE_FILTER_KEEP_NONE) < 0)
		return -1;
	for (size_t i = 0; i < CB_COUNT(kept); i++)
		if (hwloc_topology_set_type_filter(tree, kept[i].type, kept[i].filter) < 0)
			return -1;
	return 0;
}

/* A tree that looks for no plugins; the environment is as before afterwards. */
static int init_tree(hwloc_topology_t *ret)
{
	const char *set = getenv(PLUGINS);
	char *before = set ? strdup(set) : NULL;
	int r;

	setenv(PLUGINS, "", 1);
	r = hwloc_topology_init(ret);
	if (before)
		setenv(PLUGINS, before, 1);
	else
		unsetenv(PLUGINS);
	free(before);
	return r;
}

/* Loads the described machine, or this one when description is NULL. */
static int load(const char *description, struct cb_topology *ret, struct cb_error *err)
{
	/* CPUs that a cpuset denies are there too: the allowance, not the topology, says what may be used. */
	unsigned long flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED;
	struct cb_topology t = { 0 };
	hwloc_topology_t tree;
	int r = 0;

#if HWLOC_API_VERSION >= 0x00020500
	flags |= HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
#endif
	if (init_tree(&tree) < 0)
		return cb_error_set(err, -ENOMEM, "hwloc does not start");
	if (set_filter(tree) < 0 || hwloc_topology_set_flags(tree, flags) < 0)
		r = cb_error_set(err, -ENOTSUP, "hwloc refuses its filters");
	else if (description && hwloc_topology_set_synthetic(tree, description) < 0)
		r = cb_error_set(err, -EINVAL, "hwloc does not understand the machine '%s'", description);
	else if (hwloc_topology_load(tree) < 0)
		r = cb_error_set(err, -EIO, "hwloc does not load: %s", strerror(errno));
	else if (!description && !hwloc_topology_is_thissystem(tree))
		r = cb_error_set(
			err, -EIO, "hwloc describes another machine (HWLOC_XMLFILE, HWLOC_SYNTHETIC)");
	else
		r = fill(tree, &t, err);
	hwloc_topology_destroy(tree);
	if (r < 0)
		cb_topology_release(&t);
	else
		*ret = t;
	return r;
}

/* Whether the CPU this runs on is in the topology: the least that a true one shows. */
static bool plausible(const struct cb_topology *t)
{
	int cpu = sched_getcpu();

	return cpu < 0 || cb_topology_cpu(t, (unsigned)cpu);
}

int cb_topology_flat(unsigned cpus, struct cb_topology *ret, struct cb_error *err)
{
	struct cb_topology t = {
		.cpus_n = cpus, .cores = cpus, .smt = 1, .llcs = 1, .numa_nodes = 1, .packages = 1
	};

	t.cpus = calloc(cpus, sizeof *t.cpus);
	if (!t.cpus)
		return cb_error_set(err, -ENOMEM, "no memory for a topology of %u CPUs", cpus);
	for (unsigned i = 0; i < cpus; i++)
		t.cpus[i].os_index = t.cpus[i].core = i;
	*ret = t;
	return 0;
}

int cb_topology_load(struct cb_topology *ret, struct cb_error *err)
{
	struct cb_topology t = { 0 };
	long configured = sysconf(_SC_NPROCESSORS_CONF);

	if (load(NULL, &t, NULL) == 0 && plausible(&t)) {
		*ret = t;
		return 0;
	}
	cb_topology_release(&t);
	return cb_topology_flat(configured > 0 ? (unsigned)configured : 1, ret, err);
}

int cb_topology_synthetic(const char *description, struct cb_topology *ret, struct cb_error *err)
{
	return load(description, ret, err);
}

void cb_topology_release(struct cb_topology *topology)
{
	if (!topology)
		return;
	free(topology->cpus);
	*topology = (struct cb_topology){ 0 };
}

const struct cb_cpu *cb_topology_cpu(const struct cb_topology *topology, unsigned os_index)
{
	for (unsigned i = 0; i < topology->cpus_n; i++)
		if (topology->cpus[i].os_index == os_index)
			return &topology->cpus[i];
	return NULL;
}
