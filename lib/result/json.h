/*
 * Building JSON with the rules of all our documents: integers exactly, doubles in the shortest text that
 * reads back as the same number, a missing number (CB_NONE, NaN, infinity) as an absent key, 64-bit words as
 * "0x..." strings, text as valid UTF-8 whatever bytes came in. Used within lib/result only.
 *
 * Memory may run out at any step: the first failure is kept in *failed, later steps do nothing, and the
 * caller looks once, at the end. A key NULL appends to an array.
 */
#ifndef CB_RESULT_JSON_H
#define CB_RESULT_JSON_H

#include "lib/base/base.h"

struct cJSON;

/* Where to add: an object or array, and where failure is noted. Passed by value. */
struct cb_json {
	struct cJSON *node; /* NULL after a failure */
	bool *failed;
};

/* A new document. *failed must live as long as the struct is used; the caller gives node to cJSON_Delete. */
struct cb_json cb_json_new(bool *failed);
/* Wraps an existing object, which stays the caller's. */
struct cb_json cb_json_wrap(struct cJSON *object, bool *failed);

struct cb_json cb_json_object(struct cb_json in, const char *key);
struct cb_json cb_json_array(struct cb_json in, const char *key);
/* Takes item, NULL is a failure. */
void cb_json_take(struct cb_json in, const char *key, struct cJSON *item);
void cb_json_u64(struct cb_json in, const char *key, uint64_t value);  /* CB_NONE: absent */
void cb_json_double(struct cb_json in, const char *key, double value); /* NaN, infinity: absent */
void cb_json_bool(struct cb_json in, const char *key, bool value);
void cb_json_word(struct cb_json in, const char *key, uint64_t value); /* "0x" and 16 digits */
void cb_json_text(struct cb_json in, const char *key, const char *text);
void cb_json_text_if(struct cb_json in, const char *key, const char *text); /* NULL, "": absent */

/* JSON text of a finite number. Returns buf. */
char *cb_json_format_double(double value, char buf[32]);
/* text with every byte that is not part of valid UTF-8 replaced by U+FFFD. Allocated; NULL: no memory. */
char *cb_json_utf8(const char *text);

/*
 * A long array of integers as one raw text instead of a node a number, which would cost 64 bytes each. add
 * appends v, or -1 for CB_NONE; finish puts it into the object and frees it.
 */
struct cb_json_numbers {
	char *text;
	size_t n, cap;
	bool failed;
};
void cb_json_numbers_add(struct cb_json_numbers *numbers, uint64_t v);
void cb_json_numbers_raw(struct cb_json_numbers *numbers, const char *element); /* any JSON text */
void cb_json_numbers_finish(struct cb_json_numbers *numbers, struct cb_json in, const char *key);

/* Writes node unformatted through put. Returns put's first negative errno, or -ENOMEM. */
int cb_json_print(const struct cJSON *node, int (*put)(void *arg, const char *text, size_t n), void *arg);
/* Likewise for the members of an object without its braces; nothing for an empty one. */
int cb_json_print_members(
	const struct cJSON *object, int (*put)(void *arg, const char *text, size_t n), void *arg);

/* Where a document goes that is written piece by piece, as one tree of it would be too large. */
struct cb_json_sink {
	int (*put)(void *arg, const char *text, size_t n);
	void *arg;
};
int cb_json_sink_text(const struct cb_json_sink *sink, const char *text);
/* `before`, then the object that add fills from what. Returns put's first negative errno, or -ENOMEM. */
int cb_json_sink_object(const struct cb_json_sink *sink, const char *before,
	void (*add)(struct cb_json in, const void *what), const void *what);

#endif
