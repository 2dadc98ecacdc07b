/*
 * The samples that count: blocks of cells of a group in random balanced order. First of all its cells, until
 * each has the minimum; who gets more is decided over all groups (spend.c).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/clock.h"
#include "lib/plan/order.h"
#include "lib/session/group_run.h"

static const struct cb_run_options *options_of(const struct cb_group_run *run)
{
	return run->session->result->options;
}

static struct cb_cell_result *result_of(const struct cb_group_run *run, const struct cb_cell_run *cell)
{
	return &run->session->result->cells[cell->index];
}

/* Whether the next block has it. */
static bool is_next(const struct cb_cell_run *cell)
{
	return cell->alive && cell->in_block;
}

/* ---- capacity -------------------------------------------------------------------------------- */

/* The CPUs a cell uses; the first usable ones of its set where it is not pinned. Returns how many. */
static unsigned cpus_of(const struct cb_cell *cell, unsigned *cpus)
{
	const struct cb_allowance *allowance = &cell->cpu_set->allowance;
	unsigned n = 0;

	if (cell->placement.worker_cpu[0] < 0) {
		for (; n < allowance->mask_n && n < cell->placement.cpus && n < CB_CAPACITY_CPUS_MAX; n++)
			cpus[n] = allowance->mask[n];
		return n;
	}
	for (unsigned w = 0; w < cell->shape.workers && n < CB_CAPACITY_CPUS_MAX; w++) {
		unsigned k = 0, cpu = (unsigned)cell->placement.worker_cpu[w];

		while (k < n && cpus[k] != cpu)
			k++;
		if (k == n)
			cpus[n++] = cpu;
	}
	return n;
}

/* Of the cell in the block that uses most CPUs. */
static void probe_capacity(struct cb_group_run *run)
{
	const struct cb_cell *most = NULL;
	double capacity;

	for (unsigned i = 0; i < run->group->n; i++)
		if (is_next(&run->cells[i]) &&
			(!most || run->cells[i].cell->placement.cpus > most->placement.cpus))
			most = run->cells[i].cell;
	run->capacity = NAN;
	run->capacity_cpus_n = most ? cpus_of(most, run->capacity_cpus) : 0;
	if (run->capacity_cpus_n < 2)
		return;
	capacity = cb_capacity_probe(run->capacity_cpus, run->capacity_cpus_n);
	if (capacity >= 0)
		run->capacity = run->session->result->capacity = capacity;
}

/* The latest probe, where it was of this cell's CPUs. */
static double capacity_of(const struct cb_group_run *run, const struct cb_cell *cell)
{
	unsigned cpus[CB_CAPACITY_CPUS_MAX], n = cpus_of(cell, cpus), same = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < run->capacity_cpus_n; k++)
			same += cpus[i] == run->capacity_cpus[k];
	return n == run->capacity_cpus_n && same == n ? run->capacity : NAN;
}

/* ---- samples --------------------------------------------------------------------------------- */

/* Another cell of the group whose digest of as many units is known. */
static const struct cb_cell_run *peer_of(const struct cb_group_run *run, const struct cb_cell_run *cell)
{
	for (unsigned i = 0; i < run->group->n; i++)
		if (&run->cells[i] != cell && run->cells[i].digest_known &&
			run->cells[i].units == cell->units)
			return &run->cells[i];
	return NULL;
}

/*
 * Equal units, equal digest: what is expected, else serial's V, else what another cell or this one's first
 * sample had.
 */
static void know_digest(const struct cb_group_run *run, struct cb_cell_run *cell, uint64_t measured)
{
	const struct cb_cell_run *peer = peer_of(run, cell);

	cell->digest_known = true;
	cell->digest = cell->units == run->verify_units ? run->verify_digest : peer ? peer->digest : measured;
	if (!cell->verified_by)
		cell->verified_by = "samples";
}

static void check_digest(const struct cb_group_run *run, struct cb_cell_run *cell, struct cb_sample *sample)
{
	if (!cell->digest_known)
		know_digest(run, cell, sample->digest);
	if (sample->digest == cell->digest)
		return;
	sample->status = CB_MISMATCH;
	snprintf(sample->reason, sizeof sample->reason,
		"%llu units have digest 0x%016llx, 0x%016llx was expected", (unsigned long long)sample->units,
		(unsigned long long)sample->digest, (unsigned long long)cell->digest);
}

/* In open loop every unit is timed, however short. */
static enum cb_timing timing_of(const struct cb_group_run *run, const struct cb_cell_run *cell)
{
	return cell->cell->open.rate_per_s > 0 ? CB_TIMING_EACH : run->timing;
}

static int keep(struct cb_group_run *run, struct cb_cell_run *cell, const struct cb_sample *sample,
	unsigned order, bool discarded, bool unpaired, struct cb_error *err)
{
	struct cb_cell_result *result = result_of(run, cell);
	struct cb_kept_sample *kept = cb_result_add(run->session->result, cell->index, sample);

	if (!kept)
		return cb_error_set(err, -ENOMEM, "no memory for another sample");
	kept->block = run->blocks_done;
	kept->order = order;
	kept->discarded = discarded;
	kept->unpaired = unpaired;
	kept->capacity = capacity_of(run, cell->cell);
	result->units = cell->units;
	result->digest = cell->digest;
	result->digest_known = cell->digest_known;
	result->verified_by = cell->verified_by;
	result->timing = timing_of(run, cell);
	result->timing_every = run->timing_every;
	return 0;
}

/*
 * A sample with a fault has no rate, and its status is what the fault makes of it: it is kept all the same,
 * and the cell goes on. Its own status is that of the first.
 */
static int keep_faulted(struct cb_group_run *run, struct cb_cell_run *cell, const struct cb_sample *sample,
	unsigned order, struct cb_error *err)
{
	struct cb_cell_result *result = result_of(run, cell);

	if (!sample->fault.struck) {
		cb_group_drop(run, cell, sample->status == CB_OK ? CB_FAILED : sample->status,
			sample->status == CB_OK ? "it ended before the fault could strike" : sample->reason);
		return 0;
	}
	if (!result->samples_n) {
		result->status = sample->status;
		snprintf(result->reason, sizeof result->reason, "%s", sample->reason);
		if (sample->stuck)
			cb_result_keep_stuck(run->session->result, cell->index, sample->stuck);
	}
	return keep(run, cell, sample, order, false, false, err);
}

static int take_sample(struct cb_group_run *run, struct cb_cell_run *cell, unsigned order, bool discarded,
	bool unpaired, struct cb_error *err)
{
	const struct cb_cell_result *result = result_of(run, cell);
	struct cb_sample_how how = {
		.timing = timing_of(run, cell),
		.open = cell->cell->open,
		.latency = discarded ? NULL : result->latency,
		.service = discarded ? NULL : result->service,
	};
	struct cb_sample sample;
	int r;

	if (!cell->alive)
		return 0;
	cb_group_progress(run, CB_PHASE_MEASURE, cell);
	r = cb_group_sample(run, cell->cell, cell->units, &how, &sample, err);
	if (r)
		return r;
	cell->rough_ns = sample.total_ns;
	if (run->fault)
		return keep_faulted(run, cell, &sample, order, err);
	if (sample.status == CB_OK)
		check_digest(run, cell, &sample);
	if (sample.status != CB_OK) {
		cb_group_fail(run, cell, &sample);
		return 0;
	}
	return keep(run, cell, &sample, order, discarded, unpaired, err);
}

/* The numbers of the cells of the next block. Returns how many. */
static unsigned list_next(const struct cb_group_run *run, unsigned *cells)
{
	unsigned n = 0;

	for (unsigned i = 0; i < run->group->n; i++)
		if (is_next(&run->cells[i]))
			cells[n++] = i;
	return n;
}

/* A block that did not get to its end balances nothing: its samples count for rates only. */
static void mark_unpaired(struct cb_group_run *run)
{
	for (unsigned i = 0; i < run->group->n; i++) {
		struct cb_cell_result *result = result_of(run, &run->cells[i]);

		for (unsigned k = 0; k < result->samples_n; k++)
			if (result->samples[k].block == run->blocks_done)
				result->samples[k].unpaired = true;
	}
}

/* A primer where the group begins or was left for another, then the cells in the block's order. */
static int run_slots(struct cb_group_run *run, const unsigned *cells, const unsigned *order, unsigned slots,
	bool half, struct cb_error *err)
{
	unsigned primer = run->session->latest == run->number || run->fault ? 0 : 1;
	int r = 0;

	run->session->latest = run->number;
	if (primer)
		r = take_sample(run, &run->cells[cells[order[0]]], 0, true, false, err);
	for (unsigned i = 0; i < slots && !r; i++)
		r = take_sample(run, &run->cells[cells[order[i]]], primer + i, false, half, err);
	return r;
}

static int run_block(struct cb_group_run *run, bool half, struct cb_error *err)
{
	unsigned *cells = calloc(3 * (size_t)run->group->n, sizeof *cells), *order, n;
	uint64_t from = cb_session_now_ns(run->session);
	int r;

	if (!cells)
		return cb_error_set(err, -ENOMEM, "no memory for a block");
	order = cells + run->group->n;
	n = list_next(run, cells);
	cb_order_block(&run->session->rng, order, n);
	probe_capacity(run);
	r = run_slots(run, cells, order, half ? n : 2 * n, half, err);
	if (r)
		mark_unpaired(run);
	free(cells);
	run->block_ns = cb_session_now_ns(run->session) - from;
	run->blocks_done++;
	return r;
}

int cb_group_block(struct cb_group_run *run, bool half, struct cb_error *err)
{
	const struct cb_listener *listener = run->session->listener;
	int r = run_block(run, half, err);

	if (r)
		return r;
	cb_result_summarize(run->session->result, run->number);
	return listener->block_done ? listener->block_done(listener->arg, run->session->result, err) : 0;
}

/* ---- stopping -------------------------------------------------------------------------------- */

static bool any_alive(const struct cb_group_run *run)
{
	for (unsigned i = 0; i < run->group->n; i++)
		if (run->cells[i].alive)
			return true;
	return false;
}

/* A number, else the least that --precision needs, else the time. */
static bool has_its_share(const struct cb_group_run *run)
{
	const struct cb_run_options *options = options_of(run);
	unsigned samples = 2 * run->blocks_done;

	if (!any_alive(run))
		return true;
	if (options->samples)
		return samples >= options->samples;
	if (samples >= options->samples_min)
		return true;
	return run->blocks_done &&
	       cb_session_now_ns(run->session) - run->started_ns + run->block_ns > run->budget_ns;
}

int cb_group_measure(struct cb_group_run *run, struct cb_error *err)
{
	const struct cb_fault *fault = &options_of(run)->fault;
	unsigned wanted = options_of(run)->samples;
	int r = 0;

	run->fault = fault->how ? fault : NULL;
	for (unsigned i = 0; i < run->group->n; i++)
		run->cells[i].in_block = true;
	while (!r && !has_its_share(run))
		r = cb_group_block(run, wanted && wanted - 2 * run->blocks_done == 1, err);
	return r;
}
