#include "lib/result/demo_json.h"

#include "lib/result/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#define SCHEMA "concbench.demo/1"

struct out {
	int (*put)(void *arg, const char *text, size_t n);
	void *arg;
};

static int put_text(const struct out *out, const char *text)
{
	return out->put(out->arg, text, strlen(text));
}

/* A round whose processes lived on has no time. */
static void add_round(struct cb_json in, const struct cb_killed *round)
{
	struct cb_json object = cb_json_object(in, NULL);

	cb_json_u64(object, "tasks", round->tasks);
	cb_json_u64(object, "gone_ns", round->gone_ns);
}

static void add_killed_run(struct cb_json in, const struct cb_killed_run *run)
{
	struct cb_json object = cb_json_object(in, NULL), rounds;

	cb_json_text(object, "id", run->cell->id);
	cb_json_text(object, "mode", run->cell->mode->name);
	cb_json_u64(object, "workers", run->cell->shape.workers);
	cb_json_text_if(object, "reason", run->reason);
	rounds = cb_json_array(object, "rounds");
	for (unsigned i = 0; i < run->n; i++)
		add_round(rounds, &run->round[i]);
}

static void add_killed(struct cb_json in, const struct cb_demo_entry *entry)
{
	struct cb_json runs = { 0 };

	for (size_t i = 0; entry->commands[i]; i++) {
		if (!entry->killed[i])
			continue;
		if (!runs.node)
			runs = cb_json_array(in, "killed");
		add_killed_run(runs, entry->killed[i]);
	}
}

static void add_entry(struct cb_json in, const struct cb_demo_entry *entry)
{
	struct cb_json commands, runs;
	char index[16];

	cb_json_u64(in, "row", entry->row);
	cb_json_text(in, "claim", entry->claim);
	cb_json_text(in, "verdict", entry->verdict);
	cb_json_text(in, "sentence", entry->sentence);
	commands = cb_json_array(in, "commands");
	for (size_t i = 0; entry->commands[i]; i++)
		cb_json_text(commands, NULL, entry->commands[i]);
	runs = cb_json_array(in, "runs");
	for (size_t i = 0; entry->commands[i]; i++) {
		if (entry->runs[i] == UINT_MAX)
			continue;
		snprintf(index, sizeof index, "%u", entry->runs[i]);
		cb_json_take(runs, NULL, cJSON_CreateRaw(index));
	}
	add_killed(in, entry);
}

static int put_entry(const struct out *out, const struct cb_demo_entry *entry)
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	int rc;

	if (object.node)
		add_entry(object, entry);
	rc = failed ? -ENOMEM : cb_json_print(object.node, out->put, out->arg);
	cJSON_Delete(object.node);
	return rc;
}

static int put_entries(const struct out *out, const struct cb_demo_document *document)
{
	int rc = put_text(out, "\"demo\": [\n");

	for (size_t i = 0; !rc && i < document->entries_n; i++) {
		rc = put_entry(out, &document->entries[i]);
		rc = rc ? rc : put_text(out, i + 1 < document->entries_n ? ",\n" : "\n");
	}
	return rc ? rc : put_text(out, "],\n");
}

static int put_runs(const struct out *out, const struct cb_demo_document *document)
{
	int rc = put_text(out, "\"runs\": [\n");

	for (size_t i = 0; !rc && i < document->runs_n; i++) {
		rc = i ? put_text(out, ",\n") : 0;
		rc = rc ? rc : cb_result_write(document->runs[i], out->put, out->arg);
	}
	return rc ? rc : put_text(out, "]\n}\n");
}

int cb_demo_write(const void *arg, int (*put)(void *arg, const char *text, size_t n), void *put_arg)
{
	const struct cb_demo_document *document = arg;
	const struct out out = { put, put_arg };
	int rc = put_text(&out, "{\n\"schema\": \"" SCHEMA "\",\n\"partial\": ");

	rc = rc ? rc : put_text(&out, document->partial ? "true,\n" : "false,\n");
	rc = rc ? rc : put_entries(&out, document);
	return rc ? rc : put_runs(&out, document);
}
