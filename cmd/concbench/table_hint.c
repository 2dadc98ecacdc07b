#include "cmd/concbench/table_hint.h"

#include "cmd/concbench/shell_word.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From the program's folder: as installed, and as built into build/ and build/PROFILE/. */
static const char *const places[] = { "../share/concbench/table.py", "../scripts/table.py",
	"../../scripts/table.py" };

/* The program's folder, with a slash at its end. */
static bool program_folder(char ret[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);

	while (n > 0 && ret[n - 1] != '/')
		n--;
	if (n <= 0)
		return false;
	ret[n] = '\0';
	return true;
}

/* The part of path below the current folder, else path. */
static const char *from_here(const char *path)
{
	char here[PATH_MAX];
	size_t n;

	if (!getcwd(here, sizeof here))
		return path;
	n = strlen(here);
	return !strncmp(path, here, n) && path[n] == '/' ? path + n + 1 : path;
}

static bool find_script(char ret[PATH_MAX])
{
	char folder[PATH_MAX], path[2 * PATH_MAX];

	if (!program_folder(folder))
		return false;
	for (size_t i = 0; i < CB_COUNT(places); i++) {
		snprintf(path, sizeof path, "%s%s", folder, places[i]);
		if (realpath(path, ret) && !access(ret, X_OK))
			return true;
	}
	return false;
}

char *cb_table_hint(const char *result, char *buf, size_t size)
{
	char script[PATH_MAX];
	size_t n;

	*buf = '\0';
	if (!find_script(script) || !cb_shell_word(from_here(script), buf, size))
		return strcpy(buf, "");
	n = strlen(buf);
	if (n + 1 >= size)
		return strcpy(buf, "");
	buf[n++] = ' ';
	return cb_shell_word(result, buf + n, size - n) ? buf : strcpy(buf, "");
}
