/* Analysis of stored results that are made here: where the time went adds up and names its cause, advice
 * follows from figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "lib/analyze/analyze.h"

#define SAMPLES   16 /* of a cell: 8 blocks */
#define CELLS_MAX 64
#define MS        1e6
#define TEXT(s)   ((char *)(uintptr_t)(s)) /* a stored file owns its texts; these it does not */

/* A file in the making. */
struct paper {
	struct cb_stored file;
	struct cb_stored_cell cells[CELLS_MAX];
	struct cb_stored_sample samples[CELLS_MAX][SAMPLES];
};

/* A sample of a worker that computes 100 units a ms, and nothing else. */
static struct cb_stored_sample plain_sample(double workers, double units)
{
	double span = units / workers / 100 * MS;

	return (struct cb_stored_sample){ .units = units,
		.makespan_ns = span,
		.spawn_ns = 0,
		.teardown_ns = 0,
		.cpu_user_ns = span * workers,
		.cpu_sys_ns = 0,
		.run_delay_ns = 0,
		.busy_ns = span * workers,
		.late_ns = 0,
		.pss_bytes = 1e6 * workers,
		.capacity = NAN };
}

/* Every second sample is `wobble` longer, in each block alike. */
static struct cb_stored_cell *add(
	struct paper *p, const char *mode, double workers, struct cb_stored_sample sample, double wobble)
{
	unsigned at = p->file.cells_n++;
	struct cb_stored_cell *cell = &p->cells[at];

	assert_true(at < CELLS_MAX);
	*cell = (struct cb_stored_cell){ .id = TEXT("w/x"),
		.workload = TEXT("w"),
		.class = TEXT("cpu"),
		.unit = TEXT("u"),
		.params = TEXT("{}"),
		.mode = TEXT(mode),
		.dispatch = TEXT("shared"),
		.pin_requested = TEXT("auto"),
		.cpu_set = TEXT(""),
		.status = TEXT("ok"),
		.reason = TEXT(""),
		.bound = TEXT("cpu"),
		.workload_version = 1,
		.workers = workers,
		.processes = 1,
		.threads = workers,
		.samples = p->samples[at],
		.samples_n = SAMPLES };
	for (unsigned i = 0; i < SAMPLES; i++) {
		p->samples[at][i] = sample;
		p->samples[at][i].block = i / 2;
		p->samples[at][i].makespan_ns *= 1 + wobble * (i % 4) / 3;
	}
	p->file.cells = p->cells;
	p->file.cpus_usable = 4;
	p->file.path = TEXT("paper");
	return cell;
}

static struct cb_analysis analyze(const struct paper *p)
{
	const struct cb_analyze_options options = { .no_solver = "none here" };
	struct cb_analysis analysis;

	assert_int_equal(cb_analyze(&p->file, 1, &options, &analysis), 0);
	return analysis;
}

/* ---- loss ---- */

static struct cb_loss loss_of(const struct cb_stored_sample *sample)
{
	static struct paper p;
	struct cb_analysis analysis;
	struct cb_loss loss;
	double sum = 0;

	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0);
	add(&p, "threads", 4, *sample, 0);
	analysis = analyze(&p);
	assert_int_equal(analysis.n, 1);
	loss = analysis.cases[0].points[1].loss;
	cb_analysis_release(&analysis);
	for (enum cb_cause cause = 0; cause < CB_CAUSES; cause++)
		sum += isnan(loss.by_cause[cause]) ? 0 : loss.by_cause[cause];
	assert_true(fabs(sum - loss.total) < 1e-9);
	return loss;
}

static void assert_close(double value, double expected)
{
	if (!(fabs(value - expected) < 1e-9))
		fail_msg("%.12g instead of %.12g", value, expected);
}

static void test_ideal(void **state)
{
	struct cb_stored_sample s = plain_sample(4, 4000);
	struct cb_loss loss = loss_of(&s);

	(void)state;
	assert_close(loss.total, 0);
	assert_close(loss.makespan, 0);
	assert_true(isnan(loss.by_cause[CB_CAUSE_DISPATCH]));
}

/* Of 10 ms of 4 workers, 25 % more is spent on one thing after the other: 1 - 1/1.25 is lost to it. */
static void test_each_cause(void **state)
{
	struct cb_stored_sample s = plain_sample(4, 4000);
	double more = s.makespan_ns / 4;
	struct cb_loss loss;

	(void)state;
	s.spawn_ns = more / 2;
	s.teardown_ns = more / 2;
	loss = loss_of(&s);
	assert_close(loss.by_cause[CB_CAUSE_CREATION], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_CREATION);
	assert_close(loss.total, 0.2);
	assert_close(loss.makespan, 0);

	s = plain_sample(4, 4000);
	s.makespan_ns += more;
	s.late_ns = 4 * more;
	loss = loss_of(&s);
	assert_close(loss.by_cause[CB_CAUSE_SKEW], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_SKEW);
	assert_close(loss.makespan, 0.2);

	s.late_ns = 0;
	loss = loss_of(&s);
	assert_close(loss.by_cause[CB_CAUSE_IMBALANCE], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_IMBALANCE);

	s.busy_ns += 4 * more;
	loss = loss_of(&s);
	assert_close(loss.by_cause[CB_CAUSE_WAITING], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_WAITING);

	s.run_delay_ns = 4 * more;
	loss = loss_of(&s);
	assert_close(loss.by_cause[CB_CAUSE_RUNNABLE], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_RUNNABLE);

	s.run_delay_ns = 0;
	s.cpu_user_ns += 4 * more;
	loss = loss_of(&s);
	assert_close(loss.by_cause[CB_CAUSE_REST], 0.2);
	assert_int_equal(loss.worst, CB_CAUSE_REST);
}

/* What the workload null costs in the same file, mode and number of workers is dispatch, and no more part of
 * the rest. */
static void test_dispatch(void **state)
{
	static struct paper p;
	struct cb_stored_sample s = plain_sample(4, 4000);
	struct cb_analysis analysis;
	const struct cb_loss *loss;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0);
	s.makespan_ns *= 1.25;
	s.busy_ns = s.cpu_user_ns = 4 * s.makespan_ns;
	add(&p, "threads", 4, s, 0);
	s.cpu_user_ns = 1e6 * 4000 / 1000; /* of null: 1 us a unit */
	add(&p, "threads", 4, s, 0)->workload = TEXT("null");
	analysis = analyze(&p);
	assert_int_equal(analysis.n, 2);
	loss = &analysis.cases[0].points[1].loss;
	assert_close(loss->by_cause[CB_CAUSE_DISPATCH], 4000 * 1000.0 / (4 * p.samples[1][0].makespan_ns));
	assert_close(loss->by_cause[CB_CAUSE_DISPATCH] + loss->by_cause[CB_CAUSE_REST], 0.2);
	cb_analysis_release(&analysis);
}

/* ---- advice ---- */

static const char *advice(struct cb_analysis *analysis, const struct paper *p)
{
	*analysis = analyze(p);
	assert_int_equal(analysis->n, 1);
	return analysis->cases[0].advice.text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* Processes are 1 % faster in every block: true, and not worth a word. */
static void test_equal(void **state)
{
	static struct paper p;
	struct cb_stored_sample faster = plain_sample(2, 2000);
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	add(&p, "threads", 2, plain_sample(2, 2000), 0.01);
	faster.makespan_ns *= 0.99;
	faster.pss_bytes *= 2;
	add(&p, "processes", 2, faster, 0.01)->processes = 2;
	p.cells[2].threads = 1;
	text = advice(&analysis, &p);
	has(text, "Use 2 threads: 2 x [2, 2] the rate of serial.");
	has(text, "2 threads = 2 processes within noise or 3 %: 0.99 x [0.99, 0.99].");
	assert_ptr_equal(analysis.cases[0].advice.fastest->cell, &p.cells[2]);
	assert_ptr_equal(analysis.cases[0].advice.advised->cell, &p.cells[1]);
	cb_analysis_release(&analysis);
}

static void test_beaten(void **state)
{
	static struct paper p;
	struct cb_stored_sample slow = plain_sample(2, 1000);
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	slow.makespan_ns *= 2.2;
	add(&p, "threads", 2, slow, 0.01);
	add(&p, "processes", 2, plain_sample(2, 2000), 0.01)->processes = 2;
	p.cells[2].threads = 1;
	text = advice(&analysis, &p);
	has(text, "Use 2 processes: 2 x");
	has(text, "2 processes beat 2 threads: 2.2 x");
	has(text, "The rate still rises, as workers^1.00, and 4 CPUs are usable");
	assert_null(strstr(text, "Cheapest"));
	has(text, "Nothing within 5 % of the fastest is cheaper: it takes 1e+04 ns of CPU time a unit.");
	cb_analysis_release(&analysis);
}

static void test_serial_wins(void **state)
{
	static struct paper p;
	struct cb_stored_sample same = plain_sample(2, 1000);
	struct cb_analysis analysis;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	same.makespan_ns *= 1.98;
	add(&p, "threads", 2, same, 0.01);
	has(advice(&analysis, &p), "Run it serially: the best of all others, 2 threads, has 1.01 x ");
	cb_analysis_release(&analysis);
}

/* Half the CPU time within 5 % of the best. */
static void test_cheapest(void **state)
{
	static struct paper p;
	struct cb_stored_sample greedy = plain_sample(4, 2100);
	struct cb_analysis analysis;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	add(&p, "threads", 2, plain_sample(2, 2000), 0.01);
	greedy.makespan_ns *= 1.92;
	greedy.cpu_user_ns *= 2;
	add(&p, "threads", 4, greedy, 0.01);
	has(advice(&analysis, &p),
		"Cheapest within 5 % of the fastest: 2 threads, 0.5 of the CPU time a unit");
	cb_analysis_release(&analysis);
}

/* No difference is shown, and it is said that the samples are too few for more. */
static void test_unsure(void **state)
{
	static struct paper p;
	struct cb_stored_cell *threads;
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0);
	threads = add(&p, "threads", 2, plain_sample(2, 1000), 0);
	for (unsigned i = 0; i < SAMPLES; i++) /* from as fast as serial to 4 x, in blocks of their own */
		threads->samples[i].makespan_ns *= i < SAMPLES / 4 ? 4 : i % 8 < 4 ? 1.9 : 0.5;
	text = advice(&analysis, &p);
	has(text, "No gain is shown: the best, 2 threads, has ");
	has(text, "more samples (--time-budget) would tell.");
	cb_analysis_release(&analysis);
}

/*
 * 4 threads on 2 CPUs are faster than 2 by the median, once in four blocks they are not: nothing is shown, so
 * 2 are advised, and not serial, than which they are no less faster.
 */
static void test_too_many_prove_their_worth(void **state)
{
	static struct paper p;
	struct cb_stored_cell *many;
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	add(&p, "threads", 2, plain_sample(2, 2000), 0.01);
	many = add(&p, "threads", 4, plain_sample(2, 2000), 0.01);
	many->oversubscribed = true;
	for (unsigned i = 0; i < SAMPLES; i++)
		many->samples[i].makespan_ns *= i < SAMPLES / 4 ? 1.6 : 0.9;
	text = advice(&analysis, &p);
	has(text, "Use 2 threads: 2 x [2, 2] the rate of serial.");
	has(text, "4 threads had the highest rate, which is not told from it: 1.11 x ");
	cb_analysis_release(&analysis);
	for (unsigned i = 0; i < SAMPLES; i++) /* all blocks agree */
		many->samples[i].makespan_ns = p.cells[1].samples[i].makespan_ns * 0.9;
	has(advice(&analysis, &p), "Use 4 threads: 2.22 x ");
	cb_analysis_release(&analysis);
}

/* A cell of this many times serial's rate; a noisy one is off in every third block. */
static struct cb_stored_cell *add_rated(
	struct paper *p, const char *mode, double workers, double rate, bool noisy, bool oversubscribed)
{
	struct cb_stored_cell *cell = add(p, mode, workers, plain_sample(1, 1000), 0);

	cell->oversubscribed = oversubscribed;
	for (unsigned i = 0; i < SAMPLES; i++)
		cell->samples[i].makespan_ns /= noisy && i / 2 % 3 == 0 ? rate * 0.2 : rate;
	return cell;
}

/* One that has not proved its worth does not hide another that has. */
static void test_worth_is_each_ones_own(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add_rated(&p, "serial", 1, 1, false, false);
	add_rated(&p, "threads", 2, 1.9, false, false);
	add_rated(&p, "processes", 4, 3.8, false, true)->processes = 4;
	p.cells[2].threads = 1;
	add_rated(&p, "threads", 8, 4.5, true, true);
	text = advice(&analysis, &p);
	has(text, "Use 4 processes: 3.8 x ");
	has(text, "8 threads had the highest rate, which is not told from it: ");
	assert_null(strstr(text, "which is faster"));
	cb_analysis_release(&analysis);
}

/* A cell that fits is not advised for being noisy. */
static void test_noise_is_no_merit(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;

	(void)state;
	p = (struct paper){ 0 };
	add_rated(&p, "serial", 1, 1, true, false);
	add_rated(&p, "threads", 2, 1.9, false, false);
	add_rated(&p, "threads", 4, 3.8, false, true);
	assert_ptr_equal((advice(&analysis, &p), analysis.cases[0].advice.advised->cell), &p.cells[2]);
	cb_analysis_release(&analysis);
	p = (struct paper){ 0 };
	add_rated(&p, "serial", 1, 1, false, false);
	add_rated(&p, "threads", 2, 1.02, true, false);
	add_rated(&p, "threads", 4, 1.3, false, true);
	assert_null(strstr(advice(&analysis, &p), "Run it serially"));
	cb_analysis_release(&analysis);
}

/* What is more than 5 % slower than the fastest is not the cheapest within 5 % of it. */
static void test_cheapest_is_near(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add_rated(&p, "threads", 2, 1.9, false, false);
	add_rated(&p, "threads", 4, 2.4, true, true);
	text = advice(&analysis, &p);
	has(text, "Use 2 threads: 1.9e+05 units/s; serial was not measured beside it.");
	has(text, "Cheapest within 5 % of the fastest: 4 threads");
	cb_analysis_release(&analysis);
}

/* Five blocks have no 95 % interval: nothing is advised as if there were one. */
static void test_too_little(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01)->samples_n = 10;
	add(&p, "threads", 2, plain_sample(2, 2000), 0.01)->samples_n = 10;
	add(&p, "processes", 2, plain_sample(2, 1000), 0.01)->samples_n = 10;
	text = advice(&analysis, &p);
	has(text, "too little for advice");
	has(text, "no verdict");
	cb_analysis_release(&analysis);
}

static void test_nothing_measured(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0)->status = TEXT("skipped");
	add(&p, "threads", 2, plain_sample(2, 1000), 0)->status = TEXT("crashed");
	assert_null(advice(&analysis, &p));
	assert_int_equal(analysis.cases[0].n, 0);
	assert_int_equal(analysis.cases[0].failed, 1);
	cb_analysis_release(&analysis);
}

/* ---- curves ---- */

/* Points come sorted by workers whatever the file's order, a mode and dispatch to a curve; too few are not
 * fitted. */
static void test_curves(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;
	const struct cb_case *c;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	for (unsigned w = 8; w; w--)
		add(&p, "threads", w, plain_sample(w, 1000), 0.01);
	add(&p, "threads", 2, plain_sample(2, 1000), 0.01)->dispatch = TEXT("static");
	analysis = analyze(&p);
	c = &analysis.cases[0];
	assert_int_equal(c->curves_n, 3);
	assert_string_equal(c->curves[1].dispatch, "shared");
	assert_int_equal(c->curves[1].n, 8);
	for (unsigned w = 1; w <= 8; w++)
		assert_true(c->curves[1].points[w - 1]->cell->workers == w);
	assert_string_equal(c->curves[1].usl.reason, "none here");
	assert_non_null(strstr(c->curves[2].usl.reason, "at least 6"));
	cb_analysis_release(&analysis);
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
	static struct paper p;
	struct cb_analysis analysis;
	const struct cb_point *threads;

	(void)state;
	p = (struct paper){ 0 };
	slow_down(add(&p, "serial", 1, plain_sample(1, 1000), 0), 6, 3);
	add(&p, "threads", 2, plain_sample(2, 1000), 0)->samples_n = 12;
	slow_down(add(&p, "processes", 2, plain_sample(2, 1000), 0), 6, 3);
	analysis = analyze(&p);
	threads = &analysis.cases[0].points[1];
	assert_int_equal(threads->speedup.n, 6);
	assert_close(threads->speedup.median, 2);
	assert_close(threads->loss.total, 0);
	assert_close(threads->loss.by_cause[CB_CAUSE_REST], 0);
	assert_int_equal(analysis.cases[0].points[2].speedup.n, 8);
	assert_close(analysis.cases[0].points[2].loss.total, 0);
	/* and the two with each other */
	assert_int_equal(analysis.cases[0].advice.rivals[0].ratio.n, 6);
	assert_close(analysis.cases[0].advice.rivals[0].ratio.median, 1);
	cb_analysis_release(&analysis);
}

/* Amdahl's law to the point, though one point has fewer blocks and the host got slower behind them. */
static void test_fit_takes_common_blocks(void **state)
{
	struct cb_analyze_options options = { .seed = 1 };
	static struct paper p;
	struct cb_error err = { 0 };
	struct cb_solver solver;
	struct cb_analysis analysis;
	const struct cb_law_fit *fit;

	(void)state;
	if (cb_solver_open(cb_solver_name, &solver, &err)) {
		print_message("%s\n", err.text);
		skip();
	}
	options.solver = &solver;
	p = (struct paper){ 0 };
	for (unsigned w = 1; w <= 8; w++) {
		struct cb_stored_sample s = plain_sample(w, 1000);
		struct cb_stored_cell *cell;

		s.makespan_ns *= 1 + 0.1 * (w - 1);
		cell = add(&p, "threads", w, s, 0);
		if (w == 8)
			cell->samples_n = 6;
		slow_down(cell, 3, 2);
	}
	assert_int_equal(cb_analyze(&p.file, 1, &options, &analysis), 0);
	fit = &analysis.cases[0].curves[0].amdahl;
	assert_null(fit->reason);
	assert_float_equal(fit->fit.usl.sigma, 0.1, 1e-6);
	assert_float_equal(fit->fit.usl.lambda, 1e5, 1);
	cb_analysis_release(&analysis);
	cb_solver_close(&solver);
}

/* ---- placements ---- */

static struct cb_stored_cell *add_placed(
	struct paper *p, double workers, const char *pin, const char *cpu_set, double faster)
{
	struct cb_stored_sample s = plain_sample(workers, 1000);
	struct cb_stored_cell *cell;

	s.makespan_ns /= faster;
	cell = add(p, "threads", workers, s, 0.01);
	cell->pin_requested = TEXT(pin);
	cell->cpu_set = TEXT(cpu_set);
	return cell;
}

/* One ratio over all numbers of workers that both were measured with; 8 is the same in both, so spread has
 * none. */
static void test_placements(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;
	const struct cb_placing *spread, *none;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01)->pin_requested = TEXT("compact");
	for (unsigned w = 2; w <= 8; w *= 2)
		add_placed(&p, w, "compact", "", 1);
	add_placed(&p, 2, "spread", "", 1.44);
	add_placed(&p, 4, "spread", "", 1);
	add_placed(&p, 4, "none", "", 1.01);
	text = advice(&analysis, &p);
	assert_int_equal(analysis.cases[0].placings_n, 2);
	none = &analysis.cases[0].placings[0];
	spread = &analysis.cases[0].placings[1];
	assert_string_equal(spread->curve->pin, "spread");
	assert_string_equal(spread->base->pin, "compact");
	assert_close(spread->ratio.median, 1.2);
	assert_int_equal(spread->ratio.n, SAMPLES / 2);
	assert_int_equal(spread->shapes, 2);
	assert_int_equal(spread->versus, CB_VERSUS_BEATEN);
	assert_int_equal(none->versus, CB_VERSUS_EQUAL);
	has(text, "Placement, threads, with 2 to 4 workers: spread has 1.2 x [1.2, 1.2] the rate of compact: "
		  "faster.");
	has(text,
		"with 4 workers: unpinned has 1.01 x [1.01, 1.01] the rate of compact: not distinguishable");
	cb_analysis_release(&analysis);
}

/* SMT siblings against two cores, and no word of what cannot be compared. */
static void test_placements_by_cpus(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;
	const char *text;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01)->cpu_set = TEXT("0,2");
	add_placed(&p, 2, "auto", "0,2", 1);
	add_placed(&p, 2, "auto", "0..1", 0.6);
	add_placed(&p, 4, "auto", "0..3", 1);
	text = advice(&analysis, &p);
	assert_int_equal(analysis.cases[0].placings_n, 1);
	assert_int_equal(analysis.cases[0].placings[0].versus, CB_VERSUS_AHEAD);
	has(text, "with 2 workers: CPUs 0..1 has 0.6 x [0.6, 0.6] the rate of CPUs 0,2: slower.");
	cb_analysis_release(&analysis);
}

static void test_one_placement_is_no_word(void **state)
{
	static struct paper p;
	struct cb_analysis analysis;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	add(&p, "threads", 2, plain_sample(2, 1000), 0.01);
	assert_null(strstr(advice(&analysis, &p), "Placement"));
	assert_int_equal(analysis.cases[0].placings_n, 0);
	cb_analysis_release(&analysis);
}

/* Above 1.05 x workers by its lower bound. */
static void test_superlinear(void **state)
{
	static struct paper p;
	struct cb_stored_sample fast = plain_sample(2, 1000);
	struct cb_analysis analysis;

	(void)state;
	p = (struct paper){ 0 };
	add(&p, "serial", 1, plain_sample(1, 1000), 0.01);
	add(&p, "threads", 2, fast, 0.01);
	fast.makespan_ns /= 1.2;
	fast.busy_ns /= 1.2;
	fast.cpu_user_ns /= 1.2;
	add(&p, "processes", 2, fast, 0.01);
	analysis = analyze(&p);
	assert_false(analysis.cases[0].points[1].superlinear);
	assert_true(analysis.cases[0].points[2].superlinear);
	assert_true(analysis.cases[0].points[2].serial_fraction < 0);
	assert_null(cb_superlinear_reason(&analysis.cases[0].points[1]));
	assert_non_null(strstr(cb_superlinear_reason(&analysis.cases[0].points[2]), "less CPU time a unit"));
	cb_analysis_release(&analysis);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ideal),
		cmocka_unit_test(test_each_cause),
		cmocka_unit_test(test_dispatch),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_beaten),
		cmocka_unit_test(test_serial_wins),
		cmocka_unit_test(test_cheapest),
		cmocka_unit_test(test_unsure),
		cmocka_unit_test(test_too_many_prove_their_worth),
		cmocka_unit_test(test_worth_is_each_ones_own),
		cmocka_unit_test(test_noise_is_no_merit),
		cmocka_unit_test(test_cheapest_is_near),
		cmocka_unit_test(test_too_little),
		cmocka_unit_test(test_nothing_measured),
		cmocka_unit_test(test_curves),
		cmocka_unit_test(test_unequal_blocks),
		cmocka_unit_test(test_fit_takes_common_blocks),
		cmocka_unit_test(test_placements),
		cmocka_unit_test(test_placements_by_cpus),
		cmocka_unit_test(test_one_placement_is_no_word),
		cmocka_unit_test(test_superlinear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
