/*
 * Comma lists of words, and single name=value pairs.
 */
#include "lib/base/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Appends word, which becomes the list's. */
static int add_word(struct cb_words *words, char *word, struct cb_error *err)
{
	char **v = reallocarray(words->v, words->n + 2, sizeof *v);

	if (!v) {
		free(word);
		return cb_error_no_memory(err);
	}
	words->v = v;
	v[words->n++] = word;
	v[words->n] = NULL;
	return 0;
}

static int scan_word(const char **at, struct cb_words *words, struct cb_error *err)
{
	char *word;
	int code = cb_scan_escaped(at, ",", &word, err);

	if (code)
		return code;
	if (*word)
		return add_word(words, word, err);
	free(word);
	return -EINVAL;
}

static int empty_item(const char *text, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	if (!*text)
		return cb_error_set(err, -EINVAL, "the list '' is empty: write one word at least");
	return cb_error_set(
		err, -EINVAL, "'%s' has an empty item: take out the comma", cb_quote(text, q, sizeof q));
}

int cb_parse_words(const char *text, struct cb_words *ret, struct cb_error *err)
{
	struct cb_words words = { NULL, 0 };
	struct cb_error why = { 0 };
	const char *at = text;
	int code = scan_word(&at, &words, &why);

	while (!code && *at == ',') {
		at++;
		code = scan_word(&at, &words, &why);
	}
	if (code) {
		cb_words_release(&words);
		return why.code ? cb_error_set(err, why.code, "%s", why.text) : empty_item(text, err);
	}
	*ret = words;
	return 0;
}

void cb_words_release(struct cb_words *words)
{
	if (!words)
		return;
	for (size_t i = 0; i < words->n; i++)
		free(words->v[i]);
	free(words->v);
	*words = (struct cb_words){ NULL, 0 };
}

int cb_parse_pair(const char *text, char **ret_name, char **ret_value, struct cb_error *err)
{
	size_t n = strspn(text, CB_LABEL_NAME);
	char q[CB_QUOTE_SIZE], *name, *value;

	cb_quote(text, q, sizeof q);
	if (!strchr(text, '='))
		return cb_error_set(err, -EINVAL, "'%s' has no '=': write it as NAME=VALUE", q);
	if (*text == '=')
		return cb_error_set(err, -EINVAL, "'%s' has no name: write it as NAME=VALUE", q);
	if (text[n] != '=')
		return cb_error_set(err, -EINVAL, "'%s' has a name that is not made of A-Z a-z 0-9 _ . -", q);
	name = strndup(text, n);
	value = strdup(text + n + 1);
	if (!name || !value) {
		free(name);
		free(value);
		return cb_error_no_memory(err);
	}
	*ret_name = name;
	*ret_value = value;
	return 0;
}
