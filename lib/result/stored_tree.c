/* From JSON trees to what is kept of them. Numbers and texts are rows of tables, key and place. */
#include "lib/result/stored_tree.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct field {
	const char *key;
	size_t offset;
};

#define SAMPLE(name)                                           \
	{                                                      \
#name, offsetof(struct cb_stored_sample, name) \
	}
#define CELL(name)                                           \
	{                                                    \
#name, offsetof(struct cb_stored_cell, name) \
	}
#define FILE_(name)                                     \
	{                                               \
#name, offsetof(struct cb_stored, name) \
	}

static const struct field sample_numbers[] = {
	SAMPLE(units),
	SAMPLE(makespan_ns),
	SAMPLE(total_ns),
	SAMPLE(setup_ns),
	SAMPLE(spawn_ns),
	SAMPLE(gate_ns),
	SAMPLE(teardown_ns),
	SAMPLE(start_skew_ns),
	SAMPLE(stop_skew_ns),
	SAMPLE(cpu_user_ns),
	SAMPLE(cpu_sys_ns),
	SAMPLE(ctx_voluntary),
	SAMPLE(ctx_involuntary),
	SAMPLE(run_delay_ns),
	SAMPLE(off_cpu_ns),
	SAMPLE(steal_ns),
	SAMPLE(throttled_ns),
	SAMPLE(pss_bytes),
	SAMPLE(capacity),
};
static const struct field cell_numbers[] = { CELL(workload_version), CELL(workers), CELL(processes),
	CELL(threads), CELL(inflight), CELL(partners), CELL(bytes_per_unit) };
static const struct field cell_texts[] = { CELL(id), CELL(workload), CELL(unit), CELL(reason) };
static const struct field cell_words[] = { CELL(class), CELL(mode), CELL(dispatch), CELL(pin_requested),
	CELL(cpu_set), CELL(status) };
static const struct field file_texts[] = { FILE_(started), FILE_(scaling) };
static const struct field host_texts[] = { FILE_(fingerprint), FILE_(hostname), FILE_(cpu_model),
	FILE_(kernel) };
static const struct field host_numbers[] = { FILE_(cpus_usable), FILE_(cores), FILE_(numa_nodes),
	FILE_(smt) };

/* ---- picking ---- */

static double number_of(const cJSON *item)
{
	return item && cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static double number(const cJSON *in, const char *key)
{
	return number_of(cJSON_GetObjectItemCaseSensitive(in, key));
}

/* The member of that name, looked for from `from` on and then from the first one to there; NULL: none. */
static const cJSON *find(const cJSON *in, const cJSON *from, const char *key)
{
	for (const cJSON *item = from; item; item = item->next)
		if (!strcmp(item->string, key))
			return item;
	for (const cJSON *item = in->child; item != from; item = item->next)
		if (!strcmp(item->string, key))
			return item;
	return NULL;
}

/*
 * NaN where there is none. Tables are in the order of the members, and each search begins where the one
 * before ended: large files have millions of members.
 */
static void numbers(const cJSON *in, const struct field *fields, size_t n, void *to)
{
	const cJSON *from = cJSON_IsObject(in) ? in->child : NULL, *item;

	for (size_t i = 0; i < n; i++) {
		item = from ? find(in, from, fields[i].key) : NULL;
		*(double *)(void *)((char *)to + fields[i].offset) = number_of(item);
		from = item && item->next ? item->next : from;
	}
}

static int text(const cJSON *in, const char *key, char **ret)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(in, key);

	*ret = strdup(cJSON_IsString(item) ? item->valuestring : "");
	return *ret ? 0 : -ENOMEM;
}

static int texts(const cJSON *in, const struct field *fields, size_t n, void *to)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = text(in, fields[i].key, (char **)((char *)to + fields[i].offset));
	return r;
}

/* One of a few words, which is shown as it is: whatever else it holds is no text of ours. */
static int word(const cJSON *in, const char *key, char **ret)
{
	int r = text(in, key, ret);

	for (char *c = r ? NULL : *ret; c && *c; c++)
		if (*c <= ' ' || *c > '~')
			*c = '?';
	return r;
}

static int words(const cJSON *in, const struct field *fields, size_t n, void *to)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = word(in, fields[i].key, (char **)((char *)to + fields[i].offset));
	return r;
}

static bool flag(const cJSON *in, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(in, key));
}

static unsigned count_of(const cJSON *in, const char *key)
{
	double v = number(in, key);

	return v >= 0 && v < 4294967295.0 ? (unsigned)v : 0;
}

/* ---- a sample ---- */

/* Sum over rows, each at most `most`; NaN: there are none. */
static double sum_of_rows(const cJSON *rows, const char *key, double most)
{
	const cJSON *row = cJSON_GetObjectItemCaseSensitive(rows, key);
	double sum = 0;

	if (!row)
		return NAN;
	for (row = row->child; row; row = row->next)
		sum += fmin(number_of(row), most);
	return sum;
}

/* The mean of what has these quartiles, linear between them, each at most `most`. */
static double mean_of_quartiles(const cJSON *quartiles, const char *key, double most)
{
	const cJSON *row = cJSON_GetObjectItemCaseSensitive(quartiles, key);
	double q[5];

	if (cJSON_GetArraySize(row) != 5)
		return NAN;
	for (int i = 0; i < 5; i++)
		q[i] = fmin(number_of(cJSON_GetArrayItem(row, i)), most);
	return (q[0] / 2 + q[1] + q[2] + q[3] + q[4] / 2) / 4;
}

/* Over all workers, by their rows, or where there are too many by quartiles. Who came when all was done,
 * without a unit, came at the end. */
static double sum_of_workers(
	const cJSON *rows, const cJSON *quartiles, const char *key, double workers, double makespan_ns)
{
	if (rows)
		return sum_of_rows(rows, key, makespan_ns);
	return workers * mean_of_quartiles(quartiles, key, makespan_ns);
}

static void take_sample(const cJSON *in, double workers, struct cb_stored_sample *ret)
{
	const cJSON *rows = cJSON_GetObjectItemCaseSensitive(in, "workers");
	const cJSON *quartiles = rows ? NULL : cJSON_GetObjectItemCaseSensitive(in, "worker_quartiles");

	numbers(in, sample_numbers, CB_COUNT(sample_numbers), ret);
	ret->block = count_of(in, "block");
	ret->order = count_of(in, "order");
	ret->discarded = flag(in, "discarded");
	ret->unpaired = flag(in, "unpaired");
	ret->failed = cJSON_GetObjectItemCaseSensitive(in, "status") != NULL;
	ret->late_ns = sum_of_workers(rows, quartiles, "start_ns", workers, ret->makespan_ns);
	ret->busy_ns = sum_of_workers(rows, quartiles, "end_ns", workers, ret->makespan_ns) - ret->late_ns;
}

/* ---- a cell ---- */

static int take_samples(const cJSON *in, struct cb_stored_cell *cell)
{
	const cJSON *samples = cJSON_GetObjectItemCaseSensitive(in, "samples"), *one;
	int n = cJSON_GetArraySize(samples);
	unsigned i = 0;

	if (!n)
		return 0;
	cell->samples = calloc((size_t)n, sizeof *cell->samples);
	if (!cell->samples)
		return -ENOMEM;
	cell->samples_n = (unsigned)n;
	for (one = samples->child; one; one = one->next) {
		take_sample(one, cell->workers, &cell->samples[i]);
		if (cell->samples[i++].block >= CB_STORED_BLOCKS_MAX)
			return -EBADMSG;
	}
	return 0;
}

static int take_params(const cJSON *in, struct cb_stored_cell *cell)
{
	char *printed = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(in, "params"));

	cell->params = strdup(printed ? printed : "");
	cJSON_free(printed);
	return cell->params ? 0 : -ENOMEM;
}

/* Fills a zeroed cell; half a one is released as well. */
static int take_cell(const cJSON *in, struct cb_stored_cell *cell)
{
	int r = texts(in, cell_texts, CB_COUNT(cell_texts), cell);

	numbers(in, cell_numbers, CB_COUNT(cell_numbers), cell);
	cell->cpus = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(in, "cpus"));
	cell->oversubscribed = flag(in, "oversubscribed");
	cell->open_loop = cJSON_GetObjectItemCaseSensitive(in, "open_loop") != NULL;
	cell->p99_ns = number(cJSON_GetObjectItemCaseSensitive(in, "latency"), "p99_ns");
	r = r ? r : words(in, cell_words, CB_COUNT(cell_words), cell);
	r = r ? r : word(cJSON_GetObjectItemCaseSensitive(in, "summary"), "bound", &cell->bound);
	r = r ? r : take_params(in, cell);
	r = r ? r : take_samples(in, cell);
	if (!r && (!cell->id[0] || !cell->workload[0] || !cell->mode[0] || !cell->status[0] ||
			  !(cell->workers >= 1)))
		r = -EBADMSG;
	return r;
}

void cb_stored_release_cell(struct cb_stored_cell *cell)
{
	for (size_t i = 0; i < CB_COUNT(cell_texts); i++)
		free(*(char **)((char *)cell + cell_texts[i].offset));
	for (size_t i = 0; i < CB_COUNT(cell_words); i++)
		free(*(char **)((char *)cell + cell_words[i].offset));
	free(cell->params);
	free(cell->bound);
	free(cell->samples);
}

int cb_stored_take_cell(struct cb_stored *stored, const cJSON *in)
{
	struct cb_stored_cell *more;

	if (!(stored->cells_n & (stored->cells_n - 1))) {
		more = realloc(stored->cells, (stored->cells_n ? 2 * stored->cells_n : 1) * sizeof *more);
		if (!more)
			return -ENOMEM;
		stored->cells = more;
	}
	stored->cells[stored->cells_n] = (struct cb_stored_cell){ 0 };
	return take_cell(in, &stored->cells[stored->cells_n++]);
}

/* ---- the front ---- */

/* When precision may have ended the measuring; a file may say anything. */
static void take_looks(struct cb_stored *stored, const cJSON *options)
{
	double min = number(options, "samples_min"), max = number(options, "samples_max");

	if (!(min >= 2 && min <= max && max <= CB_LOOKS_LAST_MAX))
		return;
	stored->sample_looks = cb_looks_of_samples((unsigned)min, (unsigned)max);
	stored->block_looks = cb_looks_of_blocks((unsigned)min, (unsigned)max);
}

int cb_stored_take_front(struct cb_stored *stored, const cJSON *in)
{
	const cJSON *schema = cJSON_GetObjectItemCaseSensitive(in, "schema");
	const cJSON *host = cJSON_GetObjectItemCaseSensitive(in, "host");
	int r;

	if (!cJSON_IsString(schema) || strcmp(schema->valuestring, CB_STORED_SCHEMA))
		return -EPROTO;
	stored->partial = flag(in, "partial");
	stored->quick = flag(in, "quick");
	take_looks(stored, cJSON_GetObjectItemCaseSensitive(in, "options"));
	numbers(host, host_numbers, CB_COUNT(host_numbers), stored);
	r = texts(in, file_texts, CB_COUNT(file_texts), stored);
	r = r ? r : texts(host, host_texts, CB_COUNT(host_texts), stored);
	return r ? r : text(cJSON_GetObjectItemCaseSensitive(in, "tool"), "revision", &stored->revision);
}
