/* All that is known of the host: loaded once, before the first fork. */
#ifndef CB_HOST_HOST_H
#define CB_HOST_HOST_H

#include "lib/host/allowance.h"
#include "lib/host/topology.h"

struct cb_host {
	struct cb_topology topology;
	struct cb_allowance allowance;
	char cpu_model[128], kernel[96], os[96], arch[16], hostname[65], governor[32]; /* "" unknown */
	char hypervisor[32];                                                           /* "" none seen */
	bool virtualized;
	bool has_steal; /* the steal clock counts: it has ticked since boot */
	bool has_schedstat, has_io_accounting, has_cachestat;
	double clock_ns; /* cost of one CLOCK_MONOTONIC read, median of several rounds */
	uint64_t memory_bytes, memory_free_bytes; /* free: MemAvailable or what the memory cgroups leave */
	double load1;
	char fingerprint[17]; /* 16 hex digits over what DESIGN names; equal on equal machines */
};

int cb_host_load(struct cb_host *ret, struct cb_error *err);
void cb_host_release(struct cb_host *host);

/*
 * What would disturb a measurement, one sentence each with what to do about it: governor, load, quota,
 * virtualised, steal. Calls tell for each; tell must not keep the text.
 */
void cb_host_disturbances(const struct cb_host *host, void (*tell)(void *, const char *sentence), void *arg);

/*
 * METHOD 13: what n CPUs give over one: the rate of a division loop on all of them at once over that on one,
 * about 5 ms in all. Forks n short processes, each pinned; cpus are OS indexes. Returns the ratio (n:
 * perfect), or a negative number when it could not be measured. Blocks until its children are reaped.
 */
double cb_capacity_probe(const unsigned *cpus, unsigned n);

/* Steal time in ns of the given CPUs so far, from /proc/stat; CB_NONE where there is no steal clock. */
uint64_t cb_steal_ns(const struct cb_host *host, const unsigned *cpus, unsigned n);

/* What a cell would need beyond what it measures. */
struct cb_need {
	unsigned processes, threads; /* created at once, the leader included; threads counts all tasks */
	uint64_t memory_bytes;
	unsigned fds_per_process;
};
/*
 * -EAGAIN with the limit named ("1001 processes are more than RLIMIT_NPROC allows: 512") when need exceeds a
 * limit: RLIMIT_NPROC (not for root), RLIMIT_NOFILE's hard limit, pids cgroup and its ancestors, threads-max,
 * pid_max, free memory.
 */
int cb_limits_check(const struct cb_host *host, const struct cb_need *need, struct cb_error *err);

#endif
