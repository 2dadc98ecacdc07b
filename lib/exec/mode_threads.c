/*
 * threads: a thread of the leader for each worker and each partner; the leader's main thread only supervises.
 * Partners that are processes are forked first, while there is one thread.
 */
#include "lib/exec/crew.h"

static int shape(const struct cb_shape_request *request, struct cb_shape *ret, struct cb_error *err)
{
	(void)err;
	*ret = (struct cb_shape){ .workers = request->workers, .processes = 1, .threads = request->workers };
	return 0;
}

static int execute(struct cb_crew *crew, struct cb_error *err)
{
	unsigned all = crew->workers + crew->partners;
	unsigned threads = cb_crew_forks_partners(crew) ? crew->workers : all;
	int r = 0;

	crew->planned = all - threads;
	for (unsigned i = threads; i < all && !r; i++)
		r = cb_crew_fork(crew, i, 1, cb_crew_body_one, err);
	crew->planned = threads;
	for (unsigned i = 0; i < threads && !r; i++)
		r = cb_crew_thread(crew, i, err);
	if (!r)
		r = cb_crew_lead(crew);
	if (!r)
		cb_crew_join(crew);
	return r ? r : cb_crew_reap(crew);
}

const struct cb_mode cb_mode_threads = {
	.name = "threads",
	.summary = "a thread for each worker, in one process",
	.cap = CB_CAN_THREADS,
	.shape = shape,
	.execute = execute,
	.spawn = &cb_spawn_thread,
};
