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

/* SIGKILLs each process named in the open `children` file. */
static void kill_listed(int fd)
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
				kill(pid, SIGKILL);
			pid = 0;
		}
}

static void kill_children_of_task(int tasks_fd, const char *task)
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
	kill_listed(fd);
	close(fd);
}

/* A child belongs to the thread that forked it: all threads are scanned. */
static bool kill_children(void)
{
	_Alignas(8) char buf[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return false;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0)
		for (long i = 0; i < n;) {
			struct entry *e = (struct entry *)(void *)(buf + i);

			kill_children_of_task(fd, e->name);
			i += e->size;
		}
	close(fd);
	return true;
}

void cb_kill_descendants(void)
{
	int saved = errno;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
		if (pid > 0)
			continue;
		if (pid < 0 && errno == ECHILD)
			break;
		if (!kill_children())
			kill(0, SIGKILL); /* no /proc: the own group, which includes this process */
		while (waitpid(-1, NULL, __WALL) < 0 && errno == EINTR)
			;
	}
	errno = saved;
}

void cb_die_with_parent(int signal, pid_t expected_parent)
{
	prctl(PR_SET_PDEATHSIG, signal);
	if (getppid() != expected_parent)
		_exit(128 + SIGKILL);
}
