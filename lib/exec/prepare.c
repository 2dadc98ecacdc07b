/*
 * prepare runs in a process of its own, so that a crash in it costs one group. What it makes must outlive it:
 * memory comes from a region that the harness reserved before and that all samples inherit at the same
 * address, descriptors are sent back to the harness, which gives them the numbers they had.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/exec/supervisor.h"

struct cb_prepared {
	void *region;
	size_t region_bytes;
	void *data;
	int fds[CB_KEPT_FDS_MAX];
	unsigned fds_n;
	struct cb_note notes[CB_NOTES_MAX];
	unsigned notes_n;
};

#define HARD_NS UINT64_C(2000000000)

struct job {
	const struct cb_workload *workload;
	struct cb_control *control;
	struct cb_setup setup;
	struct cb_setup_context context;
};

static _Noreturn void prepare_main(void *arg)
{
	struct job *job = arg;
	struct cb_error err = { 0 }, full = { 0 };
	const struct cb_workload *workload = cb_leader_enter(job->workload, job->control);
	int r;

	atomic_store(&job->control->leader_step, CB_STEP_PREPARE);
	r = workload->prepare(&job->setup, &job->control->prepared, &err);
	if (r) {
		cb_error_set(&full, r, "prepare failed: %s", err.code ? err.text : strerror(-r));
		cb_leader_fail(job->control, CB_FAILED, &full, r);
	}
	atomic_store(&job->control->finished, 1);
	_exit(0);
}

static void prepare_body(void *arg)
{
	prepare_main(arg);
}

/* As much address space as is to be had, up to 1 TiB: it costs nothing until it is touched. */
static void *reserve_region(size_t *ret_bytes)
{
	void *p = MAP_FAILED;

	for (size_t bytes = (size_t)1 << 40; bytes >= (size_t)1 << 24 && p == MAP_FAILED; bytes >>= 2) {
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			0);
		*ret_bytes = bytes;
	}
	return p == MAP_FAILED ? NULL : p;
}

/* Gives back what prepare did not use. */
static void trim_region(struct cb_prepared *p, size_t used)
{
	munmap((char *)p->region + used, p->region_bytes - used);
	p->region_bytes = used;
	if (!used)
		p->region = NULL;
}

/* Takes over the descriptors that prepare kept, under their numbers. */
static int take_fds(struct cb_prepared *p, int socket_fd)
{
	int fd, number;

	while (p->fds_n < CB_KEPT_FDS_MAX && !cb_fd_receive(socket_fd, &fd, &number)) {
		/* Below are the harness's own. */
		if (number < CB_KEPT_FD_FIRST) {
			close(fd);
			return -EBADF;
		}
		if (fd != number) {
			if (dup3(fd, number, O_CLOEXEC) < 0) {
				close(fd);
				return -errno;
			}
			close(fd);
		}
		p->fds[p->fds_n++] = number;
	}
	return 0;
}

static int supervise_prepare(struct cb_supervisor *s, struct job *job, int socket_fd, uint64_t timeout_ns,
	struct cb_prepared *p, enum cb_status *ret_status, struct cb_error *err)
{
	char reason[sizeof err->text];
	struct cb_end end;
	int r = cb_supervise(s, timeout_ns, HARD_NS, prepare_body, job, &end);

	cb_control_tame(job->control, 0, 0);
	if (r == -EAGAIN || r == -ENOMEM) {
		*ret_status = CB_SKIPPED; /* nobody's fault, as with a sample */
		cb_error_set(err, r, "the process that prepares it could not be created: %s", strerror(-r));
		return 0;
	}
	if (r)
		return r == -EINTR || r == -ERESTART
			       ? r
			       : cb_error_set(err, r, "cannot run prepare: %s", strerror(-r));
	*ret_status = cb_outcome_status(job->control, &end, 0, reason, sizeof reason);
	if (*ret_status != CB_OK) {
		cb_error_set(err, -ECANCELED, "%s", reason);
		return 0;
	}
	p->data = job->control->prepared;
	p->notes_n = job->control->notes_n;
	memcpy(p->notes, job->control->notes, sizeof p->notes);
	trim_region(p, job->control->prepared_used < p->region_bytes ? job->control->prepared_used
								     : p->region_bytes);
	r = take_fds(p, socket_fd);
	return r ? cb_error_set(err, r, "cannot take over what prepare kept: %s", strerror(-r)) : 0;
}

int cb_prepare_run(struct cb_supervisor *s, const struct cb_workload *workload, const void *params,
	const struct cb_env *env, uint64_t seed, uint64_t timeout_ns, struct cb_prepared **ret,
	enum cb_status *ret_status, struct cb_error *err)
{
	struct job job = { .workload = workload, .control = cb_control_new(0, 0) };
	struct cb_prepared *p = calloc(1, sizeof *p);
	int sockets[2] = { -1, -1 }, r = -ENOMEM;

	*ret = NULL;
	*ret_status = CB_OK;
	if (!p || !job.control || !(p->region = reserve_region(&p->region_bytes))) {
		cb_error_set(err, r, "no memory to prepare a workload");
		goto out;
	}
	r = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) ? -errno : 0;
	if (r) {
		cb_error_set(err, r, "cannot make a socket pair: %s", strerror(-r));
		goto out;
	}
	job.context = (struct cb_setup_context){ .control = job.control,
		.region = p->region,
		.region_bytes = p->region_bytes,
		.fd_socket = sockets[1] };
	cb_setup_init(&job.setup, &job.context);
	job.setup.env = env;
	job.setup.params = params;
	job.setup.seed = seed;
	r = supervise_prepare(s, &job, sockets[0], timeout_ns, p, ret_status, err);
	if (!r && *ret_status == CB_OK) {
		*ret = p;
		p = NULL;
	}
out:
	for (int i = 0; i < 2; i++)
		if (sockets[i] >= 0)
			close(sockets[i]);
	cb_control_free(job.control);
	cb_prepared_free(p);
	return r;
}

void cb_prepared_free(struct cb_prepared *prepared)
{
	if (!prepared)
		return;
	for (unsigned i = 0; i < prepared->fds_n; i++)
		close(prepared->fds[i]);
	if (prepared->region)
		munmap(prepared->region, prepared->region_bytes);
	free(prepared);
}

const void *cb_prepared_data(const struct cb_prepared *prepared)
{
	return prepared ? prepared->data : NULL;
}

void cb_prepared_notes(const struct cb_prepared *prepared, struct cb_note *notes, unsigned *n)
{
	for (unsigned i = 0; prepared && i < prepared->notes_n; i++)
		cb_notes_add(
			notes, n, prepared->notes[i].key, prepared->notes[i].word, prepared->notes[i].number);
}
