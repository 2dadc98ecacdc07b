#include "lib/result/drive_json.h"

#include "lib/base/text.h"
#include "lib/result/json.h"
#include "lib/result/read_json.h"
#include "lib/result/result.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLAN        "concbench.plan/1"
#define SAMPLE      "concbench.sample/1"
#define EXACT_MAX   ((uint64_t)1 << 53)
#define WORKERS_MAX ((uint64_t)1 << 20)
#define CELLS_MAX   10000

/* ---- a plan ---- */

static int read_params(struct cb_reader in, struct cb_spec *spec)
{
	struct cb_reader params = cb_read_object(in, "params");
	const cJSON *item;

	if (!params.object)
		return 0;
	spec->pairs = calloc((size_t)cJSON_GetArraySize(params.object) + 1, sizeof *spec->pairs);
	if (!spec->pairs)
		return cb_error_set(in.err, -ENOMEM, "out of memory");
	cJSON_ArrayForEach(item, params.object)
	{
		struct cb_spec_pair *pair = &spec->pairs[spec->n];

		if (!cJSON_IsString(item))
			return cb_error_set(in.err, -EINVAL, "\"params\" is not an object of strings");
		pair->name = strdup(item->string);
		pair->value = strdup(item->valuestring);
		spec->n++;
		if (!pair->name || !pair->value)
			return cb_error_set(in.err, -ENOMEM, "out of memory");
	}
	return 0;
}

static void read_cell(struct cb_reader in, struct cb_gate_cell *cell)
{
	cell->id = cb_read_copy(in, "id");
	cell->spec.workload = cb_read_copy(in, "workload");
	cell->version = (unsigned)cb_read_u64(in, "workload_version", 0, UINT32_MAX);
	cell->unit = cb_read_copy(in, "unit");
	cell->waits = !strcmp(cb_read_text(in, "class"), cb_class_names[CB_CLASS_WAIT]);
	read_params(in, &cell->spec);
	cell->units_min = cb_read_has(in, "units_min") ? cb_read_u64(in, "units_min", 0, EXACT_MAX) : 0;
	cell->units_max = cb_read_u64_if(in, "units_max");
	cell->mode = cb_read_copy(in, "mode");
	cell->dispatch = cb_read_copy(in, "dispatch");
	cell->batch = cb_read_u64(in, "batch", 0, EXACT_MAX);
	cell->workers = (unsigned)cb_read_u64(in, "workers", 1, WORKERS_MAX);
	cell->processes = (unsigned)cb_read_u64(in, "processes", 0, WORKERS_MAX);
	cell->threads = (unsigned)cb_read_u64(in, "threads", 0, WORKERS_MAX);
	cell->pin = cb_read_copy(in, "pin");
	cell->cpus = (unsigned)cb_read_u64(in, "cpus_n", 0, WORKERS_MAX);
	cell->oversubscribed = cb_read_bool(in, "oversubscribed");
	cell->timing = "none";
	cell->timing_every = 1;
	if (strcmp(cb_read_text(in, "status"), cb_status_names[CB_OK])) {
		cell->status = CB_GATE_SKIPPED;
		snprintf(cell->reason, sizeof cell->reason, "%s", cb_read_text_if(in, "reason"));
	}
	if (!cell->cpus)
		cell->cpus = 1;
}

static int read_plan(const cJSON *root, struct cb_drive_plan *plan, struct cb_error *err)
{
	struct cb_reader in = { cJSON_IsObject(root) ? root : NULL, err };
	const cJSON *cells, *item;
	int n;

	if (!in.object || strcmp(cb_read_text_if(in, "schema"), PLAN))
		return cb_error_set(err, -EINVAL, "did not answer with a plan (" PLAN ")");
	cells = cb_read_array(in, "cells");
	n = cJSON_GetArraySize(cells);
	if (n > CELLS_MAX)
		return cb_error_set(err, -EINVAL, "plans more than %d cells", CELLS_MAX);
	plan->cells = calloc((size_t)n + 1, sizeof *plan->cells);
	if (!plan->cells)
		return cb_error_set(err, -ENOMEM, "out of memory");
	cJSON_ArrayForEach(item, cells)
	{
		read_cell((struct cb_reader){ cJSON_IsObject(item) ? item : NULL, err },
			&plan->cells[plan->n++]);
	}
	return err->code;
}

int cb_drive_plan_parse(const char *text, size_t n, struct cb_drive_plan *ret, struct cb_error *err)
{
	cJSON *root = cJSON_ParseWithLength(text, n);
	struct cb_drive_plan plan = { 0 };
	struct cb_error why = { 0 };

	read_plan(root, &plan, &why);
	cJSON_Delete(root);
	if (why.code) {
		cb_drive_plan_release(&plan);
		return cb_error_set(err, why.code, "%s", why.text);
	}
	*ret = plan;
	return 0;
}

void cb_drive_plan_release(struct cb_drive_plan *plan)
{
	for (unsigned i = 0; i < plan->n; i++)
		cb_gate_cell_release(&plan->cells[i]);
	free(plan->cells);
	*plan = (struct cb_drive_plan){ 0 };
}

/* ---- a request ---- */

static int put_text(void *arg, const char *text, size_t n)
{
	cb_text_add(arg, "%.*s", (int)n, text);
	return 0;
}

/* The arm's own value of a parameter, where it has one. */
static const char *value_of(const struct cb_spec_pair *pair, const struct cb_spec_pair *own)
{
	return own && own->name && !strcmp(own->name, pair->name) ? own->value : pair->value;
}

static void add_request(struct cb_json in, const struct cb_gate_cell *cell, const struct cb_spec_pair *param,
	uint64_t units, uint64_t timeout_ns, const struct cb_drive_options *options)
{
	struct cb_json params;

	cb_json_text(in, "schema", SAMPLE);
	cb_json_text(in, "workload", cell->spec.workload);
	params = cb_json_object(in, "params");
	for (size_t i = 0; i < cell->spec.n; i++)
		cb_json_text(params, cell->spec.pairs[i].name, value_of(&cell->spec.pairs[i], param));
	cb_json_text(in, "mode", cell->mode);
	cb_json_text(in, "dispatch", cell->dispatch);
	cb_json_text(in, "pin", cell->pin);
	cb_json_u64(in, "batch", cell->batch);
	cb_json_u64(in, "workers", cell->workers);
	cb_json_u64(in, "processes", cell->processes ? cell->processes : CB_NONE);
	cb_json_u64(in, "threads", cell->threads ? cell->threads : CB_NONE);
	cb_json_u64(in, "units", units);
	cb_json_word(in, "seed", options->seed);
	cb_json_text(in, "timing", cell->timing);
	cb_json_u64(in, "timing_every", cell->timing_every);
	cb_json_u64(in, "warmup_ns", options->warmup_ns);
	cb_json_u64(in, "timeout_ns", timeout_ns);
	cb_json_text_if(in, "dir", options->dir);
	if (options->allow_unverified) /* a key that not every build knows */
		cb_json_bool(in, "allow_unverified", true);
}

char *cb_drive_request(const struct cb_gate_cell *cell, const struct cb_spec_pair *param, uint64_t units,
	uint64_t timeout_ns, const struct cb_drive_options *options)
{
	bool failed = false;
	struct cb_json request = cb_json_new(&failed);
	struct cb_text text = { 0 };

	add_request(request, cell, param, units, timeout_ns, options);
	if (!failed)
		failed = cb_json_print(request.node, put_text, &text) < 0;
	cJSON_Delete(request.node);
	if (!failed)
		return cb_text_take(&text);
	cb_text_release(&text);
	return NULL;
}

/* ---- an answer ---- */

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a == CB_NONE || b == CB_NONE ? CB_NONE : a + b;
}

static void read_sample(struct cb_reader in, struct cb_gate_sample *sample)
{
	struct cb_reader s = cb_read_object(in, "sample");
	uint64_t partners = cb_read_u64_if(s, "partner_cpu_ns");

	sample->units = cb_read_u64(s, "units", 0, EXACT_MAX);
	sample->makespan_ns = cb_read_u64(s, "makespan_ns", 0, EXACT_MAX);
	sample->cpu_ns = sum(cb_read_u64_if(s, "cpu_user_ns"), cb_read_u64_if(s, "cpu_sys_ns"));
	sample->cpu_ns = partners == CB_NONE ? sample->cpu_ns : sum(sample->cpu_ns, partners);
	sample->pss_bytes = cb_read_u64_if(s, "pss_bytes");
	sample->steal_ns = cb_read_u64_if(s, "steal_ns");
	sample->throttled_ns = cb_read_u64_if(s, "throttled_ns");
	sample->digest = cb_read_word(s, "digest");
	sample->p99_ns = CB_NONE;
	if (cb_read_has(in, "latency"))
		sample->p99_ns = cb_read_u64_if(cb_read_object(in, "latency"), "p99_ns");
}

/* Whether the answer is to this question. */
static void check_sample(const struct cb_gate_sample *sample, uint64_t units, struct cb_drive_answer *answer)
{
	if (sample->units != units) {
		answer->status = CB_MISMATCH;
		snprintf(answer->reason, sizeof answer->reason, "%llu units were done, %llu were asked for",
			(unsigned long long)sample->units, (unsigned long long)units);
	}
}

static unsigned statuses(void)
{
	return CB_MISMATCH + 1;
}

static void read_answer(
	struct cb_reader in, const struct cb_gate_cell *cell, uint64_t units, struct cb_drive_answer *answer)
{
	if (!in.object || strcmp(cb_read_text_if(in, "schema"), SAMPLE)) {
		cb_error_set(in.err, -EINVAL, "did not answer with a sample (" SAMPLE ")");
		return;
	}
	answer->status = (enum cb_status)cb_read_choice(in, "status", cb_status_names, statuses());
	snprintf(answer->reason, sizeof answer->reason, "%s", cb_read_text_if(in, "reason"));
	if (strcmp(cb_read_text(in, "workload"), cell->spec.workload) ||
		cb_read_u64(in, "workload_version", 0, UINT32_MAX) != cell->version)
		cb_error_set(in.err, -EINVAL, "answered with another workload or version than planned");
	if (answer->status != CB_OK)
		return;
	read_sample(in, &answer->sample);
	check_sample(&answer->sample, units, answer);
}

int cb_drive_answer_parse(const char *text, size_t n, const struct cb_gate_cell *cell, uint64_t units,
	struct cb_drive_answer *ret, struct cb_error *err)
{
	cJSON *root = cJSON_ParseWithLength(text, n);
	struct cb_drive_answer answer = { 0 };
	struct cb_error why = { 0 };

	read_answer((struct cb_reader){ cJSON_IsObject(root) ? root : NULL, &why }, cell, units, &answer);
	cJSON_Delete(root);
	if (why.code)
		return cb_error_set(err, why.code, "%s", why.text);
	*ret = answer;
	return 0;
}
