/*
 * What the gates of a self-test say together. A replay takes one recorded gate of equals at random order,
 * draws blocks of it with replacement, throws each one's coin anew (which turns the sign of its difference),
 * adds the slowdown that head is to have had, and has the gate's own judge say what it would have said. All
 * replays of a curve draw the same numbers, so that a larger slowdown is never found less often.
 */
#include "lib/gate/selftest.h"

#include "lib/base/rng.h"
#include "lib/stats/binomial.h"
#include "lib/stats/isotonic.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define BOUND_LEVEL 0.05 /* of each bound of a rate: 95 %, one-sided */
#define SURE_LEVEL  0.01 /* of the bound above which alarms are too many: not one of two gates */
#define ALL         (-1) /* instead of a cell */
#define HALVINGS    5    /* of the interval between two slowdowns in which the curve reaches a level */

static struct cb_selftest_rate rate_of(unsigned k, unsigned n)
{
	struct cb_selftest_rate rate = { k, n, 0, 1 };

	if (n) {
		rate.low = cb_clopper_pearson_low(n, k, BOUND_LEVEL);
		rate.high = cb_clopper_pearson_high(n, k, BOUND_LEVEL);
	}
	return rate;
}

/* ---- replays ---- */

/* The differences of a gate of equals. */
struct pool {
	double *d;
	unsigned n, cell, confirm_blocks;
};

struct pools {
	struct pool *v;
	unsigned n;
};

static void add_differences(struct pool *pool, const struct cb_selftest_series *series)
{
	for (unsigned i = 0; i < series->n; i++)
		if (series->blocks[i].drop == CB_GATE_KEPT && isfinite(series->blocks[i].d))
			pool->d[pool->n++] = series->blocks[i].d;
}

static int add_pool(struct pools *pools, const struct cb_selftest_gate *gate)
{
	struct pool *pool = &pools->v[pools->n];

	*pool = (struct pool){ .cell = gate->task.cell, .confirm_blocks = gate->confirm_blocks };
	pool->d = calloc(gate->screen.n + gate->confirm.n + gate->null.n + 1, sizeof *pool->d);
	if (!pool->d)
		return -ENOMEM;
	add_differences(pool, &gate->screen);
	add_differences(pool, &gate->confirm);
	add_differences(pool, &gate->null);
	if (pool->n)
		pools->n++;
	else
		free(pool->d);
	return 0;
}

static bool is_of(const struct cb_selftest_gate *gate, int cell, double slowdown)
{
	return (cell == ALL || gate->task.cell == (unsigned)cell) && gate->task.slowdown == slowdown;
}

static int collect(struct pools *pools, const struct cb_selftest_gate *gates, unsigned n, int cell)
{
	int r = 0;

	pools->v = calloc(n + 1, sizeof *pools->v);
	if (!pools->v)
		return -ENOMEM;
	for (unsigned i = 0; !r && i < n; i++)
		if (is_of(&gates[i], cell, 0) && gates[i].outcome != CB_SELFTEST_BROKEN)
			r = add_pool(pools, &gates[i]);
	return r;
}

static void pools_release(struct pools *pools)
{
	for (unsigned i = 0; i < pools->n; i++)
		free(pools->v[i].d);
	free(pools->v);
}

static void draw(const struct pool *pool, struct cb_rng *rng, double shift, double *ret, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		double d = pool->d[cb_rng_below(rng, pool->n)];

		ret[i] = (cb_rng_next(rng) >> 63 ? d : -d) + shift;
	}
}

static bool replay_fails(
	const struct cb_gate_rules *rules, const struct pool *pool, struct cb_rng *rng, double shift)
{
	double screen[CB_GATE_BLOCKS_MAX], confirm[CB_GATE_BLOCKS_MAX];

	draw(pool, rng, shift, screen, rules->screen_blocks);
	draw(pool, rng, shift, confirm, pool->confirm_blocks);
	return cb_gate_judge_differences(
		       rules, 1, screen, rules->screen_blocks, confirm, pool->confirm_blocks) == CB_GATE_FAIL;
}

static struct cb_selftest_rate replay(const struct cb_gate_rules *rules, const struct pools *pools,
	double slowdown, unsigned replays, uint64_t seed)
{
	double shift = log1p(slowdown);
	struct cb_rng rng;
	unsigned fails = 0;

	if (!pools->n || !replays)
		return rate_of(0, 0);
	cb_rng_seed(&rng, seed);
	for (unsigned i = 0; i < replays; i++)
		fails += replay_fails(rules, &pools->v[i % pools->n], &rng, shift);
	return rate_of(fails, replays);
}

/* ---- curves ---- */

static struct cb_selftest_rate real_rate(
	const struct cb_selftest_gate *gates, unsigned n, int cell, double slowdown)
{
	unsigned k = 0, of = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct cb_selftest_gate *gate = &gates[i];

		if (!is_of(gate, cell, slowdown) || gate->outcome == CB_SELFTEST_BROKEN ||
			(gate->outcome == CB_SELFTEST_UNFIT && slowdown == 0))
			continue;
		of++;
		k += gate->outcome == CB_SELFTEST_FAIL;
	}
	return rate_of(k, of);
}

/* By straight lines between the slowdowns that were measured. */
static double real_mde(const struct cb_selftest_curve *curve, unsigned points, double level)
{
	double x[CB_SELFTEST_SLOWDOWNS_MAX], share[CB_SELFTEST_SLOWDOWNS_MAX];
	double weight[CB_SELFTEST_SLOWDOWNS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < points; i++) {
		const struct cb_selftest_rate *real = &curve->points[i].real;

		if (!real->n)
			continue;
		x[n] = curve->points[i].slowdown;
		share[n] = (double)real->k / real->n;
		weight[n++] = real->n;
	}
	cb_isotonic(share, weight, n);
	return cb_crossing(x, share, n, level);
}

static bool reaches(const struct cb_selftest_rate *rate, double level)
{
	return rate->n && rate->k >= level * rate->n;
}

/* The point that first reaches the level, then halves of the way to it from the one before. */
static double replayed_mde(const struct cb_selftest_plan *plan, const struct cb_gate_rules *rules,
	const struct pools *pools, const struct cb_selftest_curve *curve, unsigned replays, double level)
{
	double low = 0, high;
	unsigned at = 0;

	while (at < plan->slowdowns_n && !reaches(&curve->points[at].replayed, level))
		low = curve->points[at++].slowdown;
	if (at == plan->slowdowns_n)
		return NAN;
	high = curve->points[at].slowdown;
	for (unsigned i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;
		struct cb_selftest_rate rate = replay(rules, pools, middle, replays, plan->seed);

		if (reaches(&rate, level))
			high = middle;
		else
			low = middle;
	}
	return high;
}

static int fill_curve(const struct cb_selftest_plan *plan, const struct cb_gate_rules *rules,
	const struct cb_selftest_gate *gates, unsigned n, int cell, unsigned replays,
	struct cb_selftest_curve *curve)
{
	struct pools pools = { 0 };
	int r = collect(&pools, gates, n, cell);

	for (unsigned i = 0; !r && i < plan->slowdowns_n; i++)
		curve->points[i] = (struct cb_selftest_point){ plan->slowdowns[i],
			real_rate(gates, n, cell, plan->slowdowns[i]),
			replay(rules, &pools, plan->slowdowns[i], replays, plan->seed) };
	if (!r) {
		curve->real_mde50 = real_mde(curve, plan->slowdowns_n, 0.5);
		curve->real_mde90 = real_mde(curve, plan->slowdowns_n, 0.9);
		curve->replayed_mde50 = replayed_mde(plan, rules, &pools, curve, replays, 0.5);
		curve->replayed_mde90 = replayed_mde(plan, rules, &pools, curve, replays, 0.9);
	}
	pools_release(&pools);
	return r;
}

/* ---- all ---- */

static void count_outcomes(
	const struct cb_selftest_gate *gates, unsigned n, struct cb_selftest_summary *summary)
{
	unsigned *equals = summary->outcomes[0];

	for (unsigned i = 0; i < n; i++)
		summary->outcomes[gates[i].task.slowdown > 0][gates[i].outcome]++;
	summary->alarms = rate_of(equals[CB_SELFTEST_FAIL],
		equals[CB_SELFTEST_PASS] + equals[CB_SELFTEST_INCONCLUSIVE] + equals[CB_SELFTEST_FAIL]);
}

/* Of each cell, then of all. */
static int fill_curves(const struct cb_selftest_plan *plan, const struct cb_gate_rules *rules,
	const struct cb_selftest_gate *gates, unsigned n, unsigned replays, struct cb_selftest_curve *curves)
{
	int r = 0;

	for (unsigned i = 0; !r && i <= plan->cells; i++)
		r = fill_curve(plan, rules, gates, n, i < plan->cells ? (int)i : ALL, replays, &curves[i]);
	return r;
}

int cb_selftest_summarise(const struct cb_selftest_plan *plan, const struct cb_gate_rules *rules,
	const struct cb_selftest_gate *gates, unsigned n, unsigned replays, struct cb_selftest_summary *ret)
{
	struct cb_selftest_summary summary = { .curves = calloc(plan->cells + 1, sizeof *summary.curves) };
	struct pools pools = { 0 };
	int r = summary.curves ? collect(&pools, gates, n, ALL) : -ENOMEM;

	count_outcomes(gates, n, &summary);
	if (!r)
		summary.size = replay(rules, &pools, 0, replays, plan->seed);
	r = r ? r : fill_curves(plan, rules, gates, n, (replays + 19) / 20, summary.curves);
	pools_release(&pools);
	if (r)
		cb_selftest_summary_release(&summary);
	else
		*ret = summary;
	return r;
}

void cb_selftest_summary_release(struct cb_selftest_summary *summary)
{
	free(summary->curves);
	*summary = (struct cb_selftest_summary){ 0 };
}

static bool is_above(const struct cb_selftest_rate *rate, double alpha)
{
	return rate->n && cb_clopper_pearson_low(rate->n, rate->k, SURE_LEVEL) > alpha;
}

bool cb_selftest_cries_wolf(const struct cb_selftest_summary *summary, double alpha)
{
	return is_above(&summary->alarms, alpha) || is_above(&summary->size, alpha);
}

bool cb_selftest_unfit(const struct cb_selftest_summary *summary, double drop_max)
{
	unsigned unfit = 0, all = 0;

	for (unsigned i = 0; i < 2; i++) {
		unfit += summary->outcomes[i][CB_SELFTEST_UNFIT];
		for (unsigned k = 0; k < CB_SELFTEST_OUTCOMES; k++)
			all += summary->outcomes[i][k];
	}
	return unfit > drop_max * all;
}
