/*
 * kill(-pgid) misses what has changed its group or session. A subreaper's orphans become its children, so
 * killing all children again and again until none is left misses nothing: a child forked meanwhile shows up
 * in the next scan. Everything here may run in a signal handler: no allocation, no stdio.
 */
#include "lib/exec/kill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What getdents64 fills in. */
struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* What is done with each child; counts those it did something with. */
struct visit {
	void (*child)(struct visit *, pid_t);
	const struct cb_strangers *strangers;
	struct cb_strangers *found;
	unsigned n;
};

/* Visits each process named in the open `children` file. */
static void visit_listed(int fd, struct visit *visit)
{
	char buf[4096];
	pid_t pid = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] >= '0' && buf[i] <= '9') {
				pid = pid * 10 + (buf[i] - '0');
				continue;
			}
			if (pid > 1)
				visit->child(visit, pid);
			pid = 0;
		}
}

static void visit_children_of_task(int tasks_fd, const char *task, struct visit *visit)
{
	char path[64] = { 0 };
	size_t n = strlen(task);
	int fd;

	if (task[0] == '.' || n > 32)
		return;
	memcpy(path, task, n);
	memcpy(path + n, "/children", sizeof "/children");
	fd = openat(tasks_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	visit_listed(fd, visit);
	close(fd);
}

/* A child belongs to the thread that forked it: all threads are looked at. False: there is no /proc. */
static bool visit_children(struct visit *visit)
{
	_Alignas(8) char buf[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return false;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0)
		for (long i = 0; i < n;) {
			struct entry *e = (struct entry *)(void *)(buf + i);

			visit_children_of_task(fd, e->name, visit);
			i += e->size;
		}
	close(fd);
	return true;
}

static void find_child(struct visit *visit, pid_t pid)
{
	if (visit->found->n < CB_STRANGERS_MAX)
		visit->found->pids[visit->found->n++] = pid;
}

void cb_strangers_find(struct cb_strangers *ret)
{
	struct visit visit = { .child = find_child, .found = ret };

	ret->n = 0;
	visit_children(&visit);
}

static bool is_stranger(const struct cb_strangers *strangers, pid_t pid)
{
	for (unsigned i = 0; strangers && i < strangers->n; i++)
		if (strangers->pids[i] == pid)
			return true;
	return false;
}

static void kill_child(struct visit *visit, pid_t pid)
{
	if (is_stranger(visit->strangers, pid))
		return;
	kill(pid, SIGKILL);
	visit->n++;
}

/* Kills too: the list may have grown since all were killed. */
static void reap_child(struct visit *visit, pid_t pid)
{
	if (is_stranger(visit->strangers, pid))
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

/* Without /proc: whoever leads a group ends it, itself included; others reap what has ended. */
static void kill_blindly(const struct cb_strangers *strangers)
{
	if (!strangers)
		kill(0, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
		;
}

void cb_kill_descendants(const struct cb_strangers *strangers)
{
	struct visit killing = { .child = kill_child, .strangers = strangers };
	struct visit reaping = { .child = reap_child, .strangers = strangers };
	int saved = errno;

	do {
		killing.n = 0;
		if (!visit_children(&killing)) {
			kill_blindly(strangers);
			break;
		}
		if (killing.n)
			visit_children(&reaping);
	} while (killing.n);
	errno = saved;
}

CB_HOT void cb_die_with_parent(int signal, pid_t expected_parent)
{
	prctl(PR_SET_PDEATHSIG, signal);
	if (getppid() != expected_parent)
		_exit(128 + SIGKILL);
}
