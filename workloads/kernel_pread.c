/*
 * kernel_pread: 4 KiB at offset 0 of a file that is in the page cache. How much is shared is `file`:
 *
 *   shared    one descriptor from setup: one open file description in all modes. Threads count references to
 *             it at each call, as another one might close it; a process with one thread need not.
 *   reopened  one file that each worker opens for itself: an inode and a page in common
 *   private   a file for each worker
 *
 * Each unit looks at both ends of what was read, so that a short read or another worker's file shows.
 */
#include "lib/workload.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_BYTES 4096u
#define WORDS       (BLOCK_BYTES / sizeof(uint64_t))

enum { SHARED, REOPENED, PRIVATE };

struct pread_params {
	unsigned file;
};

struct files {
	unsigned count; /* of the descriptors that are open */
	int fd[];
};

struct reader {
	int fd;
	uint64_t word; /* the file consists of it */
	_Alignas(64) uint64_t block[WORDS];
};

/* Returns the descriptor of a file that has been written, or a negative errno. */
static int make_file(struct cb_setup *s, unsigned file, struct cb_error *err)
{
	int fd = s->scratch_file(s, 0, err);
	uint64_t block[WORDS];

	for (size_t i = 0; i < WORDS; i++)
		block[i] = cb_unit_random(s->seed, file);
	if (fd < 0 || write(fd, block, sizeof block) == (ssize_t)sizeof block)
		return fd;
	close(fd);
	return cb_error_set(err, -EIO, "cannot write a scratch file: the disk may be full");
}

static void pread_teardown(const void *params, void *shared)
{
	struct files *files = shared;

	(void)params;
	while (files->count)
		close(files->fd[--files->count]);
}

static int pread_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct pread_params *p = s->params;
	unsigned wanted = p->file == PRIVATE ? s->env->workers : 1;
	struct files *files = s->alloc(s, sizeof *files + wanted * sizeof files->fd[0]);

	if (!files)
		return cb_error_set(err, -ENOMEM, "no memory for a table of files");
	for (; files->count < wanted; files->count++) {
		int fd = make_file(s, files->count, err);

		if (fd < 0) {
			pread_teardown(p, files);
			return fd;
		}
		files->fd[files->count] = fd;
	}
	*ret_shared = files;
	return 0;
}

static int pread_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct pread_params *p = w->params;
	unsigned file = p->file == PRIVATE ? w->index : 0;
	int fd = ((const struct files *)w->shared)->fd[file];
	struct reader *r = w->state = aligned_alloc(_Alignof(struct reader), sizeof *r);
	char path[32];

	if (!r)
		return cb_error_set(err, -ENOMEM, "no memory for a block");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r->fd = p->file == REOPENED ? open(path, O_RDONLY | O_CLOEXEC) : fd;
	r->word = cb_unit_random(w->seed, file);
	return r->fd < 0 ? cb_error_set(err, -errno, "cannot open the file again: %s", strerror(errno)) : 0;
}

static int pread_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct reader *r = w->state;

	for (uint64_t i = 0; i < n; i++) {
		ssize_t got;

		r->block[0] = r->block[WORDS - 1] = 0;
		got = w->io->pread(r->fd, r->block, BLOCK_BYTES, 0);
		if (got != BLOCK_BYTES)
			return cb_error_set(err, got < 0 ? (int)got : -EIO, "cannot read the file: %s",
				got < 0 ? strerror((int)-got) : "it is too short");
		if (r->block[0] != r->word || r->block[WORDS - 1] != r->word)
			return cb_error_set(err, -EIO, "what was read is not in the file");
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static void pread_worker_fini(struct cb_worker *w)
{
	struct reader *r = w->state;

	if (((const struct pread_params *)w->params)->file == REOPENED)
		close(r->fd);
	free(r);
}

static const char *const pread_which[] = { "shared", "reopened", "private", NULL };
static const struct cb_param pread_table[] = {
	{ "file", CB_PARAM_ENUM, "", "shared", 0, 0, pread_which,
		"one descriptor for all workers, one file that each opens, or a file for each",
		offsetof(struct pread_params, file) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_kernel_pread = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_pread",
	.summary = "4 KiB of a file from the page cache, of one file or of the worker's own",
	.unit = "4 KiB read",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.fds_per_worker = 1,
	.params = pread_table,
	.params_size = sizeof(struct pread_params),
	.setup = pread_setup,
	.run = pread_run,
	.expect = cb_expect_units,
	.worker_init = pread_worker_init,
	.worker_fini = pread_worker_fini,
	.teardown = pread_teardown,
};
