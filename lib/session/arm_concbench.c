/* concbench:PATH, another build's program. */
#include "lib/session/arm_kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int set(struct cb_arm *arm, const char *path)
{
	char *program = strdup(path), *subject = strdup(path);

	if (!program || !subject) {
		free(program);
		free(subject);
		return -ENOMEM;
	}
	free(arm->program);
	free(arm->subject);
	arm->program = program;
	arm->subject = subject;
	return 0;
}

static int open_arm(struct cb_arm *arm, const char *text, const char *self, struct cb_error *err)
{
	(void)self;
	if (!*text)
		return cb_error_set(err, -EINVAL, "names no program: concbench:PATH");
	return set(arm, text) ? cb_error_set(err, -ENOMEM, "out of memory") : 0;
}

static int move_arm(struct cb_arm *arm, const char *path, struct cb_error *err)
{
	return set(arm, path) ? cb_error_set(err, -ENOMEM, "out of memory") : 0;
}

const struct cb_arm_kind cb_arm_concbench = {
	.name = "concbench",
	.form = "concbench:PATH",
	.open = open_arm,
	.move = move_arm,
};
