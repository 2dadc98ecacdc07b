#include "cmd/concbench/load.h"

#include "cmd/concbench/marks.h"

#include <math.h>

#define QUEUED_SHARE   0.05
#define SWITCHES_A_CPU 10000.0 /* a second; a switch takes about 1 us */

static double known(uint64_t value)
{
	return value == CB_NONE ? NAN : (double)value;
}

static double makespan_s(const struct cb_cell_result *cell)
{
	return known(cell->summary.makespan_ns) / 1e9;
}

static double queued(const struct cb_cell_result *cell)
{
	return known(cell->summary.run_delay_ns) / 1e9 / (makespan_s(cell) * cell->cell->shape.workers);
}

static double switches(const struct cb_cell_result *cell)
{
	return (known(cell->summary.ctx_voluntary) + known(cell->summary.ctx_involuntary)) / makespan_s(cell);
}

static double throttled(const struct cb_cell_result *cell)
{
	return cell->summary.throttled;
}

static bool many_switches(const struct cb_cell_result *cell)
{
	unsigned cpus = cell->cell->placement.cpus, workers = cell->cell->shape.workers;

	return switches(cell) > SWITCHES_A_CPU * (cpus < workers ? cpus : workers);
}

static bool much_queued(const struct cb_cell_result *cell)
{
	return queued(cell) > QUEUED_SHARE;
}

static bool much_switching(const struct cb_cell_result *cell)
{
	return many_switches(cell) || much_queued(cell);
}

static bool any_throttled(const struct cb_cell_result *cell)
{
	return throttled(cell) > 0;
}

static const struct load {
	double (*of)(const struct cb_cell_result *cell);
	bool (*matters)(const struct cb_cell_result *cell);
} loads[CB_LOADS] = {
	[CB_LOAD_QUEUED] = { queued, much_queued },
	[CB_LOAD_SWITCHES] = { switches, much_switching },
	[CB_LOAD_THROTTLED] = { throttled, any_throttled },
};

static bool is_known(const struct cb_result *result, const struct cb_cell_result *cell)
{
	return cell->status == CB_OK && cell->summary.units_per_s.n && cell->summary.makespan_ns &&
	       !cb_mark_applies(CB_MARK_SHORT, result, cell);
}

double cb_load_of(enum cb_load load, const struct cb_result *result, const struct cb_cell_result *cell)
{
	return is_known(result, cell) ? loads[load].of(cell) : NAN;
}

bool cb_load_matters(enum cb_load load, const struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++)
		if (is_known(result, &result->cells[i]) && loads[load].matters(&result->cells[i]))
			return true;
	return false;
}
