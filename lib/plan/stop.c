#include "lib/plan/stop.h"

bool cb_stop_now(const struct cb_run_options *options, const struct cb_stop *at)
{
	if (options->samples)
		return at->samples >= options->samples;
	if (at->samples >= options->samples_max)
		return true;
	if (at->samples >= options->samples_min && at->precise)
		return true;
	return at->samples && at->spent_ns + at->block_ns > at->budget_ns;
}
