/* What the tests of lib/exec share: samples of workloads without a session, in a harness made for the test.
 */
#ifndef CB_TESTS_RIG_H
#define CB_TESTS_RIG_H

#include "lib/exec/sample.h"

#define RIG_MS UINT64_C(1000000)

extern const struct cb_workload cb_workload_fault, cb_workload_fault_partner, cb_workload_hook_order;

/* A mode and a shape, for tables of tests. */
struct rig_shape {
	const char *mode;
	unsigned processes, threads;
};

/*
 * A sample of units in that shape, partners as the workload has them: dispatch shared, automatic batches, no
 * pinning, futex gate, no warm-up time, no timing, 20 s until its time-out.
 */
struct cb_sample_spec rig_spec(const struct cb_workload *workload, struct rig_shape shape, uint64_t units);

/* Parses "fault:hook=run,how=exit" into params, which has room for any. Fails the test when it cannot. */
void rig_params(const struct cb_workload *workload, const char *text, void *params);

/* prepare and one sample by a supervisor of its own; a failing prepare fills ret too. Returns
 * cb_sample_run's. */
int rig_run(struct cb_sample_spec *spec, struct cb_sample *ret);
/* As rig_run for the fault workloads: text is its specification. */
int rig_fault(const struct cb_workload *workload, struct rig_shape shape, const char *text,
	uint64_t timeout_ns, struct cb_sample *ret);

/* Fails the test unless the calling process has no child, alive or zombie. */
void rig_assert_alone(void);
/* Fails the test unless the sample has that status and a reason that matches the extended regular expression.
 */
void rig_assert_sample(const struct cb_sample *sample, enum cb_status status, const char *reason);

/* Runs body(arg) in a child process, which exits with its result; returns its wait status. */
int rig_in_child(int (*body)(void *), void *arg);
/* The same without waiting: its pid. */
int rig_fork(int (*body)(void *), void *arg);

#endif
