/*
 * A harness cannot say how long its processes live after it. So it runs below a warden, a child of the real
 * harness like a sample's leader: a subreaper, to which all orphans come in whatever group or session they
 * are. When it has no child left to wait for, all are dead.
 */
#include "lib/exec/killed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/exec/supervisor.h"
#include "lib/host/clock.h"

#define HARD_NS UINT64_C(2000000000)
#define POLL_NS 2000000
#define DEPTH   8 /* harness, leader, workers, what they create */

enum outcome { BEFORE, ENDED, CANNOT_LOOK, KILLED, GONE };

/* What warden and harness share. */
struct watched {
	const struct cb_killed_spec *spec;
	enum outcome outcome;
	unsigned tasks;
	uint64_t killed_ns, gone_ns;
};

static void sleep_ns(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u) };

	nanosleep(&t, NULL);
}

/* ---- looking below a process ---- */

static unsigned count_tasks(pid_t pid, unsigned depth);

/* Tasks of the children that a task has forked. */
static unsigned count_children(int tasks_fd, const char *task, unsigned depth)
{
	char path[64], list[4096], *at = list, *end;
	unsigned n = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof path, "%.20s/children", task);
	fd = openat(tasks_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, list, sizeof list - 1);
	close(fd);
	list[got > 0 ? got : 0] = '\0';
	for (long child; (child = strtol(at, &end, 10)) > 0; at = end)
		n += count_tasks((pid_t)child, depth - 1);
	return n;
}

/* Threads of a process, and of all processes below it. */
static unsigned count_tasks(pid_t pid, unsigned depth)
{
	char path[32];
	struct dirent *entry;
	unsigned n = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = depth ? opendir(path) : NULL;
	while (tasks && (entry = readdir(tasks)))
		if (entry->d_name[0] != '.')
			n += 1 + count_children(dirfd(tasks), entry->d_name, depth);
	if (tasks)
		closedir(tasks);
	return n;
}

/* ---- the warden ---- */

static bool is_over(pid_t harness)
{
	return waitpid(harness, NULL, WNOHANG) != 0;
}

/* Waits until enough run below the harness. False: it ended by itself. */
static bool await_tasks(struct watched *watched, pid_t harness)
{
	const struct cb_killed_spec *spec = watched->spec;
	bool twice = false;

	for (;;) {
		if (is_over(harness))
			return false;
		watched->tasks = count_tasks(harness, DEPTH) - 1; /* without itself */
		if (watched->tasks >= spec->tasks && twice)
			return true;
		twice = watched->tasks >= spec->tasks;
		sleep_ns(twice ? spec->delay_ns : POLL_NS);
	}
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
		;
}

static _Noreturn void become_harness(const struct cb_killed_spec *spec, pid_t warden)
{
	cb_die_with_parent(SIGKILL, warden);
	spec->harness(spec->arg);
	_exit(0);
}

static void warden_body(void *arg)
{
	struct watched *watched = arg;
	pid_t warden = getpid(), harness;

	if (access("/proc/self/task/self/children", F_OK) && access("/proc/thread-self/children", F_OK)) {
		watched->outcome = CANNOT_LOOK;
		_exit(0);
	}
	harness = fork();
	if (!harness)
		become_harness(watched->spec, warden);
	if (harness < 0 || !await_tasks(watched, harness)) {
		watched->outcome = ENDED;
	} else {
		watched->killed_ns = cb_now_ns();
		watched->outcome = KILLED;
		kill(harness, SIGKILL);
		reap_all();
		watched->gone_ns = cb_now_ns();
		watched->outcome = GONE;
	}
	cb_kill_descendants(NULL);
	_exit(0);
}

/* ---- the real harness ---- */

static int tell(const struct watched *watched, struct cb_killed *ret, struct cb_error *err)
{
	uint64_t lived_ns = watched->gone_ns - watched->killed_ns;

	if (watched->outcome == CANNOT_LOOK)
		return cb_error_set(err, -ENOTSUP, "this kernel does not tell the children of a process");
	if (watched->outcome != KILLED && watched->outcome != GONE)
		return cb_error_set(err, -ECANCELED, "the run had no sample to be killed in");
	ret->tasks = watched->tasks;
	ret->gone_ns = watched->outcome == GONE && lived_ns <= watched->spec->limit_ns ? lived_ns : CB_NONE;
	return 0;
}

int cb_killed_run(struct cb_supervisor *s, const struct cb_killed_spec *spec, struct cb_killed *ret,
	struct cb_error *err)
{
	struct watched *watched = mmap(
		NULL, sizeof *watched, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cb_end end;
	int r;

	if (watched == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "no memory to watch a run");
	watched->spec = spec;
	r = cb_supervise(s, spec->start_ns + spec->limit_ns, HARD_NS, warden_body, watched, &end);
	if (!r)
		r = tell(watched, ret, err);
	else if (r != -EINTR && r != -ERESTART)
		cb_error_set(err, r, "the process that watches a run could not be created: %s", strerror(-r));
	munmap(watched, sizeof *watched);
	return r;
}
