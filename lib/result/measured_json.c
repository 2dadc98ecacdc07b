/* Tables of (key, field): a new number in struct cb_sample or in its rows is one line here. */
#include "lib/result/measured_json.h"

#include "lib/result/result.h"

#include <inttypes.h>
#include <math.h>

struct field {
	const char *key;
	size_t offset; /* of a uint64_t */
};

static const struct field sample_fields[] = {
#define FIELD(name)                                     \
	{                                               \
#name, offsetof(struct cb_sample, name) \
	}
	FIELD(units),
	FIELD(batches),
	FIELD(makespan_ns),
	FIELD(total_ns),
	FIELD(setup_ns),
	FIELD(spawn_ns),
	FIELD(gate_ns),
	FIELD(teardown_ns),
	FIELD(start_skew_ns),
	FIELD(stop_skew_ns),
	FIELD(cpu_user_ns),
	FIELD(cpu_sys_ns),
	FIELD(partner_cpu_ns),
	FIELD(ctx_voluntary),
	FIELD(ctx_involuntary),
	FIELD(faults_minor),
	FIELD(faults_major),
	FIELD(run_delay_ns),
	FIELD(off_cpu_ns),
	FIELD(steal_ns),
	FIELD(throttled_ns),
	FIELD(pss_bytes),
	FIELD(read_bytes),
	FIELD(write_bytes),
	FIELD(rchar),
	FIELD(wchar),
	FIELD(timer_slack_ns),
	FIELD(backlog_units),
	FIELD(wake_late_ns),
#undef FIELD
};

static const struct field row_fields[] = {
#define FIELD(name)                                         \
	{                                                   \
#name, offsetof(struct cb_worker_row, name) \
	}
	FIELD(start_ns),
	FIELD(end_ns),
	FIELD(units),
	FIELD(cpu_ns),
#undef FIELD
};

/* Fields of type int; what is unknown is -1 already. */
static const struct field row_int_fields[] = {
#define FIELD(name)                                         \
	{                                                   \
#name, offsetof(struct cb_worker_row, name) \
	}
	FIELD(pid),
	FIELD(tid),
	FIELD(cpu),
#undef FIELD
};

static double cpu_ns_per_unit(const struct cb_sample *s)
{
	if (s->cpu_user_ns == CB_NONE || s->cpu_sys_ns == CB_NONE || s->units == CB_NONE)
		return NAN;
	return ((double)s->cpu_user_ns + (double)s->cpu_sys_ns) / (double)s->units; /* no units: not finite */
}

void cb_json_interval(struct cb_json in, const struct cb_estimate *e)
{
	cb_json_double(in, "median", e->median);
	if (isfinite(e->ci_low) && isfinite(e->ci_high)) {
		cb_json_double(in, "ci_low", e->ci_low);
		cb_json_double(in, "ci_high", e->ci_high);
		cb_json_double(in, "confidence", e->confidence);
		cb_json_double(in, "coverage", e->coverage);
	}
	cb_json_double(in, "min", e->min);
	cb_json_double(in, "max", e->max);
	cb_json_double(in, "mean", e->mean);
}

void cb_json_estimate(struct cb_json in, const char *key, const struct cb_estimate *e)
{
	if (e->n)
		cb_json_interval(cb_json_object(in, key), e);
}

void cb_json_metrics(struct cb_json in, const struct cb_workload *workload, const double *values)
{
	struct cb_json metrics = cb_json_object(in, "metrics");

	for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++)
		cb_json_double(metrics, workload->metrics[i].name, values[i]);
}

static void add_notes(struct cb_json in, const struct cb_sample *sample)
{
	struct cb_json notes;

	if (!sample->notes_n)
		return;
	notes = cb_json_object(in, "notes");
	for (unsigned i = 0; i < sample->notes_n && i < CB_NOTES_MAX; i++) {
		const struct cb_note *note = &sample->notes[i];

		if (note->word[0])
			cb_json_text(notes, note->key, note->word);
		else
			cb_json_double(notes, note->key, note->number);
	}
}

void cb_json_measured(struct cb_json in, const struct cb_workload *workload, const struct cb_sample *sample)
{
	for (size_t i = 0; i < CB_COUNT(sample_fields); i++)
		cb_json_u64(in, sample_fields[i].key,
			*(const uint64_t *)((const char *)sample + sample_fields[i].offset));
	cb_json_word(in, "digest", sample->digest);
	cb_json_double(in, "cpu_ns_per_unit", cpu_ns_per_unit(sample));
	cb_json_u64(in, "workers_idle", sample->workers_idle);
	cb_json_u64(in, "workers_done", sample->workers_done);
	cb_json_metrics(in, workload, sample->metrics);
	add_notes(in, sample);
}

static void add_column(struct cb_json in, const struct field *field, bool is_int,
	const struct cb_worker_row *rows, unsigned workers)
{
	struct cb_json_numbers numbers = { 0 };

	for (unsigned i = 0; i < workers; i++) {
		const char *at = (const char *)&rows[i] + field->offset;

		if (is_int)
			cb_json_numbers_add(
				&numbers, *(const int *)at < 0 ? CB_NONE : (uint64_t) * (const int *)at);
		else
			cb_json_numbers_add(&numbers, *(const uint64_t *)at);
	}
	cb_json_numbers_finish(&numbers, in, field->key);
}

void cb_json_worker_rows(struct cb_json in, const struct cb_worker_row *rows, unsigned workers)
{
	struct cb_json columns = cb_json_object(in, "workers");

	for (size_t i = 0; i < CB_COUNT(row_int_fields); i++)
		add_column(columns, &row_int_fields[i], true, rows, workers);
	for (size_t i = 0; i < CB_COUNT(row_fields); i++)
		add_column(columns, &row_fields[i], false, rows, workers);
}

/* The last bucket has no end of its own: it ends behind the largest value. */
static uint64_t bucket_end(const struct cb_histogram *histogram, unsigned i)
{
	uint64_t high = cb_histogram_high_ns(i);

	return high == CB_NONE ? histogram->max_ns + 1 : high;
}

static void add_buckets(struct cb_json in, const struct cb_histogram *histogram)
{
	struct cb_json_numbers buckets = { 0 };
	char text[80];

	for (unsigned i = 0; i < CB_HISTOGRAM_BUCKETS; i++) {
		if (!histogram->buckets[i])
			continue;
		snprintf(text, sizeof text, "[%" PRIu64 ",%" PRIu64 ",%" PRIu32 "]", cb_histogram_low_ns(i),
			bucket_end(histogram, i), histogram->buckets[i]);
		cb_json_numbers_raw(&buckets, text);
	}
	cb_json_numbers_finish(&buckets, in, "buckets");
}

static void add_times(struct cb_json in, const struct cb_histogram *histogram)
{
	static const struct {
		const char *key;
		double p;
	} percentiles[] = { { "p50_ns", 0.5 }, { "p90_ns", 0.9 }, { "p99_ns", 0.99 }, { "p999_ns", 0.999 } };

	cb_json_u64(in, "count", histogram->count);
	for (size_t i = 0; i < CB_COUNT(percentiles); i++)
		cb_json_u64(in, percentiles[i].key, cb_histogram_percentile_ns(histogram, percentiles[i].p));
	cb_json_u64(in, "max_ns", histogram->max_ns);
	add_buckets(in, histogram);
}

void cb_json_latency(struct cb_json in, const struct cb_histogram *histogram,
	const struct cb_histogram *service, enum cb_timing timing, uint64_t every)
{
	struct cb_json latency;

	if (!histogram || !histogram->count || timing == CB_TIMING_NONE)
		return;
	latency = cb_json_object(in, "latency");
	cb_json_text(latency, "loop", service ? "open" : "closed");
	cb_json_text(latency, "timing", cb_timing_names[timing]);
	if (timing == CB_TIMING_SAMPLED)
		cb_json_u64(latency, "every", every);
	add_times(latency, histogram);
	if (service)
		add_times(cb_json_object(latency, "service"), service);
}
