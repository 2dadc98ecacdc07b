/*
 * The kernel workloads, driven hook by hook without the harness: digests in any split, what is shared and
 * what is not, that the work reaches the kernel, and what they say when it did not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/param.h"
#include "lib/exec/io.h"
#include "lib/plan/registry.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 3u
#define KEPT    4u
#define UNITS   50u

/* Everything of one sample. Memory that hooks ask for is noted, to be released in the end. */
struct rig {
	const struct cb_workload *workload;
	void *params;
	struct cb_env env;
	struct cb_io io; /* the real one; tests replace calls */
	struct cb_setup setup;
	struct cb_worker worker[WORKERS];
	pthread_t partner[WORKERS];
	void *shared;
	void *memory[KEPT];
	unsigned memories, files_made;
	struct cb_error err;
};

static void *rig_alloc(struct cb_setup *s, size_t bytes)
{
	struct rig *rig = s->opaque;
	size_t aligned = (bytes + 4095) / 4096 * 4096;

	assert_true(rig->memories < KEPT);
	rig->memory[rig->memories] = aligned_alloc(4096, aligned);
	assert_non_null(rig->memory[rig->memories]);
	return memset(rig->memory[rig->memories++], 0, aligned);
}

static int rig_scratch_file(struct cb_setup *s, int extra_flags, struct cb_error *err)
{
	struct rig *rig = s->opaque;
	int fd = open(s->env->dir, O_TMPFILE | O_RDWR | O_CLOEXEC | extra_flags, 0600);

	if (fd < 0)
		return cb_error_set(err, -errno, "no scratch file");
	rig->files_made++;
	return fd;
}

/* A rig with validated params, before any hook. */
static void rig_init(struct rig *rig, const char *text)
{
	const char *dir = getenv("TMPDIR");
	struct cb_spec spec;

	*rig = (struct rig){ .io = cb_io_blocking };
	assert_int_equal(cb_parse_spec(text, &spec, NULL), 0);
	rig->workload = cb_registry_find(spec.workload);
	assert_non_null(rig->workload);
	rig->params = calloc(1, rig->workload->params_size + 1);
	if (cb_params_parse(rig->workload, &spec, rig->params, &rig->err))
		fail_msg("%s: %s", text, rig->err.text);
	cb_spec_release(&spec);
	rig->env = (struct cb_env){ .workers = WORKERS, .cpus = 1, .dir = dir ? dir : "/var/tmp" };
	rig->setup = (struct cb_setup){ .env = &rig->env,
		.params = rig->params,
		.seed = 42,
		.alloc = rig_alloc,
		.scratch_file = rig_scratch_file,
		.opaque = rig };
}

struct partner {
	const struct cb_workload *workload;
	struct cb_worker worker;
};

static void *partner_main(void *arg)
{
	struct partner *partner = arg;
	int rc = partner->workload->partner(&partner->worker, NULL);

	free(partner);
	return (void *)(intptr_t)rc;
}

static pthread_t start_partner(const struct cb_workload *workload, const struct cb_worker *w)
{
	struct partner *partner = malloc(sizeof *partner);
	pthread_t thread;

	assert_non_null(partner);
	*partner = (struct partner){ workload, *w };
	assert_int_equal(pthread_create(&thread, NULL, partner_main, partner), 0);
	return thread;
}

static void rig_start_worker(struct rig *rig, unsigned i)
{
	struct cb_worker *w = rig->worker + i;

	*w = (struct cb_worker){ .index = i,
		.count = WORKERS,
		.seed = rig->setup.seed,
		.env = &rig->env,
		.params = rig->params,
		.shared = rig->shared,
		.io = &rig->io };
	if (rig->workload->partners == CB_PARTNERS_PER_WORKER)
		rig->partner[i] = start_partner(rig->workload, w);
	if (rig->workload->worker_init && rig->workload->worker_init(w, &rig->err))
		fail_msg("%s: %s", rig->workload->name, rig->err.text);
}

static void rig_open(struct rig *rig, const char *text)
{
	rig_init(rig, text);
	if ((rig->workload->supported && rig->workload->supported(rig->params, &rig->env, &rig->err)) ||
		(rig->workload->setup && rig->workload->setup(&rig->setup, &rig->shared, &rig->err)))
		fail_msg("%s: %s", text, rig->err.text);
	for (unsigned i = 0; i < WORKERS; i++)
		rig_start_worker(rig, i);
}

static void rig_release(struct rig *rig)
{
	for (unsigned i = 0; i < rig->memories; i++)
		free(rig->memory[i]);
	free(rig->params);
}

static void rig_close(struct rig *rig)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		void *rc = NULL;

		if (rig->workload->worker_fini)
			rig->workload->worker_fini(rig->worker + i);
		if (rig->workload->partners == CB_PARTNERS_PER_WORKER)
			pthread_join(rig->partner[i], &rc);
		assert_null(rc);
	}
	if (rig->workload->teardown)
		rig->workload->teardown(rig->params, rig->shared);
	rig_release(rig);
}

static void rig_run(struct rig *rig, unsigned worker, uint64_t first, uint64_t n)
{
	if (rig->workload->run(rig->worker + worker, first, n, &rig->err))
		fail_msg("%s: %s", rig->workload->name, rig->err.text);
}

/* Worker 0's next unit must fail with `expected` and a reason, and add nothing to the digest. */
static void assert_unit_fails(struct rig *rig, uint64_t unit, int expected)
{
	uint64_t before = rig->worker[0].digest;

	rig->err = (struct cb_error){ 0 };
	assert_int_equal(rig->workload->run(rig->worker, unit, 1, &rig->err), expected);
	assert_true(rig->err.text[0]);
	assert_int_equal(rig->worker[0].digest, before);
}

/* The sum of the workers' digests, which start again at 0. */
static uint64_t take_digest(struct rig *rig)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < WORKERS; i++) {
		sum += rig->worker[i].digest;
		rig->worker[i].digest = 0;
	}
	return sum;
}

static unsigned open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

/* Pages of address space that this process has. */
static unsigned long mapped_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	char line[128];

	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	fclose(file);
	return strtoul(line, NULL, 10);
}

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static const char *const specs[] = { "kernel_getppid", "kernel_open", "kernel_open:file=shared",
	"kernel_mmap", "kernel_mmap:size=4096", "kernel_mmap:size=1MiB,touch=7", "kernel_fault",
	"kernel_fault:pages=1", "kernel_pread", "kernel_pread:file=reopened", "kernel_pread:file=private",
	"kernel_futex", "kernel_futex:op=wake", "kernel_futex:word=private,scope=process",
	"kernel_futex:op=wake,word=private", "kernel_futex:scope=process", "kernel_switch" };

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(specs); i++) {
		struct rig rig;

		rig_init(&rig, specs[i]);
		assert_int_equal(rig.workload->abi, CB_ABI);
		assert_int_equal(rig.workload->size, sizeof *rig.workload);
		assert_int_equal(rig.workload->class, CB_CLASS_KERNEL);
		assert_int_equal(rig.workload->caps | CB_CAN_SPAWN, CB_CAN_BLOCKING | CB_CAN_DISPATCHES);
		assert_int_equal(rig.workload->partner != NULL, rig.workload->partners != CB_PARTNERS_NONE);
		rig_release(&rig);
	}
}

/* Any split over any workers gives the oracle's sum, after warm-up; nothing is left open. */
static void test_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(specs); i++) {
		unsigned descriptors = open_descriptors();
		struct rig rig;

		rig_open(&rig, specs[i]);
		rig_run(&rig, 0, CB_WARMUP_UNIT, 2);
		rig_run(&rig, 2, CB_WARMUP_UNIT + 1000, 1);
		take_digest(&rig);
		rig_run(&rig, 1, 20, UNITS - 20);
		rig_run(&rig, 0, 1, 19);
		rig_run(&rig, 2, 0, 1);
		assert_int_equal(take_digest(&rig), rig.workload->expect(rig.params, NULL, 42, UNITS));
		rig_run(&rig, 1, 0, UNITS - 1);
		assert_int_not_equal(take_digest(&rig), rig.workload->expect(rig.params, NULL, 42, UNITS));
		rig_close(&rig);
		assert_int_equal(open_descriptors(), descriptors);
	}
}

/* In a child that was told of its grandparent the answer is not the expected one. */
static void test_getppid_checks(void **state)
{
	struct rig rig;
	pid_t child;
	int status;

	(void)state;
	rig_open(&rig, "kernel_getppid");
	assert_int_equal((intptr_t)rig.worker[0].state, getppid());
	child = fork();
	if (!child)
		_exit(rig.workload->run(rig.worker, 0, 1, &rig.err) == -ESRCH && rig.err.text[0] ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	rig_close(&rig);
}

static char opened[WORKERS][512]; /* path that the worker's last unit opened */
static unsigned opening, opens;   /* the worker that runs, and how often it opened */

static int note_open(const char *path, int flags, mode_t mode)
{
	snprintf(opened[opening], sizeof opened[opening], "%s", path);
	opens++;
	return cb_io_blocking.open(path, flags, mode);
}

static void open_by_each(struct rig *rig, const char *text)
{
	rig_open(rig, text);
	rig->io.open = note_open;
	for (opening = 0; opening < WORKERS; opening++) {
		opens = 0;
		rig_run(rig, opening, 0, 5);
		assert_int_equal(opens, 5);
	}
	rig_close(rig);
}

static void test_open_shares_by_inode(void **state)
{
	struct stat st[WORKERS];
	struct rig rig;

	(void)state;
	open_by_each(&rig, "kernel_open:file=shared");
	assert_string_equal(opened[0], opened[1]);
	assert_string_equal(opened[0], opened[2]);
	open_by_each(&rig, "kernel_open:file=private");
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(stat(opened[i], &st[i]), 0);
	assert_int_not_equal(st[0].st_ino, st[1].st_ino);
	assert_int_not_equal(st[0].st_ino, st[2].st_ino);
	assert_int_not_equal(st[1].st_ino, st[2].st_ino);
}

static void test_open_needs_a_file_for_each(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, "kernel_open");
	rig.env.workers = 1000000;
	assert_int_equal(rig.workload->supported(rig.params, &rig.env, &rig.err), -ENOTSUP);
	assert_true(rig.err.text[0]);
	rig_release(&rig);
	rig_init(&rig, "kernel_open:file=shared");
	rig.env.workers = 1000000;
	assert_int_equal(rig.workload->supported(rig.params, &rig.env, &rig.err), 0);
	rig_release(&rig);
}

static int open_nothing(const char *path, int flags, mode_t mode)
{
	(void)path, (void)flags, (void)mode;
	return -EMFILE;
}

static int open_another(const char *path, int flags, mode_t mode)
{
	(void)path;
	return cb_io_blocking.open("/dev/null", flags, mode);
}

static int open_closed(const char *path, int flags, mode_t mode)
{
	(void)path, (void)flags, (void)mode;
	return 1 << 20; /* a number that no descriptor has */
}

static void test_open_checks(void **state)
{
	unsigned descriptors = open_descriptors();
	struct rig rig;

	(void)state;
	rig_open(&rig, "kernel_open");
	rig.io.open = open_nothing;
	assert_unit_fails(&rig, 0, -EMFILE);
	rig.io.open = open_another;
	assert_unit_fails(&rig, CB_WARMUP_UNIT, -ESTALE);
	rig.io.open = open_closed;
	assert_unit_fails(&rig, 0, -EBADF);
	rig_close(&rig);
	assert_int_equal(open_descriptors(), descriptors);
}

static void test_mmap_unmaps(void **state)
{
	unsigned long before;
	struct rig rig;

	(void)state;
	rig_open(&rig, "kernel_mmap:size=64MiB,touch=3");
	rig_run(&rig, 0, 0, 1);
	before = mapped_pages();
	rig_run(&rig, 0, 0, UNITS);
	assert_in_range(mapped_pages(), 0, before + 100);
	rig_close(&rig);
}

/* Mapping fails where the limit is below the size, and not where it is above. */
static void test_mmap_maps_its_size(void **state)
{
	struct rlimit limit, lower;
	struct rig rig;

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip(); /* their shadows are beyond any limit */
#endif
	rig_open(&rig, "kernel_mmap:size=64MiB");
	assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
	lower = limit;
	lower.rlim_cur = mapped_pages() * (rlim_t)sysconf(_SC_PAGESIZE) + (63 << 20);
	assert_int_equal(setrlimit(RLIMIT_AS, &lower), 0);
	assert_unit_fails(&rig, 0, -ENOMEM);
	lower.rlim_cur += 2 << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &lower), 0);
	rig_run(&rig, 0, CB_WARMUP_UNIT, 1);
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	rig_close(&rig);
}

static void test_mmap_touches_what_it_maps(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, "kernel_mmap:size=1MiB,touch=1000000");
	assert_int_equal(rig.workload->supported(rig.params, &rig.env, &rig.err), -EINVAL);
	assert_true(rig.err.text[0]);
	rig_release(&rig);
	rig_init(&rig, "kernel_mmap:touch=10");
	assert_int_equal(rig.workload->footprint(rig.params, &rig.env), 10 * WORKERS * sysconf(_SC_PAGESIZE));
	rig_release(&rig);
}

/* Each page that a unit touches is a fault, and few others happen. */
static void test_pages_are_faults(void **state)
{
	static const struct {
		const char *text;
		long faults; /* of a unit */
	} rows[] = { { "kernel_fault:pages=40", 40 }, { "kernel_fault", 64 }, { "kernel_mmap:touch=40", 40 },
		{ "kernel_mmap", 0 } };

	(void)state;
#if defined(__SANITIZE_THREAD__)
	skip(); /* its shadow memory has faults of its own */
#endif
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct rig rig;
		long before;

		rig_open(&rig, rows[i].text);
		rig_run(&rig, 0, 0, 1);
		before = minor_faults();
		rig_run(&rig, 0, 0, UNITS);
		assert_in_range(
			minor_faults() - before, rows[i].faults * UNITS, rows[i].faults * UNITS + UNITS);
		rig_close(&rig);
	}
}

static int descriptor[WORKERS]; /* that the worker's last unit read */
static unsigned reading;

static ssize_t note_pread(int fd, void *buf, size_t bytes, off_t offset)
{
	assert_int_equal(bytes, 4096);
	assert_int_equal(offset, 0);
	descriptor[reading] = fd;
	return cb_io_blocking.pread(fd, buf, bytes, offset);
}

static void test_pread_shares_as_told(void **state)
{
	static const struct {
		const char *text;
		bool one_descriptor, one_inode;
	} rows[] = { { "kernel_pread:file=shared", true, true },
		{ "kernel_pread:file=reopened", false, true },
		{ "kernel_pread:file=private", false, false } };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct stat st[WORKERS];
		struct rig rig;

		rig_open(&rig, rows[i].text);
		rig.io.pread = note_pread;
		for (reading = 0; reading < WORKERS; reading++) {
			rig_run(&rig, reading, 0, 3);
			assert_int_equal(fstat(descriptor[reading], &st[reading]), 0);
		}
		assert_int_equal(rig.files_made, rows[i].one_inode ? 1 : WORKERS);
		assert_int_equal(descriptor[0] == descriptor[1], rows[i].one_descriptor);
		assert_int_equal(st[0].st_ino == st[1].st_ino, rows[i].one_inode);
		assert_int_equal(st[1].st_ino == st[2].st_ino, rows[i].one_inode);
		rig_close(&rig);
	}
}

static ssize_t pread_nothing(int fd, void *buf, size_t bytes, off_t offset)
{
	(void)fd, (void)buf, (void)offset;
	return (ssize_t)bytes;
}

static ssize_t pread_half(int fd, void *buf, size_t bytes, off_t offset)
{
	return cb_io_blocking.pread(fd, buf, bytes / 2, offset);
}

static ssize_t pread_fails(int fd, void *buf, size_t bytes, off_t offset)
{
	(void)fd, (void)buf, (void)bytes, (void)offset;
	return -ENXIO;
}

/* The file of worker 1, for worker 0. */
static ssize_t pread_another(int fd, void *buf, size_t bytes, off_t offset)
{
	(void)fd;
	return cb_io_blocking.pread(descriptor[1], buf, bytes, offset);
}

static void test_pread_checks(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "kernel_pread:file=private");
	rig.io.pread = note_pread;
	reading = 1;
	rig_run(&rig, 1, 0, 1);
	reading = 0;
	rig_run(&rig, 0, 0, 1);
	rig.io.pread = pread_nothing;
	assert_unit_fails(&rig, 1, -EIO);
	rig.io.pread = pread_half;
	assert_unit_fails(&rig, 1, -EIO);
	rig.io.pread = pread_fails;
	assert_unit_fails(&rig, 1, -ENXIO);
	rig.io.pread = pread_another;
	assert_unit_fails(&rig, 1, -EIO);
	rig_close(&rig);
}

static void test_futex_words(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "kernel_futex");
	assert_null(rig.worker[0].state);
	assert_int_equal((uintptr_t)rig.shared % sizeof(uint32_t), 0);
	rig.worker[0].shared = (char *)rig.shared + 1; /* no futex */
	assert_unit_fails(&rig, 0, -EINVAL);
	rig_close(&rig);
	rig_open(&rig, "kernel_futex:word=private");
	assert_non_null(rig.worker[0].state);
	assert_ptr_not_equal(rig.worker[0].state, rig.worker[1].state);
	rig_close(&rig);
}

static long switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

static void test_switch_switches(void **state)
{
	struct rig rig;
	long before;

	(void)state;
	rig_open(&rig, "kernel_switch");
	assert_int_equal(rig.workload->partner_place(rig.params), CB_PARTNER_SAME);
	before = switches();
	rig_run(&rig, 0, 0, UNITS);
	assert_true(switches() - before >= (long)UNITS);
	rig_close(&rig);
}

/* A partner that gives the turn back without an answer. */
static int lazy_partner(struct cb_worker *w, struct cb_error *err)
{
	uint32_t *turn = w->shared;

	(void)err;
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != 1)
		sched_yield();
	__atomic_store_n(turn, 0, __ATOMIC_RELEASE);
	syscall(SYS_futex, turn, 1 /* FUTEX_WAKE */, 1, NULL, NULL, 0);
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != 2)
		sched_yield();
	return 0;
}

/* A partner on another CPU, where this process may have one. */
static int distant_partner(struct cb_worker *w, struct cb_error *err)
{
	cpu_set_t others;

	CPU_ZERO(&others);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (cpu != sched_getcpu())
			CPU_SET(cpu, &others);
	if (sched_setaffinity(0, sizeof others, &others))
		return lazy_partner(w, err);
	return ((const struct cb_workload *)w->prepared)->partner(w, err);
}

static void test_switch_checks(void **state)
{
	int (*const partners[])(struct cb_worker *, struct cb_error *) = { lazy_partner, distant_partner };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(partners); i++) {
		struct cb_workload bad;
		void *rc;
		struct rig rig;

		rig_init(&rig, "kernel_switch");
		assert_int_equal(rig.workload->setup(&rig.setup, &rig.shared, &rig.err), 0);
		bad = *rig.workload;
		bad.partner = partners[i];
		rig.worker[0] = (struct cb_worker){ .shared = rig.shared, .prepared = (void *)rig.workload };
		rig.partner[0] = start_partner(&bad, rig.worker);
		assert_unit_fails(&rig, 7, -EPROTO);
		rig.workload->worker_fini(rig.worker);
		pthread_join(rig.partner[0], &rc);
		assert_null(rc);
		rig_release(&rig);
	}
}

/* All of this on one CPU, as kernel_switch is placed. */
static int pin_to_one(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	return sched_setaffinity(0, sizeof one, &one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_getppid_checks),
		cmocka_unit_test(test_open_shares_by_inode),
		cmocka_unit_test(test_open_needs_a_file_for_each),
		cmocka_unit_test(test_open_checks),
		cmocka_unit_test(test_mmap_unmaps),
		cmocka_unit_test(test_mmap_maps_its_size),
		cmocka_unit_test(test_mmap_touches_what_it_maps),
		cmocka_unit_test(test_pages_are_faults),
		cmocka_unit_test(test_pread_shares_as_told),
		cmocka_unit_test(test_pread_checks),
		cmocka_unit_test(test_futex_words),
		cmocka_unit_test(test_switch_switches),
		cmocka_unit_test(test_switch_checks),
	};

	if (pin_to_one())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
