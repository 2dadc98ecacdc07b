/*
 * Files that parameters name: what was in them is part of what was measured.
 */
#include "lib/base/param.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK_BYTES 65536

static int file_error(const char *what, const char *path, int code, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(
		err, code, "cannot %s '%s': %s", what, cb_quote(path, q, sizeof q), strerror(-code));
}

static int check_regular(int fd, const char *path, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];
	struct stat st;

	if (fstat(fd, &st))
		return file_error("examine", path, -errno, err);
	if (!S_ISREG(st.st_mode))
		return cb_error_set(err, -EINVAL, "'%s' is not a regular file: name one with data in it",
			cb_quote(path, q, sizeof q));
	return 0;
}

/* Reads, not maps: a file that shrinks meanwhile would be a SIGBUS. */
static int sum_content(int fd, struct cb_file *file, struct cb_error *err)
{
	unsigned char chunk[CHUNK_BYTES];
	uLong crc = crc32_z(0, NULL, 0);
	uint64_t size = 0;
	ssize_t n;

	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return file_error("read", file->path, -errno, err);
		crc = crc32_z(crc, chunk, (size_t)n);
		size += (uint64_t)n;
	}
	file->size_bytes = size;
	file->crc32 = (uint32_t)crc;
	return 0;
}

/* O_NONBLOCK: opening a pipe that nobody writes to must not wait. Regular files do not care. */
int cb_file_identify(struct cb_file *file, struct cb_error *err)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), code;

	if (fd < 0)
		return file_error("open", file->path, -errno, err);
	code = check_regular(fd, file->path, err);
	if (!code)
		code = sum_content(fd, file, err);
	close(fd);
	return code;
}

static int identify_file(void *field, struct cb_error *err)
{
	struct cb_file file;
	int code;

	memcpy(&file, field, sizeof file);
	code = file.path[0] ? cb_file_identify(&file, err) : 0;
	if (!code)
		memcpy(field, &file, sizeof file);
	return code;
}

/* The program stands in the first word. */
static int identify_program(char *field, struct cb_error *err)
{
	struct cb_file file;
	uint32_t words;
	int code;

	memcpy(&words, field + offsetof(struct cb_argv, words), sizeof words);
	if (!words)
		return 0;
	code = cb_program_find(field + offsetof(struct cb_argv, text), &file, err);
	if (!code)
		memcpy(field + offsetof(struct cb_argv, program), &file, sizeof file);
	return code;
}

int cb_params_identify_files(const struct cb_workload *workload, void *data, struct cb_error *err)
{
	int code = 0;

	for (const struct cb_param *p = workload->params; p && p->name && !code; p++) {
		if (p->type == CB_PARAM_FILE)
			code = identify_file((char *)data + p->offset, err);
		else if (p->type == CB_PARAM_COMMAND)
			code = identify_program((char *)data + p->offset, err);
	}
	return code;
}
