/*
 * ipc_socketpair: messages through pairs of connected UNIX sockets, which go both ways. They are stream
 * sockets, but for share=one: only SOCK_SEQPACKET promises that messages of many writers stay whole for many
 * readers.
 */
#include "lib/workload_ipc.h"

/* A packet must fit the send buffer at once: 208 KiB by default, less where the host was told so. */
#define PACKET_MAX 65536u

static int make(const struct cb_ipc_params *params, struct cb_ipc_end ret[CB_IPC_SIDES], struct cb_error *err)
{
	int type = params->share == CB_IPC_ONE ? SOCK_SEQPACKET : SOCK_STREAM;
	int fd[CB_IPC_SIDES];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd))
		return cb_error_set(err, -errno, "cannot make a socket pair: %s", strerror(errno));
	for (int side = 0; side < CB_IPC_SIDES; side++)
		ret[side] = (struct cb_ipc_end){ .in = fd[side], .out = fd[side] };
	return 0;
}

static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	return cb_ipc_setup(s, make, ret_shared, err);
}

static int supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	(void)env;
	return cb_ipc_check_params(params, PACKET_MAX, err);
}

static const struct cb_param params_table[] = { CB_IPC_PARAMS, CB_IPC_PARAM_SHARE, { .name = NULL } };

const struct cb_workload cb_workload_ipc_socketpair = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "ipc_socketpair",
	.summary = "messages through pairs of UNIX sockets, to a partner and back, or one after the other",
	.version = 1,
	.params = params_table,
	.supported = supported,
	.setup = setup,
	CB_IPC_REST,
};
