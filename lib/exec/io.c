/* The blocking cb_io: system calls that retry EINTR and return negative errnos. */
#include "lib/exec/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/host/clock.h"

/* Evaluates call until it is not interrupted; its value or a negative errno. */
#define RETRY(call)                                   \
	({                                            \
		__typeof__(call) value_;              \
		do                                    \
			value_ = (call);              \
		while (value_ < 0 && errno == EINTR); \
		value_ < 0 ? -errno : value_;         \
	})

static int io_sleep_ns(uint64_t ns)
{
	struct timespec t;
	uint64_t until = cb_now_ns() + ns;
	int r;

	t.tv_sec = (time_t)(until / 1000000000u);
	t.tv_nsec = (long)(until % 1000000000u);
	do
		r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	while (r == EINTR);
	return -r;
}

static ssize_t io_read(int fd, void *buf, size_t bytes)
{
	return RETRY(read(fd, buf, bytes));
}

static ssize_t io_write(int fd, const void *buf, size_t bytes)
{
	return RETRY(write(fd, buf, bytes));
}

static ssize_t io_pread(int fd, void *buf, size_t bytes, off_t offset)
{
	return RETRY(pread(fd, buf, bytes, offset));
}

static ssize_t io_pwrite(int fd, const void *buf, size_t bytes, off_t offset)
{
	return RETRY(pwrite(fd, buf, bytes, offset));
}

/* Waits for events on fd for at most timeout_ns. 0, -ETIMEDOUT, or a negative errno. */
static int wait_for(int fd, short events, uint64_t timeout_ns)
{
	struct pollfd p = { .fd = fd, .events = events };
	struct timespec t = { .tv_sec = (time_t)(timeout_ns / 1000000000u),
		.tv_nsec = (long)(timeout_ns % 1000000000u) };
	int r = RETRY(ppoll(&p, 1, &t, NULL));

	return r > 0 ? 0 : r < 0 ? r : -ETIMEDOUT;
}

static ssize_t io_recv(int fd, void *buf, size_t bytes, uint64_t timeout_ns)
{
	int r = timeout_ns ? wait_for(fd, POLLIN, timeout_ns) : 0;

	return r ? r : RETRY(recv(fd, buf, bytes, 0));
}

static ssize_t io_send(int fd, const void *buf, size_t bytes, uint64_t timeout_ns)
{
	int r = timeout_ns ? wait_for(fd, POLLOUT, timeout_ns) : 0;

	return r ? r : RETRY(send(fd, buf, bytes, MSG_NOSIGNAL));
}

static int io_fdatasync(int fd)
{
	return RETRY(fdatasync(fd));
}

static int io_open(const char *path, int flags, mode_t mode)
{
	return RETRY(open(path, flags | O_CLOEXEC, mode));
}

static int io_unlink(const char *path)
{
	return RETRY(unlink(path));
}

static int io_rename(const char *from, const char *to)
{
	return RETRY(rename(from, to));
}

const struct cb_io cb_io_blocking = {
	.sleep_ns = io_sleep_ns,
	.read = io_read,
	.write = io_write,
	.pread = io_pread,
	.pwrite = io_pwrite,
	.recv = io_recv,
	.send = io_send,
	.fdatasync = io_fdatasync,
	.open = io_open,
	.unlink = io_unlink,
	.rename = io_rename,
	.now_ns = cb_now_ns,
};
