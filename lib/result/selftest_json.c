#include "lib/result/selftest_json.h"

#include "lib/result/host_json.h"
#include "lib/result/json.h"
#include "version.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>

/* ---- what was asked for ---- */

static void add_tool(struct cb_json tool)
{
	cb_json_text(tool, "version", CB_VERSION);
	cb_json_text(tool, "revision", CB_REVISION);
	cb_json_text(tool, "compiler", CB_COMPILER);
	cb_json_text(tool, "flags", CB_FLAGS);
}

static void add_front(struct cb_json in, const struct cb_selftest_document *document)
{
	struct cb_json array;

	cb_json_bool(in, "partial", document->gates_n < document->tasks_n);
	add_tool(cb_json_object(in, "tool"));
	cb_json_text(in, "started", document->started);
	array = cb_json_array(in, "argv");
	for (int i = 0; i < document->argc; i++)
		cb_json_text(array, NULL, document->argv[i]);
	array = cb_json_object(in, "settings");
	for (unsigned i = 0; i < document->settings_n; i++)
		cb_json_text(array, document->settings[i].name, document->settings[i].value);
	array = cb_json_array(in, "cells");
	for (unsigned i = 0; i < document->plan->cells; i++)
		cb_json_text(array, NULL, document->ids[i]);
	cb_json_u64(in, "planned", document->tasks_n);
	array = cb_json_array(in, "costs");
	for (unsigned i = 0; i < document->costs_n; i++) {
		struct cb_json cost = cb_json_object(array, NULL);

		cb_json_text(cost, "id", document->costs[i].id);
		cb_json_double(cost, "unit_ns", document->costs[i].unit_ns);
		cb_json_double(cost, "sample_ns", document->costs[i].sample_ns);
	}
	cb_json_take(in, "host", cb_host_json(document->host, -1));
}

/* ---- a gate ---- */

static void add_series(struct cb_json in, const char *key, const struct cb_selftest_series *series)
{
	struct cb_json array;

	if (!series->n)
		return;
	array = cb_json_array(in, key);
	for (unsigned i = 0; i < series->n; i++) {
		struct cb_json block = cb_json_object(array, NULL);

		cb_json_double(block, "d_log", series->blocks[i].d);
		cb_json_u64(block, "coin", series->blocks[i].coin);
		cb_json_text_if(block, "dropped", cb_gate_drop_names[series->blocks[i].drop]);
	}
}

struct gate_of {
	const struct cb_selftest_document *document;
	const struct cb_selftest_gate *gate;
};

static void add_gate(struct cb_json in, const void *what)
{
	const struct gate_of *of = what;
	const struct cb_selftest_gate *gate = of->gate;

	cb_json_text(in, "cell", of->document->ids[gate->task.cell]);
	cb_json_double(in, "slowdown", gate->task.slowdown);
	cb_json_double(in, "realised", gate->realised);
	cb_json_u64(in, "base_units", gate->base_units);
	cb_json_u64(in, "head_units", gate->head_units);
	cb_json_text(in, "outcome", cb_selftest_outcome_names[gate->outcome]);
	cb_json_text_if(in, "reason", gate->reason);
	cb_json_bool(in, "flagged", gate->flagged);
	cb_json_double(in, "effect_log", gate->effect);
	cb_json_double(in, "low_log", gate->low);
	cb_json_double(in, "high_log", gate->high);
	cb_json_double(in, "mde90", gate->mde90);
	cb_json_double(in, "dropped", gate->dropped);
	cb_json_u64(in, "confirm_blocks", gate->confirm_blocks);
	cb_json_u64(in, "total_ns", gate->total_ns);
	add_series(in, "screen", &gate->screen);
	add_series(in, "confirm", &gate->confirm);
	add_series(in, "null", &gate->null);
}

/* ---- what all say ---- */

static void add_rate(struct cb_json in, const char *key, const struct cb_selftest_rate *rate)
{
	struct cb_json o;

	if (!rate->n)
		return;
	o = cb_json_object(in, key);
	cb_json_u64(o, "fails", rate->k);
	cb_json_u64(o, "of", rate->n);
	cb_json_double(o, "low", rate->low);
	cb_json_double(o, "high", rate->high);
}

static void add_curve(
	struct cb_json in, const struct cb_selftest_document *document, const struct cb_selftest_curve *curve)
{
	struct cb_json points = cb_json_array(in, "points");

	for (unsigned i = 0; i < document->plan->slowdowns_n; i++) {
		struct cb_json point = cb_json_object(points, NULL);

		cb_json_double(point, "slowdown", curve->points[i].slowdown);
		add_rate(point, "real", &curve->points[i].real);
		add_rate(point, "replayed", &curve->points[i].replayed);
	}
	cb_json_double(in, "real_mde50", curve->real_mde50);
	cb_json_double(in, "real_mde90", curve->real_mde90);
	cb_json_double(in, "replayed_mde50", curve->replayed_mde50);
	cb_json_double(in, "replayed_mde90", curve->replayed_mde90);
}

static void add_summary(struct cb_json in, const void *what)
{
	const struct cb_selftest_document *document = what;
	const struct cb_selftest_summary *summary = document->summary;
	struct cb_json curves;

	for (unsigned i = 0; i < 2; i++) {
		struct cb_json counts = cb_json_object(in, i ? "slowed" : "equals");

		for (unsigned k = 0; k < CB_SELFTEST_OUTCOMES; k++)
			cb_json_u64(counts, cb_selftest_outcome_names[k], summary->outcomes[i][k]);
	}
	add_rate(in, "alarms_real", &summary->alarms);
	add_rate(in, "alarms_replayed", &summary->size);
	curves = cb_json_array(in, "curves");
	for (unsigned i = 0; i <= document->plan->cells; i++) {
		struct cb_json curve = cb_json_object(curves, NULL);

		if (i < document->plan->cells)
			cb_json_text(curve, "cell", document->ids[i]);
		add_curve(curve, document, &summary->curves[i]);
	}
}

/* ---- the file ---- */

static int put_front(const struct cb_json_sink *sink, const struct cb_selftest_document *document)
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	int r = cb_json_sink_text(sink, "{\n\"schema\": \"concbench.selftest/1\",\n");

	if (object.node)
		add_front(object, document);
	r = r                        ? r
	    : failed || !object.node ? -ENOMEM
				     : cb_json_print_members(object.node, sink->put, sink->arg);
	cJSON_Delete(object.node);
	return r;
}

int cb_selftest_write(const struct cb_selftest_document *document,
	int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	const struct cb_json_sink sink = { put, arg };
	int r = put_front(&sink, document);

	r = r ? r : cb_json_sink_text(&sink, ",\n\"gates\": [");
	for (unsigned i = 0; !r && i < document->gates_n; i++) {
		const struct gate_of of = { document, &document->gates[i] };

		r = cb_json_sink_object(&sink, i ? ",\n" : "\n", add_gate, &of);
	}
	r = r ? r : cb_json_sink_text(&sink, "\n]");
	if (!r && document->summary)
		r = cb_json_sink_object(&sink, ",\n\"summary\": ", add_summary, document);
	return r ? r : cb_json_sink_text(&sink, "\n}\n");
}
