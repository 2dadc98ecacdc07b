#include "cmd/concbench/option.h"

#include "cmd/concbench/human.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64
#define HELP_INDENT 25
#define HELP_WIDTH  96

/* Whether the command has the option of row o. */
static bool has(const struct cb_options *options, const struct cb_option *o)
{
	return !o->only || !strcmp(o->only, options->command);
}

/* The row called name (n bytes of it), or NULL. */
static const struct cb_option *find(const struct cb_options *options, const char *name, size_t n)
{
	for (const struct cb_option *o = options->rows; o->name; o++)
		if (has(options, o) && strlen(o->name) == n && !memcmp(o->name, name, n))
			return o;
	return NULL;
}

static int unknown_option(const struct cb_options *options, const char *name, struct cb_error *err)
{
	const char *words[OPTIONS_MAX + 2] = { "help" };
	size_t n = 1;
	const char *nearest;

	for (const struct cb_option *o = options->rows; o->name && n <= OPTIONS_MAX; o++)
		if (has(options, o))
			words[n++] = o->name;
	words[n] = NULL;
	nearest = cb_nearest(name, words);
	if (nearest)
		return cb_error_set(err, -EINVAL, "there is no such option; did you mean --%s?", nearest);
	return cb_error_set(
		err, -EINVAL, "there is no such option; see concbench %s --help", options->command);
}

/* One option, whose text after "--" is word; *ret_used says whether next was its value. */
static int parse_option(const struct cb_options *options, const char *word, const char *next, void *into,
	struct cb_arguments *args, bool *ret_used, struct cb_error *err)
{
	size_t n = strcspn(word, "=");
	const char *value = word[n] ? word + n + 1 : NULL;
	const struct cb_option *o = find(options, word, n);
	uint64_t bit;

	snprintf(args->what, sizeof args->what, "--%.*s", (int)(n < 40 ? n : 40), word);
	if (!o) {
		char name[48];

		snprintf(name, sizeof name, "%.*s", (int)(n < 40 ? n : 40), word);
		return unknown_option(options, name, err);
	}
	bit = UINT64_C(1) << (o - options->rows);
	if ((args->given & bit) && !o->repeatable)
		return cb_error_set(err, -EINVAL, "given twice%s",
			o->arg && strstr(o->arg, "LIST") ? "; put all values into one list" : "");
	args->given |= bit;
	if (!o->arg) {
		if (value)
			return cb_error_set(err, -EINVAL, "takes no value");
		*(bool *)((char *)into + o->offset) = true;
		return 0;
	}
	if (!value) {
		value = next;
		*ret_used = true;
	}
	if (!value)
		return cb_error_set(err, -EINVAL, "needs a value: --%s=%s", o->name, o->arg);
	return o->parse(o, (char *)into + o->offset, value, err);
}

int cb_options_parse(const struct cb_options *options, int argc, char **argv, void *into,
	struct cb_arguments *ret, struct cb_error *err)
{
	bool only_operands = false;

	*ret = (struct cb_arguments){ .operands = calloc((size_t)argc + 1, sizeof(char *)) };
	snprintf(ret->what, sizeof ret->what, "%s", argv[0]);
	if (!ret->operands)
		return cb_error_set(err, -ENOMEM, "out of memory");
	for (int i = 1; i < argc; i++) {
		bool used = false;
		int r;

		if (only_operands || argv[i][0] != '-' || !argv[i][1]) {
			ret->operands[ret->operands_n++] = argv[i];
			continue;
		}
		if (!strcmp(argv[i], "--") && options->takes_command) {
			ret->command = argv + i + 1;
			return 0;
		}
		if (!strcmp(argv[i], "--")) {
			only_operands = true;
			continue;
		}
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			ret->help = true;
			return 0;
		}
		if (argv[i][1] != '-') {
			snprintf(ret->what, sizeof ret->what, "%.40s", argv[i]);
			return cb_error_set(err, -EINVAL, "there are no short options but -h");
		}
		r = parse_option(options, argv[i] + 2, argv[i + 1], into, ret, &used, err);
		if (r < 0)
			return r;
		i += used;
	}
	return 0;
}

int cb_options_defaults(const struct cb_options *options, void *into, bool quick, struct cb_arguments *args,
	struct cb_error *err)
{
	for (const struct cb_option *o = options->rows; o->name; o++) {
		const char *text = quick && o->quick ? o->quick : o->def;
		int r;

		if (!text || !o->arg || (args->given & (UINT64_C(1) << (o - options->rows))))
			continue;
		snprintf(args->what, sizeof args->what, "--%s", o->name);
		r = o->parse(o, (char *)into + o->offset, text, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void cb_arguments_release(struct cb_arguments *args)
{
	free(args->operands);
	*args = (struct cb_arguments){ 0 };
}

bool cb_options_given(const struct cb_options *options, const struct cb_arguments *args, const char *name)
{
	const struct cb_option *o = find(options, name, strlen(name));

	return o && (args->given & (UINT64_C(1) << (o - options->rows)));
}

static void help_row(const struct cb_option *o, FILE *out)
{
	char head[96], text[1024];
	const char *mark = o->def ? o->def : "";

	snprintf(head, sizeof head, "  --%s%s%s", o->name, o->arg ? "=" : "", o->arg ? o->arg : "");
	snprintf(text, sizeof text, "%s%s%s%s%s%s%s", o->help, *mark ? " [" : "", mark,
		o->quick ? "; with --quick " : "", o->quick ? o->quick : "", *mark ? "]" : "",
		o->repeatable ? " (may be given again)" : "");
	fputs(head, out);
	if (strlen(head) + 2 > HELP_INDENT)
		fprintf(out, "\n%*s", HELP_INDENT, "");
	else
		fprintf(out, "%*s", (int)(HELP_INDENT - strlen(head)), "");
	cb_wrap(out, text, HELP_INDENT, HELP_WIDTH);
}

void cb_options_help(const struct cb_options *options, FILE *out)
{
	fprintf(out, "Usage: concbench %s %s\n\n", options->command, options->usage);
	cb_wrap(out, options->summary, 0, HELP_WIDTH);
	for (const struct cb_option *o = options->rows; o->name; o++) {
		if (o->heading)
			fprintf(out, "\n%s:\n", o->heading);
		if (has(options, o))
			help_row(o, out);
	}
	fprintf(out, "  -h, --help%*sthis text\n", HELP_INDENT - 12, "");
	if (options->notes)
		fprintf(out, "\n%s", options->notes);
}

int cb_option_string(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	char *copy;

	if (!*text)
		return cb_error_set(err, -EINVAL, "is empty: write --%s=%s", o->name, o->arg);
	copy = strdup(text);
	if (!copy)
		return cb_error_set(err, -ENOMEM, "out of memory");
	*(char **)field = copy;
	return 0;
}

int cb_option_choice(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	char quoted[64];

	for (unsigned i = 0; o->words[i]; i++)
		if (!strcmp(o->words[i], text)) {
			*(unsigned *)field = i;
			return 0;
		}
	return cb_error_set(
		err, -EINVAL, "'%s' is not one of %s", cb_quote(text, quoted, sizeof quoted), o->arg);
}

int cb_option_u64(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	return cb_parse_u64(text, o->min, o->max ? o->max : UINT64_MAX, field, err);
}

int cb_option_unsigned(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	uint64_t value;
	int r = cb_parse_u64(text, o->min, o->max ? o->max : UINT_MAX, &value, err);

	if (!r)
		*(unsigned *)field = (unsigned)value;
	return r;
}

int cb_option_duration(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	char min[32], max[32], quoted[64];
	uint64_t value;
	int r = cb_parse_duration(text, &value, err);

	if (r < 0)
		return r;
	if (value < o->min || (o->max && value > o->max))
		return cb_error_set(err, -ERANGE, "'%s' is out of range: %s to %s",
			cb_quote(text, quoted, sizeof quoted), o->min ? cb_format_duration(o->min, min) : "0",
			cb_format_duration(o->max, max));
	*(uint64_t *)field = value;
	return 0;
}
