/* What prepare and setup hooks are given. */
#ifndef CB_EXEC_SETUP_H
#define CB_EXEC_SETUP_H

#include "lib/exec/control.h"

/* The harness's side of a cb_setup: reached by its opaque pointer. */
struct cb_setup_context {
	struct cb_control *control;
	char *region; /* prepare: reserved shared memory at a fixed place; NULL in setup */
	size_t region_bytes;
	int fd_socket; /* prepare: where kept descriptors are sent; -1 in setup */
};

/* Fills s with the functions; the caller adds env, params, prepared, seed and units. */
void cb_setup_init(struct cb_setup *s, struct cb_setup_context *context);

#define CB_KEPT_FDS_MAX  64  /* descriptors a prepare hook may keep */
#define CB_KEPT_FD_FIRST 100 /* their numbers start here, above all that the harness has open */

/* Sends fd and the number it is to have; receives one: 0, or -ENODATA when no more are there. */
int cb_fd_send(int socket_fd, int fd, int number);
int cb_fd_receive(int socket_fd, int *ret_fd, int *ret_number);

#endif
