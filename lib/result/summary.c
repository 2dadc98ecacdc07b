/*
 * From samples to the numbers that are shown: pure. A rate's interval counts samples; every ratio's counts
 * blocks, because two samples of one block share their moment of the host. Nothing is trimmed.
 *
 * What bounds a cell is said from what was measured, never from what the workload declares; where the numbers
 * do not carry a verdict there is none.
 */
#include "lib/result/ratio.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95

/* Shorter ones are too noisy to be taken unasked. */
#define SAMPLE_MIN_NS UINT64_C(100000000)
/* Speed-up above this share of the workers is more than perfect: a warmer cache or a slow baseline. */
#define SUPERLINEAR 1.05
/* Spread of the capacity probe in quiet hours is a few percent; a tenth missing is a shared core. */
#define CAPACITY_LOW 0.9
/* A worker that wants a CPU nine tenths of the time gains at most a ninth when all its waits go. */
#define CPU_SHARE 0.9
/* One that waits half of the time or more: as many workers again can double the rate on the same CPUs. */
#define WAIT_SHARE 0.5
/* Waits for locks that take half of the workers' time: nothing else can be the larger part. */
#define LOCK_SHARE 0.5
/* The share of mem_stream's bandwidth from which more CPUs could not get much more memory traffic. */
#define MEMORY_SHARE 0.7
/* Units that had not begun when the last arrived: more than this share, and than a few, is no burst. */
#define BACKLOG_SHARE 0.05
#define BACKLOG_FEW   2
/* Less than a sector fetched or stored for each wait: the waits were not for a device. */
#define SECTOR_BYTES 512.0

/* Collects of(sample) over the samples that count, where it is finite. Returns their number. */
typedef double value_fn(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg);

static unsigned collect(const struct cb_cell_result *cell, value_fn *of, size_t arg, double *ret)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cell->samples_n; i++) {
		double value;

		if (!cb_sample_counts(&cell->samples[i]))
			continue;
		value = of(cell, &cell->samples[i], arg);
		if (isfinite(value))
			ret[n++] = value;
	}
	return n;
}

static double median_of(const struct cb_cell_result *cell, value_fn *of, size_t arg, double *scratch)
{
	return cb_median(scratch, collect(cell, of, arg, scratch));
}

/* ---- numbers of one sample; NaN where one is missing --------------------------------------------- */

static double known(uint64_t value)
{
	return value == CB_NONE ? NAN : (double)value;
}

/* A divisor: what the clock could not tell from nothing counts as its tick. */
static double makespan_of(const struct cb_kept_sample *kept)
{
	return kept->s.makespan_ns ? known(kept->s.makespan_ns) : 1;
}

static double worker_time(const struct cb_cell_result *cell, const struct cb_kept_sample *kept)
{
	return makespan_of(kept) * cell->cell->shape.workers;
}

static double cpu_of(const struct cb_kept_sample *kept)
{
	return known(kept->s.cpu_user_ns) + known(kept->s.cpu_sys_ns);
}

static double rate(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return kept->s.units ? known(kept->s.units) * 1e9 / makespan_of(kept) : NAN;
}

static double ns_per_unit(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	return 1e9 / rate(cell, kept, arg);
}

static double on_cpu(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)arg;
	return cpu_of(kept) / worker_time(cell, kept);
}

static double effective_cores(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return cpu_of(kept) / makespan_of(kept);
}

static double batch(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return kept->s.batches ? known(kept->s.units) / known(kept->s.batches) : NAN;
}

static double capacity(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return kept->capacity;
}

static double metric(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell;
	return kept->s.metrics[arg];
}

/* arg: offset of a uint64_t in struct cb_sample. */
static double field(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell;
	return known(*(const uint64_t *)((const char *)&kept->s + arg));
}

/* ---- ratios: per block against the serial cell --------------------------------------------------- */

static const struct cb_cell_result *baseline(const struct cb_result *result, const struct cb_group *group)
{
	for (unsigned i = group->first; i < group->first + group->n; i++)
		if (result->cells[i].cell->baseline && result->cells[i].status == CB_OK)
			return &result->cells[i];
	return NULL;
}

/*
 * Serial itself is not compared: it is 1 by definition, not by measurement. Nor is anything in open loop,
 * where the rate is what was asked for.
 */
static void compare_with_serial(
	const struct cb_result *result, struct cb_cell_result *cell, const struct cb_cell_result *base)
{
	struct cb_summary *s = &cell->summary;
	unsigned workers = cell->cell->shape.workers;
	double least;

	s->speedup = cb_result_ratio(result, cell, base);
	s->blocks = s->speedup.n;
	s->efficiency = s->speedup.median / workers;
	/* by its lower bound where there is one: noise is not to be flagged */
	least = isnan(s->speedup.ci_low) ? s->speedup.median : s->speedup.ci_low;
	s->superlinear = least > SUPERLINEAR * workers;
}

/* ---- what bounds it ------------------------------------------------------------------------------ */

/*
 * The workers' time in which they could have run: from each one's own start to its own end, less what they
 * queued for a CPU, whoever had it. From makespan x workers where that was not measured. NaN where workers
 * must have queued and nobody knows how long.
 */
static double free_time(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, bool queues)
{
	double delay = known(kept->s.run_delay_ns), off_cpu = known(kept->s.off_cpu_ns);

	if (isnan(delay) && queues)
		return NAN;
	if (isnan(delay))
		delay = 0;
	return isnan(off_cpu) ? worker_time(cell, kept) - delay : cpu_of(kept) + off_cpu;
}

/*
 * Share of that time in which they ran, the host's steal taken out first. Where steal is the larger part of
 * it, nothing is known. arg: whether workers may have queued.
 */
static double wants_cpu(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	double steal = kept->s.steal_ns == CB_NONE ? 0 : (double)kept->s.steal_ns;
	double time = free_time(cell, kept, arg), cpu = cpu_of(kept);

	if (isnan(time) || isnan(cpu) || steal > time / 2)
		return NAN;
	return cpu < time - steal ? cpu / (time - steal) : 1;
}

/* CPU time over what the CPUs in use could have given: many workers that wait much can fill them all. */
static double cpus_filled(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	unsigned cpus = cell->cell->placement.cpus, workers = cell->cell->shape.workers;

	return effective_cores(cell, kept, arg) / (cpus && cpus < workers ? cpus : workers);
}

static double device_bytes_per_wait(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	double waits = known(kept->s.ctx_voluntary);

	(void)cell, (void)arg;
	return waits > 0 ? (known(kept->s.read_bytes) + known(kept->s.write_bytes)) / waits : NAN;
}

/* Share of the workers' time that the metric lock_wait_ns says they waited for locks. arg: the metric. */
static double lock_share(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	return kept->s.metrics[arg] / worker_time(cell, kept);
}

static double lock_share_per_unit(
	const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	return lock_share(cell, kept, arg) * known(kept->s.units);
}

static bool lock_bound(const struct cb_workload *workload, const struct cb_cell_result *cell, double *scratch)
{
	for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++) {
		const struct cb_metric *row = &workload->metrics[i];

		if (strcmp(row->name, "lock_wait_ns"))
			continue;
		if (row->merge == CB_MERGE_SUM)
			return median_of(cell, lock_share, i, scratch) >= LOCK_SHARE;
		if (row->merge == CB_MERGE_PER_UNIT)
			return median_of(cell, lock_share_per_unit, i, scratch) >= LOCK_SHARE;
	}
	return false;
}

static enum cb_bound measured_bound(
	const struct cb_workload *workload, const struct cb_cell_result *cell, double *scratch)
{
	bool queues = cell->cell->oversubscribed || cell->cell->shape.workers > cell->cell->placement.cpus;
	double wants = median_of(cell, wants_cpu, queues, scratch);

	if (lock_bound(workload, cell, scratch))
		return CB_BOUND_LOCK;
	if (wants >= CPU_SHARE || median_of(cell, cpus_filled, 0, scratch) >= CPU_SHARE)
		return CB_BOUND_CPU;
	if (isnan(wants))
		return CB_BOUND_UNKNOWN;
	/* Off the CPU without ever giving it up: it was taken away, by whom is not known. */
	if (!(median_of(cell, field, offsetof(struct cb_sample, ctx_voluntary), scratch) > 0))
		return CB_BOUND_UNKNOWN;
	if (wants > WAIT_SHARE)
		return CB_BOUND_MIXED;
	if (median_of(cell, device_bytes_per_wait, 0, scratch) >= SECTOR_BYTES)
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
static void tell_memory_from_cpu(struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++) {
		struct cb_cell_result *cell = &result->cells[i];
		enum cb_bound *bound = &cell->summary.bound;

		if (*bound == CB_BOUND_CPU || *bound == CB_BOUND_MEMORY)
			*bound = fills_memory(result, cell) ? CB_BOUND_MEMORY : CB_BOUND_CPU;
	}
}

/* ---- the whole ----------------------------------------------------------------------------------- */

/* The counts and times whose medians are shown, by their places in a sample and in a summary. */
static const struct {
	size_t from, to;
} medians[] = {
#define MEDIAN(name)                                                                \
	{                                                                           \
		offsetof(struct cb_sample, name), offsetof(struct cb_summary, name) \
	}
	MEDIAN(makespan_ns),
	MEDIAN(spawn_ns),
	MEDIAN(teardown_ns),
	MEDIAN(start_skew_ns),
	MEDIAN(pss_bytes),
	MEDIAN(ctx_voluntary),
	MEDIAN(ctx_involuntary),
	MEDIAN(run_delay_ns),
	MEDIAN(backlog_units),
	MEDIAN(wake_late_ns),
#undef MEDIAN
};

static void summarize_fields(struct cb_cell_result *cell, double *scratch)
{
	for (size_t i = 0; i < CB_COUNT(medians); i++) {
		double median = median_of(cell, field, medians[i].from, scratch);
		uint64_t *to = (uint64_t *)((char *)&cell->summary + medians[i].to);

		*to = isnan(median) ? CB_NONE : (uint64_t)(median + 0.5);
	}
}

/* Units that a workload has only so many of may end a sample early; --quick and --units ask for it. */
static bool too_short(const struct cb_run_options *options, const struct cb_summary *s)
{
	return !options->quick && !options->units && s->makespan_ns < SAMPLE_MIN_NS;
}

static bool overloaded(const struct cb_cell_result *cell)
{
	uint64_t backlog = cell->summary.backlog_units;

	return backlog != CB_NONE && backlog > BACKLOG_FEW &&
	       (double)backlog > BACKLOG_SHARE * (double)cell->units;
}

const char *cb_open_sentence(const struct cb_summary *s, const struct cb_cell *cell, char *text)
{
	*text = '\0';
	if (s->overloaded)
		snprintf(text, CB_OPEN_SENTENCE,
			"could not keep up with %.6g units a second: it did %.6g, and %llu units had not "
			"begun when "
			"the last arrived; response times say how long the sample was, so ask for less",
			cell->open.rate_per_s, s->units_per_s.median, (unsigned long long)s->backlog_units);
	return text;
}

/* Of all samples together, as quotas strike in some only. NaN: not counted here. */
static double throttled(const struct cb_cell_result *cell)
{
	unsigned cpus = cell->cell->placement.cpus, workers = cell->cell->shape.workers;
	double sum = 0, time = 0, share;

	for (unsigned i = 0; i < cell->samples_n; i++) {
		if (!cb_sample_counts(&cell->samples[i]))
			continue;
		sum += known(cell->samples[i].s.throttled_ns);
		time += makespan_of(&cell->samples[i]);
	}
	/* the counter is read a little before the start and after the end: no more than the samples lasted */
	share = sum / (time * (cpus && cpus < workers ? cpus : workers));
	return share > 1 ? 1 : share;
}

static bool capacity_low(const struct cb_cell_result *cell)
{
	unsigned cpus = cell->cell->placement.cpus, workers = cell->cell->shape.workers;

	return cell->summary.capacity < CAPACITY_LOW * (cpus < workers ? cpus : workers);
}

static struct cb_summary empty_summary(void)
{
	struct cb_estimate none = cb_estimate(NULL, 0, CONFIDENCE);
	struct cb_summary s = { .units_per_s = none,
		.ns_per_unit = none,
		.speedup = none,
		.efficiency = NAN,
		.on_cpu = NAN,
		.effective_cores = NAN,
		.capacity = NAN,
		.throttled = NAN,
		.batch = NAN };

	for (unsigned i = 0; i < CB_METRICS_MAX; i++)
		s.metrics[i] = NAN;
	for (size_t i = 0; i < CB_COUNT(medians); i++)
		*(uint64_t *)((char *)&s + medians[i].to) = CB_NONE;
	return s;
}

static void summarize_cell(
	struct cb_result *result, const struct cb_workload *workload, struct cb_cell_result *cell)
{
	struct cb_looks looks = cb_result_sample_looks(result);
	double *scratch = result->scratch;
	struct cb_summary *s = &cell->summary;

	*s = empty_summary();
	if (cell->status != CB_OK || !cb_cell_result_counted(cell))
		return;
	s->units_per_s = cb_estimate_looked(scratch, collect(cell, rate, 0, scratch), CONFIDENCE, &looks);
	s->ns_per_unit = cb_estimate_looked(
		scratch, collect(cell, ns_per_unit, 0, scratch), CONFIDENCE, &looks);
	s->n = s->units_per_s.n;
	s->on_cpu = median_of(cell, on_cpu, 0, scratch);
	s->effective_cores = median_of(cell, effective_cores, 0, scratch);
	s->capacity = median_of(cell, capacity, 0, scratch);
	s->batch = median_of(cell, batch, 0, scratch);
	s->throttled = throttled(cell);
	for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++)
		s->metrics[i] = median_of(cell, metric, i, scratch);
	summarize_fields(cell, scratch);
	s->capacity_low = capacity_low(cell);
	s->overloaded = overloaded(cell);
	s->too_short = too_short(result->options, s);
	s->precision_reached = cb_estimate_half_width(&s->units_per_s) <= result->options->precision;
	s->bound = measured_bound(workload, cell, scratch);
}

void cb_result_summarize(struct cb_result *result, unsigned group_index)
{
	const struct cb_group *group = &result->plan->groups[group_index];
	const struct cb_cell_result *serial = baseline(result, group);

	for (unsigned i = group->first; i < group->first + group->n; i++) {
		summarize_cell(result, group->workload, &result->cells[i]);
		cb_fault_summarize(&result->cells[i], result->scratch, &result->cells[i].fault);
	}
	for (unsigned i = group->first; serial && i < group->first + group->n; i++)
		if (result->cells[i].summary.n && &result->cells[i] != serial &&
			!(result->options->open.rate_per_s > 0))
			compare_with_serial(result, &result->cells[i], serial);
	tell_memory_from_cpu(result);
}
