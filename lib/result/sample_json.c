/*
 * A table of keys, each with its type, range and place in the request: parser, required keys and messages at
 * once. Strict, since a misspelt key that is ignored is a wrong measurement that looks right.
 */
#include "lib/result/sample_json.h"

#include "lib/result/json.h"
#include "lib/result/measured_json.h"
#include "lib/result/result.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA          "concbench.sample/1"
#define EXACT_MAX       ((uint64_t)1 << 53) /* above it a JSON number is not exact in most readers */
#define WORKERS_MAX     ((uint64_t)1 << 20)
#define DURATION_MAX_NS ((uint64_t)7 * 24 * 3600 * 1000000000)

struct row;
typedef int take_fn(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err);

struct row {
	const char *key;
	take_fn *take;
	size_t offset;     /* of the field in the request */
	uint64_t min, max; /* inclusive, of numbers */
	bool required;
};

static int refuse(const struct row *row, const char *expected, struct cb_error *err)
{
	return cb_error_set(err, -EINVAL, "\"%s\" must be %s", row->key, expected);
}

static int take_schema(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	(void)to;
	if (!cJSON_IsString(item) || strcmp(item->valuestring, SCHEMA))
		return refuse(row, "\"" SCHEMA "\"", err);
	return 0;
}

static int take_string(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	char **field = (char **)((char *)to + row->offset);

	if (!cJSON_IsString(item) || !item->valuestring[0])
		return refuse(row, "a string that is not empty", err);
	free(*field);
	*field = strdup(item->valuestring);
	return *field ? 0 : -ENOMEM;
}

static int take_number(const struct row *row, const cJSON *item, uint64_t *ret, struct cb_error *err)
{
	char expected[80];
	double v = cJSON_IsNumber(item) ? item->valuedouble : NAN;

	if (!(v >= (double)row->min && v <= (double)row->max) || v != floor(v)) {
		snprintf(expected, sizeof expected, "a whole number from %" PRIu64 " to %" PRIu64, row->min,
			row->max);
		return refuse(row, expected, err);
	}
	*ret = (uint64_t)v;
	return 0;
}

static int take_u64(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	return take_number(row, item, (uint64_t *)((char *)to + row->offset), err);
}

static int take_unsigned(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	uint64_t value;
	int rc = take_number(row, item, &value, err);

	if (!rc)
		*(unsigned *)((char *)to + row->offset) = (unsigned)value;
	return rc;
}

static int take_seed(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	if (!cJSON_IsString(item) || strncmp(item->valuestring, "0x", 2) ||
		cb_parse_word(item->valuestring, &to->seed, NULL))
		return refuse(row, "a string of \"0x\" and 1 to 16 hex digits", err);
	return 0;
}

static int take_bool(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	if (!cJSON_IsBool(item))
		return refuse(row, "true or false", err);
	*(bool *)((char *)to + row->offset) = cJSON_IsTrue(item);
	return 0;
}

static int take_timing(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	for (int i = CB_TIMING_NONE; i <= CB_TIMING_EACH && cJSON_IsString(item); i++) {
		if (!strcmp(item->valuestring, cb_timing_names[i])) {
			to->timing = (enum cb_timing)i;
			return 0;
		}
	}
	return refuse(row, "\"none\", \"sampled\" or \"each\"", err);
}

static bool repeated(const cJSON *item)
{
	for (const cJSON *later = item->next; later; later = later->next)
		if (!strcmp(later->string, item->string))
			return true;
	return false;
}

static int take_pair(struct cb_spec *spec, const cJSON *item)
{
	struct cb_spec_pair *pair = &spec->pairs[spec->n];

	pair->name = strdup(item->string);
	pair->value = strdup(item->valuestring);
	spec->n++;
	return pair->name && pair->value ? 0 : -ENOMEM;
}

static int take_params(
	const struct row *row, const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	const cJSON *pair;

	if (!cJSON_IsObject(item))
		return refuse(row, "an object of strings", err);
	to->spec.pairs = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof *to->spec.pairs);
	if (!to->spec.pairs)
		return -ENOMEM;
	cJSON_ArrayForEach(pair, item)
	{
		if (!cJSON_IsString(pair) || repeated(pair))
			return refuse(row, "an object of strings, each key once", err);
		if (take_pair(&to->spec, pair))
			return -ENOMEM;
	}
	return 0;
}

#define AT(field) offsetof(struct cb_sample_request, field)

static const struct row rows[] = {
	{ "schema", take_schema, 0, 0, 0, true },
	{ "workload", take_string, AT(spec.workload), 0, 0, true },
	{ "params", take_params, 0, 0, 0, false },
	{ "mode", take_string, AT(mode), 0, 0, true },
	{ "dispatch", take_string, AT(dispatch), 0, 0, false },
	{ "batch", take_u64, AT(batch), 0, EXACT_MAX, false },
	{ "workers", take_unsigned, AT(workers), 1, WORKERS_MAX, false },
	{ "processes", take_unsigned, AT(processes), 1, WORKERS_MAX, false },
	{ "threads", take_unsigned, AT(threads), 1, WORKERS_MAX, false },
	{ "units", take_u64, AT(units), 1, EXACT_MAX, true },
	{ "seed", take_seed, 0, 0, 0, false },
	{ "pin", take_string, AT(pin), 0, 0, false },
	{ "timing", take_timing, 0, 0, 0, false },
	{ "timing_every", take_u64, AT(timing_every), 1, EXACT_MAX, false },
	{ "warmup_ns", take_u64, AT(warmup_ns), 0, DURATION_MAX_NS, false },
	{ "timeout_ns", take_u64, AT(timeout_ns), 1, DURATION_MAX_NS, false },
	{ "dir", take_string, AT(dir), 0, 0, false },
	{ "allow_unverified", take_bool, AT(allow_unverified), 0, 0, false },
};

static const struct row *find_row(const char *key)
{
	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (!strcmp(rows[i].key, key))
			return &rows[i];
	return NULL;
}

static int take_member(const cJSON *item, struct cb_sample_request *to, struct cb_error *err)
{
	const struct row *row = find_row(item->string);
	char quoted[CB_QUOTE_SIZE];

	if (!row)
		return cb_error_set(err, -EINVAL, "\"%s\" is no key of " SCHEMA,
			cb_quote(item->string, quoted, sizeof quoted));
	if (repeated(item))
		return refuse(row, "given once", err);
	return row->take(row, item, to, err);
}

static int check_complete(const cJSON *root, struct cb_error *err)
{
	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (rows[i].required && !cJSON_GetObjectItemCaseSensitive(root, rows[i].key))
			return cb_error_set(err, -EINVAL, "\"%s\" is missing", rows[i].key);
	return 0;
}

static int check_shape(const struct cb_sample_request *r, struct cb_error *err)
{
	if (r->processes && r->threads && (uint64_t)r->processes * r->threads != r->workers)
		return cb_error_set(err, -EINVAL, "%u processes x %u threads are not %u workers",
			r->processes, r->threads, r->workers);
	return 0;
}

static int set_default(char **field, const char *value)
{
	if (!*field)
		*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int read_request(const cJSON *root, struct cb_sample_request *to, struct cb_error *err)
{
	const cJSON *item;
	int rc = 0;

	if (!cJSON_IsObject(root))
		return cb_error_set(err, -EINVAL, "a sample is described by a JSON object");
	cJSON_ArrayForEach(item, root)
	{
		rc = take_member(item, to, err);
		if (rc)
			return rc;
	}
	rc = check_complete(root, err);
	rc = rc ? rc : check_shape(to, err);
	rc = rc ? rc : set_default(&to->dispatch, "shared");
	return rc ? rc : set_default(&to->pin, "auto");
}

/* Nothing but blanks may follow the value. */
static bool ends_here(const char *at, const char *end)
{
	while (at < end && *at && strchr(" \t\r\n", *at))
		at++;
	return at == end;
}

int cb_sample_request_parse(const char *text, size_t n, struct cb_sample_request *ret, struct cb_error *err)
{
	struct cb_sample_request request = {
		.workers = 1, .timing_every = 1, .warmup_ns = 20000000, .timeout_ns = 10000000000
	};
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(text, n, &end, false);
	int rc;

	if (!root || !ends_here(end, text + n))
		rc = cb_error_set(err, -EINVAL, "not a JSON text: stops making sense at byte %zu of %zu",
			end ? (size_t)(end - text) : 0, n);
	else
		rc = read_request(root, &request, err);
	cJSON_Delete(root);
	if (rc) {
		cb_sample_request_release(&request);
		return cb_error_set(err, rc, "no memory for the description of a sample");
	}
	*ret = request;
	return 0;
}

void cb_sample_request_release(struct cb_sample_request *request)
{
	if (!request)
		return;
	cb_spec_release(&request->spec);
	free(request->mode);
	free(request->dispatch);
	free(request->pin);
	free(request->dir);
	*request = (struct cb_sample_request){ 0 };
}

static void add_answer(struct cb_json in, const struct cb_sample_request *request,
	const struct cb_workload *workload, const struct cb_sample *sample,
	const struct cb_histogram *histogram)
{
	struct cb_json object;

	cb_json_text(in, "schema", SCHEMA);
	cb_json_text(in, "workload", workload->name);
	cb_json_u64(in, "workload_version", workload->version);
	cb_json_text(in, "status", cb_status_names[sample->status]);
	cb_json_text_if(in, "reason", sample->reason);
	object = cb_json_object(in, "sample");
	cb_json_measured(object, workload, sample);
	if (sample->rows)
		cb_json_worker_rows(object, sample->rows, request->workers);
	cb_json_latency(in, histogram, NULL, request->timing, request->timing_every);
}

int cb_sample_answer_write(const struct cb_sample_request *request, const struct cb_workload *workload,
	const struct cb_sample *sample, const struct cb_histogram *histogram,
	int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	bool failed = false;
	struct cb_json answer = cb_json_new(&failed);
	int rc;

	if (answer.node)
		add_answer(answer, request, workload, sample, histogram);
	rc = failed ? -ENOMEM : cb_json_print(answer.node, put, arg);
	cJSON_Delete(answer.node);
	return rc ? rc : put(arg, "\n", 1);
}
