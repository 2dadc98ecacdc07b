/*
 * Checks the contract of lib/workload.h from inside: that hooks come in order and as often as promised, that
 * nobody is measured before all are ready, and that every unit is done exactly once. What is broken is an
 * error of the hook that notices.
 */
#include "lib/workload.h"

#include <errno.h>
#include <stdatomic.h>

#define WARMUP_FIRST_UNIT (UINT64_C(1) << 62)
#define POLL_NS           100000u

/* prepare's: for all samples. */
struct totals {
	_Atomic uint32_t setups, verifies, teardowns;
};

struct one {
	_Atomic uint32_t inits, partners, warmups, finis, quit, left;
};

/* setup's: for this sample. */
struct tally {
	struct totals *totals;
	uint64_t units;
	_Atomic uint64_t measured;             /* units seen, but for warm-up's */
	_Atomic uint32_t inits, finis, active; /* over all workers; active: calls of run that go on */
	struct one *workers;
	_Atomic uint8_t *seen; /* [units] */
};

static int prepare(struct cb_setup *s, void **ret_prepared, struct cb_error *err)
{
	struct totals *t = s->alloc(s, sizeof *t);

	if (!t)
		return cb_error_set(err, -ENOMEM, "no memory");
	if (s->prepared || s->units)
		return cb_error_set(err, -EPROTO, "prepare was handed what it is to make");
	*ret_prepared = t;
	return 0;
}

static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	struct totals *totals = (struct totals *)(uintptr_t)s->prepared;
	struct tally *t = s->alloc(s, sizeof *t);

	if (!totals)
		return cb_error_set(err, -EPROTO, "setup without prepare");
	if (atomic_fetch_add(&totals->setups, 1) != totals->teardowns ||
		totals->verifies != totals->teardowns)
		return cb_error_set(err, -EPROTO, "the sample before was not verified and torn down");
	if (!t || !(t->workers = s->alloc(s, s->env->workers * sizeof *t->workers)) ||
		!(t->seen = s->alloc(s, s->units)))
		return cb_error_set(err, -ENOMEM, "no memory");
	t->totals = totals;
	t->units = s->units;
	*ret_shared = t;
	return 0;
}

static int worker_init(struct cb_worker *w, struct cb_error *err)
{
	struct tally *t = w->shared;

	if (!t || t->totals != w->prepared || w->index >= w->count || w->count != w->env->workers)
		return cb_error_set(
			err, -EPROTO, "worker %u of %u was handed something else", w->index, w->count);
	if (atomic_fetch_add(&t->workers[w->index].inits, 1) || w->digest || w->state)
		return cb_error_set(err, -EPROTO, "worker_init came twice");
	atomic_fetch_add(&t->inits, 1);
	w->state = t;
	return 0;
}

static int warm_up(struct cb_worker *w, struct tally *t, struct cb_error *err)
{
	atomic_fetch_add(&t->workers[w->index].warmups, 1);
	if (t->measured)
		return cb_error_set(err, -EPROTO, "worker %u warms up while others are measured", w->index);
	w->digest += 12345; /* is to be forgotten */
	w->metric[0] += 1;
	return 0;
}

static int measured(struct cb_worker *w, struct tally *t, uint64_t unit, struct cb_error *err)
{
	if (t->inits != w->count || !t->workers[w->index].warmups)
		return cb_error_set(err, -EPROTO, "run before all were ready");
	if (unit >= t->units)
		return cb_error_set(err, -EPROTO, "unit %llu of %llu", (unsigned long long)unit,
			(unsigned long long)t->units);
	if (atomic_fetch_add(&t->seen[unit], 1))
		return cb_error_set(err, -EPROTO, "unit %llu came twice", (unsigned long long)unit);
	atomic_fetch_add(&t->measured, 1);
	w->digest += cb_unit_random(w->seed, unit);
	w->metric[0] += 1;
	return 0;
}

static int run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct tally *t = w->shared;
	int r = 0;

	if (w->state != t || !t->workers[w->index].inits)
		return cb_error_set(err, -EPROTO, "run before worker_init");
	if (t->finis || t->workers[w->index].finis || !n)
		return cb_error_set(err, -EPROTO, "run after a worker_fini, or without units");
	if (first >= WARMUP_FIRST_UNIT)
		return warm_up(w, t, err);
	atomic_fetch_add(&t->active, 1);
	for (uint64_t i = 0; i < n && !r; i++)
		r = measured(w, t, first + i, err);
	atomic_fetch_sub(&t->active, 1);
	return r;
}

static int partner(struct cb_worker *w, struct cb_error *err)
{
	struct one *one = &((struct tally *)w->shared)->workers[w->index];

	if (atomic_fetch_add(&one->partners, 1))
		return cb_error_set(err, -EPROTO, "worker %u has two partners", w->index);
	while (!one->quit)
		w->io->sleep_ns(POLL_NS);
	atomic_fetch_add(&one->left, 1);
	return 0;
}

/* Cannot fail: what it finds is for verify to tell. */
static void worker_fini(struct cb_worker *w)
{
	struct tally *t = w->shared;

	if (t->active || t->measured != t->units)
		atomic_fetch_add(&t->workers[w->index].finis, 100);
	atomic_fetch_add(&t->workers[w->index].finis, 1);
	atomic_fetch_add(&t->finis, 1);
	atomic_store(&t->workers[w->index].quit, 1);
}

static int verify(struct cb_verify *v, struct cb_error *err)
{
	struct tally *t = v->shared;

	for (unsigned i = 0; i < v->env->workers; i++) {
		struct one *one = &t->workers[i];

		if (one->inits != 1 || one->partners != 1 || one->finis != 1 || one->left != 1 ||
			!one->warmups)
			return cb_error_set(err, -EPROTO,
				"worker %u: %u init, %u partner, %u warm-up, %u fini, %u partner left", i,
				one->inits, one->partners, one->warmups, one->finis, one->left);
	}
	for (uint64_t u = 0; u < t->units; u++)
		if (t->seen[u] != 1)
			return cb_error_set(err, -EPROTO, "unit %llu was done %u times",
				(unsigned long long)u, (unsigned)t->seen[u]);
	if (v->units != t->units)
		return cb_error_set(err, -EPROTO, "verify was told another number of units");
	atomic_fetch_add(&t->totals->verifies, 1);
	return 0;
}

static void teardown(const void *params, void *shared)
{
	struct tally *t = shared;

	(void)params;
	atomic_fetch_add(&t->totals->teardowns, 1);
}

static const struct cb_metric metrics[] = {
	{ "units", "units", CB_MERGE_SUM, 0, 0, "units done, as counted by the workload" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_hook_order = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "hook_order",
	.summary = "checks the order of hooks and that units are done once",
	.unit = "tick in a list",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_WORKER,
	.metrics = metrics,
	.prepare = prepare,
	.setup = setup,
	.worker_init = worker_init,
	.run = run,
	.partner = partner,
	.worker_fini = worker_fini,
	.verify = verify,
	.teardown = teardown,
};
