/* processes: a process forked for each worker and each partner. */
#include "lib/exec/crew.h"

static int shape(const struct cb_shape_request *request, struct cb_shape *ret, struct cb_error *err)
{
	(void)err;
	*ret = (struct cb_shape){ .workers = request->workers, .processes = request->workers, .threads = 1 };
	return 0;
}

static int execute(struct cb_crew *crew, struct cb_error *err)
{
	int r = 0;

	for (unsigned i = 0; i < crew->workers + crew->partners && !r; i++)
		r = cb_crew_fork(crew, i, 1, cb_crew_body_one, err);
	if (!r)
		r = cb_crew_lead(crew);
	return r ? r : cb_crew_reap(crew);
}

const struct cb_mode cb_mode_processes = {
	.name = "processes",
	.summary = "a process for each worker",
	.cap = CB_CAN_PROCESSES,
	.shape = shape,
	.execute = execute,
	.spawn = &cb_spawn_process,
};
