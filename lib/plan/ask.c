#include "lib/plan/ask.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/parse.h"
#include "lib/exec/guard.h"
#include "lib/exec/plugin.h"

#define TIMEOUT_NS UINT64_C(10000000000) /* hooks that say what could be measured are quick */

/* One question; lies in shared memory where another process answers. */
struct question {
	const struct cb_workload *workload;
	const void *params;
	const struct cb_env *env; /* NULL: the group is asked */
	struct cb_error error;    /* the plugin could not be loaded */
	struct cb_group_answer group;
	struct cb_cell_answer cell;
};

static void answer_group(struct question *q, const struct cb_workload *w)
{
	q->group.bytes_per_unit = w->bytes_per_unit ? w->bytes_per_unit(q->params) : 0;
	q->group.partner_place = w->partner_place ? w->partner_place(q->params) : CB_PARTNER_OTHER;
}

static enum cb_status expected_status(const struct question *q, const struct cb_workload *w)
{
	const char *name = w->expects ? w->expects(q->params, q->env) : NULL;

	for (unsigned s = 0; name && cb_status_names[s]; s++)
		if (!strcmp(cb_status_names[s], name))
			return (enum cb_status)s;
	return CB_OK;
}

static void answer_cell(struct question *q, const struct cb_workload *w)
{
	struct cb_cell_answer *a = &q->cell;

	a->supported = w->supported ? w->supported(q->params, q->env, &a->why) : 0;
	if (a->supported)
		cb_error_set(&a->why, a->supported, "%s", strerror(-a->supported));
	a->expected = expected_status(q, w);
	a->units_min = w->units_min ? w->units_min(q->params, q->env) : 0;
	a->unit_ns_worst = w->unit_ns_worst ? w->unit_ns_worst(q->params, q->env) : 0;
	a->units_max = w->units_max ? w->units_max(q->params, q->env) : 0;
	a->footprint_bytes = w->footprint ? w->footprint(q->params, q->env) : 0;
}

static void answer(void *arg)
{
	struct question *q = arg;
	const struct cb_workload *w = cb_workload_enter(q->workload, &q->error);

	if (w && q->env)
		answer_cell(q, w);
	else if (w)
		answer_group(q, w);
}

static bool has_hooks(const struct cb_workload *w, bool of_cell)
{
	return of_cell ? w->supported || w->units_max || w->footprint || w->expects || w->units_min ||
				 w->unit_ns_worst
		       : w->bytes_per_unit || w->partner_place;
}

/* What another process wrote is made fit to be used. */
static void tame(struct question *q)
{
	q->error.text[sizeof q->error.text - 1] = '\0';
	q->cell.why.text[sizeof q->cell.why.text - 1] = '\0';
	cb_tame(q->error.text);
	cb_tame(q->cell.why.text);
	if ((unsigned)q->cell.expected > CB_MISMATCH)
		q->cell.expected = CB_OK;
	if ((unsigned)q->group.partner_place > CB_PARTNER_SAME)
		q->group.partner_place = CB_PARTNER_OTHER;
}

static int ask_guarded(struct question *q, struct cb_error *err)
{
	struct question *shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cb_error why = { 0 };
	int r;

	if (shared == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "no memory left for the plan");
	*shared = *q;
	r = cb_guard_run(answer, shared, TIMEOUT_NS, &why);
	*q = *shared;
	munmap(shared, sizeof *shared);
	tame(q);
	if (r)
		return cb_error_set(err, r, "%s: what it can measure is not known: asking it %s",
			q->workload->name, why.text);
	return q->error.code ? cb_error_set(err, -EINVAL, "%s", q->error.text) : 0;
}

static int ask(struct question *q, struct cb_error *err)
{
	const struct cb_workload *workload = q->workload;
	int r = 0;

	if (!workload->origin)
		answer(q);
	else if (has_hooks(workload, q->env))
		r = ask_guarded(q, err);
	return r;
}

int cb_ask_group(const struct cb_workload *workload, const void *params, struct cb_group_answer *ret,
	struct cb_error *err)
{
	struct question q = { .workload = workload, .params = params };
	int r = ask(&q, err);

	if (!r)
		*ret = q.group;
	return r;
}

int cb_ask_cell(const struct cb_workload *workload, const void *params, const struct cb_env *env,
	struct cb_cell_answer *ret, struct cb_error *err)
{
	struct question q = { .workload = workload, .params = params, .env = env };
	int r = ask(&q, err);

	if (!r)
		*ret = q.cell;
	return r;
}
