#include "cmd/concbench/lock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME     "concbench"
#define RETRY_MS 1000 /* where the holder cannot be slept on */
#define WAITERS  128  /* that can sleep at once; more poll */

static socklen_t lock_address(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path + 1, NAME, sizeof NAME - 1);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof NAME);
}

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* The listening socket, -EADDRINUSE when another process has it, or another negative errno. */
static int try_take(void)
{
	struct sockaddr_un address;
	socklen_t size = lock_address(&address);
	int fd = new_socket(), code;

	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, WAITERS) < 0) {
		code = -errno;
		close(fd);
		return code;
	}
	return fd;
}

/* A connection to the holder, with its pid (0: unknown), or a negative errno. */
static int connect_holder(long *ret_pid)
{
	struct sockaddr_un address;
	struct ucred credentials;
	socklen_t size = lock_address(&address), credentials_size = sizeof credentials;
	int fd = new_socket(), code;

	*ret_pid = 0;
	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&address, size) < 0) {
		code = -errno;
		close(fd);
		return code;
	}
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &credentials_size))
		*ret_pid = credentials.pid;
	return fd;
}

/* Sleeps until the holder's end of connection breaks (-1: a while) or a signal arrives, which it returns. */
static int sleep_on(int connection, int signals)
{
	struct pollfd polled[] = { { .fd = signals, .events = POLLIN },
		{ .fd = connection, .events = POLLIN } };
	struct signalfd_siginfo info;

	if (poll(polled, 2, connection < 0 ? RETRY_MS : -1) <= 0 || !polled[0].revents)
		return 0;
	if (read(signals, &info, sizeof info) != sizeof info)
		return 0;
	return (int)info.ssi_signo;
}

/* Until the lock is had: 0; -EINTR with *ret_signal; another negative errno. */
static int take_or_wait(struct cb_lock *ret, int signals, void (*tell)(long pid), int *ret_signal)
{
	long told = -1, pid;

	for (;;) {
		int fd = try_take(), connection, signal;

		if (fd >= 0) {
			ret->fd = fd;
			return 0;
		}
		if (fd != -EADDRINUSE)
			return fd;
		connection = connect_holder(&pid);
		if (pid != told)
			tell(pid);
		told = pid;
		signal = sleep_on(connection, signals);
		if (connection >= 0)
			close(connection);
		if (signal) {
			*ret_signal = signal;
			return -EINTR;
		}
	}
}

/* SIGHUP under nohup is the one that stays ignored when it was. */
static void ending_signals(sigset_t *set)
{
	struct sigaction hup;

	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);
}

/* As take_or_wait, with the signals that end a wait blocked and readable meanwhile. */
static int wait_for_it(struct cb_lock *ret, void (*tell)(long pid), int *ret_signal)
{
	sigset_t ending, before;
	int signals, r;

	ending_signals(&ending);
	sigprocmask(SIG_BLOCK, &ending, &before);
	signals = signalfd(-1, &ending, SFD_CLOEXEC);
	r = signals < 0 ? -errno : take_or_wait(ret, signals, tell, ret_signal);
	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static int busy(struct cb_error *err)
{
	long pid;
	int connection = connect_holder(&pid);
	char holder[32] = "";

	if (connection >= 0)
		close(connection);
	if (pid > 0)
		snprintf(holder, sizeof holder, " (pid %ld)", pid);
	return cb_error_set(err, -EBUSY,
		"another concbench%s is measuring on this host; wait for it, or leave out --no-wait", holder);
}

int cb_lock_take(
	struct cb_lock *ret, bool wait, void (*tell)(long pid), int *ret_signal, struct cb_error *err)
{
	int fd = try_take(), r;

	ret->fd = fd < 0 ? -1 : fd;
	if (fd >= 0)
		return 0;
	if (fd == -EADDRINUSE && !wait)
		return busy(err);
	r = fd == -EADDRINUSE ? wait_for_it(ret, tell, ret_signal) : fd;
	if (r < 0)
		return cb_error_set(
			err, r, "cannot make sure that no other concbench measures: %s", strerror(-r));
	return 0;
}

void cb_lock_release(struct cb_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}
