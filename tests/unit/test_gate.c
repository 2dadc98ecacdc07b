/* The design of a gate: orders, drops, verdicts, families, what builds have in common. */
#include "lib/gate/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BASE_NS 100000000.0

/* ---- gates with known differences ---- */

/* A sample whose cost is BASE_NS * e^log. */
static struct cb_gate_sample sample_of(double log)
{
	return (struct cb_gate_sample){
		.units = 100,
		.makespan_ns = (uint64_t)llround(BASE_NS * exp(log)),
		.cpu_ns = 1000,
		.p99_ns = 2000,
		.pss_bytes = 3000,
		.steal_ns = 0,
		.throttled_ns = 0,
	};
}

/* A block whose difference is d; coins alternate. */
static void add_block(struct cb_gate_series *series, double d)
{
	struct cb_gate_block *block = &series->blocks[series->n];

	block->coin = series->n++ % 2;
	strcpy(block->order, cb_gate_order(block->coin));
	for (unsigned i = 0; i < CB_GATE_SLOTS; i++)
		block->samples[i] = sample_of(block->order[i] == 'B' ? d : 0);
}

/* Blocks around d, their distances from it symmetric and all different. */
static void fill(struct cb_gate_series *series, unsigned n, double d, double spread)
{
	assert_int_equal(cb_gate_series_init(series, n), 0);
	for (unsigned i = 0; i < n; i++)
		add_block(series, d + spread * ((2 * i + 1.0) / n - 1));
}

/* A gate of n cells, each screened around d, the null arm around 0. */
static struct cb_gate gate_of(unsigned n, double d, double spread)
{
	struct cb_gate gate = { .rules = cb_gate_rules_default, .cells_n = n, .family = n };

	gate.cells = calloc(n, sizeof *gate.cells);
	assert_non_null(gate.cells);
	for (unsigned i = 0; i < n; i++) {
		gate.cells[i].id = strdup("cell");
		gate.cells[i].cpus = 1;
		fill(&gate.cells[i].screen, gate.rules.screen_blocks, d, spread);
	}
	fill(&gate.null, gate.rules.null_blocks, 0, spread);
	return gate;
}

/* ---- the design ---- */

static double moment(const char *order, char arm, unsigned power)
{
	double sum = 0;

	for (unsigned i = 0; i < CB_GATE_SLOTS; i++)
		if (order[i] == arm)
			sum += pow(i, power);
	return sum;
}

static void test_orders_cancel_drift(void **state)
{
	(void)state;
	for (unsigned coin = 0; coin < 2; coin++) {
		const char *order = cb_gate_order(coin);

		assert_int_equal(strlen(order), CB_GATE_SLOTS);
		for (unsigned power = 0; power <= 2; power++)
			assert_true(moment(order, 'A', power) == moment(order, 'B', power));
		for (unsigned i = 0; i < CB_GATE_SLOTS; i++)
			assert_int_equal(order[i] == 'A', cb_gate_order(!coin)[i] == 'B');
	}
}

static void test_coin_turns_the_sign(void **state)
{
	struct cb_gate gate = gate_of(1, 0, 0.01);
	struct cb_gate_block *block = &gate.cells[0].screen.blocks[0];
	double d;

	(void)state;
	for (unsigned i = 0; i < CB_GATE_SLOTS; i++)
		block->samples[i] = sample_of(0.01 * (i * 37 % 11));
	cb_gate_judge(&gate);
	d = block->d;
	assert_true(d != 0);
	block->coin = !block->coin;
	strcpy(block->order, cb_gate_order(block->coin));
	cb_gate_judge(&gate);
	assert_true(block->d == -d);
	cb_gate_release(&gate);
}

static void test_plans_that_cannot_fail(void **state)
{
	struct cb_gate_rules rules = cb_gate_rules_default;

	(void)state;
	assert_true(fabs(cb_gate_confirm_level(&rules, 1) - 0.1) < 1e-15);
	assert_true(fabs(cb_gate_confirm_level(&rules, 20) - 0.005) < 1e-15);
	for (unsigned family = 1; family < 3000; family = family * 3 / 2 + 1) {
		unsigned needed = cb_gate_blocks_needed(&rules, family);
		struct cb_error err = { 0 };

		assert_true(ldexp(1, -(int)needed) <= cb_gate_confirm_level(&rules, family));
		assert_true(ldexp(2, -(int)needed) > cb_gate_confirm_level(&rules, family));
		rules.confirm_blocks = needed;
		assert_int_equal(cb_gate_check(&rules, family, &err), 0);
		rules.confirm_blocks = needed - 1;
		assert_int_equal(cb_gate_check(&rules, family, &err), -EINVAL);
		assert_non_null(strstr(err.text, "it needs"));
	}
	rules = cb_gate_rules_default;
	rules.screen_blocks = 3;
	assert_int_equal(cb_gate_check(&rules, 1, NULL), -EINVAL);
	rules = cb_gate_rules_default;
	rules.null_blocks = 7;
	assert_int_equal(cb_gate_check(&rules, 1, NULL), -EINVAL);
}

/* ---- verdicts ---- */

static void test_screening_alone(void **state)
{
	static const struct {
		double d, spread;
		bool flagged;
		enum cb_gate_verdict verdict;
	} rows[] = {
		{ 0, 0.01, false, CB_GATE_PASS }, { -0.2, 0.01, false, CB_GATE_PASS },
		{ 0.02, 0.009, false, CB_GATE_PASS }, { 0, 0.2, false, CB_GATE_INCONCLUSIVE },
		{ 0.025, 0.02, false, CB_GATE_INCONCLUSIVE },
		{ 0.05, 0.01, true, CB_GATE_NO_VERDICT }, /* until it is confirmed */
	};

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		struct cb_gate gate = gate_of(1, rows[i].d, rows[i].spread);

		cb_gate_judge(&gate);
		assert_int_equal(gate.cells[0].flagged, rows[i].flagged);
		assert_int_equal(gate.cells[0].verdict, rows[i].verdict);
		assert_int_equal(gate.verdict, rows[i].verdict);
		assert_false(gate.cells[0].confirmed);
		cb_gate_release(&gate);
	}
}

/* With 8 blocks p is a multiple of 1/256; 25/256 flags, 27/256 does not. */
static void test_screening_level(void **state)
{
	/* sum of ranks 28: 25 of the 256 signs give as much; 27: 32 of them */
	static const int flagging[] = { -1, -2, -5, 3, 4, 6, 7, 8 },
			 sparing[] = { -1, -3, -5, 2, 4, 6, 7, 8 };
	struct cb_gate gate = gate_of(1, 0, 0.01);
	struct cb_gate_series *screen = &gate.cells[0].screen;

	(void)state;
	screen->n = 0;
	for (unsigned i = 0; i < 8; i++)
		add_block(screen, log(1.03) + 0.001 * flagging[i]);
	cb_gate_judge(&gate);
	assert_true(fabs(screen->p - 25 / 256.0) < 1e-12);
	assert_true(gate.cells[0].flagged);
	screen->n = 0;
	for (unsigned i = 0; i < 8; i++)
		add_block(screen, log(1.03) + 0.001 * sparing[i]);
	cb_gate_judge(&gate);
	assert_true(fabs(screen->p - 32 / 256.0) < 1e-12);
	assert_false(gate.cells[0].flagged);
	cb_gate_release(&gate);
}

static void test_confirming(void **state)
{
	static const struct {
		double d, spread;
		enum cb_gate_verdict verdict;
	} rows[] = {
		{ 0.05, 0.02, CB_GATE_FAIL }, { 0.05, 0.5, CB_GATE_INCONCLUSIVE },
		{ 0.00, 0.01, CB_GATE_PASS }, /* screening was chance: its blocks count for nothing */
	};

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		struct cb_gate gate = gate_of(1, 0.3, 0.01);

		fill(&gate.cells[0].confirm, 16, rows[i].d, rows[i].spread);
		cb_gate_judge(&gate);
		assert_true(gate.cells[0].flagged && gate.cells[0].confirmed);
		assert_int_equal(gate.cells[0].verdict, rows[i].verdict);
		assert_int_equal(gate.verdict, rows[i].verdict);
		assert_true(fabs(gate.cells[0].confirm.effect - rows[i].d) < 1e-6);
		cb_gate_release(&gate);
	}
}

/* The lower bound of 16 blocks at level 0.1/m is the k-th smallest: k = 5 for m = 1, 1 for m = 6000. */
static void test_family_lowers_the_bound(void **state)
{
	struct cb_gate gate = gate_of(1, 0.3, 0.01);
	double d[16];

	(void)state;
	fill(&gate.cells[0].confirm, 16, 0.05, 0.03);
	cb_gate_judge(&gate);
	for (unsigned i = 0; i < 16; i++)
		d[i] = gate.cells[0].confirm.blocks[i].d;
	assert_true(gate.cells[0].confirm.low == d[4]);
	assert_int_equal(gate.cells[0].verdict, CB_GATE_FAIL);
	gate.family = 6000;
	cb_gate_judge(&gate);
	assert_true(gate.cells[0].confirm.low == d[0]);
	assert_int_equal(gate.cells[0].verdict, CB_GATE_INCONCLUSIVE);
	gate.family = 7000;
	cb_gate_judge(&gate);
	assert_true(isnan(gate.cells[0].confirm.low));
	cb_gate_release(&gate);
}

static void test_worst_verdict_counts(void **state)
{
	struct cb_gate gate = gate_of(3, 0, 0.01);

	(void)state;
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_PASS);
	free(gate.cells[1].screen.blocks);
	fill(&gate.cells[1].screen, 8, 0, 0.2);
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_INCONCLUSIVE);
	assert_int_equal(cb_gate_noisiest(&gate), 1);
	free(gate.cells[2].screen.blocks);
	fill(&gate.cells[2].screen, 8, 0.1, 0.01);
	fill(&gate.cells[2].confirm, 16, 0.1, 0.01);
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_FAIL);
	gate.cells[2].status = CB_GATE_BROKEN; /* a number of a broken cell is none */
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_INCONCLUSIVE);
	gate.partial = true;
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_NO_VERDICT);
	cb_gate_release(&gate);
}

static void test_null_arm(void **state)
{
	static const struct {
		double d, spread;
		bool moved;
	} rows[] = {
		{ 0, 0.01, false }, { 0.03, 0.01, true }, { -0.03, 0.01, true }, /* either way */
		{ 0.012, 0.001, false }, /* sure, but less than half the tolerance */
		{ 0.05, 0.2, false },    /* far, but not sure */
	};

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		struct cb_gate gate = gate_of(1, 0, 0.01);

		free(gate.null.blocks);
		fill(&gate.null, 8, rows[i].d, rows[i].spread);
		cb_gate_judge(&gate);
		assert_int_equal(gate.null_moved, rows[i].moved);
		assert_int_equal(gate.unfit[0] != '\0', rows[i].moved);
		assert_int_equal(gate.verdict, rows[i].moved ? CB_GATE_NO_VERDICT : CB_GATE_PASS);
		cb_gate_release(&gate);
	}
}

static void test_no_verdict_without_the_null_arm(void **state)
{
	struct cb_gate gate = gate_of(1, 0, 0.01);

	(void)state;
	gate.null.n--;
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_NO_VERDICT);
	gate.null.n++;
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_PASS);
	cb_gate_release(&gate);
}

/* ---- drops ---- */

static void test_drops(void **state)
{
	/* a block is 8 x 100 ms; a tick is 10 ms, 2 % of one CPU's 800 ms are 16 ms */
	static const struct {
		unsigned cpus;
		uint64_t steal_ms, throttled_ms;
		enum cb_gate_drop drop;
	} rows[] = {
		{ 1, 0, 0, CB_GATE_KEPT },
		{ 1, 10, 0, CB_GATE_KEPT },
		{ 1, 16, 0, CB_GATE_KEPT },
		{ 1, 20, 0, CB_GATE_STEAL },
		{ 2, 30, 0, CB_GATE_KEPT },
		{ 2, 40, 0, CB_GATE_STEAL },
		{ 1, 0, 16, CB_GATE_KEPT },
		{ 1, 0, 17, CB_GATE_THROTTLED },
	};

	(void)state;
	for (unsigned i = 0; i < CB_COUNT(rows); i++) {
		struct cb_gate gate = gate_of(1, 0, 0.0);
		struct cb_gate_series *screen = &gate.cells[0].screen;

		gate.cells[0].cpus = rows[i].cpus;
		screen->blocks[2].samples[5].steal_ns = rows[i].steal_ms * 1000000;
		screen->blocks[2].samples[6].throttled_ns = rows[i].throttled_ms * 1000000;
		screen->blocks[3].samples[1].steal_ns = CB_NONE;
		cb_gate_judge(&gate);
		assert_int_equal(screen->blocks[2].drop, rows[i].drop);
		assert_int_equal(screen->kept, rows[i].drop ? 7 : 8);
		assert_true(gate.dropped == (rows[i].drop ? 1 / 16.0 : 0));
		cb_gate_release(&gate);
	}
}

/* Of short blocks 2 % are less than the clock's tick, which may be anybody's. */
static void test_a_tick_is_not_enough(void **state)
{
	struct cb_gate gate = gate_of(1, 0, 0.0);
	struct cb_gate_block *block = &gate.cells[0].screen.blocks[0];

	(void)state;
	for (unsigned i = 0; i < CB_GATE_SLOTS; i++)
		block->samples[i].makespan_ns = 10000000;
	block->samples[4].steal_ns = 10000000;
	cb_gate_judge(&gate);
	assert_int_equal(block->drop, CB_GATE_KEPT);
	block->samples[5].steal_ns = 10000000;
	cb_gate_judge(&gate);
	assert_int_equal(block->drop, CB_GATE_STEAL);
	cb_gate_release(&gate);
}

/* Nothing is dropped for being slow, and up to a quarter may be. */
static void test_share_of_drops(void **state)
{
	struct cb_gate gate = gate_of(1, 0, 0.01);

	(void)state;
	gate.cells[0].screen.blocks[7].samples[0].makespan_ns *= 100;
	cb_gate_judge(&gate);
	assert_true(gate.dropped == 0);
	for (unsigned i = 0; i < 4; i++)
		gate.null.blocks[i].samples[0].steal_ns = 100000000;
	cb_gate_judge(&gate);
	assert_true(gate.dropped == 0.25);
	assert_int_equal(gate.verdict, CB_GATE_PASS);
	gate.null.blocks[4].samples[0].steal_ns = 100000000;
	cb_gate_judge(&gate);
	assert_int_equal(gate.verdict, CB_GATE_NO_VERDICT);
	assert_non_null(strstr(gate.unfit, "dropped"));
	cb_gate_release(&gate);
}

/* ---- metrics ---- */

static void test_metrics(void **state)
{
	struct cb_gate_sample s = sample_of(0);

	(void)state;
	assert_true(cb_gate_cost(CB_GATE_RATE, &s) == 100000000 && cb_gate_cost(CB_GATE_CPU, &s) == 1000);
	assert_true(cb_gate_cost(CB_GATE_P99, &s) == 2000 && cb_gate_cost(CB_GATE_MEMORY, &s) == 3000);
	for (unsigned i = 0; i < CB_GATE_METRICS; i++) {
		struct cb_gate gate = gate_of(1, 0.2, 0.01);

		gate.rules.metric = (enum cb_gate_metric)i;
		cb_gate_judge(&gate);
		assert_true(fabs(gate.cells[0].screen.effect - (i == CB_GATE_RATE ? 0.2 : 0)) < 1e-6);
		cb_gate_release(&gate);
	}
}

/* A cost that is not known makes no block of it, rather than a wrong one. */
static void test_unknown_cost(void **state)
{
	struct cb_gate gate = gate_of(1, 0, 0.01);

	(void)state;
	gate.cells[0].screen.blocks[0].samples[3].makespan_ns = CB_NONE;
	cb_gate_judge(&gate);
	assert_true(isnan(gate.cells[0].screen.blocks[0].d));
	assert_int_equal(gate.cells[0].screen.kept, 7);
	cb_gate_release(&gate);
}

/* ---- what builds have in common ---- */

static struct cb_gate_cell planned(const char *id, unsigned version, const char *value)
{
	struct cb_gate_cell cell = { .id = strdup(id),
		.unit = strdup("u"),
		.mode = strdup("threads"),
		.dispatch = strdup("shared"),
		.pin = strdup("none"),
		.version = version,
		.workers = 2,
		.processes = 1,
		.threads = 2 };

	cell.spec.workload = strdup("w");
	cell.spec.pairs = calloc(2, sizeof *cell.spec.pairs);
	cell.spec.pairs[0].name = strdup("n");
	cell.spec.pairs[0].value = strdup(value);
	cell.spec.n = 1;
	return cell;
}

static void test_match(void **state)
{
	struct cb_gate_cell base[] = { planned("same", 1, "5"), planned("version", 1, "5"),
		planned("param", 1, "5"), planned("gone", 1, "5"), planned("skips", 1, "5") };
	struct cb_gate_cell head[] = { planned("new", 1, "5"), planned("skips", 1, "5"),
		planned("param", 1, "6"), planned("version", 2, "5"), planned("same", 1, "5") };
	struct cb_gate gate = { .null_cell = -1 };

	(void)state;
	head[1].status = CB_GATE_SKIPPED;
	strcpy(head[1].reason, "not here");
	assert_int_equal(cb_gate_match(&gate, base, 5, head, 5, false), 0);
	assert_int_equal(gate.cells_n, 2);
	assert_int_equal(gate.family, 1);
	assert_string_equal(gate.cells[0].id, "same");
	assert_int_equal(gate.cells[1].status, CB_GATE_SKIPPED);
	assert_string_equal(gate.cells[1].reason, "not here");
	assert_int_equal(gate.odd_n, 4);
	assert_string_equal(gate.odd[0].why, "only head has it");
	assert_string_equal(gate.odd[1].why, "the workload's version is 1 in base and 2 in head");
	assert_string_equal(gate.odd[2].why, "the parameter n is 5 in base and 6 in head");
	assert_string_equal(gate.odd[3].why, "only base has it");
	cb_gate_release(&gate);
	for (unsigned i = 0; i < 5; i++) {
		cb_gate_cell_release(&base[i]);
		cb_gate_cell_release(&head[i]);
	}
}

/* Where the workload's name and parameters are what is compared, the place has to do. */
static void test_match_any_name(void **state)
{
	struct cb_gate_cell base[] = { planned("old program", 1, "a") },
			    head[] = { planned("new program", 1, "b") };
	struct cb_gate gate = { .null_cell = -1 };

	(void)state;
	assert_int_equal(cb_gate_match(&gate, base, 1, head, 1, true), 0);
	assert_int_equal(gate.family, 1);
	assert_int_equal(gate.odd_n, 0);
	cb_gate_release(&gate);
	cb_gate_cell_release(&base[0]);
	cb_gate_cell_release(&head[0]);
}

static void test_checksum(void **state)
{
	struct cb_gate gate = gate_of(2, 0, 0.01);
	uint64_t before = cb_gate_checksum(&gate);

	(void)state;
	assert_true(before == cb_gate_checksum(&gate));
	gate.cells[1].screen.blocks[7].samples[7].p99_ns++;
	assert_true(before != cb_gate_checksum(&gate));
	gate.cells[1].screen.blocks[7].samples[7].p99_ns--;
	gate.null.blocks[0].primer.digest++;
	assert_true(before != cb_gate_checksum(&gate));
	cb_gate_release(&gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders_cancel_drift),
		cmocka_unit_test(test_coin_turns_the_sign),
		cmocka_unit_test(test_plans_that_cannot_fail),
		cmocka_unit_test(test_screening_alone),
		cmocka_unit_test(test_screening_level),
		cmocka_unit_test(test_confirming),
		cmocka_unit_test(test_family_lowers_the_bound),
		cmocka_unit_test(test_worst_verdict_counts),
		cmocka_unit_test(test_null_arm),
		cmocka_unit_test(test_no_verdict_without_the_null_arm),
		cmocka_unit_test(test_drops),
		cmocka_unit_test(test_a_tick_is_not_enough),
		cmocka_unit_test(test_share_of_drops),
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_unknown_cost),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_match_any_name),
		cmocka_unit_test(test_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
