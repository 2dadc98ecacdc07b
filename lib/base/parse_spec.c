/*
 * Workload specifications: WORKLOAD[:name=value,...].
 */
#include "lib/base/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The name at *at up to one of the characters of ends; what is for the reason: "a workload", "a parameter".
 */
static int scan_name(const char **at, const char *ends, const char *what, char **ret, struct cb_error *err)
{
	size_t n = strspn(*at, CB_SPEC_NAME), whole = strcspn(*at, ends);
	char q[CB_QUOTE_SIZE], *name = strndup(*at, whole);

	if (!name)
		return cb_error_no_memory(err);
	if (!whole || n != whole) {
		cb_quote(name, q, sizeof q);
		free(name);
		return cb_error_set(
			err, -EINVAL, "'%s' is not the name of %s: names are made of a-z 0-9 _", q, what);
	}
	*at += whole;
	*ret = name;
	return 0;
}

static void pair_release(struct cb_spec_pair *pair)
{
	free(pair->name);
	free(pair->value);
}

static int scan_value(const char **at, const char *name, char **ret, struct cb_error *err)
{
	int code;

	if (**at != '=')
		return cb_error_set(err, -EINVAL, "'%.40s' has no value: write %.40s=VALUE", name, name);
	++*at;
	code = cb_scan_escaped(at, ",:", ret, err);
	if (!code && **at == ':')
		return cb_error_set(
			err, -EINVAL, "the value of '%.40s' has a plain ':': write it as \\:", name);
	return code;
}

static int scan_pair(const char **at, struct cb_spec_pair *ret, struct cb_error *err)
{
	struct cb_spec_pair pair = { NULL, NULL };
	int code = scan_name(at, "=,:", "a parameter", &pair.name, err);

	if (!code)
		code = scan_value(at, pair.name, &pair.value, err);
	if (code)
		pair_release(&pair);
	else
		*ret = pair;
	return code;
}

static int check_pair(const struct cb_spec *spec, const char *name, struct cb_error *err)
{
	if (spec->n == CB_SPEC_PAIRS_MAX)
		return cb_error_set(err, -ERANGE, "'%.40s' has too many parameters: at most %d",
			spec->workload, CB_SPEC_PAIRS_MAX);
	for (size_t i = 0; i < spec->n; i++) {
		if (strcmp(spec->pairs[i].name, name) == 0)
			return cb_error_set(err, -EINVAL, "'%.40s' is set twice: set it once", name);
	}
	return 0;
}

static int add_pair(struct cb_spec *spec, const char **at, struct cb_error *err)
{
	struct cb_spec_pair pair, *pairs;
	int code = scan_pair(at, &pair, err);

	if (code)
		return code;
	code = check_pair(spec, pair.name, err);
	pairs = code ? NULL : reallocarray(spec->pairs, spec->n + 1, sizeof *pairs);
	if (!pairs) {
		pair_release(&pair);
		return code ? code : cb_error_no_memory(err);
	}
	spec->pairs = pairs;
	pairs[spec->n++] = pair;
	return 0;
}

/* A parameter must stand at `at`, behind the colon or a comma of text. */
static int check_item(const char *text, const char *at, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	cb_quote(text, q, sizeof q);
	if (!*at && at[-1] == ':')
		return cb_error_set(
			err, -EINVAL, "'%s' has nothing behind the colon: write NAME=VALUE there", q);
	if (!*at || *at == ',')
		return cb_error_set(err, -EINVAL, "'%s' has an empty item: take out the comma", q);
	return 0;
}

static int scan_spec(const char *text, struct cb_spec *spec, struct cb_error *err)
{
	const char *at = text;
	int code = scan_name(&at, ":", "a workload", &spec->workload, err);

	while (!code && *at) {
		code = check_item(text, ++at, err);
		if (!code)
			code = add_pair(spec, &at, err);
	}
	return code;
}

int cb_parse_spec(const char *text, struct cb_spec *ret, struct cb_error *err)
{
	struct cb_spec spec = { NULL, NULL, 0 };
	int code = scan_spec(text, &spec, err);

	if (code)
		cb_spec_release(&spec);
	else
		*ret = spec;
	return code;
}

void cb_spec_release(struct cb_spec *spec)
{
	if (!spec)
		return;
	for (size_t i = 0; i < spec->n; i++)
		pair_release(&spec->pairs[i]);
	free(spec->pairs);
	free(spec->workload);
	*spec = (struct cb_spec){ NULL, NULL, 0 };
}
