/*
 * Plain numbers. strtoull is of no use here: it takes blanks, signs, and wraps "-1" around.
 */
#include "lib/base/scan.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* text is no number; rest is what stands behind its leading digits. */
static int not_a_number(const char *text, const char *rest, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE], r[CB_QUOTE_SIZE];

	cb_quote(text, q, sizeof q);
	if (!*text)
		return cb_error_set(err, -EINVAL, "'' is not a number: it is empty");
	if (rest != text)
		return cb_error_set(err, -EINVAL, "'%s' is not a number: '%s' follows it", q,
			cb_quote(rest, r, sizeof r));
	if ((*text == '-' || *text == '+') && text[1] >= '0' && text[1] <= '9')
		return cb_error_set(err, -EINVAL, "'%s' is not a plain number: write it without a sign", q);
	return cb_error_set(err, -EINVAL, "'%s' is not a number: write decimal digits", q);
}

int cb_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret, struct cb_error *err)
{
	const char *end = text;
	uint64_t value = 0;
	int code = cb_scan_digits(&end, &value);
	char bound[32];

	if (code == -EINVAL || *end)
		return not_a_number(text, end, err);
	if (code == -ERANGE || value > max) {
		snprintf(bound, sizeof bound, "%" PRIu64, max);
		return cb_error_too_large(text, bound, err);
	}
	if (value < min) {
		snprintf(bound, sizeof bound, "%" PRIu64, min);
		return cb_error_too_small(text, bound, err);
	}
	*ret = value;
	return 0;
}

/* The hexadecimal digits at text, which must be all of it. -EINVAL, -ERANGE as cb_scan_digits. */
static int scan_hex(const char *text, uint64_t *ret_value)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	uint64_t value = 0;
	bool overflow = false;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		const char *hit = strchr(digits, *text);

		if (!hit)
			return -EINVAL;
		overflow |= value >> 60 != 0;
		value = value << 4 | (uint64_t)(hit - digits < 16 ? hit - digits : hit - digits - 6);
	}
	if (overflow)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

int cb_parse_word(const char *text, uint64_t *ret, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];
	int code;

	if (strncmp(text, "0x", 2) != 0 && strncmp(text, "0X", 2) != 0)
		return cb_parse_u64(text, 0, UINT64_MAX, ret, err);
	code = scan_hex(text + 2, ret);
	if (code == -ERANGE)
		return cb_error_too_large(text, "0xffffffffffffffff", err);
	if (code)
		return cb_error_set(err, code, "'%s' is not a hexadecimal number: write 0x and digits 0-9a-f",
			cb_quote(text, q, sizeof q));
	return 0;
}

/* Behind the decimal number (sign, digits, fraction, exponent) at text; text itself: there is none. */
static const char *skip_decimal(const char *text)
{
	static const char digits[] = "0123456789";
	const char *p = text + (*text == '-' || *text == '+');
	size_t n = strspn(p, digits);
	const char *exponent;

	if (!n)
		return text;
	p += n;
	if (*p == '.' && strspn(p + 1, digits))
		p += 1 + strspn(p + 1, digits);
	if (*p != 'e' && *p != 'E')
		return p;
	exponent = p + 1 + (p[1] == '-' || p[1] == '+');
	n = strspn(exponent, digits);
	return n ? exponent + n : p;
}

/* strtod, which knows only the decimal point of the program's locale: the program stays in the C locale. */
int cb_parse_double(const char *text, double min, double max, bool percent, double *ret, struct cb_error *err)
{
	const char *end = skip_decimal(text);
	char bound[32];
	double value;

	if (end == text || (*end && !(percent && strcmp(end, "%") == 0)))
		return not_a_number(text, end, err);
	value = strtod(text, NULL);
	if (value > max || value > DBL_MAX) {
		snprintf(bound, sizeof bound, "%.15g%s", max > DBL_MAX ? DBL_MAX : max, percent ? "%" : "");
		return cb_error_too_large(text, bound, err);
	}
	if (value < min || value < -DBL_MAX) {
		snprintf(bound, sizeof bound, "%.15g%s", min < -DBL_MAX ? -DBL_MAX : min, percent ? "%" : "");
		return cb_error_too_small(text, bound, err);
	}
	*ret = value == 0 ? 0 : value; /* no negative zero: one value, one canonical text */
	return 0;
}
