/*
 * How many CPUs this process may really use: min(affinity mask, ceil(cgroup quota)), the quota being the
 * smallest over all visible ancestors, cgroup v1 and v2, found by mountinfo.
 */
#ifndef CB_HOST_ALLOWANCE_H
#define CB_HOST_ALLOWANCE_H

#include "lib/base/base.h"

struct cb_allowance {
	unsigned *mask; /* OS indexes of the affinity mask (which cpusets bind), ascending */
	unsigned mask_n;
	unsigned configured;     /* CPUs online, allowed or not */
	double quota_cpus;       /* smallest quota in CPUs; 0: none */
	char quota_from[256];    /* the file that sets it; "" none */
	unsigned usable;         /* min(mask_n, ceil(quota)), at least 1 */
	bool quota_binds;        /* quota below mask_n: --pin=auto does not pin */
	char throttle_file[256]; /* cpu.stat of the quota's cgroup, else of the nearest that counts, or "" */
};

/*
 * root is "/" for the running host; tests pass a folder that holds proc/self/mountinfo, proc/self/cgroup and
 * a cgroup tree (mount points are taken relative to it). The mask comes from sched_getaffinity. A limit that
 * is absent, unreadable or not of the kernel's form counts as none, and so do cgroups that cannot be seen.
 * Errors: -ENOMEM, or what sched_getaffinity says. Release *ret afterwards.
 */
int cb_allowance_load(const char *root, struct cb_allowance *ret, struct cb_error *err);
/* The same with the n > 0 CPUs of mask in place of the affinity mask. */
int cb_allowance_load_masked(
	const char *root, const unsigned *mask, size_t n, struct cb_allowance *ret, struct cb_error *err);
/* Confines it to --cpus; each must be in the mask (-EINVAL names the first that is not). Binds no process. */
int cb_allowance_confine(
	struct cb_allowance *allowance, const unsigned *cpus, size_t n, struct cb_error *err);
/* Accepts NULL and a zeroed struct. */
void cb_allowance_release(struct cb_allowance *allowance);
/* Nanoseconds for which the cgroup was throttled so far; CB_NONE where it has no such count. */
uint64_t cb_allowance_throttled_ns(const struct cb_allowance *allowance);

#endif
