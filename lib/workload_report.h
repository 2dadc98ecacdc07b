/*
 * What a program that is measured says of its own work: lines on descriptor 3 (environment variable
 *CONCBENCH_FD),
 *
 *	concbench: NAME=VALUE
 *
 * NAME is made of a-z 0-9 _, at most 31 of them. Of the name `digest` VALUE is a 64-bit word, decimal or 0x
 * hexadecimal; of others a decimal number of at least 0. A name said twice in one execution adds up. What is
 *no such line, a line without its end, names beyond the eighth and all behind the first 4096 bytes is
 *refused: counted, never an error. Like lib/workload.h it needs no symbol of the program.
 */
#ifndef CONCBENCH_WORKLOAD_REPORT_H
#define CONCBENCH_WORKLOAD_REPORT_H

#include <stdlib.h>

#include "workload.h"

#define CB_REPORT_BYTES  4096u /* of one execution that are looked at */
#define CB_REPORT_NAMES  8u
#define CB_REPORT_LENGTH 32u /* of a name with its end */
#define CB_REPORT_PREFIX "concbench: "

struct cb_report_count {
	char name[CB_REPORT_LENGTH];
	double sum;
};

/* Sums over executions; zeroed it is empty. */
struct cb_report {
	uint64_t digest;  /* modulo 2^64 */
	uint64_t digests; /* how many were reported */
	uint64_t refused; /* lines that were none */
	unsigned counts_n;
	struct cb_report_count counts[CB_REPORT_NAMES];
};

/* The count called name (n bytes), made when it is new; NULL: there is no room. */
static inline struct cb_report_count *cb_report_count(struct cb_report *r, const char *name, size_t n)
{
	for (unsigned i = 0; i < r->counts_n; i++)
		if (strlen(r->counts[i].name) == n && !memcmp(r->counts[i].name, name, n))
			return &r->counts[i];
	if (r->counts_n == CB_REPORT_NAMES)
		return NULL;
	memcpy(r->counts[r->counts_n].name, name, n);
	r->counts[r->counts_n].name[n] = '\0';
	r->counts[r->counts_n].sum = 0;
	return &r->counts[r->counts_n++];
}

static inline bool cb_report_digest(struct cb_report *r, const char *value)
{
	char *end;
	uint64_t word;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	word = strtoull(value, &end, value[0] == '0' && value[1] == 'x' ? 16 : 10);
	if (*end || errno)
		return false;
	r->digest += word;
	r->digests++;
	return true;
}

static inline bool cb_report_number(struct cb_report *r, const char *name, size_t n, const char *value)
{
	struct cb_report_count *count;
	char *end;
	double number;

	if (!*value || value[strspn(value, "0123456789.e+-")] || *value < '0' || *value > '9')
		return false;
	number = strtod(value, &end);
	if (*end || !(number <= 1e300))
		return false;
	count = cb_report_count(r, name, n);
	if (!count)
		return false;
	count->sum += number;
	return true;
}

/* One line without its end. */
static inline bool cb_report_line(struct cb_report *r, const char *line)
{
	size_t prefix = sizeof CB_REPORT_PREFIX - 1, n;

	if (strncmp(line, CB_REPORT_PREFIX, prefix) != 0)
		return false;
	line += prefix;
	n = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (!n || n >= CB_REPORT_LENGTH || line[n] != '=')
		return false;
	if (n == 6 && !memcmp(line, "digest", 6))
		return cb_report_digest(r, line + n + 1);
	return cb_report_number(r, line, n, line + n + 1);
}

/* Adds what one execution said: n bytes, which are changed; there is room for one more. */
static inline void cb_report_add(struct cb_report *r, char *text, size_t n)
{
	char *line = text, *end;

	text[n] = '\0';
	while ((end = memchr(line, '\n', n - (size_t)(line - text)))) {
		*end = '\0';
		if (strlen(line) != (size_t)(end - line) || !cb_report_line(r, line))
			r->refused++;
		line = end + 1;
	}
	r->refused += line < text + n;
}

/* Adds another's sums. */
static inline void cb_report_merge(struct cb_report *to, const struct cb_report *from)
{
	to->digest += from->digest;
	to->digests += from->digests;
	to->refused += from->refused;
	for (unsigned i = 0; i < from->counts_n; i++) {
		struct cb_report_count *count = cb_report_count(
			to, from->counts[i].name, strlen(from->counts[i].name));

		if (count)
			count->sum += from->counts[i].sum;
		else
			to->refused++;
	}
}

#endif
