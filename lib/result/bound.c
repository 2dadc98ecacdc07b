#include "lib/result/bound.h"

#include <math.h>
#include <string.h>

#include "lib/result/sample_value.h"

/* A worker that wants a CPU nine tenths of the time gains at most a ninth when all its waits go. */
#define CPU_SHARE 0.9
/* One that waits half of the time or more: as many workers again can double the rate on the same CPUs. */
#define WAIT_SHARE 0.5
/* Waits for locks that take half of the workers' time: nothing else can be the larger part. */
#define LOCK_SHARE 0.5
/* The share of mem_stream's bandwidth from which more CPUs could not get much more memory traffic. */
#define MEMORY_SHARE 0.7
/* Less than a sector fetched or stored for each wait: the waits were not for a device. */
#define SECTOR_BYTES 512.0

/*
 * The workers' time in which they could have run: from each one's own start to its own end, less what they
 * queued for a CPU, whoever had it. From makespan x workers where that was not measured. NaN where workers
 * must have queued and nobody knows how long.
 */
static double free_time(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, bool queues)
{
	double delay = cb_value_known(kept->s.run_delay_ns), off_cpu = cb_value_known(kept->s.off_cpu_ns);

	if (isnan(delay) && queues)
		return NAN;
	if (isnan(delay))
		delay = 0;
	return isnan(off_cpu) ? cb_value_worker_time(cell, kept) - delay : cb_value_cpu(kept) + off_cpu;
}

/*
 * Share of that time in which they ran, the host's steal taken out first. Where steal is the larger part of
 * it, nothing is known. arg: whether workers may have queued.
 */
static double wants_cpu(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	double steal = kept->s.steal_ns == CB_NONE ? 0 : (double)kept->s.steal_ns;
	double time = free_time(cell, kept, arg), cpu = cb_value_cpu(kept);

	if (isnan(time) || isnan(cpu) || steal > time / 2)
		return NAN;
	return cpu < time - steal ? cpu / (time - steal) : 1;
}

/* CPU time over what the CPUs in use could have given: many workers that wait much can fill them all. */
static double cpus_filled(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	unsigned cpus = cell->cell->placement.cpus, workers = cell->cell->shape.workers;

	return cb_value_effective_cores(cell, kept, arg) / (cpus && cpus < workers ? cpus : workers);
}

static double device_bytes_per_wait(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	double waits = cb_value_known(kept->s.ctx_voluntary);

	(void)cell, (void)arg;
	return waits > 0 ? (cb_value_known(kept->s.read_bytes) + cb_value_known(kept->s.write_bytes)) / waits
			 : NAN;
}

/* Share of the workers' time that the metric lock_wait_ns says they waited for locks. arg: the metric. */
static double lock_share(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	return kept->s.metrics[arg] / cb_value_worker_time(cell, kept);
}

static double lock_share_per_unit(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	return lock_share(cell, kept, arg) * cb_value_known(kept->s.units);
}

static bool lock_bound(const struct cb_workload *workload, const struct cb_cell_result *cell, double *scratch)
{
	for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++) {
		const struct cb_metric *row = &workload->metrics[i];

		if (strcmp(row->name, "lock_wait_ns"))
			continue;
		if (row->merge == CB_MERGE_SUM)
			return cb_value_median(cell, lock_share, i, scratch) >= LOCK_SHARE;
		if (row->merge == CB_MERGE_PER_UNIT)
			return cb_value_median(cell, lock_share_per_unit, i, scratch) >= LOCK_SHARE;
	}
	return false;
}

enum cb_bound cb_bound_measured(
	const struct cb_workload *workload, const struct cb_cell_result *cell, double *scratch)
{
	bool queues = cell->cell->oversubscribed || cell->cell->shape.workers > cell->cell->placement.cpus;
	double wants = cb_value_median(cell, wants_cpu, queues, scratch);

	if (lock_bound(workload, cell, scratch))
		return CB_BOUND_LOCK;
	if (wants >= CPU_SHARE || cb_value_median(cell, cpus_filled, 0, scratch) >= CPU_SHARE)
		return CB_BOUND_CPU;
	if (isnan(wants))
		return CB_BOUND_UNKNOWN;
	/* Off the CPU without ever giving it up: it was taken away, by whom is not known. */
	if (!(cb_value_median(cell, cb_value_field, offsetof(struct cb_sample, ctx_voluntary), scratch) > 0))
		return CB_BOUND_UNKNOWN;
	if (wants > WAIT_SHARE)
		return CB_BOUND_MIXED;
	if (cb_value_median(cell, device_bytes_per_wait, 0, scratch) >= SECTOR_BYTES)
		return CB_BOUND_DEVICE;
	return CB_BOUND_WAIT;
}

static bool is_mem_stream(const struct cb_workload *workload)
{
	return !strcmp(workload->name, "mem_stream");
}

static double bytes_per_s(const struct cb_result *result, const struct cb_cell_result *cell)
{
	const struct cb_group *group = &result->plan->groups[cell->cell->group];
	const struct cb_workload *workload = group->workload;

	if (cell->status != CB_OK || !workload->bytes_per_unit)
		return NAN;
	return (double)group->bytes_per_unit * cell->summary.units_per_s.median;
}

/* The most that mem_stream moved in this result with the same mode and workers; NaN when it did not run. */
static double stream_bytes_per_s(const struct cb_result *result, const struct cb_cell *like)
{
	double most = NAN;

	for (unsigned i = 0; i < result->plan->cells_n; i++) {
		const struct cb_cell *cell = result->cells[i].cell;

		if (is_mem_stream(result->plan->groups[cell->group].workload) && cell->mode == like->mode &&
			cell->shape.workers == like->shape.workers)
			most = fmax(most, bytes_per_s(result, &result->cells[i]));
	}
	return most;
}

/* mem_stream is the measure itself; what declares no bytes per unit cannot be told. */
static bool fills_memory(const struct cb_result *result, const struct cb_cell_result *cell)
{
	double moved = bytes_per_s(result, cell);

	return is_mem_stream(result->plan->groups[cell->cell->group].workload) ||
	       moved >= MEMORY_SHARE * stream_bytes_per_s(result, cell->cell);
}

/*
 * Waiting for memory counts as CPU time, so "memory" is a finer verdict than "cpu". mem_stream may be
 * measured after the cells that it is the measure of, so all cells are looked at again.
 */
void cb_bound_tell_memory(struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++) {
		struct cb_cell_result *cell = &result->cells[i];
		enum cb_bound *bound = &cell->summary.bound;

		if (*bound == CB_BOUND_CPU || *bound == CB_BOUND_MEMORY)
			*bound = fills_memory(result, cell) ? CB_BOUND_MEMORY : CB_BOUND_CPU;
	}
}
