#include "lib/gate/selftest.h"

#include "lib/base/rng.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define SLOWDOWN_ERROR 0.0005 /* a slowdown that is further from what was asked for is another one */

const char *const cb_selftest_outcome_names[] = {
	[CB_SELFTEST_PASS] = "PASS",
	[CB_SELFTEST_INCONCLUSIVE] = "INCONCLUSIVE",
	[CB_SELFTEST_FAIL] = "FAIL",
	[CB_SELFTEST_UNFIT] = "unfit",
	[CB_SELFTEST_BROKEN] = "failed",
};

/* ---- which gates ---- */

static unsigned gates_at(const struct cb_selftest_plan *plan, double slowdown)
{
	return slowdown == 0 ? plan->equals : plan->each * plan->cells;
}

static unsigned all_gates(const struct cb_selftest_plan *plan)
{
	unsigned n = 0;

	for (unsigned i = 0; i < plan->slowdowns_n; i++)
		n += gates_at(plan, plan->slowdowns[i]);
	return n;
}

/* 0..n-1 in an order that is the seed's. NULL: no memory. */
static unsigned *shuffled(unsigned n, uint64_t seed)
{
	unsigned *order = calloc(n + 1, sizeof *order);
	struct cb_rng rng;

	for (unsigned i = 0; order && i < n; i++)
		order[i] = i;
	cb_rng_seed(&rng, seed);
	if (order)
		cb_rng_shuffle_unsigned(&rng, order, n);
	return order;
}

struct cb_selftest_task *cb_selftest_tasks(const struct cb_selftest_plan *plan, unsigned *ret_n)
{
	unsigned total = all_gates(plan), n = 0, *order = shuffled(total, plan->seed);
	struct cb_selftest_task *tasks = order ? calloc(total + 1, sizeof *tasks) : NULL;

	for (unsigned i = 0; tasks && i < plan->slowdowns_n; i++)
		for (unsigned k = 0; k < gates_at(plan, plan->slowdowns[i]); k++)
			tasks[order[n++]] = (struct cb_selftest_task){ k % plan->cells, plan->slowdowns[i] };
	free(order);
	*ret_n = n;
	return tasks;
}

/* ---- what is kept ---- */

static int keep_series(const struct cb_gate_series *series, struct cb_selftest_series *ret)
{
	if (!series->n)
		return 0;
	ret->blocks = calloc(series->n, sizeof *ret->blocks);
	if (!ret->blocks)
		return -ENOMEM;
	ret->n = series->n;
	for (unsigned i = 0; i < series->n; i++)
		ret->blocks[i] = (struct cb_selftest_block){ series->blocks[i].d, series->blocks[i].coin,
			series->blocks[i].drop };
	return 0;
}

/* *ret becomes the units of the arm's samples, CB_NONE once two differ. 0: none was seen yet. */
static void see_units(const struct cb_gate_series *series, char arm, uint64_t *ret)
{
	for (unsigned i = 0; i < series->n; i++)
		for (unsigned k = 0; k < CB_GATE_SLOTS; k++) {
			uint64_t units = series->blocks[i].samples[k].units;

			if (series->blocks[i].order[k] == arm)
				*ret = !*ret || *ret == units ? units : CB_NONE;
		}
}

static uint64_t units_of(const struct cb_gate_cell *cell, char arm)
{
	uint64_t units = 0;

	see_units(&cell->screen, arm, &units);
	see_units(&cell->confirm, arm, &units);
	return units ? units : CB_NONE;
}

static double realised(const struct cb_selftest_gate *gate)
{
	if (gate->base_units == CB_NONE || gate->head_units == CB_NONE)
		return NAN;
	return (double)gate->head_units / (double)gate->base_units - 1;
}

static void set_outcome(struct cb_selftest_gate *gate, enum cb_selftest_outcome outcome, const char *reason)
{
	gate->outcome = outcome;
	snprintf(gate->reason, sizeof gate->reason, "%s", reason);
}

/* The first that applies. */
static void decide(const struct cb_gate *gate, struct cb_selftest_gate *ret)
{
	const struct cb_gate_cell *cell = &gate->cells[0];
	char why[160];

	if (cell->status != CB_GATE_OK) {
		set_outcome(ret, CB_SELFTEST_BROKEN, cell->reason);
	} else if (!(fabs(ret->realised - ret->task.slowdown) <= SLOWDOWN_ERROR)) {
		snprintf(why, sizeof why, "head did %+.3f%% of base's work where %+.3f%% was asked for",
			100 * ret->realised, 100 * ret->task.slowdown);
		set_outcome(ret, CB_SELFTEST_BROKEN, why);
	} else if (gate->unfit[0]) {
		set_outcome(ret, CB_SELFTEST_UNFIT, gate->unfit);
	} else if (gate->verdict == CB_GATE_NO_VERDICT) {
		set_outcome(ret, CB_SELFTEST_BROKEN, "the gate gave no verdict");
	} else {
		ret->outcome = gate->verdict == CB_GATE_FAIL   ? CB_SELFTEST_FAIL
			       : gate->verdict == CB_GATE_PASS ? CB_SELFTEST_PASS
							       : CB_SELFTEST_INCONCLUSIVE;
	}
}

int cb_selftest_keep(
	const struct cb_gate *gate, const struct cb_selftest_task *task, struct cb_selftest_gate *ret)
{
	const struct cb_gate_cell *cell = &gate->cells[0];
	const struct cb_gate_series *decisive = cell->confirmed ? &cell->confirm : &cell->screen;
	struct cb_selftest_gate kept = {
		.task = *task,
		.base_units = units_of(cell, 'A'),
		.head_units = units_of(cell, 'B'),
		.flagged = cell->flagged,
		.effect = decisive->n ? decisive->effect : NAN,
		.low = decisive->n ? decisive->low : NAN,
		.high = decisive->n ? decisive->high : NAN,
		.mde90 = cell->mde90,
		.dropped = gate->dropped,
		.confirm_blocks = gate->rules.confirm_blocks,
	};

	kept.realised = realised(&kept);
	decide(gate, &kept);
	if (keep_series(&cell->screen, &kept.screen) || keep_series(&cell->confirm, &kept.confirm) ||
		keep_series(&gate->null, &kept.null)) {
		cb_selftest_gate_release(&kept);
		return -ENOMEM;
	}
	*ret = kept;
	return 0;
}

void cb_selftest_gate_release(struct cb_selftest_gate *gate)
{
	free(gate->screen.blocks);
	free(gate->confirm.blocks);
	free(gate->null.blocks);
	*gate = (struct cb_selftest_gate){ 0 };
}

void cb_selftest_costs_release(struct cb_selftest_cost *costs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free(costs[i].id);
	free(costs);
}
