/*
 * Sizes and durations: numbers with a unit, to text and back. Both directions read the same tables.
 */
#include "lib/base/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* The unit 1 comes first; each is a multiple of the one before. */
struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit size_units[] = {
	{ "B", 1 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "TiB", UINT64_C(1) << 40 },
};

static const struct unit time_units[] = {
	{ "ns", 1 },
	{ "us", UINT64_C(1000) },
	{ "ms", UINT64_C(1000000) },
	{ "s", UINT64_C(1000000000) },
	{ "m", UINT64_C(60000000000) },
};

/* A minute is 2^11 * 3 * 5^10 ns: 11 digits is the longest fraction of a unit that is whole nanoseconds. */
#define FRACTION_DIGITS_MAX 11

static const struct unit *find_unit(const struct unit *units, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

static int not_a(const char *kind, const char *text, const char *why, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(err, -EINVAL, "'%s' is not a %s: %s", cb_quote(text, q, sizeof q), kind, why);
}

static int no_such_unit(
	const char *kind, const char *text, const char *unit, const char *known, struct cb_error *err)
{
	char why[128], q[CB_QUOTE_SIZE];

	snprintf(why, sizeof why, "'%s' is not a unit, write %s", cb_quote(unit, q, sizeof q), known);
	return not_a(kind, text, why, err);
}

/* KB, k, mb, kib: 1000 or 1024, bits or bytes? Refused, with the word that is meant most likely. */
static int bad_size_unit(const char *text, const char *unit, struct cb_error *err)
{
	for (size_t i = 1; i < CB_COUNT(size_units); i++) {
		const struct unit *u = &size_units[i];
		const char short_unit[] = { u->name[0], '\0' }, decimal_unit[] = { u->name[0], 'B', '\0' };
		char why[64];

		if (strcasecmp(unit, u->name) != 0 && strcasecmp(unit, short_unit) != 0 &&
			strcasecmp(unit, decimal_unit) != 0)
			continue;
		snprintf(why, sizeof why, "write %s (%" PRIu64 " bytes)", u->name, u->factor);
		return not_a("size", text, why, err);
	}
	if (*unit == '.')
		return not_a("size", text, "write a whole number, of a smaller unit where needed", err);
	return no_such_unit("size", text, unit, "B, KiB, MiB, GiB or TiB", err);
}

int cb_parse_size(const char *text, uint64_t *ret_bytes, struct cb_error *err)
{
	const char *end = text;
	const struct unit *unit;
	uint64_t value = 0;
	int code = cb_scan_digits(&end, &value);

	if (!*text)
		return not_a("size", text, "it is empty", err);
	if (code == -EINVAL)
		return not_a("size", text, "write it as 4096, 4KiB or 1MiB", err);
	unit = *end ? find_unit(size_units, CB_COUNT(size_units), end) : &size_units[0];
	if (!unit)
		return bad_size_unit(text, end, err);
	if (code == -ERANGE || __builtin_mul_overflow(value, unit->factor, &value))
		return cb_error_too_large(text, "18446744073709551615 bytes", err);
	*ret_bytes = value;
	return 0;
}

/* A decimal fraction: value / 10^digits, without trailing zeros. */
struct fraction {
	uint64_t value;
	unsigned digits;
	bool too_fine; /* more digits than any duration has */
};

/* The digits behind a decimal point; *at moves behind them. */
static struct fraction scan_fraction(const char **at)
{
	size_t n = strspn(*at, "0123456789"), used = n;
	struct fraction f = { 0, 0, false };

	while (used && (*at)[used - 1] == '0')
		used--;
	f.too_fine = used > FRACTION_DIGITS_MAX;
	if (!f.too_fine) {
		f.digits = (unsigned)used;
		for (size_t i = 0; i < used; i++)
			f.value = f.value * 10 + (uint64_t)((*at)[i] - '0');
	}
	*at += n;
	return f;
}

/* f of a unit of factor ns in whole ns. Returns false where that is not whole. */
static bool fraction_ns(struct fraction f, uint64_t factor, uint64_t *ret_ns)
{
	while (f.digits && factor % 10 == 0) {
		factor /= 10;
		f.digits--;
	}
	f.value *= factor; /* below 10 x the unit: f.value was below 10^digits */
	for (; f.digits; f.digits--) {
		if (f.value % 10)
			return false;
		f.value /= 10;
	}
	*ret_ns = f.value;
	return !f.too_fine;
}

static int no_unit(const char *text, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	if (strlen(text) > 20)
		return cb_error_set(err, -EINVAL, "'%s' has no unit: write ns, us, ms, s or m behind it",
			cb_quote(text, q, sizeof q));
	return cb_error_set(err, -EINVAL, "'%s' has no unit: write %sns, %sus, %sms, %ss or %sm", text, text,
		text, text, text, text);
}

/* Digits with an optional fraction at *at, which moves behind them. Returns what cb_scan_digits does. */
static int scan_decimal(const char **at, uint64_t *ret_whole, struct fraction *ret_fraction)
{
	int code = cb_scan_digits(at, ret_whole);

	*ret_fraction = (struct fraction){ 0, 0, false };
	if (code == -EINVAL || **at != '.' || (*at)[1] < '0' || (*at)[1] > '9')
		return code;
	++*at;
	*ret_fraction = scan_fraction(at);
	return code;
}

int cb_parse_duration(const char *text, uint64_t *ret_ns, struct cb_error *err)
{
	const char *end = text;
	struct fraction fraction;
	const struct unit *unit;
	uint64_t value = 0, part = 0;
	int code = scan_decimal(&end, &value, &fraction);
	char q[CB_QUOTE_SIZE];

	if (!*text)
		return not_a("duration", text, "it is empty", err);
	if (code == -EINVAL)
		return not_a("duration", text, "write it as 0.5s, 200ms or 2m", err);
	if (!*end && (code || value || fraction.digits || fraction.too_fine))
		return no_unit(text, err);
	unit = *end ? find_unit(time_units, CB_COUNT(time_units), end) : &time_units[0];
	if (!unit)
		return no_such_unit("duration", text, end, "ns, us, ms, s or m", err);
	if (!fraction_ns(fraction, unit->factor, &part))
		return cb_error_set(err, -ERANGE, "'%s' is finer than a nanosecond: write fewer digits",
			cb_quote(text, q, sizeof q));
	if (code == -ERANGE || __builtin_mul_overflow(value, unit->factor, &value) ||
		__builtin_add_overflow(value, part, &value))
		return cb_error_too_large(text, "18446744073709551615ns", err);
	*ret_ns = value;
	return 0;
}

static char *format_unit(uint64_t value, const struct unit *units, size_t n, char *buf)
{
	const struct unit *best = &units[0];

	for (size_t i = 1; value && i < n; i++) {
		if (value % units[i].factor == 0)
			best = &units[i];
	}
	sprintf(buf, "%" PRIu64 "%s", value / best->factor, best->name);
	return buf;
}

char *cb_format_size(uint64_t bytes, char *buf)
{
	return format_unit(bytes, size_units, CB_COUNT(size_units), buf);
}

char *cb_format_duration(uint64_t ns, char *buf)
{
	return format_unit(ns, time_units, CB_COUNT(time_units), buf);
}
