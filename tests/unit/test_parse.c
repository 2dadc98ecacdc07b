/* Numbers, sizes, durations, lists and specifications: what is accepted, and the reason for what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/parse.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNTOUCHED UINT64_C(0xdeadbeefdeadbeef)

/* A text and what becomes of it: a value, or a code with its reason. */
struct number_row {
	const char *text;
	uint64_t value;
	int code;
	const char *why;
};

typedef int parse_number_fn(const char *text, uint64_t *ret, struct cb_error *err);

static void check_numbers(parse_number_fn *parse, const struct number_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct number_row *row = &rows[i];
		struct cb_error err = { 0 };
		uint64_t value = UNTOUCHED;
		int code = parse(row->text, &value, &err);

		assert_int_equal(code, row->code);
		assert_int_equal(err.code, row->code);
		assert_string_equal(err.text, row->why ? row->why : "");
		assert_true(value == (row->code ? UNTOUCHED : row->value));
		assert_int_equal(parse(row->text, &value, NULL), row->code);
	}
}

static int parse_any(const char *text, uint64_t *ret, struct cb_error *err)
{
	return cb_parse_u64(text, 0, UINT64_MAX, ret, err);
}

static int parse_3_to_9(const char *text, uint64_t *ret, struct cb_error *err)
{
	return cb_parse_u64(text, 3, 9, ret, err);
}

static void test_u64(void **state)
{
	static const struct number_row any[] = {
		{ "0", 0, 0, NULL },
		{ "007", 7, 0, NULL },
		{ "18446744073709551615", UINT64_MAX, 0, NULL },
		{ "000000000000000000000000000000000001", 1, 0, NULL },
		{ "18446744073709551616", 0, -ERANGE,
			"'18446744073709551616' is too large: at most 18446744073709551615" },
		{ "99999999999999999999", 0, -ERANGE,
			"'99999999999999999999' is too large: at most 18446744073709551615" },
		{ "", 0, -EINVAL, "'' is not a number: it is empty" },
		{ "4x", 0, -EINVAL, "'4x' is not a number: 'x' follows it" },
		{ "0x10", 0, -EINVAL, "'0x10' is not a number: 'x10' follows it" },
		{ "1.5", 0, -EINVAL, "'1.5' is not a number: '.5' follows it" },
		{ "99999999999999999999x", 0, -EINVAL,
			"'99999999999999999999x' is not a number: 'x' follows it" },
		{ "-1", 0, -EINVAL, "'-1' is not a plain number: write it without a sign" },
		{ "+1", 0, -EINVAL, "'+1' is not a plain number: write it without a sign" },
		{ "-", 0, -EINVAL, "'-' is not a number: write decimal digits" },
		{ " 1", 0, -EINVAL, "' 1' is not a number: write decimal digits" },
		{ "1 ", 0, -EINVAL, "'1 ' is not a number: ' ' follows it" },
		{ "four", 0, -EINVAL, "'four' is not a number: write decimal digits" },
		{ "1\n\x1b", 0, -EINVAL, "'1\\n\\033' is not a number: '\\n\\033' follows it" },
	};
	static const struct number_row ranged[] = {
		{ "3", 3, 0, NULL },
		{ "9", 9, 0, NULL },
		{ "2", 0, -ERANGE, "'2' is too small: at least 3" },
		{ "10", 0, -ERANGE, "'10' is too large: at most 9" },
		{ "18446744073709551619", 0, -ERANGE, "'18446744073709551619' is too large: at most 9" },
	};

	(void)state;
	check_numbers(parse_any, any, CB_COUNT(any));
	check_numbers(parse_3_to_9, ranged, CB_COUNT(ranged));
}

static void test_word(void **state)
{
	static const struct number_row rows[] = {
		{ "0", 0, 0, NULL },
		{ "42", 42, 0, NULL },
		{ "0x0", 0, 0, NULL },
		{ "0xdeadBEEF", 0xdeadbeef, 0, NULL },
		{ "0X1f", 31, 0, NULL },
		{ "0xffffffffffffffff", UINT64_MAX, 0, NULL },
		{ "0x000000000000000000001", 1, 0, NULL },
		{ "0x10000000000000000", 0, -ERANGE,
			"'0x10000000000000000' is too large: at most 0xffffffffffffffff" },
		{ "0x", 0, -EINVAL, "'0x' is not a hexadecimal number: write 0x and digits 0-9a-f" },
		{ "0xg", 0, -EINVAL, "'0xg' is not a hexadecimal number: write 0x and digits 0-9a-f" },
		{ "0x1 ", 0, -EINVAL, "'0x1 ' is not a hexadecimal number: write 0x and digits 0-9a-f" },
		{ "0x10000000000000000z", 0, -EINVAL,
			"'0x10000000000000000z' is not a hexadecimal number: write 0x and digits 0-9a-f" },
		{ "ff", 0, -EINVAL, "'ff' is not a number: write decimal digits" },
		{ "18446744073709551616", 0, -ERANGE,
			"'18446744073709551616' is too large: at most 18446744073709551615" },
	};

	(void)state;
	check_numbers(cb_parse_word, rows, CB_COUNT(rows));
}

static void test_size(void **state)
{
	static const struct number_row rows[] = {
		{ "0", 0, 0, NULL },
		{ "4096", 4096, 0, NULL },
		{ "4096B", 4096, 0, NULL },
		{ "4KiB", 4096, 0, NULL },
		{ "1MiB", 1 << 20, 0, NULL },
		{ "2GiB", UINT64_C(2) << 30, 0, NULL },
		{ "3TiB", UINT64_C(3) << 40, 0, NULL },
		{ "18446744073709551615", UINT64_MAX, 0, NULL },
		{ "16777215TiB", UINT64_MAX - (UINT64_C(1) << 40) + 1, 0, NULL },
		{ "16777216TiB", 0, -ERANGE,
			"'16777216TiB' is too large: at most 18446744073709551615 bytes" },
		{ "18014398509481984KiB", 0, -ERANGE,
			"'18014398509481984KiB' is too large: at most 18446744073709551615 bytes" },
		{ "18446744073709551616", 0, -ERANGE,
			"'18446744073709551616' is too large: at most 18446744073709551615 bytes" },
		{ "10KB", 0, -EINVAL, "'10KB' is not a size: write KiB (1024 bytes)" },
		{ "10kB", 0, -EINVAL, "'10kB' is not a size: write KiB (1024 bytes)" },
		{ "10K", 0, -EINVAL, "'10K' is not a size: write KiB (1024 bytes)" },
		{ "10k", 0, -EINVAL, "'10k' is not a size: write KiB (1024 bytes)" },
		{ "10kib", 0, -EINVAL, "'10kib' is not a size: write KiB (1024 bytes)" },
		{ "1MB", 0, -EINVAL, "'1MB' is not a size: write MiB (1048576 bytes)" },
		{ "1g", 0, -EINVAL, "'1g' is not a size: write GiB (1073741824 bytes)" },
		{ "1tb", 0, -EINVAL, "'1tb' is not a size: write TiB (1099511627776 bytes)" },
		{ "1.5KiB", 0, -EINVAL,
			"'1.5KiB' is not a size: write a whole number, of a smaller unit where needed" },
		{ "5x", 0, -EINVAL, "'5x' is not a size: 'x' is not a unit, write B, KiB, MiB, GiB or TiB" },
		{ "5 KiB", 0, -EINVAL,
			"'5 KiB' is not a size: ' KiB' is not a unit, write B, KiB, MiB, GiB or TiB" },
		{ "5KiBx", 0, -EINVAL,
			"'5KiBx' is not a size: 'KiBx' is not a unit, write B, KiB, MiB, GiB or TiB" },
		{ "5b", 0, -EINVAL, "'5b' is not a size: 'b' is not a unit, write B, KiB, MiB, GiB or TiB" },
		{ "", 0, -EINVAL, "'' is not a size: it is empty" },
		{ "KiB", 0, -EINVAL, "'KiB' is not a size: write it as 4096, 4KiB or 1MiB" },
		{ "-4KiB", 0, -EINVAL, "'-4KiB' is not a size: write it as 4096, 4KiB or 1MiB" },
	};

	(void)state;
	check_numbers(cb_parse_size, rows, CB_COUNT(rows));
}

static void test_duration(void **state)
{
	static const struct number_row rows[] = {
		{ "0", 0, 0, NULL },
		{ "000", 0, 0, NULL },
		{ "0.0", 0, 0, NULL },
		{ "0s", 0, 0, NULL },
		{ "5ns", 5, 0, NULL },
		{ "5us", 5000, 0, NULL },
		{ "5ms", 5000000, 0, NULL },
		{ "5s", UINT64_C(5000000000), 0, NULL },
		{ "5m", UINT64_C(300000000000), 0, NULL },
		{ "1.5us", 1500, 0, NULL },
		{ "0.5s", 500000000, 0, NULL },
		{ "0.1s", 100000000, 0, NULL },
		{ "1.10000000000000000000s", 1100000000, 0, NULL },
		{ "0.000000001s", 1, 0, NULL },
		{ "1.0ns", 1, 0, NULL },
		{ "0.5m", UINT64_C(30000000000), 0, NULL },
		{ "0.00000000005m", 3, 0, NULL },
		{ "0.99999999995m", UINT64_C(59999999997), 0, NULL },
		{ "18446744073709551615ns", UINT64_MAX, 0, NULL },
		{ "18446744073.709551615s", UINT64_MAX, 0, NULL },
		{ "18446744073.709551616s", 0, -ERANGE,
			"'18446744073.709551616s' is too large: at most 18446744073709551615ns" },
		{ "18446744074s", 0, -ERANGE, "'18446744074s' is too large: at most 18446744073709551615ns" },
		{ "99999999999999999999ns", 0, -ERANGE,
			"'99999999999999999999ns' is too large: at most 18446744073709551615ns" },
		{ "307445735m", 0, -ERANGE, "'307445735m' is too large: at most 18446744073709551615ns" },
		{ "0.5ns", 0, -ERANGE, "'0.5ns' is finer than a nanosecond: write fewer digits" },
		{ "1.0005us", 0, -ERANGE, "'1.0005us' is finer than a nanosecond: write fewer digits" },
		{ "0.00000000001m", 0, -ERANGE,
			"'0.00000000001m' is finer than a nanosecond: write fewer digits" },
		{ "0.000000000001m", 0, -ERANGE,
			"'0.000000000001m' is finer than a nanosecond: write fewer digits" },
		{ "0.99999999999999999999999999999s", 0, -ERANGE,
			"'0.99999999999999999999999999999s' is finer than a nanosecond: write fewer digits" },
		{ "5", 0, -EINVAL, "'5' has no unit: write 5ns, 5us, 5ms, 5s or 5m" },
		{ "0.5", 0, -EINVAL, "'0.5' has no unit: write 0.5ns, 0.5us, 0.5ms, 0.5s or 0.5m" },
		{ "0.0000000000000001", 0, -EINVAL,
			"'0.0000000000000001' has no unit: write 0.0000000000000001ns, 0.0000000000000001us, "
			"0.0000000000000001ms, 0.0000000000000001s or 0.0000000000000001m" },
		{ "999999999999999999999999", 0, -EINVAL,
			"'999999999999999999999999' has no unit: write ns, us, ms, s or m behind it" },
		{ "", 0, -EINVAL, "'' is not a duration: it is empty" },
		{ ".5s", 0, -EINVAL, "'.5s' is not a duration: write it as 0.5s, 200ms or 2m" },
		{ "-1s", 0, -EINVAL, "'-1s' is not a duration: write it as 0.5s, 200ms or 2m" },
		{ "ms", 0, -EINVAL, "'ms' is not a duration: write it as 0.5s, 200ms or 2m" },
		{ "5.s", 0, -EINVAL,
			"'5.s' is not a duration: '.s' is not a unit, write ns, us, ms, s or m" },
		{ "1.2.3s", 0, -EINVAL,
			"'1.2.3s' is not a duration: '.3s' is not a unit, write ns, us, ms, s or m" },
		{ "5h", 0, -EINVAL, "'5h' is not a duration: 'h' is not a unit, write ns, us, ms, s or m" },
		{ "5 s", 0, -EINVAL,
			"'5 s' is not a duration: ' s' is not a unit, write ns, us, ms, s or m" },
		{ "1e3s", 0, -EINVAL,
			"'1e3s' is not a duration: 'e3s' is not a unit, write ns, us, ms, s or m" },
		{ "5S", 0, -EINVAL, "'5S' is not a duration: 'S' is not a unit, write ns, us, ms, s or m" },
	};

	(void)state;
	check_numbers(cb_parse_duration, rows, CB_COUNT(rows));
}

static void test_double(void **state)
{
	static const struct {
		const char *text;
		double min, max;
		bool percent;
		double value;
		int code;
		const char *why;
	} rows[] = {
		{ "2", 0, 100, false, 2, 0, "" },
		{ "2%", 0, 100, true, 2, 0, "" },
		{ "2", 0, 100, true, 2, 0, "" },
		{ "0.1", 0, 1, false, 0.1, 0, "" },
		{ "-2.5", -3, 3, false, -2.5, 0, "" },
		{ "+2.5", -3, 3, false, 2.5, 0, "" },
		{ "1e3", 0, 1e6, false, 1000, 0, "" },
		{ "1E-3", 0, 1, false, 0.001, 0, "" },
		{ "1e-9999", 0, 1, false, 0, 0, "" },
		{ "2%", 0, 100, false, 0, -EINVAL, "'2%' is not a number: '%' follows it" },
		{ "2%%", 0, 100, true, 0, -EINVAL, "'2%%' is not a number: '%%' follows it" },
		{ "%", 0, 100, true, 0, -EINVAL, "'%' is not a number: write decimal digits" },
		{ "", 0, 1, false, 0, -EINVAL, "'' is not a number: it is empty" },
		{ "nan", 0, 1, false, 0, -EINVAL, "'nan' is not a number: write decimal digits" },
		{ "inf", 0, 1, false, 0, -EINVAL, "'inf' is not a number: write decimal digits" },
		{ "0x1p3", 0, 9, false, 0, -EINVAL, "'0x1p3' is not a number: 'x1p3' follows it" },
		{ ".5", 0, 1, false, 0, -EINVAL, "'.5' is not a number: write decimal digits" },
		{ "5.", 0, 9, false, 0, -EINVAL, "'5.' is not a number: '.' follows it" },
		{ "1e", 0, 9, false, 0, -EINVAL, "'1e' is not a number: 'e' follows it" },
		{ "1e+", 0, 9, false, 0, -EINVAL, "'1e+' is not a number: 'e+' follows it" },
		{ "1,5", 0, 9, false, 0, -EINVAL, "'1,5' is not a number: ',5' follows it" },
		{ " 1", 0, 9, false, 0, -EINVAL, "' 1' is not a number: write decimal digits" },
		{ "1.5", 0, 1, false, 0, -ERANGE, "'1.5' is too large: at most 1" },
		{ "101%", 0, 100, true, 0, -ERANGE, "'101%' is too large: at most 100%" },
		{ "-1", 0.5, 1, false, 0, -ERANGE, "'-1' is too small: at least 0.5" },
		{ "1e999", -INFINITY, INFINITY, false, 0, -ERANGE,
			"'1e999' is too large: at most 1.79769313486232e+308" },
		{ "-1e999", -INFINITY, INFINITY, false, 0, -ERANGE,
			"'-1e999' is too small: at least -1.79769313486232e+308" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_error err = { 0 };
		double value = 12345;
		int code = cb_parse_double(
			rows[i].text, rows[i].min, rows[i].max, rows[i].percent, &value, &err);

		assert_int_equal(code, rows[i].code);
		assert_string_equal(err.text, rows[i].why);
		assert_true(value == (code ? 12345 : rows[i].value));
	}
}

static void test_double_has_no_negative_zero(void **state)
{
	double value = 1;

	(void)state;
	assert_int_equal(cb_parse_double("-0", -1, 1, false, &value, NULL), 0);
	assert_true(value == 0 && !signbit(value));
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned all;
		const char *values;
	} rows[] = {
		{ "1", 4, "1" },
		{ "1,2,4", 4, "1 2 4" },
		{ "4,1,2", 4, "4 1 2" },
		{ "1..4", 9, "1 2 3 4" },
		{ "3..3", 9, "3" },
		{ "all", 6, "6" },
		{ "1..all", 3, "1 2 3" },
		{ "all..all", 3, "3" },
		{ "1,4..6,9", 3, "1 4 5 6 9" },
		{ "1,2,all", 4, "1 2 4" },
		{ "1,2,all", 2, "1 2" }, /* the same line on a smaller host */
		{ "all,2", 2, "2" },
		{ "1..all,2", 1, "1 2" },
		{ "1..all,2", 4, "1 2 3 4" },
		{ "1..8,step=3", 4, "1 4 7 8" },
		{ "step=2,1..all", 5, "1 3 5" },
		{ "2,4..6,step=1", 5, "2 4 5 6" },
		{ "100", 4, "100" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_numbers numbers = { 0 };
		struct cb_error err = { 0 };
		char text[128] = "";

		assert_int_equal(cb_parse_numbers(rows[i].text, 1, 100, rows[i].all, &numbers, &err), 0);
		for (size_t k = 0; k < numbers.n; k++)
			sprintf(text + strlen(text), "%s%u", k ? " " : "", numbers.v[k]);
		assert_string_equal(text, rows[i].values);
		assert_int_equal(err.code, 0);
		cb_numbers_release(&numbers);
		assert_null(numbers.v);
		assert_int_equal(numbers.n, 0);
	}
}

static void test_numbers_errors(void **state)
{
	static const struct {
		const char *text;
		unsigned all;
		int code;
		const char *why;
	} rows[] = {
		{ "", 4, -EINVAL, "the list '' is empty: write it as 1,2,4 or 1..8 or all" },
		{ ",", 4, -EINVAL, "',' has an empty item: take out the comma" },
		{ "1,", 4, -EINVAL, "'1,' has an empty item: take out the comma" },
		{ ",1", 4, -EINVAL, "',1' has an empty item: take out the comma" },
		{ "1,,2", 4, -EINVAL, "'1,,2' has an empty item: take out the comma" },
		{ "1,2,step=2", 4, -EINVAL, "step= is for ranges, and there is none: write 1..8,step=2" },
		{ "1..9,step=2,step=3", 4, -EINVAL, "step= stands twice: write it once" },
		{ "1..9,step=0", 4, -ERANGE, "'0' is too small: at least 1" },
		{ "1..9,step=x", 4, -EINVAL, "'x' is not a number: write decimal digits" },
		{ "1,4x", 4, -EINVAL, "'4x' is not a number: 'x' follows it" },
		{ "two", 4, -EINVAL, "'two' is neither a number nor 'all'" },
		{ "ALL", 4, -EINVAL, "'ALL' is neither a number nor 'all'" },
		{ "-1", 4, -EINVAL, "'-1' is neither a number nor 'all'" },
		{ "1, 2", 4, -EINVAL, "' 2' is neither a number nor 'all'" },
		{ "0-3", 4, -EINVAL, "'0-3' is not a range: write it as 1..8 or 1..all" },
		{ "1..", 4, -EINVAL, "'1..' is not a range: write it as 1..8 or 1..all" },
		{ "..8", 4, -EINVAL, "'..8' is not a range: write it as 1..8 or 1..all" },
		{ "..", 4, -EINVAL, "'..' is not a range: write it as 1..8 or 1..all" },
		{ "1...8", 4, -EINVAL, "'.8' is neither a number nor 'all'" },
		{ "1..2..3", 4, -EINVAL, "'2..3' is not a number: '..3' follows it" },
		{ "8..1", 4, -EINVAL, "'8..1' runs backwards: write 1..8" },
		{ "6..all", 4, -ERANGE, "'6..all' is empty: 'all' is 4 here" },
		{ "1,2,1", 4, -EINVAL, "'1' is in the list twice: write it once" },
		{ "1..4,3", 4, -EINVAL, "'3' is in the list twice: write it once" },
		{ "0", 4, -ERANGE, "'0' is too small: at least 1" },
		{ "101", 4, -ERANGE, "'101' is too large: at most 100" },
		{ "4294967297", 4, -ERANGE, "'4294967297' is too large: at most 100" },
		{ "1..99999999999999999999", 4, -ERANGE, "'99999999999999999999' is too large: at most 100" },
		{ "all", 200, -ERANGE, "'all' is 200 here: at most 100" },
		{ "1..all", 0, -ERANGE, "'all' is 0 here: at least 1" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_numbers numbers = { .n = 77 };
		struct cb_error err = { 0 };

		assert_int_equal(
			cb_parse_numbers(rows[i].text, 1, 100, rows[i].all, &numbers, &err), rows[i].code);
		assert_string_equal(err.text, rows[i].why);
		assert_null(numbers.v);
		assert_int_equal(numbers.n, 77);
	}
}

static void test_numbers_limit(void **state)
{
	struct cb_numbers numbers = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_parse_numbers("1..4096", 0, UINT32_MAX, 1, &numbers, &err), 0);
	assert_int_equal(numbers.n, CB_NUMBERS_MAX);
	assert_int_equal(numbers.v[4095], 4096);
	cb_numbers_release(&numbers);
	assert_int_equal(cb_parse_numbers("0..4294967295", 0, UINT32_MAX, 1, &numbers, &err), -ERANGE);
	assert_string_equal(err.text, "the list is too long: at most 4096 numbers");
	assert_int_equal(cb_parse_numbers("4294967295", 0, UINT32_MAX, 1, &numbers, NULL), 0);
	assert_int_equal(numbers.v[0], UINT32_MAX);
	cb_numbers_release(&numbers);
	cb_numbers_release(NULL);
}

static void test_words(void **state)
{
	struct cb_words words;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_parse_words("one,t\\,w\\:o\\\\,a=b:c\\3757\\011", &words, &err), 0);
	assert_int_equal(words.n, 3);
	assert_string_equal(words.v[0], "one");
	assert_string_equal(words.v[1], "t,w:o\\");
	assert_string_equal(words.v[2], "a=b:c\3757\t");
	assert_null(words.v[3]);
	cb_words_release(&words);
	assert_null(words.v);
	cb_words_release(&words);
	cb_words_release(NULL);
}

static void test_words_errors(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "the list '' is empty: write one word at least" },
		{ ",", "',' has an empty item: take out the comma" },
		{ "a,", "'a,' has an empty item: take out the comma" },
		{ ",a", "',a' has an empty item: take out the comma" },
		{ "a,,b", "'a,,b' has an empty item: take out the comma" },
		{ "a,b\\", "'\\\\' is not an escape: a backslash stands before , : \\ or three octal digits "
			   "only" },
		{ "a\\000", "'\\\\000' is not an escape: a backslash stands before , : \\ or three octal "
			    "digits only" },
		{ "a\\12", "'\\\\12' is not an escape: a backslash stands before , : \\ or three octal "
			   "digits only" },
		{ "a\\777", "'\\\\777' is not an escape: a backslash stands before , : \\ or three octal "
			    "digits only" },
		{ "a\\nb", "'\\\\nb' is not an escape: a backslash stands before , : \\ or three octal "
			   "digits only" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_words words = { NULL, 77 };
		struct cb_error err = { 0 };

		assert_int_equal(cb_parse_words(rows[i].text, &words, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].why);
		assert_null(words.v);
		assert_int_equal(words.n, 77);
	}
}

static void test_spec(void **state)
{
	struct cb_spec spec;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_parse_spec("cpu_prime", &spec, &err), 0);
	assert_string_equal(spec.workload, "cpu_prime");
	assert_int_equal(spec.n, 0);
	cb_spec_release(&spec);

	assert_int_equal(cb_parse_spec("file_read:cache=cold,input=/a\\,b\\:c\\\\=d,size=", &spec, &err), 0);
	assert_string_equal(spec.workload, "file_read");
	assert_int_equal(spec.n, 3);
	assert_string_equal(spec.pairs[0].name, "cache");
	assert_string_equal(spec.pairs[0].value, "cold");
	assert_string_equal(spec.pairs[1].name, "input");
	assert_string_equal(spec.pairs[1].value, "/a,b:c\\=d");
	assert_string_equal(spec.pairs[2].name, "size");
	assert_string_equal(spec.pairs[2].value, "");
	cb_spec_release(&spec);
	assert_null(spec.workload);
	cb_spec_release(&spec);
	cb_spec_release(NULL);
}

static void test_spec_errors(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "'' is not the name of a workload: names are made of a-z 0-9 _" },
		{ ":a=1", "'' is not the name of a workload: names are made of a-z 0-9 _" },
		{ "Cpu", "'Cpu' is not the name of a workload: names are made of a-z 0-9 _" },
		{ "cpu,mem", "'cpu,mem' is not the name of a workload: names are made of a-z 0-9 _" },
		{ "cpu:", "'cpu:' has nothing behind the colon: write NAME=VALUE there" },
		{ "cpu:a=1,", "'cpu:a=1,' has an empty item: take out the comma" },
		{ "cpu:,a=1", "'cpu:,a=1' has an empty item: take out the comma" },
		{ "cpu:a=1,,b=2", "'cpu:a=1,,b=2' has an empty item: take out the comma" },
		{ "cpu:a", "'a' has no value: write a=VALUE" },
		{ "cpu:a,b=1", "'a' has no value: write a=VALUE" },
		{ "cpu:a:b", "'a' has no value: write a=VALUE" },
		{ "cpu:=1", "'' is not the name of a parameter: names are made of a-z 0-9 _" },
		{ "cpu:A=1", "'A' is not the name of a parameter: names are made of a-z 0-9 _" },
		{ "cpu:a b=1", "'a b' is not the name of a parameter: names are made of a-z 0-9 _" },
		{ "cpu:a=1:b=2", "the value of 'a' has a plain ':': write it as \\:" },
		{ "cpu:a=1,b=2,a=3", "'a' is set twice: set it once" },
		{ "cpu:a=\\x", "'\\\\x' is not an escape: a backslash stands before , : \\ or three octal "
			       "digits only" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_spec spec = { NULL, NULL, 77 };
		struct cb_error err = { 0 };

		assert_int_equal(cb_parse_spec(rows[i].text, &spec, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].why);
		assert_null(spec.workload);
		assert_int_equal(spec.n, 77);
	}
}

static void test_spec_limit(void **state)
{
	char text[1024] = "cpu";
	struct cb_spec spec;
	struct cb_error err = { 0 };

	(void)state;
	for (unsigned i = 0; i < CB_SPEC_PAIRS_MAX; i++)
		sprintf(text + strlen(text), "%cp%u=%u", i ? ',' : ':', i, i);
	assert_int_equal(cb_parse_spec(text, &spec, &err), 0);
	assert_int_equal(spec.n, CB_SPEC_PAIRS_MAX);
	assert_string_equal(spec.pairs[63].value, "63");
	cb_spec_release(&spec);
	strcat(text, ",more=1");
	assert_int_equal(cb_parse_spec(text, &spec, &err), -ERANGE);
	assert_string_equal(err.text, "'cpu' has too many parameters: at most 64");
}

static void test_long_text_is_cut_in_reasons(void **state)
{
	size_t n = 10000000;
	char *text = malloc(n + 1);
	struct cb_error err = { 0 };
	struct cb_spec spec;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	text[n] = '\0';
	memcpy(text, "w:", 2);
	assert_int_equal(cb_parse_spec(text, &spec, &err), -EINVAL);
	assert_string_equal(err.text, "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' has no value: write "
				      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=VALUE");
	free(text);
}

static void test_pair(void **state)
{
	char *name = NULL, *value = NULL;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_parse_pair("Build-1.x_=a=b,\\c", &name, &value, &err), 0);
	assert_string_equal(name, "Build-1.x_");
	assert_string_equal(value, "a=b,\\c");
	free(name);
	free(value);
	assert_int_equal(cb_parse_pair("k=", &name, &value, &err), 0);
	assert_string_equal(value, "");
	free(name);
	free(value);
}

static void test_pair_errors(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "'' has no '=': write it as NAME=VALUE" },
		{ "k", "'k' has no '=': write it as NAME=VALUE" },
		{ "=v", "'=v' has no name: write it as NAME=VALUE" },
		{ "a b=v", "'a b=v' has a name that is not made of A-Z a-z 0-9 _ . -" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		char *name = NULL, *value = NULL;
		struct cb_error err = { 0 };

		assert_int_equal(cb_parse_pair(rows[i].text, &name, &value, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].why);
		assert_null(name);
		assert_null(value);
	}
}

static void test_nearest(void **state)
{
	static const char *const modes[] = { "serial", "processes", "threads", "hybrid", "io", NULL };
	static const char *const twins[] = { "cold", "bold", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_string_equal(cb_nearest("thread", modes), "threads");
	assert_string_equal(cb_nearest("htreasd", modes), "threads"); /* a swap costs one */
	assert_string_equal(cb_nearest("THREADS", modes), "threads");
	assert_string_equal(cb_nearest("serail", modes), "serial");
	assert_string_equal(cb_nearest("process", modes), "processes");
	assert_string_equal(cb_nearest("procxxxes", modes), "processes"); /* a third of 9 letters */
	assert_null(cb_nearest("procxxxxs", modes));
	assert_null(cb_nearest("coroutine", modes));
	assert_string_equal(cb_nearest("thr", modes), "threads"); /* its beginning */
	assert_string_equal(cb_nearest("PRO", modes), "processes");
	assert_null(cb_nearest("q", modes));
	assert_null(cb_nearest("xy", modes)); /* two edits make io of it, nothing is left in common */
	assert_null(cb_nearest("", modes));
	assert_string_equal(cb_nearest("gold", twins), "cold");
	assert_null(cb_nearest("x", none));
}

static void test_nearest_limits(void **state)
{
	char word[66], same64[65];
	const char *const words[] = { word, NULL }, *const words64[] = { same64, NULL };

	(void)state;
	memset(word, 'a', 65);
	word[65] = '\0';
	memset(same64, 'a', 64);
	same64[64] = '\0';
	assert_null(cb_nearest(word, words64));
	assert_null(cb_nearest(same64, words));
	assert_ptr_equal(cb_nearest(same64, words64), same64);
}

static void test_format(void **state)
{
	static const struct {
		uint64_t value;
		const char *size, *duration;
	} rows[] = {
		{ 0, "0B", "0ns" },
		{ 1, "1B", "1ns" },
		{ 1000, "1000B", "1us" },
		{ 1024, "1KiB", "1024ns" },
		{ 65536, "64KiB", "65536ns" },
		{ 1500000, "1500000B", "1500us" },
		{ 10000000, "10000000B", "10ms" },
		{ UINT64_C(1) << 30, "1GiB", "1073741824ns" },
		{ UINT64_C(5) << 40, "5TiB", "5497558138880ns" },
		{ UINT64_C(60000000000), "58593750KiB", "1m" },
		{ UINT64_C(90000000000), "87890625KiB", "90s" },
		{ UINT64_MAX, "18446744073709551615B", "18446744073709551615ns" },
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		uint64_t back = UNTOUCHED;

		assert_string_equal(cb_format_size(rows[i].value, buf), rows[i].size);
		assert_int_equal(cb_parse_size(buf, &back, NULL), 0);
		assert_true(back == rows[i].value);
		assert_string_equal(cb_format_duration(rows[i].value, buf), rows[i].duration);
		assert_int_equal(cb_parse_duration(buf, &back, NULL), 0);
		assert_true(back == rows[i].value);
	}
}

static void test_quote(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *quoted;
	} rows[] = {
		{ "", 4, "" },
		{ "abc", 4, "abc" },
		{ "abcd", 4, "..." },
		{ "abcdefgh", 8, "abcd..." },
		{ "abcdefg", 8, "abcdefg" },
		{ "a\nb\t\"'\\", 41, "a\\nb\\t\\\"\\'\\\\" },
		{ "\x1b[31m1", 41, "\\033[31m1" },
		{ "\x7f\x80\xff", 41, "\\177\\200\\377" },
		{ "\x1b\x1b\x1b", 8, "\\033..." }, /* no escape is cut in two */
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 41, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "aaaa\xe2\x82\xac"
		  "aa",
			9, "aaaa..." },                    /* nor a character */
		{ "\xc2\x9b", 41, "\\302\\233" },          /* CSI in one character */
		{ "\xc0\xaf", 41, "\\300\\257" },          /* overlong */
		{ "\xed\xa0\x80", 41, "\\355\\240\\200" }, /* surrogate */
		{ "\xe2\x82", 41, "\\342\\202" },          /* ends too early */
		{ "\xf4\x90\x80\x80", 41, "\\364\\220\\200\\200" },
	};
	char buf[CB_QUOTE_SIZE];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++)
		assert_string_equal(cb_quote(rows[i].text, buf, rows[i].size), rows[i].quoted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_double),
		cmocka_unit_test(test_double_has_no_negative_zero),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_numbers_errors),
		cmocka_unit_test(test_numbers_limit),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_errors),
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_spec_errors),
		cmocka_unit_test(test_spec_limit),
		cmocka_unit_test(test_long_text_is_cut_in_reasons),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_pair_errors),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_nearest_limits),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
