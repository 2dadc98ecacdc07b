#include "lib/plan/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/plan/plan.h"

/* What is known of a scan while specifications are expanded. */
struct turn {
	const struct cb_scan *scan;
	size_t value; /* the one in turn */
	bool here;    /* named by the specification in turn */
	bool used;    /* named by any */
};

struct expander {
	struct turn *turns;
	size_t n;
	bool command; /* what is expanded is a command: quotes count, braces may be its own */
	struct cb_words words;
};

static int no_memory(struct cb_error *err)
{
	return cb_error_set(err, -ENOMEM, "no memory left for the plan");
}

/* The scan whose {name} stands at `at`, or NULL. *ret_length is the length with the braces. */
static struct turn *turn_at(const struct expander *e, const char *at, size_t *ret_length)
{
	for (size_t i = 0; i < e->n; i++) {
		const char *name = e->turns[i].scan->name;
		size_t n = strlen(name);

		if (!strncmp(at + 1, name, n) && at[1 + n] == '}') {
			*ret_length = n + 2;
			return &e->turns[i];
		}
	}
	return NULL;
}

/* Finds the scans that spec names. */
static int find_turns(struct expander *e, const char *spec, struct cb_error *err)
{
	size_t length;

	for (size_t i = 0; i < e->n; i++) {
		e->turns[i].here = false;
		e->turns[i].value = 0;
	}
	for (const char *at = strchr(spec, '{'); at; at = strchr(at + length, '{')) {
		struct turn *turn = turn_at(e, at, &length);
		char quoted[64], where[64];

		if (!turn && e->command) {
			length = 1;
			continue;
		}
		if (!turn)
			return cb_error_set(err, -EINVAL,
				"'%s' in '%s' names no --scan: write --scan NAME=VALUE,... and {NAME}",
				cb_quote(at, quoted, sizeof quoted), cb_quote(spec, where, sizeof where));
		turn->here = turn->used = true;
	}
	return 0;
}

/* Which quotes of a command an insertion lies in. */
enum quotes { NONE, SINGLE, ANSI };

/* The character escaped for its quotes, then as in any specification. */
static void add_char(struct cb_text *text, char c, enum quotes quotes)
{
	if (c == '\'' && quotes != NONE)
		cb_text_add(text, quotes == SINGLE ? "'\\\\''" : "\\\\'");
	else if (c == '\\' && quotes == ANSI)
		cb_text_add(text, "\\\\\\\\");
	else
		cb_text_add(text, strchr(",:\\", c) ? "\\%c" : "%c", c);
}

static void add_value(struct cb_text *text, const char *value, enum quotes quotes)
{
	for (; *value; value++)
		add_char(text, *value, quotes);
}

/* The quotes behind the text at `at`; *ret_length is how much of it must be copied as one. */
static enum quotes follow(const char *start, const char *at, enum quotes quotes, size_t *ret_length)
{
	if (quotes == ANSI && !strncmp(at, "\\\\", 2) && at[2]) {
		*ret_length = 3; /* an escape */
		return quotes;
	}
	if (*at != '\'')
		return quotes;
	if (quotes != NONE)
		return NONE;
	return at > start && at[-1] == '$' ? ANSI : SINGLE;
}

/* spec with the values in turn, or NULL without memory. */
static char *substitute(const struct expander *e, const char *spec)
{
	struct cb_text text = { 0 };
	enum quotes quotes = NONE;
	size_t length;

	for (const char *at = spec; *at; at += length) {
		const struct turn *turn = *at == '{' ? turn_at(e, at, &length) : NULL;

		if (turn) {
			add_value(&text, turn->scan->values.v[turn->value], quotes);
			continue;
		}
		length = 1;
		if (e->command)
			quotes = follow(spec, at, quotes, &length);
		cb_text_add(&text, "%.*s", (int)length, at);
	}
	return cb_text_take(&text);
}

/* Turns on to the next combination, like an odometer. False after the last one. */
static bool next_turn(struct expander *e)
{
	for (size_t i = e->n; i-- > 0;) {
		struct turn *turn = &e->turns[i];

		if (!turn->here)
			continue;
		if (++turn->value < turn->scan->values.n)
			return true;
		turn->value = 0;
	}
	return false;
}

/* Appends text, which becomes the list's; NULL is no memory. */
static int append(struct cb_words *words, char *text, struct cb_error *err)
{
	char **v = text ? realloc(words->v, (words->n + 2) * sizeof *v) : NULL;

	if (!v) {
		free(text);
		return no_memory(err);
	}
	words->v = v;
	v[words->n++] = text;
	v[words->n] = NULL;
	return 0;
}

static int expand_one(struct expander *e, const char *spec, struct cb_error *err)
{
	int r = e->n ? find_turns(e, spec, err) : 0;

	if (r)
		return r;
	do {
		if (e->words.n == CB_CELLS_MAX)
			return cb_error_set(err, -ERANGE,
				"--scan makes more than %u workloads: give fewer values", CB_CELLS_MAX);
		r = append(&e->words, substitute(e, spec), err);
	} while (!r && next_turn(e));
	return r;
}

static int check_names(const struct cb_scan *scans, size_t n, struct cb_error *err)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(scans[i].name, scans[j].name))
				return cb_error_set(err, -EINVAL,
					"--scan %s is given twice: list all its values at once",
					scans[i].name);
	return 0;
}

static int check_used(const struct expander *e, struct cb_error *err)
{
	for (size_t i = 0; i < e->n; i++)
		if (!e->turns[i].used)
			return cb_error_set(err, -EINVAL,
				"--scan %s is used by no workload: write {%s} where its values belong",
				e->turns[i].scan->name, e->turns[i].scan->name);
	return 0;
}

int cb_scan_expand(const char *const *specs, const char *command, const struct cb_scan *scans, size_t scans_n,
	struct cb_words *ret, struct cb_error *err)
{
	struct expander e = { .n = scans_n };
	int r = check_names(scans, scans_n, err);

	if (r)
		return r;
	e.turns = calloc(scans_n + 1, sizeof *e.turns);
	if (!e.turns)
		return no_memory(err);
	for (size_t i = 0; i < scans_n; i++)
		e.turns[i].scan = &scans[i];
	for (; *specs && !r; specs++)
		r = expand_one(&e, *specs, err);
	e.command = true;
	if (!r && command)
		r = expand_one(&e, command, err);
	if (!r)
		r = check_used(&e, err);
	free(e.turns);
	if (r)
		cb_words_release(&e.words);
	else
		*ret = e.words;
	return r;
}
