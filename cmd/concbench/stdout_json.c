#include "cmd/concbench/stdout_json.h"

#include "cmd/concbench/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Writing nothing is the question that some devices answer. */
int cb_stdout_check(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	errno = EBADF;
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || write(STDOUT_FILENO, "", 0) < 0) {
		cb_complain("standard output", strerror(errno));
		return CB_EXIT_UNSAVED;
	}
	return 0;
}

int cb_stdout_put(void *arg, const char *text, size_t n)
{
	struct pollfd polled = { .fd = STDOUT_FILENO, .events = POLLOUT };

	(void)arg;
	while (n) {
		ssize_t written = write(STDOUT_FILENO, text, n);

		if (written > 0) {
			text += written;
			n -= (size_t)written;
		} else if (written < 0 && errno == EAGAIN) {
			poll(&polled, 1, -1);
		} else if (written < 0 && errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}
