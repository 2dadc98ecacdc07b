/*
 * hwloc's default discovery looks for PCI devices, memory modules and GPUs, and merely starting it loads the
 * plugins for them, with OpenCL and X11 behind (1 ms when cached, 15 when not). Nothing of that places a
 * worker: the types are filtered and the plugins are not looked for. What is left takes about half a
 * millisecond.
 */
#include "lib/host/topology.h"

#include "lib/host/hwloc_library.h"

#include <errno.h>
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

/* A loaded tree and the library that understands it. */
struct tree {
	struct cb_hwloc hwloc;
	hwloc_topology_t root;
};

static hwloc_obj_t get_cpu(const struct tree *tree, unsigned rank)
{
	return tree->hwloc.hwloc_get_obj_by_depth(
		tree->root, tree->hwloc.hwloc_get_type_depth(tree->root, HWLOC_OBJ_PU), rank);
}

static size_t count_cpus(const struct tree *tree)
{
	return tree->hwloc.hwloc_get_nbobjs_by_depth(
		tree->root, tree->hwloc.hwloc_get_type_depth(tree->root, HWLOC_OBJ_PU));
}

static hwloc_obj_t ancestor(hwloc_obj_t pu, hwloc_obj_type_t type)
{
	hwloc_obj_t above = pu->parent;

	while (above && above->type != type)
		above = above->parent;
	return above;
}

/* The first of the types that is above pu, else fallback. */
static hwloc_obj_t ancestor_of_any(
	hwloc_obj_t pu, const hwloc_obj_type_t *types, size_t n, hwloc_obj_t fallback)
{
	for (size_t i = 0; i < n; i++) {
		hwloc_obj_t found = ancestor(pu, types[i]);

		if (found)
			return found;
	}
	return fallback;
}

static uint64_t cache_bytes(const struct tree *tree, hwloc_obj_t object)
{
	return object && tree->hwloc.hwloc_obj_type_is_cache(object->type) ? object->attr->cache.size : 0;
}

enum { CORES, L2S, LLCS, NODES, PACKAGES, KINDS };

static void fill_row(const struct tree *tree, hwloc_obj_t pu, struct ranks ranks[KINDS], struct cb_cpu *ret)
{
	static const hwloc_obj_type_t l2[] = { HWLOC_OBJ_L2CACHE };
	static const hwloc_obj_type_t last_level[] = { HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE };
	hwloc_obj_t core = ancestor(pu, HWLOC_OBJ_CORE);
	hwloc_obj_t package = ancestor(pu, HWLOC_OBJ_PACKAGE);
	int node = pu->nodeset ? tree->hwloc.hwloc_bitmap_first(pu->nodeset) : 0;

	package = package ? package : tree->hwloc.hwloc_get_obj_by_depth(tree->root, 0, 0);
	ret->os_index = pu->os_index;
	ret->core = rank_of(&ranks[CORES], (uintptr_t)(core ? core : pu));
	ret->l2 = rank_of(&ranks[L2S], (uintptr_t)ancestor_of_any(pu, l2, CB_COUNT(l2), package));
	ret->llc = rank_of(
		&ranks[LLCS], (uintptr_t)ancestor_of_any(pu, last_level, CB_COUNT(last_level), package));
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

static void measure_caches(const struct tree *tree, struct cb_topology *t)
{
	static const hwloc_obj_type_t last_level[] = { HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE };
	hwloc_obj_t pu = get_cpu(tree, 0);

	t->l1d_bytes = cache_bytes(tree, ancestor(pu, HWLOC_OBJ_L1CACHE));
	t->l2_bytes = cache_bytes(tree, ancestor(pu, HWLOC_OBJ_L2CACHE));
	t->llc_bytes = cache_bytes(tree, ancestor_of_any(pu, last_level, CB_COUNT(last_level), NULL));
}

static int fill(const struct tree *tree, struct cb_topology *ret, struct cb_error *err)
{
	size_t n = count_cpus(tree);
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
		fill_row(tree, get_cpu(tree, ret->cpus_n), ranks, &ret->cpus[ret->cpus_n]);
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

static int set_filter(const struct tree *tree)
{
	if (tree->hwloc.hwloc_topology_set_all_types_filter(tree->root, HWLOC_TYPE_FILTER_KEEP_NONE) < 0)
		return -1;
	for (size_t i = 0; i < CB_COUNT(kept); i++)
		if (tree->hwloc.hwloc_topology_set_type_filter(tree->root, kept[i].type, kept[i].filter) < 0)
			return -1;
	return 0;
}

/* A tree that looks for no plugins; the environment is as before afterwards. */
static int init_tree(struct tree *tree)
{
	const char *set = getenv(PLUGINS);
	char *before = set ? strdup(set) : NULL;
	int r;

	setenv(PLUGINS, "", 1);
	r = tree->hwloc.hwloc_topology_init(&tree->root);
	if (before)
		setenv(PLUGINS, before, 1);
	else
		unsetenv(PLUGINS);
	free(before);
	return r;
}

/* Loads the described machine, or this one when description is NULL, into a tree that was begun. */
static int load_tree(const struct tree *tree, const char *description, struct cb_error *err)
{
	const struct cb_hwloc *hwloc = &tree->hwloc;
	/* CPUs that a cpuset denies are there too: the allowance, not the topology, says what may be used. */
	unsigned long flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED;

#if HWLOC_API_VERSION >= 0x00020500
	flags |= HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
#endif
	if (set_filter(tree) < 0 || hwloc->hwloc_topology_set_flags(tree->root, flags) < 0)
		return cb_error_set(err, -ENOTSUP, "hwloc refuses its filters");
	if (description && hwloc->hwloc_topology_set_synthetic(tree->root, description) < 0)
		return cb_error_set(err, -EINVAL, "hwloc does not understand the machine '%s'", description);
	if (hwloc->hwloc_topology_load(tree->root) < 0)
		return cb_error_set(err, -EIO, "hwloc does not load: %s", strerror(errno));
	if (!description && !hwloc->hwloc_topology_is_thissystem(tree->root))
		return cb_error_set(
			err, -EIO, "hwloc describes another machine (HWLOC_XMLFILE, HWLOC_SYNTHETIC)");
	return 0;
}

/* What the library says, copied into rows. */
static int read_rows(
	struct tree *tree, const char *description, struct cb_topology *ret, struct cb_error *err)
{
	struct cb_topology t = { 0 };
	int r;

	if (init_tree(tree) < 0)
		return cb_error_set(err, -ENOMEM, "hwloc does not start");
	r = load_tree(tree, description, err);
	if (!r)
		r = fill(tree, &t, err);
	tree->hwloc.hwloc_topology_destroy(tree->root);
	if (r < 0)
		cb_topology_release(&t);
	else
		*ret = t;
	return r;
}

static int load(const char *description, struct cb_topology *ret, struct cb_error *err)
{
	struct tree tree = { 0 };
	int r = cb_hwloc_open(cb_hwloc_name, &tree.hwloc, err);

	if (r < 0)
		return r;
	r = read_rows(&tree, description, ret, err);
	cb_hwloc_close(&tree.hwloc);
	return r;
}

/* Whether the CPU this runs on is in the topology: the least that a true one shows. */
static bool plausible(const struct cb_topology *t)
{
	int cpu = sched_getcpu();

	return cpu < 0 || cb_topology_cpu(t, (unsigned)cpu);
}

int cb_topology_flat(unsigned cpus, const char *reason, struct cb_topology *ret, struct cb_error *err)
{
	struct cb_topology t = {
		.cpus_n = cpus, .cores = cpus, .smt = 1, .llcs = 1, .numa_nodes = 1, .packages = 1
	};

	t.cpus = calloc(cpus, sizeof *t.cpus);
	if (!t.cpus)
		return cb_error_set(err, -ENOMEM, "no memory for a topology of %u CPUs", cpus);
	for (unsigned i = 0; i < cpus; i++)
		t.cpus[i].os_index = t.cpus[i].core = i;
	snprintf(t.flat, sizeof t.flat, "%s", reason);
	*ret = t;
	return 0;
}

int cb_topology_load(struct cb_topology *ret, struct cb_error *err)
{
	struct cb_error why = { 0 };
	struct cb_topology t = { 0 };
	long configured = sysconf(_SC_NPROCESSORS_CONF);
	int r = load(NULL, &t, &why);

	if (!r && plausible(&t)) {
		*ret = t;
		return 0;
	}
	cb_topology_release(&t);
	return cb_topology_flat(configured > 0 ? (unsigned)configured : 1,
		r ? why.text : "hwloc does not know the CPU that this runs on", ret, err);
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
