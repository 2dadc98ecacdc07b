/*
 * Command-line options as tables: a row is parser, default and help of one option at once, so that none of
 * the three can disagree with the others. Defaults are text that goes through the option's own parser.
 *
 * Written as --name=value or --name value; "--" ends the options, and begins the command of those that
 * measure one; -h is the only short one. Giving an option twice is an error unless its row says otherwise.
 */
#ifndef CB_OPTION_H
#define CB_OPTION_H

#include "lib/base/parse.h"

struct cb_option {
	const char *heading; /* of the options from this one on in the help; NULL: no new heading */
	const char *name;    /* without "--"; NULL ends the table */
	const char *only;    /* the one command that has it; NULL: all that share the table */
	const char *arg;     /* the value as the help calls it; NULL: a flag, its field is a bool */
	const char *def;     /* default, as it would be written; NULL: the field stays zero */
	const char *quick;   /* default under --quick; NULL: the same */
	const char *help;    /* sentence fragments; must name the unit of numbers */
	size_t offset;       /* of the field that parse fills */
	int (*parse)(const struct cb_option *o, void *field, const char *text, struct cb_error *err);
	const char *const *words; /* for cb_option_choice */
	uint64_t min, max;        /* for numbers and durations; both 0: whatever the field holds */
	bool repeatable;
};

/* What a command takes, and what was found. */
struct cb_options {
	const struct cb_option *rows; /* at most 64 */
	const char *command;
	const char *usage; /* what stands behind the command: "[OPTION]... [WORKLOAD[:NAME=VALUE,...]]..." */
	const char *summary; /* for the help: sentences */
	bool takes_command;  /* what stands behind "--" is a command to be measured */
	const char *notes;   /* after the options, or NULL; lines as they are printed */
};

struct cb_arguments {
	uint64_t given;  /* bits by row: options that the user wrote */
	char **operands; /* NULL-terminated, pointing into argv */
	int operands_n;
	char **command; /* NULL-terminated, pointing into argv: behind "--"; NULL: there was none */
	bool help;      /* --help or -h was met: nothing else is valid then */
	char what[64];  /* on errors: what they are about, for cb_complain */
};

/*
 * Parses argv[1..argc-1] into fields at `into` + offset. Fields must be zeroed. Defaults are not set here.
 * Returns 0 or -EINVAL/-ERANGE/-ENOMEM with ret->what and *err filled; values parsed so far remain in `into`
 * for its owner to release. ret->operands is released by cb_arguments_release.
 */
int cb_options_parse(const struct cb_options *options, int argc, char **argv, void *into,
	struct cb_arguments *ret, struct cb_error *err);
/* Sets the fields of options that were not given to their defaults, those of --quick when quick is true. */
int cb_options_defaults(const struct cb_options *options, void *into, bool quick, struct cb_arguments *args,
	struct cb_error *err);
void cb_arguments_release(struct cb_arguments *args);
/* Whether the user wrote the option called name (which must exist). */
bool cb_options_given(const struct cb_options *options, const struct cb_arguments *args, const char *name);
/* Prints the manual of the command. */
void cb_options_help(const struct cb_options *options, FILE *out);

/* Parsers for rows. The field's type is behind the arrow. */
int cb_option_string(
	const struct cb_option *o, void *field, const char *text, struct cb_error *err); /* char * */
int cb_option_choice(
	const struct cb_option *o, void *field, const char *text, struct cb_error *err); /* unsigned */
int cb_option_u64(
	const struct cb_option *o, void *field, const char *text, struct cb_error *err); /* uint64_t */
int cb_option_unsigned(
	const struct cb_option *o, void *field, const char *text, struct cb_error *err); /* unsigned */
int cb_option_duration(
	const struct cb_option *o, void *field, const char *text, struct cb_error *err); /* uint64_t */

#endif
