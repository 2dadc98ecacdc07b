/*
 * Saving so that neither a crash nor a full disk costs the old file, nor what was saved before. Data go to
 * target.part.new and reach the disk before that becomes target.part, whose earlier content is complete until
 * this very moment; target.part becomes target at the end. A device or a pipe cannot be replaced: it is
 * written once, at the end.
 */
#include "lib/result/result.h"

#include "lib/host/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKPOINT_NS 1000000000u

static int save_error(struct cb_error *err, int code, const char *path)
{
	char quoted[160];

	return cb_error_set(
		err, code, "cannot save to %s: %s", cb_quote(path, quoted, sizeof quoted), strerror(-code));
}

/* The error of a save after which an earlier one may be all that there is. */
static int later_save_error(const struct cb_saver *saver, int code, struct cb_error *err)
{
	char path[84], part[84];

	if (!saver->kept)
		return save_error(err, code, saver->path);
	return cb_error_set(err, code, "cannot save to %s: %s; the last save stays in %s",
		cb_quote(saver->path, path, sizeof path), strerror(-code),
		cb_quote(saver->part, part, sizeof part));
}

/* ---- where to ------------------------------------------------------------------------------------ */

/* Opens the folder that holds path. Returns the descriptor or a negative errno. */
static int open_folder(const char *path)
{
	char *copy = strdup(path);
	int fd;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = fd < 0 ? -errno : fd;
	free(copy);
	return fd;
}

/* Makes the .part.new and takes it away again. One that is there already is left alone. */
static int probe_by_name(const struct cb_saver *saver)
{
	int fd = open(saver->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	close(fd);
	return unlink(saver->fresh) ? -errno : 0;
}

/* Whether files can be made in the folder: by one without a name, where the file system has such files. */
static int probe_folder(const struct cb_saver *saver)
{
	int folder = open_folder(saver->target), fd, rc;

	if (folder < 0)
		return folder == -EACCES ? probe_by_name(saver) : folder;
	fd = openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	rc = fd < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	close(folder);
	return rc == -EOPNOTSUPP || rc == -EISDIR || rc == -EINVAL ? probe_by_name(saver) : rc;
}

/* The target's kind, if it exists: a folder is refused, what is no regular file is written in place. */
static int probe_target(struct cb_saver *saver)
{
	struct stat st;

	if (stat(saver->target, &st))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISFIFO(st.st_mode))
		return -EOPNOTSUPP; /* to open one is to wait for a reader, for ever */
	if (faccessat(AT_FDCWD, saver->target, W_OK, AT_EACCESS))
		return -errno;
	saver->existed = true;
	saver->direct = !S_ISREG(st.st_mode);
	return 0;
}

/*
 * What stands where our files go must be what a killed run left. Also finds a name that is too long. Other
 * reasons are the folder's.
 */
static int probe_places(const struct cb_saver *saver, const char **ret_culprit)
{
	const char *const places[] = { saver->part, saver->fresh };

	for (size_t i = 0; i < CB_COUNT(places); i++) {
		struct stat st;
		int rc = lstat(places[i], &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EEXIST;

		if (rc != -EEXIST && rc != -ENAMETOOLONG)
			continue;
		*ret_culprit = places[i];
		return rc;
	}
	return 0;
}

/* path with end behind it, allocated; NULL: no memory. */
static char *lengthened(const char *path, const char *end)
{
	char *longer = malloc(strlen(path) + strlen(end) + 1);

	if (longer)
		stpcpy(stpcpy(longer, path), end);
	return longer;
}

static int name_files(struct cb_saver *saver, const char *path)
{
	if (!*path)
		return -ENOENT;
	saver->path = strdup(path);
	saver->target = realpath(path, NULL);
	if (!saver->target)
		saver->target = strdup(path);
	if (!saver->path || !saver->target)
		return -ENOMEM;
	saver->part = lengthened(saver->target, ".part");
	saver->fresh = lengthened(saver->target, ".part.new");
	return saver->part && saver->fresh ? 0 : -ENOMEM;
}

int cb_saver_init(struct cb_saver *ret, const char *path, struct cb_error *err)
{
	struct cb_saver saver = { 0 };
	const char *culprit = path;
	int rc = name_files(&saver, path);

	rc = rc ? rc : probe_target(&saver);
	if (!rc && !saver.direct) {
		rc = probe_places(&saver, &culprit);
		rc = rc ? rc : probe_folder(&saver);
	}
	if (rc)
		save_error(err, rc, culprit);
	if (rc)
		cb_saver_release(&saver);
	else
		*ret = saver;
	return rc;
}

/* ---- what ---------------------------------------------------------------------------------------- */

static int write_result(const void *arg, int (*put)(void *arg, const char *text, size_t n), void *put_arg)
{
	return cb_result_write(arg, put, put_arg);
}

static struct cb_document document_of(const struct cb_result *result)
{
	return (struct cb_document){ .write = write_result, .arg = result };
}

/* ---- writing ------------------------------------------------------------------------------------- */

static int put_fd(void *arg, const char *text, size_t n)
{
	int fd = *(int *)arg;

	while (n) {
		ssize_t written = write(fd, text, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		n -= (size_t)written;
	}
	return 0;
}

/* Writes all, waits for the disk where there is one, closes fd. A device has nothing to wait for. */
static int write_and_close(int fd, const struct cb_document *document)
{
	int rc = document->write(document->arg, put_fd, &fd);

	if (!rc && fsync(fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

/* One that a killed run left goes first; O_EXCL then makes sure that no link is followed. */
static int write_fresh(const struct cb_saver *saver, const struct cb_document *document)
{
	int fd, rc;

	unlink(saver->fresh);
	fd = open(saver->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	rc = write_and_close(fd, document);
	if (rc)
		unlink(saver->fresh);
	return rc;
}

/* The folder is not synced: whichever of the two a power cut leaves under the name is a complete save. */
static int write_part(struct cb_saver *saver, const struct cb_document *document)
{
	int rc = write_fresh(saver, document);

	if (!rc && rename(saver->fresh, saver->part)) {
		rc = -errno;
		unlink(saver->fresh);
	}
	saver->kept |= !rc;
	return rc;
}

static int write_direct(struct cb_saver *saver, const struct cb_document *document)
{
	int fd = open(saver->target, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : write_and_close(fd, document);
}

/* A folder that cannot be read can be written all the same; its name then reaches the disk when it does. */
static int sync_folder(const char *path)
{
	int fd = open_folder(path), rc = 0;

	if (fd < 0)
		return fd == -EACCES ? 0 : fd;
	if (fsync(fd) && errno != EINVAL)
		rc = -errno;
	close(fd);
	return rc;
}

static int replace_target(struct cb_saver *saver)
{
	if (rename(saver->part, saver->target))
		return -errno;
	saver->kept = false;
	return sync_folder(saver->target);
}

/* ---- when ---------------------------------------------------------------------------------------- */

/* Samples, or failures to tell of; a plan of skipped cells alone is nothing. */
static bool worth_saving(const struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++)
		if (result->cells[i].samples_n || cb_cell_result_failed(&result->cells[i]))
			return true;
	return false;
}

static bool has_number(const struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++)
		if ((result->cells[i].status == CB_OK && cb_cell_result_counted(&result->cells[i])) ||
			result->cells[i].fault.n)
			return true;
	return false;
}

int cb_saver_checkpoint_document(
	struct cb_saver *saver, const struct cb_document *document, struct cb_error *err)
{
	uint64_t now = cb_now_ns();
	int rc;

	if (saver->direct || (saver->last_ns && now - saver->last_ns < CHECKPOINT_NS))
		return 0;
	rc = write_part(saver, document);
	saver->last_ns = cb_now_ns();
	return rc ? later_save_error(saver, rc, err) : 0;
}

int cb_saver_checkpoint(struct cb_saver *saver, const struct cb_result *result, struct cb_error *err)
{
	struct cb_result unfinished = *result;
	struct cb_document document = document_of(&unfinished);

	unfinished.partial = true;
	return worth_saving(result) ? cb_saver_checkpoint_document(saver, &document, err) : 0;
}

int cb_saver_finish_document(struct cb_saver *saver, const struct cb_document *document,
	const char **ret_path, struct cb_error *err)
{
	bool replace = !saver->existed || document->complete;
	int rc = saver->direct ? write_direct(saver, document) : write_part(saver, document);

	if (!rc && replace && !saver->direct)
		rc = replace_target(saver);
	if (rc)
		return later_save_error(saver, rc, err);
	*ret_path = replace || saver->direct ? saver->path : saver->part;
	return 0;
}

int cb_saver_finish(
	struct cb_saver *saver, const struct cb_result *result, const char **ret_path, struct cb_error *err)
{
	struct cb_document document = document_of(result);

	if (!worth_saving(result)) {
		*ret_path = NULL;
		return 0;
	}
	document.complete = !result->partial && has_number(result);
	return cb_saver_finish_document(saver, &document, ret_path, err);
}

void cb_saver_release(struct cb_saver *saver)
{
	if (!saver)
		return;
	free(saver->path);
	free(saver->target);
	free(saver->part);
	free(saver->fresh);
	*saver = (struct cb_saver){ 0 };
}
