/*
 * How often the intervals that are reported hold the truth, in simulation: every kind of interval, of noise
 * and of stopping. What decides and what computes is the very code of a run; only samples are made up. The
 * table is that of docs/method.md.
 *
 * Bimodal noise is the worst there is for a rule that stops on precision: two narrow humps of equal weight,
 * so that an interval is narrow enough just when it lies within one of them, beside the median.
 */
#include "lib/analyze/compare.h"
#include "lib/gate/gate.h"
#include "lib/plan/allot.h"
#include "lib/plan/order.h"
#include "lib/result/price.h"
#include "tests/unit/noise.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RUNS  300u
#define LEAST 0.90 /* fewer runs, so more of chance: four deviations */
#else
#define RUNS  2000u
#define LEAST 0.94 /* 0.95 less the error of the simulation: two deviations of RUNS draws */
#endif
#define SAMPLES_MAX 30
#define BASE_NS     1e8

/* ---- noise: ln of a cost, the t-th of a measurement ---- */

struct noise {
	const char *name;
	double (*draw)(struct cb_rng *rng, unsigned t, double *host);
	double median;
	bool drifts; /* there is no median that stays: ratios within blocks only */
};

static double gaussian(struct cb_rng *rng, unsigned t, double *host)
{
	(void)t, (void)host;
	return 0.035 * noise_normal(rng);
}

/* A log-normal time on top of what the work takes. */
static double skewed(struct cb_rng *rng, unsigned t, double *host)
{
	(void)t, (void)host;
	return log1p(0.03 * exp(noise_normal(rng)));
}

static double bimodal(struct cb_rng *rng, unsigned t, double *host)
{
	(void)t, (void)host;
	return 0.001 * noise_normal(rng) + (cb_rng_next(rng) & 1 ? 0.1 : 0);
}

/* The host gets slower and wanders, by more in a block than the samples differ. */
static double drifting(struct cb_rng *rng, unsigned t, double *host)
{
	*host += 0.02 * noise_normal(rng);
	return *host + 0.005 * t + 0.01 * noise_normal(rng);
}

static const struct noise noises[] = {
	{ "normal", gaussian, 0, false },
	{ "log-normal", skewed, 0.02955880224154443, false }, /* ln 1.03 */
	{ "bimodal", bimodal, 0.05, false },
	{ "drifting", drifting, 0, true },
};

/* ---- stopping ---- */

struct rule {
	const char *name;
	unsigned samples; /* 0: precision within 12 to 30 samples */
};

static const struct rule rules[] = {
	{ "n = 12", 12 },
	{ "n = 30", 30 },
	{ "stopping", 0 },
};

static void use_rule(struct cb_run_options *options, const struct rule *rule)
{
	options->samples = rule->samples;
	options->samples_min = rule->samples ? rule->samples : 12;
	options->samples_max = rule->samples ? rule->samples : SAMPLES_MAX;
}

/* ---- a measurement ---- */

#define CELLS_MAX 2 /* of a group here */

struct simulation {
	struct fixture *f;
	const struct noise *noise;
	struct cb_rng rng;
	double host;
	unsigned t;
};

/* What a sample of each cell costs without noise. */
static const double costs[FIXTURE_CELLS] = {
	[SERIAL] = BASE_NS,
	[THREADS_2] = BASE_NS * 0.6,
	[STREAM_THREADS_2] = BASE_NS,
};

static void take_sample(struct simulation *s, unsigned cell, unsigned block)
{
	double cost = costs[cell] * exp(s->noise->draw(&s->rng, s->t++, &s->host));
	struct cb_sample sample = fixture_sample(1000, (uint64_t)cost);

	sample.metrics[0] = cost; /* the price is as noisy as the time, and stopped by it */
	fixture_add(s->f, cell, block, &sample);
}

static void take_block(struct simulation *s, const unsigned *cells, unsigned n, unsigned block)
{
	unsigned order[2 * CELLS_MAX];

	cb_order_block(&s->rng, order, n);
	for (unsigned i = 0; i < 2 * n; i++)
		take_sample(s, cells[order[i]], block);
}

/* Which cells the next block has: the session's rule, with time for all. Returns how many. */
static unsigned choose(const struct simulation *s, const unsigned *cells, unsigned n, unsigned *ret)
{
	const struct cb_run_options *options = &s->f->options;
	const struct cb_allot_rule rule = { .precision = options->precision,
		.samples_min = options->samples_min,
		.samples_max = options->samples_max,
		.left_ns = UINT64_MAX / 2 };
	struct cb_allot_cell asked[CELLS_MAX];
	unsigned chosen = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct cb_cell_result *cell = &s->f->result.cells[cells[i]];

		asked[i] = (struct cb_allot_cell){ .cell = cells[i],
			.base = cells[i] == SERIAL,
			.samples = cell->samples_n,
			.half_width = cb_estimate_half_width(&cell->summary.units_per_s),
			.block_ns = 1 };
	}
	cb_allot_block(&rule, asked, n);
	for (unsigned i = 0; i < n; i++)
		if (asked[i].chosen)
			ret[chosen++] = asked[i].cell;
	return chosen;
}

/* Blocks of the group's cells until it is enough: a number, or the least and then by precision. */
static void measure(struct simulation *s, const unsigned *cells, unsigned n)
{
	struct cb_result *result = &s->f->result;
	const struct cb_run_options *options = &s->f->options;
	unsigned least = options->samples ? options->samples : options->samples_min, block = 0;
	unsigned next[CELLS_MAX], more = n;

	assert_true(n <= CELLS_MAX);
	for (unsigned i = 0; i < n; i++)
		result->cells[cells[i]].samples_n = 0;
	while (2 * block < least)
		take_block(s, cells, n, block++);
	cb_result_summarize(result, s->f->cells[cells[0]].group);
	while (!options->samples && (more = choose(s, cells, n, next))) {
		take_block(s, next, more, block++);
		cb_result_summarize(result, s->f->cells[cells[0]].group);
	}
}

/* ---- the same as a stored file ---- */

struct file {
	struct cb_stored_sample samples[SAMPLES_MAX];
	struct cb_stored_cell cell;
	struct cb_stored stored;
};

static char cell_id[] = "work/threads/2", no_params[] = "{}", ok[] = "ok";

static void store(const struct simulation *s, unsigned cell, struct file *ret)
{
	const struct cb_cell_result *from = &s->f->result.cells[cell];

	memset(ret, 0, sizeof *ret);
	for (unsigned i = 0; i < from->samples_n; i++)
		ret->samples[i] = (struct cb_stored_sample){ .block = from->samples[i].block,
			.units = (double)from->samples[i].s.units,
			.makespan_ns = (double)from->samples[i].s.makespan_ns };
	ret->cell = (struct cb_stored_cell){ .id = cell_id,
		.params = no_params,
		.status = ok,
		.samples = ret->samples,
		.samples_n = from->samples_n };
	ret->stored = (struct cb_stored){ .cells = &ret->cell,
		.cells_n = 1,
		.sample_looks = cb_result_sample_looks(&s->f->result),
		.block_looks = cb_result_block_looks(&s->f->result) };
}

/* ---- scores ---- */

enum { RATE, SPEEDUP, PRICE, PRICE_RATIO, COMPARED, KINDS };

static const char *const kind_names[] = { "rate", "speed-up", "price", "price ratio", "compare" };

struct score {
	unsigned covered[KINDS];
	unsigned runs, samples;
};

static bool holds(double low, double high, double truth)
{
	assert_true(low <= high); /* false for NaN */
	return low <= truth && truth <= high;
}

static bool estimate_holds(const struct cb_estimate *e, double truth)
{
	return holds(e->ci_low, e->ci_high, truth);
}

static bool compared_holds(const struct file *base, const struct file *new)
{
	struct cb_comparison c;
	bool covered;

	assert_int_equal(cb_compare(&base->stored, &new->stored, &c), 0);
	assert_int_equal(c.n, 1);
	covered = holds(c.pairs[0].ratio.low, c.pairs[0].ratio.high, 1);
	cb_comparison_release(&c);
	return covered;
}

static void add_to_score(const struct simulation *s, struct score *score)
{
	const struct cb_result *result = &s->f->result;
	const struct cb_cell_result *alone = &result->cells[STREAM_THREADS_2];
	double noise = exp(s->noise->median);
	struct cb_price price;

	score->samples += alone->samples_n;
	score->covered[RATE] += estimate_holds(
		&alone->summary.units_per_s, 1e12 / (costs[STREAM_THREADS_2] * noise));
	score->covered[SPEEDUP] += estimate_holds(
		&result->cells[THREADS_2].summary.speedup, costs[SERIAL] / costs[THREADS_2]);
	assert_true(cb_result_price(result, alone, &price));
	score->covered[PRICE] += estimate_holds(&price.value, costs[STREAM_THREADS_2] * noise);
	score->covered[PRICE_RATIO] += holds(
		price.ratio_low, price.ratio_high, costs[STREAM_THREADS_2] / costs[THREADS_2]);
}

/*
 * A group of two cells, which stop together, and one of a cell alone, for which stopping is hardest. Each run
 * is compared with the one before.
 */
static struct score simulate(struct fixture *f, const struct noise *noise)
{
	static const unsigned first_group[] = { SERIAL, THREADS_2 }, second_group[] = { STREAM_THREADS_2 };
	static struct file files[2];
	struct simulation s = { .f = f, .noise = noise };
	struct score score = { 0 };

	cb_rng_seed(&s.rng, 2026);
	for (; score.runs < RUNS; score.runs++) {
		s.t = 0;
		measure(&s, first_group, 2);
		measure(&s, second_group, 1);
		add_to_score(&s, &score);
		store(&s, STREAM_THREADS_2, &files[score.runs % 2]);
		if (score.runs)
			score.covered[COMPARED] += compared_holds(
				&files[!(score.runs % 2)], &files[score.runs % 2]);
		else
			score.covered[COMPARED]++;
	}
	return score;
}

/* ---- tables ---- */

static unsigned print_share(unsigned covered, bool claimed)
{
	if (claimed)
		print_message(" %11.1f%%", 100.0 * covered / RUNS);
	else
		print_message(" %12s", "-");
	return claimed && covered < LEAST * RUNS;
}

/* Returns how many of the intervals cover too little. */
static unsigned print_row(const struct rule *rule, const struct noise *noise, const struct score *score)
{
	unsigned low = 0;

	print_message("%-9s %-10s %8.1f", rule->name, noise->name, (double)score->samples / score->runs);
	for (unsigned k = 0; k < KINDS; k++)
		low += print_share(score->covered[k], !noise->drifts || k == SPEEDUP);
	print_message("\n");
	return low;
}

static void declare_price(struct fixture *f, struct fixture_params *other)
{
	f->work.price = "gib_per_s";
	f->work.price_base = "cache=warm";
	*other = f->params;
	other->word = 1;
	f->groups[1].workload = &f->work;
	f->groups[1].params = other;
}

static void test_a_run(void **state)
{
	struct fixture *f = *state;
	struct fixture_params other;
	unsigned low = 0;

	declare_price(f, &other);
	print_message("%-9s %-10s %8s", "rule", "noise", "samples");
	for (unsigned k = 0; k < KINDS; k++)
		print_message(" %12s", kind_names[k]);
	print_message("\n");
	for (unsigned i = 0; i < CB_COUNT(rules); i++)
		for (unsigned k = 0; k < CB_COUNT(noises); k++) {
			struct score score;

			use_rule(&f->options, &rules[i]);
			score = simulate(f, &noises[k]);
			low += print_row(&rules[i], &noises[k], &score);
		}
	assert_int_equal(low, 0);
}

/* ---- looking at every one of the intervals ---- */

typedef struct cb_estimate estimate_fn(const double *values, unsigned n);

static struct cb_estimate fixed(const double *values, unsigned n)
{
	return cb_estimate(values, n, 0.95);
}

static struct cb_estimate looked(const double *values, unsigned n)
{
	struct cb_looks looks = cb_looks_of_samples(12, SAMPLES_MAX);

	return cb_estimate_looked(values, n, 0.95, &looks);
}

/* In how many of RUNS measurements all of the intervals hold, whichever of them is the last. */
static unsigned always_holds(estimate_fn *estimate)
{
	double values[SAMPLES_MAX];
	unsigned covered = 0;
	struct cb_rng rng;

	cb_rng_seed(&rng, 7);
	for (unsigned i = 0; i < RUNS; i++) {
		bool all = true;

		for (unsigned k = 0; k < SAMPLES_MAX; k++)
			values[k] = noise_uniform(&rng);
		for (unsigned n = 12; n <= SAMPLES_MAX; n += 2) {
			struct cb_estimate e = estimate(values, n);

			all &= estimate_holds(&e, 0.5);
		}
		covered += all;
	}
	return covered;
}

/* The widest choice that a rule to stop could have; and that the simulation sees what is wrong without. */
static void test_whichever_look_is_the_last(void **state)
{
	unsigned with = always_holds(looked), without = always_holds(fixed);

	(void)state;
	print_message("all of ten looks hold: %.1f%%; by intervals of a fixed number: %.1f%%\n",
		100.0 * with / RUNS, 100.0 * without / RUNS);
	assert_true(with >= LEAST * RUNS);
	assert_true(without < 0.94 * RUNS);
}

/* ---- a gate ---- */

static void simulate_series(
	struct simulation *s, struct cb_gate_series *series, unsigned blocks, double slower)
{
	assert_int_equal(cb_gate_series_init(series, blocks), 0);
	for (; series->n < blocks; series->n++) {
		struct cb_gate_block *block = &series->blocks[series->n];

		strcpy(block->order, cb_gate_order(cb_rng_next(&s->rng) & 1));
		for (unsigned i = 0; block->order[i]; i++) {
			double cost = s->noise->draw(&s->rng, s->t++, &s->host) +
				      (block->order[i] == 'B' ? slower : 0);

			block->samples[i].makespan_ns = (uint64_t)(BASE_NS * exp(cost));
		}
	}
}

struct bounds {
	unsigned low, high; /* how many hold */
};

/* The series that the verdict and the report are of. */
static void judge_once(struct simulation *s, double slower, struct bounds *score)
{
	struct cb_gate_cell cell = { .cpus = 1 };
	struct cb_gate gate = {
		.rules = cb_gate_rules_default, .cells = &cell, .cells_n = 1, .family = 1, .null_cell = -1
	};
	const struct cb_gate_series *series;

	simulate_series(s, &cell.screen, gate.rules.screen_blocks, slower);
	simulate_series(s, &cell.confirm, gate.rules.confirm_blocks, slower);
	cb_gate_judge(&gate);
	series = cell.confirmed ? &cell.confirm : &cell.screen;
	score->low += !(series->low > slower); /* NaN, too few blocks for the level, claims nothing */
	score->high += !(series->high < slower);
	free(cell.screen.blocks);
	free(cell.confirm.blocks);
}

/* No slowdown, and one just tolerated, which screening flags now and then. */
static void test_a_gate(void **state)
{
	static const double slowdowns[] = { 0, 0.03 };
	unsigned low = 0;

	(void)state;
	print_message("%-10s %8s %12s %12s\n", "noise", "slower", "lower bound", "upper bound");
	for (unsigned k = 0; k < CB_COUNT(noises); k++)
		for (unsigned i = 0; i < CB_COUNT(slowdowns); i++) {
			struct simulation s = { .noise = &noises[k] };
			struct bounds score = { 0 };

			cb_rng_seed(&s.rng, 2026);
			for (unsigned run = 0; run < RUNS; run++) {
				s.t = 0;
				s.host = 0;
				judge_once(&s, log1p(slowdowns[i]), &score);
			}
			print_message("%-10s %7.0f%%", noises[k].name, 100 * slowdowns[i]);
			low += print_share(score.low, true) + print_share(score.high, true);
			print_message("\n");
		}
	assert_int_equal(low, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_run, fixture_new, fixture_free),
		cmocka_unit_test(test_whichever_look_is_the_last),
		cmocka_unit_test(test_a_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
