/* The self-test's statistics: which gates there are, what is kept of them, replays and curves. */
#include "lib/base/rng.h"
#include "lib/gate/selftest.h"
#include "lib/session/arm.h"
#include "lib/stats/binomial.h"
#include "lib/stats/isotonic.h"
#include "lib/stats/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BASE_NS 1e8
#define UNITS   1000

/* ---- statistics ---- */

static void test_isotonic(void **state)
{
	/* Barlow, Bartholomew, Bremner and Brunk's way by hand: 0.5 and 0.2 pool to 0.3 with weights 1 and 2
	 */
	double values[] = { 0.1, 0.5, 0.2, 0.6, 0.9, 0.6, 0.3, 1 };
	const double weights[] = { 1, 1, 2, 1, 1, 1, 1, 1 };
	const double want[] = { 0.1, 0.3, 0.3, 0.6, 0.6, 0.6, 0.6, 1 };
	double falling[] = { 4, 3, 2, 1 }, rising[] = { 0, 0.25, 1 };

	(void)state;
	cb_isotonic(values, weights, CB_COUNT(values));
	for (unsigned i = 0; i < CB_COUNT(values); i++)
		assert_true(fabs(values[i] - want[i]) < 1e-15);
	cb_isotonic(falling, (double[]){ 1, 1, 1, 1 }, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_true(falling[i] == 2.5);
	cb_isotonic(rising, weights, 3);
	assert_true(rising[0] == 0 && rising[1] == 0.25 && rising[2] == 1);
	cb_isotonic(rising, weights, 0);
}

static void test_crossing(void **state)
{
	const double x[] = { 0, 0.05, 0.1, 0.2 }, shares[] = { 0, 0.4, 0.4, 0.8 };

	(void)state;
	assert_true(fabs(cb_crossing(x, shares, 4, 0.4) - 0.05) < 1e-15);
	assert_true(fabs(cb_crossing(x, shares, 4, 0.2) - 0.025) < 1e-15);
	assert_true(fabs(cb_crossing(x, shares, 4, 0.5) - 0.125) < 1e-15);
	assert_true(cb_crossing(x, shares, 4, 0) == 0);
	assert_true(isnan(cb_crossing(x, shares, 4, 0.9)));
	assert_true(isnan(cb_crossing(x, shares, 0, 0.5)));
}

static double uniform(struct cb_rng *rng)
{
	return ((double)(cb_rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct cb_rng *rng)
{
	return sqrt(-2 * log(uniform(rng))) * cos(6.283185307179586 * uniform(rng));
}

/* ---- gates ---- */

/* A block around d whose samples spread too; head does head_units. */
static void add_block(
	struct cb_gate_series *series, struct cb_rng *rng, double d, double spread, unsigned head_units)
{
	struct cb_gate_block *block = &series->blocks[series->n++];

	block->coin = cb_rng_next(rng) >> 63;
	strcpy(block->order, cb_gate_order(block->coin));
	for (unsigned i = 0; i < CB_GATE_SLOTS; i++) {
		bool head = block->order[i] == 'B';
		double cost = BASE_NS * exp((head ? d : 0) + spread * normal(rng));

		block->samples[i] = (struct cb_gate_sample){ .makespan_ns = (uint64_t)llround(cost),
			.units = head ? head_units : UNITS };
	}
}

static void fill(struct cb_gate_series *series, struct cb_rng *rng, unsigned n, double d, double spread,
	unsigned head_units)
{
	assert_int_equal(cb_gate_series_init(series, n), 0);
	for (unsigned i = 0; i < n; i++)
		add_block(series, rng, d, spread, head_units);
}

/* A judged gate of one cell whose head is slower by d, a logarithm, and does so many units. */
static struct cb_gate gate_of(struct cb_rng *rng, double d, double spread, unsigned head_units)
{
	struct cb_gate gate = { .rules = cb_gate_rules_default, .cells_n = 1, .family = 1 };
	struct cb_gate_cell *cell = calloc(1, sizeof *cell);

	assert_non_null(cell);
	gate.cells = cell;
	cell->id = strdup("cell");
	cell->cpus = 1;
	fill(&cell->screen, rng, gate.rules.screen_blocks, d, spread, head_units);
	cb_gate_judge(&gate);
	if (cell->flagged)
		fill(&cell->confirm, rng, gate.rules.confirm_blocks, d, spread, head_units);
	fill(&gate.null, rng, gate.rules.null_blocks, 0, spread, UNITS);
	cb_gate_judge(&gate);
	return gate;
}

static unsigned differences(const struct cb_gate_series *series, double *ret)
{
	for (unsigned i = 0; i < series->n; i++)
		ret[i] = series->blocks[i].d;
	return series->n;
}

/* The core says what the whole says, whatever the verdict. */
static void test_core_agrees_with_the_judge(void **state)
{
	unsigned seen[4] = { 0 };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 1);
	for (unsigned i = 0; i < 1000; i++) {
		struct cb_gate gate = gate_of(&rng, 0.08 * uniform(&rng), 0.06 * uniform(&rng), UNITS);
		double screen[CB_GATE_BLOCKS_MAX], confirm[CB_GATE_BLOCKS_MAX];
		unsigned screen_n = differences(&gate.cells[0].screen, screen);
		unsigned confirm_n = differences(&gate.cells[0].confirm, confirm);

		assert_int_equal(
			cb_gate_judge_differences(&gate.rules, 1, screen, screen_n, confirm, confirm_n),
			gate.cells[0].verdict);
		seen[gate.cells[0].verdict]++;
		cb_gate_release(&gate);
	}
	assert_true(seen[CB_GATE_PASS] > 50 && seen[CB_GATE_INCONCLUSIVE] > 50 && seen[CB_GATE_FAIL] > 50);
}

/* What a replay does to a difference is what it would have been: a turned coin, a head whose costs are
 * scaled. */
static void test_replay_is_what_the_samples_would_say(void **state)
{
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 2);
	for (unsigned i = 0; i < 200; i++) {
		struct cb_gate gate = gate_of(&rng, 0, 0.05, UNITS);
		struct cb_gate_block *block = &gate.cells[0].screen.blocks[0];
		double d = block->d, slowdown = 0.2 * uniform(&rng);

		block->coin = !block->coin;
		strcpy(block->order, cb_gate_order(block->coin));
		for (unsigned k = 0; k < CB_GATE_SLOTS; k++)
			if (block->order[k] == 'B') {
				double cost = (double)block->samples[k].makespan_ns * (1 + slowdown);

				block->samples[k].makespan_ns = (uint64_t)llround(cost);
			}
		cb_gate_judge(&gate);
		assert_true(fabs(block->d - (-d + log1p(slowdown))) < 1e-7); /* nanoseconds are whole */
		cb_gate_release(&gate);
	}
}

static void test_pick(void **state)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct cb_gate gate = { .null_cell = -1, .cells_n = 3, .family = 2 };

	(void)state;
	gate.cells = calloc(3, sizeof *gate.cells);
	assert_non_null(gate.cells);
	for (unsigned i = 0; i < 3; i++)
		gate.cells[i].id = strdup(ids[i]);
	gate.cells[1].status = CB_GATE_SKIPPED;
	assert_int_not_equal(cb_gate_pick(&gate, "d"), 0);
	assert_int_equal(gate.cells_n, 3);
	assert_int_equal(cb_gate_pick(&gate, "c"), 0);
	assert_int_equal(gate.cells_n, 1);
	assert_int_equal(gate.family, 1);
	assert_string_equal(gate.cells[0].id, "c");
	cb_gate_release(&gate);
}

/* ---- the arm ---- */

static void test_slowdown_of_an_arm(void **state)
{
	static const struct {
		double slowdown;
		unsigned step;
	} rows[] = { { 0, 1 }, { 0.02, 50 }, { 0.03, 100 }, { 0.05, 20 }, { 0.075, 40 }, { 0.1, 10 },
		{ 0.2, 5 }, { 1, 1 }, { 0.0333, 10000 } };

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		const struct cb_arm arm = { .slowdown = rows[i].slowdown };
		unsigned step = cb_arm_units_step(&arm);

		assert_int_equal(step, rows[i].step);
		for (uint64_t units = step; units < 50 * (uint64_t)step; units += step) {
			double realised = (double)cb_arm_units(&arm, units) / (double)units - 1;

			assert_true(fabs(realised - rows[i].slowdown) < 1e-12);
		}
	}
	assert_int_equal(cb_arm_units(&(const struct cb_arm){ .slowdown = 0 }, UINT64_MAX), UINT64_MAX);
}

/* ---- which gates ---- */

static const struct cb_selftest_plan plan = {
	.cells = 3,
	.slowdowns = { 0, 0.05, 0.2 },
	.slowdowns_n = 3,
	.equals = 7,
	.each = 2,
	.seed = 5,
};

static void test_tasks(void **state)
{
	unsigned n, again_n, count[3][3] = { { 0 } };
	struct cb_selftest_task *tasks = cb_selftest_tasks(&plan, &n);
	struct cb_selftest_task *again = cb_selftest_tasks(&plan, &again_n);

	(void)state;
	assert_int_equal(n, 7 + 2 * 2 * 3);
	assert_int_equal(n, again_n);
	for (unsigned i = 0; i < n; i++) {
		unsigned which = tasks[i].slowdown == 0 ? 0 : tasks[i].slowdown == 0.05 ? 1 : 2;

		assert_int_equal(tasks[i].cell, again[i].cell);
		assert_true(tasks[i].slowdown == again[i].slowdown);
		count[which][tasks[i].cell]++;
	}
	for (unsigned cell = 0; cell < 3; cell++) {
		assert_int_equal(count[0][cell], cell ? 2 : 3);
		assert_int_equal(count[1][cell], 2);
		assert_int_equal(count[2][cell], 2);
	}
	free(tasks);
	free(again);
}

/* ---- what is kept ---- */

static struct cb_selftest_gate kept_of(struct cb_gate *gate, double slowdown)
{
	const struct cb_selftest_task task = { 0, slowdown };
	struct cb_selftest_gate kept;

	assert_int_equal(cb_selftest_keep(gate, &task, &kept), 0);
	return kept;
}

static void test_realised_slowdown_is_verified(void **state)
{
	static const struct {
		unsigned head_units;
		double asked;
		bool is_right;
	} rows[] = { { UNITS, 0, true }, { 1050, 0.05, true }, { UNITS, 0.05, false }, { 1060, 0.05, false },
		{ 1001, 0, false } };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 3);
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		struct cb_gate gate = gate_of(&rng, 0, 0.001, rows[i].head_units);
		struct cb_selftest_gate kept = kept_of(&gate, rows[i].asked);

		assert_true(fabs(kept.realised - (rows[i].head_units / (double)UNITS - 1)) < 1e-12);
		assert_int_equal(kept.outcome, rows[i].is_right ? CB_SELFTEST_PASS : CB_SELFTEST_BROKEN);
		assert_true(!kept.reason[0] == rows[i].is_right);
		assert_int_equal(kept.screen.n, 8);
		assert_int_equal(kept.null.n, 8);
		assert_true(kept.screen.blocks[3].d == gate.cells[0].screen.blocks[3].d);
		cb_selftest_gate_release(&kept);
		gate.cells[0].screen.blocks[5].samples[2].units++;
		kept = kept_of(&gate, rows[i].asked);
		assert_int_equal(kept.outcome, CB_SELFTEST_BROKEN);
		assert_true(isnan(kept.realised));
		cb_selftest_gate_release(&kept);
		cb_gate_release(&gate);
	}
}

static void test_outcomes(void **state)
{
	struct cb_selftest_gate kept;
	struct cb_gate gate;
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 4);
	gate = gate_of(&rng, 0.2, 0.001, UNITS);
	kept = kept_of(&gate, 0);
	assert_int_equal(kept.outcome, CB_SELFTEST_FAIL);
	assert_true(kept.flagged && kept.confirm.n == 16 && fabs(kept.effect - 0.2) < 0.01);
	cb_selftest_gate_release(&kept);
	strcpy(gate.unfit, "the null arm moved");
	kept = kept_of(&gate, 0);
	assert_int_equal(kept.outcome, CB_SELFTEST_UNFIT);
	assert_string_equal(kept.reason, gate.unfit);
	cb_selftest_gate_release(&kept);
	gate.cells[0].status = CB_GATE_BROKEN;
	strcpy(gate.cells[0].reason, "head: crashed");
	kept = kept_of(&gate, 0);
	assert_int_equal(kept.outcome, CB_SELFTEST_BROKEN);
	assert_string_equal(kept.reason, "head: crashed");
	cb_selftest_gate_release(&kept);
	cb_gate_release(&gate);
}

/* ---- summaries ---- */

#define GATES_MAX 400

struct gates {
	struct cb_selftest_gate v[GATES_MAX];
	unsigned n;
};

static void add_gate(struct gates *gates, unsigned cell, double slowdown, enum cb_selftest_outcome outcome)
{
	assert_true(gates->n < GATES_MAX);
	gates->v[gates->n++] = (struct cb_selftest_gate){
		.task = { cell, slowdown }, .outcome = outcome, .confirm_blocks = 16
	};
}

static void release_gates(struct gates *gates)
{
	for (unsigned i = 0; i < gates->n; i++)
		cb_selftest_gate_release(&gates->v[i]);
	gates->n = 0;
}

static struct cb_selftest_summary summary_of(const struct gates *gates, unsigned replays)
{
	struct cb_selftest_summary summary;

	assert_int_equal(
		cb_selftest_summarise(&plan, &cb_gate_rules_default, gates->v, gates->n, replays, &summary),
		0);
	return summary;
}

static void test_counts_and_bounds(void **state)
{
	struct gates gates = { .n = 0 };
	struct cb_selftest_summary summary;

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		add_gate(&gates, i % 3, 0, i % 5 ? CB_SELFTEST_PASS : CB_SELFTEST_INCONCLUSIVE);
	add_gate(&gates, 0, 0, CB_SELFTEST_UNFIT);
	add_gate(&gates, 0, 0, CB_SELFTEST_BROKEN);
	add_gate(&gates, 1, 0.05, CB_SELFTEST_FAIL);
	add_gate(&gates, 1, 0.05, CB_SELFTEST_UNFIT);
	add_gate(&gates, 1, 0.05, CB_SELFTEST_BROKEN);
	add_gate(&gates, 1, 0.2, CB_SELFTEST_FAIL);
	summary = summary_of(&gates, 0);
	assert_int_equal(summary.alarms.k, 0);
	assert_int_equal(summary.alarms.n, 60);
	assert_true(summary.alarms.low == 0);
	assert_true(fabs(summary.alarms.high - (1 - pow(0.05, 1 / 60.0))) < 1e-12);
	assert_int_equal(summary.size.n, 0);
	assert_int_equal(summary.outcomes[0][CB_SELFTEST_INCONCLUSIVE], 12);
	assert_int_equal(summary.outcomes[1][CB_SELFTEST_FAIL], 2);
	/* an unfit gate has not found its slowdown; one that failed says nothing */
	assert_int_equal(summary.curves[1].points[1].real.k, 1);
	assert_int_equal(summary.curves[1].points[1].real.n, 2);
	assert_int_equal(summary.curves[0].points[0].real.n, 20);
	assert_int_equal(summary.curves[3].points[0].real.n, 60);
	assert_int_equal(summary.curves[3].points[1].real.n, 2);
	assert_true(fabs(summary.curves[1].real_mde50 - 0.05) < 1e-12);
	assert_true(fabs(summary.curves[1].real_mde90 - (0.05 + 0.15 * 0.8)) < 1e-12);
	assert_true(isnan(summary.curves[0].real_mde50));
	assert_false(cb_selftest_cries_wolf(&summary, 0.01));
	assert_false(cb_selftest_unfit(&summary, 0.25));
	cb_selftest_summary_release(&summary);
	release_gates(&gates);
}

/* Three false alarms of 60 may be chance (2 %), four are not (0.3 %). */
static void test_who_cries_wolf(void **state)
{
	(void)state;
	for (unsigned alarms = 0; alarms < 6; alarms++) {
		struct gates gates = { .n = 0 };
		struct cb_selftest_summary summary;

		for (unsigned i = 0; i < 60; i++)
			add_gate(&gates, 0, 0, i < alarms ? CB_SELFTEST_FAIL : CB_SELFTEST_PASS);
		summary = summary_of(&gates, 0);
		assert_int_equal(cb_selftest_cries_wolf(&summary, 0.01), alarms >= 4);
		cb_selftest_summary_release(&summary);
		for (unsigned i = 0; i < 20 + alarms; i++)
			add_gate(&gates, 0, 0, CB_SELFTEST_UNFIT);
		summary = summary_of(&gates, 0);
		assert_int_equal(cb_selftest_unfit(&summary, 0.25), alarms > 0);
		cb_selftest_summary_release(&summary);
		release_gates(&gates);
	}
}

/*
 * The size where every block differs by the same: by all outcomes of eight coins, and of sixteen by how many
 * of them show it.
 */
static double exact_size(double d)
{
	const struct cb_gate_rules *rules = &cb_gate_rules_default;
	double flagged[8], screen[8], confirm[16], flags = 0, fails = 0;

	for (unsigned i = 0; i < 8; i++)
		flagged[i] = d; /* all to one side, which flags whatever d is */
	for (unsigned coins = 0; coins < 256; coins++) {
		for (unsigned i = 0; i < 8; i++)
			screen[i] = coins >> i & 1 ? d : -d;
		for (unsigned i = 0; i < 16; i++)
			confirm[i] = 1;
		flags += cb_gate_judge_differences(rules, 1, screen, 8, confirm, 16) == CB_GATE_FAIL;
	}
	for (unsigned up = 0; up <= 16; up++) {
		for (unsigned i = 0; i < 16; i++)
			confirm[i] = i < up ? d : -d;
		if (cb_gate_judge_differences(rules, 1, flagged, 8, confirm, 16) == CB_GATE_FAIL)
			fails += cb_binomial_half_cdf(16, (int)up) - cb_binomial_half_cdf(16, (int)up - 1);
	}
	return flags / 256 * fails;
}

static void add_pool(struct gates *gates, unsigned cell, struct cb_rng *rng, double d, double spread)
{
	struct cb_selftest_gate *gate;

	add_gate(gates, cell, 0, CB_SELFTEST_PASS);
	gate = &gates->v[gates->n - 1];
	gate->screen.n = 16;
	gate->screen.blocks = calloc(16, sizeof *gate->screen.blocks);
	assert_non_null(gate->screen.blocks);
	for (unsigned i = 0; i < 16; i++)
		gate->screen.blocks[i].d = d + spread * normal(rng);
	gate->screen.blocks[15].drop = CB_GATE_STEAL; /* such a one is in no replay */
	gate->screen.blocks[15].d = 1000;
}

static void test_replayed_size_is_the_exact_one(void **state)
{
	struct gates gates = { .n = 0 };
	double size = exact_size(1);
	struct cb_selftest_summary summary;
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 6);
	add_pool(&gates, 0, &rng, 1, 0);
	summary = summary_of(&gates, 100000);
	assert_int_equal(summary.size.n, 100000);
	print_message("exact size %.4f%%, replayed %.4f%%\n", 100 * size, summary.size.k / 1000.0);
	assert_true(size > 1e-4 && size <= 0.01);
	assert_true(fabs(summary.size.k - 1e5 * size) < 5 * sqrt(1e5 * size));
	assert_false(cb_selftest_cries_wolf(&summary, 0.01));
	/* what is not promised is noticed */
	assert_true(cb_selftest_cries_wolf(&summary, size / 2));
	cb_selftest_summary_release(&summary);
	release_gates(&gates);
}

/* Blocks that all lie on one side, as a fixed order would make them, are nothing to coins. */
static void test_replays_of_biased_blocks_keep_the_size(void **state)
{
	static const double spreads[] = { 0.001, 0.01, 0.1, 1 };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 7);
	for (unsigned i = 0; i < CB_COUNT(spreads); i++) {
		struct gates gates = { .n = 0 };
		struct cb_selftest_summary summary;

		for (unsigned k = 0; k < 20; k++)
			add_pool(&gates, k % 3, &rng, k % 2 ? 0.1 : 0, spreads[i]);
		summary = summary_of(&gates, 4000);
		assert_true(summary.size.low <= 0.01);
		cb_selftest_summary_release(&summary);
		release_gates(&gates);
	}
}

static void test_curves_rise(void **state)
{
	struct gates gates = { .n = 0 };
	struct cb_selftest_summary summary, again;
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 8);
	for (unsigned k = 0; k < 6; k++)
		add_pool(&gates, k % 2, &rng, 0, k % 2 ? 0.01 : 0.05);
	summary = summary_of(&gates, 10000);
	again = summary_of(&gates, 10000);
	for (unsigned i = 0; i < 2; i++) {
		const struct cb_selftest_curve *curve = &summary.curves[i];

		assert_int_equal(curve->points[0].replayed.n, 500);
		for (unsigned k = 1; k < plan.slowdowns_n; k++)
			assert_true(curve->points[k].replayed.k >= curve->points[k - 1].replayed.k);
		assert_true(curve->replayed_mde50 > 0.03 && curve->replayed_mde50 < curve->replayed_mde90);
		assert_int_equal(curve->points[1].replayed.k, again.curves[i].points[1].replayed.k);
		assert_true(curve->replayed_mde90 == again.curves[i].replayed_mde90);
	}
	/* the quiet cell finds more than the noisy one; a cell without blocks finds nothing */
	assert_true(summary.curves[1].replayed_mde90 < summary.curves[0].replayed_mde90);
	assert_true(summary.curves[1].points[2].replayed.k == 500);
	assert_int_equal(summary.curves[2].points[2].replayed.n, 0);
	assert_true(isnan(summary.curves[2].replayed_mde50));
	cb_selftest_summary_release(&summary);
	cb_selftest_summary_release(&again);
	release_gates(&gates);
}

/*
 * A gate without a coin on a host that makes whatever comes second slower: real gates of equals catch it,
 * where replays, which throw the coin themselves, cannot. Neither kind makes the other needless.
 */
static void test_a_gate_without_a_coin_is_caught_by_real_gates(void **state)
{
	struct cb_selftest_summary summary;
	struct gates gates = { .n = 0 };
	struct cb_rng rng;

	(void)state;
	cb_rng_seed(&rng, 9);
	for (unsigned i = 0; i < 60; i++) {
		struct cb_gate gate = gate_of(&rng, i % 4 ? 0 : 0.1, 0.01, UNITS);

		gates.v[gates.n++] = kept_of(&gate, 0);
		cb_gate_release(&gate);
	}
	summary = summary_of(&gates, 10000);
	assert_int_equal(summary.alarms.k, 15);
	assert_true(summary.size.low <= 0.01);
	assert_true(cb_selftest_cries_wolf(&summary, 0.01));
	cb_selftest_summary_release(&summary);
	release_gates(&gates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isotonic),
		cmocka_unit_test(test_crossing),
		cmocka_unit_test(test_core_agrees_with_the_judge),
		cmocka_unit_test(test_replay_is_what_the_samples_would_say),
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_slowdown_of_an_arm),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_realised_slowdown_is_verified),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_counts_and_bounds),
		cmocka_unit_test(test_who_cries_wolf),
		cmocka_unit_test(test_replayed_size_is_the_exact_one),
		cmocka_unit_test(test_replays_of_biased_blocks_keep_the_size),
		cmocka_unit_test(test_curves_rise),
		cmocka_unit_test(test_a_gate_without_a_coin_is_caught_by_real_gates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
