#include "lib/base/param_type.h"

#include "lib/base/scan.h"
#include "lib/base/text.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the range in a table's doubles ------------------------------------------------------------ */

static bool has_range(const struct cb_param *param)
{
	return param->min != 0 || param->max != 0;
}

static uint64_t bound_u64(double bound)
{
	if (bound >= 0x1p64)
		return UINT64_MAX;
	return bound > 0 ? (uint64_t)bound : 0;
}

static uint64_t min_u64(const struct cb_param *param)
{
	return bound_u64(param->min);
}

static uint64_t max_u64(const struct cb_param *param)
{
	return has_range(param) ? bound_u64(param->max) : UINT64_MAX;
}

/* ---- counts ------------------------------------------------------------------------------------ */

static int parse_u64(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	return cb_parse_u64(text, min_u64(param), max_u64(param), &value->u64, err);
}

static void format_u64(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	(void)param;
	snprintf(buf, size, "%" PRIu64, value->u64);
}

static bool equal_u64(const union cb_param_value *a, const union cb_param_value *b)
{
	return a->u64 == b->u64;
}

/* ---- sizes and durations ----------------------------------------------------------------------- */

typedef int parse_unit_fn(const char *text, uint64_t *ret, struct cb_error *err);
typedef char *format_unit_fn(uint64_t value, char *buf);

static int parse_with_unit(const struct cb_param *param, const char *text, parse_unit_fn *parse,
	format_unit_fn *format, union cb_param_value *value, struct cb_error *err)
{
	uint64_t number;
	char bound[32];
	int code = parse(text, &number, err);

	if (code)
		return code;
	if (number < min_u64(param))
		return cb_error_too_small(text, format(min_u64(param), bound), err);
	if (number > max_u64(param))
		return cb_error_too_large(text, format(max_u64(param), bound), err);
	value->u64 = number;
	return 0;
}

static int parse_size(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	return parse_with_unit(param, text, cb_parse_size, cb_format_size, value, err);
}

static void format_size(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	char text[32];

	(void)param;
	snprintf(buf, size, "%s", cb_format_size(value->u64, text));
}

static int parse_duration(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	return parse_with_unit(param, text, cb_parse_duration, cb_format_duration, value, err);
}

static void format_duration(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	char text[32];

	(void)param;
	snprintf(buf, size, "%s", cb_format_duration(value->u64, text));
}

/* ---- doubles ----------------------------------------------------------------------------------- */

static int parse_double(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	double min = has_range(param) ? param->min : -DBL_MAX, max = has_range(param) ? param->max : DBL_MAX;

	return cb_parse_double(text, min, max, false, &value->d, err);
}

/* The fewest digits that read back as the same double; 17 always do (Steele and White 1990). */
static void format_double(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	char text[32];

	(void)param;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value->d);
		if (strtod(text, NULL) == value->d)
			break;
	}
	snprintf(buf, size, "%s", text);
}

static bool equal_double(const union cb_param_value *a, const union cb_param_value *b)
{
	return a->d == b->d;
}

/* ---- words ------------------------------------------------------------------------------------- */

static int not_a_word(const struct cb_param *param, const char *text, struct cb_error *err)
{
	const char *near = cb_nearest(text, param->words);
	struct cb_text known = { 0 };
	char q[CB_QUOTE_SIZE];

	cb_quote(text, q, sizeof q);
	for (size_t i = 0; param->words[i]; i++)
		cb_text_add(&known, "%s%s", i ? ", " : "", param->words[i]);
	cb_error_set(err, -EINVAL, "'%s' is not one of %s%s%s%s", q, known.s ? known.s : "no words",
		near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
	cb_text_release(&known);
	return -EINVAL;
}

static int parse_enum(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	for (unsigned i = 0; param->words[i]; i++) {
		if (strcmp(text, param->words[i]) == 0) {
			value->index = i;
			return 0;
		}
	}
	return not_a_word(param, text, err);
}

static void format_enum(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	snprintf(buf, size, "%s", param->words[value->index]);
}

static bool equal_enum(const union cb_param_value *a, const union cb_param_value *b)
{
	return a->index == b->index;
}

/* ---- files ------------------------------------------------------------------------------------- */

static int parse_file(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	size_t n = strlen(text);
	char q[CB_QUOTE_SIZE];

	(void)param;
	if (n >= CB_FILE_PATH_MAX)
		return cb_error_set(err, -ERANGE, "the path '%s' is too long: at most %d bytes",
			cb_quote(text, q, sizeof q), CB_FILE_PATH_MAX - 1);
	memset(&value->file, 0, sizeof value->file);
	memcpy(value->file.path, text, n);
	return 0;
}

static void format_file(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	(void)param;
	snprintf(buf, size, "%s", value->file.path);
}

static bool equal_file(const union cb_param_value *a, const union cb_param_value *b)
{
	return strcmp(a->file.path, b->file.path) == 0;
}

/* ---- paths ------------------------------------------------------------------------------------- */

static int parse_path(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	union cb_param_value file;
	int code = parse_file(param, text, &file, err);

	if (!code)
		memcpy(value->path, file.file.path, sizeof value->path);
	return code;
}

static void format_path(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	(void)param;
	snprintf(buf, size, "%s", value->path);
}

static bool equal_path(const union cb_param_value *a, const union cb_param_value *b)
{
	return strcmp(a->path, b->path) == 0;
}

/* ---- commands ---------------------------------------------------------------------------------- */

/* The words as one line, allocated; NULL: no memory. */
static char *command_line(const struct cb_argv *command)
{
	const char **words = calloc((size_t)command->words + 1, sizeof *words);
	const char *at = command->text;
	char *line;

	for (uint32_t i = 0; words && i < command->words; i++) {
		words[i] = at;
		at += strlen(at) + 1;
	}
	line = words ? cb_format_command(words) : NULL;
	free(words);
	return line;
}

static int too_long(const char *text, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(err, -ERANGE,
		"the command '%s' is too long: at most %d bytes; put it into a script",
		cb_quote(text, q, sizeof q), CB_COMMAND_MAX - 1);
}

/* Both the words and the line that they make must fit. */
static int pack(const char *text, const struct cb_words *words, struct cb_argv *ret, struct cb_error *err)
{
	char *line;
	int code = 0;

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < words->n; i++) {
		size_t n = strlen(words->v[i]) + 1;

		if (n > sizeof ret->text - ret->bytes)
			return too_long(text, err);
		memcpy(ret->text + ret->bytes, words->v[i], n);
		ret->bytes += (uint32_t)n;
		ret->words++;
	}
	line = command_line(ret);
	if (!line)
		code = cb_error_no_memory(err);
	else if (strlen(line) >= CB_PARAM_TEXT_MAX)
		code = too_long(text, err);
	free(line);
	return code;
}

static int parse_command(
	const struct cb_param *param, const char *text, union cb_param_value *value, struct cb_error *err)
{
	struct cb_words words = { NULL, 0 };
	struct cb_argv command = { .words = 0 };
	int code = *text ? cb_parse_command(text, &words, err) : 0;

	(void)param;
	if (!code && *text)
		code = pack(text, &words, &command, err);
	cb_words_release(&words);
	if (!code)
		value->command = command;
	return code;
}

static void format_command(
	const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size)
{
	char *line = command_line(&value->command);

	(void)param;
	snprintf(buf, size, "%s", line ? line : "");
	free(line);
}

static bool equal_command(const union cb_param_value *a, const union cb_param_value *b)
{
	return a->command.bytes == b->command.bytes &&
	       !memcmp(a->command.text, b->command.text, a->command.bytes);
}

/* ---- the table --------------------------------------------------------------------------------- */

static const struct cb_param_ops types[] = {
	[CB_PARAM_U64] = { sizeof(uint64_t), parse_u64, format_u64, equal_u64 },
	[CB_PARAM_SIZE] = { sizeof(uint64_t), parse_size, format_size, equal_u64 },
	[CB_PARAM_DURATION] = { sizeof(uint64_t), parse_duration, format_duration, equal_u64 },
	[CB_PARAM_DOUBLE] = { sizeof(double), parse_double, format_double, equal_double },
	[CB_PARAM_ENUM] = { sizeof(unsigned), parse_enum, format_enum, equal_enum },
	[CB_PARAM_FILE] = { sizeof(struct cb_file), parse_file, format_file, equal_file },
	[CB_PARAM_PATH] = { CB_FILE_PATH_MAX, parse_path, format_path, equal_path },
	[CB_PARAM_COMMAND] = { sizeof(struct cb_argv), parse_command, format_command, equal_command },
};

const struct cb_param_ops *cb_param_ops(const struct cb_param *param)
{
	return (size_t)param->type < CB_COUNT(types) ? &types[param->type] : NULL;
}

void cb_param_get(const struct cb_param *param, const void *data, union cb_param_value *ret)
{
	memcpy(ret, (const char *)data + param->offset, cb_param_ops(param)->size);
}

void cb_param_put(const struct cb_param *param, void *data, const union cb_param_value *value)
{
	memcpy((char *)data + param->offset, value, cb_param_ops(param)->size);
}

int cb_param_default(const struct cb_param *param, union cb_param_value *ret, struct cb_error *err)
{
	return cb_param_ops(param)->parse(param, param->def ? param->def : "", ret, err);
}
