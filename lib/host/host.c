#include "lib/host/host.h"

#include "lib/host/clock.h"
#include "lib/host/identity.h"
#include "lib/host/sysfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CPUINFO_MAX   16384u /* the first CPU's lines; all of them may take long to make */
#define STAT_MAX      (1u << 20)
#define CLOCK_ROUNDS  9u
#define CLOCK_READS   64u
#define SYS_CACHESTAT 451 /* Linux 6.5, the same on all architectures; older headers lack it */

/* ---- what the kernel can tell ---------------------------------------------------------------- */

/* A kernel that does not count shows zeros; this process has certainly been given the CPU once. */
static bool probe_schedstat(void)
{
	char line[96];
	uint64_t slices = 0;

	return cb_sysfile_line("/proc/self/schedstat", line, sizeof line) == 0 &&
	       sscanf(line, "%*u %*u %" SCNu64, &slices) == 1 && slices > 0;
}

static bool probe_io_accounting(void)
{
	char *text = cb_sysfile_read("/proc/self/io", 1024);
	bool has = text && cb_sysfile_find_u64(text, "read_bytes") != CB_NONE;

	free(text);
	return has;
}

/* A kernel that knows the call complains of the descriptor first. */
static bool probe_cachestat(void)
{
	return syscall(SYS_CACHESTAT, -1, NULL, NULL, 0) < 0 && errno == EBADF;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double measure_clock(void)
{
	double round_ns[CLOCK_ROUNDS];

	for (unsigned i = 0; i < CLOCK_ROUNDS; i++) {
		uint64_t start = cb_now_ns(), end = start;

		for (unsigned j = 0; j < CLOCK_READS; j++)
			end = cb_now_ns();
		round_ns[i] = (double)(end - start) / CLOCK_READS;
	}
	qsort(round_ns, CLOCK_ROUNDS, sizeof *round_ns, compare_doubles);
	return round_ns[CLOCK_ROUNDS / 2];
}

/* ---- steal ----------------------------------------------------------------------------------- */

/* Columns of a "cpu" line of /proc/stat, in ticks. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, COLUMNS };

/* Reads "cpu" (all) or "cpuN" out of the text; false when it is not there. */
static bool find_cpu_line(const char *stat, const char *name, uint64_t ret[COLUMNS])
{
	size_t length = strlen(name);

	for (const char *line = stat; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) != 0 || line[length] != ' ')
			continue;
		char *value = (char *)line + length;
		for (unsigned i = 0; i < COLUMNS; i++)
			ret[i] = strtoull(value, &value, 10);
		return true;
	}
	return false;
}

static void load_steal(struct cb_host *host)
{
	char *stat = cb_sysfile_read("/proc/stat", STAT_MAX);
	uint64_t ticks[COLUMNS], sum = 0;

	if (stat && find_cpu_line(stat, "cpu", ticks)) {
		for (unsigned i = 0; i < COLUMNS; i++)
			sum += ticks[i];
		host->has_steal = ticks[STEAL] > 0;
		host->steal_share = sum ? (double)ticks[STEAL] / (double)sum : 0;
	}
	free(stat);
}

uint64_t cb_steal_ns(const struct cb_host *host, const unsigned *cpus, unsigned n)
{
	uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t ticks[COLUMNS], sum = 0;
	char *stat = host->has_steal ? cb_sysfile_read("/proc/stat", STAT_MAX) : NULL;

	for (unsigned i = 0; stat && i < n; i++) {
		char name[16];

		snprintf(name, sizeof name, "cpu%u", cpus[i]);
		if (!find_cpu_line(stat, name, ticks)) {
			free(stat);
			return CB_NONE;
		}
		sum += ticks[STEAL];
	}
	if (!stat)
		return CB_NONE;
	free(stat);
	return sum * tick_ns;
}

/* ---- loading --------------------------------------------------------------------------------- */

static void load_names(struct cb_host *host)
{
	char *cpuinfo = cb_sysfile_read("/proc/cpuinfo", CPUINFO_MAX);
	struct utsname names;

	if (cpuinfo) {
		cb_identity_cpu_model(cpuinfo, host->cpu_model, sizeof host->cpu_model);
		host->virtualized = cb_identity_virtualized(
			cpuinfo, host->hypervisor, sizeof host->hypervisor);
	}
	free(cpuinfo);
	cb_identity_os(host->os, sizeof host->os);
	if (uname(&names) < 0)
		return;
	snprintf(host->kernel, sizeof host->kernel, "%s", names.release);
	snprintf(host->arch, sizeof host->arch, "%.15s", names.machine);
	snprintf(host->hostname, sizeof host->hostname, "%.64s", names.nodename);
}

static void load_frequency(struct cb_host *host)
{
	char path[96];
	uint64_t value;

	host->boost = -1;
	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor",
		host->allowance.mask[0]);
	cb_sysfile_line(path, host->governor, sizeof host->governor);
	if (cb_sysfile_u64("/sys/devices/system/cpu/cpufreq/boost", &value) == 0)
		host->boost = value == 1;
	else if (cb_sysfile_u64("/sys/devices/system/cpu/intel_pstate/no_turbo", &value) == 0)
		host->boost = value == 0;
}

static double load_average(void)
{
	char line[128];
	double load;

	return cb_sysfile_line("/proc/loadavg", line, sizeof line) == 0 && sscanf(line, "%lf", &load) == 1
		       ? load
		       : -1;
}

/* Placement needs each allowed CPU in the topology: where hwloc missed one, nothing it says is used. */
static int cover_mask(struct cb_host *host, struct cb_error *err)
{
	const struct cb_allowance *a = &host->allowance;
	struct cb_topology flat;
	char reason[64];
	int r;

	for (unsigned i = 0; i < a->mask_n; i++) {
		if (cb_topology_cpu(&host->topology, a->mask[i]))
			continue;
		snprintf(reason, sizeof reason, "hwloc does not know CPU %u", a->mask[i]);
		r = cb_topology_flat(a->mask[a->mask_n - 1] + 1, reason, &flat, err);
		if (r < 0)
			return r;
		cb_topology_release(&host->topology);
		host->topology = flat;
		return 0;
	}
	return 0;
}

int cb_host_load(struct cb_host *ret, struct cb_error *err)
{
	struct cb_host host = { 0 };
	int r;

	r = cb_allowance_load("/", &host.allowance, err);
	if (r == 0)
		r = cb_topology_load(&host.topology, err);
	if (r == 0)
		r = cover_mask(&host, err);
	if (r < 0) {
		cb_host_release(&host);
		return r;
	}
	load_names(&host);
	load_frequency(&host);
	load_steal(&host);
	host.has_schedstat = probe_schedstat();
	host.has_io_accounting = probe_io_accounting();
	host.has_cachestat = probe_cachestat();
	host.clock_ns = measure_clock();
	host.memory_bytes = cb_memory_total_bytes();
	host.memory_free_bytes = cb_memory_free_bytes();
	host.load1 = load_average();
	cb_host_fingerprint(&host, host.fingerprint);
	*ret = host;
	return 0;
}

void cb_host_release(struct cb_host *host)
{
	if (!host)
		return;
	cb_topology_release(&host->topology);
	cb_allowance_release(&host->allowance);
	*host = (struct cb_host){ 0 };
}

int cb_limits_check(const struct cb_host *host, const struct cb_need *need, struct cb_error *err)
{
	struct cb_limits limits;

	(void)host;
	cb_limits_load(cb_need_tasks(need), &limits);
	return cb_limits_compare(&limits, need, err);
}

/* ---- fingerprint ----------------------------------------------------------------------------- */

void cb_host_fingerprint(const struct cb_host *host, char ret[17])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	unsigned major = 0, minor = 0;
	char text[512];

	sscanf(host->kernel, "%u.%u", &major, &minor);
	snprintf(text, sizeof text,
		"cpu=%s\ncores=%u\nsmt=%u\nnuma=%u\nquota=%.2f\nvirtual=%d %s\ngovernor=%s\nkernel=%u.%u\n",
		host->cpu_model, host->topology.cores, host->topology.smt, host->topology.numa_nodes,
		host->allowance.quota_cpus, host->virtualized, host->hypervisor, host->governor, major,
		minor);
	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	snprintf(ret, 17, "%016" PRIx64, hash);
}
