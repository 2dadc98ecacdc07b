/*
 * Reading numbers and texts of a JSON object. Missing keys and wrong types are remembered in *failed, as
 * writing does it (lib/result/json.h), and the first one is named. Used within lib/result only.
 */
#ifndef CB_RESULT_READ_JSON_H
#define CB_RESULT_READ_JSON_H

#include "lib/base/base.h"

struct cJSON;

/* An object that is read, and where its first error goes. Passed by value. */
struct cb_reader {
	const struct cJSON *object; /* NULL after an error: everything in it is missing, and not told again */
	struct cb_error *err;       /* never NULL; its code is set once something is wrong */
};

/* Children: an error where the key is missing or something else. A missing element of an array has no object.
 */
struct cb_reader cb_read_object(struct cb_reader in, const char *key);
const struct cJSON *cb_read_array(struct cb_reader in, const char *key);
bool cb_read_has(struct cb_reader in, const char *key);

uint64_t cb_read_u64(struct cb_reader in, const char *key, uint64_t min, uint64_t max); /* at most 2^53 */
/* Likewise; CB_NONE where the key is missing. */
uint64_t cb_read_u64_if(struct cb_reader in, const char *key);
double cb_read_double(struct cb_reader in, const char *key); /* NaN where the key is missing: no error */
uint64_t cb_read_word(struct cb_reader in, const char *key); /* "0x..." */
bool cb_read_bool(struct cb_reader in, const char *key);
const char *cb_read_text(struct cb_reader in, const char *key);    /* "" on errors; borrowed */
const char *cb_read_text_if(struct cb_reader in, const char *key); /* "" where it is missing */
/* A copy of the text. -ENOMEM goes into the error too. */
char *cb_read_copy(struct cb_reader in, const char *key);
/* The index of the text in words[0..n-1]; an error where it is none of them. */
unsigned cb_read_choice(struct cb_reader in, const char *key, const char *const *words, unsigned n);

#endif
