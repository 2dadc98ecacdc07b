#include "lib/result/compare_json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/result/json.h"

static void add_file(struct cb_json in, const char *key, const struct cb_stored *file)
{
	struct cb_json object = cb_json_object(in, key);

	cb_json_text(object, "path", file->path);
	cb_json_text_if(object, "started", file->started);
	cb_json_text_if(object, "revision", file->revision);
	cb_json_text_if(object, "fingerprint", file->fingerprint);
	cb_json_text_if(object, "cpu_model", file->cpu_model);
	cb_json_double(object, "cpus_usable", file->cpus_usable);
	cb_json_bool(object, "partial", file->partial);
	cb_json_bool(object, "quick", file->quick);
}

static void add_ids(struct cb_json in, const char *key, const struct cb_stored_cell *const *cells, unsigned n)
{
	struct cb_json array = cb_json_array(in, key);

	for (unsigned i = 0; i < n; i++)
		cb_json_text(array, NULL, cells[i]->id);
}

static void add_ratio(struct cb_json in, const struct cb_pair *pair)
{
	struct cb_json ratio;

	if (isnan(pair->ratio.median))
		return;
	ratio = cb_json_object(in, "ratio");
	cb_json_double(ratio, "median", pair->ratio.median);
	cb_json_double(ratio, "ci_low", pair->ratio.low);
	cb_json_double(ratio, "ci_high", pair->ratio.high);
	cb_json_double(ratio, "coverage", pair->ratio.coverage);
	cb_json_u64(ratio, "base_n", pair->base_n);
	cb_json_u64(ratio, "new_n", pair->new_n);
}

static void add_pair(struct cb_json in, const void *what)
{
	const struct cb_pair *pair = what;

	cb_json_text(in, "id", pair->base->id);
	cb_json_text(in, "base_status", pair->base->status);
	cb_json_text(in, "new_status", pair->new->status);
	cb_json_double(in, "base_units_per_s", pair->base_rate);
	cb_json_double(in, "new_units_per_s", pair->new_rate);
	add_ratio(in, pair);
	cb_json_text(in, "change", cb_change_names[pair->change]);
}

static void add_front(struct cb_json in, const struct cb_comparison *c)
{
	add_file(in, "base", c->base);
	add_file(in, "new", c->new);
	cb_json_double(in, "confidence", c->confidence);
	add_ids(in, "only_base", c->only_base, c->only_base_n);
	add_ids(in, "only_new", c->only_new, c->only_new_n);
}

static int put_front(const struct cb_json_sink *sink, const struct cb_comparison *c)
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	int r = cb_json_sink_text(sink, "{\n\"schema\": \"concbench.compare/1\",\n");

	if (object.node)
		add_front(object, c);
	r = r                        ? r
	    : failed || !object.node ? -ENOMEM
				     : cb_json_print_members(object.node, sink->put, sink->arg);
	cJSON_Delete(object.node);
	return r ? r : cb_json_sink_text(sink, ",\n\"cells\": [");
}

int cb_compare_json_write(
	const struct cb_comparison *comparison, int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	const struct cb_json_sink sink = { put, arg };
	int r = put_front(&sink, comparison);

	for (unsigned i = 0; i < comparison->n && !r; i++)
		r = cb_json_sink_object(&sink, i ? ",\n" : "\n", add_pair, &comparison->pairs[i]);
	return r ? r : cb_json_sink_text(&sink, "\n]\n}\n");
}
