/* Whether what a cell needs can be created at all. Reading the limits and comparing with them are apart. */
#ifndef CB_HOST_LIMITS_H
#define CB_HOST_LIMITS_H

#include "lib/base/base.h"

/* What a cell would need beyond what it measures. */
struct cb_need {
	unsigned processes, threads; /* created at once, the leader included; threads counts all tasks */
	uint64_t memory_bytes;
	unsigned fds_per_process;
	uint64_t address_bytes; /* mapped in its largest process beside the harness */
};

/* A number of tasks, or bytes, that may exist and that do exist. */
struct cb_limit {
	uint64_t most; /* CB_NONE: no limit */
	uint64_t used;
};

/* What binds here and now. All zero but for CB_NONE where there is no limit. */
struct cb_limits {
	struct cb_limit user;        /* RLIMIT_NPROC; no limit for root */
	struct cb_limit pids_cgroup; /* the one with least room among those visible */
	char pids_cgroup_file[256];
	struct cb_limit kernel;        /* kernel.threads-max */
	struct cb_limit pid_space;     /* kernel.pid_max */
	uint64_t fds;                  /* RLIMIT_NOFILE, hard */
	struct cb_limit address_bytes; /* RLIMIT_AS, and what this process has mapped */
	uint64_t memory_bytes;         /* what is free: cb_memory_free_bytes */
};

/* Tasks that come to exist, processes' first threads included. */
uint64_t cb_need_tasks(const struct cb_need *need);

/*
 * Reads them for this process. Nothing fails: a limit that cannot be read is none. Well under a millisecond,
 * but where tasks_wanted more might exceed a user's RLIMIT_NPROC, whose tasks are then counted by a walk
 * through /proc.
 */
void cb_limits_load(uint64_t tasks_wanted, struct cb_limits *ret);

/*
 * Pure. 0, or -EAGAIN with the first limit that need exceeds, in numbers: "1001 tasks are more than
 * RLIMIT_NPROC (ulimit -u) allows: 512, with 40 in use".
 */
int cb_limits_compare(const struct cb_limits *limits, const struct cb_need *need, struct cb_error *err);

/*
 * Memory in bytes that new work can have without swapping: MemAvailable, or what the memory cgroups above
 * this process leave (their reclaimable cache counts as free), whichever is less. CB_NONE when unknown.
 */
uint64_t cb_memory_free_bytes(void);
/* MemTotal; 0 when unknown. */
uint64_t cb_memory_total_bytes(void);

#endif
