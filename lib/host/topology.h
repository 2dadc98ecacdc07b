/*
 * The machine as plain arrays, so that placement is a pure function that tests feed with synthetic machines.
 * hwloc is called here and nowhere else, never after the first fork, and is not in memory afterwards.
 */
#ifndef CB_HOST_TOPOLOGY_H
#define CB_HOST_TOPOLOGY_H

#include "lib/base/base.h"

/* One logical CPU. Ranks are dense numbers from 0 in hwloc's logical order. */
struct cb_cpu {
	unsigned os_index; /* what sched_setaffinity takes */
	unsigned core;     /* rank of its physical core */
	unsigned smt;      /* rank among the CPUs of its core */
	unsigned l2;       /* rank of its second-level cache; its package's where unknown */
	unsigned llc;      /* rank of its last-level cache: L3, else L2, else its package's */
	unsigned numa, package;
};

struct cb_topology {
	struct cb_cpu *cpus; /* in hwloc's logical order: neighbours share most */
	unsigned cpus_n, cores, llcs, packages;
	unsigned smt;                            /* most CPUs that one core has */
	unsigned numa_nodes;                     /* those that have CPUs */
	uint64_t l1d_bytes, l2_bytes, llc_bytes; /* of one cache each, the first CPU's; 0: unknown */
	char flat[160];                          /* why this is the flat machine; "": it is what hwloc says */
};

/*
 * The running machine: all CPUs that are online, allowed or not, loaded filtered to packages, NUMA nodes,
 * caches, cores and CPUs. Where hwloc is missing, sees nothing sensible, or was told by the environment to
 * describe another machine, the flat machine takes its place: every CPU a core. Errors: -ENOMEM only. Call it
 * before other threads exist: it sets and restores an environment variable.
 */
int cb_topology_load(struct cb_topology *ret, struct cb_error *err);
/* hwloc's synthetic notation: "pack:2 numa:1 l3:2 core:4 pu:2". -EINVAL: not understood. For tests. */
int cb_topology_synthetic(const char *description, struct cb_topology *ret, struct cb_error *err);
/* The machine of which, for that reason, nothing is known but its CPUs 0..cpus-1: all cores, no cache sizes.
 */
int cb_topology_flat(unsigned cpus, const char *reason, struct cb_topology *ret, struct cb_error *err);
/* Accepts NULL and a zeroed struct. */
void cb_topology_release(struct cb_topology *topology);
/* The row of an OS index, or NULL. */
const struct cb_cpu *cb_topology_cpu(const struct cb_topology *topology, unsigned os_index);

#endif
