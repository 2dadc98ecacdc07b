/*
 * Standard descriptors are files in memory, sealed at a fixed size: a writer that goes beyond it gets an
 * error at once, where a pipe would make it wait and need a reader, while nothing of the harness may run
 * during a sample.
 */
#include "lib/session/driven.h"

#include "lib/exec/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUT_MAX  (4 << 20)
#define SAID_MAX (64 << 10)
#define HARD_NS  3000000000u /* to clean up after being asked to end */
#define NO_EXEC  127

struct child {
	char *const *argv;
	int fds[3]; /* to become 0, 1, 2 */
};

/* A file in memory of that size that cannot grow. Returns its descriptor or a negative errno. */
static int sealed_file(const char *name, off_t bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), r;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, bytes) || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

/* A file in memory that holds text, to be read from its beginning. */
static int input_file(const char *text)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	size_t n = text ? strlen(text) : 0;
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = n ? pwrite(fd, text, n, 0) : 0;
	if (written == (ssize_t)n)
		return fd;
	close(fd);
	return written < 0 ? -errno : -EIO;
}

static int open_files(struct child *child, const char *input)
{
	child->fds[0] = input_file(input);
	child->fds[1] = child->fds[0] < 0 ? -1 : sealed_file("out", OUT_MAX);
	child->fds[2] = child->fds[1] < 0 ? -1 : sealed_file("said", SAID_MAX);
	for (unsigned i = 0; i < 3; i++)
		if (child->fds[i] < 0)
			return child->fds[i];
	return 0;
}

static void close_files(const struct child *child)
{
	for (unsigned i = 0; i < 3; i++)
		if (child->fds[i] >= 0)
			close(child->fds[i]);
}

/* In the child. Signals that the harness blocks or ignores are as they are for any program. */
static void become(void *arg)
{
	const struct child *child = arg;
	sigset_t none;

	for (int i = 0; i < 3; i++)
		dup2(child->fds[i], i);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execv(child->argv[0], child->argv);
	dprintf(STDERR_FILENO, "cannot be executed: %s\n", strerror(errno));
	_exit(NO_EXEC);
}

/* What was written to a file, as a text. Its offset, which the child shares, tells how much. NULL: no memory.
 */
static char *contents(int fd, size_t *ret_n)
{
	off_t n = lseek(fd, 0, SEEK_CUR);
	char *text = malloc((size_t)(n < 0 ? 0 : n) + 1);
	ssize_t got = text && n > 0 ? pread(fd, text, (size_t)n, 0) : 0;

	if (!text)
		return NULL;
	*ret_n = got > 0 ? (size_t)got : 0;
	text[*ret_n] = '\0';
	return text;
}

static int take_answer(const struct child *child, struct cb_driven *ret)
{
	static const char prefix[] = "concbench: ";
	size_t n;
	char *said;

	ret->out = contents(child->fds[1], &ret->out_n);
	said = contents(child->fds[2], &n);
	if (said) {
		const char *from = strncmp(said, prefix, sizeof prefix - 1) ? said : said + sizeof prefix - 1;

		snprintf(ret->said, sizeof ret->said, "%.*s", (int)strcspn(from, "\n"), from);
	}
	free(said);
	return ret->out && said ? 0 : -ENOMEM;
}

int cb_driven_run(struct cb_supervisor *supervisor, char *const *argv, const char *input, uint64_t timeout_ns,
	struct cb_driven *ret, struct cb_error *err)
{
	struct child child = { argv, { -1, -1, -1 } };
	struct cb_end end = { 0 };
	int r = open_files(&child, input);

	*ret = (struct cb_driven){ 0 };
	if (!r)
		r = cb_supervise(supervisor, timeout_ns, HARD_NS, become, &child, &end);
	if (!r) {
		ret->wait_status = end.wait_status;
		ret->timed_out = end.timed_out;
		ret->total_ns = end.total_ns;
		r = take_answer(&child, ret);
	}
	close_files(&child);
	if (r)
		cb_driven_release(ret);
	if (r && r != -EINTR && r != -ERESTART)
		cb_error_set(err, r, "cannot run another program: %s", strerror(-r));
	return r;
}

void cb_driven_release(struct cb_driven *driven)
{
	free(driven->out);
	*driven = (struct cb_driven){ 0 };
}

bool cb_driven_exited(const struct cb_driven *driven, int status)
{
	return !driven->timed_out && WIFEXITED(driven->wait_status) &&
	       WEXITSTATUS(driven->wait_status) == status;
}

char *cb_driven_end(const struct cb_driven *driven, char *buf, size_t size)
{
	const char *colon = driven->said[0] ? ": " : "";
	int status = driven->wait_status;

	if (driven->timed_out)
		snprintf(buf, size, "did not answer in time");
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "was ended by signal %d (%s)%s%s", WTERMSIG(status),
			strsignal(WTERMSIG(status)), colon, driven->said);
	else if (WEXITSTATUS(status) == NO_EXEC)
		snprintf(buf, size, "%s", driven->said);
	else
		snprintf(buf, size, "exited with status %d%s%s", WEXITSTATUS(status), colon, driven->said);
	return buf;
}
