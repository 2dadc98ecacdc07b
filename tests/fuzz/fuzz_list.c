/*
 * Lists of numbers and of words, single pairs, the nearest word, quoting. Whatever is accepted means the same
 * when it is written out plainly and read again.
 */
#include "tests/fuzz/fuzz.h"

#include "lib/base/parse.h"
#include "lib/base/text.h"

#define MAX 500u
#define ALL 8u

static void check_numbers(const char *text)
{
	struct cb_numbers numbers, again;
	struct cb_text plain = { 0 };

	if (cb_parse_numbers(text, 1, MAX, ALL, &numbers, NULL))
		return;
	FUZZ_CHECK(numbers.n > 0 && numbers.n <= MAX);
	for (size_t i = 0; i < numbers.n; i++) {
		FUZZ_CHECK(numbers.v[i] >= 1 && numbers.v[i] <= MAX);
		cb_text_add(&plain, "%s%u", i ? "," : "", numbers.v[i]);
	}
	/* Would fail if a number were there twice. */
	FUZZ_CHECK(cb_parse_numbers(plain.s, 1, MAX, ALL, &again, NULL) == 0);
	FUZZ_CHECK(again.n == numbers.n && memcmp(again.v, numbers.v, numbers.n * sizeof *numbers.v) == 0);
	cb_numbers_release(&numbers);
	cb_numbers_release(&again);
	cb_text_release(&plain);
}

static void add_escaped(struct cb_text *text, const char *word)
{
	for (; *word; word++) {
		if (strchr(",:\\", *word))
			cb_text_add_char(text, '\\');
		cb_text_add_char(text, *word);
	}
}

static void check_words(const char *text)
{
	struct cb_words words, again;
	struct cb_text plain = { 0 };

	if (cb_parse_words(text, &words, NULL))
		return;
	FUZZ_CHECK(words.n > 0 && !words.v[words.n]);
	for (size_t i = 0; i < words.n; i++) {
		FUZZ_CHECK(words.v[i][0]);
		cb_text_add(&plain, "%s", i ? "," : "");
		add_escaped(&plain, words.v[i]);
	}
	FUZZ_CHECK(cb_parse_words(plain.s, &again, NULL) == 0);
	FUZZ_CHECK(again.n == words.n);
	for (size_t i = 0; i < words.n; i++)
		FUZZ_CHECK(strcmp(again.v[i], words.v[i]) == 0);
	cb_words_release(&words);
	cb_words_release(&again);
	cb_text_release(&plain);
}

static void check_pair(const char *text)
{
	char *name, *value;

	if (cb_parse_pair(text, &name, &value, NULL))
		return;
	FUZZ_CHECK(*name && strlen(name) + 1 + strlen(value) == strlen(text));
	free(name);
	free(value);
}

static void check_nearest(const char *text)
{
	static const char *const words[] = { "serial", "processes", "threads", "hybrid", "async", NULL };
	const char *near = cb_nearest(text, words);

	for (size_t i = 0; words[i]; i++)
		FUZZ_CHECK(strcmp(text, words[i]) != 0 || near == words[i]);
}

static void check_quote(const char *text)
{
	for (size_t size = 4; size <= CB_QUOTE_SIZE; size++) {
		char *buf = malloc(size);

		FUZZ_CHECK(buf);
		FUZZ_CHECK(strlen(cb_quote(text, buf, size)) < size);
		for (const char *p = buf; *p; p++)
			FUZZ_CHECK((unsigned char)*p >= 0x20 && *p != 0x7f);
		free(buf);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_numbers(text);
	check_words(text);
	check_pair(text);
	check_nearest(text);
	check_quote(text);
	free(text);
	return 0;
}
