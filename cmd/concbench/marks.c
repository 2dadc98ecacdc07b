#include "cmd/concbench/marks.h"

#include <math.h>
#include <string.h>

/* Idle machines show well below 1 %; what disturbs by a few percent already decides comparisons. */
#define QUEUED_SHARE 0.03
/* Reading the clock twice is 2 % of such a makespan, and starting together takes as long. */
#define CLOCK_READS 100
/* CPU time is counted from some 10 us before the start: of a shorter makespan no share can be told. */
#define USAGE_NS 50000.0

double cb_queued_share(const struct cb_cell_result *cell)
{
	const struct cb_summary *s = &cell->summary;
	const struct cb_cell *plan = cell->cell;
	bool measured = s->run_delay_ns != CB_NONE && s->makespan_ns != CB_NONE && s->makespan_ns;

	if (!measured || plan->partners || plan->oversubscribed || plan->shape.workers > plan->placement.cpus)
		return NAN;
	return (double)s->run_delay_ns / ((double)s->makespan_ns * plan->shape.workers);
}

static bool is_queued(const struct cb_result *result, const struct cb_cell_result *cell)
{
	return cb_queued_share(cell) > QUEUED_SHARE && !cb_marks[CB_MARK_SHORT].test(result, cell);
}

static bool is_short(const struct cb_result *result, const struct cb_cell_result *cell)
{
	return (double)cell->summary.makespan_ns < fmax(CLOCK_READS * result->host->clock_ns, USAGE_NS);
}

static bool is_capacity_low(const struct cb_result *result, const struct cb_cell_result *cell)
{
	(void)result;
	return cell->summary.capacity_low;
}

static bool is_superlinear(const struct cb_result *result, const struct cb_cell_result *cell)
{
	(void)result;
	return cell->summary.superlinear;
}

static bool is_oversubscribed(const struct cb_result *result, const struct cb_cell_result *cell)
{
	(void)result;
	return cell->cell->oversubscribed;
}

static bool is_imprecise(const struct cb_result *result, const struct cb_cell_result *cell)
{
	return !result->options->samples && !cell->summary.precision_reached;
}

static bool is_overloaded(const struct cb_result *result, const struct cb_cell_result *cell)
{
	(void)result;
	return cell->summary.overloaded;
}

static bool is_brief(const struct cb_result *result, const struct cb_cell_result *cell)
{
	(void)result;
	return cell->summary.too_short;
}

static const struct cb_workload *workload_of(
	const struct cb_result *result, const struct cb_cell_result *cell)
{
	return result->plan->groups[cell->cell->group].workload;
}

static bool is_of_other_class(const struct cb_result *result, const struct cb_cell_result *cell)
{
	const char *bound = cb_bound_names[cell->summary.bound];

	return *bound && strcmp(bound, cb_class_names[workload_of(result, cell)->class]) != 0;
}

/* As its workload notes in every sample. */
static bool is_collapsing(const struct cb_result *result, const struct cb_cell_result *cell)
{
	const struct cb_sample *s = cell->samples_n ? &cell->samples[0].s : NULL;

	(void)result;
	for (unsigned i = 0; s && i < s->notes_n; i++)
		if (!strcmp(s->notes[i].key, "fifo_spin_lock"))
			return true;
	return false;
}

/* Whether a file workload says that it knows the file system that it was measured on. */
static bool is_file_system_known(const struct cb_sample *s)
{
	for (unsigned i = 0; i < s->notes_n; i++)
		if (!strcmp(s->notes[i].key, "file_system"))
			return strcmp(s->notes[i].word, "unverified") != 0;
	return false;
}

static bool is_unverified(const struct cb_result *result, const struct cb_cell_result *cell)
{
	if (!result->options->allow_unverified || workload_of(result, cell)->class != CB_CLASS_DEVICE)
		return false;
	return !cell->samples_n || !is_file_system_known(&cell->samples[0].s);
}

const struct cb_mark_row cb_marks[CB_MARKS] = {
	[CB_MARK_CAPACITY] = { "~", "the host gave clearly less than its CPUs while this was measured",
		is_capacity_low },
	[CB_MARK_CLASS] = { "[x]",
		"the class that the workload declares, where it is bound by something else",
		is_of_other_class },
	[CB_MARK_OVERSUBSCRIBED] = { "*", "more workers than usable CPUs", is_oversubscribed },
	[CB_MARK_PRECISION] = { "?", "the precision asked for was not reached", is_imprecise },
	[CB_MARK_SUPERLINEAR] = { "!", "more than 1.05 x the workers: look for what changed besides them",
		is_superlinear },
	[CB_MARK_QUEUED] = { "^",
		"workers queued for a CPU although there was one for each: something else runs here",
		is_queued },
	[CB_MARK_SHORT] = { "#", "samples too short for the clock: ask for more --units", is_short },
	[CB_MARK_BRIEF] = { "<", "samples shorter than 100 ms: the workload has no more units", is_brief },
	[CB_MARK_UNVERIFIED] = { "&", "not verified: whether it reached the device cannot be checked there",
		is_unverified },
	[CB_MARK_OVERLOADED] = { ">",
		"units arrived faster than they were done: response times only grow while the sample lasts",
		is_overloaded },
	[CB_MARK_COLLAPSE] = { "%",
		"a spin lock that serves in the order of arrival, with more workers than CPUs: it collapses",
		is_collapsing },
};

bool cb_mark_applies(enum cb_mark mark, const struct cb_result *result, const struct cb_cell_result *cell)
{
	return cell->status == CB_OK && cell->summary.units_per_s.n && cb_marks[mark].test(result, cell);
}
