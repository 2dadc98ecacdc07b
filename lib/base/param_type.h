/*
 * What the types of workload parameters have in common: one row of functions each. Internal to lib/base;
 * users of the library want param.h.
 */
#ifndef CB_BASE_PARAM_TYPE_H
#define CB_BASE_PARAM_TYPE_H

#include "lib/base/param.h"

/* Room for a value of any type. Fields of params structs are copied in and out, never pointed into. */
union cb_param_value {
	uint64_t u64; /* U64, SIZE, DURATION */
	double d;
	unsigned index; /* ENUM */
	struct cb_file file;
	char path[CB_FILE_PATH_MAX];
	struct cb_argv command;
};

struct cb_param_ops {
	size_t size; /* of the field */
	/* 0, or -EINVAL, -ERANGE with a reason without the parameter's name; value is untouched then. */
	int (*parse)(const struct cb_param *param, const char *text, union cb_param_value *value,
		struct cb_error *err);
	void (*format)(
		const struct cb_param *param, const union cb_param_value *value, char *buf, size_t size);
	bool (*equal)(const union cb_param_value *a, const union cb_param_value *b);
};

/* NULL: the type is not known, which only a plugin of another version can bring about. */
const struct cb_param_ops *cb_param_ops(const struct cb_param *param);

/* The value in data, the workload's params struct. */
void cb_param_get(const struct cb_param *param, const void *data, union cb_param_value *ret);
void cb_param_put(const struct cb_param *param, void *data, const union cb_param_value *value);

/* The default; errors as parse. */
int cb_param_default(const struct cb_param *param, union cb_param_value *ret, struct cb_error *err);

#endif
