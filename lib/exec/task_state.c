/* /proc/PID/task/TID: stat, syscall, wchan, schedstat. Each may be unreadable, which is told and costs no
 * more. */
#include "lib/exec/task_state.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WATCHED_NS 30000000 /* some ticks of the scheduler, at which it adds up who has run */

/* ---- texts ----------------------------------------------------------------------------------- */

char cb_task_letter(const char *stat)
{
	const char *end = strrchr(stat, ')'); /* the name before it may hold anything */

	return end && end[1] == ' ' ? end[2] : 0;
}

const char *cb_task_word(char letter)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = {
		{ 'R', "running or runnable" },
		{ 'S', "sleeping" },
		{ 'D', "blocked" },
		{ 'T', "stopped" },
		{ 't', "traced" },
		{ 'Z', "dead" },
		{ 'X', "dead" },
		{ 'I', "idle" },
	};

	for (size_t i = 0; i < CB_COUNT(words); i++)
		if (words[i].letter == letter)
			return words[i].word;
	return NULL;
}

long cb_task_syscall(const char *text)
{
	return isdigit((unsigned char)*text) ? strtol(text, NULL, 10) : -1; /* else "running", or "-1 ..." */
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The file's text without its last newline, cut to size. 0 or a negative errno. */
static int read_file(int pid, int tid, const char *name, char *buf, size_t size)
{
	char path[80];
	ssize_t n = -1;
	int fd, r;

	snprintf(path, sizeof path, "/proc/%d/task/%d/%s", pid, tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, buf, size - 1);
	r = n < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return r;
}

/* The same, but for a reason in state->unreadable; the first is kept. */
static bool read_or_tell(
	int pid, int tid, const char *name, char *buf, size_t size, struct cb_task_state *state)
{
	int r = read_file(pid, tid, name, buf, size);

	if (r && !*state->unreadable)
		snprintf(state->unreadable, sizeof state->unreadable, "/proc/%d/task/%d/%s: %s", pid, tid,
			name, strerror(-r));
	return !r;
}

static void read_state(int pid, int tid, struct cb_task_state *state)
{
	char text[512];
	long number;

	*state = (struct cb_task_state){ 0 };
	if (read_or_tell(pid, tid, "stat", text, sizeof text, state))
		state->word = cb_task_word(cb_task_letter(text));
	if (read_or_tell(pid, tid, "syscall", text, sizeof text, state)) {
		number = cb_task_syscall(text);
		if (number >= 0)
			cb_syscall_name(number, state->syscall, sizeof state->syscall);
	}
	if (read_or_tell(pid, tid, "wchan", text, sizeof text, state) && strcmp(text, "0") != 0)
		snprintf(state->wchan, sizeof state->wchan, "%.*s", (int)sizeof state->wchan - 1, text);
}

/* CPU time so far in ns; CB_NONE: not known. */
static uint64_t cpu_ns(int pid, int tid)
{
	char text[96];
	uint64_t ns;

	if (read_file(pid, tid, "schedstat", text, sizeof text))
		return CB_NONE;
	ns = strtoull(text, NULL, 10);
	return ns ? ns : CB_NONE; /* a kernel that does not count says 0 */
}

static bool is_ready(const struct cb_task_state *state)
{
	return state->word == cb_task_word('R');
}

/* Who is ready to run either gets CPU time meanwhile or none. */
static void tell_running(
	const int *pids, const int *tids, unsigned n, const uint64_t *before, struct cb_task_state *states)
{
	const struct timespec t = { .tv_nsec = WATCHED_NS };

	nanosleep(&t, NULL);
	for (unsigned i = 0; i < n; i++) {
		uint64_t now = is_ready(&states[i]) ? cpu_ns(pids[i], tids[i]) : CB_NONE;

		if (now != CB_NONE && before[i] != CB_NONE)
			states[i].word = now > before[i] ? "running" : "runnable";
	}
}

void cb_task_states_read(const int *pids, const int *tids, unsigned n, struct cb_task_state *ret)
{
	uint64_t *before = calloc(n, sizeof *before);
	unsigned ready = 0;

	for (unsigned i = 0; i < n; i++) {
		read_state(pids[i], tids[i], &ret[i]);
		ready += is_ready(&ret[i]);
		if (before)
			before[i] = cpu_ns(pids[i], tids[i]);
	}
	if (ready && before)
		tell_running(pids, tids, n, before, ret);
	free(before);
}
