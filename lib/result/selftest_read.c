#include "lib/result/selftest_json.h"

#include "lib/base/parse.h"
#include "lib/result/read_json.h"
#include "version.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA    "concbench.selftest/1"
#define EXACT_MAX ((uint64_t)1 << 53)

static struct cb_reader element(struct cb_reader in, const cJSON *item)
{
	if (!cJSON_IsObject(item))
		cb_error_set(in.err, -EINVAL, "an element of an array is not an object");
	return (struct cb_reader){ cJSON_IsObject(item) ? item : NULL, in.err };
}

/* ---- whether it is the same self-test ---- */

/* option: how it was asked for, "--gates=", or what it is, "by revision ". */
static void check_text(struct cb_reader in, const char *key, const char *option, const char *now)
{
	const char *then = cb_read_text_if(in, key);
	char was[120], is[120];

	if (strcmp(then, now) != 0)
		cb_error_set(in.err, -EINVAL, "was begun with %s%s, and this is %s", option,
			cb_quote(then, was, sizeof was), cb_quote(now, is, sizeof is));
}

static void check_settings(struct cb_reader root, const struct cb_selftest_document *document)
{
	struct cb_reader settings = cb_read_object(root, "settings");
	char option[64];

	for (unsigned i = 0; i < document->settings_n && !root.err->code; i++) {
		snprintf(option, sizeof option, "--%s=", document->settings[i].name);
		check_text(settings, document->settings[i].name, option, document->settings[i].value);
	}
}

static void check_cells(struct cb_reader root, const struct cb_selftest_document *document)
{
	const cJSON *array = cb_read_array(root, "cells"), *item;
	unsigned n = 0;
	bool same = (unsigned)cJSON_GetArraySize(array) == document->plan->cells;

	if (same)
		cJSON_ArrayForEach(item, array)
		{
			const char *id = cJSON_GetStringValue(item);

			same &= id && !strcmp(id, document->ids[n++]);
		}
	if (!same && !root.err->code)
		cb_error_set(root.err, -EINVAL,
			"was begun with other cells: CPUs or limits are not what they were");
}

static void check_same(struct cb_reader root, const struct cb_selftest_document *document)
{
	struct cb_reader tool = cb_read_object(root, "tool"), host = cb_read_object(root, "host");

	check_text(tool, "revision", "revision ", CB_REVISION);
	if (!root.err->code)
		check_text(tool, "compiler", "compiler ", CB_COMPILER);
	if (!root.err->code)
		check_text(tool, "flags", "compiler flags ", CB_FLAGS);
	if (!root.err->code)
		check_text(host, "fingerprint", "the host's fingerprint ", document->host->fingerprint);
	if (!root.err->code)
		check_settings(root, document);
	if (!root.err->code)
		check_cells(root, document);
}

/* ---- what it has ---- */

static enum cb_gate_drop read_drop(struct cb_reader in)
{
	if (!cb_read_has(in, "dropped"))
		return CB_GATE_KEPT;
	return (enum cb_gate_drop)cb_read_choice(in, "dropped", cb_gate_drop_names, CB_GATE_THROTTLED + 1);
}

static void read_series(struct cb_reader in, const char *key, struct cb_selftest_series *series)
{
	const cJSON *array = cb_read_has(in, key) ? cb_read_array(in, key) : NULL, *item;
	int n = cJSON_GetArraySize(array);

	if (!n)
		return;
	if (n > CB_GATE_BLOCKS_MAX) {
		cb_error_set(in.err, -EINVAL, "a gate has more than %d blocks", CB_GATE_BLOCKS_MAX);
		return;
	}
	series->blocks = calloc((size_t)n, sizeof *series->blocks);
	if (!series->blocks) {
		cb_error_set(in.err, -ENOMEM, "out of memory");
		return;
	}
	cJSON_ArrayForEach(item, array)
	{
		struct cb_reader block = element(in, item);

		series->blocks[series->n++] = (struct cb_selftest_block){ cb_read_double(block, "d_log"),
			cb_read_u64(block, "coin", 0, 1), read_drop(block) };
	}
}

static void read_gate(
	struct cb_reader in, const struct cb_selftest_document *document, struct cb_selftest_gate *gate)
{
	if (strcmp(cb_read_text(in, "cell"), document->ids[gate->task.cell]) != 0 ||
		cb_read_double(in, "slowdown") != gate->task.slowdown)
		cb_error_set(in.err, -EINVAL, "has other gates than were planned");
	gate->outcome = (enum cb_selftest_outcome)cb_read_choice(
		in, "outcome", cb_selftest_outcome_names, CB_SELFTEST_OUTCOMES);
	snprintf(gate->reason, sizeof gate->reason, "%s", cb_read_text_if(in, "reason"));
	gate->base_units = cb_read_u64_if(in, "base_units");
	gate->head_units = cb_read_u64_if(in, "head_units");
	gate->realised = cb_read_double(in, "realised");
	gate->flagged = cb_read_bool(in, "flagged");
	gate->effect = cb_read_double(in, "effect_log");
	gate->low = cb_read_double(in, "low_log");
	gate->high = cb_read_double(in, "high_log");
	gate->mde90 = cb_read_double(in, "mde90");
	gate->dropped = cb_read_double(in, "dropped");
	gate->confirm_blocks = (unsigned)cb_read_u64(in, "confirm_blocks", 1, CB_GATE_BLOCKS_MAX);
	gate->total_ns = cb_read_u64(in, "total_ns", 0, EXACT_MAX);
	read_series(in, "screen", &gate->screen);
	read_series(in, "confirm", &gate->confirm);
	read_series(in, "null", &gate->null);
}

static void read_gates(struct cb_reader root, struct cb_selftest_document *document)
{
	const cJSON *array = cb_read_array(root, "gates"), *item;

	if ((unsigned)cJSON_GetArraySize(array) > document->tasks_n) {
		cb_error_set(root.err, -EINVAL, "has more gates than were planned");
		return;
	}
	cJSON_ArrayForEach(item, array)
	{
		struct cb_selftest_gate *gate = &document->gates[document->gates_n];

		*gate = (struct cb_selftest_gate){ .task = document->tasks[document->gates_n++] };
		read_gate(element(root, item), document, gate);
	}
}

static void read_costs(struct cb_reader root, struct cb_selftest_document *document)
{
	const cJSON *array = cb_read_array(root, "costs"), *item;

	document->costs = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof *document->costs);
	if (!document->costs) {
		cb_error_set(root.err, -ENOMEM, "out of memory");
		return;
	}
	cJSON_ArrayForEach(item, array)
	{
		struct cb_reader in = element(root, item);

		document->costs[document->costs_n++] = (struct cb_selftest_cost){ cb_read_copy(in, "id"),
			cb_read_double(in, "unit_ns"), cb_read_double(in, "sample_ns") };
	}
}

static void read_document(struct cb_reader root, struct cb_selftest_document *document)
{
	if (!root.object || strcmp(cb_read_text_if(root, "schema"), SCHEMA) != 0) {
		cb_error_set(root.err, -EINVAL, "is not a self-test's file (" SCHEMA ")");
		return;
	}
	check_same(root, document);
	if (root.err->code)
		return;
	snprintf(document->started, sizeof document->started, "%s", cb_read_text(root, "started"));
	read_costs(root, document);
	if (!root.err->code)
		read_gates(root, document);
}

int cb_selftest_read(const char *text, size_t n, struct cb_selftest_document *document, struct cb_error *err)
{
	struct cb_selftest_document read = *document;
	cJSON *tree = cJSON_ParseWithLength(text, n);
	struct cb_error why = { 0 };

	read.costs = NULL;
	read.costs_n = read.gates_n = 0;
	read_document((struct cb_reader){ cJSON_IsObject(tree) ? tree : NULL, &why }, &read);
	cJSON_Delete(tree);
	if (why.code) {
		cb_selftest_costs_release(read.costs, read.costs_n);
		for (unsigned i = 0; i < read.gates_n; i++)
			cb_selftest_gate_release(&read.gates[i]);
		return cb_error_set(err, why.code, "%s", why.text);
	}
	*document = read;
	return 0;
}
