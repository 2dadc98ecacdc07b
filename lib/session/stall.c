/* What --stall comes to for a sample of a cell. */
#include "lib/plan/stall.h"

#include "lib/session/group_run.h"

uint64_t cb_group_stall_ns(
	const struct cb_group_run *run, const struct cb_cell *cell, uint64_t units, uint64_t timeout_ns)
{
	const struct cb_stall_case c = {
		.given_ns = run->session->result->options->stall_ns,
		.timeout_ns = timeout_ns,
		.unit_ns = run->serial_unit_ns,
		.worst_ns = cell->unit_ns_worst,
		.batch = cell->batch < units ? cell->batch : units,
		.workers = cell->shape.workers,
		.cpus = cell->env.cpus,
	};

	return cb_stall_limit_ns(&c);
}

/* To two digits, so that it is written in a unit that people read. */
static uint64_t rounded(uint64_t ns)
{
	uint64_t step = 1;

	while (ns / step >= 100)
		step *= 10;
	return ns - ns % step;
}

void cb_group_warn_of_long_units(const struct cb_group_run *run)
{
	uint64_t given = run->session->result->options->stall_ns, unit = (uint64_t)run->serial_unit_ns, limit;
	char text[256], unit_text[32], given_text[32], limit_text[32];

	limit = cb_group_stall_ns(run, &run->group->serial, run->verify_units, 0);
	if (!given || limit <= given)
		return;
	snprintf(text, sizeof text,
		"%s: a unit takes %s, so that --stall=%s is too little to tell a worker that is stuck: %s is "
		"taken instead",
		run->group->workload->name, cb_format_duration(rounded(unit), unit_text),
		cb_format_duration(given, given_text), cb_format_duration(rounded(limit), limit_text));
	cb_group_warn(run, text);
}
