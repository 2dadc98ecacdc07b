/*
 * kernel_getppid: about the cheapest system call there is. It takes no lock and writes nothing that another
 * task reads, so that threads and processes should scale alike: the yardstick for the other kernel paths.
 */
#include "lib/workload.h"
#include <unistd.h>

static int getppid_worker_init(struct cb_worker *w, struct cb_error *err)
{
	(void)err;
	w->state = (void *)(intptr_t)getppid();
	return 0;
}

static int getppid_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	pid_t expected = (pid_t)(intptr_t)w->state;

	for (uint64_t i = 0; i < n; i++) {
		pid_t parent = getppid();

		if (parent != expected)
			return cb_error_set(
				err, -ESRCH, "the parent is process %d and was %d", parent, expected);
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

const struct cb_workload cb_workload_kernel_getppid = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_getppid",
	.summary = "a system call that does nothing: what entering the kernel costs",
	.unit = "call",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	/* Not dispatch spawn: a unit's process has another parent, and that is what a unit asks for. */
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE,
	.worker_init = getppid_worker_init,
	.run = getppid_run,
	.expect = cb_expect_units,
};
