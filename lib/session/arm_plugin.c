/* plugin:FILE.so: workloads of a shared object, measured by this program, whose children load it. */
#include "lib/session/arm_kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int set(struct cb_arm *arm, const char *path)
{
	struct cb_words options = { 0 };
	char *option = NULL, *subject = strdup(path);
	int r = subject && asprintf(&option, "--plugin=%s", path) >= 0 ? cb_words_add(&options, option)
								       : -ENOMEM;

	free(option);
	if (r) {
		free(subject);
		cb_words_release(&options);
		return r;
	}
	free(arm->subject);
	cb_words_release(&arm->options);
	arm->subject = subject;
	arm->options = options;
	return 0;
}

static int open_arm(struct cb_arm *arm, const char *text, const char *self, struct cb_error *err)
{
	if (!*text)
		return cb_error_set(err, -EINVAL, "names no file: plugin:FILE.so");
	arm->program = strdup(self);
	if (!arm->program || set(arm, text))
		return cb_error_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int move_arm(struct cb_arm *arm, const char *path, struct cb_error *err)
{
	return set(arm, path) ? cb_error_set(err, -ENOMEM, "out of memory") : 0;
}

const struct cb_arm_kind cb_arm_plugin = {
	.name = "plugin",
	.form = "plugin:FILE.so",
	.open = open_arm,
	.move = move_arm,
	.needs_workloads = true,
};
