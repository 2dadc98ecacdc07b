/*
 * pipe_pingpong: one byte to the partner and one back: two system calls and a wake-up each way. On the same
 * CPU a unit is two context switches; on another one it may wake idle CPUs, at far more cost. The answer is
 * the byte plus one, so it cannot be an echo. All processes inherit all ends, so a byte that is no ping ends
 * the partner.
 */
#include "lib/workload.h"
#include <fcntl.h>
#include <unistd.h>

#define STOP 255u /* pings are 0..253, answers 1..254 */

enum { PING, PONG, PIPES };
enum { READ_END, WRITE_END, ENDS };

struct pong_params {
	unsigned partner;
};

struct pong_pipes {
	unsigned count; /* of the pipes that are open */
	int fd[][ENDS]; /* worker i has those from PIPES * i */
};

static const int (*pong_pipes(const struct cb_worker *w))[ENDS]
{
	const struct pong_pipes *all = w->shared;

	return all->fd + PIPES * w->index;
}

static void pong_teardown(const void *params, void *shared)
{
	struct pong_pipes *all = shared;

	(void)params;
	for (unsigned i = 0; i < all->count; i++) {
		close(all->fd[i][READ_END]);
		close(all->fd[i][WRITE_END]);
	}
}

static int pong_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	unsigned count = PIPES * s->env->workers;
	struct pong_pipes *all = s->alloc(s, sizeof *all + count * sizeof all->fd[0]);

	if (!all)
		return cb_error_set(err, -ENOMEM, "no memory for a table of %u pipes", count);
	while (all->count < count) {
		if (pipe2(all->fd[all->count], O_CLOEXEC)) {
			int rc = cb_error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));

			pong_teardown(s->params, all);
			return rc;
		}
		all->count++;
	}
	*ret_shared = all;
	return 0;
}

/* Sends *byte and replaces it by the answer. */
static int pong_exchange(const struct cb_worker *w, unsigned char *byte, struct cb_error *err)
{
	const int(*pipes)[ENDS] = pong_pipes(w);
	ssize_t rc = w->io->write(pipes[PING][WRITE_END], byte, 1);

	if (rc == 1)
		rc = w->io->read(pipes[PONG][READ_END], byte, 1);
	if (rc == 1)
		return 0;
	rc = rc < 0 ? rc : -EPIPE;
	return cb_error_set(err, (int)rc, "the partner does not answer: %s", strerror((int)-rc));
}

static int pong_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	for (uint64_t unit = first; unit < first + n; unit++) {
		unsigned char sent = (unsigned char)(unit % (STOP - 1)), byte = sent;
		int rc = pong_exchange(w, &byte, err);

		if (rc)
			return rc;
		if (byte != sent + 1)
			return cb_error_set(err, -EPROTO, "the partner answered %u to %u", byte, sent);
		w->digest += cb_units_digest(unit, 1);
	}
	return 0;
}

static int pong_partner(struct cb_worker *w, struct cb_error *err)
{
	const int(*pipes)[ENDS] = pong_pipes(w);
	unsigned char byte;
	ssize_t rc;

	while ((rc = w->io->read(pipes[PING][READ_END], &byte, 1)) == 1) {
		if (byte == STOP)
			return 0;
		byte++;
		rc = w->io->write(pipes[PONG][WRITE_END], &byte, 1);
		if (rc != 1)
			break;
	}
	return cb_error_set(err, rc < 0 ? (int)rc : -EPIPE, "the partner's pipe broke");
}

static void pong_worker_fini(struct cb_worker *w)
{
	unsigned char stop = STOP;

	/* When this fails there is no partner to stop. */
	(void)!write(pong_pipes(w)[PING][WRITE_END], &stop, 1);
}

static enum cb_partner_place pong_place(const void *params)
{
	return ((const struct pong_params *)params)->partner ? CB_PARTNER_SAME : CB_PARTNER_OTHER;
}

static const char *const pong_places[] = { "other", "same", NULL };
static const struct cb_param pong_table[] = {
	{ "partner", CB_PARAM_ENUM, "", "other", 0, 0, pong_places,
		"CPU of a worker's partner: another one, or the worker's own",
		offsetof(struct pong_params, partner) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_pipe_pingpong = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "pipe_pingpong",
	.summary = "a byte there and back between a worker and its partner: system calls and wake-ups",
	.unit = "round trip",
	.version = 1,
	.class = CB_CLASS_IPC,
	.caps = CB_CAN_BLOCKING | CB_CAN_ASYNC | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_WORKER,
	.fds_per_worker = PIPES * ENDS,
	.params = pong_table,
	.params_size = sizeof(struct pong_params),
	.partner_place = pong_place,
	.setup = pong_setup,
	.run = pong_run,
	.partner = pong_partner,
	.expect = cb_expect_units,
	.worker_fini = pong_worker_fini,
	.teardown = pong_teardown,
};
