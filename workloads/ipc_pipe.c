/*
 * ipc_pipe: messages through pipes. A pipe has one direction, so a round trip or a duplex stream takes two of
 * them. With share=one all workers write to one pipe and all partners read from it: writes of up to PIPE_BUF
 * bytes are atomic, and as all messages have one size, so is each read.
 */
#include "lib/workload_ipc.h"
#include <limits.h>

static int make_pipe(int ret[2], struct cb_error *err)
{
	if (!pipe2(ret, O_CLOEXEC))
		return 0;
	return cb_error_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
}

static int make(const struct cb_ipc_params *params, struct cb_ipc_end ret[CB_IPC_SIDES], struct cb_error *err)
{
	int there[2], back[2], r = make_pipe(there, err);

	if (r)
		return r;
	if (cb_ipc_answers(params)) {
		r = make_pipe(back, err);
		if (r) {
			close(there[0]);
			close(there[1]);
			return r;
		}
	}
	ret[CB_IPC_WORKER] = (struct cb_ipc_end){ .in = there[1], .out = there[1] };
	ret[CB_IPC_PARTNER] = (struct cb_ipc_end){ .in = there[0], .out = there[0] };
	if (cb_ipc_answers(params)) {
		ret[CB_IPC_WORKER].in = back[0];
		ret[CB_IPC_PARTNER].out = back[1];
	}
	return 0;
}

static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	return cb_ipc_setup(s, make, ret_shared, err);
}

static int supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	(void)env;
	return cb_ipc_check_params(params, PIPE_BUF, err);
}

static const struct cb_param params_table[] = { CB_IPC_PARAMS, CB_IPC_PARAM_SHARE, { .name = NULL } };

const struct cb_workload cb_workload_ipc_pipe = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "ipc_pipe",
	.summary = "messages through pipes, to a partner and back, or one after the other",
	.version = 1,
	.params = params_table,
	.supported = supported,
	.setup = setup,
	CB_IPC_REST,
};
