/*
 * A cell of the result file. Its samples may be thousands, each with a hundred numbers or with rows of a
 * thousand workers, and cJSON takes 150 bytes for a number; every page of that would be copied by each later
 * fork. So the line is written in pieces, front, one sample after the other, rest: memory stays that of one
 * sample.
 */
#include "lib/result/cell_json.h"

#include "lib/base/param.h"
#include "lib/exec/plugin.h"
#include "lib/result/fault_json.h"
#include "lib/result/json.h"
#include "lib/result/measured_json.h"
#include "lib/result/price.h"
#include "lib/result/stuck_json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

/* ---- what a cell is ------------------------------------------------------------------------------ */

static void add_file(struct cb_json in, const char *key, const struct cb_file *file)
{
	char crc32[16];
	struct cb_json object;

	if (!file->path[0])
		return;
	object = cb_json_object(in, key);
	snprintf(crc32, sizeof crc32, "0x%08x", (unsigned)file->crc32);
	cb_json_text(object, "path", file->path);
	cb_json_u64(object, "size_bytes", file->size_bytes);
	cb_json_text(object, "crc32", crc32);
}

/* Counts are numbers; sizes, durations and words are the text that the command line takes, unit included. */
static void add_param(struct cb_json in, const struct cb_param *param, const void *data)
{
	const void *field = (const char *)data + param->offset;
	char text[CB_PARAM_TEXT_MAX];

	if (param->type == CB_PARAM_FILE)
		add_file(in, param->name, field);
	else if (param->type == CB_PARAM_U64)
		cb_json_u64(in, param->name, *(const uint64_t *)field);
	else if (param->type == CB_PARAM_DOUBLE)
		cb_json_double(in, param->name, *(const double *)field);
	else
		cb_json_text(in, param->name, cb_param_format(param, data, text, sizeof text));
}

static void add_params(struct cb_json in, const struct cb_group *group)
{
	struct cb_json params = cb_json_object(in, "params");

	for (const struct cb_param *p = group->workload->params; p && p->name; p++)
		add_param(params, p, group->params);
}

/* Which programs the commands among the parameters are. */
static void add_programs(struct cb_json in, const struct cb_group *group)
{
	struct cb_json programs = { 0 };
	struct cb_file program;

	for (const struct cb_param *p = group->workload->params; p && p->name; p++) {
		if (p->type != CB_PARAM_COMMAND)
			continue;
		memcpy(&program, (const char *)group->params + p->offset + offsetof(struct cb_argv, program),
			sizeof program);
		if (!programs.node)
			programs = cb_json_object(in, "programs");
		add_file(programs, p->name, &program);
	}
}

static bool holds(const int *cpus, unsigned n, int cpu)
{
	for (unsigned i = 0; i < n; i++)
		if (cpus[i] == cpu)
			return true;
	return false;
}

static void add_cpu_list(struct cb_json in, const char *key, const unsigned *cpus, size_t n)
{
	struct cb_json_numbers numbers = { 0 };

	for (size_t i = 0; i < n; i++)
		cb_json_numbers_add(&numbers, cpus[i]);
	cb_json_numbers_finish(&numbers, in, key);
}

/* The distinct CPUs of pins, in the order of the first worker on each. */
static void add_pins(struct cb_json in, const char *key, const int *cpus, unsigned n)
{
	struct cb_json_numbers numbers = { 0 };

	for (unsigned i = 0; i < n; i++)
		if (!holds(cpus, i, cpus[i]))
			cb_json_numbers_add(&numbers, (uint64_t)cpus[i]);
	cb_json_numbers_finish(&numbers, in, key);
}

static void add_workload(struct cb_json in, const struct cb_group *group)
{
	const struct cb_workload *workload = group->workload;

	cb_json_text(in, "workload", workload->name);
	cb_json_u64(in, "workload_version", workload->version);
	cb_json_text(in, "class", cb_class_names[workload->class]);
	cb_json_text(in, "unit", workload->unit);
	if (workload->bytes_per_unit)
		cb_json_u64(in, "bytes_per_unit", group->bytes_per_unit);
	if (cb_workload_file(workload))
		add_file(in, "plugin", cb_workload_file(workload));
	add_params(in, group);
	add_programs(in, group);
}

/* Where workers may run: their pins, else all CPUs of their set. A skipped cell may have no place. */
static void add_cpus(struct cb_json in, const struct cb_cpu_set *set, const struct cb_placement *p)
{
	const struct cb_allowance *allowance = &set->allowance;

	if (!p->worker_cpu)
		return;
	if (holds(p->worker_cpu, p->workers, -1))
		add_cpu_list(in, "cpus", allowance->mask, allowance->mask_n);
	else
		add_pins(in, "cpus", p->worker_cpu, p->workers);
	if (p->partners && p->partner_cpu && !holds(p->partner_cpu, p->partners, -1))
		add_pins(in, "partner_cpus", p->partner_cpu, p->partners);
}

static void add_placement(struct cb_json in, const struct cb_cell *cell)
{
	const struct cb_placement *p = &cell->placement;

	cb_json_text(in, "pin_requested", cb_pin_names[cell->pin_requested]);
	if (p->pin != CB_PIN_AUTO)
		cb_json_text(in, "pin", cb_pin_names[p->pin]);
	if (cell->cpu_set->name)
		cb_json_text(in, "cpu_set", cell->cpu_set->name);
	add_cpus(in, cell->cpu_set, p);
	cb_json_bool(in, "oversubscribed", cell->oversubscribed);
}

static void add_open_loop(struct cb_json in, const struct cb_open_loop *open)
{
	struct cb_json object;

	if (!(open->rate_per_s > 0))
		return;
	object = cb_json_object(in, "open_loop");
	cb_json_double(object, "rate_per_s", open->rate_per_s);
	cb_json_text(object, "arrival", cb_arrival_names[open->arrival]);
}

static void add_identity(struct cb_json in, const struct cb_result *result, const struct cb_cell *cell)
{
	cb_json_text(in, "id", cell->id);
	add_workload(in, &result->plan->groups[cell->group]);
	cb_json_text(in, "mode", cell->mode->name);
	cb_json_text(in, "dispatch", cb_dispatches[cell->dispatch].name);
	cb_json_u64(in, "batch", cell->batch);
	cb_json_u64(in, "workers", cell->shape.workers);
	cb_json_u64(in, "processes", cell->shape.processes);
	cb_json_u64(in, "threads", cell->shape.threads);
	cb_json_u64(in, "inflight", cell->inflight);
	cb_json_u64(in, "partners", cell->partners);
	add_open_loop(in, &cell->open);
	add_placement(in, cell);
}

/* ---- what was measured --------------------------------------------------------------------------- */

/* A cell whose turn had not come when the file was written is no "ok". */
static void add_status(struct cb_json in, const struct cb_cell_result *cell)
{
	bool waiting = cell->status == CB_OK && !cb_cell_result_counted(cell);

	cb_json_text(in, "status", cb_status_names[waiting ? CB_SKIPPED : cell->status]);
	if (waiting)
		cb_json_text(in, "reason", "not measured: the run ended before its turn");
	else
		cb_json_text_if(in, "reason", cell->reason);
}

static void add_quartiles(struct cb_json in, const struct cb_kept_sample *kept)
{
	static const char *const keys[] = { "start_ns", "end_ns", "units" };
	struct cb_json quartiles;
	char text[32];

	if (isnan(kept->quartiles[0][0]))
		return;
	quartiles = cb_json_object(in, "worker_quartiles");
	for (size_t i = 0; i < CB_COUNT(keys); i++) {
		struct cb_json_numbers numbers = { 0 };

		if (isnan(kept->quartiles[i][0]))
			continue;
		for (unsigned k = 0; k < 5; k++)
			cb_json_numbers_raw(&numbers, cb_json_format_double(kept->quartiles[i][k], text));
		cb_json_numbers_finish(&numbers, quartiles, keys[i]);
	}
}

static void add_sample(struct cb_json sample, const struct cb_workload *workload,
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept)
{
	cb_json_u64(sample, "block", kept->block);
	cb_json_u64(sample, "order", kept->order);
	cb_json_bool(sample, "discarded", kept->discarded);
	cb_json_bool(sample, "unpaired", kept->unpaired);
	if (kept->s.status != CB_OK) {
		cb_json_text(sample, "status", cb_status_names[kept->s.status]);
		cb_json_text_if(sample, "reason", kept->s.reason);
	}
	if (kept->s.fault.planned) {
		cb_json_u64(sample, "total_ns", kept->s.total_ns);
		cb_json_fault_sample(sample, &kept->s.fault);
		return;
	}
	cb_json_measured(sample, workload, &kept->s);
	cb_json_double(sample, "capacity", kept->capacity);
	if (kept->s.rows)
		cb_json_worker_rows(sample, kept->s.rows, cell->cell->shape.workers);
	else
		add_quartiles(sample, kept);
}

/* ---- what follows from it ------------------------------------------------------------------------ */

static void add_speedup(struct cb_json in, const struct cb_summary *s, const struct cb_cell *cell)
{
	struct cb_json speedup;

	if (!s->speedup.n)
		return;
	speedup = cb_json_object(in, "speedup");
	cb_json_text(speedup, "versus", "serial");
	cb_json_u64(speedup, "blocks", s->blocks);
	cb_json_interval(speedup, &s->speedup);
	cb_json_double(in, "efficiency", s->efficiency);
	if (cell->shape.workers > 1)
		cb_json_double(in, "serial_fraction", cb_karp_flatt(s->speedup.median, cell->shape.workers));
	cb_json_bool(in, "superlinear", s->superlinear);
}

/* In open loop: whether the rate that was asked for came about. */
static void add_open_summary(struct cb_json in, const struct cb_summary *s, const struct cb_cell *cell)
{
	char text[CB_OPEN_SENTENCE];
	struct cb_json open;

	if (!(cell->open.rate_per_s > 0))
		return;
	open = cb_json_object(in, "open_loop");
	cb_json_double(open, "requested_per_s", cell->open.rate_per_s);
	cb_json_double(open, "achieved_per_s", s->units_per_s.median);
	cb_json_u64(open, "backlog_units", s->backlog_units);
	cb_json_u64(open, "wake_late_ns", s->wake_late_ns);
	cb_json_bool(open, "overloaded", s->overloaded);
	cb_json_text_if(open, "reason", cb_open_sentence(s, cell, text));
}

static void add_medians(struct cb_json in, const struct cb_summary *s)
{
	const struct {
		const char *key;
		uint64_t value;
	} medians[] = {
		{ "makespan_ns", s->makespan_ns },
		{ "spawn_ns", s->spawn_ns },
		{ "teardown_ns", s->teardown_ns },
		{ "start_skew_ns", s->start_skew_ns },
		{ "pss_bytes", s->pss_bytes },
		{ "ctx_voluntary", s->ctx_voluntary },
		{ "ctx_involuntary", s->ctx_involuntary },
		{ "run_delay_ns", s->run_delay_ns },
	};

	for (size_t i = 0; i < CB_COUNT(medians); i++)
		cb_json_u64(in, medians[i].key, medians[i].value);
}

static void add_price(struct cb_json in, const struct cb_result *result, const struct cb_cell_result *cell)
{
	struct cb_json object, ratio;
	struct cb_price price;

	if (!cb_result_price(result, cell, &price))
		return;
	object = cb_json_object(in, "price");
	cb_json_text(object, "metric", price.metric->name);
	cb_json_text(object, "unit", price.metric->unit);
	cb_json_interval(object, &price.value);
	if (!isfinite(price.ratio))
		return;
	ratio = cb_json_object(object, "ratio");
	cb_json_text(ratio, "versus", price.base->cell->id);
	cb_json_double(ratio, "median", price.ratio);
	cb_json_double(ratio, "ci_low", price.ratio_low);
	cb_json_double(ratio, "ci_high", price.ratio_high);
}

static void add_finding(struct cb_json in, const struct cb_result *result, const struct cb_cell_result *cell)
{
	char sentence[256];

	cb_json_text_if(in, "finding", cb_result_finding(result, cell, sentence, sizeof sentence));
}

static void add_summary(struct cb_json in, const struct cb_result *result, const struct cb_workload *workload,
	const struct cb_cell_result *cell)
{
	const struct cb_summary *s = &cell->summary;
	struct cb_json summary;

	if (!s->n)
		return;
	summary = cb_json_object(in, "summary");
	cb_json_u64(summary, "n", s->n);
	cb_json_estimate(summary, "units_per_s", &s->units_per_s);
	cb_json_estimate(summary, "ns_per_unit", &s->ns_per_unit);
	cb_json_bool(summary, "precision_reached", s->precision_reached);
	cb_json_bool(summary, "short", s->too_short);
	add_speedup(summary, s, cell->cell);
	add_open_summary(summary, s, cell->cell);
	cb_json_double(summary, "on_cpu", s->on_cpu);
	cb_json_double(summary, "effective_cores", s->effective_cores);
	cb_json_text_if(summary, "bound", cb_bound_names[s->bound]);
	cb_json_double(summary, "capacity", s->capacity);
	if (isfinite(s->capacity))
		cb_json_bool(summary, "capacity_low", s->capacity_low);
	cb_json_double(summary, "throttled", s->throttled);
	cb_json_double(summary, "units_per_batch", s->batch);
	add_medians(summary, s);
	cb_json_metrics(summary, workload, s->metrics);
	add_price(summary, result, cell);
	add_finding(summary, result, cell);
}

/* ---- the line ------------------------------------------------------------------------------------ */

struct out {
	int (*put)(void *arg, const char *text, size_t n);
	void *arg;
	const struct cb_result *result;
	const struct cb_workload *workload;
	const struct cb_cell_result *cell;
};

static int put_text(const struct out *out, const char *text)
{
	return out->put(out->arg, text, strlen(text));
}

static void add_front(struct cb_json in, const struct out *out)
{
	uint64_t waves = cb_cell_result_waves(out->result, out->cell);

	add_identity(in, out->result, out->cell->cell);
	add_status(in, out->cell);
	if (out->cell->cell->expected != CB_OK)
		cb_json_text(in, "expected", cb_status_names[out->cell->cell->expected]);
	cb_json_stuck(in, out->cell->stuck, out->workload->locks);
	if (out->cell->units)
		cb_json_u64(in, "units", out->cell->units);
	if (waves)
		cb_json_u64(in, "waves", waves);
	if (out->cell->digest_known)
		cb_json_word(in, "digest", out->cell->digest);
	cb_json_text_if(in, "verified_by", out->cell->verified_by);
}

static void add_rest(struct cb_json in, const struct out *out)
{
	cb_json_latency(
		in, out->cell->latency, out->cell->service, out->cell->timing, out->cell->timing_every);
	add_summary(in, out->result, out->workload, out->cell);
	cb_json_fault_summary(in, out->cell);
}

/* The members that add adds, `before` ahead of them when there are any. */
static int put_members(
	const struct out *out, const char *before, void (*add)(struct cb_json in, const struct out *out))
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	int rc = 0;

	if (object.node)
		add(object, out);
	if (failed || !object.node)
		rc = -ENOMEM;
	else if (object.node->child)
		rc = put_text(out, before);
	rc = rc ? rc : cb_json_print_members(object.node, out->put, out->arg);
	cJSON_Delete(object.node);
	return rc;
}

static int put_sample(const struct out *out, const struct cb_kept_sample *kept)
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	int rc;

	if (object.node)
		add_sample(object, out->workload, out->cell, kept);
	rc = failed ? -ENOMEM : cb_json_print(object.node, out->put, out->arg);
	cJSON_Delete(object.node);
	return rc;
}

static int put_samples(const struct out *out)
{
	int rc = put_text(out, ",\"samples\":[");

	for (unsigned i = 0; !rc && i < out->cell->samples_n; i++) {
		rc = i ? put_text(out, ",") : 0;
		rc = rc ? rc : put_sample(out, &out->cell->samples[i]);
	}
	return rc ? rc : put_text(out, "]");
}

int cb_cell_json_write(const struct cb_result *result, const struct cb_cell_result *cell,
	int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	const struct out out = { put, arg, result, result->plan->groups[cell->cell->group].workload, cell };
	int rc = put_text(&out, "{");

	rc = rc ? rc : put_members(&out, "", add_front);
	rc = rc ? rc : put_samples(&out);
	rc = rc ? rc : put_members(&out, ",", add_rest);
	return rc ? rc : put_text(&out, "}");
}
