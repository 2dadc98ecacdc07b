#include "lib/result/gate_json.h"

#include "lib/result/gate_tree.h"
#include "lib/result/host_json.h"
#include "lib/result/json.h"
#include "version.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#define SCHEMA "concbench.gate/1"

/* ---- samples, blocks, series ---- */

static void add_sample(struct cb_json o, const struct cb_gate_sample *sample)
{
	cb_json_u64(o, "units", sample->units);
	cb_json_u64(o, "makespan_ns", sample->makespan_ns);
	cb_json_u64(o, "cpu_ns", sample->cpu_ns);
	cb_json_u64(o, "p99_ns", sample->p99_ns);
	cb_json_u64(o, "pss_bytes", sample->pss_bytes);
	cb_json_u64(o, "steal_ns", sample->steal_ns);
	cb_json_u64(o, "throttled_ns", sample->throttled_ns);
	cb_json_word(o, "digest", sample->digest);
}

static void add_block(struct cb_json o, const struct cb_gate_block *block)
{
	struct cb_json samples;

	cb_json_u64(o, "coin", block->coin);
	cb_json_text(o, "order", block->order);
	cb_json_text_if(o, "dropped", cb_gate_drop_names[block->drop]);
	cb_json_double(o, "d_log", block->d);
	add_sample(cb_json_object(o, "primer"), &block->primer);
	samples = cb_json_array(o, "samples");
	for (unsigned i = 0; i < CB_GATE_SLOTS; i++)
		add_sample(cb_json_object(samples, NULL), &block->samples[i]);
}

static void add_ratio(struct cb_json in, const struct cb_gate_series *series)
{
	struct cb_json ratio = cb_json_object(in, "ratio");

	cb_json_double(ratio, "median", exp(series->effect));
	cb_json_double(ratio, "low", exp(series->low));
	cb_json_double(ratio, "high", exp(series->high));
}

static void add_series(struct cb_json o, const struct cb_gate_series *series)
{
	struct cb_json blocks;

	cb_json_u64(o, "planned", series->planned);
	blocks = cb_json_array(o, "blocks");
	for (unsigned i = 0; i < series->n; i++)
		add_block(cb_json_object(blocks, NULL), &series->blocks[i]);
	cb_json_u64(o, "kept", series->kept);
	cb_json_double(o, "effect_log", series->effect);
	cb_json_double(o, "low_log", series->low);
	cb_json_double(o, "low_level", series->level);
	cb_json_double(o, "high_log", series->high);
	cb_json_double(o, "sd_log", series->sd);
	cb_json_double(o, "p", series->p);
	add_ratio(o, series);
}

/* ---- cells ---- */

static void add_identity(struct cb_json o, const struct cb_gate_cell *cell)
{
	struct cb_json params;

	cb_json_text(o, "id", cell->id);
	cb_json_text(o, "workload", cell->spec.workload);
	cb_json_u64(o, "workload_version", cell->version);
	cb_json_text(o, "unit", cell->unit);
	params = cb_json_object(o, "params");
	for (size_t i = 0; i < cell->spec.n; i++)
		cb_json_text(params, cell->spec.pairs[i].name, cell->spec.pairs[i].value);
	cb_json_text(o, "mode", cell->mode);
	cb_json_text(o, "dispatch", cell->dispatch);
	cb_json_u64(o, "batch", cell->batch);
	cb_json_u64(o, "workers", cell->workers);
	cb_json_u64(o, "processes", cell->processes);
	cb_json_u64(o, "threads", cell->threads);
	cb_json_text(o, "pin", cell->pin);
	cb_json_u64(o, "cpus_n", cell->cpus);
	cb_json_bool(o, "oversubscribed", cell->oversubscribed);
	cb_json_text(o, "timing", cell->timing);
	cb_json_u64(o, "timing_every", cell->timing_every);
	cb_json_u64(o, "units", cell->units);
	cb_json_word(o, "digest", cell->digest);
}

static void add_cell(struct cb_json o, const struct cb_gate_cell *cell)
{
	add_identity(o, cell);
	cb_json_text(o, "status", cb_gate_status_names[cell->status]);
	cb_json_text_if(o, "reason", cell->reason);
	if (cell->screen.planned)
		add_series(cb_json_object(o, "screen"), &cell->screen);
	if (cell->confirm.planned)
		add_series(cb_json_object(o, "confirm"), &cell->confirm);
	cb_json_bool(o, "flagged", cell->flagged);
	cb_json_bool(o, "confirmed", cell->confirmed);
	cb_json_double(o, "mde90", cell->mde90);
	cb_json_text(o, "verdict", cb_gate_verdict_names[cell->verdict]);
}

/* ---- what follows from all ---- */

static void add_rules(struct cb_json o, const struct cb_gate_rules *rules)
{
	cb_json_text(o, "metric", cb_gate_metrics[rules->metric].name);
	cb_json_double(o, "tolerance", rules->tolerance);
	cb_json_double(o, "alpha", rules->alpha);
	cb_json_double(o, "screen_level", rules->screen_level);
	cb_json_double(o, "pass_level", rules->pass_level);
	cb_json_double(o, "null_level", rules->null_level);
	cb_json_double(o, "drop_max", rules->drop_max);
	cb_json_u64(o, "screen_blocks", rules->screen_blocks);
	cb_json_u64(o, "confirm_blocks", rules->confirm_blocks);
	cb_json_u64(o, "null_blocks", rules->null_blocks);
}

static void add_odd(struct cb_json in, const struct cb_gate *gate)
{
	struct cb_json array = cb_json_array(in, "not_in_common");

	for (unsigned i = 0; i < gate->odd_n; i++) {
		struct cb_json o = cb_json_object(array, NULL);

		cb_json_text(o, "id", gate->odd[i].id);
		cb_json_text(o, "why", gate->odd[i].why);
	}
}

void cb_gate_tree_add(struct cb_json in, const struct cb_gate *gate)
{
	struct cb_json side = cb_json_object(in, "base"), cells;

	cb_json_text(side, "name", gate->base.name);
	cb_json_text(side, "version", gate->base.version);
	side = cb_json_object(in, "head");
	cb_json_text(side, "name", gate->head.name);
	cb_json_text(side, "version", gate->head.version);
	add_rules(cb_json_object(in, "rules"), &gate->rules);
	cb_json_u64(in, "family", gate->family);
	add_odd(in, gate);
	cells = cb_json_array(in, "cells");
	for (unsigned i = 0; i < gate->cells_n; i++)
		add_cell(cb_json_object(cells, NULL), &gate->cells[i]);
	if (gate->null_cell >= 0) {
		struct cb_json null = cb_json_object(in, "null");

		cb_json_text(null, "cell", gate->cells[gate->null_cell].id);
		cb_json_bool(null, "moved", gate->null_moved);
		add_series(null, &gate->null);
	}
	cb_json_double(in, "dropped", gate->dropped);
	cb_json_text_if(in, "unfit", gate->unfit);
	cb_json_word(in, "checksum", cb_gate_checksum(gate));
	cb_json_text(in, "verdict", cb_gate_verdict_names[gate->verdict]);
}

/* ---- the file ---- */

static void add_head(struct cb_json in, const struct cb_gate_document *document)
{
	struct cb_json tool, argv;

	cb_json_text(in, "schema", SCHEMA);
	cb_json_bool(in, "partial", document->gate->partial);
	tool = cb_json_object(in, "tool");
	cb_json_text(tool, "version", CB_VERSION);
	cb_json_text(tool, "revision", CB_REVISION);
	cb_json_text(tool, "compiler", CB_COMPILER);
	cb_json_text(tool, "flags", CB_FLAGS);
	cb_json_text(in, "started", document->started);
	argv = cb_json_array(in, "argv");
	for (int i = 0; i < document->argc; i++)
		cb_json_text(argv, NULL, document->argv[i]);
	cb_json_word(in, "seed", document->seed);
	cb_json_u64(in, "sample_time_ns", document->sample_time_ns);
	cb_json_u64(in, "warmup_ns", document->warmup_ns);
	cb_json_take(in, "host", cb_host_json(document->host, -1));
}

struct out {
	int (*put)(void *arg, const char *text, size_t n);
	void *arg;
};

static int put_text(const struct out *out, const char *text)
{
	return out->put(out->arg, text, strlen(text));
}

/* One line an element. */
static int put_array(const struct out *out, const cJSON *array)
{
	const cJSON *item;
	int rc = put_text(out, "[\n");

	cJSON_ArrayForEach(item, array)
	{
		rc = rc ? rc : cb_json_print(item, out->put, out->arg);
		rc = rc ? rc : put_text(out, item->next ? ",\n" : "\n");
	}
	return rc ? rc : put_text(out, "]");
}

/* One line a key, cells apart. Keys are plain words. */
static int put_document(const struct out *out, const cJSON *root)
{
	const cJSON *member;
	int rc = put_text(out, "{\n");

	cJSON_ArrayForEach(member, root)
	{
		bool cells = !strcmp(member->string, "cells");

		rc = rc ? rc : put_text(out, "\"");
		rc = rc ? rc : put_text(out, member->string);
		rc = rc ? rc : put_text(out, "\": ");
		rc = rc ? rc : cells ? put_array(out, member) : cb_json_print(member, out->put, out->arg);
		rc = rc ? rc : put_text(out, member->next ? ",\n" : "\n}\n");
	}
	return rc;
}

int cb_gate_write(
	const struct cb_gate_document *document, int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	struct out out = { put, arg };
	bool failed = false;
	struct cb_json root = cb_json_new(&failed);
	int rc;

	add_head(root, document);
	cb_gate_tree_add(root, document->gate);
	rc = failed ? -ENOMEM : put_document(&out, root.node);
	cJSON_Delete(root.node);
	return rc;
}
