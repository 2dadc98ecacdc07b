#include "lib/result/list_json.h"

#include "lib/base/param.h"
#include "lib/base/text.h"
#include "lib/result/json.h"
#include "lib/result/result.h"

#include <cjson/cJSON.h>

const char *const cb_param_type_names[] = {
	[CB_PARAM_U64] = "u64",
	[CB_PARAM_SIZE] = "size",
	[CB_PARAM_DURATION] = "duration",
	[CB_PARAM_DOUBLE] = "double",
	[CB_PARAM_ENUM] = "enum",
	[CB_PARAM_FILE] = "file",
	[CB_PARAM_PATH] = "path",
	[CB_PARAM_COMMAND] = "command",
};

static int put_text(void *arg, const char *text, size_t n)
{
	cb_text_add(arg, "%.*s", (int)n, text);
	return 0;
}

/* The document as text; frees it. NULL when a step failed. */
static char *finish(struct cb_json document, const bool *failed)
{
	struct cb_text text = { 0 };
	bool bad = *failed || cb_json_print(document.node, put_text, &text) < 0;

	cJSON_Delete(document.node);
	if (!bad)
		return cb_text_take(&text);
	cb_text_release(&text);
	return NULL;
}

static struct cb_json new_list(bool *failed, const char *schema)
{
	struct cb_json document = cb_json_new(failed);

	cb_json_text(document, "schema", schema);
	return document;
}

static void add_param(struct cb_json in, const struct cb_param *param)
{
	struct cb_json o = cb_json_object(in, NULL), words;

	cb_json_text(o, "name", param->name);
	cb_json_text(o, "type", cb_param_type_names[param->type]);
	cb_json_text_if(o, "unit", param->unit);
	cb_json_text(o, "default", param->def ? param->def : "");
	if (param->min != 0 || param->max != 0) {
		cb_json_double(o, "min", param->min);
		cb_json_double(o, "max", param->max);
	}
	if (param->words) {
		words = cb_json_array(o, "words");
		for (const char *const *w = param->words; *w; w++)
			cb_json_text(words, NULL, *w);
	}
	cb_json_text_if(o, "help", param->help);
}

static void add_params(struct cb_json in, const struct cb_workload *workload)
{
	struct cb_json array = cb_json_array(in, "params");

	for (const struct cb_param *p = workload->params; p && p->name; p++)
		add_param(array, p);
}

static void add_metrics(struct cb_json in, const struct cb_workload *workload)
{
	struct cb_json array = cb_json_array(in, "metrics");

	for (const struct cb_metric *m = workload->metrics; m && m->name; m++) {
		struct cb_json o = cb_json_object(array, NULL);

		cb_json_text(o, "name", m->name);
		cb_json_text_if(o, "unit", m->unit);
		cb_json_text_if(o, "help", m->help);
	}
}

static void add_abilities(struct cb_json in, const struct cb_workload *workload)
{
	struct cb_json modes = cb_json_array(in, "modes"), dispatches = cb_json_array(in, "dispatches");

	for (const struct cb_mode *const *m = cb_modes; *m; m++)
		if (workload->caps & (*m)->cap)
			cb_json_text(modes, NULL, (*m)->name);
	for (const struct cb_dispatch_row *d = cb_dispatches; d->name; d++)
		if (workload->caps & d->cap)
			cb_json_text(dispatches, NULL, d->name);
}

char *cb_list_workloads_json(const struct cb_workload *const *registry)
{
	bool failed = false;
	struct cb_json document = new_list(&failed, "concbench.list/1");
	struct cb_json array = cb_json_array(document, "workloads");

	for (; *registry; registry++) {
		struct cb_json o = cb_json_object(array, NULL);

		cb_json_text(o, "name", (*registry)->name);
		cb_json_text(o, "summary", (*registry)->summary);
		cb_json_text(o, "unit", (*registry)->unit);
		cb_json_u64(o, "version", (*registry)->version);
		cb_json_text(o, "class", cb_class_names[(*registry)->class]);
		add_abilities(o, *registry);
		add_params(o, *registry);
		add_metrics(o, *registry);
	}
	return finish(document, &failed);
}

static void add_members(
	struct cb_json in, const struct cb_workload_set *set, const struct cb_workload *const *registry)
{
	struct cb_json array = cb_json_array(in, "workloads");
	struct cb_words members = { 0 };

	if (cb_set_members(set, registry, &members, NULL) < 0)
		*in.failed = true;
	for (size_t i = 0; i < members.n; i++)
		cb_json_text(array, NULL, members.v[i]);
	cb_words_release(&members);
}

char *cb_list_groups_json(const struct cb_workload *const *registry)
{
	bool failed = false;
	struct cb_json document = new_list(&failed, "concbench.list/1");
	struct cb_json array = cb_json_array(document, "groups");

	for (const struct cb_workload_set *set = cb_workload_sets; set->name; set++) {
		struct cb_json o = cb_json_object(array, NULL);

		cb_json_text(o, "name", set->name);
		cb_json_text(o, "summary", set->summary);
		add_members(o, set, registry);
	}
	return finish(document, &failed);
}

char *cb_list_modes_json(void)
{
	bool failed = false;
	struct cb_json document = new_list(&failed, "concbench.list/1");
	struct cb_json modes = cb_json_array(document, "modes");
	struct cb_json dispatches = cb_json_array(document, "dispatches");

	for (const struct cb_mode *const *m = cb_modes; *m; m++) {
		struct cb_json o = cb_json_object(modes, NULL);

		cb_json_text(o, "name", (*m)->name);
		cb_json_text(o, "summary", (*m)->summary);
	}
	for (const struct cb_dispatch_row *d = cb_dispatches; d->name; d++) {
		struct cb_json o = cb_json_object(dispatches, NULL);

		cb_json_text(o, "name", d->name);
		cb_json_text(o, "summary", d->summary);
	}
	return finish(document, &failed);
}

char *cb_list_params_json(const struct cb_workload *workload)
{
	bool failed = false;
	struct cb_json document = new_list(&failed, "concbench.list/1");

	cb_json_text(document, "workload", workload->name);
	add_params(document, workload);
	return finish(document, &failed);
}

static void add_cpus(struct cb_json in, const struct cb_placement *placement)
{
	struct cb_json_numbers numbers = { 0 };

	if (!placement->worker_cpu || !placement->workers || placement->worker_cpu[0] < 0)
		return;
	for (unsigned i = 0; i < placement->workers; i++)
		cb_json_numbers_add(&numbers, (uint64_t)placement->worker_cpu[i]);
	cb_json_numbers_finish(&numbers, in, "cpus");
}

/* All parameters as text, so that `concbench sample` can be asked for the same. */
static void add_param_values(struct cb_json in, const struct cb_group *group)
{
	struct cb_json params = cb_json_object(in, "params");
	char value[CB_PARAM_TEXT_MAX];

	for (const struct cb_param *p = group->workload->params; p && p->name; p++)
		cb_json_text(params, p->name, cb_param_format(p, group->params, value, sizeof value));
}

static void add_work(struct cb_json in, const struct cb_group *group, const struct cb_cell *cell)
{
	const struct cb_workload *workload = group->workload;

	cb_json_text(in, "workload", workload->name);
	cb_json_u64(in, "workload_version", workload->version);
	cb_json_text(in, "unit", workload->unit);
	cb_json_text(in, "class", cb_class_names[workload->class]);
	add_param_values(in, group);
	cb_json_u64(in, "units_min", cell->units_min ? cell->units_min : CB_NONE);
	cb_json_u64(in, "units_max", cell->units_max ? cell->units_max : CB_NONE);
}

static void add_cell(struct cb_json in, const struct cb_plan *plan, const struct cb_cell *cell)
{
	struct cb_json o = cb_json_object(in, NULL);

	cb_json_text(o, "id", cell->id);
	add_work(o, &plan->groups[cell->group], cell);
	cb_json_text(o, "mode", cell->mode->name);
	cb_json_text(o, "dispatch", cb_dispatches[cell->dispatch].name);
	cb_json_u64(o, "batch", cell->batch);
	cb_json_u64(o, "workers", cell->shape.workers);
	cb_json_u64(o, "processes", cell->shape.processes);
	cb_json_u64(o, "threads", cell->shape.threads);
	cb_json_text(o, "pin", cb_pin_names[cell->placement.pin]);
	add_cpus(o, &cell->placement);
	cb_json_u64(o, "cpus_n", cell->env.cpus);
	cb_json_bool(o, "oversubscribed", cell->oversubscribed);
	cb_json_text(o, "status", cb_status_names[cell->status]);
	cb_json_text_if(o, "reason", cell->reason);
}

char *cb_plan_json(const struct cb_plan *plan, uint64_t expected_ns)
{
	bool failed = false;
	struct cb_json document = new_list(&failed, "concbench.plan/1"), cells;

	cb_json_u64(document, "expected_ns", expected_ns);
	cells = cb_json_array(document, "cells");
	for (unsigned i = 0; i < plan->cells_n; i++)
		add_cell(cells, plan, &plan->cells[i]);
	return finish(document, &failed);
}
