/*
 * The runs of `demo`: each is a command line of `run`, parsed and planned as that would be, and measured when
 * the first row asks for it. Rows with equal command lines share a run.
 */
#ifndef CB_DEMO_RUNS_H
#define CB_DEMO_RUNS_H

#include "cmd/concbench/demo_killed.h"
#include "cmd/concbench/measure.h"
#include "lib/concepts/concepts.h"

#define CB_DEMO_RUNS_MAX 64

struct cb_demo_run {
	char *command;         /* "concbench run ...", as a shell takes it */
	struct cb_words words; /* "run" and what stands behind it */
	struct cb_measured_run it;
	bool begun, done;            /* begun: there is a result; done: not interrupted */
	bool is_killed;              /* its harness is killed: never begun */
	struct cb_killed_run killed; /* when it is done */
};

struct cb_demo_runs {
	struct cb_demo_run *v[CB_DEMO_RUNS_MAX];
	size_t n;
	bool quiet;
	unsigned color; /* enum cb_color */
};

/*
 * The run number `run` of a concept, planned; found or added. Returns 0 and its index, or an exit status and
 * has complained.
 */
int cb_demo_runs_add(struct cb_demo_runs *runs, const struct cb_concept *concept, unsigned run,
	const struct cb_stage *stage, unsigned *ret_index);
/* Nanoseconds that they all will take, as the plans say. */
uint64_t cb_demo_runs_expected_ns(const struct cb_demo_runs *runs);
/* Measures one that is not done. Returns 0, or an exit status and has complained. */
int cb_demo_runs_measure(struct cb_demo_runs *runs, unsigned index, const struct cb_stage *stage);
void cb_demo_runs_release(struct cb_demo_runs *runs);

#endif
