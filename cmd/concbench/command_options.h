/* The command behind "--": how its words and options become a specification of the workload `command`. */
#ifndef CB_COMMAND_OPTIONS_H
#define CB_COMMAND_OPTIONS_H

#include "lib/base/base.h"

struct cb_command_options {
	char *input, *output;    /* NULL: not given */
	char *prepare, *cleanup; /* canonical text; NULL: not given */
	bool ignore_status;
};

/*
 * words: what stands behind "--", NULL-terminated; NULL: there is no "--", and *ret stays NULL. *ret is
 * quoted as cb_scan_expand takes it, and the caller's. -EINVAL: no word, or options without a command;
 * -ENOMEM.
 */
int cb_command_specification(
	const struct cb_command_options *options, char *const *words, char **ret, struct cb_error *err);
void cb_command_options_release(struct cb_command_options *options);

#endif
