/*
 * A growable text. Zero-initialised is valid and empty:
 *
 *	struct cb_text t = { 0 };
 *	cb_text_add(&t, "%s=%u", name, value);
 *	return cb_text_take(&t);
 *
 * When memory runs out that is remembered and further additions do nothing, so that only the end needs a
 *check.
 */
#ifndef CB_BASE_TEXT_H
#define CB_BASE_TEXT_H

#include "lib/base/base.h"

struct cb_text {
	char *s;        /* NULL until something is added, then NUL-terminated */
	size_t n, cap;  /* bytes without the NUL; bytes allocated */
	bool no_memory; /* s lacks something */
};

/* Appends what printf would print. */
__attribute__((format(printf, 2, 3))) void cb_text_add(struct cb_text *text, const char *format, ...);
/* Appends one character. */
void cb_text_add_char(struct cb_text *text, char c);
/* Hands the text over to the caller, who frees it, and empties *text. "" when empty. NULL: no memory. */
char *cb_text_take(struct cb_text *text);
/* Frees and empties. NULL is fine. */
void cb_text_release(struct cb_text *text);

#endif
