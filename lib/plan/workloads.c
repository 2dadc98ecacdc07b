/* From specifications to groups. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/param.h"
#include "lib/plan/ask.h"
#include "lib/plan/builder.h"
#include "lib/plan/cell.h"

static int no_memory(struct cb_error *err)
{
	return cb_error_set(err, -ENOMEM, "no memory left for the plan");
}

static int unknown(const struct cb_builder *b, const char *name, struct cb_error *err)
{
	const char *nearest, **names;
	char quoted[64];
	size_t n = 0;

	while (b->registry[n])
		n++;
	names = calloc(n + 1, sizeof *names);
	if (!names)
		return no_memory(err);
	for (size_t i = 0; i < n; i++)
		names[i] = b->registry[i]->name;
	nearest = cb_nearest(name, names);
	cb_quote(name, quoted, sizeof quoted);
	if (nearest)
		cb_error_set(err, -EINVAL, "there is no workload '%s': did you mean '%s'?", quoted, nearest);
	else
		cb_error_set(err, -EINVAL, "there is no workload '%s': see concbench list", quoted);
	free(names);
	return -EINVAL;
}

static const struct cb_workload *find(const struct cb_builder *b, const char *name)
{
	for (const struct cb_workload *const *w = b->registry; *w; w++)
		if (!strcmp((*w)->name, name))
			return *w;
	return NULL;
}

static int read_params(
	const struct cb_group *group, const struct cb_spec *spec, const char *text, struct cb_error *err)
{
	struct cb_error why = { 0 };
	int r = cb_params_parse(group->workload, spec, group->params, &why);
	char quoted[64];

	if (!r)
		r = cb_params_identify_files(group->workload, group->params, &why);
	if (!r)
		return 0;
	return cb_error_set(err, r, "%s: %s", cb_quote(text, quoted, sizeof quoted), why.text);
}

static int ask_group(struct cb_group *group, struct cb_error *err)
{
	struct cb_group_answer answer;
	int r = cb_ask_group(group->workload, group->params, &answer, err);

	if (r)
		return r;
	group->bytes_per_unit = answer.bytes_per_unit;
	group->partner_place = answer.partner_place;
	return 0;
}

/* Fills a zeroed group up to its id. text: the specification as written. */
static int fill(struct cb_group *group, const struct cb_builder *b, const struct cb_spec *spec,
	const char *text, struct cb_error *err)
{
	int r;

	group->workload = find(b, spec->workload);
	if (!group->workload)
		return unknown(b, spec->workload, err);
	group->params = calloc(1, group->workload->params_size + 1);
	if (!group->params)
		return no_memory(err);
	r = read_params(group, spec, text, err);
	if (r)
		return r;
	group->params_id = cb_params_id(group->workload, group->params);
	return group->params_id ? ask_group(group, err) : no_memory(err);
}

/* The group of the same workload and params; NULL: none. */
static struct cb_group *find_twin(const struct cb_plan *plan, const struct cb_group *group)
{
	assert(group->params_id);
	for (unsigned i = 0; i < plan->groups_n; i++) {
		struct cb_group *other = &plan->groups[i];

		if (other->workload == group->workload && !strcmp(other->params_id, group->params_id))
			return other;
	}
	return NULL;
}

static int named_twice(const struct cb_group *group, struct cb_error *err)
{
	char quoted[128];

	return cb_error_set(err, -EINVAL, "%s%s%s is asked for twice: name it once", group->workload->name,
		*group->params_id ? ":" : "", cb_quote(group->params_id, quoted, sizeof quoted));
}

/* Appends the group, which is the plan's from then on. */
static int push(struct cb_builder *b, const struct cb_group *group, struct cb_error *err)
{
	struct cb_plan *plan = &b->plan;

	if (plan->groups_n == b->groups_cap) {
		unsigned cap = b->groups_cap ? 2 * b->groups_cap : 16;
		struct cb_group *groups = realloc(plan->groups, cap * sizeof *groups);

		if (!groups)
			return no_memory(err);
		plan->groups = groups;
		b->groups_cap = cap;
	}
	plan->groups[plan->groups_n++] = *group;
	return 0;
}

/* Pushes the group, or finds that it is there. It is released where it was not pushed. */
static int push_new(struct cb_builder *b, struct cb_group *group, bool *ret_there, struct cb_error *err)
{
	struct cb_group *twin = find_twin(&b->plan, group);
	int r = 0;

	if (twin && !group->from_set && !twin->from_set)
		r = named_twice(group, err);
	else if (!twin)
		r = push(b, group, err);
	if (twin)
		twin->from_set &= group->from_set;
	*ret_there = twin;
	if (r || twin)
		cb_group_release(group);
	return r;
}

int cb_build_group(
	struct cb_builder *b, const char *specification, bool from_set, bool *ret_there, struct cb_error *err)
{
	struct cb_group group = { .first = b->plan.cells_n, .from_set = from_set };
	struct cb_spec spec;
	int r = cb_parse_spec(specification, &spec, err);

	if (r)
		return r;
	r = fill(&group, b, &spec, specification, err);
	if (r)
		cb_group_release(&group);
	else
		r = push_new(b, &group, ret_there, err);
	cb_spec_release(&spec);
	return r;
}

void cb_group_release(struct cb_group *group)
{
	free(group->params);
	free(group->params_id);
	cb_cell_release(&group->serial);
	*group = (struct cb_group){ 0 };
}
