#include "lib/exec/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* A prepare hook's memory: the next pages of the region that all samples inherit. */
static void *alloc_region(struct cb_setup_context *c, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), used = c->control->prepared_used;

	if (bytes > c->region_bytes - used)
		return NULL;
	bytes = (bytes + page - 1) / page * page;
	if (bytes > c->region_bytes - used)
		return NULL;
	c->control->prepared_used = used + bytes;
	return c->region + used;
}

static void *setup_alloc(struct cb_setup *s, size_t bytes)
{
	struct cb_setup_context *c = s->opaque;
	void *p;

	if (!bytes)
		bytes = 1;
	if (c->region)
		return alloc_region(c, bytes);
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* For file systems without O_TMPFILE: a name that lives for a moment. */
static int unnamed_by_unlink(const char *dir, int flags)
{
	char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/.concbench-XXXXXX", dir) < 0)
		return -ENOMEM;
	fd = mkostemp(path, flags | O_CLOEXEC);
	fd = fd < 0 ? -errno : fd;
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

static int setup_scratch_file(struct cb_setup *s, int extra_flags, struct cb_error *err)
{
	const char *dir = s->env->dir;
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | extra_flags, 0600);

	if (fd < 0)
		fd = errno == EOPNOTSUPP || errno == EISDIR ? unnamed_by_unlink(dir, extra_flags) : -errno;
	return fd < 0 ? cb_error_set(err, fd,
				"cannot make a scratch file in %s: %s; choose another folder with --dir", dir,
				strerror(-fd))
		      : fd;
}

static int setup_keep_fd(struct cb_setup *s, int fd, struct cb_error *err)
{
	struct cb_setup_context *c = s->opaque;
	int number, r;

	if (c->fd_socket < 0)
		return cb_error_set(err, -EINVAL, "keep_fd is for prepare only");
	if (c->control->kept_fds == CB_KEPT_FDS_MAX)
		return cb_error_set(err, -EMFILE, "prepare may keep %d descriptors at most", CB_KEPT_FDS_MAX);
	number = fcntl(fd, F_DUPFD_CLOEXEC, CB_KEPT_FD_FIRST);
	r = number < 0 ? -errno : cb_fd_send(c->fd_socket, number, number);
	close(fd);
	if (r)
		return cb_error_set(err, r, "cannot keep a descriptor: %s", strerror(-r));
	c->control->kept_fds++;
	return number;
}

static void setup_note(struct cb_setup *s, const char *key, const char *word)
{
	struct cb_setup_context *c = s->opaque;

	cb_notes_add(c->control->notes, &c->control->notes_n, key, word, 0);
}

static void setup_note_number(struct cb_setup *s, const char *key, double value)
{
	struct cb_setup_context *c = s->opaque;

	cb_notes_add(c->control->notes, &c->control->notes_n, key, "", value);
}

void cb_setup_init(struct cb_setup *s, struct cb_setup_context *context)
{
	*s = (struct cb_setup){
		.alloc = setup_alloc,
		.scratch_file = setup_scratch_file,
		.keep_fd = setup_keep_fd,
		.note = setup_note,
		.note_number = setup_note_number,
		.opaque = context,
	};
}

int cb_fd_send(int socket_fd, int fd, int number)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec data = { .iov_base = &number, .iov_len = sizeof number };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	return sendmsg(socket_fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int cb_fd_receive(int socket_fd, int *ret_fd, int *ret_number)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec data = { .iov_base = ret_number, .iov_len = sizeof *ret_number };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space };
	struct cmsghdr *c;

	if (recvmsg(socket_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *ret_number)
		return -ENODATA;
	c = CMSG_FIRSTHDR(&message);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -ENODATA;
	memcpy(ret_fd, CMSG_DATA(c), sizeof *ret_fd);
	return 0;
}
