#include "lib/session/selftest_run.h"

#include "lib/host/clock.h"
#include "lib/session/gate_block.h"
#include "lib/stats/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COST_SAMPLES 5u

int cb_selftest_open(struct cb_selftest_run *run, struct cb_error *err)
{
	char *name;
	int r;

	if (asprintf(&name, "concbench:%s", run->self) < 0)
		return cb_error_set(err, -ENOMEM, "out of memory");
	r = cb_arm_open(&run->base, name, run->self, err);
	r = r ? r : cb_arm_open(&run->head, name, run->self, err);
	free(name);
	return r;
}

void cb_selftest_close(struct cb_selftest_run *run)
{
	cb_arm_close(&run->base);
	cb_arm_close(&run->head);
}

static struct cb_gate_run gate_run_of(struct cb_selftest_run *run, struct cb_gate *gate, double slowdown)
{
	*gate = (struct cb_gate){ .rules = run->rules, .null_cell = -1 };
	run->head.slowdown = slowdown;
	return (struct cb_gate_run){
		.supervisor = run->supervisor,
		.gate = gate,
		.base = &run->base,
		.head = &run->head,
		.self = run->self,
		.drive = run->drive,
		.sample_time_ns = run->sample_time_ns,
		.timeout_ns = run->timeout_ns,
		.time_budget_ns = run->gate_time_ns,
	};
}

int cb_selftest_match(struct cb_selftest_run *run, struct cb_gate *ret, struct cb_error *err)
{
	struct cb_gate_run gate_run = gate_run_of(run, ret, 0);
	int r = cb_gate_run_match(&gate_run, run->options, run->workloads, err);

	cb_gate_run_release(&gate_run);
	return r;
}

/* ---- a gate ---- */

uint64_t cb_selftest_expected_ns(
	struct cb_selftest_run *run, const struct cb_gate_cell *cell, const struct cb_selftest_task *task)
{
	struct cb_gate_cell copy = *cell;
	struct cb_gate gate;
	struct cb_gate_run gate_run = gate_run_of(run, &gate, task->slowdown);
	uint64_t least, most;

	gate.cells = &copy;
	gate.cells_n = 1;
	cb_gate_run_expected_ns(&gate_run, &least, &most);
	if (run->gate_time_ns && most > run->gate_time_ns)
		most = run->gate_time_ns > least ? run->gate_time_ns : least;
	return task->slowdown > run->rules.tolerance ? most : least; /* it will be flagged */
}

static int run_gate(
	struct cb_selftest_run *run, struct cb_gate_run *gate_run, const char *id, struct cb_error *err)
{
	int r = cb_gate_run_match(gate_run, run->options, run->workloads, err);

	if (!r && cb_gate_pick(gate_run->gate, id))
		r = cb_error_set(err, -ENOENT, "%.200s is no longer among the cells", id);
	return r ? r : cb_gate_run_measure(gate_run, err);
}

/* A gate that refuses its time budget, as samples take too long now, is one without a verdict. */
static int keep(const struct cb_gate *gate, const struct cb_selftest_task *task, bool refused,
	const struct cb_error *why, struct cb_selftest_gate *ret)
{
	int r = cb_selftest_keep(gate, task, ret);

	if (!r && refused) {
		ret->outcome = CB_SELFTEST_UNFIT;
		snprintf(ret->reason, sizeof ret->reason, "%s", why->text);
	}
	return r;
}

int cb_selftest_measure(struct cb_selftest_run *run, const char *id, const struct cb_selftest_task *task,
	struct cb_selftest_gate *ret, struct cb_error *err)
{
	struct cb_gate gate;
	struct cb_gate_run gate_run = gate_run_of(run, &gate, task->slowdown);
	uint64_t from_ns = cb_now_ns();
	struct cb_error why = { 0 };
	int r = run_gate(run, &gate_run, id, &why);
	bool refused = r == -EINVAL && gate.cells_n == 1 && gate.cells[0].units;

	if (!cb_arm_unchanged(&run->base)) { /* nor is what was measured of it worth anything */
		r = cb_error_set(&why, -ESTALE, "the program's file was replaced meanwhile");
		refused = false;
	}
	if (r && !refused) {
		cb_error_set(err, r, "%s", why.text);
	} else {
		r = keep(&gate, task, refused, &why, ret);
		if (r)
			cb_error_set(err, r, "out of memory");
		else
			ret->total_ns = cb_now_ns() - from_ns;
	}
	cb_gate_run_release(&gate_run);
	cb_gate_release(&gate);
	return r;
}

/* ---- the harness's own cost ---- */

static double unit_ns(const struct cb_gate_cell *cell, const struct cb_gate_sample *sample)
{
	unsigned busy = cell->workers < cell->cpus ? cell->workers : cell->cpus;

	return (double)sample->makespan_ns * busy / (double)sample->units;
}

/* Returns 1 when the cell cannot be measured. */
static int measure_cost(
	struct cb_gate_run *run, unsigned index, struct cb_selftest_cost *ret, struct cb_error *err)
{
	struct cb_gate_cell *cell = &run->gate->cells[index];
	double units[COST_SAMPLES], samples[COST_SAMPLES];
	int r = cb_gate_calibrate(run, index, err);

	for (unsigned i = 0; !r && i < COST_SAMPLES; i++) {
		struct cb_drive_answer answer;
		uint64_t total_ns;

		if (cell->status != CB_GATE_OK)
			return 1;
		r = cb_gate_trial(run, cell, cell->units, &answer, &total_ns, err);
		if (r)
			break;
		if (answer.status != CB_OK)
			return 1;
		units[i] = unit_ns(cell, &answer.sample);
		samples[i] = (double)(total_ns - answer.sample.makespan_ns);
	}
	if (r)
		return r;
	ret->unit_ns = cb_median(units, COST_SAMPLES);
	ret->sample_ns = cb_median(samples, COST_SAMPLES);
	ret->id = strdup(cell->id);
	return ret->id ? 0 : cb_error_set(err, -ENOMEM, "out of memory");
}

static int measure_costs(
	struct cb_gate_run *run, struct cb_selftest_cost **ret, unsigned *ret_n, struct cb_error *err)
{
	struct cb_selftest_cost *costs = calloc(run->gate->cells_n + 1, sizeof *costs);
	unsigned n = 0;
	int r = costs ? 0 : cb_error_set(err, -ENOMEM, "out of memory");

	for (unsigned i = 0; r >= 0 && i < run->gate->cells_n; i++)
		if (run->gate->cells[i].status == CB_GATE_OK) {
			r = measure_cost(run, i, &costs[n], err);
			n += r == 0;
		}
	if (r < 0) {
		cb_selftest_costs_release(costs, n);
		return r;
	}
	*ret = costs;
	*ret_n = n;
	return 0;
}

int cb_selftest_measure_costs(struct cb_selftest_run *run, const struct cb_words *options,
	struct cb_selftest_cost **ret, unsigned *ret_n, struct cb_error *err)
{
	char name[] = "null", *words[] = { name, NULL };
	const struct cb_words null = { words, 1 };
	struct cb_gate gate;
	struct cb_gate_run gate_run = gate_run_of(run, &gate, 0);
	int r = cb_gate_run_match(&gate_run, options, &null, err);

	r = r ? r : measure_costs(&gate_run, ret, ret_n, err);
	cb_gate_run_release(&gate_run);
	cb_gate_release(&gate);
	return r;
}
