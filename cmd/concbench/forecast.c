#include "cmd/concbench/forecast.h"

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

char *cb_forecast(const struct cb_plan *plan, const struct cb_run_options *options, char *buf, size_t size)
{
	unsigned measured = cells_to_measure(plan), skipped = plan->cells_n - measured;
	char cells[CB_HUMAN], wait[CB_HUMAN], condition[128];

	if (!measured) {
		snprintf(buf, size, "nothing to measure, %s skipped", cb_human_count(skipped, "cell", cells));
		return buf;
	}
	say_condition(plan, options, condition, sizeof condition);
	snprintf(buf, size, "%s to measure, %u skipped; about %s%s", cb_human_count(measured, "cell", cells),
		skipped, cb_human_wait(cb_plan_expected_ns(plan, options), wait), condition);
	return buf;
}
