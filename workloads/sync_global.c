/*
 * sync_global: increments an ordinary variable at file scope, the one in all of the code. Nobody asks for it
 * to be shared or not: threads of a process all see one variable, a process gets a copy of its own, and in
 * hybrid the threads of each process share that process's. What each worker and the parent see in the end is
 * reported, and whatever the mode all copies together must hold every increment. These are atomic: losing
 * updates is sync_counter's subject.
 */
#include "lib/workload.h"
#include <unistd.h>

#define NOTED_MAX 8u /* workers whose view becomes a note */

enum { METRIC_COPIES, METRIC_PARENT, METRIC_LEAST, METRIC_MOST };

static uint64_t global; /* the mutable data that scripts/lint lets pass */

/* What a worker saw when all had ended. */
struct view {
	pid_t pid; /* 0: none yet */
	uint64_t global;
};

static uint64_t global_footprint(const void *params, const struct cb_env *env)
{
	(void)params;
	return env->workers * sizeof(struct view);
}

/* The parent, in whom no worker exists yet. */
static int global_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	*ret_shared = s->alloc(s, global_footprint(s->params, s->env));
	global = 0;
	return *ret_shared ? 0 : cb_error_set(err, -ENOMEM, "no memory for what workers see");
}

static int global_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	(void)err;
	for (uint64_t i = 0; i < n; i++)
		__atomic_fetch_add(&global, 1, __ATOMIC_RELAXED);
	w->digest += cb_units_digest(first, n);
	return 0;
}

static void global_worker_fini(struct cb_worker *w)
{
	struct view *views = w->shared;

	views[w->index] = (struct view){ getpid(), __atomic_load_n(&global, __ATOMIC_RELAXED) };
}

/* Whether no worker before this one is of the same process. */
static bool first_of_process(const struct view *views, unsigned index)
{
	for (unsigned i = 0; i < index; i++)
		if (views[i].pid == views[index].pid)
			return false;
	return true;
}

static void note_views(struct cb_verify *v, unsigned copies)
{
	const struct view *views = v->shared;
	unsigned workers = v->env->workers;
	char key[32];

	v->note(v, "global",
		copies == 1 && views->pid == getpid() ? "shared"
		: copies == workers                   ? "a copy for each worker"
						      : "a copy for each process");
	for (unsigned i = 0; i < workers && i < NOTED_MAX; i++) {
		snprintf(key, sizeof key, "worker_%u_sees", i);
		v->note_number(v, key, (double)views[i].global);
	}
	v->note_number(v, "parent_sees", (double)global);
}

static int global_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct view *views = v->shared;
	uint64_t sum = 0, least = UINT64_MAX, most = 0;
	unsigned copies = 0;

	for (unsigned i = 0; i < v->env->workers; i++) {
		uint64_t seen = views[i].global;

		least = seen < least ? seen : least;
		most = seen > most ? seen : most;
		if (!first_of_process(views, i))
			continue;
		copies++;
		sum += seen;
	}
	v->metric(v, METRIC_COPIES, copies);
	v->metric(v, METRIC_PARENT, (double)global);
	v->metric(v, METRIC_LEAST, (double)least);
	v->metric(v, METRIC_MOST, (double)most);
	note_views(v, copies);
	if (sum == v->units)
		return 0;
	return cb_error_set(err, -EIO,
		"%u copies of the global hold %llu increments together instead of %llu", copies,
		(unsigned long long)sum, (unsigned long long)v->units);
}

static const struct cb_metric global_metrics[] = {
	[METRIC_COPIES] = { "copies", "", CB_MERGE_VERIFY, 0, 1, "variables that the global became" },
	[METRIC_PARENT] = { "parent_sees", "", CB_MERGE_VERIFY, 0, 1,
		"what the global says in the process that started the workers" },
	[METRIC_LEAST] = { "worker_sees_min", "", CB_MERGE_VERIFY, 0, 1, "the least that a worker sees" },
	[METRIC_MOST] = { "worker_sees_max", "", CB_MERGE_VERIFY, 0, 1, "the most that a worker sees" },
	{ .name = NULL },
};

/* Not dispatch spawn: a copy would be gone with its process before it is looked at. */
const struct cb_workload cb_workload_sync_global = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "sync_global",
	.summary = "an ordinary global variable: shared by threads, copied for processes",
	.unit = "increment",
	.version = 1,
	.class = CB_CLASS_SYNC,
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE | CB_UNITS_ONCE,
	.metrics = global_metrics,
	.footprint = global_footprint,
	.setup = global_setup,
	.run = global_run,
	.expect = cb_expect_units,
	.verify = global_verify,
	.worker_fini = global_worker_fini,
};
