/*
 * ipc_tcp: messages through TCP connections over the loopback interface, IPv4, sent at once (TCP_NODELAY),
 * with the kernel's own buffer sizes. The listening socket is bound to 127.0.0.1 and a port of the kernel's
 * choice, and lives until its one connection is there. There is no share=one: a byte stream of many writers
 * has no messages.
 */
#include "lib/workload_ipc.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

/* A socket bound to the loopback interface; its address goes to *ret_address. Returns it or a negative errno.
 */
static int bind_to_loopback(int type, struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof address;
	int r, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, size) ||
		getsockname(fd, (struct sockaddr *)&address, &size)) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret_address = address;
	return fd;
}

/* The listener's side of the connection that `connected` has made; strangers may connect as well, and are
 * closed. */
static int accept_own(int listener, int connected)
{
	struct sockaddr_in own = { 0 }, peer = { 0 };
	socklen_t size = sizeof own;
	int fd;

	if (getsockname(connected, (struct sockaddr *)&own, &size))
		return -errno;
	for (;;) {
		size = sizeof peer;
		fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
		if (fd < 0)
			return -errno;
		if (peer.sin_port == own.sin_port)
			return fd;
		close(fd);
	}
}

/* Both sides of a connection, in fd[]. What is open when it fails is in fd[] too, else -1. */
static int connect_pair(int listener, const struct sockaddr_in *address, int fd[CB_IPC_SIDES])
{
	int one = 1;

	fd[CB_IPC_PARTNER] = -1;
	fd[CB_IPC_WORKER] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd[CB_IPC_WORKER] < 0 || listen(listener, 8) ||
		connect(fd[CB_IPC_WORKER], (const struct sockaddr *)address, sizeof *address))
		return -errno;
	fd[CB_IPC_PARTNER] = accept_own(listener, fd[CB_IPC_WORKER]);
	if (fd[CB_IPC_PARTNER] < 0)
		return fd[CB_IPC_PARTNER];
	for (int side = 0; side < CB_IPC_SIDES; side++)
		if (setsockopt(fd[side], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
			return -errno;
	return 0;
}

static int make(const struct cb_ipc_params *params, struct cb_ipc_end ret[CB_IPC_SIDES], struct cb_error *err)
{
	struct sockaddr_in address;
	int fd[CB_IPC_SIDES] = { -1, -1 }, listener = bind_to_loopback(SOCK_STREAM, &address);
	int r = listener < 0 ? listener : connect_pair(listener, &address, fd);

	(void)params;
	if (listener >= 0)
		close(listener);
	for (int side = 0; side < CB_IPC_SIDES; side++)
		if (!r)
			ret[side] = (struct cb_ipc_end){ .in = fd[side], .out = fd[side] };
		else if (fd[side] >= 0)
			close(fd[side]);
	return r ? cb_error_set(err, r, "cannot connect over 127.0.0.1: %s", strerror(-r)) : 0;
}

static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	return cb_ipc_setup(s, make, ret_shared, err);
}

/* Connecting a datagram socket sends nothing, and fails where there is no way to the address. */
static int supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	struct sockaddr_in address;
	int fd = bind_to_loopback(SOCK_DGRAM, &address), r = fd < 0 ? fd : 0;

	(void)env;
	if (!r && connect(fd, (struct sockaddr *)&address, sizeof address))
		r = -errno;
	if (fd >= 0)
		close(fd);
	if (r)
		return cb_error_set(err, -ENOTSUP, "no IPv4 loopback here: 127.0.0.1: %s", strerror(-r));
	return cb_ipc_check_params(params, 0, err);
}

static const struct cb_param params_table[] = { CB_IPC_PARAMS, { .name = NULL } };

const struct cb_workload cb_workload_ipc_tcp = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "ipc_tcp",
	.summary = "messages through TCP over the loopback interface, to a partner and back, or one after "
		   "the other",
	.version = 1,
	.params = params_table,
	.supported = supported,
	.setup = setup,
	CB_IPC_REST,
};
