/*
 * A workload's parameters from text. What differs between types is in param_type.c, the cell's identity in
 * param_id.c, files in param_file.c.
 */
#include "lib/base/param.h"

#include "lib/base/param_type.h"
#include "lib/base/scan.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 64 /* names among which the nearest is looked for */

/* Puts the parameter's name in front of the reason why its value is refused. */
static int value_error(const char *name, const char *note, const struct cb_error *why, struct cb_error *err)
{
	return cb_error_set(err, why->code, "%s%s: %.200s", name, note, why->text);
}

static const char *nearest_name(const struct cb_param *params, const char *name)
{
	const char *names[NAMES_MAX + 1] = { NULL };

	for (size_t i = 0; i < NAMES_MAX && params[i].name; i++)
		names[i] = params[i].name;
	return cb_nearest(name, names);
}

static int unknown_name(const struct cb_workload *workload, const char *name, struct cb_error *err)
{
	const struct cb_param *params = workload->params;
	char q[CB_QUOTE_SIZE];
	const char *near;

	cb_quote(name, q, sizeof q);
	if (!params || !params->name)
		return cb_error_set(err, -EINVAL, "%s has no parameters, thus no '%s'", workload->name, q);
	near = nearest_name(params, name);
	if (near)
		return cb_error_set(err, -EINVAL, "%s has no parameter '%s': did you mean '%s'?",
			workload->name, q, near);
	return cb_error_set(err, -EINVAL, "%s has no parameter '%s': see concbench list params %s",
		workload->name, q, workload->name);
}

static const struct cb_param *find_param(const struct cb_workload *workload, const char *name)
{
	for (const struct cb_param *p = workload->params; p && p->name; p++) {
		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

int cb_params_set(const struct cb_workload *workload, void *data, const char *name, const char *text,
	struct cb_error *err)
{
	const struct cb_param *param = find_param(workload, name);
	struct cb_error why = { 0 };
	union cb_param_value value;

	if (!param)
		return unknown_name(workload, name, err);
	if (!cb_param_ops(param))
		return cb_error_set(err, -EINVAL, "%s: its type is not known to this build", name);
	if (cb_param_ops(param)->parse(param, text, &value, &why))
		return value_error(name, "", &why, err);
	cb_param_put(param, data, &value);
	return 0;
}

static int set_defaults(const struct cb_workload *workload, void *data, struct cb_error *err)
{
	for (const struct cb_param *p = workload->params; p && p->name; p++) {
		struct cb_error why = { 0 };
		union cb_param_value value;

		if (!cb_param_ops(p))
			return cb_error_set(err, -EINVAL, "%s: its type is not known to this build", p->name);
		assert(p->offset + cb_param_ops(p)->size <= workload->params_size);
		if (cb_param_default(p, &value, &why))
			return value_error(p->name, " (the workload's default)", &why, err);
		cb_param_put(p, data, &value);
	}
	return 0;
}

int cb_params_parse(
	const struct cb_workload *workload, const struct cb_spec *spec, void *data, struct cb_error *err)
{
	void *fresh = calloc(1, workload->params_size + 1);
	int code;

	if (!fresh)
		return cb_error_no_memory(err);
	code = set_defaults(workload, fresh, err);
	for (size_t i = 0; !code && spec && i < spec->n; i++)
		code = cb_params_set(workload, fresh, spec->pairs[i].name, spec->pairs[i].value, err);
	if (!code && workload->params_size)
		memcpy(data, fresh, workload->params_size);
	free(fresh);
	return code;
}

char *cb_param_format(const struct cb_param *param, const void *data, char *buf, size_t size)
{
	union cb_param_value value;

	cb_param_get(param, data, &value);
	cb_param_ops(param)->format(param, &value, buf, size);
	return buf;
}

bool cb_param_is_default(const struct cb_param *param, const void *data)
{
	union cb_param_value value, def;

	cb_param_get(param, data, &value);
	return cb_param_default(param, &def, NULL) == 0 && cb_param_ops(param)->equal(&value, &def);
}
