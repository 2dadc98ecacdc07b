/*
 * From samples and coins to verdicts. Three steps, each a function: a block has a difference d or is dropped,
 * a series of blocks has an effect with bounds, a gate has verdicts. Nothing here looks at a clock, at the
 * host, or at anything but the gate's own data.
 */
#include "lib/gate/gate.h"

#include "lib/stats/normal.h"
#include "lib/stats/order.h"
#include "lib/stats/signed_rank.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#define TICK_NS     10000000u /* the steal clock's */
#define NOISE_SHARE 0.02      /* of the CPU time of a block: what steal and throttling may take of it */

/* ---- the design ---- */

const char *cb_gate_order(bool coin)
{
	return coin ? "BAABABBA" : "ABBABAAB";
}

double cb_gate_confirm_level(const struct cb_gate_rules *rules, unsigned family)
{
	return rules->alpha / ((family ? family : 1) * rules->screen_level);
}

unsigned cb_gate_blocks_needed(const struct cb_gate_rules *rules, unsigned family)
{
	double level = cb_gate_confirm_level(rules, family);
	unsigned n = 1;

	while (n < CB_GATE_BLOCKS_MAX && ldexp(1, -(int)n) > level)
		n++;
	return n;
}

int cb_gate_check(const struct cb_gate_rules *rules, unsigned family, struct cb_error *err)
{
	unsigned needed = cb_gate_blocks_needed(rules, family);

	if (rules->confirm_blocks < needed)
		return cb_error_set(err, -EINVAL,
			"this gate could never fail: %u slow blocks of %u are chance with a probability of "
			"%.2g%%, and "
			"%.2g%% is what a cell of %u may have; it needs %u blocks, or fewer cells",
			rules->confirm_blocks, rules->confirm_blocks,
			100 * ldexp(1, -(int)rules->confirm_blocks),
			100 * cb_gate_confirm_level(rules, family), family, needed);
	if (ldexp(1, -(int)rules->screen_blocks) > rules->screen_level ||
		ldexp(2, -(int)rules->null_blocks) >= rules->null_level)
		return cb_error_set(err, -EINVAL,
			"this gate could never fail: screening with %u blocks and a null arm of %u cannot "
			"reach "
			"their levels",
			rules->screen_blocks, rules->null_blocks);
	return 0;
}

/* ---- a block ---- */

uint64_t cb_gate_cost(enum cb_gate_metric metric, const struct cb_gate_sample *sample)
{
	switch (metric) {
	case CB_GATE_P99:
		return sample->p99_ns;
	case CB_GATE_CPU:
		return sample->cpu_ns;
	case CB_GATE_MEMORY:
		return sample->pss_bytes;
	default:
		return sample->makespan_ns;
	}
}

/* Median of ln(cost) of one arm; NaN when a cost is not known. Below one nanosecond or byte counts as one. */
static double arm_median(const struct cb_gate_block *block, char arm, enum cb_gate_metric metric)
{
	double logs[CB_GATE_SLOTS];
	unsigned n = 0;

	for (unsigned i = 0; i < CB_GATE_SLOTS && block->order[i]; i++) {
		uint64_t cost = cb_gate_cost(metric, &block->samples[i]);

		if (block->order[i] != arm)
			continue;
		if (cost == CB_NONE)
			return NAN;
		logs[n++] = log((double)(cost ? cost : 1));
	}
	return cb_median(logs, n);
}

/* Steal and throttling only: what the workload cannot have caused. Never how slow it was. */
static enum cb_gate_drop drop_of(const struct cb_gate_block *block, unsigned cpus)
{
	double steal = 0, throttled = 0, time = 0;

	for (unsigned i = 0; i < CB_GATE_SLOTS && block->order[i]; i++) {
		const struct cb_gate_sample *s = &block->samples[i];

		time += (double)s->makespan_ns;
		steal += s->steal_ns == CB_NONE ? 0 : (double)s->steal_ns;
		throttled += s->throttled_ns == CB_NONE ? 0 : (double)s->throttled_ns;
	}
	if (throttled > NOISE_SHARE * time)
		return CB_GATE_THROTTLED;
	return steal > TICK_NS && steal > NOISE_SHARE * time * cpus ? CB_GATE_STEAL : CB_GATE_KEPT;
}

/* ---- a series ---- */

static unsigned kept_differences(const struct cb_gate_series *series, double *ret)
{
	unsigned n = 0;

	for (unsigned i = 0; i < series->n; i++)
		if (series->blocks[i].drop == CB_GATE_KEPT && isfinite(series->blocks[i].d))
			ret[n++] = series->blocks[i].d;
	return n;
}

/* What d[0..n-1], of the blocks that were kept, say. shift: what is taken from each before the test of ranks.
 */
static void judge_differences(struct cb_gate_series *series, const double *d, unsigned n,
	const struct cb_gate_rules *rules, double level, double shift, bool two_sided)
{
	double shifted[CB_GATE_BLOCKS_MAX];

	assert(n <= CB_GATE_BLOCKS_MAX);
	series->kept = n;
	series->level = level;
	series->effect = cb_median(d, n);
	series->low = cb_median_low(d, n, level);
	series->high = cb_median_high(d, n, rules->pass_level);
	series->sd = cb_standard_deviation(d, n);
	for (unsigned i = 0; i < n; i++)
		shifted[i] = d[i] - shift;
	series->p = !n          ? NAN
		    : two_sided ? cb_signed_rank_two_sided(shifted, n)
				: cb_signed_rank_greater(shifted, n).p;
}

static void judge_series(struct cb_gate_series *series, const struct cb_gate_rules *rules, unsigned cpus,
	double level, double shift, bool two_sided)
{
	double d[CB_GATE_BLOCKS_MAX];

	assert(series->n <= CB_GATE_BLOCKS_MAX);
	for (unsigned i = 0; i < series->n; i++) {
		struct cb_gate_block *block = &series->blocks[i];

		block->drop = drop_of(block, cpus);
		block->d = arm_median(block, 'B', rules->metric) - arm_median(block, 'A', rules->metric);
	}
	judge_differences(series, d, kept_differences(series, d), rules, level, shift, two_sided);
}

static bool is_complete(const struct cb_gate_series *series)
{
	return series->planned && series->n == series->planned;
}

/* ---- a cell ---- */

/* What both stages find with 90 %, by the worse of the two. */
static double mde90(const struct cb_gate_rules *rules, const struct cb_gate_cell *cell, double level)
{
	double sd = cell->confirmed ? cell->confirm.sd : cell->screen.sd;
	unsigned n = cell->confirmed ? cell->confirm.kept : rules->confirm_blocks;

	return fmax(cb_mde90(rules->tolerance, rules->screen_level, sd, cell->screen.kept),
		cb_mde90(rules->tolerance, level, sd, n));
}

static bool flags(const struct cb_gate_series *screen, const struct cb_gate_rules *rules)
{
	return screen->p <= rules->screen_level;
}

/* series: of the stage that decides. */
static enum cb_gate_verdict verdict_by(const struct cb_gate_series *series, bool confirmed, double line)
{
	if (confirmed && series->low > line) /* false for NaN */
		return CB_GATE_FAIL;
	return series->high < line ? CB_GATE_PASS : CB_GATE_INCONCLUSIVE;
}

static enum cb_gate_verdict verdict_of(const struct cb_gate_cell *cell, double line)
{
	const struct cb_gate_series *series = cell->confirmed ? &cell->confirm : &cell->screen;

	if (cell->status != CB_GATE_OK || !is_complete(series) || (cell->flagged && !cell->confirmed))
		return CB_GATE_NO_VERDICT;
	return verdict_by(series, cell->confirmed, line);
}

static void judge_cell(struct cb_gate_cell *cell, const struct cb_gate_rules *rules, double level)
{
	double line = log1p(rules->tolerance);

	judge_series(&cell->screen, rules, cell->cpus, level, line, false);
	judge_series(&cell->confirm, rules, cell->cpus, level, line, false);
	cell->flagged = is_complete(&cell->screen) && flags(&cell->screen, rules);
	cell->confirmed = cell->flagged && is_complete(&cell->confirm);
	cell->mde90 = mde90(rules, cell, level);
	cell->verdict = verdict_of(cell, line);
}

enum cb_gate_verdict cb_gate_judge_differences(const struct cb_gate_rules *rules, unsigned family,
	const double *screen, unsigned screen_n, const double *confirm, unsigned confirm_n)
{
	double level = cb_gate_confirm_level(rules, family), line = log1p(rules->tolerance);
	struct cb_gate_series series = { 0 };

	judge_differences(&series, screen, screen_n, rules, level, line, false);
	if (!flags(&series, rules))
		return verdict_by(&series, false, line);
	judge_differences(&series, confirm, confirm_n, rules, level, line, false);
	return verdict_by(&series, true, line);
}

/* ---- all ---- */

static void count_blocks(const struct cb_gate_series *series, unsigned *taken, unsigned *dropped)
{
	*taken += series->n;
	for (unsigned i = 0; i < series->n; i++)
		*dropped += series->blocks[i].drop != CB_GATE_KEPT;
}

static double dropped_share(const struct cb_gate *gate)
{
	unsigned taken = 0, dropped = 0;

	for (unsigned i = 0; i < gate->cells_n; i++) {
		count_blocks(&gate->cells[i].screen, &taken, &dropped);
		count_blocks(&gate->cells[i].confirm, &taken, &dropped);
	}
	count_blocks(&gate->null, &taken, &dropped);
	return taken ? (double)dropped / taken : 0;
}

static void judge_null(struct cb_gate *gate)
{
	const struct cb_gate_rules *rules = &gate->rules;
	struct cb_gate_series *null = &gate->null;

	gate->null_moved = false;
	if (gate->null_cell < 0)
		return;
	judge_series(null, rules, gate->cells[gate->null_cell].cpus, rules->null_level, 0, true);
	gate->null_moved = is_complete(null) && null->p < rules->null_level &&
			   fabs(null->effect) > log1p(rules->tolerance / 2);
}

static void judge_environment(struct cb_gate *gate)
{
	const struct cb_gate_rules *rules = &gate->rules;

	gate->dropped = dropped_share(gate);
	gate->unfit[0] = '\0';
	if (gate->null_moved)
		snprintf(gate->unfit, sizeof gate->unfit,
			"base and a copy of itself differ by %+.1f%% (p = %.2g): what is measured here "
			"depends on more "
			"than the build",
			100 * expm1(gate->null.effect), gate->null.p);
	else if (gate->dropped > rules->drop_max)
		snprintf(gate->unfit, sizeof gate->unfit,
			"%.0f%% of the blocks were dropped, as the host took CPU time away (steal, "
			"throttling); at most "
			"%.0f%% may be",
			100 * gate->dropped, 100 * rules->drop_max);
}

/* The worst of the cells'; none while one that was to be measured has none. */
static enum cb_gate_verdict overall(const struct cb_gate *gate)
{
	enum cb_gate_verdict worst = CB_GATE_NO_VERDICT;

	if (gate->partial || gate->unfit[0] || !is_complete(&gate->null))
		return CB_GATE_NO_VERDICT;
	for (unsigned i = 0; i < gate->cells_n; i++)
		if (gate->cells[i].verdict > worst)
			worst = gate->cells[i].verdict;
	return worst;
}

void cb_gate_judge(struct cb_gate *gate)
{
	double level = cb_gate_confirm_level(&gate->rules, gate->family);

	for (unsigned i = 0; i < gate->cells_n; i++)
		judge_cell(&gate->cells[i], &gate->rules, level);
	judge_null(gate);
	judge_environment(gate);
	gate->verdict = overall(gate);
}

int cb_gate_noisiest(const struct cb_gate *gate)
{
	int found = -1;

	for (unsigned i = 0; i < gate->cells_n; i++) {
		const struct cb_gate_cell *cell = &gate->cells[i];

		if (cell->status != CB_GATE_OK || !is_complete(&cell->screen))
			continue;
		if (found < 0 || cell->screen.sd > gate->cells[found].screen.sd)
			found = (int)i;
	}
	return found;
}
