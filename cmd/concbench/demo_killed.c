#include "cmd/concbench/demo_killed.h"

#include "cmd/concbench/cmd.h"

#include <errno.h>
#include <unistd.h>

#define DELAY_NS UINT64_C(10000000)    /* into a sample of 50 ms or more */
#define ROUND_NS UINT64_C(300000000)   /* calibration and all */
#define LIMIT_NS UINT64_C(10000000000) /* for a run to begin, and for what is below it to end */

const char cb_demo_killed_suffix[] = " & sleep 2; kill -KILL $!";

struct harness {
	struct cb_measured_run *run;
	const struct cb_stage *stage;
};

/* As `run` would measure it, with nobody to tell and nothing to save. Does not live to the end of it. */
static void harness_body(void *arg)
{
	struct harness *h = arg;
	struct cb_stage stage = *h->stage; /* the host and the turn on it are those of demo */

	stage.supervisor = NULL;
	h->run->cli.quiet = true;
	if (cb_supervisor_new(&stage.supervisor, NULL) < 0 || cb_measured_run_prepare(h->run, &stage, "demo"))
		_exit(CB_EXIT_UNFIT);
	cb_measured_run_go(h->run, &stage, "demo");
}

/* Processes and threads of a sample: its leader and the workers. */
static unsigned tasks_of(const struct cb_cell *cell)
{
	return 1 + cell->shape.workers;
}

uint64_t cb_demo_killed_expected_ns(void)
{
	return CB_KILLED_ROUNDS * ROUND_NS;
}

int cb_demo_killed_measure(
	struct cb_measured_run *run, const struct cb_stage *stage, struct cb_killed_run *ret)
{
	struct harness harness = { run, stage };
	struct cb_killed_spec spec = { .harness = harness_body,
		.arg = &harness,
		.delay_ns = DELAY_NS,
		.start_ns = LIMIT_NS,
		.limit_ns = LIMIT_NS };
	struct cb_error err = { 0 };
	int r = 0;

	*ret = (struct cb_killed_run){ .cell = &run->plan.cells[0] };
	spec.tasks = tasks_of(ret->cell);
	if (ret->cell->status != CB_OK)
		r = cb_error_set(&err, -ECANCELED, "%s", ret->cell->reason);
	while (!r && ret->n < CB_KILLED_ROUNDS) {
		r = cb_killed_run(stage->supervisor, &spec, &ret->round[ret->n], &err);
		ret->n += !r;
		r = r == -ERESTART ? 0 : r;
	}
	if (r == -EINTR)
		return CB_EXIT_SIGNAL + cb_supervisor_interrupted(stage->supervisor);
	snprintf(ret->reason, sizeof ret->reason, "%s", r ? err.text : "");
	return 0;
}
