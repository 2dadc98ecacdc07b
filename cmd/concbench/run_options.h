/* The options of `run` and `plan`: what lib/plan takes, and what only the commands need. */
#ifndef CB_RUN_OPTIONS_H
#define CB_RUN_OPTIONS_H

#include "cmd/concbench/command_options.h"
#include "cmd/concbench/option.h"
#include "lib/plan/options.h"
#include "lib/plan/plugins.h"

enum cb_progress_kind { CB_PROGRESS_AUTO, CB_PROGRESS_BAR, CB_PROGRESS_PLAIN, CB_PROGRESS_NONE };

struct cb_run_cli {
	struct cb_run_options run;
	char *output;      /* file, "-" for stdout, NULL: not given */
	unsigned progress; /* enum cb_progress_kind */
	unsigned color;    /* enum cb_color */
	struct cb_words plugin_paths;
	struct cb_plugins plugins; /* those: run.registry */
	struct cb_command_options command;
	bool quiet, json;
	bool help; /* the manual was printed: there is nothing else to do */
};

/*
 * Parses and checks the options of command (argv[0]: "run" or "plan"), defaults filled in, or prints the
 * manual. Returns 0, or a negative errno after it has complained; ret is released in both cases by
 * cb_run_cli_release.
 */
int cb_run_cli_parse(struct cb_run_cli *ret, int argc, char **argv);
void cb_run_cli_release(struct cb_run_cli *cli);

#endif
