#include "cmd/concbench/files.h"

#include "cmd/concbench/cmd.h"
#include "cmd/concbench/stdout_json.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RESULTS "results"

char *cb_default_path(const char *prefix, const struct cb_host *host, bool stamped)
{
	char name[sizeof host->hostname], stamp[32] = "", *path;
	time_t now = time(NULL);
	struct tm utc;
	size_t n = 0;

	for (; n < sizeof name - 1 && host->hostname[n]; n++)
		name[n] = isalnum((unsigned char)host->hostname[n]) ? host->hostname[n] : '-';
	name[n] = '\0';
	gmtime_r(&now, &utc);
	if (stamped)
		strftime(stamp, sizeof stamp, "-%Y%m%dT%H%M%SZ", &utc);
	if (mkdir(RESULTS, 0777) < 0 && errno != EEXIST) {
		cb_complain(RESULTS, strerror(errno));
		return NULL;
	}
	if (asprintf(&path, RESULTS "/%s%s%s%s.json", prefix, *prefix ? "-" : "", n ? name : "host", stamp) <
		0) {
		cb_complain(RESULTS, "out of memory");
		return NULL;
	}
	return path;
}

int cb_open_output(const char *output, const char *prefix, const struct cb_host *host, bool stamped,
	struct cb_saver *saver, char **ret_path, bool *ret_saving)
{
	struct cb_error err = { 0 };

	if (output ? !strcmp(output, "-") : !isatty(STDOUT_FILENO))
		return cb_stdout_check();
	*ret_path = output ? strdup(output) : cb_default_path(prefix, host, stamped);
	if (!*ret_path)
		return CB_EXIT_UNSAVED;
	if (cb_saver_init(saver, *ret_path, &err) < 0) {
		cb_complain("--output", err.text);
		return CB_EXIT_UNSAVED;
	}
	*ret_saving = true;
	return 0;
}

int cb_scratch_dir(char **dir, struct cb_error *err)
{
	const char *tmpdir = getenv("TMPDIR");

	if (!*dir)
		*dir = strdup(tmpdir && *tmpdir ? tmpdir : "/var/tmp");
	if (!*dir)
		return cb_error_set(err, -ENOMEM, "out of memory");
	if (access(*dir, W_OK | X_OK) < 0)
		return cb_error_set(err, -errno, "'%.100s' cannot be written: %s", *dir, strerror(errno));
	return 0;
}

/* All of fd, whose size is n. NULL: *err says why. */
static char *read_all(int fd, size_t n, struct cb_error *err)
{
	char *text = malloc(n + 1);
	ssize_t got = 0;
	size_t at = 0;

	while (text && at < n && (got = read(fd, text + at, n - at)) > 0)
		at += (size_t)got;
	if (text && at == n) {
		text[n] = '\0';
		return text;
	}
	if (!text)
		cb_error_set(err, -ENOMEM, "out of memory");
	else if (got < 0)
		cb_error_set(err, -errno, "%s", strerror(errno));
	else
		cb_error_set(err, -EINVAL, "became shorter while it was read");
	free(text);
	return NULL;
}

char *cb_read_file(const char *path, size_t max, size_t *ret_n, struct cb_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *text = NULL;

	if (fd < 0 || fstat(fd, &st)) {
		cb_error_set(err, -errno, "%s", strerror(errno));
	} else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > max) {
		cb_error_set(err, -EINVAL, "is no file of results");
	} else {
		*ret_n = (size_t)st.st_size;
		text = read_all(fd, *ret_n, err);
	}
	if (fd >= 0)
		close(fd);
	return text;
}
