/* Where a command's program is: looked for once, so that each execution starts the same one. */
#include "lib/base/param.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/parse.h"

/* 0 when path is a program that may be executed. */
static int check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || access(path, X_OK))
		return -EACCES;
	return 0;
}

/* folder (n bytes, "" is the working directory) / name into path. False: too long. */
static bool join(const char *folder, size_t n, const char *name, char path[CB_FILE_PATH_MAX])
{
	int bytes = n ? snprintf(path, CB_FILE_PATH_MAX, "%.*s/%s", (int)n, folder, name)
		      : snprintf(path, CB_FILE_PATH_MAX, "./%s", name);

	return bytes > 0 && bytes < CB_FILE_PATH_MAX;
}

/* As execvp(3): the first on PATH that may be executed; else why the first that is there may not. */
static int search(const char *name, char path[CB_FILE_PATH_MAX])
{
	const char *at = getenv("PATH");
	int why = -ENOENT;

	for (at = at ? at : "/bin:/usr/bin"; at;) {
		size_t n = strcspn(at, ":");
		int r = join(at, n, name, path) ? check_program(path) : -ENAMETOOLONG;

		if (!r)
			return 0;
		if (r != -ENOENT && r != -ENOTDIR && why == -ENOENT)
			why = r;
		at = at[n] ? at + n + 1 : NULL;
	}
	return why;
}

int cb_program_find(const char *name, struct cb_file *ret, struct cb_error *err)
{
	struct cb_file file = { 0 };
	char quoted[CB_QUOTE_SIZE];
	int r;

	if (!strchr(name, '/'))
		r = search(name, file.path);
	else if (strlen(name) >= sizeof file.path)
		r = -ENAMETOOLONG;
	else
		r = check_program(memcpy(file.path, name, strlen(name) + 1));
	cb_quote(name, quoted, sizeof quoted);
	if (r == -ENOENT)
		return cb_error_set(
			err, r, "there is no program '%s'%s", quoted, strchr(name, '/') ? "" : " on PATH");
	if (r)
		return cb_error_set(err, r, "the program '%s' cannot be executed: %s", quoted, strerror(-r));
	cb_file_identify(&file, NULL); /* one that may be executed but not read has no identity */
	*ret = file;
	return 0;
}
