/* The process that leads one sample. */
#ifndef CB_EXEC_LEADER_H
#define CB_EXEC_LEADER_H

#include "lib/exec/setup.h"

/*
 * First steps of every child of the harness: own process group, dies with the harness (killing and reaping
 * all that is below it), subreaper, stdin and stdout on /dev/null, no core files, default signals.
 */
void cb_leader_become(pid_t harness);

/* The workload itself, of a plugin loaded (see plugin.h); where that fails the leader ends. */
const struct cb_workload *cb_leader_enter(const struct cb_workload *workload, struct cb_control *control);

/* A sample from setup to teardown, in a process that cb_leader_become prepared. Never returns. */
_Noreturn void cb_leader_main(const struct cb_sample_spec *asked, struct cb_control *control);

/* Records why it ended and ends: kills and reaps what is below, then exits. */
_Noreturn void cb_leader_fail(
	struct cb_control *control, enum cb_status status, const struct cb_error *error, int code);

#endif
