/*
 * The identity that parameters give a cell: results with different ones never compare.
 */
#include "lib/base/param.h"

#include "lib/base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As on the command line; in a value with control characters or bytes that are no UTF-8 those are octal. */
static void add_escaped(struct cb_text *text, const char *value)
{
	bool plain = cb_is_plain(value);

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (!plain && (c < 0x20 || c >= 0x7f)) {
			cb_text_add(text, "\\%03o", c);
			continue;
		}
		if (strchr(",:\\", *value))
			cb_text_add_char(text, '\\');
		cb_text_add_char(text, *value);
	}
}

static void add_value(struct cb_text *text, const struct cb_param *param, const void *data)
{
	char value[CB_PARAM_TEXT_MAX];
	struct cb_file file;

	add_escaped(text, cb_param_format(param, data, value, sizeof value));
	if (param->type != CB_PARAM_FILE || !value[0])
		return;
	memcpy(&file, (const char *)data + param->offset, sizeof file);
	cb_text_add(text, "@%" PRIu64 ".%08" PRIx32, file.size_bytes, file.crc32);
}

static int by_name(const void *a, const void *b)
{
	const struct cb_param *const *pa = a, *const *pb = b;

	return strcmp((*pa)->name, (*pb)->name);
}

/* What a default file holds may differ between hosts, thus a file always counts. */
static bool is_part(const struct cb_param *param, const void *data)
{
	char path[CB_PARAM_TEXT_MAX];

	if (!cb_param_is_default(param, data))
		return true;
	return param->type == CB_PARAM_FILE && *cb_param_format(param, data, path, sizeof path);
}

/* The parameters to be named into rows, which has room for all, by name. Returns their number. */
static size_t changed(const struct cb_workload *workload, const void *data, const struct cb_param **rows)
{
	size_t n = 0;

	for (const struct cb_param *p = workload->params; p && p->name; p++) {
		if (is_part(p, data))
			rows[n++] = p;
	}
	if (n)
		qsort(rows, n, sizeof *rows, by_name);
	return n;
}

static size_t count(const struct cb_param *params)
{
	size_t n = 0;

	while (params && params[n].name)
		n++;
	return n;
}

char *cb_params_id(const struct cb_workload *workload, const void *data)
{
	const struct cb_param **rows = calloc(count(workload->params) + 1, sizeof *rows);
	struct cb_text text = { 0 };
	size_t n;

	if (!rows)
		return NULL;
	n = changed(workload, data, rows);
	for (size_t i = 0; i < n; i++) {
		cb_text_add(&text, "%s%s=", i ? "," : "", rows[i]->name);
		add_value(&text, rows[i], data);
	}
	free(rows);
	return cb_text_take(&text);
}
