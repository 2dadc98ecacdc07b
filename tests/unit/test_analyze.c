/* Analysis of stored results that are made here: where the time went adds up and names its cause, curves and
 * placements are told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tests/unit/stored_fixture.h"

/* ---- loss ---- */

static struct cb_loss loss_of(struct paper *p, const struct cb_stored_sample *sample)
{
	struct cb_loss loss;
	double sum = 0;

	paper_clear(p);
	paper_add(p, "serial", 1, paper_sample(1, 1000), 0);
	paper_add(p, "threads", 4, *sample, 0);
	paper_analyze(p);
	assert_int_equal(p->analysis.n, 1);
	loss = p->analysis.cases[0].points[1].loss;
	for (enum cb_cause cause = 0; cause < CB_CAUSES; cause++)
		sum += isnan(loss.by_cause[cause]) ? 0 : loss.by_cause[cause];
	assert_true(fabs(sum - loss.total) < 1e-9);
	return loss;
}

static void test_ideal(void **state)
{
	struct cb_stored_sample s = paper_sample(4, 4000);
	struct cb_loss loss = loss_of(*state, &s);

	assert_close(loss.total, 0);
	assert_close(loss.makespan, 0);
	assert_true(isnan(loss.by_cause[CB_CAUSE_DISPATCH]));
}

/* Of 10 ms of 4 workers, 25 % more is spent on one thing after the other: 1 - 1/1.25 is lost to it. */
static void test_each_cause(void **state)
{
	struct cb_stored_sample s = paper_sample(4, 4000);
	double more = s.makespan_ns / 4;
	struct cb_loss loss;

	s.spawn_ns = more / 2;
	s.teardown_ns = more / 2;
	loss = loss_of(*state, &s);
	assert_close(loss.by_cause[CB_CAUSE_CREATION], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_CREATION);
	assert_close(loss.total, 0.2);
	assert_close(loss.makespan, 0);

	s = paper_sample(4, 4000);
	s.makespan_ns += more;
	s.late_ns = 4 * more;
	loss = loss_of(*state, &s);
	assert_close(loss.by_cause[CB_CAUSE_SKEW], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_SKEW);
	assert_close(loss.makespan, 0.2);

	s.late_ns = 0;
	loss = loss_of(*state, &s);
	assert_close(loss.by_cause[CB_CAUSE_IMBALANCE], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_IMBALANCE);

	s.busy_ns += 4 * more;
	loss = loss_of(*state, &s);
	assert_close(loss.by_cause[CB_CAUSE_WAITING], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_WAITING);

	s.run_delay_ns = 4 * more;
	loss = loss_of(*state, &s);
	assert_close(loss.by_cause[CB_CAUSE_RUNNABLE], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_RUNNABLE);

	s.run_delay_ns = 0;
	s.cpu_user_ns += 4 * more;
	loss = loss_of(*state, &s);
	assert_close(loss.by_cause[CB_CAUSE_REST], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_REST);
}

/* What the workload null costs in the same file, mode and number of workers is dispatch, and no more part of
 * the rest. */
static void test_dispatch(void **state)
{
	struct paper *p = *state;
	struct cb_stored_sample s = paper_sample(4, 4000);
	const struct cb_loss *loss;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0);
	s.makespan_ns *= 1.25;
	s.busy_ns = s.cpu_user_ns = 4 * s.makespan_ns;
	paper_add(p, "threads", 4, s, 0);
	s.cpu_user_ns = 1e6 * 4000 / 1000; /* of null: 1 us a unit */
	paper_add(p, "threads", 4, s, 0)->workload = TEXT("null");
	paper_analyze(p);
	assert_int_equal(p->analysis.n, 2);
	loss = &p->analysis.cases[0].points[1].loss;
	assert_close(loss->by_cause[CB_CAUSE_DISPATCH], 4000 * 1000.0 / (4 * p->samples[1][0].makespan_ns));
	assert_close(loss->by_cause[CB_CAUSE_DISPATCH] + loss->by_cause[CB_CAUSE_REST], 0.2);
}

/* ---- curves ---- */

/* Points come sorted by workers whatever the file's order, a mode and dispatch to a curve; too few are not
 * fitted. */
static void test_curves(void **state)
{
	struct paper *p = *state;
	const struct cb_case *c;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	for (unsigned w = 8; w; w--)
		paper_add(p, "threads", w, paper_sample(w, 1000), 0.01);
	paper_add(p, "threads", 2, paper_sample(2, 1000), 0.01)->dispatch = TEXT("static");
	paper_analyze(p);
	c = &p->analysis.cases[0];
	assert_int_equal(c->curves_n, 3);
	assert_string_equal(c->curves[1].dispatch, "shared");
	assert_int_equal(c->curves[1].n, 8);
	for (unsigned w = 1; w <= 8; w++)
		assert_true(c->curves[1].points[w - 1]->cell->workers == w);
	assert_string_equal(c->curves[1].usl.reason, "none here");
	assert_non_null(strstr(c->curves[2].usl.reason, "at least 6"));
}

/* From a block on the host is slower by this factor. */
static void slow_down(struct cb_stored_cell *cell, unsigned block, double factor)
{
	for (unsigned i = 0; i < cell->samples_n; i++) {
		struct cb_stored_sample *s = &cell->samples[i];

		if (s->block < block)
			continue;
		s->makespan_ns *= factor;
		s->cpu_user_ns *= factor;
		s->busy_ns *= factor;
	}
}

/* What serial did in blocks that a cell was not in says nothing of that cell. */
static void test_unequal_blocks(void **state)
{
	struct paper *p = *state;
	const struct cb_point *threads;

	slow_down(paper_add(p, "serial", 1, paper_sample(1, 1000), 0), 6, 3);
	paper_add(p, "threads", 2, paper_sample(2, 1000), 0)->samples_n = 12;
	slow_down(paper_add(p, "processes", 2, paper_sample(2, 1000), 0), 6, 3);
	paper_analyze(p);
	threads = &p->analysis.cases[0].points[1];
	assert_int_equal(threads->speedup.n, 6);
	assert_close(threads->speedup.median, 2);
	assert_close(threads->loss.total, 0);
	assert_close(threads->loss.by_cause[CB_CAUSE_REST], 0);
	assert_int_equal(p->analysis.cases[0].points[2].speedup.n, 8);
	assert_close(p->analysis.cases[0].points[2].loss.total, 0);
	/* and the two with each other */
	assert_int_equal(p->analysis.cases[0].advice.rivals[0].ratio.n, 6);
	assert_close(p->analysis.cases[0].advice.rivals[0].ratio.median, 1);
}

/* Amdahl's law to the point, though one point has fewer blocks and the host got slower behind them. */
static void test_fit_takes_common_blocks(void **state)
{
	struct cb_analyze_options options = { .seed = 1 };
	struct paper *p = *state;
	struct cb_error err = { 0 };
	struct cb_solver solver;
	const struct cb_law_fit *fit;

	if (cb_solver_open(cb_solver_name, &solver, &err)) {
		print_message("%s\n", err.text);
		skip();
	}
	options.solver = &solver;
	for (unsigned w = 1; w <= 8; w++) {
		struct cb_stored_sample s = paper_sample(w, 1000);
		struct cb_stored_cell *cell;

		s.makespan_ns *= 1 + 0.1 * (w - 1);
		cell = paper_add(p, "threads", w, s, 0);
		if (w == 8)
			cell->samples_n = 6;
		slow_down(cell, 3, 2);
	}
	assert_int_equal(cb_analyze(&p->file, 1, &options, &p->analysis), 0);
	fit = &p->analysis.cases[0].curves[0].amdahl;
	assert_null(fit->reason);
	assert_float_equal(fit->fit.usl.sigma, 0.1, 1e-6);
	assert_float_equal(fit->fit.usl.lambda, 1e5, 1);
	cb_solver_close(&solver);
}

/* ---- placements ---- */

static struct cb_stored_cell *add_placed(
	struct paper *p, double workers, const char *pin, const char *cpu_set, double faster)
{
	struct cb_stored_sample s = paper_sample(workers, 1000);
	struct cb_stored_cell *cell;

	s.makespan_ns /= faster;
	cell = paper_add(p, "threads", workers, s, 0.01);
	cell->pin_requested = TEXT(pin);
	cell->cpu_set = TEXT(cpu_set);
	return cell;
}

/* One ratio over all numbers of workers that both were measured with; 8 is the same in both, so spread has
 * none. */
static void test_placements(void **state)
{
	struct paper *p = *state;
	const struct cb_placing *spread, *none;
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01)->pin_requested = TEXT("compact");
	for (unsigned w = 2; w <= 8; w *= 2)
		add_placed(p, w, "compact", "", 1);
	add_placed(p, 2, "spread", "", 1.44);
	add_placed(p, 4, "spread", "", 1);
	add_placed(p, 4, "none", "", 1.01);
	text = paper_advice(p);
	assert_int_equal(p->analysis.cases[0].placings_n, 2);
	none = &p->analysis.cases[0].placings[0];
	spread = &p->analysis.cases[0].placings[1];
	assert_string_equal(spread->curve->pin, "spread");
	assert_string_equal(spread->base->pin, "compact");
	assert_close(spread->ratio.median, 1.2);
	assert_int_equal(spread->ratio.n, PAPER_SAMPLES / 2);
	assert_int_equal(spread->shapes, 2);
	assert_int_equal(spread->versus, CB_VERSUS_BEATEN);
	assert_int_equal(none->versus, CB_VERSUS_EQUAL);
	assert_has(text,
		"Placement, threads, with 2 to 4 workers: spread has 1.2 x [1.2, 1.2] the rate of compact: "
		"faster.");
	assert_has(text,
		"with 4 workers: unpinned has 1.01 x [1.01, 1.01] the rate of compact: not distinguishable");
}

/* SMT siblings against two cores, and no word of what cannot be compared. */
static void test_placements_by_cpus(void **state)
{
	struct paper *p = *state;
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01)->cpu_set = TEXT("0,2");
	add_placed(p, 2, "auto", "0,2", 1);
	add_placed(p, 2, "auto", "0..1", 0.6);
	add_placed(p, 4, "auto", "0..3", 1);
	text = paper_advice(p);
	assert_int_equal(p->analysis.cases[0].placings_n, 1);
	assert_int_equal(p->analysis.cases[0].placings[0].versus, CB_VERSUS_AHEAD);
	assert_has(text, "with 2 workers: CPUs 0..1 has 0.6 x [0.6, 0.6] the rate of CPUs 0,2: slower.");
}

static void test_one_placement_is_no_word(void **state)
{
	struct paper *p = *state;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	paper_add(p, "threads", 2, paper_sample(2, 1000), 0.01);
	assert_null(strstr(paper_advice(p), "Placement"));
	assert_int_equal(p->analysis.cases[0].placings_n, 0);
}

/* Above 1.05 x workers by its lower bound. */
static void test_superlinear(void **state)
{
	struct paper *p = *state;
	struct cb_stored_sample fast = paper_sample(2, 1000);

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	paper_add(p, "threads", 2, fast, 0.01);
	fast.makespan_ns /= 1.2;
	fast.busy_ns /= 1.2;
	fast.cpu_user_ns /= 1.2;
	paper_add(p, "processes", 2, fast, 0.01);
	paper_analyze(p);
	assert_false(p->analysis.cases[0].points[1].superlinear);
	assert_true(p->analysis.cases[0].points[2].superlinear);
	assert_true(p->analysis.cases[0].points[2].serial_fraction < 0);
	assert_null(cb_superlinear_reason(&p->analysis.cases[0].points[1]));
	assert_non_null(
		strstr(cb_superlinear_reason(&p->analysis.cases[0].points[2]), "less CPU time a unit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_PAPER(test_ideal),
		ON_PAPER(test_each_cause),
		ON_PAPER(test_dispatch),
		ON_PAPER(test_curves),
		ON_PAPER(test_unequal_blocks),
		ON_PAPER(test_fit_takes_common_blocks),
		ON_PAPER(test_placements),
		ON_PAPER(test_placements_by_cpus),
		ON_PAPER(test_one_placement_is_no_word),
		ON_PAPER(test_superlinear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
