/*
 * hybrid: P processes of T threads. Each process's own first thread is one of its workers; a partner is a
 * thread of its worker's process, unless the workload wants a process; a partner of the whole sample is one.
 */
#include <errno.h>

#include "lib/exec/crew.h"

/* P when nobody said: a process for each NUMA node or last-level cache, else 2; it must divide W and leave T
 * >= 2. */
static unsigned choose_processes(const struct cb_shape_request *request)
{
	unsigned p = request->numa_nodes > 1 ? request->numa_nodes : request->llcs > 1 ? request->llcs : 2;

	if (request->workers % p || request->workers / p < 2)
		p = 2;
	return p;
}

static int shape(const struct cb_shape_request *request, struct cb_shape *ret, struct cb_error *err)
{
	unsigned p = request->want_processes, t = request->want_threads;

	if (!p) {
		p = choose_processes(request);
		t = request->workers / p;
		if (t < 2 || request->workers % p)
			return cb_error_set(err, -EINVAL,
				"%u workers cannot be split into processes x threads of at least 2 x 2; take "
				"an even number "
				"from 4, or --shape=PxT",
				request->workers);
	}
	*ret = (struct cb_shape){ .workers = p * t, .processes = p, .threads = t };
	return 0;
}

static bool own_partners(const struct cb_crew *crew)
{
	return crew->spec->workload->partners == CB_PARTNERS_PER_WORKER && !cb_crew_forks_partners(crew);
}

/* One of the P processes: workers first..first+n-1, the first of them by this thread. */
static int process_body(struct cb_crew *crew, unsigned first, unsigned n)
{
	struct cb_error *err = &crew->control->slots[first].error;
	int r = 0;

	crew->planned = own_partners(crew) ? 2 * n - 1 : n - 1;
	for (unsigned i = first + 1; i < first + n && !r; i++)
		r = cb_crew_thread(crew, i, err);
	for (unsigned i = first; own_partners(crew) && i < first + n && !r; i++)
		r = cb_crew_thread(crew, crew->workers + i, err);
	if (r)
		return r;
	r = cb_crew_body(crew, first);
	if (!r)
		cb_crew_join(crew);
	return r;
}

static int execute(struct cb_crew *crew, struct cb_error *err)
{
	unsigned t = crew->spec->shape.threads;
	int r = 0;

	crew->planned = crew->spec->shape.processes + (own_partners(crew) ? 0 : crew->partners);
	for (unsigned p = 0; p < crew->spec->shape.processes && !r; p++)
		r = cb_crew_fork(crew, p * t, t, process_body, err);
	for (unsigned i = 0; !own_partners(crew) && i < crew->partners && !r; i++)
		r = cb_crew_fork(crew, crew->workers + i, 1, cb_crew_body_one, err);
	if (!r)
		r = cb_crew_lead(crew);
	return r ? r : cb_crew_reap(crew);
}

const struct cb_mode cb_mode_hybrid = {
	.name = "hybrid",
	.summary = "P processes of T threads each",
	.cap = CB_CAN_HYBRID,
	.shape = shape,
	.execute = execute,
	.spawn = &cb_spawn_thread,
};
