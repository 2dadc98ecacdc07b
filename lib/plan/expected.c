/* How long a plan takes. */
#include "lib/plan/plan.h"

#define CALIBRATION_SAMPLES 3
#define AROUND_NS           10000000.0 /* set-up, creation, gate, tear-down */
#define TURN_NS             4000000.0  /* of the scheduler */
#define TURNS               3

static double max(double a, double b)
{
	return a > b ? a : b;
}

static double sample_ns(
	const struct cb_plan *plan, const struct cb_cell *cell, const struct cb_run_options *options)
{
	unsigned cpus = plan->allowance.usable ? plan->allowance.usable : 1;
	uint64_t turns = TURNS * (((uint64_t)cell->shape.workers + cpus - 1) / cpus);
	double run_ns = (double)options->sample_time_ns;

	if (cell->oversubscribed)
		run_ns = max(run_ns, (double)turns * TURN_NS);
	return run_ns + (double)options->warmup_ns + AROUND_NS;
}

uint64_t cb_plan_expected_ns(const struct cb_plan *plan, const struct cb_run_options *options)
{
	double round_ns = 0, primers_ns = 0, calibration_ns = 0;

	for (unsigned i = 0; i < plan->cells_n; i++)
		if (plan->cells[i].status == CB_OK)
			round_ns += sample_ns(plan, &plan->cells[i], options);
	for (unsigned i = 0; i < plan->groups_n; i++)
		if (plan->groups[i].serial.status == CB_OK)
			primers_ns += sample_ns(plan, &plan->groups[i].serial, options);
	if (!options->units)
		calibration_ns = CALIBRATION_SAMPLES * round_ns;

	double samples = options->samples ? options->samples : options->samples_max;
	double all_ns = calibration_ns + primers_ns + samples * round_ns;

	if (!options->samples && options->time_budget_ns)
		all_ns = max(
			(double)options->time_budget_ns < all_ns ? (double)options->time_budget_ns : all_ns,
			calibration_ns + primers_ns);
	return (uint64_t)(all_ns < 1e19 ? all_ns : 1e19);
}
