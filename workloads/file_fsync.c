/*
 * file_fsync: appends a block and waits until the device has it, as a database's log does. Each worker has
 * its own file: they share the file system's journal and the device. An append changes the file's size, so it
 * commits the journal too. Beyond `size` it goes on at the file's start, as fio's jobs do; overwriting is
 * cheaper, so choose a size that a sample does not fill.
 *
 * Evidence that something was synced: after the last unit no page of the files is dirty or being written
 * (cachestat; a sync that does nothing leaves them so until the kernel writes them of its own accord, half a
 * minute later), and each worker's last block reads back. Of write_bytes, counted when a page becomes dirty,
 * only too few say something: blocks were written over before they had been synced. That the device itself
 * keeps what it was told to keep cannot be seen from here. With ext4's data=journal synced pages stay dirty:
 * there the check fails.
 */
#include "lib/workload.h"
#include "lib/workload_file.h"
#include <fcntl.h>

struct fsync_params {
	uint64_t block_bytes, size_bytes;
};

/* A worker's file and, when it has ended, what it appended last. */
struct log {
	int fd;
	bool written;
	uint64_t last_unit, last_at;
};

struct files {
	unsigned count;   /* of the descriptors that are open */
	struct log log[]; /* [workers] */
};

struct appender {
	uint64_t at, last_at;
	bool written;
	uint64_t block[]; /* [block_bytes / 8]: the unit's number, then random words */
};

static int fsync_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	const struct fsync_params *p = params;

	if (p->block_bytes > p->size_bytes || p->block_bytes % sizeof(uint64_t))
		return cb_error_set(err, -EINVAL, "block is larger than size or not a multiple of 8 bytes");
	return cb_check_file_system(env->dir, env, err);
}

static void fsync_teardown(const void *params, void *shared)
{
	struct files *files = shared;

	(void)params;
	while (files->count)
		close(files->log[--files->count].fd);
}

static int fsync_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const char *fs = cb_file_system(s->env->dir);
	struct files *files = s->alloc(s, sizeof *files + s->env->workers * sizeof files->log[0]);

	if (!files)
		return cb_error_set(err, -ENOMEM, "no memory for a table of files");
	for (; files->count < s->env->workers; files->count++) {
		int fd = s->scratch_file(s, 0, err);

		if (fd < 0) {
			fsync_teardown(s->params, files);
			return fd;
		}
		files->log[files->count].fd = fd;
	}
	s->note(s, "file_system", fs ? fs : "unverified");
	*ret_shared = files;
	return 0;
}

static int fsync_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct fsync_params *p = w->params;
	struct appender *a = w->state = calloc(1, sizeof *a + p->block_bytes);

	if (!a)
		return cb_error_set(err, -ENOMEM, "no memory for a block");
	for (uint64_t i = 0; i < p->block_bytes / sizeof a->block[0]; i++)
		a->block[i] = cb_unit_random(w->seed, i);
	return 0;
}

static int fsync_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct fsync_params *p = w->params;
	int fd = ((const struct files *)w->shared)->log[w->index].fd;
	struct appender *a = w->state;

	for (uint64_t unit = first; unit < first + n; unit++) {
		ssize_t rc;

		a->block[0] = unit;
		rc = w->io->pwrite(fd, a->block, p->block_bytes, (off_t)a->at);
		if (rc == (ssize_t)p->block_bytes)
			rc = w->io->fdatasync(fd);
		else if (rc >= 0)
			rc = -ENOSPC;
		if (rc < 0)
			return cb_error_set(err, (int)rc, "cannot append: %s", strerror((int)-rc));
		a->written = true;
		a->last_at = a->at;
		a->at = a->at + 2 * p->block_bytes > p->size_bytes ? 0 : a->at + p->block_bytes;
		w->digest += cb_units_digest(unit, 1);
		w->metric[0] += (double)p->block_bytes;
	}
	return 0;
}

static void fsync_worker_fini(struct cb_worker *w)
{
	struct log *log = &((struct files *)w->shared)->log[w->index];
	struct appender *a = w->state;

	log->written = a->written;
	log->last_unit = a->block[0];
	log->last_at = a->last_at;
	free(a);
}

static int check_synced(struct cb_verify *v, struct cb_error *err)
{
	const struct files *files = v->shared;
	struct cb_cached cached = { 0 };
	int rc = 0;

	for (unsigned i = 0; i < files->count && !rc; i++) {
		rc = cb_cachestat(files->log[i].fd, 0, &cached);
		if (!rc && cached.unsynced_pages)
			return cb_error_set(err, -EIO,
				"worker %u's file has %llu pages that are not on the device, although the "
				"last fdatasync has returned",
				i, (unsigned long long)cached.unsynced_pages);
	}
	v->note(v, "sync_checked_by", rc ? "nothing, for want of cachestat" : "cachestat");
	return 0;
}

/* From the device, as pages that are clean leave the cache first. block has room for one. */
static int check_last_block(struct cb_verify *v, const struct log *log, uint64_t *block, struct cb_error *err)
{
	const struct fsync_params *p = v->params;
	bool same;

	posix_fadvise(log->fd, 0, 0, POSIX_FADV_DONTNEED);
	same = pread(log->fd, block, p->block_bytes, (off_t)log->last_at) == (ssize_t)p->block_bytes &&
	       block[0] == log->last_unit;
	for (uint64_t i = 1; i < p->block_bytes / sizeof *block && same; i++)
		same = block[i] == cb_unit_random(v->seed, i);
	if (same)
		return 0;
	return cb_error_set(err, -EIO, "the block appended last, at %llu, does not read back as written",
		(unsigned long long)log->last_at);
}

static int check_last_blocks(struct cb_verify *v, struct cb_error *err)
{
	const struct fsync_params *p = v->params;
	const struct files *files = v->shared;
	uint64_t *block = malloc(p->block_bytes);
	int rc = block ? 0 : cb_error_set(err, -ENOMEM, "no memory for a block");

	for (unsigned i = 0; i < files->count && !rc; i++)
		if (files->log[i].written)
			rc = check_last_block(v, files->log + i, block, err);
	free(block);
	return rc;
}

static int fsync_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct fsync_params *p = v->params;
	bool known = cb_file_system(v->env->dir);
	/* Where the kernel does not count them, it is a huge number. */
	double share = (double)v->write_device_bytes / ((double)v->units * (double)p->block_bytes);
	int rc = known ? check_synced(v, err) : 0; /* before pages are dropped, which writes dirty ones */

	if (!rc)
		rc = check_last_blocks(v, err);
	if (rc)
		return rc;
	if (v->write_device_bytes != UINT64_MAX)
		v->note_number(v, "dirtied_share", share);
	if (share >= 0.95 || !known)
		return 0;
	return cb_error_set(err, -EIO,
		"the kernel counts only %.1f %% of the bytes written: blocks were overwritten before they "
		"were synced",
		share * 100);
}

static const struct cb_param fsync_table[] = {
	{ "block", CB_PARAM_SIZE, "bytes", "4KiB", 8, 1 << 30, NULL, "a unit appends so much",
		offsetof(struct fsync_params, block_bytes) },
	{ "size", CB_PARAM_SIZE, "bytes", "64MiB", 8, 1ull << 40, NULL,
		"of each worker's file, where it starts again", offsetof(struct fsync_params, size_bytes) },
	{ .name = NULL },
};

static const struct cb_metric fsync_metrics[] = {
	{ "mib_per_s", "MiB/s", CB_MERGE_PER_S, 0, 1.0 / (1 << 20), "written" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_file_fsync = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "file_fsync",
	.summary = "append and fdatasync, a file for each worker: the device's and the journal's latency",
	.unit = "block appended and synced",
	.version = 1,
	.class = CB_CLASS_DEVICE,
	/* Not dispatch spawn: where the next append goes is the worker's own, and lost with a copy. */
	.caps = CB_CAN_BLOCKING | CB_CAN_ASYNC | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE,
	.fds_per_worker = 1,
	.params = fsync_table,
	.metrics = fsync_metrics,
	.params_size = sizeof(struct fsync_params),
	.supported = fsync_supported,
	.setup = fsync_setup,
	.worker_init = fsync_worker_init,
	.run = fsync_run,
	.expect = cb_expect_units,
	.verify = fsync_verify,
	.worker_fini = fsync_worker_fini,
	.teardown = fsync_teardown,
};
