/*
 * serial: the leader itself is the only worker. A partner is a process of its own, so that the leader stays a
 * single-threaded program.
 */
#include "lib/exec/crew.h"

static int shape(const struct cb_shape_request *request, struct cb_shape *ret, struct cb_error *err)
{
	(void)request, (void)err;
	*ret = (struct cb_shape){ .workers = 1, .processes = 1, .threads = 1 };
	return 0;
}

static int execute(struct cb_crew *crew, struct cb_error *err)
{
	int r = 0;

	crew->inline_worker = true;
	crew->planned = crew->partners;
	for (unsigned i = 0; i < crew->partners && !r; i++)
		r = cb_crew_fork(crew, crew->workers + i, 1, cb_crew_body_one, err);
	if (!r)
		r = cb_crew_body(crew, 0);
	return r ? r : cb_crew_reap(crew);
}

const struct cb_mode cb_mode_serial = {
	.name = "serial",
	.summary = "one worker: the process itself",
	.cap = CB_CAN_SERIAL,
	.shape = shape,
	.execute = execute,
};
