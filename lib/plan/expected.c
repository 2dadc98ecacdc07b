/* How long a plan takes. */
#include "lib/plan/calibrate.h"
#include "lib/plan/plan.h"

#define CALIBRATION_SAMPLES 3
#define BLOCK_SAMPLES       2          /* each group has one block whatever the budget */
#define AROUND_NS           10000000.0 /* set-up, creation, gate, tear-down */
#define TURN_NS             4000000u   /* of the scheduler: what each of many workers on a CPU waits for */
#define TURNS_MIN           3u         /* fewer would leave some workers without any */

static double max(double a, double b)
{
	return a > b ? a : b;
}

uint64_t cb_cell_target_ns(const struct cb_cell *cell, uint64_t sample_time_ns, enum cb_class class)
{
	uint64_t all = (uint64_t)cell->shape.workers + cell->partners;
	uint64_t cpus = cell->env.cpus ? cell->env.cpus : 1;
	uint64_t turns_ns = TURNS_MIN * ((all + cpus - 1) / cpus) * TURN_NS;

	if (!cell->oversubscribed || class == CB_CLASS_WAIT)
		return sample_time_ns;
	return turns_ns > sample_time_ns ? turns_ns : sample_time_ns;
}

static enum cb_class class_of(const struct cb_plan *plan, const struct cb_cell *cell)
{
	return plan->groups[cell->group].workload->class;
}

bool cb_plan_has_class(const struct cb_plan *plan, enum cb_class class)
{
	for (unsigned i = 0; i < plan->cells_n; i++)
		if (plan->cells[i].status == CB_OK && class_of(plan, &plan->cells[i]) == class)
			return true;
	return false;
}

static double sample_ns(
	const struct cb_plan *plan, const struct cb_cell *cell, const struct cb_run_options *options)
{
	double run_ns = (double)cb_cell_target_ns(cell, options->sample_time_ns, class_of(plan, cell));

	if (cell->open.rate_per_s > 0)
		run_ns = (double)cb_open_units(
				 cell->open.rate_per_s, (uint64_t)run_ns, UINT64_MAX, UINT64_MAX) *
			 1e9 / cell->open.rate_per_s;
	return run_ns + (double)options->warmup_ns + AROUND_NS;
}

/* A round of samples that are ended by their deadline. */
static double hangs_ns(const struct cb_plan *plan, const struct cb_run_options *options)
{
	double sum = 0;

	for (unsigned i = 0; i < plan->cells_n; i++)
		if (plan->cells[i].status == CB_OK)
			sum += options->timeout_ns
				       ? (double)options->timeout_ns
				       : max(CB_HANG_MIN_NS,
						 CB_HANG_FACTOR * sample_ns(plan, &plan->cells[i], options));
	return sum;
}

/* Of the whole plan: what comes before the samples that count, and a sample of each cell. */
struct cost {
	double before_ns, round_ns;
};

static struct cost cost_of(const struct cb_plan *plan, const struct cb_run_options *options)
{
	struct cost cost = { 0 };
	double primers_ns = 0;

	for (unsigned i = 0; i < plan->cells_n; i++)
		if (plan->cells[i].status == CB_OK)
			cost.round_ns += sample_ns(plan, &plan->cells[i], options);
	for (unsigned i = 0; i < plan->groups_n; i++)
		if (plan->groups[i].serial.status == CB_OK)
			primers_ns += sample_ns(plan, &plan->groups[i].serial, options);
	cost.before_ns = primers_ns + (options->units ? 0 : CALIBRATION_SAMPLES * cost.round_ns);
	if (options->fault.how == CB_FAULT_HANG)
		cost.round_ns = hangs_ns(plan, options);
	return cost;
}

static uint64_t whole_ns(double ns)
{
	return (uint64_t)(ns < 1e19 ? ns : 1e19);
}

uint64_t cb_plan_expected_ns(const struct cb_plan *plan, const struct cb_run_options *options)
{
	struct cost cost = cost_of(plan, options);
	double samples = options->samples ? options->samples : options->samples_max;
	double all_ns = cost.before_ns + samples * cost.round_ns, budget_ns = (double)options->time_budget_ns;

	if (!options->samples && options->time_budget_ns)
		all_ns = max(budget_ns < all_ns ? budget_ns : all_ns,
			cost.before_ns + BLOCK_SAMPLES * cost.round_ns);
	return whole_ns(all_ns);
}

uint64_t cb_plan_least_ns(const struct cb_plan *plan, const struct cb_run_options *options)
{
	struct cost cost = cost_of(plan, options);
	double samples = options->samples ? options->samples : options->samples_min;

	return whole_ns(cost.before_ns + samples * cost.round_ns);
}

double cb_plan_samples_in_budget(const struct cb_plan *plan, const struct cb_run_options *options)
{
	struct cost cost = cost_of(plan, options);

	return max(BLOCK_SAMPLES, ((double)options->time_budget_ns - cost.before_ns) / cost.round_ns);
}
