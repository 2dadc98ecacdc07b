#include "lib/base/text.h"

#include <stdlib.h>

/* Makes room for bytes more and the NUL. Returns false, and remembers, when there is none. */
static bool make_room(struct cb_text *text, size_t bytes)
{
	size_t need, cap = text->cap ? text->cap : 64;
	char *s;

	if (text->no_memory || __builtin_add_overflow(text->n, bytes, &need) || need > SIZE_MAX / 2) {
		text->no_memory = true;
		return false;
	}
	if (need < text->cap)
		return true;
	while (cap <= need)
		cap *= 2;
	s = realloc(text->s, cap);
	if (!s) {
		text->no_memory = true;
		return false;
	}
	text->s = s;
	text->cap = cap;
	return true;
}

void cb_text_add(struct cb_text *text, const char *format, ...)
{
	va_list args;
	int bytes;

	va_start(args, format);
	bytes = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (bytes < 0 || !make_room(text, (size_t)bytes)) {
		text->no_memory = true;
		return;
	}
	va_start(args, format);
	vsnprintf(text->s + text->n, (size_t)bytes + 1, format, args);
	va_end(args);
	text->n += (size_t)bytes;
}

void cb_text_add_char(struct cb_text *text, char c)
{
	if (!make_room(text, 1))
		return;
	text->s[text->n++] = c;
	text->s[text->n] = '\0';
}

char *cb_text_take(struct cb_text *text)
{
	char *s;

	cb_text_add(text, "%s", "");
	s = text->no_memory ? NULL : text->s;
	if (s)
		text->s = NULL;
	cb_text_release(text);
	return s;
}

void cb_text_release(struct cb_text *text)
{
	if (!text)
		return;
	free(text->s);
	*text = (struct cb_text){ NULL, 0, 0, false };
}
