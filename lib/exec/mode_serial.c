/*
 * serial: the leader itself is the only worker. One that has a partner is a process of its own, as the
 * partner is: somebody has to notice when one of them dies while the other waits for it.
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

	crew->inline_worker = !crew->partners;
	if (crew->inline_worker)
		return cb_crew_body(crew, 0);
	for (unsigned i = 0; i < crew->workers + crew->partners && !r; i++)
		r = cb_crew_fork(crew, i, 1, cb_crew_body_one, err);
	if (!r)
		r = cb_crew_lead(crew);
	return r ? r : cb_crew_reap(crew);
}

const struct cb_mode cb_mode_serial = {
	.name = "serial",
	.summary = "one worker: the process itself",
	.cap = CB_CAN_SERIAL,
	.shape = shape,
	.execute = execute,
};
