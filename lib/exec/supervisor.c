/*
 * The harness while a sample runs: it sleeps in poll on the leader's pidfd and on its own signals, until a
 * deadline. It owns no thread and wakes for nothing else, so that it disturbs nothing; only in samples that
 * last long it looks now and then whether the workers get on (lib/exec/watch.h).
 */
#include "lib/exec/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/exec/kill.h"
#include "lib/host/clock.h"

/* Ends of a run that are heard even when the parent had them ignored; nohup's SIGHUP is not. */
static void heard_signals(sigset_t *set)
{
	struct sigaction hup;

	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGTSTP);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);
}

/* A descriptor or two a worker: the soft limit is only a default for programs that use select(). */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int cb_supervisor_new(struct cb_supervisor **ret, struct cb_error *err)
{
	struct cb_supervisor *s = calloc(1, sizeof *s);
	sigset_t set;
	int r;

	if (!s)
		return cb_error_set(err, -ENOMEM, "no memory");
	heard_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0) {
		r = -errno;
		free(s);
		return cb_error_set(err, r, "cannot listen for signals: %s", strerror(-r));
	}
	cb_strangers_find(&s->strangers);
	signal(SIGCHLD, SIG_DFL); /* an inherited SIG_IGN would reap for us */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	raise_descriptor_limit();
	*ret = s;
	return 0;
}

void cb_supervisor_free(struct cb_supervisor *s)
{
	if (!s)
		return;
	close(s->signal_fd);
	if (s->rows)
		munmap(s->rows, s->rows_bytes);
	free(s);
}

/* Goes on behind the kill when somebody continues us. */
static void stop_now(struct cb_supervisor *s)
{
	uint64_t from_ns = cb_now_ns();

	kill(getpid(), SIGSTOP);
	s->stopped_ns += cb_now_ns() - from_ns;
}

/*
 * Ctrl-Z. A sample that was stopped is worth nothing, so it is ended first (by cb_supervise): a stopped tree
 * would outlive a harness that is killed before it goes on.
 */
static void stop_here(struct cb_supervisor *s)
{
	s->stopped = true;
	if (!s->supervising)
		stop_now(s);
}

int cb_supervisor_interrupted(struct cb_supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGTSTP)
			stop_here(s);
		else if (!s->signal)
			s->signal = (int)info.ssi_signo;
	}
	return s->signal;
}

/* Polls p[0..n-1] until one is ready, at most until deadline. */
static void poll_until(struct pollfd *p, nfds_t n, uint64_t deadline_ns)
{
	uint64_t now = cb_now_ns(), left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec t = { .tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u) };

	ppoll(p, n, &t, NULL);
}

uint64_t cb_supervisor_stopped_ns(const struct cb_supervisor *s)
{
	return s->stopped_ns;
}

int cb_supervisor_sleep(struct cb_supervisor *s, uint64_t ns)
{
	struct pollfd p = { .fd = s->signal_fd, .events = POLLIN };
	uint64_t deadline = cb_now_ns() + ns;

	while (!cb_supervisor_interrupted(s) && cb_now_ns() < deadline)
		poll_until(&p, 1, deadline);
	return s->signal;
}

/* When to wake at the latest: for the deadline, or to look at the workers. */
static uint64_t next_wake_ns(const struct cb_supervisor *s, uint64_t deadline_ns)
{
	return s->watch && s->watch->next_ns < deadline_ns ? s->watch->next_ns : deadline_ns;
}

static bool finds_stuck(struct cb_supervisor *s)
{
	uint64_t now = cb_now_ns();

	return s->watch && now >= s->watch->next_ns && cb_watch_look(s->watch, now);
}

/*
 * Waits for the leader's end. 0: it ended; -ETIMEDOUT; -EDEADLK: its workers do not get on; -EINTR and
 * -ERESTART: asked to end, was stopped.
 */
static int await_leader(struct cb_supervisor *s, int pidfd, uint64_t deadline_ns)
{
	struct pollfd p[] = { { .fd = pidfd, .events = POLLIN }, { .fd = s->signal_fd, .events = POLLIN } };

	s->stopped = false;
	for (;;) {
		poll_until(p, 2, next_wake_ns(s, deadline_ns));
		if (cb_supervisor_interrupted(s))
			return -EINTR;
		if (s->stopped)
			return -ERESTART;
		if (p[0].revents)
			return 0;
		if (cb_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
		if (finds_stuck(s))
			return -EDEADLK;
	}
}

/* Asks the leader to kill what is below it, then does not ask. */
static void end_leader(pid_t leader, int pidfd, uint64_t hard_ns)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	uint64_t deadline = cb_now_ns() + hard_ns;

	kill(leader, SIGTERM);
	kill(-leader, SIGCONT);
	while (!p.revents && cb_now_ns() < deadline)
		poll_until(&p, 1, deadline);
	if (!p.revents)
		kill(leader, SIGKILL);
}

static _Noreturn void child_main(pid_t harness, void (*body)(void *), void *arg)
{
	cb_leader_become(harness);
	body(arg);
	_exit(1);
}

static int reap(pid_t leader)
{
	int status = 0;

	while (waitpid(leader, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int cb_supervise(struct cb_supervisor *s, uint64_t timeout_ns, uint64_t hard_ns, void (*body)(void *),
	void *arg, struct cb_end *ret_end)
{
	uint64_t from_ns = cb_now_ns(), noticed_ns;
	pid_t harness = getpid(), leader;
	int pidfd, r;

	if (cb_supervisor_interrupted(s))
		return -EINTR;
	leader = fork();
	if (leader < 0)
		return -errno;
	if (!leader)
		child_main(harness, body, arg);
	setpgid(leader, leader); /* both sides do: neither has to wait for the other */
	s->supervising = true;
	pidfd = (int)syscall(SYS_pidfd_open, leader, 0);
	r = pidfd < 0 ? -errno : await_leader(s, pidfd, from_ns + timeout_ns);
	noticed_ns = cb_now_ns();
	if (r)
		end_leader(leader, pidfd, hard_ns);
	s->supervising = false;
	*ret_end = (struct cb_end){ .wait_status = reap(leader),
		.leader = leader,
		.timed_out = r == -ETIMEDOUT,
		.timeout_ns = timeout_ns,
		.stuck = r == -EDEADLK ? &s->stuck : NULL,
		.noticed_ns = noticed_ns };
	ret_end->total_ns = cb_now_ns() - from_ns;
	if (pidfd >= 0)
		close(pidfd);
	cb_kill_descendants(&s->strangers);
	if (r == -ERESTART)
		stop_now(s);
	return r == -ETIMEDOUT || r == -EDEADLK ? 0 : r;
}
