/*
 * Foreign text made fit for an error message: what users typed may hold control characters that would drive
 * their terminal, or bytes that would make the JSON invalid.
 */
#include "lib/base/parse.h"

#include <assert.h>
#include <string.h>

#define ESCAPED_MAX 4 /* bytes of the longest escape and of the longest UTF-8 character */

/* Well-formed UTF-8 of two and more bytes (Unicode, table 3-7), without U+0080..U+009F, which are controls.
 */
static const struct utf8 {
	unsigned char first_min, first_max, second_min, second_max;
	unsigned bytes;
} utf8[] = {
	{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },
	{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Bytes of the multi-byte character at s, 0: s is not at one. */
static unsigned utf8_bytes(const unsigned char *s)
{
	for (size_t i = 0; i < CB_COUNT(utf8); i++) {
		const struct utf8 *u = &utf8[i];
		unsigned n = 2;

		if (s[0] < u->first_min || s[0] > u->first_max)
			continue;
		if (s[1] < u->second_min || s[1] > u->second_max)
			continue;
		while (n < u->bytes && (s[n] & 0xc0) == 0x80)
			n++;
		return n == u->bytes ? n : 0;
	}
	return 0;
}

/* Octal, not hexadecimal: a hexadecimal escape would swallow digits that follow it. */
static size_t escape_octal(unsigned char c, char out[ESCAPED_MAX])
{
	out[0] = '\\';
	out[1] = (char)('0' + (c >> 6));
	out[2] = (char)('0' + ((c >> 3) & 7));
	out[3] = (char)('0' + (c & 7));
	return 4;
}

/* The character at *text, escaped, without an end; *text moves behind it. Returns the bytes written. */
static size_t escape_one(const char **text, char out[ESCAPED_MAX])
{
	static const char plain[] = "\a\b\f\n\r\t\v\"'\\", letter[] = "abfnrtv\"'\\";
	const unsigned char *s = (const unsigned char *)*text;
	const char *hit = strchr(plain, *s);
	unsigned n = utf8_bytes(s);

	*text += n ? n : 1;
	if (n) {
		memcpy(out, s, n);
		return n;
	}
	if (hit) {
		out[0] = '\\';
		out[1] = letter[hit - plain];
		return 2;
	}
	if (*s < 0x20 || *s >= 0x7f)
		return escape_octal(*s, out);
	out[0] = (char)*s;
	return 1;
}

char *cb_quote(const char *text, char *buf, size_t size)
{
	size_t n = 0, cut = 0; /* bytes written; the last place where "..." and the end still fit */

	assert(size >= sizeof "...");
	while (*text) {
		char one[ESCAPED_MAX];
		size_t bytes = escape_one(&text, one);

		if (n <= size - sizeof "...")
			cut = n;
		if (n + bytes >= size) {
			memcpy(buf + cut, "...", sizeof "...");
			return buf;
		}
		memcpy(buf + n, one, bytes);
		n += bytes;
	}
	buf[n] = '\0';
	return buf;
}

/* Bytes of the printable character at s; 0: it is a control, or no UTF-8. */
static unsigned plain_bytes(const unsigned char *s)
{
	return *s >= 0x20 && *s < 0x7f ? 1 : utf8_bytes(s);
}

bool cb_is_plain(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		unsigned n = plain_bytes(s);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

char *cb_tame(char *text)
{
	for (unsigned char *s = (unsigned char *)text; *s;) {
		unsigned n = plain_bytes(s);

		if (!n)
			*s = '?';
		s += n ? n : 1;
	}
	return text;
}
