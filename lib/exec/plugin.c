/*
 * The description is made in memory that the child shares with the harness, at the same address in both, so
 * that pointers need no translation. The child is not trusted: once it is gone the harness takes a private
 * copy, and looks at every pointer and string before it follows it.
 */
#include "lib/exec/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/param.h"
#include "lib/base/workload_check.h"
#include "lib/exec/guard.h"

#define ARENA_BYTES     ((size_t)256 << 10) /* for all that a plugin says of its workloads */
#define LOAD_TIMEOUT_NS UINT64_C(10000000000)

/* What the loading child writes, and what stays of it. */
struct arena {
	struct cb_error error; /* why it cannot be used */
	unsigned n;
	struct cb_workload workloads[CB_PLUGIN_WORKLOADS_MAX];
	size_t used; /* of bytes[] */
	_Alignas(16) char bytes[];
};

#define ROOM (ARENA_BYTES - sizeof(struct arena))

struct cb_plugin_file {
	struct cb_file file; /* absolute path */
	struct stat stat;    /* when it was described: by it children see that it is still the same */
	struct arena *arena;
};

/* What the loading child is asked. */
struct question {
	const struct cb_plugin_file *file;
	struct arena *arena;
};

/* ---- loading, in a child ----------------------------------------------------------------------- */

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The linker's sentence without the path in front, which ours names already. */
static const char *linker_error(const char *path)
{
	const char *text = dlerror();
	size_t n = strlen(path);

	if (!text)
		return "no reason is known";
	return !strncmp(text, path, n) && !strncmp(text + n, ": ", 2) ? text + n + 2 : text;
}

static int check_exports(const struct cb_plugin *exports, struct cb_error *err)
{
	if (!exports)
		return cb_error_set(err, -EINVAL,
			"it exports no " CB_PLUGIN_SYMBOL
			": put CB_PLUGIN(&cb_workload_NAME); into one of its source files");
	if (exports->abi != CB_ABI || exports->size != sizeof(struct cb_workload))
		return cb_error_set(err, -EINVAL,
			"it was compiled for another concbench (ABI %u, %u bytes a workload; this one: ABI "
			"%u, %zu bytes): compile it again with this one's workload.h",
			exports->abi, exports->size, CB_ABI, sizeof(struct cb_workload));
	if (!exports->workloads || !exports->workloads[0])
		return cb_error_set(err, -EINVAL, "it names no workload in CB_PLUGIN");
	return 0;
}

static const struct cb_plugin *load(const struct cb_plugin_file *file, struct cb_error *err)
{
	const struct cb_plugin *exports;
	struct stat now;
	void *object;

	if (stat(file->file.path, &now) || !is_same(&now, &file->stat)) {
		cb_error_set(err, -ESTALE, "it has changed since the run began: start again");
		return NULL;
	}
	object = dlopen(file->file.path, RTLD_NOW | RTLD_LOCAL);
	if (!object) {
		cb_error_set(err, -EINVAL, "%s", linker_error(file->file.path));
		return NULL;
	}
	exports = dlsym(object, CB_PLUGIN_SYMBOL);
	return check_exports(exports, err) ? NULL : exports;
}

/* ---- describing, in a child -------------------------------------------------------------------- */

/* NULL when the arena is full, which is noted. */
static void *copy(struct arena *arena, const void *from, size_t bytes)
{
	size_t at = (arena->used + 15) & ~(size_t)15;

	if (at > ROOM || bytes > ROOM - at) {
		cb_error_set(&arena->error, -E2BIG, "its names and tables take more than 256 KiB");
		return NULL;
	}
	arena->used = at + bytes;
	return memcpy(arena->bytes + at, from, bytes);
}

static const char *copy_text(struct arena *arena, const char *text)
{
	return text ? copy(arena, text, strlen(text) + 1) : NULL;
}

static const char *const *copy_words(struct arena *arena, const char *const *words)
{
	const char **mine;
	size_t n = 0;

	while (words && words[n])
		n++;
	mine = words ? copy(arena, words, (n + 1) * sizeof *words) : NULL;
	for (size_t i = 0; mine && i < n; i++)
		mine[i] = copy_text(arena, words[i]);
	return mine;
}

static const struct cb_param *copy_params(struct arena *arena, const struct cb_param *params)
{
	struct cb_param *mine;
	size_t n = 0;

	while (params && params[n].name)
		n++;
	mine = params ? copy(arena, params, (n + 1) * sizeof *params) : NULL;
	for (size_t i = 0; mine && i < n; i++) {
		mine[i].name = copy_text(arena, params[i].name);
		mine[i].unit = copy_text(arena, params[i].unit);
		mine[i].def = copy_text(arena, params[i].def);
		mine[i].words = copy_words(arena, params[i].words);
		mine[i].help = copy_text(arena, params[i].help);
	}
	return mine;
}

static const struct cb_metric *copy_metrics(struct arena *arena, const struct cb_metric *metrics)
{
	struct cb_metric *mine;
	size_t n = 0;

	while (metrics && metrics[n].name)
		n++;
	mine = metrics ? copy(arena, metrics, (n + 1) * sizeof *metrics) : NULL;
	for (size_t i = 0; mine && i < n; i++) {
		mine[i].name = copy_text(arena, metrics[i].name);
		mine[i].unit = copy_text(arena, metrics[i].unit);
		mine[i].help = copy_text(arena, metrics[i].help);
	}
	return mine;
}

/* One of another size is not looked into: only the first fields are where they are expected. */
static void describe_one(struct arena *arena, const struct cb_workload *w)
{
	struct cb_workload *mine = &arena->workloads[arena->n++];

	if (w->abi != CB_ABI || w->size != sizeof *w) {
		cb_error_set(&arena->error, -EINVAL,
			"workload %u has not the abi and size of workload.h: set them to CB_ABI and "
			"sizeof(struct cb_workload)",
			arena->n);
		return;
	}
	*mine = *w;
	mine->name = copy_text(arena, w->name);
	mine->summary = copy_text(arena, w->summary);
	mine->unit = copy_text(arena, w->unit);
	mine->params = copy_params(arena, w->params);
	mine->locks = copy_words(arena, w->locks);
	mine->price = copy_text(arena, w->price);
	mine->price_base = copy_text(arena, w->price_base);
	mine->finding = copy_text(arena, w->finding);
	mine->metrics = copy_metrics(arena, w->metrics);
}

static void describe(void *arg)
{
	const struct question *q = arg;
	const struct cb_plugin *exports = load(q->file, &q->arena->error);
	unsigned n = 0;

	while (exports && !q->arena->error.code && exports->workloads[n]) {
		if (n++ == CB_PLUGIN_WORKLOADS_MAX)
			cb_error_set(&q->arena->error, -E2BIG, "it has more than %d workloads",
				CB_PLUGIN_WORKLOADS_MAX);
		else
			describe_one(q->arena, exports->workloads[n - 1]);
	}
}

/* ---- believing it, in the harness -------------------------------------------------------------- */

/* Whether n objects of a size may be read at p. */
static bool is_inside(const struct arena *arena, const void *p, size_t size, size_t n)
{
	uintptr_t at = (uintptr_t)p, from = (uintptr_t)arena->bytes, to = from + arena->used;

	return at >= from && at < to && at % _Alignof(max_align_t) == 0 && n <= (to - at) / size;
}

/* The end of the arena is a NUL, so that a string which begins inside ends inside. */
static bool is_text(const struct arena *arena, const char *text)
{
	return !text || is_inside(arena, text, 1, 1);
}

static bool are_words(const struct arena *arena, const char *const *words)
{
	size_t n = 0;

	if (!words)
		return true;
	while (is_inside(arena, words, sizeof *words, n + 1) && words[n] && is_text(arena, words[n]))
		n++;
	return is_inside(arena, words, sizeof *words, n + 1) && !words[n];
}

static bool are_params(const struct arena *arena, const struct cb_param *p)
{
	size_t n = 0;

	if (!p)
		return true;
	for (; is_inside(arena, p, sizeof *p, n + 1) && p[n].name; n++)
		if (!is_text(arena, p[n].name) || !is_text(arena, p[n].unit) || !is_text(arena, p[n].def) ||
			!is_text(arena, p[n].help) || !are_words(arena, p[n].words))
			return false;
	return is_inside(arena, p, sizeof *p, n + 1);
}

static bool are_metrics(const struct arena *arena, const struct cb_metric *m)
{
	size_t n = 0;

	if (!m)
		return true;
	for (; is_inside(arena, m, sizeof *m, n + 1) && m[n].name; n++)
		if (!is_text(arena, m[n].name) || !is_text(arena, m[n].unit) || !is_text(arena, m[n].help))
			return false;
	return is_inside(arena, m, sizeof *m, n + 1);
}

static int check_one(const struct arena *arena, const struct cb_workload *w, struct cb_error *err)
{
	if (!is_text(arena, w->name) || !is_text(arena, w->summary) || !is_text(arena, w->unit) ||
		!is_text(arena, w->price) || !is_text(arena, w->price_base) || !is_text(arena, w->finding) ||
		!are_words(arena, w->locks) || !are_params(arena, w->params) ||
		!are_metrics(arena, w->metrics))
		return cb_error_set(err, -EINVAL, "what it says of its workloads makes no sense");
	return cb_workload_check(w, err);
}

/* Takes what the child wrote out of its reach, under the same address. */
static int make_private(struct arena *arena)
{
	void *mine = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mine == MAP_FAILED)
		return -ENOMEM;
	memcpy(mine, arena, sizeof *arena + (arena->used <= ROOM ? arena->used : ROOM));
	if (mremap(mine, ARENA_BYTES, ARENA_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, arena) != arena)
		return -errno;
	return 0;
}

static int believe(struct cb_plugin_file *file, struct cb_error *err)
{
	struct arena *arena = file->arena;
	int r = make_private(arena);

	if (r)
		return cb_error_set(err, r, "no memory for what it says");
	arena->error.text[sizeof arena->error.text - 1] = '\0';
	if (arena->error.code)
		return cb_error_set(err, -EINVAL, "%s", cb_tame(arena->error.text));
	if (arena->n < 1 || arena->n > CB_PLUGIN_WORKLOADS_MAX || arena->used >= ROOM)
		return cb_error_set(err, -EINVAL, "what it says of its workloads makes no sense");
	arena->bytes[arena->used] = '\0';
	for (unsigned i = 0; i < arena->n && !r; i++) {
		r = check_one(arena, &arena->workloads[i], err);
		arena->workloads[i].origin = file;
	}
	return r;
}

/* ---- the file ------------------------------------------------------------------------------------ */

/*
 * Absolute, so that dlopen searches nothing and a change of the working directory changes nothing. A file
 * without a name, as the copy of a gate's null arm, is reached below /proc alone. NULL with errno.
 */
static char *absolute_path(const char *path)
{
	char *absolute = realpath(path, NULL);

	return absolute || *path != '/' ? absolute : strdup(path);
}

static int find(struct cb_plugin_file *file, const char *path, struct cb_error *err)
{
	char *absolute = absolute_path(path);
	int r = 0;

	if (!absolute || stat(absolute, &file->stat))
		r = -errno;
	else if (strlen(absolute) >= sizeof file->file.path)
		r = -ENAMETOOLONG;
	else
		memcpy(file->file.path, absolute, strlen(absolute) + 1);
	free(absolute);
	return r ? cb_error_set(err, r, "%s", strerror(-r)) : cb_file_identify(&file->file, err);
}

static int ask(struct cb_plugin_file *file, struct cb_error *err)
{
	struct question q = { .file = file };
	struct cb_error why = { 0 };
	int r;

	q.arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (q.arena == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "no memory for what it says");
	file->arena = q.arena;
	r = cb_guard_run(describe, &q, LOAD_TIMEOUT_NS, &why);
	return r ? cb_error_set(err, r, "loading it %s", why.text) : believe(file, err);
}

int cb_plugin_file_load(const char *path, struct cb_plugin_file **ret, struct cb_error *err)
{
	struct cb_plugin_file *file = calloc(1, sizeof *file);
	struct cb_error why = { 0 };
	char quoted[128];
	int r;

	if (!file)
		return cb_error_set(err, -ENOMEM, "no memory for a plugin");
	r = find(file, path, &why);
	if (!r)
		r = ask(file, &why);
	if (!r) {
		*ret = file;
		return 0;
	}
	cb_plugin_file_free(file);
	return cb_error_set(
		err, r, "cannot use '%s': %.200s", cb_quote(path, quoted, sizeof quoted), why.text);
}

void cb_plugin_file_free(struct cb_plugin_file *file)
{
	if (!file)
		return;
	if (file->arena)
		munmap(file->arena, ARENA_BYTES);
	free(file);
}

const struct cb_workload *cb_plugin_file_workload(const struct cb_plugin_file *file, unsigned n)
{
	return n < file->arena->n ? &file->arena->workloads[n] : NULL;
}

const struct cb_file *cb_workload_file(const struct cb_workload *workload)
{
	const struct cb_plugin_file *file = workload->origin;

	return file ? &file->file : NULL;
}

static const struct cb_workload *find_named(const struct cb_plugin *exports, const char *name)
{
	for (unsigned i = 0; i < CB_PLUGIN_WORKLOADS_MAX && exports->workloads[i]; i++)
		if (!strcmp(exports->workloads[i]->name, name))
			return exports->workloads[i];
	return NULL;
}

const struct cb_workload *cb_workload_enter(const struct cb_workload *workload, struct cb_error *err)
{
	const struct cb_plugin_file *file = workload->origin;
	const struct cb_plugin *exports;
	const struct cb_workload *found;
	struct cb_error why = { 0 };

	if (!file)
		return workload;
	exports = load(file, &why);
	found = exports ? find_named(exports, workload->name) : NULL;
	if (!found)
		cb_error_set(err, why.code ? why.code : -ENOENT, "cannot load '%.100s' again: %.120s",
			file->file.path, why.code ? why.text : "the workload is gone");
	return found;
}
