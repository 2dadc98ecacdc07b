/*
 * Numbers, sizes, durations and seeds: whatever is accepted can be written and read back to the same value;
 * whatever is refused has a printable reason and leaves the output alone.
 */
#include "tests/fuzz/fuzz.h"

#include "lib/base/parse.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#define UNTOUCHED UINT64_C(0x5eed5eed5eed5eed)

typedef int parse_fn(const char *text, uint64_t *ret, struct cb_error *err);
typedef char *format_fn(uint64_t value, char *buf);

static int parse_plain(const char *text, uint64_t *ret, struct cb_error *err)
{
	return cb_parse_u64(text, 0, UINT64_MAX, ret, err);
}

static char *format_plain(uint64_t value, char *buf)
{
	sprintf(buf, "%llu", (unsigned long long)value);
	return buf;
}

static char *format_hex(uint64_t value, char *buf)
{
	sprintf(buf, "0x%llx", (unsigned long long)value);
	return buf;
}

static const struct {
	parse_fn *parse;
	format_fn *format;
} kinds[] = {
	{ parse_plain, format_plain },
	{ cb_parse_word, format_hex },
	{ cb_parse_size, cb_format_size },
	{ cb_parse_duration, cb_format_duration },
};

static void check_reason(int code, const struct cb_error *err)
{
	FUZZ_CHECK(code == -EINVAL || code == -ERANGE);
	FUZZ_CHECK(err->code == code && err->text[0]);
	for (const char *p = err->text; *p; p++)
		FUZZ_CHECK((unsigned char)*p >= 0x20 && *p != 0x7f);
}

static void check_kind(size_t kind, const char *text)
{
	struct cb_error err = { 0 };
	uint64_t value = UNTOUCHED, again = UNTOUCHED;
	int code = kinds[kind].parse(text, &value, &err);
	char buf[32];

	if (code) {
		check_reason(code, &err);
		FUZZ_CHECK(value == UNTOUCHED);
		return;
	}
	FUZZ_CHECK(err.code == 0);
	FUZZ_CHECK(kinds[kind].parse(kinds[kind].format(value, buf), &again, NULL) == 0);
	FUZZ_CHECK(again == value);
}

static void check_double(const char *text)
{
	struct cb_error err = { 0 };
	double value = -1, again = -1;
	int code = cb_parse_double(text, -DBL_MAX, DBL_MAX, true, &value, &err);
	char buf[32];

	if (code) {
		check_reason(code, &err);
		FUZZ_CHECK(value == -1);
		return;
	}
	FUZZ_CHECK(isfinite(value));
	snprintf(buf, sizeof buf, "%.17g", value);
	FUZZ_CHECK(cb_parse_double(buf, -DBL_MAX, DBL_MAX, false, &again, NULL) == 0);
	FUZZ_CHECK(again == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	for (size_t i = 0; i < CB_COUNT(kinds); i++)
		check_kind(i, text);
	check_double(text);
	free(text);
	return 0;
}
