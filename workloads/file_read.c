/*
 * file_read: reads of one block of a file, from the page cache (warm), past it (direct), or into it (cold).
 * What is measured is only what was proved: the file system is one whose cache can be checked, each sample
 * evicts the file (or reads it in) and looks how much of it is resident, and in the end the bytes that came
 * from the device are compared with those that were asked for. A cold sample reads each block once at most,
 * by a permutation, and blocks are whole pages, so that no unit finds what another has brought in. That holds
 * for random order only: sequential cold reads measure the kernel's read-ahead. Warm-up computes (it may not
 * use up blocks), for warm and direct reads as well: no difference to reading showed. The first word of each
 * block is noted when the file is prepared, so digests have an oracle for the user's files as well.
 */
#include "lib/workload.h"
#include "lib/workload_file.h"
#include <fcntl.h>

enum { WARM, COLD, DIRECT };
enum { RANDOM, SEQUENTIAL };

struct read_params {
	unsigned cache, order;
	uint64_t block_bytes, size_bytes;
	struct cb_file input;
};

struct read_file {
	int fd;
	uint64_t blocks;
	uint64_t first_word[]; /* [blocks] */
};

struct reader {
	int fd;    /* of its own: O_DIRECT and read-ahead belong to the open file description */
	void *buf; /* [block_bytes], aligned */
};

static const char *place(const struct read_params *p, const struct cb_env *env)
{
	return p->input.path[0] ? p->input.path : env->dir;
}

static uint64_t block_count(const struct read_params *p)
{
	return (p->input.path[0] ? p->input.size_bytes : p->size_bytes) / p->block_bytes;
}

static void fill(uint64_t *words, const struct read_params *p, uint64_t key)
{
	for (uint64_t i = 0; i < p->block_bytes / sizeof *words; i++)
		words[i] = cb_unit_random(key, i);
}

/* Where i, below n, stands in a permutation of 0..n-1: steps that each permute all words of some bits, until
 * one is below n. */
static uint64_t permuted(uint64_t i, uint64_t n, uint64_t seed)
{
	unsigned bits = n > 2 ? 64 - (unsigned)__builtin_clzll(n - 1) : 1;
	uint64_t mask = (2ull << (bits - 1)) - 1;

	do
		for (unsigned round = 0; round < 4; round++) {
			i = (i * 0x9e3779b97f4a7c15u + cb_mix64(seed + round)) & mask;
			i ^= i >> (bits / 2 + 1);
		}
	while (i >= n);
	return i;
}

static uint64_t block_of(const struct read_params *p, uint64_t blocks, uint64_t seed, uint64_t unit)
{
	if (p->order == SEQUENTIAL)
		return unit % blocks;
	if (p->cache == COLD)
		return permuted(unit % blocks, blocks, seed);
	return (uint64_t)((unsigned __int128)cb_unit_random(seed, unit) * blocks >> 64);
}

/* Whether a unit reads what it is said to read, and no other unit the same. */
static int check_block(const struct read_params *p, const struct cb_env *env, struct cb_error *err)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t align = p->cache == DIRECT ? cb_direct_align_bytes(place(p, env)) : 0;

	if (p->block_bytes % 512)
		return cb_error_set(err, -EINVAL, "block is not a multiple of 512 bytes");
	if (p->cache == COLD && p->block_bytes % page)
		return cb_error_set(err, -EINVAL,
			"block is not a multiple of the page's %llu bytes: units would find in the cache "
			"what others have read in",
			(unsigned long long)page);
	if (align && p->block_bytes % align)
		return cb_error_set(err, -EINVAL,
			"block is not a multiple of the %llu bytes that direct reads of this device take",
			(unsigned long long)align);
	return 0;
}

static int read_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct read_params *p = params;
	int rc = check_block(p, env, err);

	if (rc)
		return rc;
	if (!block_count(p))
		return cb_error_set(err, -EINVAL, "the file is smaller than a block");
	return cb_check_file_system(place(p, env), env, err);
}

static uint64_t read_footprint(const void *params, const struct cb_env *env)
{
	const struct read_params *p = params;
	uint64_t cached = p->cache == WARM ? block_count(p) * p->block_bytes : 0;

	return cached + block_count(p) * sizeof(uint64_t) + env->workers * p->block_bytes;
}

static uint64_t read_units_max(const void *params, const struct cb_env *env)
{
	const struct read_params *p = params;

	(void)env;
	return p->cache == COLD ? block_count(p) : 0;
}

/* Writes the file's own content, or reads that of the user's file, and notes what each block begins with. */
static int note_words(struct read_file *f, const struct read_params *p, uint64_t seed, struct cb_error *err)
{
	uint64_t *words = calloc(1, p->block_bytes);
	bool own = !p->input.path[0];
	int code = words ? 0 : ENOMEM;

	for (f->blocks = 0; f->blocks < block_count(p) && !code; f->blocks++) {
		ssize_t done;

		if (own)
			fill(words, p, cb_unit_random(seed, f->blocks));
		done = own ? write(f->fd, words, p->block_bytes) : read(f->fd, words, p->block_bytes);
		if (done != (ssize_t)p->block_bytes)
			code = done < 0 ? errno : own ? ENOSPC : EIO;
		f->first_word[f->blocks] = words[0];
	}
	free(words);
	if (!code && own && fdatasync(f->fd))
		code = errno;
	if (!code)
		return 0;
	return cb_error_set(err, -code, "cannot %s block %llu of the file: %s", own ? "write" : "read",
		(unsigned long long)f->blocks, strerror(code));
}

static int read_prepare(struct cb_setup *s, void **ret_prepared, struct cb_error *err)
{
	const struct read_params *p = s->params;
	struct read_file *f = s->alloc(s, sizeof *f + block_count(p) * sizeof f->first_word[0]);
	int rc;

	if (!f)
		return cb_error_set(err, -ENOMEM, "no memory for a word of each block");
	*ret_prepared = f;
	f->fd = p->input.path[0] ? open(p->input.path, O_RDONLY | O_CLOEXEC) : s->scratch_file(s, 0, err);
	if (f->fd < 0)
		return cb_error_set(err, -EIO, "cannot open '%.100s'", p->input.path);
	rc = note_words(f, p, s->seed, err);
	if (rc)
		return rc;
	f->fd = s->keep_fd(s, f->fd, err);
	return f->fd < 0 ? f->fd : 0;
}

/* Brings the file into the cache. Failures show in what is resident then. */
static void read_in(int fd, uint64_t bytes)
{
	const size_t chunk = (size_t)1 << 20;
	void *buf = malloc(chunk);

	for (uint64_t at = 0; buf && at < bytes; at += chunk)
		if (pread(fd, buf, chunk, (off_t)at) <= 0)
			break;
	free(buf);
}

static int read_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct read_params *p = s->params;
	const struct read_file *f = s->prepared;
	const char *how, *fs = cb_file_system(place(p, s->env));
	uint64_t bytes = f->blocks * p->block_bytes;
	double share;

	*ret_shared = NULL;
	if (p->cache == WARM) {
		read_in(f->fd, bytes);
	} else {
		fdatasync(f->fd); /* dirty pages cannot be dropped */
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_DONTNEED);
	}
	share = cb_resident_share(f->fd, bytes, &how);
	s->note(s, "file_system", fs ? fs : "unverified");
	s->note(s, "cache_checked_by", how);
	s->note_number(s, "resident_before", share);
	if (!fs || (p->cache == WARM ? share > 0.99 : share >= 0 && share < 0.01))
		return 0;
	return cb_error_set(err, -EIO, "%.1f %% of the file are in the page cache, not %s, as %s says",
		share * 100, p->cache == WARM ? "over 99 %" : "under 1 %", how);
}

static int read_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct read_params *p = w->params;
	const struct read_file *f = w->prepared;
	struct reader *r = w->state = calloc(1, sizeof *r);
	char path[32];

	if (!r || posix_memalign(&r->buf, 4096, p->block_bytes))
		return cb_error_set(err, -ENOMEM, "no memory for a block");
	snprintf(path, sizeof path, "/proc/self/fd/%d", f->fd);
	r->fd = open(path, O_RDONLY | O_CLOEXEC | (p->cache == DIRECT ? O_DIRECT : 0));
	if (r->fd < 0)
		return cb_error_set(err, -errno, "cannot open the file again%s: %s",
			p->cache == DIRECT ? " with O_DIRECT" : "", strerror(errno));
	if (p->order == RANDOM)
		posix_fadvise(r->fd, 0, 0, POSIX_FADV_RANDOM);
	return 0;
}

static int read_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct read_params *p = w->params;
	const struct read_file *f = w->prepared;
	const struct reader *r = w->state;

	for (uint64_t unit = first; unit < first + n; unit++) {
		off_t at;
		ssize_t got;

		if (p->cache == COLD && unit >= CB_WARMUP_UNIT) {
			fill(r->buf, p, unit);
			continue;
		}
		at = (off_t)(block_of(p, f->blocks, w->seed, unit) * p->block_bytes);
		got = w->io->pread(r->fd, r->buf, p->block_bytes, at);
		if (got != (ssize_t)p->block_bytes)
			return cb_error_set(err, got < 0 ? (int)got : -EIO,
				"cannot read %llu bytes at %lld: %s", (unsigned long long)p->block_bytes,
				(long long)at, got < 0 ? strerror((int)-got) : "file too short");
		w->digest += cb_unit_random(*(uint64_t *)r->buf, unit);
		w->metric[0] += (double)got;
	}
	return 0;
}

static uint64_t read_expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	const struct read_file *f = prepared;
	uint64_t sum = 0;

	for (uint64_t unit = 0; unit < units; unit++)
		sum += cb_unit_random(f->first_word[block_of(params, f->blocks, seed, unit)], unit);
	return sum;
}

/* What share of the bytes asked for may come from a device: more than all of them is what other units would
 * find in the cache. Read-ahead is allowed to do that. */
static const struct {
	double least, most;
	const char *text;
} device_shares[][2] = {
	[WARM] = { [RANDOM] = { 0, 0.05, "at most 5 %" }, [SEQUENTIAL] = { 0, 0.05, "at most 5 %" } },
	[COLD] = { [RANDOM] = { 0.95, 1.05, "95 to 105 %" }, [SEQUENTIAL] = { 0.95, 1e9, "at least 95 %" } },
	[DIRECT] = { [RANDOM] = { 0.95, 1.05, "95 to 105 %" }, [SEQUENTIAL] = { 0.95, 1.05, "95 to 105 %" } },
};

static bool share_is_right(const struct read_params *p, double device_bytes, double asked_bytes)
{
	/* A page of metadata or of the program itself may have been dropped: it counts in samples of few
	 * units. */
	const double stray_bytes = 16384;

	return device_bytes >= device_shares[p->cache][p->order].least * asked_bytes &&
	       device_bytes <= device_shares[p->cache][p->order].most * asked_bytes + stray_bytes;
}

static int read_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct read_params *p = v->params;
	/* Not read_calls_bytes, which has the harness's own small reads in it. */
	double asked = (double)v->units * (double)p->block_bytes, device = (double)v->read_device_bytes;

	if (v->read_device_bytes == UINT64_MAX && !v->env->allow_unverified)
		return cb_error_set(
			err, -ENOTSUP, "the kernel does not count the bytes that come from devices");
	if (v->read_device_bytes == UINT64_MAX)
		return 0;
	v->note_number(v, "device_share", device / asked);
	if (!cb_file_system(place(p, v->env)) || share_is_right(p, device, asked))
		return 0;
	return cb_error_set(err, -EIO, "%.1f %% of the bytes read came from a device, not %s",
		device / asked * 100, device_shares[p->cache][p->order].text);
}

static void read_worker_fini(struct cb_worker *w)
{
	struct reader *r = w->state;

	close(r->fd);
	free(r->buf);
	free(r);
}

static const char *const read_caches[] = { "warm", "cold", "direct", NULL };
static const char *const read_orders[] = { "random", "sequential", NULL };
static const struct cb_param read_table[] = {
	{ "cache", CB_PARAM_ENUM, "", "warm", 0, 0, read_caches, "from the page cache, into it, or past it",
		offsetof(struct read_params, cache) },
	{ "block", CB_PARAM_SIZE, "bytes", "4KiB", 512, 1 << 30, NULL,
		"a unit reads so much: cold whole pages, direct whole blocks of the device",
		offsetof(struct read_params, block_bytes) },
	{ "size", CB_PARAM_SIZE, "bytes", "256MiB", 512, 1ull << 50, NULL, "of the file that is made",
		offsetof(struct read_params, size_bytes) },
	{ "order", CB_PARAM_ENUM, "", "random", 0, 0, read_orders,
		"of the blocks; sequential cold reads measure read-ahead: most units find theirs in the "
		"cache",
		offsetof(struct read_params, order) },
	{ "input", CB_PARAM_FILE, "", "", 0, 0, NULL, "a file to read instead of one that is made",
		offsetof(struct read_params, input) },
	{ .name = NULL },
};

static const struct cb_metric read_metrics[] = {
	{ "mib_per_s", "MiB/s", CB_MERGE_PER_S, 0, 1.0 / (1 << 20), "read" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_file_read = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "file_read",
	.summary = "reads of blocks of a file, from the page cache, cold or direct",
	.unit = "block read",
	.version = 1,
	.class = CB_CLASS_DEVICE,
	/* Not dispatch spawn: what a unit's own thread reads is in no worker's account, so nothing is proven.
	 */
	.caps = CB_CAN_BLOCKING | CB_CAN_ASYNC | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE,
	.fds_per_worker = 1,
	.params = read_table,
	.metrics = read_metrics,
	.params_size = sizeof(struct read_params),
	.supported = read_supported,
	.footprint = read_footprint,
	.units_max = read_units_max,
	.prepare = read_prepare,
	.setup = read_setup,
	.worker_init = read_worker_init,
	.run = read_run,
	.expect = read_expect,
	.verify = read_verify,
	.worker_fini = read_worker_fini,
};
