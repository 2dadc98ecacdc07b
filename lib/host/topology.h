/*
 * The machine as plain arrays, so that placement is a pure function that tests feed with synthetic machines.
 * hwloc is called here and nowhere else, never after the first fork.
 */
#ifndef CB_HOST_TOPOLOGY_H
#define CB_HOST_TOPOLOGY_H

#include "lib/base/base.h"

/* One logical CPU. Ranks are dense numbers from 0 in hwloc's logical order. */
struct cb_cpu {
	unsigned os_index; /* what sched_setaffinity takes */
	unsigned core;     /* rank of its physical core */
	unsigned smt;      /* rank among the CPUs of its core */
	unsigned l2, llc;  /* rank of its second-level and last-level cache; its package's where unknown */
	unsigned numa, package;
};

struct cb_topology {
	struct cb_cpu *cpus; /* in hwloc's logical order: neighbours share most */
	unsigned cpus_n, cores, smt, llcs, numa_nodes, packages;
	uint64_t l1d_bytes, l2_bytes, llc_bytes; /* of one cache each; 0: unknown */
};

/* The running machine, loaded filtered to packages, NUMA nodes, caches, cores and CPUs. */
int cb_topology_load(struct cb_topology *ret, struct cb_error *err);
/* hwloc's synthetic notation: "pack:2 numa:1 l3:2 core:4 pu:2". */
int cb_topology_synthetic(const char *description, struct cb_topology *ret, struct cb_error *err);
void cb_topology_release(struct cb_topology *topology);
/* The row of an OS index, or NULL. */
const struct cb_cpu *cb_topology_cpu(const struct cb_topology *topology, unsigned os_index);

#endif
