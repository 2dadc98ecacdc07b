/*
 * kernel_open: open and close a file by its path. A descriptor is entered into the process's table and taken
 * out again: threads share that table and its lock, processes do not. What `file` shares in every mode are
 * the file's dentry and inode, of which opening takes a reference; each open file description is the worker's
 * own.
 *
 * A path needs a name, and a name would outlive a sample that is killed. So nothing is made: the files are
 * programs that are on the host anyway, in one folder, so that all paths are equally deep.
 */
#include "lib/workload.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER     "/usr/bin/"
#define NAME_BYTES 256u /* with its end; as long as a name may be */

enum { SHARED, PRIVATE };

struct open_params {
	unsigned file;
};

struct open_file {
	char path[sizeof FOLDER + NAME_BYTES];
	ino_t inode;
};

/* Finds up to `wanted` readable files with a single name, so that no two are one inode. files may be NULL. */
static unsigned find_files(struct open_file *files, unsigned wanted)
{
	DIR *folder = opendir(FOLDER);
	const struct dirent *entry;
	unsigned found = 0;
	struct stat st;

	while (folder && found < wanted && (entry = readdir(folder))) {
		if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) ||
			st.st_nlink != 1 || faccessat(dirfd(folder), entry->d_name, R_OK, 0))
			continue;
		if (files) {
			snprintf(files[found].path, sizeof files[found].path, FOLDER "%s", entry->d_name);
			files[found].inode = st.st_ino;
		}
		found++;
	}
	if (folder)
		closedir(folder);
	return found;
}

static unsigned files_wanted(const struct open_params *p, const struct cb_env *env)
{
	return p->file == PRIVATE ? env->workers : 1;
}

static int open_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	unsigned wanted = files_wanted(params, env), found = find_files(NULL, wanted);

	if (found == wanted)
		return 0;
	return cb_error_set(
		err, -ENOTSUP, FOLDER " has %u files to open, of %u that are needed", found, wanted);
}

static int open_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	unsigned wanted = files_wanted(s->params, s->env);
	struct open_file *files = s->alloc(s, wanted * sizeof *files);

	if (!files)
		return cb_error_set(err, -ENOMEM, "no memory for %u paths", wanted);
	if (find_files(files, wanted) < wanted)
		return cb_error_set(err, -ENOENT, FOLDER " has lost files since the run was planned");
	*ret_shared = files;
	return 0;
}

/* Warm-up looks whether it is the file that was meant. */
static int check_inode(int fd, const struct open_file *file, struct cb_error *err)
{
	struct stat st;

	if (!fstat(fd, &st) && st.st_ino == file->inode)
		return 0;
	return cb_error_set(err, -ESTALE, "what was opened is not the file '%.100s'", file->path);
}

static int open_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct open_params *p = w->params;
	const struct open_file *files = w->shared, *file = files + (p->file == PRIVATE ? w->index : 0);

	for (uint64_t unit = first; unit < first + n; unit++) {
		int rc = 0, fd = w->io->open(file->path, O_RDONLY, 0);

		if (fd < 0)
			return cb_error_set(err, fd, "cannot open '%.100s': %s", file->path, strerror(-fd));
		if (unit >= CB_WARMUP_UNIT)
			rc = check_inode(fd, file, err);
		if (close(fd))
			rc = cb_error_set(err, -errno, "cannot close: %s", strerror(errno));
		if (rc)
			return rc;
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static const char *const open_which[] = { "shared", "private", NULL };
static const struct cb_param open_table[] = {
	{ "file", CB_PARAM_ENUM, "", "private", 0, 0, open_which,
		"one file that all workers open, or one for each worker",
		offsetof(struct open_params, file) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_kernel_open = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_open",
	.summary = "open and close of a file: path lookup and the process's table of descriptors",
	.unit = "open and close",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.fds_per_worker = 1,
	.params = open_table,
	.params_size = sizeof(struct open_params),
	.supported = open_supported,
	.setup = open_setup,
	.run = open_run,
	.expect = cb_expect_units,
};
