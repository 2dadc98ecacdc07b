/* All that is known of the host: loaded once, before the first fork. */
#ifndef CB_HOST_HOST_H
#define CB_HOST_HOST_H

#include "lib/host/allowance.h"
#include "lib/host/capacity.h"
#include "lib/host/limits.h"
#include "lib/host/topology.h"

struct cb_host {
	struct cb_topology topology;
	struct cb_allowance allowance;
	char cpu_model[128], kernel[96], os[96], arch[16], hostname[65], governor[32]; /* "" unknown */
	char hypervisor[32]; /* "" none seen, or one that does not give its name */
	bool virtualized;
	int boost; /* 1: the clock rate depends on how many cores are busy; 0: no; -1: unknown */
	/*
	 * The steal clock counts: it has ticked since boot. One that stands at 0 cannot be told from one that
	 * does not exist, so it is not believed, even should it tick later.
	 */
	bool has_steal;
	double steal_share; /* of all CPUs' time since boot; 0 without has_steal */
	bool has_schedstat, has_io_accounting, has_cachestat;
	double clock_ns; /* cost of one CLOCK_MONOTONIC read, median of several rounds */
	uint64_t memory_bytes, memory_free_bytes; /* 0, CB_NONE: unknown; free: cb_memory_free_bytes */
	double load1;                             /* -1: unknown */
	char fingerprint[17];                     /* see cb_host_fingerprint */
};

/*
 * A few milliseconds. What cannot be found out is left unknown. Errors: -ENOMEM, or no affinity mask.
 * Call it while there is one thread; release *ret afterwards.
 */
int cb_host_load(struct cb_host *ret, struct cb_error *err);
/* Accepts NULL and a zeroed struct. */
void cb_host_release(struct cb_host *host);

/*
 * 16 hex digits: the 64-bit FNV-1a hash of these lines:
 * cpu=MODEL, cores=N, smt=N, numa=N (of the machine, allowed or not), quota=CPUS (two decimals; 0.00: none),
 * virtual=0|1 HYPERVISOR, governor=NAME, kernel=MAJOR.MINOR. Never host name, MHz, load, mask or memory.
 * Pure: equal fields, equal result.
 */
void cb_host_fingerprint(const struct cb_host *host, char ret[17]);

/*
 * What would disturb a measurement, one sentence each with what to do about it: governor, boost, load, quota,
 * virtualised, steal. Calls tell for each; tell must not keep the text. Pure.
 */
void cb_host_disturbances(const struct cb_host *host, void (*tell)(void *, const char *sentence), void *arg);

/*
 * Steal time in ns of the given CPUs (OS indexes) so far, from /proc/stat, in ticks of 10 ms; CB_NONE where
 * there is no steal clock or one of the CPUs is not listed.
 */
uint64_t cb_steal_ns(const struct cb_host *host, const unsigned *cpus, unsigned n);

/*
 * -EAGAIN with the limit named ("1001 tasks are more than RLIMIT_NPROC (ulimit -u) allows: 512, with 40 in
 * use") when need exceeds a limit: RLIMIT_NPROC (not for root), RLIMIT_NOFILE's hard limit, pids cgroup and
 * its ancestors, threads-max, pid_max, free memory, RLIMIT_AS. Limits and what is free are read at each call.
 */
int cb_limits_check(const struct cb_host *host, const struct cb_need *need, struct cb_error *err);

#endif
