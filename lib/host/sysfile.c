#include "lib/host/sysfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fills buf from fd up to size bytes, as files of /proc come in pieces of a page. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, buf + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static ssize_t read_path(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read_all(fd, buf, size);
	close(fd);
	return got;
}

char *cb_sysfile_read(const char *path, size_t max_bytes)
{
	char *text = malloc(max_bytes + 1);
	ssize_t got;

	if (!text)
		return NULL;
	got = read_path(path, text, max_bytes);
	if (got < 0) {
		free(text);
		errno = (int)-got;
		return NULL;
	}
	text[got] = '\0';
	return text;
}

/* Cuts text to its first line and drops the blanks around it, in place. */
static void first_line(char *text)
{
	char *start = text + strspn(text, " \t");
	size_t length = strcspn(start, "\n");

	while (length && isspace((unsigned char)start[length - 1]))
		length--;
	memmove(text, start, length);
	text[length] = '\0';
}

int cb_sysfile_line(const char *path, char *buf, size_t size)
{
	ssize_t got = read_path(path, buf, size - 1);

	buf[got < 0 ? 0 : got] = '\0';
	first_line(buf);
	return got < 0 ? (int)got : 0;
}

int cb_sysfile_u64(const char *path, uint64_t *ret)
{
	char line[64], *end;
	int r = cb_sysfile_line(path, line, sizeof line);

	if (r < 0)
		return r;
	if (strcmp(line, "max") == 0) {
		*ret = CB_NONE;
		return 0;
	}
	if (!isdigit((unsigned char)line[0]))
		return -EINVAL;
	errno = 0;
	uint64_t value = strtoull(line, &end, 10);
	if (*end || errno)
		return -EINVAL;
	*ret = value;
	return 0;
}

uint64_t cb_sysfile_find_u64(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) != 0)
			continue;
		const char *value = line + length;
		if (*value != ':' && *value != ' ' && *value != '\t')
			continue;
		value += strspn(value, ": \t");
		if (isdigit((unsigned char)*value))
			return strtoull(value, NULL, 10);
	}
	return CB_NONE;
}
