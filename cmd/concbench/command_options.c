#include "cmd/concbench/command_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/base/text.h"

/* name=value, escaped; nothing for NULL. */
static void add(struct cb_text *text, const char *name, const char *value)
{
	if (!value)
		return;
	cb_text_add(text, "%s=", name);
	for (; *value; value++)
		cb_text_add(text, strchr(",:\\", *value) ? "\\%c" : "%c", *value);
}

static int no_command(const struct cb_command_options *o, struct cb_error *err)
{
	if (o->input || o->output || o->prepare || o->cleanup || o->ignore_status)
		return cb_error_set(err, -EINVAL,
			"--input, --command-output, --ignore-status, --prepare and --cleanup are for a "
			"command: "
			"write it behind --");
	return 0;
}

int cb_command_specification(
	const struct cb_command_options *o, char *const *words, char **ret, struct cb_error *err)
{
	struct cb_text text = { 0 };
	char *line;

	if (!words)
		return no_command(o, err);
	if (!words[0] || !*words[0])
		return cb_error_set(
			err, -EINVAL, "no command stands behind it: write -- COMMAND ARGUMENT...");
	line = cb_format_command((const char *const *)words);
	add(&text, "command:words", line);
	add(&text, ",input", o->input);
	add(&text, ",output", o->output);
	add(&text, ",prepare", o->prepare);
	add(&text, ",cleanup", o->cleanup);
	add(&text, ",ignore_status", o->ignore_status ? "yes" : NULL);
	*ret = line ? cb_text_take(&text) : NULL;
	cb_text_release(&text);
	free(line);
	return *ret ? 0 : cb_error_set(err, -ENOMEM, "out of memory");
}

void cb_command_options_release(struct cb_command_options *options)
{
	free(options->input);
	free(options->output);
	free(options->prepare);
	free(options->cleanup);
	*options = (struct cb_command_options){ 0 };
}
