/*
 * What the commands that measure have in common: a stage, which is the host and the turn on it, and on it
 * runs, each from its options to its result. `run` has one, `demo` several after one another.
 *
 * Functions that return a status return 0 to go on, or an exit status, and have complained then. Both structs
 * are empty when zeroed but for the lock (CB_STAGE_EMPTY), and are released in any state. A run must not
 * move once it is planned: its result points into it.
 */
#ifndef CB_MEASURE_H
#define CB_MEASURE_H

#include "cmd/concbench/lock.h"
#include "cmd/concbench/progress.h"
#include "cmd/concbench/run_options.h"
#include "lib/session/session.h"

struct cb_stage {
	struct cb_host host;
	struct cb_lock lock;
	struct cb_supervisor *supervisor;
};

#define CB_STAGE_EMPTY              \
	{                           \
		.lock = {.fd = -1 } \
	}

/* Finds out what the host is. */
int cb_stage_load(struct cb_stage *stage);
/*
 * Takes the turn on the host, waiting for it or not; then signals are the supervisor's, which is made unless
 * it is there already. what: the command.
 */
int cb_stage_enter(struct cb_stage *stage, const char *what, bool wait, bool quiet);
void cb_stage_release(struct cb_stage *stage);

/* The path of this program; "" where it is not known. PATH_MAX bytes. */
void cb_self_path(char *ret);

struct cb_measured_run {
	struct cb_run_cli cli;
	int argc; /* the words it was made of, borrowed; for the result */
	char **argv;
	struct cb_plan plan;
	struct cb_result result;
	/* After each block; may be NULL. An error ends the run and is complained about. */
	int (*checkpoint)(void *arg, const struct cb_result *result, struct cb_error *err);
	void *arg;
	struct cb_progress_view view; /* private */
	int signal;                   /* that ended it; 0: none */
	bool save_failed;             /* the checkpoint did, and that was complained about */
	bool broken;                  /* the harness could not go on, and that was complained about */
};

/* Makes the plan from cli, which the caller has parsed. what: the command, for errors. */
int cb_measured_run_plan(struct cb_measured_run *run, const struct cb_stage *stage, const char *what);
/* Makes the empty result and the seed of the order. */
int cb_measured_run_prepare(struct cb_measured_run *run, const struct cb_stage *stage, const char *what);
/* Measures and shows progress as cli says. What happened is in signal, save_failed and broken. */
void cb_measured_run_go(struct cb_measured_run *run, const struct cb_stage *stage, const char *what);
void cb_measured_run_release(struct cb_measured_run *run);

#endif
