/*
 * Replay: what was fixed and measured is read, judged, and written again as a tree, which is then held
 * against the file's, number by number and bit by bit. So whatever is written is compared, and nothing needs
 * to know which of it was judged.
 */
#include "lib/result/gate_json.h"

#include "lib/result/gate_tree.h"
#include "lib/result/read_json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA    "concbench.gate/1"
#define EXACT_MAX ((uint64_t)1 << 53)
#define CELLS_MAX 10000

/* ---- reading ---- */

static void read_sample(struct cb_reader in, struct cb_gate_sample *sample)
{
	sample->units = cb_read_u64_if(in, "units");
	sample->makespan_ns = cb_read_u64(in, "makespan_ns", 0, EXACT_MAX);
	sample->cpu_ns = cb_read_u64_if(in, "cpu_ns");
	sample->p99_ns = cb_read_u64_if(in, "p99_ns");
	sample->pss_bytes = cb_read_u64_if(in, "pss_bytes");
	sample->steal_ns = cb_read_u64_if(in, "steal_ns");
	sample->throttled_ns = cb_read_u64_if(in, "throttled_ns");
	sample->digest = cb_read_word(in, "digest");
}

static struct cb_reader element(struct cb_reader in, const cJSON *item)
{
	if (!cJSON_IsObject(item))
		cb_error_set(in.err, -EINVAL, "an element of an array is not an object");
	return (struct cb_reader){ cJSON_IsObject(item) ? item : NULL, in.err };
}

/* The order is what the coin says; what the file says of it is compared afterwards. */
static void read_block(struct cb_reader in, struct cb_gate_block *block)
{
	const cJSON *samples = cb_read_array(in, "samples"), *item;
	unsigned n = 0;

	block->coin = cb_read_u64(in, "coin", 0, 1);
	strcpy(block->order, cb_gate_order(block->coin));
	read_sample(cb_read_object(in, "primer"), &block->primer);
	if (samples && cJSON_GetArraySize(samples) != CB_GATE_SLOTS) {
		cb_error_set(in.err, -EINVAL, "a block has not %d samples", CB_GATE_SLOTS);
		return;
	}
	cJSON_ArrayForEach(item, samples)
	{
		read_sample(element(in, item), &block->samples[n++]);
	}
}

static void read_series(struct cb_reader in, struct cb_gate_series *series)
{
	unsigned planned = (unsigned)cb_read_u64(in, "planned", 0, CB_GATE_BLOCKS_MAX);
	const cJSON *blocks = cb_read_array(in, "blocks"), *item;
	int n = cJSON_GetArraySize(blocks);

	if ((unsigned)n > planned)
		cb_error_set(in.err, -EINVAL, "%d blocks were taken where %u were planned", n, planned);
	if (in.err->code)
		return;
	if (cb_gate_series_init(series, planned)) {
		cb_error_set(in.err, -ENOMEM, "out of memory");
		return;
	}
	cJSON_ArrayForEach(item, blocks)
	{
		read_block(element(in, item), &series->blocks[series->n++]);
	}
}

static void read_params(struct cb_reader in, struct cb_spec *spec)
{
	struct cb_reader params = cb_read_object(in, "params");
	const cJSON *item;

	if (!params.object)
		return;
	spec->pairs = calloc((size_t)cJSON_GetArraySize(params.object) + 1, sizeof *spec->pairs);
	if (!spec->pairs) {
		cb_error_set(in.err, -ENOMEM, "out of memory");
		return;
	}
	cJSON_ArrayForEach(item, params.object)
	{
		struct cb_spec_pair *pair = &spec->pairs[spec->n++];

		pair->name = strdup(item->string);
		pair->value = cb_read_copy(params, item->string);
	}
}

static const char *const timings[] = { "none", "sampled", "each" };

static void read_identity(struct cb_reader in, struct cb_gate_cell *cell)
{
	cell->id = cb_read_copy(in, "id");
	cell->spec.workload = cb_read_copy(in, "workload");
	cell->version = (unsigned)cb_read_u64(in, "workload_version", 0, UINT32_MAX);
	cell->unit = cb_read_copy(in, "unit");
	read_params(in, &cell->spec);
	cell->mode = cb_read_copy(in, "mode");
	cell->dispatch = cb_read_copy(in, "dispatch");
	cell->batch = cb_read_u64(in, "batch", 0, EXACT_MAX);
	cell->workers = (unsigned)cb_read_u64(in, "workers", 1, UINT32_MAX);
	cell->processes = (unsigned)cb_read_u64(in, "processes", 0, UINT32_MAX);
	cell->threads = (unsigned)cb_read_u64(in, "threads", 0, UINT32_MAX);
	cell->pin = cb_read_copy(in, "pin");
	cell->cpus = (unsigned)cb_read_u64(in, "cpus_n", 1, UINT32_MAX);
	cell->oversubscribed = cb_read_bool(in, "oversubscribed");
	cell->timing = timings[cb_read_choice(in, "timing", timings, CB_COUNT(timings))];
	cell->timing_every = cb_read_u64(in, "timing_every", 1, EXACT_MAX);
	cell->units = cb_read_u64(in, "units", 0, EXACT_MAX);
	cell->digest = cb_read_word(in, "digest");
}

static void read_cell(struct cb_reader in, struct cb_gate_cell *cell)
{
	read_identity(in, cell);
	cell->status = (enum cb_gate_status)cb_read_choice(
		in, "status", cb_gate_status_names, CB_GATE_BROKEN + 1);
	snprintf(cell->reason, sizeof cell->reason, "%s", cb_read_text_if(in, "reason"));
	if (cb_read_has(in, "screen"))
		read_series(cb_read_object(in, "screen"), &cell->screen);
	if (cb_read_has(in, "confirm"))
		read_series(cb_read_object(in, "confirm"), &cell->confirm);
}

static enum cb_gate_metric read_metric(struct cb_reader in)
{
	const char *names[CB_GATE_METRICS];

	for (unsigned i = 0; i < CB_GATE_METRICS; i++)
		names[i] = cb_gate_metrics[i].name;
	return (enum cb_gate_metric)cb_read_choice(in, "metric", names, CB_GATE_METRICS);
}

/* A share strictly between 0 and 1. */
static double read_share(struct cb_reader in, const char *key, double most)
{
	double value = cb_read_double(in, key);

	if (in.object && !(value > 0 && value <= most))
		cb_error_set(in.err, -EINVAL, "\"%s\" is missing or out of range", key);
	return in.err->code ? most : value;
}

static void read_rules(struct cb_reader in, struct cb_gate_rules *rules)
{
	rules->metric = read_metric(in);
	rules->tolerance = read_share(in, "tolerance", 10);
	rules->alpha = read_share(in, "alpha", 0.05);
	rules->screen_level = read_share(in, "screen_level", 0.5);
	rules->pass_level = read_share(in, "pass_level", 0.5);
	rules->null_level = read_share(in, "null_level", 0.5);
	rules->drop_max = read_share(in, "drop_max", 1);
	rules->screen_blocks = (unsigned)cb_read_u64(in, "screen_blocks", 1, CB_GATE_BLOCKS_MAX);
	rules->confirm_blocks = (unsigned)cb_read_u64(in, "confirm_blocks", 1, CB_GATE_BLOCKS_MAX);
	rules->null_blocks = (unsigned)cb_read_u64(in, "null_blocks", 1, CB_GATE_BLOCKS_MAX);
	if (!in.err->code && rules->alpha > rules->screen_level / 2)
		cb_error_set(in.err, -EINVAL, "\"alpha\" is above half of \"screen_level\"");
}

static void read_odd(struct cb_reader in, struct cb_gate *gate)
{
	const cJSON *array = cb_read_array(in, "not_in_common"), *item;
	int n = cJSON_GetArraySize(array);

	gate->odd = calloc((size_t)n + 1, sizeof *gate->odd);
	if (!gate->odd) {
		cb_error_set(in.err, -ENOMEM, "out of memory");
		return;
	}
	cJSON_ArrayForEach(item, array)
	{
		struct cb_gate_odd *odd = &gate->odd[gate->odd_n++];

		odd->id = cb_read_copy(element(in, item), "id");
		odd->why = cb_read_copy(element(in, item), "why");
	}
}

static void read_cells(struct cb_reader in, struct cb_gate *gate)
{
	const cJSON *array = cb_read_array(in, "cells"), *item;
	int n = cJSON_GetArraySize(array);

	if (n > CELLS_MAX) {
		cb_error_set(in.err, -EINVAL, "there are more than %d cells", CELLS_MAX);
		return;
	}
	gate->cells = calloc((size_t)n + 1, sizeof *gate->cells);
	if (!gate->cells) {
		cb_error_set(in.err, -ENOMEM, "out of memory");
		return;
	}
	cJSON_ArrayForEach(item, array)
	{
		read_cell(element(in, item), &gate->cells[gate->cells_n++]);
	}
}

static void read_null(struct cb_reader in, struct cb_gate *gate)
{
	struct cb_reader null = cb_read_object(in, "null");
	const char *id = cb_read_text(null, "cell");

	for (unsigned i = 0; i < gate->cells_n; i++)
		if (gate->cells[i].id && !strcmp(gate->cells[i].id, id))
			gate->null_cell = (int)i;
	if (gate->null_cell < 0)
		cb_error_set(in.err, -EINVAL, "the null arm's cell is none of the cells");
	read_series(null, &gate->null);
}

static void read_gate(struct cb_reader in, struct cb_gate *gate)
{
	struct cb_reader side = cb_read_object(in, "base");

	gate->null_cell = -1;
	gate->base.name = cb_read_copy(side, "name");
	gate->base.version = cb_read_copy(side, "version");
	side = cb_read_object(in, "head");
	gate->head.name = cb_read_copy(side, "name");
	gate->head.version = cb_read_copy(side, "version");
	read_rules(cb_read_object(in, "rules"), &gate->rules);
	gate->family = (unsigned)cb_read_u64(in, "family", 0, CELLS_MAX);
	gate->partial = cb_read_bool(in, "partial");
	read_odd(in, gate);
	read_cells(in, gate);
	if (cb_read_has(in, "null"))
		read_null(in, gate);
}

/* ---- comparing ---- */

struct path {
	char text[160];
};

static struct path deeper(const struct path *path, const char *key, unsigned index)
{
	struct path longer;

	if (key)
		snprintf(longer.text, sizeof longer.text, "%.110s%s%.40s", path->text,
			path->text[0] ? "." : "", key);
	else
		snprintf(longer.text, sizeof longer.text, "%.140s[%u]", path->text, index);
	return longer;
}

static void print_value(const cJSON *item, char *buf, size_t size)
{
	char number[32], quoted[CB_QUOTE_SIZE];

	if (!item)
		snprintf(buf, size, "nothing");
	else if (cJSON_IsNumber(item))
		snprintf(buf, size, "%s", cb_json_format_double(item->valuedouble, number));
	else if (cJSON_IsString(item))
		snprintf(buf, size, "'%s'", cb_quote(item->valuestring, quoted, sizeof quoted));
	else
		snprintf(buf, size, "%s",
			cJSON_IsTrue(item)    ? "true"
			: cJSON_IsFalse(item) ? "false"
					      : "something else");
}

/* Bits, so that -0 is not 0. */
static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static bool same_value(const cJSON *a, const cJSON *b)
{
	if ((a->type & 0xff) != (b->type & 0xff))
		return false;
	if (cJSON_IsNumber(a))
		return bits_of(a->valuedouble) == bits_of(b->valuedouble);
	return !cJSON_IsString(a) || !strcmp(a->valuestring, b->valuestring);
}

struct comparison {
	char *difference;
	size_t size;
};

static bool tell(const struct comparison *c, const struct path *path, const cJSON *file, const cJSON *follows)
{
	char says[96], should[96];

	print_value(file, says, sizeof says);
	print_value(follows, should, sizeof should);
	snprintf(c->difference, c->size, "%s: the file says %s, from its samples follows %s", path->text,
		says, should);
	return false;
}

static bool same(
	const struct comparison *c, const struct path *path, const cJSON *file, const cJSON *follows);

/* Every member of what follows, and, in the objects below the top, none besides. */
static bool same_members(
	const struct comparison *c, const struct path *path, const cJSON *file, const cJSON *follows)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, follows)
	{
		struct path below = deeper(path, item->string, 0);

		if (!same(c, &below, cJSON_GetObjectItemCaseSensitive(file, item->string), item))
			return false;
	}
	cJSON_ArrayForEach(item, file)
	{
		struct path below = deeper(path, item->string, 0);

		if (path->text[0] && !cJSON_GetObjectItemCaseSensitive(follows, item->string))
			return tell(c, &below, item, NULL);
	}
	return true;
}

static bool same_elements(
	const struct comparison *c, const struct path *path, const cJSON *file, const cJSON *follows)
{
	const cJSON *a = file->child, *b = follows->child;

	for (unsigned i = 0; a || b; i++, a = a->next, b = b->next) {
		struct path below = deeper(path, NULL, i);

		if (!same(c, &below, a, b))
			return false;
	}
	return true;
}

static bool same(const struct comparison *c, const struct path *path, const cJSON *file, const cJSON *follows)
{
	if (!file || !follows || !same_value(file, follows))
		return tell(c, path, file, follows);
	if (cJSON_IsObject(file))
		return same_members(c, path, file, follows);
	return !cJSON_IsArray(file) || same_elements(c, path, file, follows);
}

/* The gate written, and read as JSON again: NULL without memory. */
static cJSON *tree_of(const struct cb_gate *gate)
{
	bool failed = false;
	struct cb_json root = cb_json_new(&failed);
	char *text;
	cJSON *tree;

	cb_gate_tree_add(root, gate);
	text = failed ? NULL : cJSON_PrintUnformatted(root.node);
	tree = text ? cJSON_Parse(text) : NULL;
	cJSON_free(text);
	cJSON_Delete(root.node);
	return tree;
}

static int compare(const cJSON *file, const struct cb_gate *gate, char *difference, size_t size)
{
	struct comparison c = { difference, size };
	cJSON *follows = tree_of(gate);
	struct path top = { "" };

	if (!follows)
		return -ENOMEM;
	difference[0] = '\0';
	same(&c, &top, file, follows);
	cJSON_Delete(follows);
	return 0;
}

int cb_gate_replay(
	const char *text, size_t n, struct cb_gate *ret, char *difference, size_t size, struct cb_error *err)
{
	cJSON *root = cJSON_ParseWithLength(text, n);
	struct cb_error why = { 0 };
	struct cb_reader in = { cJSON_IsObject(root) ? root : NULL, &why };
	struct cb_gate gate = { .null_cell = -1 };

	if (!in.object || strcmp(cb_read_text_if(in, "schema"), SCHEMA))
		cb_error_set(&why, -EINVAL, "is not a gate's file (" SCHEMA ")");
	else
		read_gate(in, &gate);
	if (!why.code) {
		cb_gate_judge(&gate);
		if (compare(root, &gate, difference, size))
			cb_error_set(&why, -ENOMEM, "out of memory");
	}
	cJSON_Delete(root);
	if (why.code) {
		cb_gate_release(&gate);
		return cb_error_set(err, why.code, "%s", why.text);
	}
	*ret = gate;
	return 0;
}
