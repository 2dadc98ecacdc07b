/*
 * A cell's line is parsed, picked from and dropped before the next one is read: a file of hundreds of
 * megabytes needs the memory of its numbers, not of its tree.
 */
#include "lib/result/stored_tree.h"

#include "lib/base/parse.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool cb_stored_counts(const struct cb_stored_sample *sample)
{
	return !sample->discarded && !sample->failed && sample->units > 0 && sample->makespan_ns > 0;
}

double cb_stored_rate(const struct cb_stored_sample *sample)
{
	return cb_stored_counts(sample) ? sample->units * 1e9 / sample->makespan_ns : NAN;
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
	int r = tree ? cb_stored_take_front(stored, tree) : -EBADMSG;

	cJSON_Delete(tree);
	return r;
}

/* All in one tree: for files that others have laid out. */
static int take_whole(struct cb_stored *stored, const struct reader *r)
{
	cJSON *tree = cJSON_ParseWithLength(r->front, r->front_n);
	const cJSON *cells = cJSON_GetObjectItemCaseSensitive(tree, "cells"), *cell;
	int rc = tree ? cb_stored_take_front(stored, tree) : -EBADMSG;

	if (!rc && !cJSON_IsArray(cells))
		rc = -EBADMSG;
	for (cell = cells ? cells->child : NULL; cell && !rc; cell = cell->next)
		rc = cb_stored_take_cell(stored, cell);
	cJSON_Delete(tree);
	return rc;
}

static int take_line(struct cb_stored *stored, const struct reader *r)
{
	cJSON *tree = cJSON_ParseWithLength(
		r->line, (size_t)r->line_n); /* what follows the object, a comma, is left alone */
	int rc = tree ? cb_stored_take_cell(stored, tree) : -EBADMSG;

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
		{ -EPROTO, "it is JSON, but no result of `concbench run`: its \"schema\" is not "
			   "\"" CB_STORED_SCHEMA "\"" },
		{ -EFBIG, "it is larger than 4 GiB" },
		{ -EISDIR, "it is a folder" },
		{ -ENOTBLK, "it is a device" },
	};

	const char *why = strerror(-r);
	char quoted[160];

	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (rows[i].r == r)
			why = rows[i].why;
	return cb_error_set(err, r, "%s cannot be read: %s", cb_quote(path, quoted, sizeof quoted), why);
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
	else if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		r = -ENOTBLK; /* some never end */
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
		cb_stored_release_cell(&stored->cells[i]);
	free(stored->cells);
	*stored = (struct cb_stored){ 0 };
}
