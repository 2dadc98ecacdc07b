/*
 * The workloads, driven hook by hook without the harness: digests in any split, oracles, limits, evidence,
 * and what they say when a call fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/param.h"
#include "lib/workload_file.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 3u
#define KEPT    8u

extern const struct cb_workload cb_workload_null, cb_workload_cpu_prime, cb_workload_cpu_deflate,
	cb_workload_cpu_matmul, cb_workload_mem_stream, cb_workload_wait_sleep, cb_workload_file_read,
	cb_workload_file_fsync, cb_workload_ipc_pipe, cb_workload_ipc_socketpair, cb_workload_ipc_tcp;

static const struct cb_workload *const workloads[] = { &cb_workload_null, &cb_workload_cpu_prime,
	&cb_workload_cpu_deflate, &cb_workload_cpu_matmul, &cb_workload_mem_stream, &cb_workload_wait_sleep,
	&cb_workload_file_read, &cb_workload_file_fsync, &cb_workload_ipc_pipe, &cb_workload_ipc_socketpair,
	&cb_workload_ipc_tcp };

/* ---- a harness in small ----------------------------------------------------------------------------------
 */

/* Everything of one sample. Memory and descriptors that hooks ask for are noted, to be released in the end.
 */
struct rig {
	const struct cb_workload *workload;
	void *params;
	struct cb_env env;
	struct cb_io io;
	struct cb_setup setup;
	struct cb_verify verify;
	struct cb_worker worker[WORKERS];
	pthread_t partner[WORKERS];
	void *prepared, *shared;
	void *memory[KEPT];
	size_t memory_bytes[KEPT];
	int fd[KEPT];
	unsigned memories, fds;
	double resident_before;
	struct cb_error err;
};

static void *rig_alloc(struct cb_setup *s, size_t bytes)
{
	struct rig *rig = s->opaque;

	assert_true(rig->memories < KEPT);
	rig->memory_bytes[rig->memories] = bytes;
	bytes = (bytes + 4095) / 4096 * 4096;
	return rig->memory[rig->memories++] = memset(aligned_alloc(4096, bytes), 0, bytes);
}

static int rig_scratch_file(struct cb_setup *s, int extra_flags, struct cb_error *err)
{
	struct rig *rig = s->opaque;
	int fd = open(s->env->dir, O_TMPFILE | O_RDWR | O_CLOEXEC | extra_flags, 0600);

	if (fd < 0)
		return cb_error_set(err, -errno, "no scratch file");
	assert_true(rig->fds < KEPT);
	return rig->fd[rig->fds++] = fd;
}

static int rig_keep_fd(struct cb_setup *s, int fd, struct cb_error *err)
{
	(void)s;
	(void)err;
	return fd;
}

static void rig_note(struct cb_setup *s, const char *key, const char *word)
{
	(void)s;
	assert_true(*key && *word);
}

static void rig_note_number(struct cb_setup *s, const char *key, double value)
{
	struct rig *rig = s->opaque;

	if (!strcmp(key, "resident_before"))
		rig->resident_before = value;
}

static void verify_note(struct cb_verify *v, const char *key, const char *word)
{
	(void)v;
	assert_true(*key && *word);
}

static void verify_note_number(struct cb_verify *v, const char *key, double value)
{
	(void)v;
	(void)value;
	assert_true(*key);
}

static ssize_t result(ssize_t rc)
{
	return rc < 0 ? -errno : rc;
}

static int io_sleep_ns(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	return -clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static ssize_t io_read(int fd, void *buf, size_t bytes)
{
	return result(read(fd, buf, bytes));
}

static ssize_t io_write(int fd, const void *buf, size_t bytes)
{
	return result(write(fd, buf, bytes));
}

static ssize_t io_pread(int fd, void *buf, size_t bytes, off_t offset)
{
	return result(pread(fd, buf, bytes, offset));
}

static ssize_t io_pwrite(int fd, const void *buf, size_t bytes, off_t offset)
{
	return result(pwrite(fd, buf, bytes, offset));
}

static int io_fdatasync(int fd)
{
	return (int)result(fdatasync(fd));
}

static uint64_t io_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static const struct cb_workload *find(const char *name)
{
	for (size_t i = 0; i < CB_COUNT(workloads); i++)
		if (!strcmp(workloads[i]->name, name))
			return workloads[i];
	fail_msg("no workload %s", name);
	return NULL;
}

/* A rig with validated params, before any hook. */
static void rig_init(struct rig *rig, const char *text)
{
	const char *dir = getenv("TMPDIR");
	struct cb_spec spec;

	*rig = (struct rig){ .resident_before = -1 };
	assert_int_equal(cb_parse_spec(text, &spec, NULL), 0);
	rig->workload = find(spec.workload);
	rig->params = calloc(1, rig->workload->params_size + 1);
	if (cb_params_parse(rig->workload, &spec, rig->params, &rig->err) ||
		cb_params_identify_files(rig->workload, rig->params, &rig->err))
		fail_msg("%s: %s", text, rig->err.text);
	cb_spec_release(&spec);
	rig->env = (struct cb_env){ .workers = WORKERS, .cpus = 1, .dir = dir ? dir : "/var/tmp" };
	rig->io = (struct cb_io){ .sleep_ns = io_sleep_ns,
		.read = io_read,
		.write = io_write,
		.pread = io_pread,
		.pwrite = io_pwrite,
		.fdatasync = io_fdatasync,
		.now_ns = io_now_ns };
	rig->setup = (struct cb_setup){ .env = &rig->env,
		.params = rig->params,
		.seed = 42,
		.alloc = rig_alloc,
		.scratch_file = rig_scratch_file,
		.keep_fd = rig_keep_fd,
		.note = rig_note,
		.note_number = rig_note_number,
		.opaque = rig };
}

static int rig_supported(struct rig *rig)
{
	return rig->workload->supported ? rig->workload->supported(rig->params, &rig->env, &rig->err) : 0;
}

static int rig_prepare(struct rig *rig)
{
	int rc = rig->workload->prepare ? rig->workload->prepare(&rig->setup, &rig->prepared, &rig->err) : 0;

	rig->setup.prepared = rig->prepared;
	return rc;
}

static int rig_setup(struct rig *rig)
{
	return rig->workload->setup ? rig->workload->setup(&rig->setup, &rig->shared, &rig->err) : 0;
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

static void rig_start(struct rig *rig)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		struct cb_worker *w = rig->worker + i;

		*w = (struct cb_worker){ .index = i,
			.count = WORKERS,
			.seed = rig->setup.seed,
			.env = &rig->env,
			.params = rig->params,
			.prepared = rig->prepared,
			.shared = rig->shared,
			.io = &rig->io };
		if (rig->workload->partners == CB_PARTNERS_PER_WORKER)
			rig->partner[i] = start_partner(rig->workload, w);
		if (rig->workload->worker_init && rig->workload->worker_init(w, &rig->err))
			fail_msg("%s: %s", rig->workload->name, rig->err.text);
	}
}

static void rig_end_workers(struct rig *rig)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		void *rc = NULL;

		if (rig->workload->worker_fini)
			rig->workload->worker_fini(rig->worker + i);
		if (rig->workload->partners == CB_PARTNERS_PER_WORKER)
			pthread_join(rig->partner[i], &rc);
		assert_null(rc);
	}
}

static int rig_verify(struct rig *rig, uint64_t units, uint64_t read_bytes, uint64_t write_bytes)
{
	rig->err = (struct cb_error){ 0 };
	rig->verify = (struct cb_verify){ .env = &rig->env,
		.params = rig->params,
		.prepared = rig->prepared,
		.shared = rig->shared,
		.seed = rig->setup.seed,
		.units = units,
		.read_calls_bytes = UINT64_MAX,
		.write_calls_bytes = UINT64_MAX,
		.read_device_bytes = read_bytes,
		.write_device_bytes = write_bytes,
		.note = verify_note,
		.note_number = verify_note_number };
	return rig->workload->verify ? rig->workload->verify(&rig->verify, &rig->err) : 0;
}

static void rig_release(struct rig *rig)
{
	if (rig->workload->teardown && rig->shared)
		rig->workload->teardown(rig->params, rig->shared);
	/* file_fsync's own teardown has closed its files already. */
	for (unsigned i = 0; i < rig->fds && !rig->workload->teardown; i++)
		close(rig->fd[i]);
	for (unsigned i = 0; i < rig->memories; i++)
		free(rig->memory[i]);
	free(rig->params);
}

/* All up to the workers' start. False, with the rig released: not supported here. */
static bool rig_open(struct rig *rig, const char *text)
{
	rig_init(rig, text);
	if (rig_supported(rig) == -ENOTSUP) {
		print_message("%s: %s\n", text, rig->err.text);
		rig_release(rig);
		return false;
	}
	if (rig->err.code || rig_prepare(rig) || rig_setup(rig))
		fail_msg("%s: %s", text, rig->err.text);
	rig_start(rig);
	return true;
}

static void rig_run(struct rig *rig, unsigned worker, uint64_t first, uint64_t n)
{
	if (rig->workload->run(rig->worker + worker, first, n, &rig->err))
		fail_msg("%s: %s", rig->workload->name, rig->err.text);
}

static void rig_close(struct rig *rig)
{
	rig_end_workers(rig);
	rig_release(rig);
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

static void write_file(const char *path, size_t bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (size_t i = 0; i < bytes; i++)
		putc((int)(cb_mix64(i) % 64), file);
	assert_int_equal(fclose(file), 0);
}

/* ---- tests -----------------------------------------------------------------------------------------------
 */

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < CB_COUNT(workloads); i++) {
		const struct cb_workload *w = workloads[i];
		size_t metrics = 0;
		struct rig rig;

		assert_int_equal(w->abi, CB_ABI);
		assert_int_equal(w->size, sizeof *w);
		assert_true(w->version >= 1);
		assert_non_null(w->unit);
		assert_null(strchr(w->summary, '\n'));
		assert_int_equal(w->caps & CB_CAN_BLOCKING, CB_CAN_BLOCKING);
		assert_int_equal(w->partner != NULL, w->partners != CB_PARTNERS_NONE);
		while (w->metrics && w->metrics[metrics].name)
			metrics++;
		assert_true(metrics <= CB_METRICS_MAX);
		for (const struct cb_param *p = w->params; p && p->name; p++)
			assert_true(p->offset < w->params_size && p->help && p->def);
		rig_init(&rig, w->name); /* checks that defaults are valid */
		rig_release(&rig);
	}
}

/* Any split over any workers in any order gives the same sum, which is the oracle's; one unit less does not.
 */
static void check_digest(const char *text, uint64_t units)
{
	struct rig rig;
	uint64_t whole, third = units / 3;

	if (!rig_open(&rig, text))
		return;
	rig_run(&rig, 0, CB_WARMUP_UNIT, 2);
	rig_run(&rig, 2, CB_WARMUP_UNIT + 1000, 1);
	take_digest(&rig);
	rig_run(&rig, 0, 0, units);
	whole = take_digest(&rig);
	rig_run(&rig, 1, third + 1, units - third - 1);
	rig_run(&rig, 0, 1, third);
	rig_run(&rig, 2, 0, 1);
	assert_int_equal(take_digest(&rig), whole);
	rig_run(&rig, 1, 0, units - 1);
	assert_int_not_equal(take_digest(&rig), whole);
	rig_run(&rig, 1, 0, units);
	rig_run(&rig, 1, 0, 1);
	assert_int_not_equal(take_digest(&rig), whole);
	if (rig.workload->expect) {
		assert_int_equal(
			rig.workload->expect(rig.params, rig.prepared, rig.setup.seed, units), whole);
		assert_int_equal(rig.workload->expect(rig.params, rig.prepared, rig.setup.seed, 0), 0);
	}
	rig_close(&rig);
}

static void test_digests(void **state)
{
	(void)state;
	check_digest("null", 1000);
	check_digest("cpu_prime:limit=1000", 7);
	check_digest("cpu_deflate:size=200000", 9);
	check_digest("cpu_deflate:size=1,level=1", 4);
	check_digest("cpu_matmul:n=1", 40);
	check_digest("cpu_matmul:n=37", 10);
	check_digest("cpu_matmul:n=258", 4);
	check_digest("mem_stream:size=2MiB", 50);
	check_digest("mem_stream:size=1", 50);
	check_digest("wait_sleep:duration=1us", 20);
	check_digest("file_read:size=1MiB", 300);
	check_digest("file_read:size=1MiB,order=sequential,block=512", 300);
	check_digest("file_read:size=1000000,cache=cold,block=8KiB", 122);
	check_digest("file_read:size=1MiB,cache=cold,order=sequential", 256);
	check_digest("file_read:size=1MiB,cache=direct", 300);
	check_digest("file_fsync:size=16KiB", 6);
	check_digest("ipc_pipe", 600);
	check_digest("ipc_pipe:pattern=stream,size=5000", 600);
	check_digest("ipc_socketpair:pattern=stream,way=duplex", 600);
	check_digest("ipc_tcp:partner=same", 5);
}

static void test_units_digest(void **state)
{
	(void)state;
	for (uint64_t n = 0, sum = 0; n < 10; sum += n + UINT64_MAX - 3, n++)
		assert_int_equal(cb_units_digest(UINT64_MAX - 4, n), sum);
	assert_int_equal(cb_units_digest(5, 3), 6 + 7 + 8);
	assert_int_equal(cb_units_digest(0, 1ull << 40),
		cb_units_digest(0, 12345) + cb_units_digest(12345, (1ull << 40) - 12345));
}

static void test_prime_counts(void **state)
{
	struct rig rig;

	(void)state;
	assert_true(rig_open(&rig, "cpu_prime:limit=100"));
	rig_run(&rig, 0, 5, 1);
	assert_int_equal(
		take_digest(&rig), cb_unit_random(24, 5)); /* of the 25 below 100 it does not test 2 */
	rig_close(&rig);
	assert_true(rig_open(&rig, "cpu_prime"));
	rig_run(&rig, 0, 5, 1);
	assert_int_equal(take_digest(&rig), cb_unit_random(1228, 5));
	rig_close(&rig);
}

static void test_stream_digest_does_not_depend_on_size(void **state)
{
	uint64_t digest[2];
	struct rig rig;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true(rig_open(&rig, i ? "mem_stream:size=1MiB" : "mem_stream:size=8MiB"));
		rig_run(&rig, 0, 0, 20);
		digest[i] = take_digest(&rig);
		rig_close(&rig);
	}
	assert_int_equal(digest[0], digest[1]);
}

static void test_stream_size(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, "mem_stream");
	rig.env.llc_bytes = 96 << 20;
	assert_in_range(rig.workload->footprint(rig.params, &rig.env), 384 << 20, 385 << 20);
	rig.env.llc_bytes = 0;
	rig.env.workers = 1;
	assert_in_range(rig.workload->footprint(rig.params, &rig.env), 128 << 20, 129 << 20);
	assert_int_equal(rig.workload->bytes_per_unit(rig.params), 3 * 65536);
	rig_release(&rig);
}

static void test_deflate_verifies(void **state)
{
	struct rig rig;
	char *memory;

	(void)state;
	for (int spoil = 0; spoil < 2; spoil++) {
		assert_true(rig_open(&rig, "cpu_deflate:size=65536"));
		rig_run(&rig, 0, 0, 2);
		assert_true(rig.worker[0].metric[1] < rig.worker[0].metric[0] / 2);
		assert_true(rig.worker[0].metric[1] > rig.worker[0].metric[0] / 5);
		memory = rig.memory[0];
		memory[rig.memory_bytes[0] - 1] ^= (char)spoil; /* the block's last byte */
		rig_end_workers(&rig);
		assert_int_equal(rig_verify(&rig, 2, 0, 0), spoil ? -EIO : 0);
		rig_release(&rig);
	}
}

static void test_input_files(void **state)
{
	char path[] = "/tmp/concbench-test-XXXXXX", text[128];
	int fd = mkstemp(path);
	struct rig rig;

	(void)state;
	close(fd);
	snprintf(text, sizeof text, "cpu_deflate:input=%s", path);
	rig_init(&rig, text);
	assert_int_equal(rig_supported(&rig), -EINVAL);
	rig_release(&rig);
	snprintf(text, sizeof text, "file_read:input=%s", path);
	rig_init(&rig, text);
	assert_int_equal(rig_supported(&rig), -EINVAL);
	rig_release(&rig);

	write_file(path, 150000);
	snprintf(text, sizeof text, "cpu_deflate:input=%s", path);
	check_digest(text, 7);
	snprintf(text, sizeof text, "file_read:input=%s", path);
	check_digest(text, 100);
	snprintf(text, sizeof text, "cpu_deflate:input=%s", path);
	rig_init(&rig, text);
	write_file(path, 140000); /* shorter than planned */
	assert_int_equal(rig_prepare(&rig), -EIO);
	rig_release(&rig);
	unlink(path);
}

static uint8_t reads[512]; /* of each block; written by count_pread */

static ssize_t count_pread(int fd, void *buf, size_t bytes, off_t offset)
{
	reads[(size_t)offset / bytes]++;
	return io_pread(fd, buf, bytes, offset);
}

/* Cold units read each block exactly once, and warm-up none. */
static void test_cold_reads_once(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 4, 5, 7, 64, 65, 100, 257, 512 };
	unsigned page = (unsigned)sysconf(_SC_PAGESIZE);
	struct rig rig;
	char text[80];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(sizes); i++) {
		unsigned ordered = 0;

		snprintf(text, sizeof text, "file_read:cache=cold,block=%u,size=%u", page, page * sizes[i]);
		if (!rig_open(&rig, text))
			return;
		assert_int_equal(rig.workload->units_max(rig.params, &rig.env), sizes[i]);
		rig.io.pread = count_pread;
		memset(reads, 0, sizeof reads);
		rig_run(&rig, 0, CB_WARMUP_UNIT, 1000);
		for (unsigned block = 0; block < sizes[i]; block++)
			assert_int_equal(reads[block], 0);
		for (unsigned unit = 0; unit < sizes[i]; unit++) {
			rig_run(&rig, unit % WORKERS, unit, 1);
			ordered += reads[unit];
		}
		for (unsigned block = 0; block < sizes[i]; block++)
			assert_int_equal(reads[block], 1);
		assert_true(sizes[i] < 64 || ordered < sizes[i] * 3 / 4); /* it is not the identity */
		rig_close(&rig);
	}
}

static void test_cache_is_checked(void **state)
{
	struct rig rig;
	void *map;

	(void)state;
	if (!rig_open(&rig, "file_read:size=4MiB"))
		skip();
	assert_true(rig.resident_before > 0.99);
	rig_close(&rig);

	assert_true(rig_open(&rig, "file_read:size=4MiB,cache=cold"));
	assert_true(rig.resident_before >= 0 && rig.resident_before < 0.01);
	/* Mapped pages cannot be evicted: the next sample must say so. */
	map = mmap(NULL, 4 << 20, PROT_READ, MAP_SHARED | MAP_POPULATE, rig.fd[0], 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(rig_setup(&rig), -EIO);
	assert_non_null(strstr(rig.err.text, "page cache"));
	munmap(map, 4 << 20);
	rig_close(&rig);
}

static void test_device_share_is_checked(void **state)
{
	static const struct {
		const char *text;
		uint64_t device_bytes;
		int expected;
	} rows[] = {
		{ "file_read:size=1MiB", 0, 0 },
		{ "file_read:size=1MiB", 20480, 0 },
		{ "file_read:size=1MiB", 40960, -EIO },
		{ "file_read:size=1MiB,cache=cold", 409600, 0 },
		{ "file_read:size=1MiB,cache=cold", 425000, 0 },
		{ "file_read:size=1MiB,cache=cold", 450000, -EIO }, /* other units would find it cached */
		{ "file_read:size=1MiB,cache=cold,order=sequential", 500000, 0 },
		{ "file_read:size=1MiB,cache=cold,order=sequential", 385000, -EIO },
		{ "file_read:size=1MiB,cache=cold", 385000, -EIO },
		{ "file_read:size=1MiB,cache=direct", 0, -EIO },
		{ "file_read:size=1MiB,cache=direct", 409600, 0 },
		{ "file_read:size=1MiB,cache=direct", 450000, -EIO },
		{ "file_read:size=1MiB,cache=direct", UINT64_MAX, -ENOTSUP },
		{ "file_fsync", 409600, 0 },
		{ "file_fsync", 380000, -EIO },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct rig rig;

		if (!rig_open(&rig, rows[i].text))
			skip();
		assert_int_equal(
			rig_verify(&rig, 100, rows[i].device_bytes, rows[i].device_bytes), rows[i].expected);
		assert_int_equal(*rig.err.text != 0, rows[i].expected != 0);
		rig_close(&rig);
	}
}

static void test_unknown_file_system_is_refused(void **state)
{
	static const char *const names[] = { "file_read", "file_fsync" };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(names); i++) {
		struct rig rig;

		rig_init(&rig, names[i]);
		rig.env.dir = "/proc";
		assert_int_equal(rig_supported(&rig), -ENOTSUP);
		assert_non_null(strstr(rig.err.text, "--dir"));
		rig.env.allow_unverified = true;
		rig.err = (struct cb_error){ 0 };
		assert_int_equal(rig_supported(&rig), 0);
		rig_release(&rig);
	}
}

static void test_odd_blocks_are_refused(void **state)
{
	static const char *const rows[] = { "file_read:block=1000", "file_read:size=512",
		"file_read:cache=cold,block=512", "file_read:cache=cold,block=4608",
		"file_read:cache=cold,block=2KiB,order=sequential", "file_fsync:block=12",
		"file_fsync:size=512" };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct rig rig;

		rig_init(&rig, rows[i]);
		assert_int_equal(rig_supported(&rig), -EINVAL);
		rig_release(&rig);
	}
}

/* /proc has no device, so its block, a page, counts. */
static void test_direct_blocks_suit_the_device(void **state)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct rig rig;
	char text[64];

	(void)state;
	assert_int_equal(cb_direct_align_bytes("/proc"), page);
	assert_int_equal(cb_direct_align_bytes("/nowhere"), 0);
	for (uint64_t block = 512; block <= 3 * page; block += 512) {
		snprintf(text, sizeof text, "file_read:cache=direct,block=%llu", (unsigned long long)block);
		rig_init(&rig, text);
		rig.env.dir = "/proc";
		rig.env.allow_unverified = true;
		assert_int_equal(rig_supported(&rig), block % page ? -EINVAL : 0);
		rig_release(&rig);
	}
}

static void test_fsync_wraps(void **state)
{
	struct rig rig;
	struct stat st;

	(void)state;
	if (!rig_open(&rig, "file_fsync:block=4KiB,size=10KiB"))
		skip();
	rig_run(&rig, 1, 0, 1);
	assert_int_equal(fstat(rig.fd[1], &st), 0);
	assert_int_equal(st.st_size, 4096);
	rig_run(&rig, 1, 1, 4);
	assert_int_equal(fstat(rig.fd[1], &st), 0);
	assert_int_equal(st.st_size, 8192);
	rig_close(&rig);
}

static int lazy_fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static ssize_t wrong_pwrite(int fd, const void *buf, size_t bytes, off_t offset)
{
	char *copy = malloc(bytes);
	ssize_t rc;

	assert_non_null(copy);
	memcpy(copy, buf, bytes);
	copy[bytes - 1] ^= 4;
	rc = io_pwrite(fd, copy, bytes, offset);
	free(copy);
	return rc;
}

static ssize_t stale_pwrite(int fd, const void *buf, size_t bytes, off_t offset)
{
	return offset ? (ssize_t)bytes : io_pwrite(fd, buf, bytes, offset);
}

/* What verify says when workers 0 and 2 have appended a few blocks by the calls of io that are set. */
static int verify_appends(struct rig *rig, const struct cb_io *io)
{
	rig->io.pwrite = io->pwrite ? io->pwrite : rig->io.pwrite;
	rig->io.fdatasync = io->fdatasync ? io->fdatasync : rig->io.fdatasync;
	rig_run(rig, 0, CB_WARMUP_UNIT, 1);
	rig_run(rig, 0, 0, 1);
	rig_run(rig, 2, 1, 4);
	rig_end_workers(rig);
	return rig_verify(rig, 5, 0, 5ull * 4096);
}

/* A sync that does nothing, a block that went wrong and one that never arrived are found out. */
static void test_fsync_is_checked(void **state)
{
	static const struct {
		struct cb_io io;
		bool needs_cachestat;
		const char *reason; /* NULL: none, all is well */
	} rows[] = {
		{ { .pwrite = NULL }, false, NULL },
		{ { .fdatasync = lazy_fdatasync }, true, "not on the device" },
		{ { .pwrite = wrong_pwrite }, false, "read back" },
		{ { .pwrite = stale_pwrite }, false, "read back" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_cached cached;
		struct rig rig;
		int rc;

		if (!rig_open(&rig, "file_fsync"))
			skip();
		if (rows[i].needs_cachestat && cb_cachestat(rig.fd[0], 0, &cached)) {
			print_message("no cachestat: a sync that does nothing cannot be seen\n");
			rig_close(&rig);
			continue;
		}
		rc = verify_appends(&rig, &rows[i].io);
		assert_int_equal(rc, rows[i].reason ? -EIO : 0);
		if (rows[i].reason)
			assert_non_null(strstr(rig.err.text, rows[i].reason));
		rig_release(&rig);
	}
}

/* ---- calls that fail -------------------------------------------------------------------------------------
 */

static int bad_sleep_ns(uint64_t ns)
{
	(void)ns;
	return -EINVAL;
}

static int short_sleep_ns(uint64_t ns)
{
	(void)ns;
	return 0;
}

static ssize_t bad_pread(int fd, void *buf, size_t bytes, off_t offset)
{
	(void)fd, (void)buf, (void)bytes, (void)offset;
	return -ENXIO;
}

static ssize_t short_pread(int fd, void *buf, size_t bytes, off_t offset)
{
	(void)fd, (void)buf, (void)offset;
	return (ssize_t)bytes - 1;
}

static ssize_t short_pwrite(int fd, const void *buf, size_t bytes, off_t offset)
{
	(void)fd, (void)buf, (void)offset;
	return (ssize_t)bytes - 1;
}

static int bad_fdatasync(int fd)
{
	(void)fd;
	return -ENXIO;
}

static ssize_t bad_write(int fd, const void *buf, size_t bytes)
{
	(void)fd, (void)buf, (void)bytes;
	return -ENXIO;
}

static void test_failing_calls(void **state)
{
	static const struct {
		const char *text;
		struct cb_io io; /* what is set replaces the real call */
		int expected;
	} rows[] = {
		{ "wait_sleep", { .sleep_ns = bad_sleep_ns }, -EINVAL },
		{ "wait_sleep:duration=10s", { .sleep_ns = short_sleep_ns }, -EPROTO },
		{ "file_read:size=64KiB", { .pread = bad_pread }, -ENXIO },
		{ "file_read:size=64KiB", { .pread = short_pread }, -EIO },
		{ "file_fsync", { .pwrite = short_pwrite }, -ENOSPC },
		{ "file_fsync", { .fdatasync = bad_fdatasync }, -ENXIO },
		{ "ipc_pipe", { .write = bad_write }, -ENXIO },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_error err = { 0 };
		struct cb_io bad;
		struct rig rig;

		if (!rig_open(&rig, rows[i].text))
			continue;
		bad = rig.io;
		for (size_t call = 0; call < sizeof bad / sizeof(void *); call++)
			if (((void *const *)&rows[i].io)[call])
				((void **)&bad)[call] = ((void *const *)&rows[i].io)[call];
		rig.worker[0].io = &bad;
		assert_int_equal(rig.workload->run(rig.worker, 0, 1, &err), rows[i].expected);
		assert_true(*err.text);
		assert_int_equal(rig.worker[0].digest, 0);
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_units_digest),
		cmocka_unit_test(test_prime_counts),
		cmocka_unit_test(test_stream_digest_does_not_depend_on_size),
		cmocka_unit_test(test_stream_size),
		cmocka_unit_test(test_deflate_verifies),
		cmocka_unit_test(test_input_files),
		cmocka_unit_test(test_cold_reads_once),
		cmocka_unit_test(test_cache_is_checked),
		cmocka_unit_test(test_device_share_is_checked),
		cmocka_unit_test(test_unknown_file_system_is_refused),
		cmocka_unit_test(test_odd_blocks_are_refused),
		cmocka_unit_test(test_direct_blocks_suit_the_device),
		cmocka_unit_test(test_fsync_wraps),
		cmocka_unit_test(test_fsync_is_checked),
		cmocka_unit_test(test_failing_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
