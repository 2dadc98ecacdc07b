/* The runs of `demo` whose harness is killed: see lib/exec/killed.h. */
#ifndef CB_DEMO_KILLED_H
#define CB_DEMO_KILLED_H

#include "cmd/concbench/measure.h"
#include "lib/result/killed_run.h"

/* " & sleep 2; kill -KILL $!": what a shell needs behind the command to do the same. */
extern const char cb_demo_killed_suffix[];

/* Nanoseconds that all rounds will take. */
uint64_t cb_demo_killed_expected_ns(void);

/*
 * Kills the harness of a planned run of one cell, CB_KILLED_ROUNDS times. Returns 0 with *ret, which has
 * fewer rounds and a reason where that could not be done, or CB_EXIT_SIGNAL plus the signal that ended it.
 */
int cb_demo_killed_measure(
	struct cb_measured_run *run, const struct cb_stage *stage, struct cb_killed_run *ret);

#endif
