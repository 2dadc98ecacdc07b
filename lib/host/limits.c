#include "lib/host/limits.h"

#include "lib/host/cgroup.h"
#include "lib/host/sysfile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROC_TEXT_MAX 8192u
#define KIB           1024u
#define MIB           (1024u * KIB)

/* ---- comparing ------------------------------------------------------------------------------- */

static bool has_room(const struct cb_limit *limit, uint64_t wanted)
{
	return limit->most == CB_NONE || (limit->used <= limit->most && wanted <= limit->most - limit->used);
}

static int check_tasks(const struct cb_limit *limit, const char *name, uint64_t tasks, struct cb_error *err)
{
	if (has_room(limit, tasks))
		return 0;
	return cb_error_set(err, -EAGAIN,
		"%" PRIu64 " tasks are more than %s allows: %" PRIu64 ", with %" PRIu64 " in use", tasks,
		name, limit->most, limit->used);
}

uint64_t cb_need_tasks(const struct cb_need *need)
{
	return need->threads > need->processes ? need->threads : need->processes;
}

int cb_limits_compare(const struct cb_limits *limits, const struct cb_need *need, struct cb_error *err)
{
	uint64_t tasks = cb_need_tasks(need);
	const struct {
		const struct cb_limit *limit;
		const char *name;
	} rows[] = {
		{ &limits->user, "RLIMIT_NPROC (ulimit -u)" },
		{ &limits->pids_cgroup, limits->pids_cgroup_file },
		{ &limits->kernel, "kernel.threads-max" },
		{ &limits->pid_space, "kernel.pid_max" },
	};

	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		int r = check_tasks(rows[i].limit, rows[i].name, tasks, err);

		if (r < 0)
			return r;
	}
	if (limits->fds != CB_NONE && need->fds_per_process > limits->fds)
		return cb_error_set(err, -EAGAIN,
			"%u descriptors a process are more than RLIMIT_NOFILE (ulimit -Hn) allows: %" PRIu64,
			need->fds_per_process, limits->fds);
	if (limits->memory_bytes != CB_NONE && need->memory_bytes > limits->memory_bytes)
		return cb_error_set(err, -EAGAIN,
			"%" PRIu64 " MiB of memory are more than is free: %" PRIu64 " MiB",
			need->memory_bytes / MIB, limits->memory_bytes / MIB);
	if (!has_room(&limits->address_bytes, need->address_bytes))
		return cb_error_set(err, -EAGAIN,
			"%" PRIu64 " MiB of address space a process are more than RLIMIT_AS (ulimit -v) "
			"allows: %" PRIu64 " MiB, with %" PRIu64 " in use",
			need->address_bytes / MIB, limits->address_bytes.most / MIB,
			limits->address_bytes.used / MIB);
	return 0;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static uint64_t read_in(const char *dir, const char *name)
{
	char path[2 * PATH_MAX];
	uint64_t value;

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return CB_NONE;
	return cb_sysfile_u64(path, &value) < 0 ? CB_NONE : value;
}

/* Page cache of a memory cgroup that the kernel gives up first. */
static uint64_t reclaimable_in(const char *dir, enum cb_cgroup_version version)
{
	char path[2 * PATH_MAX], *text = NULL;
	uint64_t bytes;

	if (snprintf(path, sizeof path, "%s/memory.stat", dir) < (int)sizeof path)
		text = cb_sysfile_read(path, PROC_TEXT_MAX);
	if (!text)
		return 0;
	bytes = cb_sysfile_find_u64(text, version == CB_CGROUP_V1 ? "total_inactive_file" : "inactive_file");
	free(text);
	return bytes == CB_NONE ? 0 : bytes;
}

static void take_memory(void *arg, const char *dir, enum cb_cgroup_version version)
{
	bool v1 = version == CB_CGROUP_V1;
	uint64_t *least = arg;
	uint64_t most = read_in(dir, v1 ? "memory.limit_in_bytes" : "memory.max");
	uint64_t used = read_in(dir, v1 ? "memory.usage_in_bytes" : "memory.current");
	uint64_t reclaimable, left;

	if (most == CB_NONE || used == CB_NONE)
		return;
	reclaimable = reclaimable_in(dir, version);
	used -= reclaimable < used ? reclaimable : used;
	left = used < most ? most - used : 0;
	if (left < *least)
		*least = left;
}

/* A line of /proc/meminfo in bytes. */
static uint64_t meminfo(const char *key)
{
	char *text = cb_sysfile_read("/proc/meminfo", PROC_TEXT_MAX);
	uint64_t kib = text ? cb_sysfile_find_u64(text, key) : CB_NONE;

	free(text);
	return kib == CB_NONE ? CB_NONE : kib * KIB;
}

uint64_t cb_memory_free_bytes(void)
{
	uint64_t least = meminfo("MemAvailable");

	(void)cb_cgroup_each("/", "memory", take_memory, &least);
	return least;
}

uint64_t cb_memory_total_bytes(void)
{
	uint64_t total = meminfo("MemTotal");

	return total == CB_NONE ? 0 : total;
}

/* A process that this one forks has as much mapped before it maps anything of its own. */
static void load_address_space(struct cb_limit *ret)
{
	char *text = NULL;
	struct rlimit limit;
	uint64_t kib;

	*ret = (struct cb_limit){ CB_NONE, 0 };
	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		text = cb_sysfile_read("/proc/self/status", PROC_TEXT_MAX);
	kib = text ? cb_sysfile_find_u64(text, "VmSize") : CB_NONE;
	if (kib != CB_NONE)
		*ret = (struct cb_limit){ limit.rlim_cur, kib * KIB };
	free(text);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static void take_pids(void *arg, const char *dir, enum cb_cgroup_version version)
{
	struct cb_limits *limits = arg;
	struct cb_limit *least = &limits->pids_cgroup;
	struct cb_limit here = { read_in(dir, "pids.max"), read_in(dir, "pids.current") };
	int64_t room, least_room;

	(void)version;
	if (here.most == CB_NONE || here.used == CB_NONE)
		return;
	room = (int64_t)(here.most - here.used);
	least_room = (int64_t)(least->most - least->used);
	if (least->most != CB_NONE && least_room <= room)
		return;
	*least = here;
	snprintf(limits->pids_cgroup_file, sizeof limits->pids_cgroup_file, "%s/pids.max", dir);
}

/* Tasks on the whole host: the number after the slash in /proc/loadavg. 0 when unknown. */
static uint64_t host_tasks(void)
{
	char line[128], *slash;

	if (cb_sysfile_line("/proc/loadavg", line, sizeof line) < 0)
		return 0;
	slash = strchr(line, '/');
	return slash ? strtoull(slash + 1, NULL, 10) : 0;
}

static uint64_t threads_of(const char *pid)
{
	char path[64 + NAME_MAX], *text;
	uint64_t threads;

	snprintf(path, sizeof path, "/proc/%s/status", pid);
	text = cb_sysfile_read(path, PROC_TEXT_MAX);
	threads = text ? cb_sysfile_find_u64(text, "Threads") : CB_NONE;
	free(text);
	return threads == CB_NONE ? 0 : threads;
}

/* Tasks of this user, those of its processes that can be seen. */
static uint64_t user_tasks(void)
{
	DIR *proc = opendir("/proc");
	uint64_t n = 0;
	struct dirent *entry;
	struct stat owner;

	if (!proc)
		return 0;
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
			fstatat(dirfd(proc), entry->d_name, &owner, 0) == 0 && owner.st_uid == getuid())
			n += threads_of(entry->d_name);
	closedir(proc);
	return n;
}

static uint64_t rlimit_value(rlim_t value)
{
	return value == RLIM_INFINITY ? CB_NONE : value;
}

/* Counting a user's tasks is a walk through /proc: it is spared where all tasks of the host would fit. */
static void load_user(struct cb_limit *ret, uint64_t tasks, uint64_t wanted)
{
	struct rlimit limit;

	*ret = (struct cb_limit){ CB_NONE, 0 };
	if (geteuid() == 0 || getrlimit(RLIMIT_NPROC, &limit) < 0)
		return;
	ret->most = rlimit_value(limit.rlim_cur);
	if (ret->most != CB_NONE)
		ret->used = tasks + wanted <= ret->most ? tasks : user_tasks();
}

static uint64_t sysctl_of(const char *path)
{
	uint64_t value;

	return cb_sysfile_u64(path, &value) < 0 ? CB_NONE : value;
}

void cb_limits_load(uint64_t tasks_wanted, struct cb_limits *ret)
{
	uint64_t tasks = host_tasks();
	struct rlimit fds;

	*ret = (struct cb_limits){ .pids_cgroup = { CB_NONE, 0 } };
	load_user(&ret->user, tasks, tasks_wanted);
	(void)cb_cgroup_each("/", "pids", take_pids, ret);
	ret->kernel = (struct cb_limit){ sysctl_of("/proc/sys/kernel/threads-max"), tasks };
	ret->pid_space = (struct cb_limit){ sysctl_of("/proc/sys/kernel/pid_max"), tasks };
	ret->fds = getrlimit(RLIMIT_NOFILE, &fds) < 0 ? CB_NONE : rlimit_value(fds.rlim_max);
	ret->memory_bytes = cb_memory_free_bytes();
	load_address_space(&ret->address_bytes);
}
