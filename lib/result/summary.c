/*
 * From samples to the numbers that are shown: pure. A rate's interval counts samples; every ratio's counts
 * blocks, because two samples of one block share their moment of the host. Nothing is trimmed.
 */
#include "lib/result/bound.h"
#include "lib/result/ratio.h"
#include "lib/result/sample_value.h"

#include <math.h>
#include <string.h>

#define CONFIDENCE 0.95

/* Shorter ones are too noisy to be taken unasked. */
#define SAMPLE_MIN_NS UINT64_C(100000000)
/* Speed-up above this share of the workers is more than perfect: a warmer cache or a slow baseline. */
#define SUPERLINEAR 1.05
/* Spread of the capacity probe in quiet hours is a few percent; a tenth missing is a shared core. */
#define CAPACITY_LOW 0.9
/* Units that had not begun when the last arrived: more than this share, and than a few, is no burst. */
#define BACKLOG_SHARE 0.05
#define BACKLOG_FEW   2

/* ---- numbers of one sample; NaN where one is missing --------------------------------------------- */

static double rate(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return kept->s.units ? cb_value_known(kept->s.units) * 1e9 / cb_value_makespan(kept) : NAN;
}

static double ns_per_unit(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	return 1e9 / rate(cell, kept, arg);
}

static double on_cpu(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)arg;
	return cb_value_cpu(kept) / cb_value_worker_time(cell, kept);
}

static double batch(const struct cb_cell_result *cell, const struct cb_kept_sample *kept, size_t arg)
{
	(void)cell, (void)arg;
	return kept->s.batches ? cb_value_known(kept->s.units) / cb_value_known(kept->s.batches) : NAN;
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

/* ---- against the serial cell ------------------------------------------------------------------------- */

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
		double median = cb_value_median(cell, cb_value_field, medians[i].from, scratch);
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
		sum += cb_value_known(cell->samples[i].s.throttled_ns);
		time += cb_value_makespan(&cell->samples[i]);
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
	s->units_per_s = cb_estimate_looked(scratch, cb_values(cell, rate, 0, scratch), CONFIDENCE, &looks);
	s->ns_per_unit = cb_estimate_looked(
		scratch, cb_values(cell, ns_per_unit, 0, scratch), CONFIDENCE, &looks);
	s->n = s->units_per_s.n;
	s->on_cpu = cb_value_median(cell, on_cpu, 0, scratch);
	s->effective_cores = cb_value_median(cell, cb_value_effective_cores, 0, scratch);
	s->capacity = cb_value_median(cell, capacity, 0, scratch);
	s->batch = cb_value_median(cell, batch, 0, scratch);
	s->throttled = throttled(cell);
	for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++)
		s->metrics[i] = cb_value_median(cell, metric, i, scratch);
	summarize_fields(cell, scratch);
	s->capacity_low = capacity_low(cell);
	s->overloaded = overloaded(cell);
	s->too_short = too_short(result->options, s);
	s->precision_reached = cb_estimate_half_width(&s->units_per_s) <= result->options->precision;
	s->bound = cb_bound_measured(workload, cell, scratch);
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
	cb_bound_tell_memory(result);
}
