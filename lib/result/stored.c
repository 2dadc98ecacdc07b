/*
 * Numbers and texts are rows of tables, key and place. A cell's line is parsed, picked from and dropped
 * before the next one is read: a file of hundreds of megabytes needs the memory of its numbers, not of its
 * tree.
 */
#include "lib/result/stored.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SCHEMA "concbench.result/1"

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
	SAMPLE(run_delay_ns),
	SAMPLE(off_cpu_ns),
	SAMPLE(steal_ns),
	SAMPLE(throttled_ns),
	SAMPLE(ctx_voluntary),
	SAMPLE(ctx_involuntary),
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
	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static double number(const cJSON *in, const char *key)
{
	return number_of(cJSON_GetObjectItemCaseSensitive(in, key));
}

static void numbers(const cJSON *in, const struct field *fields, size_t n, void *to)
{
	for (size_t i = 0; i < n; i++)
		*(double *)(void *)((char *)to + fields[i].offset) = number(in, fields[i].key);
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

/* Over all workers. Who came when all was done, without a unit, came at the end. */
static double sum_of_workers(const cJSON *in, const char *key, double workers, double makespan_ns)
{
	const cJSON *rows = cJSON_GetObjectItemCaseSensitive(in, "workers");

	if (rows)
		return sum_of_rows(rows, key, makespan_ns);
	return workers *
	       mean_of_quartiles(cJSON_GetObjectItemCaseSensitive(in, "worker_quartiles"), key, makespan_ns);
}

static void take_sample(const cJSON *in, double workers, struct cb_stored_sample *ret)
{
	numbers(in, sample_numbers, CB_COUNT(sample_numbers), ret);
	ret->block = count_of(in, "block");
	ret->order = count_of(in, "order");
	ret->discarded = flag(in, "discarded");
	ret->unpaired = flag(in, "unpaired");
	ret->failed = cJSON_HasObjectItem(in, "status");
	ret->late_ns = sum_of_workers(in, "start_ns", workers, ret->makespan_ns);
	ret->busy_ns = sum_of_workers(in, "end_ns", workers, ret->makespan_ns) - ret->late_ns;
}

bool cb_stored_counts(const struct cb_stored_sample *sample)
{
	return !sample->discarded && !sample->failed && sample->units > 0 && sample->makespan_ns > 0;
}

double cb_stored_rate(const struct cb_stored_sample *sample)
{
	return cb_stored_counts(sample) ? sample->units * 1e9 / sample->makespan_ns : NAN;
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
	cell->open_loop = cJSON_HasObjectItem(in, "open_loop");
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

static void release_cell(struct cb_stored_cell *cell)
{
	for (size_t i = 0; i < CB_COUNT(cell_texts); i++)
		free(*(char **)((char *)cell + cell_texts[i].offset));
	for (size_t i = 0; i < CB_COUNT(cell_words); i++)
		free(*(char **)((char *)cell + cell_words[i].offset));
	free(cell->params);
	free(cell->bound);
	free(cell->samples);
}

static int add_cell(struct cb_stored *stored, const cJSON *in)
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

/* ---- the file ---- */

static int take_front(struct cb_stored *stored, const cJSON *in)
{
	const cJSON *schema = cJSON_GetObjectItemCaseSensitive(in, "schema");
	const cJSON *host = cJSON_GetObjectItemCaseSensitive(in, "host");
	int r;

	if (!cJSON_IsString(schema) || strcmp(schema->valuestring, SCHEMA))
		return -EPROTO;
	stored->partial = flag(in, "partial");
	stored->quick = flag(in, "quick");
	numbers(host, host_numbers, CB_COUNT(host_numbers), stored);
	r = texts(in, file_texts, CB_COUNT(file_texts), stored);
	r = r ? r : texts(host, host_texts, CB_COUNT(host_texts), stored);
	return r ? r : text(cJSON_GetObjectItemCaseSensitive(in, "tool"), "revision", &stored->revision);
}

/* The text of a file, read line by line. */
struct reader {
	FILE *file;
	char *line, *front; /* front: what came before the cells */
	size_t line_size, front_n;
	ssize_t line_n;
};

static bool next_line(struct reader *r)
{
	r->line_n = getline(&r->line, &r->line_size, r->file);
	return r->line_n > 0;
}

static int keep(struct reader *r)
{
	char *more = realloc(r->front, r->front_n + (size_t)r->line_n + 1);

	if (!more)
		return -ENOMEM;
	r->front = more;
	memcpy(r->front + r->front_n, r->line, (size_t)r->line_n + 1);
	r->front_n += (size_t)r->line_n;
	return 0;
}

static int parse_front(struct cb_stored *stored, const char *front, size_t n)
{
	cJSON *tree = cJSON_ParseWithLength(front, n);
	int r = tree ? take_front(stored, tree) : -EBADMSG;

	cJSON_Delete(tree);
	return r;
}

/* All in one tree: for files that others have laid out. */
static int take_whole(struct cb_stored *stored, const struct reader *r)
{
	cJSON *tree = cJSON_ParseWithLength(r->front, r->front_n);
	const cJSON *cells = cJSON_GetObjectItemCaseSensitive(tree, "cells"), *cell;
	int rc = tree ? take_front(stored, tree) : -EBADMSG;

	if (!rc && !cJSON_IsArray(cells))
		rc = -EBADMSG;
	for (cell = cells ? cells->child : NULL; cell && !rc; cell = cell->next)
		rc = add_cell(stored, cell);
	cJSON_Delete(tree);
	return rc;
}

static int take_line(struct cb_stored *stored, const struct reader *r)
{
	cJSON *tree = cJSON_ParseWithLength(
		r->line, (size_t)r->line_n); /* what follows the object, a comma, is left alone */
	int rc = tree ? add_cell(stored, tree) : -EBADMSG;

	cJSON_Delete(tree);
	return rc;
}

/* From after `"cells": [` to the closing bracket: a cell a line. */
static int take_lines(struct cb_stored *stored, struct reader *r)
{
	int rc = 0;

	while (!rc && next_line(r)) {
		if (r->line[0] == ']')
			return 0;
		rc = take_line(stored, r);
	}
	return rc ? rc : -EBADMSG; /* cut off */
}

static bool is_cells_line(const struct reader *r)
{
	return !strcmp(r->line, "\"cells\": [\n");
}

/* Closes the object that front has opened, so that it parses on its own. */
static int take_streamed(struct cb_stored *stored, struct reader *r)
{
	int rc;

	while (r->front_n && strchr(" \n,", r->front[r->front_n - 1]))
		r->front_n--;
	r->front[r->front_n++] = '}'; /* over the comma or the newline after it */
	rc = parse_front(stored, r->front, r->front_n);
	return rc ? rc : take_lines(stored, r);
}

static int take_file(struct cb_stored *stored, struct reader *r)
{
	int rc = 0;

	while (!rc && next_line(r)) {
		if (r->front_n && is_cells_line(r))
			return take_streamed(stored, r);
		rc = keep(r);
	}
	if (!rc && ferror(r->file))
		rc = -EIO;
	return rc ? rc : r->front_n ? take_whole(stored, r) : -EBADMSG;
}

static int explain(const char *path, int r, struct cb_error *err)
{
	static const struct {
		int r;
		const char *why;
	} rows[] = {
		{ -EBADMSG, "it is no complete JSON document, or a cell of it lacks its id, workload, mode, "
			    "workers or status, or has a block number that cannot be" },
		{ -EPROTO, "it is JSON, but no result of `concbench run`: its \"schema\" is not \"" SCHEMA
			   "\"" },
		{ -EFBIG, "it is larger than 4 GiB" },
		{ -EISDIR, "it is a folder" },
	};

	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (rows[i].r == r)
			return cb_error_set(err, r, "%s cannot be read: %s", path, rows[i].why);
	return cb_error_set(err, r, "%s cannot be read: %s", path, strerror(-r));
}

static int open_file(const char *path, FILE **ret)
{
	struct stat st;
	FILE *file = fopen(path, "re");
	int r = 0;

	if (!file)
		return -errno;
	if (fstat(fileno(file), &st))
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if ((uint64_t)st.st_size > CB_STORED_BYTES_MAX)
		r = -EFBIG;
	if (r)
		fclose(file);
	else
		*ret = file;
	return r;
}

int cb_stored_read(struct cb_stored *ret, const char *path, struct cb_error *err)
{
	struct cb_stored stored = { .path = strdup(path) };
	struct reader reader = { 0 };
	int r = stored.path ? open_file(path, &reader.file) : -ENOMEM;

	if (!r) {
		r = take_file(&stored, &reader);
		fclose(reader.file);
	}
	free(reader.line);
	free(reader.front);
	if (r) {
		cb_stored_release(&stored);
		return explain(path, r, err);
	}
	*ret = stored;
	return 0;
}

void cb_stored_release(struct cb_stored *stored)
{
	char *const all[] = { stored->path, stored->started, stored->scaling, stored->revision,
		stored->fingerprint, stored->hostname, stored->cpu_model, stored->kernel };

	for (size_t i = 0; i < CB_COUNT(all); i++)
		free(all[i]);
	for (unsigned i = 0; i < stored->cells_n; i++)
		release_cell(&stored->cells[i]);
	free(stored->cells);
	*stored = (struct cb_stored){ 0 };
}
