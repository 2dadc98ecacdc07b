/*
 * cmd:PROGRAM ARGS: a command, measured by this program as its workload `command`. Both arms have that
 * workload, so what differs is its parameter `words`, which each arm puts in place of the other's.
 */
#include "lib/session/arm_kinds.h"

#include "lib/base/param.h"
#include "lib/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* command:words=..., as it is written on a command line. NULL: no memory. */
static char *specification(const char *words)
{
	struct cb_text text = { 0 };

	cb_text_add(&text, "command:words=");
	for (; *words; words++) {
		if (strchr(",:\\", *words))
			cb_text_add_char(&text, '\\');
		cb_text_add_char(&text, *words);
	}
	return cb_text_take(&text);
}

/* The arm's workload and parameter, from its words. */
static int set(struct cb_arm *arm, const struct cb_words *words)
{
	char *name = strdup("words"), *value = cb_format_command((const char *const *)words->v);
	char *operand = value ? specification(value) : NULL;
	struct cb_words operands = { 0 };

	if (!name || !operand || cb_words_add(&operands, operand)) {
		free(name);
		free(value);
		free(operand);
		cb_words_release(&operands);
		return -ENOMEM;
	}
	free(operand);
	free(arm->param.name);
	free(arm->param.value);
	cb_words_release(&arm->operands);
	arm->param.name = name;
	arm->param.value = value;
	arm->operands = operands;
	return 0;
}

static int open_arm(struct cb_arm *arm, const char *text, const char *self, struct cb_error *err)
{
	struct cb_file program;
	struct cb_words words;
	int r;

	if (!*text)
		return cb_error_set(err, -EINVAL, "names no program: cmd:PROGRAM ARGS");
	r = cb_parse_command(text, &words, err);
	if (r)
		return r;
	r = cb_program_find(words.v[0], &program, err);
	if (r) {
		cb_words_release(&words);
		return r;
	}
	arm->program = strdup(self);
	arm->subject = strdup(program.path);
	r = arm->program && arm->subject ? set(arm, &words) : -ENOMEM;
	cb_words_release(&words);
	return r ? cb_error_set(err, r, "out of memory") : 0;
}

/* The first word becomes the path. */
static int move_arm(struct cb_arm *arm, const char *path, struct cb_error *err)
{
	char *subject = strdup(path), *first = strdup(path);
	struct cb_words words = { 0 };
	int r = subject && first ? cb_parse_command(arm->param.value, &words, err) : -ENOMEM;

	if (!r) {
		free(words.v[0]);
		words.v[0] = first;
		first = NULL;
		r = set(arm, &words);
	}
	cb_words_release(&words);
	free(first);
	if (r) {
		free(subject);
		return cb_error_set(err, r, "out of memory");
	}
	free(arm->subject);
	arm->subject = subject;
	return 0;
}

const struct cb_arm_kind cb_arm_command = {
	.name = "cmd",
	.form = "cmd:PROGRAM ARGS",
	.open = open_arm,
	.move = move_arm,
	.names_differ = true,
};
