/*
 * A gate's promise, on simulated hosts that are as bad as we can make them: two builds that are alike FAIL in
 * at most 1 % of the gates. Then the same hosts against designs that are broken on purpose, each in one thing
 * that somebody might well do: each must raise more alarms than are allowed on one of them, or the hosts
 * would prove nothing.
 *
 * The judge is the real one throughout: broken designs come in by the orders of blocks, by what is called a
 * block, and (pooled arms) by a test that takes its place.
 */
#include "lib/gate/gate.h"
#include "lib/stats/binomial.h"
#include "lib/stats/normal.h"
#include "tests/unit/noise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define GATES     2000
#define ALLOWED   0.01   /* alpha */
#define SURE      0.0001 /* level of the bounds of a simulated rate */
#define BASE_NS   1e8
#define SLOTS_MAX 8

/* ---- hosts ---- */

/* What the host adds to ln(cost) of a sample: at slot of its block, the t-th of the gate. */
struct host {
	const char *name;
	double (*noise)(struct cb_rng *rng, unsigned slot, unsigned t, double *state);
};

static double white(struct cb_rng *rng, unsigned slot, unsigned t, double *state)
{
	(void)slot, (void)t, (void)state;
	return 0.05 * noise_normal(rng);
}

/* Now fast, now slow, and slow to change. */
static double wandering(struct cb_rng *rng, unsigned slot, unsigned t, double *state)
{
	(void)slot, (void)t;
	*state = 0.97 * *state + 0.05 * noise_normal(rng);
	return *state + 0.005 * noise_normal(rng);
}

/* Getting slower all the time. */
static double drifting(struct cb_rng *rng, unsigned slot, unsigned t, double *state)
{
	(void)slot, (void)state;
	return 0.02 * t + 0.01 * noise_normal(rng);
}

/* Something runs every few samples, in step with the blocks. */
static double in_step(struct cb_rng *rng, unsigned slot, unsigned t, double *state)
{
	static const double slow[SLOTS_MAX] = { 0, 0.5, 0.5, 0, 0.5, 0, 0, 0.5 };

	(void)t, (void)state;
	return slow[slot] + 0.1 * noise_normal(rng);
}

/* Slowest in the middle of each block. */
static double humped(struct cb_rng *rng, unsigned slot, unsigned t, double *state)
{
	static const double hump[SLOTS_MAX] = { 0, 0.04, 0.08, 0.1, 0.08, 0.04, 0, 0 };

	(void)t, (void)state;
	return hump[slot] + 0.005 * noise_normal(rng);
}

/* Two speeds, each kept for a while; rare and long tails. */
static double switching(struct cb_rng *rng, unsigned slot, unsigned t, double *state)
{
	(void)slot, (void)t;
	if (noise_uniform(rng) < 0.15)
		*state = 0.3 - *state;
	return *state + 0.02 * noise_normal(rng) + (noise_uniform(rng) < 0.05 ? -log(noise_uniform(rng)) : 0);
}

static const struct host hosts[] = {
	{ "white", white },
	{ "wandering", wandering },
	{ "drifting", drifting },
	{ "in step", in_step },
	{ "humped", humped },
	{ "switching", switching },
};

/* ---- designs ---- */

struct design {
	const char *name;
	const char *order[2]; /* by the coin; NULL: cb_gate_order */
	bool coin;            /* false: order[0] always */
	unsigned split;       /* blocks that the samples of one are passed off as */
	bool pooled;          /* judged by the ranks of all samples together */
};

static const struct design sound = { "the gate's design", { NULL, NULL }, true, 1, false };

static const struct design broken[] = {
	{ "fixed order", { "AAAABBBB", "AAAABBBB" }, true, 1, false },
	{ "no coin", { "ABBABAAB", "BAABABBA" }, false, 1, false },
	/* the arms cannot have as many samples each, and whoever keeps 4 and 3 can only turn the order round
	 */
	{ "odd number of slots", { "ABBABAA", "AABABBA" }, true, 1, false },
	{ "samples counted as blocks", { "ABBABAAB", "BAABABBA" }, true, 4, false },
	{ "pooled arms", { "ABBABAAB", "BAABABBA" }, true, 1, true },
};

/* ---- a simulated gate ---- */

struct simulation {
	const struct design *design;
	const struct host *host;
	double slowdown; /* of head, ln */
	struct cb_rng rng;
	double state; /* the host's */
	unsigned t;
	struct cb_gate gate;
};

static void simulate_block(struct simulation *s, struct cb_gate_block *block)
{
	bool side = cb_rng_next(&s->rng) & s->design->coin;

	strcpy(block->order, s->design->order[side] ? s->design->order[side] : cb_gate_order(side));
	for (unsigned i = 0; block->order[i]; i++) {
		double log = s->host->noise(&s->rng, i, s->t++, &s->state) +
			     (block->order[i] == 'B' ? s->slowdown : 0);

		block->samples[i] = (struct cb_gate_sample){ .makespan_ns = (uint64_t)(BASE_NS * exp(log)) };
	}
}

/* One block passed off as several. */
static void split_block(const struct cb_gate_block *whole, unsigned parts, struct cb_gate_block *ret)
{
	unsigned size = (unsigned)strlen(whole->order) / parts;

	for (unsigned i = 0; i < parts; i++) {
		memset(&ret[i], 0, sizeof ret[i]);
		memcpy(ret[i].order, whole->order + i * size, size);
		memcpy(ret[i].samples, whole->samples + i * size, size * sizeof ret[i].samples[0]);
	}
}

static void simulate_series(struct simulation *s, struct cb_gate_series *series, unsigned blocks)
{
	struct cb_gate_block block;

	assert_int_equal(cb_gate_series_init(series, blocks * s->design->split), 0);
	for (unsigned i = 0; i < blocks; i++) {
		memset(&block, 0, sizeof block);
		simulate_block(s, &block);
		split_block(&block, s->design->split, &series->blocks[series->n]);
		series->n += s->design->split;
	}
}

/*
 * The pooled test: Mann and Whitney's, with its normal approximation, of all samples of head, less the
 * tolerance, being slower than all of base. Returns its p.
 */
static double pooled_p(const struct cb_gate_series *series, double tolerance)
{
	double a[1024], b[1024], wins = 0;
	unsigned a_n = 0, b_n = 0;

	for (unsigned i = 0; i < series->n; i++)
		for (unsigned k = 0; series->blocks[i].order[k]; k++) {
			double cost = (double)series->blocks[i].samples[k].makespan_ns;

			if (series->blocks[i].order[k] == 'A')
				a[a_n++] = cost * (1 + tolerance);
			else
				b[b_n++] = cost;
		}
	for (unsigned i = 0; i < a_n; i++)
		for (unsigned k = 0; k < b_n; k++)
			wins += b[k] > a[i] ? 1 : b[k] == a[i] ? 0.5 : 0;
	wins -= a_n * b_n / 2.0;
	return erfc(wins / sqrt(a_n * b_n * (a_n + b_n + 1) / 12.0) / sqrt(2)) / 2;
}

static bool simulated_gate_fails(struct simulation *s)
{
	struct cb_gate_rules rules = cb_gate_rules_default;
	struct cb_gate_cell cell = { .cpus = 1 };
	bool fails;

	s->state = 0;
	s->t = 0;
	simulate_series(s, &cell.screen, rules.screen_blocks);
	simulate_series(s, &cell.confirm, rules.confirm_blocks);
	s->gate = (struct cb_gate){
		.rules = rules, .cells = &cell, .cells_n = 1, .family = 1, .null_cell = -1
	};
	if (s->design->pooled) {
		fails = pooled_p(&cell.screen, rules.tolerance) <= rules.screen_level &&
			pooled_p(&cell.confirm, rules.tolerance) <= cb_gate_confirm_level(&rules, 1);
	} else {
		cb_gate_judge(&s->gate);
		fails = cell.verdict == CB_GATE_FAIL;
	}
	free(cell.screen.blocks);
	free(cell.confirm.blocks);
	return fails;
}

/* How many of GATES gates FAIL. */
static unsigned failures(const struct design *design, const struct host *host, double slowdown)
{
	struct simulation s = { .design = design, .host = host, .slowdown = slowdown };
	unsigned n = 0;

	cb_rng_seed(&s.rng, 2026);
	for (unsigned i = 0; i < GATES; i++)
		n += simulated_gate_fails(&s);
	return n;
}

/* ---- tests ---- */

static void test_sound_design_raises_few_alarms(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(hosts); i++) {
		unsigned n = failures(&sound, &hosts[i], 0);

		print_message("%s, %s host: %u of %u gates of equal builds FAIL\n", sound.name, hosts[i].name,
			n, GATES);
		if (cb_clopper_pearson_low(GATES, n ? n : 1, SURE) > ALLOWED)
			fail_msg("%s host: %u of %u", hosts[i].name, n, GATES);
	}
}

/* Also for a head that is slower, but within the tolerance. */
static void test_tolerated_slowdown_raises_few_alarms(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(hosts); i++) {
		unsigned n = failures(&sound, &hosts[i], log(1.03));

		if (cb_clopper_pearson_low(GATES, n ? n : 1, SURE) > ALLOWED)
			fail_msg("%s host: %u of %u", hosts[i].name, n, GATES);
	}
}

/* Whether its alarms on the host are more than chance can make of what is allowed. */
static bool is_caught(const struct design *design, const struct host *host)
{
	unsigned n = failures(design, host, 0);

	print_message(
		"%s, %s host: %u of %u gates of equal builds FAIL\n", design->name, host->name, n, GATES);
	return n && cb_clopper_pearson_low(GATES, n, SURE) > ALLOWED;
}

static void test_broken_designs_are_caught(void **state)
{
	(void)state;
	for (unsigned k = 0; k < CB_COUNT(broken); k++) {
		bool caught = false;

		for (unsigned i = 0; !caught && i < CB_COUNT(hosts); i++)
			caught = is_caught(&broken[k], &hosts[i]);
		if (!caught)
			fail_msg("%s is not caught by any host", broken[k].name);
	}
}

/* A test that never FAILs would pass those above. */
static void test_slowdowns_are_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CB_COUNT(hosts); i++) {
		unsigned n = failures(&sound, &hosts[i], log(2));

		print_message("%s, %s host: %u of %u gates of a head twice as slow FAIL\n", sound.name,
			hosts[i].name, n, GATES);
		assert_true(n > GATES * 9 / 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound_design_raises_few_alarms),
		cmocka_unit_test(test_tolerated_slowdown_raises_few_alarms),
		cmocka_unit_test(test_broken_designs_are_caught),
		cmocka_unit_test(test_slowdowns_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
