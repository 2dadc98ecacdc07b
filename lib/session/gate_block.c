#include "lib/session/gate_block.h"

#include "lib/base/rng.h"
#include "lib/plan/calibrate.h"
#include "lib/plan/plan.h"
#include "lib/result/result.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TIMEOUT_MIN_NS  UINT64_C(10000000000)
#define TIMEOUT_FACTOR  20u
#define CORRECTIONS_MAX 3u
#define CREATE_NS       20000000u /* a generous guess at creating and ending one worker */

uint64_t cb_gate_target_ns(const struct cb_gate_run *run, const struct cb_gate_cell *cell)
{
	const struct cb_cell planned = {
		.oversubscribed = cell->oversubscribed,
		.shape = { .workers = cell->workers },
		.env = { .cpus = cell->cpus },
	};

	return cb_cell_target_ns(&planned, run->sample_time_ns, cell->waits ? CB_CLASS_WAIT : CB_CLASS_CPU);
}

static uint64_t timeout_ns(const struct cb_gate_run *run, const struct cb_gate_cell *cell)
{
	uint64_t expected = TIMEOUT_FACTOR * (cb_gate_target_ns(run, cell) + run->drive.warmup_ns) +
			    (uint64_t)cell->workers * CREATE_NS;

	if (run->timeout_ns)
		return run->timeout_ns;
	return expected > TIMEOUT_MIN_NS ? expected : TIMEOUT_MIN_NS;
}

static void set_status(struct cb_gate_cell *cell, enum cb_gate_status status, const char *reason)
{
	cell->status = status;
	snprintf(cell->reason, sizeof cell->reason, "%s", reason);
}

/* The sample did not succeed: the cell tells which arm it was and why. */
static void fail_cell(struct cb_gate_cell *cell, const char *side, const struct cb_drive_answer *answer)
{
	char reason[sizeof cell->reason];

	snprintf(reason, sizeof reason, "%s: %s%s%.250s", side,
		answer->status == CB_SKIPPED ? "" : cb_status_names[answer->status],
		answer->status == CB_SKIPPED ? "" : ": ", answer->reason);
	set_status(cell, answer->status == CB_SKIPPED ? CB_GATE_SKIPPED : CB_GATE_BROKEN, reason);
}

/* ---- calibration ---- */

static uint64_t units_min(const struct cb_gate_cell *cell)
{
	uint64_t waves = cell->waits ? (uint64_t)CB_WAVES_MIN * cell->workers : 1;

	return cell->units_min > waves ? cell->units_min : waves;
}

/* A head that is slowed down does more of them. */
static uint64_t units_max(const struct cb_gate_run *run, const struct cb_gate_cell *cell)
{
	double most = (double)cell->units_max / (1 + run->head->slowdown);

	if (cell->units_max == CB_NONE)
		return UINT64_MAX;
	return run->head->slowdown ? (uint64_t)most : cell->units_max;
}

static struct cb_calibration calibration_of(const struct cb_gate_run *run, const struct cb_gate_cell *cell)
{
	struct cb_calibration c = {
		.target_ns = cb_gate_target_ns(run, cell),
		.multiple = (uint64_t)cell->workers * cb_arm_units_step(run->head),
		.units_min = units_min(cell),
		.units_max = units_max(run, cell),
	};

	cb_calibration_start(&c, 0);
	if (run->units) {
		c.units = run->units;
		c.done = true;
	}
	return c;
}

int cb_gate_trial(struct cb_gate_run *run, const struct cb_gate_cell *cell, uint64_t units,
	struct cb_drive_answer *ret, uint64_t *ret_total_ns, struct cb_error *err)
{
	int r;

	do
		r = cb_arm_sample(run->supervisor, run->base, cell, units, timeout_ns(run, cell), &run->drive,
			ret, ret_total_ns, err);
	while (r == -ERESTART);
	return r;
}

/*
 * Samples of base until the units are known, and one of so many. Where that one lasts less than half of what
 * was wanted, something disturbed the trial before: it is taken for one.
 */
static int find_units(struct cb_gate_run *run, struct cb_gate_cell *cell, struct cb_calibration *c,
	struct cb_drive_answer *ret, uint64_t *ret_total_ns, struct cb_error *err)
{
	unsigned corrections = 0;

	for (;;) {
		bool settled = c->done;
		uint64_t units = c->units;
		int r = cb_gate_trial(run, cell, units, ret, ret_total_ns, err);

		if (r || ret->status != CB_OK || (settled && run->units))
			return r;
		if (settled &&
			(ret->sample.makespan_ns >= c->target_ns / 2 || corrections++ == CORRECTIONS_MAX))
			return 0;
		cb_calibration_feed(c, ret->sample.makespan_ns);
		if (settled && c->units <= units) { /* there are no more */
			c->units = units;
			return 0;
		}
	}
}

/* Single units are timed only where their latency is what is judged: otherwise the clock would only cost. */
static void decide_timing(
	const struct cb_gate_run *run, struct cb_gate_cell *cell, const struct cb_gate_sample *sample)
{
	unsigned busy = cell->waits || cell->workers < cell->cpus ? cell->workers : cell->cpus;
	double unit_ns = (double)sample->makespan_ns * busy / (double)sample->units;
	enum cb_timing timing;

	if (run->gate->rules.metric != CB_GATE_P99)
		return;
	timing = cb_timing_policy(unit_ns, run->clock_ns, cell->batch, &cell->timing_every);
	cell->timing = cb_timing_names[timing];
	if (timing == CB_TIMING_NONE)
		set_status(cell, CB_GATE_SKIPPED, "its units are too short for their latency to be measured");
}

/* What is right for a head that does more units, by a sample of base that does as many. */
static int find_head_digest(
	struct cb_gate_run *run, struct cb_gate_cell *cell, uint64_t *ret_digest, struct cb_error *err)
{
	struct cb_drive_answer answer;
	int r;

	*ret_digest = cell->digest;
	if (!run->head->slowdown)
		return 0;
	r = cb_gate_trial(run, cell, cb_arm_units(run->head, cell->units), &answer, NULL, err);
	if (r)
		return r;
	if (answer.status != CB_OK)
		fail_cell(cell, "base", &answer);
	else
		*ret_digest = answer.sample.digest;
	return 0;
}

int cb_gate_calibrate(struct cb_gate_run *run, unsigned index, struct cb_error *err)
{
	struct cb_gate_cell *cell = &run->gate->cells[index];
	struct cb_calibration c = calibration_of(run, cell);
	struct cb_drive_answer answer;
	int r = find_units(run, cell, &c, &answer, &run->found[index].total_ns, err);

	if (r)
		return r;
	if (answer.status != CB_OK) {
		fail_cell(cell, "base", &answer);
		return 0;
	}
	cell->units = c.units;
	cell->digest = answer.sample.digest;
	decide_timing(run, cell, &answer.sample);
	return find_head_digest(run, cell, &run->found[index].head_digest, err);
}

/* ---- a block ---- */

/* What makes a number that was measured none. */
static void check_sample(const struct cb_gate_run *run, struct cb_gate_cell *cell, const struct cb_arm *arm,
	const char *side, const struct cb_gate_sample *sample)
{
	const struct cb_gate_found *found = &run->found[cell - run->gate->cells];
	uint64_t digest = arm == run->head ? found->head_digest : cell->digest;
	enum cb_gate_metric metric = run->gate->rules.metric;
	char reason[200];

	if (sample->digest != digest) {
		snprintf(reason, sizeof reason,
			"%s: mismatch: its digest is 0x%" PRIx64 ", that of base was 0x%" PRIx64
			": it did not do the same work",
			side, sample->digest, digest);
		set_status(cell, CB_GATE_BROKEN, reason);
	} else if (cb_gate_cost(metric, sample) == CB_NONE) {
		snprintf(reason, sizeof reason, "%s: the %s is not known here", side,
			cb_gate_metrics[metric].meaning);
		set_status(cell, CB_GATE_SKIPPED, reason);
	}
}

static int one_sample(struct cb_gate_run *run, struct cb_gate_cell *cell, const struct cb_arm *arm,
	const char *side, struct cb_gate_sample *ret, struct cb_error *err)
{
	struct cb_drive_answer answer;
	int r = cb_arm_sample(run->supervisor, arm, cell, cell->units, timeout_ns(run, cell), &run->drive,
		&answer, NULL, err);

	if (r)
		return r;
	if (!cb_arm_unchanged(arm)) {
		answer.status = CB_FAILED;
		snprintf(answer.reason, sizeof answer.reason, "its file changed while it was measured");
	}
	if (answer.status != CB_OK)
		fail_cell(cell, side, &answer);
	else
		check_sample(run, cell, arm, side, &answer.sample);
	*ret = answer.sample;
	return 0;
}

/* Primer first: slot -1. */
static int all_samples(struct cb_gate_run *run, struct cb_gate_cell *cell, struct cb_gate_block *block,
	const struct cb_arm *a, const struct cb_arm *b, struct cb_error *err)
{
	int r = 0;

	for (int slot = -1; !r && slot < CB_GATE_SLOTS && cell->status == CB_GATE_OK; slot++) {
		char arm = block->order[slot < 0 ? 0 : slot];
		struct cb_gate_sample *to = slot < 0 ? &block->primer : &block->samples[slot];

		r = one_sample(run, cell, arm == 'A' ? a : b, arm == 'A' ? "base" : "head", to, err);
	}
	return r;
}

static int toss(bool *ret, struct cb_error *err)
{
	uint64_t word;
	int r = cb_random_seed(&word);

	if (r)
		return cb_error_set(err, r, "the kernel gives no random numbers for the coins");
	*ret = word & 1;
	return 0;
}

/* A block that was stopped is taken again as a whole, with the coin that was tossed for it. */
int cb_gate_take_block(struct cb_gate_run *run, struct cb_gate_cell *cell, struct cb_gate_series *series,
	const struct cb_arm *a, const struct cb_arm *b, struct cb_error *err)
{
	struct cb_gate_block block = { 0 };
	int r = toss(&block.coin, err);

	if (r)
		return r;
	strcpy(block.order, cb_gate_order(block.coin));
	do
		r = all_samples(run, cell, &block, a, b, err);
	while (r == -ERESTART);
	if (!r && cell->status == CB_GATE_OK)
		series->blocks[series->n++] = block;
	return r;
}
