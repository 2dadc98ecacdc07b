/*
 * The commands of concbench. Only the files of this folder print and pick exit statuses; everything they call
 * in lib/ returns errors instead.
 *
 * A command is a function and a row in main.c. It gets its own name as argv[0], prints what it has to say and
 * returns an exit status. Answers go to stdout; what is said to people (progress, warnings, errors) to
 * stderr.
 */
#ifndef CB_CMD_H
#define CB_CMD_H

#include "lib/base/base.h"

/* Where several apply, the first in this order counts: signal, 7, 5, 4, 1, 3, 6, 2, 0; but selftest has 1
 * before 4. */
enum cb_exit {
	CB_EXIT_OK = 0,
	CB_EXIT_REGRESSION = 1,
	CB_EXIT_USAGE = 2, /* or unreadable input; found before anything is measured */
	CB_EXIT_INCONCLUSIVE = 3,
	CB_EXIT_UNFIT = 4,    /* the environment */
	CB_EXIT_WORKLOAD = 5, /* error, crash, time-out, wrong digest */
	CB_EXIT_NOTHING = 6,  /* nothing was measured */
	CB_EXIT_UNSAVED = 7,  /* the result could not be saved */
	CB_EXIT_SIGNAL = 128, /* + the signal's number */
};

struct cb_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
	bool hidden; /* for programs: not in the list of commands */
};

int cb_cmd_run(int argc, char **argv);
int cb_cmd_list(int argc, char **argv);
int cb_cmd_plan(int argc, char **argv);
int cb_cmd_host(int argc, char **argv);
int cb_cmd_compare(int argc, char **argv);
int cb_cmd_analyze(int argc, char **argv);
int cb_cmd_demo(int argc, char **argv);
int cb_cmd_gate(int argc, char **argv);
int cb_cmd_selftest(int argc, char **argv);
int cb_cmd_sample(int argc, char **argv);

/* Prints "concbench: WHAT: WHY" on stderr. Control characters in either are shown as '?'. */
void cb_complain(const char *what, const char *why);
/* The same for an error of the library; returns CB_EXIT_USAGE, so that a command can return it. */
int cb_usage_error(const char *what, const struct cb_error *err);

#endif
