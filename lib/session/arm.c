#include "lib/session/arm.h"

#include "lib/session/arm_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLAN_TIMEOUT_NS 60000000000u
#define STEP_MAX        10000u
#define AROUND_TIMEOUT_NS \
	20000000000u /* what a program may take around its sample: start, preparation, oracle */

const struct cb_arm_kind *const cb_arm_kinds[] = { &cb_arm_concbench, &cb_arm_plugin, &cb_arm_command, NULL };

/* ---- words ---- */

int cb_words_add(struct cb_words *words, const char *text)
{
	char **v = realloc(words->v, (words->n + 2) * sizeof *v);

	if (!v)
		return -ENOMEM;
	words->v = v;
	v[words->n] = strdup(text);
	v[words->n + 1] = NULL;
	if (!v[words->n])
		return -ENOMEM;
	words->n++;
	return 0;
}

int cb_words_add_option(struct cb_words *words, const char *name, const char *value)
{
	char *word;
	int r;

	if (!value)
		return 0;
	if (asprintf(&word, "--%s=%s", name, value) < 0)
		return -ENOMEM;
	r = cb_words_add(words, word);
	free(word);
	return r;
}

static int add_all(struct cb_words *words, const struct cb_words *more)
{
	int r = 0;

	for (size_t i = 0; !r && i < more->n; i++)
		r = cb_words_add(words, more->v[i]);
	return r;
}

/* ---- opening ---- */

static const struct cb_arm_kind *find_kind(const char *text, const char **ret_rest)
{
	for (const struct cb_arm_kind *const *k = cb_arm_kinds; *k; k++) {
		size_t n = strlen((*k)->name);

		if (!strncmp(text, (*k)->name, n) && text[n] == ':') {
			*ret_rest = text + n + 1;
			return *k;
		}
	}
	return NULL;
}

static int unknown_kind(const char *text, struct cb_error *err)
{
	char quoted[CB_QUOTE_SIZE], forms[128] = "";

	for (const struct cb_arm_kind *const *k = cb_arm_kinds; *k; k++)
		snprintf(forms + strlen(forms), sizeof forms - strlen(forms), "%s%s",
			k == cb_arm_kinds ? ""
			: k[1]            ? ", "
					  : " or ",
			(*k)->form);
	return cb_error_set(err, -EINVAL, "'%s' does not say what is to be measured: write %s",
		cb_quote(text, quoted, sizeof quoted), forms);
}

static struct cb_arm_file file_of(const struct stat *st)
{
	return (struct cb_arm_file){ .device = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.changed_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec };
}

static void remember_file(struct cb_arm *arm)
{
	struct stat st;

	if (!stat(arm->subject, &st))
		arm->file = file_of(&st);
}

bool cb_arm_unchanged(const struct cb_arm *arm)
{
	struct cb_arm_file now;
	struct stat st;

	if (stat(arm->subject, &st))
		return false;
	now = file_of(&st);
	return now.device == arm->file.device && now.inode == arm->file.inode && now.size == arm->file.size &&
	       now.changed_ns == arm->file.changed_ns;
}

/* It must be there before anything is measured; whether it is any good, its answers tell. */
static int check_subject(struct cb_arm *arm, struct cb_error *err)
{
	bool executed = !strcmp(arm->subject, arm->program);
	char quoted[CB_QUOTE_SIZE];
	struct stat st;

	cb_quote(arm->subject, quoted, sizeof quoted);
	if (stat(arm->subject, &st) || access(arm->subject, executed ? X_OK : R_OK))
		return cb_error_set(err, -errno, "'%s': %s", quoted, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return cb_error_set(err, -EINVAL, "'%s' is not a file", quoted);
	remember_file(arm);
	return 0;
}

int cb_arm_open(struct cb_arm *ret, const char *text, const char *self, struct cb_error *err)
{
	struct cb_arm arm = { 0 };
	const char *rest;
	int r;

	arm.kind = find_kind(text, &rest);
	if (!arm.kind)
		return unknown_kind(text, err);
	arm.name = strdup(text);
	r = arm.name ? arm.kind->open(&arm, rest, self, err) : cb_error_set(err, -ENOMEM, "out of memory");
	r = r ? r : check_subject(&arm, err);
	if (r)
		cb_arm_close(&arm);
	else
		*ret = arm;
	return r;
}

void cb_arm_close(struct cb_arm *arm)
{
	if (arm->copied)
		close(arm->copy_fd);
	free(arm->name);
	free(arm->program);
	free(arm->subject);
	free(arm->param.name);
	free(arm->param.value);
	cb_words_release(&arm->options);
	cb_words_release(&arm->operands);
	*arm = (struct cb_arm){ 0 };
}

/* ---- the null arm ---- */

static int copy_bytes(int from, int to)
{
	struct stat st;
	off_t left;

	if (fstat(from, &st))
		return -errno;
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		left -= n;
	}
	return fchmod(to, st.st_mode & 0777) ? -errno : 0;
}

/* A new file in dir that has no name any more, so that nothing of it outlives this process. -errno. */
static int nameless_file(const char *dir)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/concbench-copy-XXXXXX", dir) < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	else
		unlink(path);
	free(path);
	return fd;
}

/* The same file for reading: one that is open for writing cannot be executed. Closes fd. */
static int open_to_read(int fd)
{
	char path[64];
	int r;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = open(path, O_RDONLY | O_CLOEXEC);
	r = r < 0 ? -errno : r;
	close(fd);
	return r;
}

/* The descriptor of a copy of file in dir; -errno. */
static int copy_file(const char *file, const char *dir)
{
	int from = open(file, O_RDONLY | O_CLOEXEC), to, r;

	if (from < 0)
		return -errno;
	to = nameless_file(dir);
	r = to < 0 ? to : copy_bytes(from, to);
	close(from);
	if (to < 0)
		return r;
	if (r) {
		close(to);
		return r;
	}
	return open_to_read(to);
}

int cb_arm_copy(
	const struct cb_arm *arm, const char *dir, const char *self, struct cb_arm *ret, struct cb_error *err)
{
	struct cb_arm copy;
	char path[64];
	int r = cb_arm_open(&copy, arm->name, self, err), fd;

	if (r)
		return r;
	fd = copy_file(arm->subject, dir);
	if (fd < 0) {
		cb_arm_close(&copy);
		return cb_error_set(
			err, fd, "the copy of base for the null arm cannot be made: %s", strerror(-fd));
	}
	copy.copied = true;
	copy.copy_fd = fd;
	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
	r = copy.kind->move(&copy, path, err);
	if (r) {
		cb_arm_close(&copy);
		return r;
	}
	remember_file(&copy);
	*ret = copy;
	return 0;
}

/* ---- asking ---- */

/* PROGRAM COMMAND [more] OPTIONS..., released by the caller. */
static int question(const struct cb_arm *arm, const char *command, struct cb_words *ret)
{
	*ret = (struct cb_words){ 0 };
	if (cb_words_add(ret, arm->program) || cb_words_add(ret, command) || add_all(ret, &arm->options))
		return -ENOMEM;
	return 0;
}

/* Asked again when it was stopped. */
static int ask_until_done(
	struct cb_supervisor *supervisor, char *const *argv, struct cb_driven *ret, struct cb_error *err)
{
	int r;

	do
		r = cb_driven_run(supervisor, argv, NULL, PLAN_TIMEOUT_NS, ret, err);
	while (r == -ERESTART);
	return r;
}

/* The first line that --version prints; "" where it prints none. */
static int ask_version(struct cb_supervisor *supervisor, struct cb_arm *arm, struct cb_error *err)
{
	char version[] = "--version";
	char *const argv[] = { arm->program, version, NULL };
	struct cb_driven driven = { 0 };
	int r = ask_until_done(supervisor, argv, &driven, err);

	if (r)
		return r;
	snprintf(arm->version, sizeof arm->version, "%.*s", (int)strcspn(driven.out, "\n"), driven.out);
	cb_driven_release(&driven);
	return 0;
}

/* Exit status 0 and 6 come with a plan, 2 with a sentence. */
static int read_plan(const struct cb_driven *driven, struct cb_drive_plan *ret, struct cb_error *err)
{
	char end[300];

	if (cb_driven_exited(driven, 0) || cb_driven_exited(driven, 6))
		return cb_drive_plan_parse(driven->out, driven->out_n, ret, err);
	if (cb_driven_exited(driven, 2))
		return cb_error_set(err, -EINVAL, "%s", driven->said);
	cb_driven_end(driven, end, sizeof end);
	return cb_error_set(err, -ECHILD, "asked what it measures, it %s", end);
}

/* Whether the workloads that the user named, or did not name, go with the arm. */
static int check_workloads(const struct cb_arm *arm, const struct cb_words *workloads, struct cb_error *err)
{
	if (arm->operands.n && workloads->n)
		return cb_error_set(
			err, -EINVAL, "%s: is its own workload, and takes no others", arm->kind->name);
	if (arm->kind->needs_workloads && !workloads->n)
		return cb_error_set(err, -EINVAL,
			"%s: name the workloads that are to be measured; concbench list "
			"--plugin=FILE tells what is in it",
			arm->kind->name);
	return 0;
}

int cb_arm_plan(struct cb_supervisor *supervisor, struct cb_arm *arm, const struct cb_words *options,
	const struct cb_words *workloads, struct cb_drive_plan *ret, struct cb_error *err)
{
	const struct cb_words *operands = arm->operands.n ? &arm->operands : workloads;
	struct cb_driven driven = { 0 };
	struct cb_words words;
	int r = check_workloads(arm, workloads, err);

	if (r)
		return r;
	r = question(arm, "plan", &words);
	r = r ? r : cb_words_add(&words, "--json");
	r = r ? r : add_all(&words, options);
	r = r ? r : add_all(&words, operands);
	if (r)
		cb_error_set(err, r, "out of memory");
	r = r ? r : ask_until_done(supervisor, words.v, &driven, err);
	r = r ? r : read_plan(&driven, ret, err);
	r = r ? r : ask_version(supervisor, arm, err);
	cb_driven_release(&driven);
	cb_words_release(&words);
	return r;
}

uint64_t cb_arm_units(const struct cb_arm *arm, uint64_t units)
{
	return arm->slowdown ? (uint64_t)llround((double)units * (1 + arm->slowdown)) : units;
}

unsigned cb_arm_units_step(const struct cb_arm *arm)
{
	unsigned more = (unsigned)llround(arm->slowdown * STEP_MAX), step = STEP_MAX;

	for (unsigned a = more, b = STEP_MAX; b; step = STEP_MAX / a) { /* Euclid's algorithm */
		unsigned rest = a % b;

		a = b;
		b = rest;
	}
	return step;
}

/* Statuses with which `sample` has answered: 0, a workload failed, nothing was measured. */
static bool has_answer(const struct cb_driven *driven)
{
	return cb_driven_exited(driven, 0) || cb_driven_exited(driven, 5) || cb_driven_exited(driven, 6);
}

static void read_answer(const struct cb_driven *driven, const struct cb_gate_cell *cell, uint64_t units,
	struct cb_drive_answer *ret)
{
	struct cb_error why = { 0 };

	if (has_answer(driven) && !cb_drive_answer_parse(driven->out, driven->out_n, cell, units, ret, &why))
		return;
	*ret = (struct cb_drive_answer){ .status = driven->timed_out ? CB_TIMEOUT : CB_FAILED };
	if (!driven->timed_out && WIFSIGNALED(driven->wait_status))
		ret->status = CB_CRASHED;
	if (why.code)
		snprintf(ret->reason, sizeof ret->reason, "%s", why.text);
	else
		cb_driven_end(driven, ret->reason, sizeof ret->reason);
}

int cb_arm_sample(struct cb_supervisor *supervisor, const struct cb_arm *arm, const struct cb_gate_cell *cell,
	uint64_t units, uint64_t timeout_ns, const struct cb_drive_options *options,
	struct cb_drive_answer *ret, uint64_t *ret_total_ns, struct cb_error *err)
{
	uint64_t done = cb_arm_units(arm, units);
	char *request = cb_drive_request(cell, &arm->param, done, timeout_ns, options);
	struct cb_driven driven = { 0 };
	struct cb_words words;
	int r = question(arm, "sample", &words);

	if (r || !request)
		r = cb_error_set(err, -ENOMEM, "out of memory");
	else /* preparation has the time-out too, and the oracle */
		r = cb_driven_run(
			supervisor, words.v, request, 3 * timeout_ns + AROUND_TIMEOUT_NS, &driven, err);
	if (!r) {
		read_answer(&driven, cell, done, ret);
		if (ret_total_ns)
			*ret_total_ns = driven.total_ns;
		cb_driven_release(&driven);
	}
	cb_words_release(&words);
	free(request);
	return r;
}
