/*
 * Numbers, sizes, durations, lists and workload specifications as users write them. Pure. Every function
 * returns 0, or -EINVAL / -ERANGE with a reason in *err that quotes the offending text (escaped, at most 40
 * characters of it); outputs are untouched on failure. The whole text must be consumed: junk is an error.
 * Those that allocate may also return -ENOMEM. Reasons are sentences without the option's name: the caller
 * prefixes it.
 */
#ifndef CB_BASE_PARSE_H
#define CB_BASE_PARSE_H

#include "lib/base/base.h"

/* Decimal digits only: no sign, no blanks, no hex. */
int cb_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret, struct cb_error *err);
/* Finite decimal number (sign, fraction, exponent); a trailing '%' is dropped when percent is true. */
int cb_parse_double(
	const char *text, double min, double max, bool percent, double *ret, struct cb_error *err);
/* Bytes: an integer with optional B, KiB, MiB, GiB, TiB. KB and the like are refused with a hint. */
int cb_parse_size(const char *text, uint64_t *ret_bytes, struct cb_error *err);
/*
 * Nanoseconds: a number, fraction allowed, with ns, us, ms, s or m. The unit is required except for 0. Exact:
 * what is finer than a nanosecond is -ERANGE, never rounded.
 */
int cb_parse_duration(const char *text, uint64_t *ret_ns, struct cb_error *err);
/* 64-bit word, decimal or 0x hex: seeds. */
int cb_parse_word(const char *text, uint64_t *ret, struct cb_error *err);

#define CB_NUMBERS_MAX 4096 /* most numbers in a list */

/*
 * A list of unsigned numbers: "1,2,4", "1..8", "1..all", "all", "1..64,step=4" (each range in steps of 4, and
 * its last number). `all` stands for the given number. A number written twice is an error; one that merely
 * coincides with an item made of `all` is taken once, so that "1,2,all" means the same on every host.
 */
struct cb_numbers {
	unsigned *v; /* in the order given, no number twice */
	size_t n;
	bool *swept; /* [n] v[i] is inside a range with `all` and no step was given: a sweep may leave it out;
			part of v's memory */
};
int cb_parse_numbers(const char *text, unsigned min, unsigned max, unsigned all, struct cb_numbers *ret,
	struct cb_error *err);
void cb_numbers_release(struct cb_numbers *numbers);

/* A comma list of words; `\` escapes `,` `:` and `\`. Empty lists and empty items are errors. */
struct cb_words {
	char **v; /* NULL-terminated, unescaped, owned */
	size_t n;
};
int cb_parse_words(const char *text, struct cb_words *ret, struct cb_error *err);
void cb_words_release(struct cb_words *words);

#define CB_SPEC_PAIRS_MAX 64

/* WORKLOAD[:name=value,...]; both names are [a-z0-9_]+, no name twice; values unescaped, may be empty. */
struct cb_spec {
	char *workload;
	struct cb_spec_pair {
		char *name, *value;
	} * pairs;
	size_t n;
};
int cb_parse_spec(const char *text, struct cb_spec *ret, struct cb_error *err);
void cb_spec_release(struct cb_spec *spec);

/*
 * The words of a command as a shell splits them: blanks, '...', "...", $'...' and backslashes. What needs a
 * shell (unquoted | & ; < > ( ) $ ` * ?) is refused. At least one word, the first of them not empty.
 */
int cb_parse_command(const char *text, struct cb_words *ret, struct cb_error *err);
/*
 * The NULL-terminated words as one line that cb_parse_command, and a shell, splits into the same; printable
 * UTF-8 whatever is in them. A word with a brace is always in quotes. Allocated; NULL: no memory.
 */
char *cb_format_command(const char *const *words);

/* name=value with a non-empty name of [A-Za-z0-9_.-], any value; both owned by the caller. For --label and
 * --scan. */
int cb_parse_pair(const char *text, char **ret_name, char **ret_value, struct cb_error *err);

/*
 * The word of the NULL-terminated list that is nearest to text, upper and lower case alike
 * (Damerau-Levenshtein distance, optimal string alignment, at most max(2, length/3) and below the longer
 * one's length: something must be left in common), the first of equals, or NULL. Before one that is two and
 * more edits away comes the first that text, of two letters at least, is the beginning of.
 */
const char *cb_nearest(const char *text, const char *const *words);

/*
 * Writes value as a whole number of the largest unit that divides it: "64KiB", "1000B", "1500us", "10ms";
 * zero is "0B" and "0ns". What is written parses back to the same value. buf holds at least 32 bytes. Returns
 * buf.
 */
char *cb_format_size(uint64_t bytes, char *buf);
char *cb_format_duration(uint64_t ns, char *buf);

#define CB_QUOTE_SIZE 41 /* of a buffer for at most 40 characters */

/*
 * text with control characters, quotes, backslashes and bytes that are not UTF-8 escaped C-style, at most
 * size - 1 bytes of it and "..." when cut (never within an escape or a character). size is at least 4.
 * Returns buf.
 */
char *cb_quote(const char *text, char *buf, size_t size);
/* Whether text is UTF-8 without control characters. */
bool cb_is_plain(const char *text);
/* Makes it so in place: each byte that is not becomes '?'. For sentences of others. Returns text. */
char *cb_tame(char *text);

#endif
