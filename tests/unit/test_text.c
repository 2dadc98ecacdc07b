/* The growable text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/text.h"

#include <stdlib.h>
#include <string.h>

static void test_add_and_take(void **state)
{
	struct cb_text text = { 0 };
	char *s;

	(void)state;
	cb_text_add(&text, "%s=%u", "workers", 4u);
	cb_text_add_char(&text, ',');
	cb_text_add(&text, "%s", "");
	assert_string_equal(text.s, "workers=4,");
	assert_int_equal(text.n, 10);
	s = cb_text_take(&text);
	assert_string_equal(s, "workers=4,");
	assert_null(text.s);
	assert_int_equal(text.n, 0);
	free(s);
}

static void test_empty(void **state)
{
	struct cb_text text = { 0 };
	char *s = cb_text_take(&text);

	(void)state;
	assert_string_equal(s, "");
	free(s);
	cb_text_release(&text);
	cb_text_release(NULL);
}

/* Every length around every doubling, by both ways to add. */
static void test_growth(void **state)
{
	struct cb_text text = { 0 };

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		if (i % 2)
			cb_text_add_char(&text, (char)('a' + i % 26));
		else
			cb_text_add(&text, "%c", (char)('a' + i % 26));
		assert_int_equal(text.n, i + 1);
		assert_true(text.n < text.cap);
		assert_int_equal(text.s[text.n], '\0');
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(text.s[i], 'a' + i % 26);
	cb_text_release(&text);
	assert_null(text.s);
}

static void test_one_long_addition(void **state)
{
	struct cb_text text = { 0 };

	(void)state;
	cb_text_add(&text, "%100000d", 7);
	assert_int_equal(text.n, 100000);
	assert_int_equal(strlen(text.s), 100000);
	cb_text_release(&text);
}

/* A length that cannot be had stands in for memory that has run out. */
static void test_no_memory_is_remembered(void **state)
{
	struct cb_text text = { 0 };
	size_t n;

	(void)state;
	cb_text_add(&text, "kept");
	n = text.n;
	text.n = SIZE_MAX - 2;
	cb_text_add(&text, "lost");
	assert_true(text.no_memory);
	text.n = n;
	cb_text_add(&text, "lost too");
	cb_text_add_char(&text, '!');
	assert_string_equal(text.s, "kept");
	assert_null(cb_text_take(&text));
	assert_false(text.no_memory);
	assert_null(text.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_and_take),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_one_long_addition),
		cmocka_unit_test(test_no_memory_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
