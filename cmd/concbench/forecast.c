#include "cmd/concbench/forecast.h"

#include <math.h>
#include <string.h>

#include "cmd/concbench/human.h"

static unsigned cells_to_measure(const struct cb_plan *plan)
{
	unsigned n = 0;

	for (unsigned i = 0; i < plan->cells_n; i++)
		n += plan->cells[i].status == CB_OK;
	return n;
}

/* What is not known beforehand: how long a unit lasts. */
static void say_condition(
	const struct cb_plan *plan, const struct cb_run_options *options, char *buf, size_t size)
{
	char time[CB_HUMAN];

	*buf = '\0';
	if (options->units)
		snprintf(buf, size, " if %llu units last %s, which is not known",
			(unsigned long long)options->units, cb_human_ns(options->sample_time_ns, time));
	else if (cb_plan_has_class(plan, CB_CLASS_WAIT))
		snprintf(buf, size, ", more where a wait lasts longer than %s",
			cb_human_ns(options->sample_time_ns / CB_WAVES_MIN, time));
}

/*
 * "about 46s" where that is all there is to say, else from what a quiet host takes to what the budget or the
 * number of samples allows; and what the budget is too short for.
 */
static void say_time(const struct cb_plan *plan, const struct cb_run_options *options, char *buf, size_t size)
{
	uint64_t least = cb_plan_least_ns(plan, options), most = cb_plan_expected_ns(plan, options);
	char from[CB_HUMAN], to[CB_HUMAN];

	cb_human_wait(least, from);
	cb_human_wait(most, to);
	if (least > most)
		snprintf(buf, size,
			"about %s, as --time-budget lasts for %.0f samples a cell; %u, the least that is "
			"wanted, would take %s",
			to, floor(cb_plan_samples_in_budget(plan, options)), options->samples_min, from);
	else if (strcmp(from, to) != 0)
		snprintf(buf, size, "about %s on a quiet host, at most %s", from, to);
	else
		snprintf(buf, size, "about %s", to);
}

char *cb_forecast(const struct cb_plan *plan, const struct cb_run_options *options, char *buf, size_t size)
{
	unsigned measured = cells_to_measure(plan), skipped = plan->cells_n - measured;
	char cells[CB_HUMAN], time[192], condition[128];

	if (!measured) {
		snprintf(buf, size, "nothing to measure, %s skipped", cb_human_count(skipped, "cell", cells));
		return buf;
	}
	say_condition(plan, options, condition, sizeof condition);
	say_time(plan, options, time, sizeof time);
	snprintf(buf, size, "%s to measure, %u skipped; %s%s", cb_human_count(measured, "cell", cells),
		skipped, time, condition);
	return buf;
}
