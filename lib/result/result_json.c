/*
 * The result file, concbench.result/1. docs/result.schema.json describes every key; a key that is new here is
 * new there. One top-level key a line and one cell a line, so that readers can stream. Text is gathered and
 * handed on in large pieces: each may become a system call.
 */
#include "lib/result/result.h"

#include "lib/result/cell_json.h"
#include "lib/result/fault_json.h"
#include "lib/result/host_json.h"
#include "lib/result/json.h"
#include "lib/result/store.h"
#include "version.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

#define SCHEMA       "concbench.result/1"
#define BUFFER_BYTES ((size_t)64 << 10)

/* Text on its way to put. The buffer is of a store: private memory would cost every later fork. */
struct out {
	int (*put)(void *arg, const char *text, size_t n);
	void *arg;
	char *buffer; /* [BUFFER_BYTES] */
	size_t used;
};

static int flush(struct out *out)
{
	size_t n = out->used;

	out->used = 0;
	return n ? out->put(out->arg, out->buffer, n) : 0;
}

/* A put: gathers text, hands it on when the buffer is full. */
static int gather(void *arg, const char *text, size_t n)
{
	struct out *out = arg;
	int rc = 0;

	while (n && !rc) {
		size_t room = BUFFER_BYTES - out->used, taken = n < room ? n : room;

		memcpy(out->buffer + out->used, text, taken);
		out->used += taken;
		text += taken;
		n -= taken;
		rc = out->used == BUFFER_BYTES ? flush(out) : 0;
	}
	return rc;
}

static int put_text(struct out *out, const char *text)
{
	return gather(out, text, strlen(text));
}

/* ---- the head ------------------------------------------------------------------------------------ */

static void add_tool(struct cb_json in)
{
	struct cb_json tool = cb_json_object(in, "tool");

	cb_json_text(tool, "version", CB_VERSION);
	cb_json_text(tool, "revision", CB_REVISION);
	cb_json_text(tool, "compiler", CB_COMPILER);
	cb_json_text(tool, "flags", CB_FLAGS);
}

/* --samples is exact; else precision decides within least and most. */
static void add_options(struct cb_json in, const struct cb_run_options *o)
{
	struct cb_json options = cb_json_object(in, "options");

	if (o->units)
		cb_json_u64(options, "units", o->units);
	else
		cb_json_u64(options, "sample_time_ns", o->sample_time_ns);
	if (o->samples) {
		cb_json_u64(options, "samples", o->samples);
	} else {
		cb_json_u64(options, "samples_min", o->samples_min);
		cb_json_u64(options, "samples_max", o->samples_max);
	}
	cb_json_double(options, "precision", o->precision);
	cb_json_u64(options, "time_budget_ns", o->time_budget_ns);
	cb_json_u64(options, "warmup_ns", o->warmup_ns);
	if (o->timeout_ns)
		cb_json_u64(options, "timeout_ns", o->timeout_ns);
	if (o->stall_ns)
		cb_json_u64(options, "stall_ns", o->stall_ns == CB_NONE ? 0 : o->stall_ns);
	cb_json_bool(options, "allow_unverified", o->allow_unverified);
	cb_json_fault_asked(options, &o->fault);
}

static void add_labels(struct cb_json in, const struct cb_run_options *options)
{
	struct cb_json labels = cb_json_object(in, "labels");

	for (size_t i = 0; i < options->labels_n; i++)
		cb_json_text(labels, options->labels[i].key, options->labels[i].value);
}

static void add_argv(struct cb_json in, const struct cb_result *result)
{
	struct cb_json argv = cb_json_array(in, "argv");

	for (int i = 0; i < result->argc; i++)
		cb_json_text(argv, NULL, result->argv[i]);
}

static void add_head(struct cb_json in, const struct cb_result *result)
{
	cb_json_text(in, "schema", SCHEMA);
	cb_json_bool(in, "partial", result->partial);
	cb_json_bool(in, "quick", result->options->quick);
	cb_json_text(in, "scaling", result->options->units ? "fixed" : "rate");
	add_tool(in);
	cb_json_text(in, "started", result->started);
	add_argv(in, result);
	add_labels(in, result->options);
	cb_json_word(in, "seed", result->options->seed);
	cb_json_word(in, "order_seed", result->order_seed);
	add_options(in, result->options);
	cb_json_take(in, "host", cb_host_json(result->host, result->capacity));
}

/* "key": value,\n of each member. Keys of the head are plain words. */
static int put_members(struct out *out, const struct cJSON *object)
{
	const struct cJSON *member;
	int rc = 0;

	cJSON_ArrayForEach(member, object)
	{
		rc = put_text(out, "\"");
		rc = rc ? rc : put_text(out, member->string);
		rc = rc ? rc : put_text(out, "\": ");
		rc = rc ? rc : cb_json_print(member, gather, out);
		rc = rc ? rc : put_text(out, ",\n");
		if (rc)
			break;
	}
	return rc;
}

static int put_head(struct out *out, const struct cb_result *result)
{
	bool failed = false;
	struct cb_json head = cb_json_new(&failed);
	int rc;

	if (head.node)
		add_head(head, result);
	rc = failed ? -ENOMEM : put_members(out, head.node);
	cJSON_Delete(head.node);
	return rc;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static int put_cells(struct out *out, const struct cb_result *result)
{
	int rc = put_text(out, "\"cells\": [\n");

	for (unsigned i = 0; !rc && i < result->plan->cells_n; i++) {
		rc = cb_cell_json_write(result, &result->cells[i], gather, out);
		rc = rc ? rc : put_text(out, i + 1 < result->plan->cells_n ? ",\n" : "\n");
	}
	return rc ? rc : put_text(out, "]\n}\n");
}

int cb_result_write(
	const struct cb_result *result, int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	struct cb_store *store = cb_store_new();
	struct out out = { .put = put, .arg = arg };
	int rc;

	out.buffer = store ? cb_store_alloc(store, BUFFER_BYTES) : NULL;
	rc = out.buffer ? put_text(&out, "{\n") : -ENOMEM;
	rc = rc ? rc : put_head(&out, result);
	rc = rc ? rc : put_cells(&out, result);
	rc = rc ? rc : flush(&out);
	cb_store_free(store);
	return rc;
}
