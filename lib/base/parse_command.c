/*
 * Commands from one line of text, split into words as a shell would, and back. No shell ever runs, so what
 * only a shell could do (pipes, variables, file patterns) is refused instead of being passed on as a word
 * that surprises.
 */
#include "lib/base/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"

#define BLANKS     " \t\n"
#define NEED_SHELL "|&;<>()$`*?" /* unless quoted */
#define PLAIN                                                               \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%" \
	"+=:,./-[]^!" /* characters of a word that needs no quotes */

struct splitter {
	const char *at;
	struct cb_text word;
	struct cb_words words;
	struct cb_error *err;
};

static int unbalanced(const struct splitter *s, char quote)
{
	return cb_error_set(s->err, -EINVAL, "a %s has no end", quote == '\'' ? "' quote" : "\" quote");
}

/* Up to the closing quote, as it stands. */
static int take_single(struct splitter *s)
{
	for (; *s->at != '\''; s->at++) {
		if (!*s->at)
			return unbalanced(s, '\'');
		cb_text_add_char(&s->word, *s->at);
	}
	s->at++;
	return 0;
}

/* A backslash keeps its meaning before four characters. */
static int take_double(struct splitter *s)
{
	for (; *s->at != '"'; s->at++) {
		if (!*s->at)
			return unbalanced(s, '"');
		if (*s->at == '$' || *s->at == '`')
			return cb_error_set(s->err, -EINVAL,
				"'%c' needs a shell, and none is run: put it into ' quotes, or write sh -c "
				"'...'",
				*s->at);
		if (*s->at == '\\' && s->at[1] && strchr("$`\"\\", s->at[1]))
			s->at++;
		cb_text_add_char(&s->word, *s->at);
	}
	s->at++;
	return 0;
}

/* What stands behind a backslash in $'...': a letter, or up to three octal digits. */
static int take_escape(struct splitter *s)
{
	static const char letters[] = "abfnrtv\"'\\", meant[] = "\a\b\f\n\r\t\v\"'\\";
	const char *hit = *s->at ? strchr(letters, *s->at) : NULL;
	unsigned value = 0, digits = 0;

	if (hit) {
		cb_text_add_char(&s->word, meant[hit - letters]);
		s->at++;
		return 0;
	}
	for (; digits < 3 && *s->at >= '0' && *s->at <= '7'; digits++)
		value = value * 8 + (unsigned)(*s->at++ - '0');
	if (!digits || !value || value > 255)
		return cb_error_set(
			s->err, -EINVAL, "a $' quote has an escape that is not \\n, \\t, \\033 or the like");
	cb_text_add_char(&s->word, (char)value);
	return 0;
}

static int take_ansi(struct splitter *s)
{
	while (*s->at != '\'') {
		if (!*s->at)
			return unbalanced(s, '\'');
		if (*s->at == '\\') {
			s->at++;
			if (take_escape(s))
				return -EINVAL;
		} else {
			cb_text_add_char(&s->word, *s->at++);
		}
	}
	s->at++;
	return 0;
}

/* One quoted or unquoted piece of a word. */
static int take_piece(struct splitter *s)
{
	char c = *s->at++;

	if (c == '\'')
		return take_single(s);
	if (c == '"')
		return take_double(s);
	if (c == '$' && *s->at == '\'') {
		s->at++;
		return take_ansi(s);
	}
	if (strchr(NEED_SHELL, c))
		return cb_error_set(s->err, -EINVAL,
			"'%c' needs a shell, and none is run: put it into quotes, or write sh -c '...'", c);
	if (c == '\\') {
		if (!*s->at)
			return cb_error_set(s->err, -EINVAL, "it ends with a backslash");
		c = *s->at++;
	}
	cb_text_add_char(&s->word, c);
	return 0;
}

/* Ends the word in the making and appends it. */
static int push_word(struct splitter *s)
{
	char *word = cb_text_take(&s->word), **v;

	v = word ? reallocarray(s->words.v, s->words.n + 2, sizeof *v) : NULL;
	if (!v) {
		free(word);
		return cb_error_no_memory(s->err);
	}
	s->words.v = v;
	v[s->words.n++] = word;
	v[s->words.n] = NULL;
	return 0;
}

static int split(struct splitter *s)
{
	int r = 0;

	for (s->at += strspn(s->at, BLANKS); *s->at && !r; s->at += strspn(s->at, BLANKS)) {
		while (*s->at && !strchr(BLANKS, *s->at) && !r)
			r = take_piece(s);
		if (!r)
			r = push_word(s);
	}
	if (!r && (!s->words.n || !*s->words.v[0]))
		r = cb_error_set(s->err, -EINVAL, "it names no program");
	return r;
}

int cb_parse_command(const char *text, struct cb_words *ret, struct cb_error *err)
{
	struct cb_error why = { 0 };
	struct splitter s = { .at = text, .err = &why };
	char quoted[CB_QUOTE_SIZE];
	int r = split(&s);

	cb_text_release(&s.word);
	if (!r) {
		*ret = s.words;
		return 0;
	}
	cb_words_release(&s.words);
	return cb_error_set(err, r, "the command '%s': %s", cb_quote(text, quoted, sizeof quoted), why.text);
}

/* In $'...', by the escapes that cb_quote writes. */
static void add_escaped(struct cb_text *text, const char *word)
{
	size_t size = 4 * strlen(word) + 4;
	char *quoted = malloc(size);

	if (quoted)
		cb_text_add(text, "$'%s'", cb_quote(word, quoted, size));
	else
		text->no_memory = true;
	free(quoted);
}

static void add_word(struct cb_text *text, const char *word)
{
	if (!cb_is_plain(word)) {
		add_escaped(text, word);
		return;
	}
	if (*word && !word[strspn(word, PLAIN)]) {
		cb_text_add(text, "%s", word);
		return;
	}
	cb_text_add_char(text, '\'');
	for (; *word; word++)
		cb_text_add(text, *word == '\'' ? "'\\''" : "%c", *word);
	cb_text_add_char(text, '\'');
}

char *cb_format_command(const char *const *words)
{
	struct cb_text text = { 0 };

	for (size_t i = 0; words[i]; i++) {
		if (i)
			cb_text_add_char(&text, ' ');
		add_word(&text, words[i]);
	}
	return cb_text_take(&text);
}
