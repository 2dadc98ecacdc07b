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

	return cb_error_set(err, -EINVAL,
		"'%s' is not an escape: a backslash stands before , : \\ or three octal digits only",
		cb_quote(at, q, sizeof q));
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The character behind the backslash at *at, which moves to its last one; '\0': it is none. */
static char escaped(const char **at)
{
	const char *p = *at + 1;
	char c;

	if (*p && strchr(",:\\", *p)) {
		*at = p;
		return *p;
	}
	if (!(p[0] >= '0' && p[0] <= '3' && is_octal(p[1]) && is_octal(p[2])))
		return '\0';
	c = (char)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
	if (c)
		*at = p + 2;
	return c;
}

int cb_scan_escaped(const char **at, const char *stops, char **ret, struct cb_error *err)
{
	const char *p = *at;
	char *text = malloc(strlen(p) + 1);
	size_t n = 0;

	if (!text)
		return cb_error_no_memory(err);
	for (; *p && !strchr(stops, *p); p++) {
		text[n] = *p == '\\' ? escaped(&p) : *p;
		if (!text[n++]) {
			free(text);
			return bad_escape(p, err);
		}
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
