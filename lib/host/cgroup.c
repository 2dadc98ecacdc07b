#include "lib/host/cgroup.h"

#include "lib/host/sysfile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (4u << 20) /* mountinfo of a host with thousands of containers stays below */

/* One line of mountinfo, cut in place. */
struct mount {
	char *root, *point, *type, *options;
};

/* What a walk needs to know while it goes through the mounts. */
struct walk {
	const char *prefix; /* of all paths: "" for the running host */
	const char *controller;
	const char *memberships; /* /proc/self/cgroup */
	cb_cgroup_visit *visit;
	void *arg;
};

/* Whether word is an item of a comma list of the given length. */
static bool list_has(const char *list, size_t length, const char *word)
{
	size_t n = strlen(word);

	for (const char *end = list + length; list < end;) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		size_t item = (size_t)((comma ? comma : end) - list);

		if (item == n && memcmp(list, word, n) == 0)
			return true;
		list += item + 1;
	}
	return false;
}

/* mountinfo writes blanks and backslashes as \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' &&
			from[3] >= '0' && from[3] <= '7') {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/*
 * "id parent major:minor ROOT POINT options [optional]... - TYPE source OPTIONS"; false for anything else.
 */
static bool parse_mount(char *line, struct mount *ret)
{
	char *save, *field[5], *rest = strstr(line, " - ");

	if (!rest)
		return false;
	*rest = '\0';
	for (unsigned i = 0; i < CB_COUNT(field); i++)
		if (!(field[i] = strtok_r(i ? NULL : line, " ", &save)))
			return false;
	ret->root = field[3];
	ret->point = field[4];
	ret->type = strtok_r(rest + 3, " ", &save);
	if (!ret->type || !strtok_r(NULL, " ", &save))
		return false;
	ret->options = strtok_r(NULL, " ", &save);
	if (!ret->options || ret->root[0] != '/' || ret->point[0] != '/')
		return false;
	unescape(ret->root);
	unescape(ret->point);
	return true;
}

/*
 * Copies the path of this process in one hierarchy out of lines "id:controllers:path": version 1 has the
 * controller in its list, version 2 has id 0 and no list.
 */
static bool own_path(const char *memberships, const char *controller, enum cb_cgroup_version version,
	char *ret, size_t size)
{
	for (const char *line = memberships; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		size_t length = strcspn(line, "\n");
		const char *list = memchr(line, ':', length);
		const char *path = list ? memchr(list + 1, ':', length - (size_t)(list + 1 - line)) : NULL;

		if (!path || path[1] != '/')
			continue;
		list++;
		size_t list_length = (size_t)(path - list);
		bool match = version == CB_CGROUP_V2 ? list_length == 0 && line[0] == '0'
						     : list_has(list, list_length, controller);
		size_t path_length = length - (size_t)(path + 1 - line);
		if (!match || path_length >= size)
			continue;
		memcpy(ret, path + 1, path_length);
		ret[path_length] = '\0';
		return true;
	}
	return false;
}

/* How many leading components of a path are "..". */
static unsigned leading_ups(const char *path)
{
	unsigned n = 0;

	while (strncmp(path, "/..", 3) == 0 && (path[3] == '/' || path[3] == '\0')) {
		path += 3;
		n++;
	}
	return n;
}

const char *cb_cgroup_below(const char *path, const char *mount_root)
{
	size_t length = strcmp(mount_root, "/") == 0 ? 0 : strlen(mount_root);
	unsigned root_ups = leading_ups(mount_root);

	if (strncmp(path, mount_root, length) == 0 && (path[length] == '/' || path[length] == '\0')) {
		path += length;
		if (leading_ups(path) == 0)
			return strcmp(path, "/") == 0 ? "" : path;
	}
	if (strlen(mount_root) == root_ups * 3 && leading_ups(path) < root_ups)
		return "";
	return NULL;
}

static void walk_mount(const struct walk *walk, const struct mount *mount)
{
	char path[PATH_MAX], dir[2 * PATH_MAX];
	enum cb_cgroup_version version;
	const char *below;
	size_t top;
	int length;

	if (strcmp(mount->type, "cgroup2") == 0)
		version = CB_CGROUP_V2;
	else if (strcmp(mount->type, "cgroup") == 0 &&
		 list_has(mount->options, strlen(mount->options), walk->controller))
		version = CB_CGROUP_V1;
	else
		return;
	if (!own_path(walk->memberships, walk->controller, version, path, sizeof path))
		return;
	below = cb_cgroup_below(path, mount->root);
	if (!below)
		return;
	length = snprintf(dir, sizeof dir, "%s%s%s", walk->prefix, mount->point, below);
	if (length < 0 || (size_t)length >= sizeof dir)
		return;
	top = (size_t)length - strlen(below);
	walk->visit(walk->arg, dir, version);
	while (strlen(dir) > top) {
		*strrchr(dir, '/') = '\0';
		walk->visit(walk->arg, dir, version);
	}
}

static char *read_proc(const char *prefix, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/proc/self/%s", prefix, name) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return cb_sysfile_read(path, TEXT_MAX);
}

int cb_cgroup_each(const char *root, const char *controller, cb_cgroup_visit *visit, void *arg)
{
	struct walk walk = { .prefix = strcmp(root, "/") == 0 ? "" : root,
		.controller = controller,
		.visit = visit,
		.arg = arg };
	char *mounts, *memberships, *save;
	struct mount mount;
	int r = 0;

	mounts = read_proc(walk.prefix, "mountinfo");
	if (!mounts)
		return -errno;
	memberships = read_proc(walk.prefix, "cgroup");
	if (!memberships) {
		r = -errno;
		goto out;
	}
	walk.memberships = memberships;
	for (char *line = strtok_r(mounts, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (parse_mount(line, &mount))
			walk_mount(&walk, &mount);
out:
	free(memberships);
	free(mounts);
	return r;
}
