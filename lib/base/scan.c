#include "lib/base/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cb_scan_digits(const char **at, uint64_t *ret_value)
{
	const char *p = *at;
	uint64_t value = 0;
	bool overflow = false;

	for (; *p >= '0' && *p <= '9'; p++) {
		overflow |= __builtin_mul_overflow(value, 10, &value);
		overflow |= __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value);
	}
	if (p == *at)
		return -EINVAL;
	*at = p;
	if (overflow)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

static int bad_escape(const char *at, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(err, -EINVAL, "'%s' is not an escape: a backslash stands before , : or \\ only",
		cb_quote(at, q, sizeof q));
}

int cb_scan_escaped(const char **at, const char *stops, char **ret, struct cb_error *err)
{
	const char *p = *at;
	char *text = malloc(strlen(p) + 1);
	size_t n = 0;

	if (!text)
		return cb_error_no_memory(err);
	for (; *p && !strchr(stops, *p); p++) {
		if (*p == '\\') {
			if (!p[1] || !strchr(",:\\", p[1])) {
				free(text);
				return bad_escape(p, err);
			}
			p++;
		}
		text[n++] = *p;
	}
	text[n] = '\0';
	*at = p;
	*ret = text;
	return 0;
}

int cb_error_no_memory(struct cb_error *err)
{
	return cb_error_set(err, -ENOMEM, "no memory is left");
}

int cb_error_too_small(const char *text, const char *least, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(
		err, -ERANGE, "'%s' is too small: at least %s", cb_quote(text, q, sizeof q), least);
}

int cb_error_too_large(const char *text, const char *most, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(err, -ERANGE, "'%s' is too large: at most %s", cb_quote(text, q, sizeof q), most);
}
