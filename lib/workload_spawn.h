/*
 * For workloads that run other programs: one execution, as cheap as the kernel makes it (the address space is
 * shared until exec, as by vfork) and safe in a process with threads. Like lib/workload.h it needs no symbol
 * of the program.
 *
 * What the program gets: the environment given, its own process group, default signals and an empty mask, the
 * timer slack and soft descriptor limit of a fresh login, descriptors 0, 1 and 2 (and 3, where it may
 * report), and the other ones of the harness not, as they are O_CLOEXEC. It dies with the thread that started
 * it.
 */
#ifndef CONCBENCH_WORKLOAD_SPAWN_H
#define CONCBENCH_WORKLOAD_SPAWN_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define CB_SPAWN_STACK_BYTES 65536u /* of the child until exec */
#define CB_SPAWN_REPORT_FD   3

/* One program to be run any number of times, by one thread. */
struct cb_spawn {
	const char *program; /* a path; nothing is searched */
	char **argv, **envp; /* NULL-terminated */
	int in, out;         /* become descriptor 0, and 1 and 2; above 2, but for 2 itself */
	int report;          /* becomes descriptor 3; -1: none */
	uint64_t fds_soft;   /* RLIMIT_NOFILE; 0: as it is */
	char *stack;         /* [CB_SPAWN_STACK_BYTES], by cb_spawn_stack */
	int error;           /* the child's errno when it could not start the program */
	pid_t parent;
};

/* A stack, unmapped by munmap; NULL: no memory. */
static inline char *cb_spawn_stack(void)
{
	void *p = mmap(NULL, CB_SPAWN_STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	return p == MAP_FAILED ? NULL : (char *)p;
}

/* Signals that the harness handles or ignores, or may have: exec would keep ignored ones. */
static inline void cb_spawn_fresh_signals(void)
{
	static const int signals[] = { SIGPIPE, SIGXFSZ, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCHLD };
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaction(signals[i], &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static inline void cb_spawn_limit_fds(uint64_t soft)
{
	struct rlimit limit;

	if (!soft || getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The descriptor to report on, where there is one, under its number. */
static inline int cb_spawn_pass(int report)
{
	if (report == CB_SPAWN_REPORT_FD)
		return fcntl(report, F_SETFD, 0);
	return report < 0 ? 0 : dup2(report, CB_SPAWN_REPORT_FD);
}

/* In the child, on its own stack but in the parent's memory. Ends by exec or by _exit. */
__attribute__((no_sanitize("address", "undefined", "thread"))) static inline int cb_spawn_child(void *arg)
{
	struct cb_spawn *s = (struct cb_spawn *)arg;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s->parent)
		_exit(127);
	setpgid(0, 0); /* a program that kills its group kills itself only */
	prctl(PR_SET_TIMERSLACK, 50000);
	cb_spawn_limit_fds(s->fds_soft);
	if (dup2(s->in, 0) < 0 || dup2(s->out, 1) < 0 || dup2(s->out, 2) < 0 ||
		cb_spawn_pass(s->report) < 0) {
		s->error = errno;
		_exit(127);
	}
	cb_spawn_fresh_signals();
	execve(s->program, s->argv, s->envp);
	s->error = errno;
	_exit(127);
}

/*
 * Starts it. Returns its pid, to be waited for, or a negative errno: of creating the process, or of executing
 * the program. No handler of the caller runs in the child: all signals are blocked until it has its own.
 */
static inline pid_t cb_spawn_start(struct cb_spawn *s)
{
	sigset_t all, before;
	pid_t pid;

	s->error = 0;
	s->parent = getpid();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = clone(cb_spawn_child, s->stack + CB_SPAWN_STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, s);
	if (pid < 0)
		pid = -errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid < 0 || !s->error)
		return pid;
	waitpid(pid, NULL, 0);
	return -s->error;
}

/* Waits for it. Returns the wait status or a negative errno; fills what it and its own children used. */
static inline int cb_spawn_wait(pid_t pid, struct rusage *ret)
{
	int status;

	while (wait4(pid, &status, 0, ret) < 0)
		if (errno != EINTR)
			return -errno;
	return status;
}

#endif
