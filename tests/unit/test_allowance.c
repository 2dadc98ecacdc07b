/* Usable CPUs out of made-up control groups, and out of a real one where it can be made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/host/allowance.h"
#include "lib/host/cgroup.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a made-up root -------------------------------------------------------------------------- */

static int make_root(void **state)
{
	char *root = strdup("/tmp/cb-allowance-XXXXXX");

	*state = root;
	return root && mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int remove_root(void **state)
{
	int r = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

/* Writes root/path, making the folders above it. */
static void put(const char *root, const char *path, const char *text)
{
	char whole[PATH_MAX];
	FILE *file;

	snprintf(whole, sizeof whole, "%s/%s", root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0777);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define MOUNT_V2    "30 25 0:26 / /cg rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define MOUNT_V1    "31 25 0:27 / /cg1/cpu rw - cgroup cgroup rw,cpuacct,cpu\n"
#define MOUNT_OTHER "32 25 0:28 / /cg1/cpuset rw - cgroup cgroup rw,cpuset\n"

static const unsigned four_cpus[] = { 0, 1, 2, 3 };

static struct cb_allowance load(const char *root)
{
	struct cb_allowance a = { 0 };
	struct cb_error err = { 0 };

	if (cb_allowance_load_masked(root, four_cpus, CB_COUNT(four_cpus), &a, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(a.mask_n, 4);
	return a;
}

/* Loads and checks quota and usable CPUs of four. from: the file below root; "" none. */
static void check(const char *root, double quota, unsigned usable, const char *from)
{
	struct cb_allowance a = load(root);
	char whole[PATH_MAX];

	snprintf(whole, sizeof whole, "%s%s", from[0] ? root : "", from);
	assert_string_equal(a.quota_from, whole);
	assert_true(a.quota_cpus == quota);
	assert_int_equal(a.usable, usable);
	assert_int_equal(a.quota_binds, quota > 0 && quota < 4);
	cb_allowance_release(&a);
}

/* ---- versions and ancestors ------------------------------------------------------------------ */

static void no_cgroups(void **state)
{
	check(*state, 0, 4, "");
	put(*state, "proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/vda rw\n");
	put(*state, "proc/self/cgroup", "");
	check(*state, 0, 4, "");
}

static void v2_own_group(void **state)
{
	put(*state, "proc/self/mountinfo", MOUNT_V2);
	put(*state, "proc/self/cgroup", "0::/a/b\n");
	put(*state, "cg/a/b/cpu.max", "max 100000\n");
	check(*state, 0, 4, "");
	put(*state, "cg/a/b/cpu.max", "150000 100000\n");
	check(*state, 1.5, 2, "/cg/a/b/cpu.max");
	put(*state, "cg/a/b/cpu.max", "50000 100000\n");
	check(*state, 0.5, 1, "/cg/a/b/cpu.max");
	put(*state, "cg/a/b/cpu.max", "400000 100000\n");
	check(*state, 4, 4, "/cg/a/b/cpu.max");
	put(*state, "cg/a/b/cpu.max", "300000 100000\n");
	check(*state, 3, 3, "/cg/a/b/cpu.max");
	put(*state, "cg/a/b/cpu.max", "99900000 100000\n");
	check(*state, 999, 4, "/cg/a/b/cpu.max");
}

/* The tightest group binds wherever it is; groups beside the path do not. */
static void v2_ancestors(void **state)
{
	put(*state, "proc/self/mountinfo", MOUNT_V2);
	put(*state, "proc/self/cgroup", "0::/a/b/c\n");
	put(*state, "cg/a/b/c/cpu.max", "350000 100000\n");
	put(*state, "cg/a/cpu.max", "200000 100000\n");
	put(*state, "cg/a/x/cpu.max", "10000 100000\n");
	check(*state, 2, 2, "/cg/a/cpu.max");
	put(*state, "cg/cpu.max", "100000 100000\n");
	check(*state, 1, 1, "/cg/cpu.max");
	put(*state, "cg/cpu.max", "max 100000\n");
	put(*state, "cg/a/b/c/cpu.max", "5000 10000\n");
	check(*state, 0.5, 1, "/cg/a/b/c/cpu.max");
}

static void v1(void **state)
{
	put(*state, "proc/self/mountinfo", MOUNT_OTHER MOUNT_V1);
	put(*state, "proc/self/cgroup", "5:cpuset:/s\n3:cpu,cpuacct:/a/b\n0::/u\n");
	put(*state, "cg1/cpu/a/b/cpu.cfs_quota_us", "-1\n");
	put(*state, "cg1/cpu/a/b/cpu.cfs_period_us", "100000\n");
	check(*state, 0, 4, "");
	put(*state, "cg1/cpu/a/cpu.cfs_quota_us", "250000\n");
	put(*state, "cg1/cpu/a/cpu.cfs_period_us", "100000\n");
	check(*state, 2.5, 3, "/cg1/cpu/a/cpu.cfs_quota_us");
	/* Not in this hierarchy: */
	put(*state, "cg1/cpu/s/cpu.cfs_quota_us", "10000\n");
	put(*state, "cg1/cpu/s/cpu.cfs_period_us", "100000\n");
	put(*state, "cg1/cpuset/s/cpu.cfs_quota_us", "10000\n");
	put(*state, "cg1/cpuset/s/cpu.cfs_period_us", "100000\n");
	check(*state, 2.5, 3, "/cg1/cpu/a/cpu.cfs_quota_us");
}

static void both_versions(void **state)
{
	put(*state, "proc/self/mountinfo", MOUNT_V1 MOUNT_V2);
	put(*state, "proc/self/cgroup", "3:cpu,cpuacct:/a\n0::/u\n");
	put(*state, "cg1/cpu/a/cpu.cfs_quota_us", "250000\n");
	put(*state, "cg1/cpu/a/cpu.cfs_period_us", "100000\n");
	put(*state, "cg/u/cpu.max", "300000 100000\n");
	check(*state, 2.5, 3, "/cg1/cpu/a/cpu.cfs_quota_us");
	put(*state, "cg/u/cpu.max", "100000 100000\n");
	check(*state, 1, 1, "/cg/u/cpu.max");
}

/* ---- what a container sees ------------------------------------------------------------------- */

/* The mount shows a part of the tree only; /proc/self/cgroup names the whole path. */
static void mount_of_a_subtree(void **state)
{
	put(*state, "proc/self/mountinfo", "30 25 0:26 /docker/abc /cg ro - cgroup2 cgroup2 rw\n");
	put(*state, "proc/self/cgroup", "0::/docker/abc/job\n");
	put(*state, "cg/cpu.max", "200000 100000\n");
	put(*state, "cg/job/cpu.max", "max 100000\n");
	check(*state, 2, 2, "/cg/cpu.max");
	put(*state, "proc/self/cgroup", "0::/docker/abc\n");
	check(*state, 2, 2, "/cg/cpu.max");
	/* A neighbour's group, whose name only begins alike: */
	put(*state, "proc/self/cgroup", "0::/docker/abcdef\n");
	check(*state, 0, 4, "");
}

/* The same mount of the host's whole tree, looked at from inside a cgroup namespace. */
static void namespaces(void **state)
{
	put(*state, "proc/self/mountinfo", "30 25 0:26 /../.. /cg ro - cgroup2 cgroup2 rw\n");
	put(*state, "proc/self/cgroup", "0::/\n");
	put(*state, "cg/cpu.max", "100000 100000\n");
	check(*state, 1, 1, "/cg/cpu.max");
	put(*state, "proc/self/cgroup", "0::/../../x\n");
	put(*state, "cg/x/cpu.max", "50000 100000\n");
	check(*state, 0.5, 1, "/cg/x/cpu.max");
}

static void paths_below_mounts(void **state)
{
	static const struct {
		const char *path, *mount_root, *below;
	} rows[] = {
		{ "/", "/", "" },
		{ "/a/b", "/", "/a/b" },
		{ "/a/b", "/a", "/b" },
		{ "/a/b", "/a/b", "" },
		{ "/ab", "/a", NULL },
		{ "/", "/a", NULL },
		{ "/../x", "/", NULL },
		{ "/..", "/", NULL },
		{ "/", "/..", "" },
		{ "/a", "/..", "" },
		{ "/../x", "/..", "/x" },
		{ "/..", "/..", "" },
		{ "/../..", "/..", NULL },
		{ "/../x", "/../..", "" },
		{ "/../x/y", "/../x", "/y" },
		{ "/../xy", "/../x", NULL },
		{ "/..x", "/", "/..x" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		const char *below = cb_cgroup_below(rows[i].path, rows[i].mount_root);

		if (!below != !rows[i].below || (below && strcmp(below, rows[i].below) != 0))
			fail_msg("%s below %s is %s, not %s", rows[i].path, rows[i].mount_root,
				below ? below : "unseen", rows[i].below ? rows[i].below : "unseen");
	}
}

/* Mounted twice, once with a blank in the mount point's name, which mountinfo writes as \040. */
static void several_mounts(void **state)
{
	put(*state, "proc/self/mountinfo",
		"30 25 0:26 /other /hidden rw - cgroup2 cgroup2 rw\n"
		"31 25 0:26 / /with\\040blank rw - cgroup2 cgroup2 rw\n");
	put(*state, "proc/self/cgroup", "0::/a\n");
	put(*state, "hidden/cpu.max", "10000 100000\n");
	put(*state, "with blank/a/cpu.max", "200000 100000\n");
	check(*state, 2, 2, "/with blank/a/cpu.max");
}

/* ---- throttling ------------------------------------------------------------------------------ */

static void throttling(void **state)
{
	struct cb_allowance a;

	put(*state, "proc/self/mountinfo", MOUNT_V2);
	put(*state, "proc/self/cgroup", "0::/a/b\n");
	a = load(*state);
	assert_string_equal(a.throttle_file, "");
	assert_true(cb_allowance_throttled_ns(&a) == CB_NONE);
	cb_allowance_release(&a);

	/* Without a quota the nearest group that counts is looked at, with one the group that has it. */
	put(*state, "cg/a/b/cpu.stat", "usage_usec 10\nuser_usec 5\n");
	put(*state, "cg/a/cpu.stat", "usage_usec 10\nnr_periods 4\nnr_throttled 2\nthrottled_usec 1234\n");
	put(*state, "cg/cpu.stat", "nr_periods 4\nthrottled_usec 7\n");
	a = load(*state);
	assert_true(cb_allowance_throttled_ns(&a) == 1234000);
	cb_allowance_release(&a);
	put(*state, "cg/cpu.max", "100000 100000\n");
	a = load(*state);
	assert_true(cb_allowance_throttled_ns(&a) == 7000);
	cb_allowance_release(&a);
}

static void throttling_v1(void **state)
{
	struct cb_allowance a;

	put(*state, "proc/self/mountinfo", MOUNT_V1);
	put(*state, "proc/self/cgroup", "3:cpu,cpuacct:/\n");
	put(*state, "cg1/cpu/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 987654321\n");
	a = load(*state);
	assert_true(cb_allowance_throttled_ns(&a) == 987654321);
	cb_allowance_release(&a);
}

/* ---- nonsense -------------------------------------------------------------------------------- */

static void malformed_quotas(void **state)
{
	static const char *const texts[] = { "", "\n", "x", "100000", "100000 ", "100000 x", "-5 100000",
		"100000 0", "0 100000", "1e5 100000", "100000  100000 7", " ", "max", "100000 100000 junk",
		"0x10 100000" };

	put(*state, "proc/self/mountinfo", MOUNT_V2 MOUNT_V1);
	put(*state, "proc/self/cgroup", "3:cpu,cpuacct:/a\n0::/a\n");
	for (size_t i = 0; i < CB_COUNT(texts); i++) {
		put(*state, "cg/a/cpu.max", texts[i]);
		check(*state, 0, 4, "");
	}
	put(*state, "cg1/cpu/a/cpu.cfs_quota_us", "100000\n");
	check(*state, 0, 4, "");
	put(*state, "cg1/cpu/a/cpu.cfs_period_us", "\n");
	check(*state, 0, 4, "");
	put(*state, "cg1/cpu/a/cpu.cfs_period_us", "100000\n");
	check(*state, 1, 1, "/cg1/cpu/a/cpu.cfs_quota_us");
}

static void malformed_proc(void **state)
{
	put(*state, "proc/self/mountinfo",
		"\n\n - \n30\n30 25 0:26 / /cg\n30 25 0:26 / /cg rw -\n30 25 0:26 / /cg rw - cgroup2\n"
		"30 25 0:26 / /cg rw - cgroup2 cgroup2\n30 25 0:26 cg cg rw - cgroup2 cgroup2 rw\n"
		"- cgroup2 x y\n30 25 0:26 \\04 \\ rw - cgroup2 \\ \\777\n" MOUNT_V2);
	put(*state, "proc/self/cgroup", "\n:\n::\n0:\n0::relative\n1:cpu\n:::\n0::/a");
	put(*state, "cg/a/cpu.max", "100000 100000\n");
	check(*state, 1, 1, "/cg/a/cpu.max");
	put(*state, "proc/self/cgroup", "0:/a\n0");
	check(*state, 0, 4, "");
	put(*state, "proc/self/cgroup", "0::/gone (deleted)\n");
	put(*state, "cg/cpu.max", "200000 100000\n");
	check(*state, 2, 2, "/cg/cpu.max");
}

/* ---- masks ----------------------------------------------------------------------------------- */

static void confining(void **state)
{
	static const unsigned two[] = { 3, 1 }, foreign[] = { 1, 9 };
	struct cb_error err = { 0 };
	struct cb_allowance a;

	put(*state, "proc/self/mountinfo", MOUNT_V2);
	put(*state, "proc/self/cgroup", "0::/\n");
	put(*state, "cg/cpu.max", "250000 100000\n");
	a = load(*state);
	assert_int_equal(a.usable, 3);
	assert_true(a.quota_binds);
	assert_int_equal(cb_allowance_confine(&a, foreign, 2, &err), -EINVAL);
	assert_non_null(strstr(err.text, "CPU 9"));
	assert_int_equal(a.mask_n, 4);
	assert_int_equal(cb_allowance_confine(&a, two, 0, NULL), -EINVAL);
	assert_int_equal(cb_allowance_confine(&a, two, 2, NULL), 0);
	assert_int_equal(a.mask_n, 2);
	assert_int_equal(a.mask[0], 1);
	assert_int_equal(a.mask[1], 3);
	assert_int_equal(a.usable, 2);
	assert_false(a.quota_binds);
	cb_allowance_release(&a);
	cb_allowance_release(&a);
	cb_allowance_release(NULL);
}

static void own_affinity(void **state)
{
	struct cb_allowance a;
	struct cb_error err = { 0 };
	cpu_set_t own;

	if (sched_getaffinity(0, sizeof own, &own) < 0)
		skip();
	if (cb_allowance_load(*state, &a, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(a.mask_n, CPU_COUNT(&own));
	for (unsigned i = 0; i < a.mask_n; i++) {
		assert_true(CPU_ISSET(a.mask[i], &own));
		assert_true(i == 0 || a.mask[i] > a.mask[i - 1]);
	}
	assert_int_equal(a.usable, a.mask_n);
	assert_true(a.configured >= 1);
	cb_allowance_release(&a);
}

/* ---- a real group ---------------------------------------------------------------------------- */

/* Where groups may be made here, and how half a CPU is written there. */
static const struct {
	const char *mount, *file, *half;
} places[] = {
	{ "/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "50000" },
	{ "/sys/fs/cgroup/cpu,cpuacct", "cpu.cfs_quota_us", "50000" },
	{ "/sys/fs/cgroup", "cpu.max", "50000 100000" },
};

/* Writes to a file that exists; false when that is not allowed. */
static bool write_existing(const char *dir, const char *name, const char *text)
{
	char path[2 * PATH_MAX];
	FILE *file;
	bool good;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "r+");
	if (!file)
		return false;
	good = fputs(text, file) >= 0;
	return fclose(file) == 0 && good;
}

/* Makes a group of half a CPU. false when this place does not allow it. */
static bool make_group(size_t place, char *dir, size_t size)
{
	snprintf(dir, size, "%s/cb-test-%d", places[place].mount, (int)getpid());
	if (mkdir(dir, 0755) < 0)
		return false;
	if (write_existing(dir, places[place].file, places[place].half))
		return true;
	rmdir(dir);
	return false;
}

/* In a child that has joined the group: 0 when it sees half a CPU set by the group's file. */
static int look_from_inside(const char *dir, const char *file)
{
	struct cb_allowance a;
	char path[2 * PATH_MAX];
	int wrong;

	if (!write_existing(dir, "cgroup.procs", "0"))
		return 2;
	if (cb_allowance_load("/", &a, NULL) < 0)
		return 3;
	snprintf(path, sizeof path, "%s/%s", dir, file);
	wrong = a.quota_cpus != 0.5 || a.usable != 1 || !a.quota_binds || strcmp(a.quota_from, path) != 0 ||
		cb_allowance_throttled_ns(&a) == CB_NONE;
	cb_allowance_release(&a);
	return wrong;
}

static void real_group(void **state)
{
	char dir[PATH_MAX];
	size_t place = 0;
	int status;
	pid_t pid;

	(void)state;
	while (place < CB_COUNT(places) && !make_group(place, dir, sizeof dir))
		place++;
	if (place == CB_COUNT(places)) {
		print_message("skipped: no cpu control group can be made here (it takes root and a writable "
			      "tree)\n");
		skip();
	}
	pid = fork();
	if (pid == 0)
		_exit(look_from_inside(dir, places[place].file));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOT(no_cgroups),
		WITH_ROOT(v2_own_group),
		WITH_ROOT(v2_ancestors),
		WITH_ROOT(v1),
		WITH_ROOT(both_versions),
		WITH_ROOT(mount_of_a_subtree),
		WITH_ROOT(namespaces),
		cmocka_unit_test(paths_below_mounts),
		WITH_ROOT(several_mounts),
		WITH_ROOT(throttling),
		WITH_ROOT(throttling_v1),
		WITH_ROOT(malformed_quotas),
		WITH_ROOT(malformed_proc),
		WITH_ROOT(confining),
		WITH_ROOT(own_affinity),
		cmocka_unit_test(real_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
