/* A worker and its partner exchange a byte for each unit, until the partner of one worker goes wrong. */
#include "lib/workload.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUIT 'q'

struct fault {
	unsigned how;
	uint64_t worker, after;
};

enum how { NONE, ERROR, SEGV, KILL, EXIT, HANG, HANG_AT_END };

/* Both ends of worker i's socket: 2 * i is the worker's, 2 * i + 1 its partner's. */
static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	int *fds = s->alloc(s, 2 * s->env->workers * sizeof *fds), r;

	if (!fds)
		return cb_error_set(err, -ENOMEM, "no memory");
	for (unsigned i = 0; i < s->env->workers; i++)
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds + 2 * i)) {
			r = -errno;
			return cb_error_set(err, r, "cannot make a socket pair: %s", strerror(errno));
		}
	*ret_shared = fds;
	return 0;
}

static int run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	int fd = ((const int *)w->shared)[2 * w->index];
	char byte = 'u';

	for (uint64_t i = 0; i < n; i++) {
		if (w->io->send(fd, &byte, 1, 0) != 1 || w->io->recv(fd, &byte, 1, 0) != 1)
			return cb_error_set(err, -EPIPE, "the partner does not answer");
		w->digest += cb_unit_random(w->seed, first + i);
	}
	return 0;
}

static int strike(unsigned how, struct cb_error *err)
{
	switch (how) {
	case ERROR:
		return cb_error_set(err, -EIO, "asked to fail");
	case SEGV:
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
		break;
	case KILL:
		kill(getpid(), SIGKILL);
		break;
	case EXIT:
		_exit(3);
	case HANG:
	case HANG_AT_END:
		for (;;)
			pause();
	default:
		break;
	}
	return 0;
}

static int partner(struct cb_worker *w, struct cb_error *err)
{
	const struct fault *fault = w->params;
	int fd = ((const int *)w->shared)[2 * w->index + 1], r = 0;
	uint64_t done = 0;
	char byte = 0;

	while (!r && w->io->recv(fd, &byte, 1, 0) == 1 && byte != QUIT) {
		if (done++ == fault->after && w->index == fault->worker && fault->how != HANG_AT_END)
			r = strike(fault->how, err);
		if (!r && w->io->send(fd, &byte, 1, 0) != 1)
			r = -EPIPE;
	}
	if (fault->how == HANG_AT_END && w->index == fault->worker)
		r = strike(fault->how, err);
	return r;
}

static void worker_fini(struct cb_worker *w)
{
	char byte = QUIT;

	w->io->send(((const int *)w->shared)[2 * w->index], &byte, 1, 0);
}

static const char *const hows[] = { "none", "error", "segv", "kill", "exit", "hang", "hang_at_end", NULL };

static const struct cb_param params[] = {
	{ "how", CB_PARAM_ENUM, "", "none", 0, 0, hows, "what the partner does",
		offsetof(struct fault, how) },
	{ "worker", CB_PARAM_U64, "", "0", 0, 0, NULL, "whose partner", offsetof(struct fault, worker) },
	{ "after", CB_PARAM_U64, "units", "0", 0, 0, NULL, "exchanges before",
		offsetof(struct fault, after) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_fault_partner = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "fault_partner",
	.summary = "exchanges bytes with a partner that goes wrong on purpose",
	.unit = "byte there and back",
	.version = 1,
	.class = CB_CLASS_IPC,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_WORKER,
	.fds_per_worker = 2,
	.params = params,
	.params_size = sizeof(struct fault),
	.setup = setup,
	.run = run,
	.partner = partner,
	.worker_fini = worker_fini,
};
