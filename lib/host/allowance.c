#include "lib/host/allowance.h"

#include "lib/host/cgroup.h"
#include "lib/host/sysfile.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPUS_MOST     (1u << 16) /* a kernel with more CPUs than this is not believed */
#define STAT_MAX      4096       /* bytes of a cpu.stat */
#define NSEC_PER_USEC 1000u

/* ---- affinity mask --------------------------------------------------------------------------- */

/* The affinity mask in as many bits as this kernel asks for. NULL with errno set. */
static cpu_set_t *get_affinity(size_t *ret_bytes)
{
	for (unsigned bits = 1024; bits <= CPUS_MOST; bits *= 2) {
		cpu_set_t *set = CPU_ALLOC(bits);

		if (!set)
			return NULL;
		*ret_bytes = CPU_ALLOC_SIZE(bits);
		if (sched_getaffinity(0, *ret_bytes, set) == 0)
			return set;
		CPU_FREE(set);
		if (errno != EINVAL)
			return NULL;
	}
	return NULL;
}

static int load_mask(unsigned **ret_mask, size_t *ret_n, struct cb_error *err)
{
	size_t bytes, n = 0;
	cpu_set_t *set = get_affinity(&bytes);
	unsigned *mask;

	if (!set)
		return cb_error_set(err, -errno, "cannot read the affinity mask: %s", strerror(errno));
	mask = malloc(((size_t)CPU_COUNT_S(bytes, set) + 1) * sizeof *mask);
	for (unsigned cpu = 0; mask && cpu < bytes * CHAR_BIT; cpu++)
		if (CPU_ISSET_S(cpu, bytes, set))
			mask[n++] = cpu;
	CPU_FREE(set);
	if (!mask)
		return cb_error_set(err, -ENOMEM, "no memory for the affinity mask");
	*ret_mask = mask;
	*ret_n = n;
	return 0;
}

/* ---- quota ----------------------------------------------------------------------------------- */

/* "quota period" in microseconds as CPUs; 0 for "max", -1 and whatever else is no quota. */
static double quota_of(const char *text)
{
	char *end;
	double quota, period;

	if (strspn(text, "0123456789 ") != strlen(text))
		return 0;
	quota = (double)strtoull(text, &end, 10);
	if (end == text || *end != ' ')
		return 0;
	text = end + 1;
	period = (double)strtoull(text, &end, 10);
	if (end == text || *end || period == 0)
		return 0;
	return quota / period;
}

/* Writes dir/name; false when it does not fit. */
static bool join(char *buf, size_t size, const char *dir, const char *name)
{
	return (size_t)snprintf(buf, size, "%s/%s", dir, name) < size;
}

static int read_in(const char *dir, const char *name, char *buf, size_t size)
{
	char path[2 * PATH_MAX];

	return join(path, sizeof path, dir, name) ? cb_sysfile_line(path, buf, size) : -ENAMETOOLONG;
}

static double quota_v1(const char *dir)
{
	char quota[32], period[32], both[80];

	if (read_in(dir, "cpu.cfs_quota_us", quota, sizeof quota) < 0 ||
		read_in(dir, "cpu.cfs_period_us", period, sizeof period) < 0)
		return 0;
	snprintf(both, sizeof both, "%s %s", quota, period);
	return quota_of(both);
}

static double quota_v2(const char *dir)
{
	char line[80];

	return read_in(dir, "cpu.max", line, sizeof line) < 0 ? 0 : quota_of(line);
}

/* Reads the count of either version; see cb_allowance_throttled_ns. */
static uint64_t throttled_ns(const char *path)
{
	char *text = path[0] ? cb_sysfile_read(path, STAT_MAX) : NULL;
	uint64_t ns, us;

	if (!text)
		return CB_NONE;
	ns = cb_sysfile_find_u64(text, "throttled_time");
	us = cb_sysfile_find_u64(text, "throttled_usec");
	free(text);
	if (ns != CB_NONE)
		return ns;
	return us == CB_NONE ? CB_NONE : us * NSEC_PER_USEC;
}

/* Keeps the smallest quota and where its throttling is counted. */
static void take_quota(void *arg, const char *dir, enum cb_cgroup_version version)
{
	struct cb_allowance *a = arg;
	double quota = version == CB_CGROUP_V1 ? quota_v1(dir) : quota_v2(dir);
	bool smaller = quota > 0 && (a->quota_cpus == 0 || quota < a->quota_cpus);
	char stat[sizeof a->throttle_file];

	if (smaller) {
		a->quota_cpus = quota;
		join(a->quota_from, sizeof a->quota_from, dir,
			version == CB_CGROUP_V1 ? "cpu.cfs_quota_us" : "cpu.max");
	}
	if (!smaller && a->throttle_file[0])
		return;
	if (join(stat, sizeof stat, dir, "cpu.stat") && throttled_ns(stat) != CB_NONE)
		memcpy(a->throttle_file, stat, sizeof stat);
	else if (smaller)
		a->throttle_file[0] = '\0';
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void conclude(struct cb_allowance *a)
{
	a->usable = a->mask_n;
	a->quota_binds = a->quota_cpus > 0 && a->quota_cpus < a->mask_n;
	if (a->quota_binds)
		a->usable = (unsigned)ceil(a->quota_cpus);
	if (a->usable == 0)
		a->usable = 1;
}

/* Takes over mask. */
static void load_quota(const char *root, unsigned *mask, size_t n, struct cb_allowance *ret)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	*ret = (struct cb_allowance){ .mask = mask, .mask_n = (unsigned)n };
	ret->configured = online > 0 ? (unsigned)online : ret->mask_n;
	/* A host without cgroups, or without /proc, has no quota. */
	(void)cb_cgroup_each(root, "cpu", take_quota, ret);
	conclude(ret);
}

int cb_allowance_load(const char *root, struct cb_allowance *ret, struct cb_error *err)
{
	unsigned *mask = NULL;
	size_t n = 0;
	int r = load_mask(&mask, &n, err);

	if (r < 0)
		return r;
	load_quota(root, mask, n, ret);
	return 0;
}

static int compare_cpus(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* A sorted copy; NULL: no memory. */
static unsigned *sorted_copy(const unsigned *cpus, size_t n)
{
	unsigned *copy = malloc(n * sizeof *copy);

	if (copy) {
		memcpy(copy, cpus, n * sizeof *copy);
		qsort(copy, n, sizeof *copy, compare_cpus);
	}
	return copy;
}

int cb_allowance_load_masked(
	const char *root, const unsigned *mask, size_t n, struct cb_allowance *ret, struct cb_error *err)
{
	unsigned *copy = sorted_copy(mask, n);

	if (!copy)
		return cb_error_set(err, -ENOMEM, "no memory for a mask of %zu CPUs", n);
	load_quota(root, copy, n, ret);
	return 0;
}

int cb_allowance_confine(struct cb_allowance *allowance, const unsigned *cpus, size_t n, struct cb_error *err)
{
	unsigned *copy;

	if (n == 0)
		return cb_error_set(err, -EINVAL, "no CPU is left to run on");
	for (size_t i = 0; i < n; i++)
		if (!bsearch(&cpus[i], allowance->mask, allowance->mask_n, sizeof cpus[i], compare_cpus))
			return cb_error_set(err, -EINVAL,
				"CPU %u is not one that this process may use (see concbench host)", cpus[i]);
	copy = sorted_copy(cpus, n);
	if (!copy)
		return cb_error_set(err, -ENOMEM, "no memory for a mask of %zu CPUs", n);
	free(allowance->mask);
	allowance->mask = copy;
	allowance->mask_n = (unsigned)n;
	conclude(allowance);
	return 0;
}

void cb_allowance_release(struct cb_allowance *allowance)
{
	if (!allowance)
		return;
	free(allowance->mask);
	*allowance = (struct cb_allowance){ 0 };
}

uint64_t cb_allowance_throttled_ns(const struct cb_allowance *allowance)
{
	return throttled_ns(allowance->throttle_file);
}
