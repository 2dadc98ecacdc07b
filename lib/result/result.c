/*
 * The result's memory. All that grows with samples lives in a store that forks do not copy; growing arrays
 * are copied into larger ones and the old ones left behind, at most as much again.
 */
#include "lib/result/result.h"

#include "lib/result/store.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define FIRST_SAMPLES 16u /* room a cell starts with */

const char *const cb_bound_names[] = {
	[CB_BOUND_UNKNOWN] = "",
	[CB_BOUND_CPU] = "cpu",
	[CB_BOUND_MEMORY] = "memory",
	[CB_BOUND_WAIT] = "wait",
	[CB_BOUND_DEVICE] = "device",
	[CB_BOUND_LOCK] = "lock",
	[CB_BOUND_MIXED] = "mixed",
};

const char *const cb_class_names[] = {
	[CB_CLASS_CPU] = "cpu",
	[CB_CLASS_MEMORY] = "memory",
	[CB_CLASS_WAIT] = "wait",
	[CB_CLASS_DEVICE] = "device",
	[CB_CLASS_KERNEL] = "kernel",
	[CB_CLASS_SYNC] = "sync",
	[CB_CLASS_IPC] = "ipc",
	[CB_CLASS_MIXED] = "mixed",
};

const char *const cb_timing_names[] = {
	[CB_TIMING_NONE] = "none",
	[CB_TIMING_SAMPLED] = "sampled",
	[CB_TIMING_EACH] = "each",
};

static bool init_cell(struct cb_result *result, unsigned i)
{
	const struct cb_cell *cell = &result->plan->cells[i];
	struct cb_cell_result *to = &result->cells[i];

	to->cell = cell;
	to->status = cell->status;
	snprintf(to->reason, sizeof to->reason, "%s", cell->reason);
	to->latency = cb_store_alloc(result->store, sizeof *to->latency);
	if (cell->open.rate_per_s > 0)
		to->service = cb_store_alloc(result->store, sizeof *to->service);
	return to->latency && (to->service || !(cell->open.rate_per_s > 0));
}

/* Summaries included, which are then empty. */
static bool init_cells(struct cb_result *result)
{
	const struct cb_plan *plan = result->plan;

	result->cells = cb_store_alloc(result->store, plan->cells_n * sizeof *result->cells);
	if (!result->cells)
		return false;
	for (unsigned i = 0; i < plan->cells_n; i++)
		if (!init_cell(result, i))
			return false;
	for (unsigned i = 0; i < plan->groups_n; i++)
		cb_result_summarize(result, i);
	return true;
}

static void set_started(struct cb_result *result)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(result->started, sizeof result->started, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int cb_result_init(struct cb_result *ret, const struct cb_run_options *options, const struct cb_host *host,
	const struct cb_plan *plan, struct cb_error *err)
{
	struct cb_result result = { .options = options, .host = host, .plan = plan, .capacity = NAN };

	result.store = cb_store_new();
	if (!result.store || !init_cells(&result)) {
		cb_result_release(&result);
		return cb_error_set(err, -ENOMEM, "no memory for the result of %u cells", plan->cells_n);
	}
	set_started(&result);
	*ret = result;
	return 0;
}

void cb_result_release(struct cb_result *result)
{
	if (!result)
		return;
	cb_store_free(result->store);
	*result = (struct cb_result){ 0 };
}

static bool reserve_scratch(struct cb_result *result, unsigned n)
{
	unsigned cap = n > 2 * result->scratch_cap ? n : 2 * result->scratch_cap;
	double *scratch;

	if (n <= result->scratch_cap)
		return true;
	scratch = cb_store_alloc(result->store, cap * sizeof *scratch);
	if (!scratch)
		return false;
	result->scratch = scratch;
	result->scratch_cap = cap;
	return true;
}

static bool reserve_sample(struct cb_result *result, struct cb_cell_result *cell)
{
	unsigned cap = cell->samples_cap ? 2 * cell->samples_cap : FIRST_SAMPLES;
	struct cb_kept_sample *samples;

	if (cell->samples_n < cell->samples_cap)
		return true;
	samples = cb_store_alloc(result->store, cap * sizeof *samples);
	if (!samples)
		return false;
	if (cell->samples_n)
		memcpy(samples, cell->samples, cell->samples_n * sizeof *samples);
	cell->samples = samples;
	cell->samples_cap = cap;
	return true;
}

/* Quartiles of one number over the workers that have it; NaN when none has. scratch holds n numbers. */
static void row_quartiles(
	const struct cb_worker_row *rows, unsigned n, size_t offset, double *scratch, double ret[5])
{
	unsigned known = 0;

	for (unsigned i = 0; rows && i < n; i++) {
		uint64_t value = *(const uint64_t *)((const char *)&rows[i] + offset);

		if (value != CB_NONE)
			scratch[known++] = (double)value;
	}
	cb_quartiles(scratch, known, ret);
}

static void keep_quartiles(
	struct cb_kept_sample *kept, const struct cb_worker_row *rows, unsigned n, double *scratch)
{
	static const size_t offsets[] = { offsetof(struct cb_worker_row, start_ns),
		offsetof(struct cb_worker_row, end_ns), offsetof(struct cb_worker_row, units) };

	for (size_t i = 0; i < CB_COUNT(offsets); i++)
		row_quartiles(rows, n, offsets[i], scratch, kept->quartiles[i]);
}

static bool keep_rows(
	struct cb_result *result, struct cb_kept_sample *kept, const struct cb_worker_row *rows, unsigned n)
{
	kept->s.rows = NULL;
	if (!rows || (n > CB_ROWS_KEPT && !result->options->worker_rows))
		return true;
	kept->s.rows = cb_store_alloc(result->store, n * sizeof *rows);
	if (!kept->s.rows)
		return false;
	memcpy(kept->s.rows, rows, n * sizeof *rows);
	return true;
}

struct cb_kept_sample *cb_result_add(struct cb_result *result, unsigned cell, const struct cb_sample *sample)
{
	struct cb_cell_result *to = &result->cells[cell];
	unsigned workers = to->cell->shape.workers;
	unsigned numbers = to->samples_n + 1 > workers ? to->samples_n + 1 : workers;
	struct cb_kept_sample *kept;

	if (!reserve_scratch(result, numbers) || !reserve_sample(result, to))
		return NULL;
	kept = &to->samples[to->samples_n];
	*kept = (struct cb_kept_sample){ .s = *sample, .capacity = NAN };
	kept->s.stuck = NULL; /* the cell's, by cb_result_keep_stuck */
	if (!keep_rows(result, kept, sample->rows, workers))
		return NULL;
	keep_quartiles(kept, sample->rows, workers, result->scratch);
	to->samples_n++;
	return kept;
}

void cb_result_keep_stuck(struct cb_result *result, unsigned cell, const struct cb_stuck *stuck)
{
	struct cb_stuck *copy = cb_store_alloc(result->store, sizeof *copy);

	if (copy)
		*copy = *stuck;
	result->cells[cell].stuck = copy;
}

struct cb_looks cb_result_sample_looks(const struct cb_result *result)
{
	return cb_looks_of_samples(result->options->samples_min, result->options->samples_max);
}

struct cb_looks cb_result_block_looks(const struct cb_result *result)
{
	return cb_looks_of_blocks(result->options->samples_min, result->options->samples_max);
}

bool cb_sample_counts(const struct cb_kept_sample *kept)
{
	return kept->s.status == CB_OK && !kept->discarded;
}

unsigned cb_cell_result_counted(const struct cb_cell_result *cell)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cell->samples_n; i++)
		n += cb_sample_counts(&cell->samples[i]);
	return n;
}

bool cb_cell_result_failed(const struct cb_cell_result *cell)
{
	return cell->status != CB_OK && cell->status != CB_SKIPPED;
}

bool cb_cell_result_as_expected(const struct cb_cell_result *cell)
{
	return cb_cell_result_failed(cell) && cell->status == cell->cell->expected;
}

bool cb_cell_result_excused(const struct cb_result *result, const struct cb_cell_result *cell)
{
	return cb_cell_result_as_expected(cell) && result->plan->groups[cell->cell->group].from_set;
}

int cb_result_exit_status(const struct cb_result *result)
{
	bool measured = false;

	for (unsigned i = 0; i < result->plan->cells_n; i++) {
		const struct cb_cell_result *cell = &result->cells[i];

		bool excused = cb_cell_result_excused(result, cell);

		if (cb_cell_result_failed(cell) && !excused)
			return 5;
		measured |= excused || (cell->status == CB_OK && cb_cell_result_counted(cell) > 0);
	}
	return measured ? 0 : 6;
}
