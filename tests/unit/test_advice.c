/* Advice follows from the figures of stored results that are made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/stored_fixture.h"

/* Processes are 1 % faster in every block: true, and not worth a word. */
static void test_equal(void **state)
{
	struct paper *p = *state;
	struct cb_stored_sample faster = paper_sample(2, 2000);
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	paper_add(p, "threads", 2, paper_sample(2, 2000), 0.01);
	faster.makespan_ns *= 0.99;
	faster.pss_bytes *= 2;
	paper_add(p, "processes", 2, faster, 0.01)->processes = 2;
	p->cells[2].threads = 1;
	text = paper_advice(p);
	assert_has(text, "Use 2 threads: 2 x [2, 2] the rate of serial.");
	assert_has(text, "2 threads = 2 processes within noise or 3 %: 0.99 x [0.99, 0.99].");
	assert_ptr_equal(p->analysis.cases[0].advice.fastest->cell, &p->cells[2]);
	assert_ptr_equal(p->analysis.cases[0].advice.advised->cell, &p->cells[1]);
}

static void test_beaten(void **state)
{
	struct paper *p = *state;
	struct cb_stored_sample slow = paper_sample(2, 1000);
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	slow.makespan_ns *= 2.2;
	paper_add(p, "threads", 2, slow, 0.01);
	paper_add(p, "processes", 2, paper_sample(2, 2000), 0.01)->processes = 2;
	p->cells[2].threads = 1;
	text = paper_advice(p);
	assert_has(text, "Use 2 processes: 2 x");
	assert_has(text, "2 processes beat 2 threads: 2.2 x");
	assert_has(text, "The rate still rises, as workers^1.00, and 4 CPUs are usable");
	assert_null(strstr(text, "Cheapest"));
	assert_has(
		text, "Nothing within 5 % of the fastest is cheaper: it takes 1e+04 ns of CPU time a unit.");
}

static void test_serial_wins(void **state)
{
	struct paper *p = *state;
	struct cb_stored_sample same = paper_sample(2, 1000);

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	same.makespan_ns *= 1.98;
	paper_add(p, "threads", 2, same, 0.01);
	assert_has(paper_advice(p), "Run it serially: the best of all others, 2 threads, has 1.01 x ");
}

/* Half the CPU time within 5 % of the best. */
static void test_cheapest(void **state)
{
	struct paper *p = *state;
	struct cb_stored_sample greedy = paper_sample(4, 2100);

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	paper_add(p, "threads", 2, paper_sample(2, 2000), 0.01);
	greedy.makespan_ns *= 1.92;
	greedy.cpu_user_ns *= 2;
	paper_add(p, "threads", 4, greedy, 0.01);
	assert_has(
		paper_advice(p), "Cheapest within 5 % of the fastest: 2 threads, 0.5 of the CPU time a unit");
}

/* No difference is shown, and it is said that the samples are too few for more. */
static void test_unsure(void **state)
{
	struct paper *p = *state;
	struct cb_stored_cell *threads;
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0);
	threads = paper_add(p, "threads", 2, paper_sample(2, 1000), 0);
	for (unsigned i = 0; i < PAPER_SAMPLES;
		i++) /* from as fast as serial to 4 x, in blocks of their own */
		threads->samples[i].makespan_ns *= i < PAPER_SAMPLES / 4 ? 4 : i % 8 < 4 ? 1.9 : 0.5;
	text = paper_advice(p);
	assert_has(text, "No gain is shown: the best, 2 threads, has ");
	assert_has(text, "more samples (--time-budget) would tell.");
}

/*
 * 4 threads on 2 CPUs are faster than 2 by the median, once in four blocks they are not: nothing is shown, so
 * 2 are advised, and not serial, than which they are no less faster.
 */
static void test_too_many_prove_their_worth(void **state)
{
	struct paper *p = *state;
	struct cb_stored_cell *many;
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01);
	paper_add(p, "threads", 2, paper_sample(2, 2000), 0.01);
	many = paper_add(p, "threads", 4, paper_sample(2, 2000), 0.01);
	many->oversubscribed = true;
	for (unsigned i = 0; i < PAPER_SAMPLES; i++)
		many->samples[i].makespan_ns *= i < PAPER_SAMPLES / 4 ? 1.6 : 0.9;
	text = paper_advice(p);
	assert_has(text, "Use 2 threads: 2 x [2, 2] the rate of serial.");
	assert_has(text, "4 threads had the highest rate, which is not told from it: 1.11 x ");
	for (unsigned i = 0; i < PAPER_SAMPLES; i++) /* all blocks agree */
		many->samples[i].makespan_ns = p->cells[1].samples[i].makespan_ns * 0.9;
	assert_has(paper_advice(p), "Use 4 threads: 2.22 x ");
}

/* A cell of this many times serial's rate; a noisy one is off in every third block. */
static struct cb_stored_cell *add_rated(
	struct paper *p, const char *mode, double workers, double rate, bool noisy, bool oversubscribed)
{
	struct cb_stored_cell *cell = paper_add(p, mode, workers, paper_sample(1, 1000), 0);

	cell->oversubscribed = oversubscribed;
	for (unsigned i = 0; i < PAPER_SAMPLES; i++)
		cell->samples[i].makespan_ns /= noisy && i / 2 % 3 == 0 ? rate * 0.2 : rate;
	return cell;
}

/* One that has not proved its worth does not hide another that has. */
static void test_worth_is_each_ones_own(void **state)
{
	struct paper *p = *state;
	const char *text;

	add_rated(p, "serial", 1, 1, false, false);
	add_rated(p, "threads", 2, 1.9, false, false);
	add_rated(p, "processes", 4, 3.8, false, true)->processes = 4;
	p->cells[2].threads = 1;
	add_rated(p, "threads", 8, 4.5, true, true);
	text = paper_advice(p);
	assert_has(text, "Use 4 processes: 3.8 x ");
	assert_has(text, "8 threads had the highest rate, which is not told from it: ");
	assert_null(strstr(text, "which is faster"));
}

/* A cell that fits is not advised for being noisy. */
static void test_noise_is_no_merit(void **state)
{
	struct paper *p = *state;

	add_rated(p, "serial", 1, 1, true, false);
	add_rated(p, "threads", 2, 1.9, false, false);
	add_rated(p, "threads", 4, 3.8, false, true);
	assert_ptr_equal((paper_advice(p), p->analysis.cases[0].advice.advised->cell), &p->cells[2]);
	paper_clear(p);
	add_rated(p, "serial", 1, 1, false, false);
	add_rated(p, "threads", 2, 1.02, true, false);
	add_rated(p, "threads", 4, 1.3, false, true);
	assert_null(strstr(paper_advice(p), "Run it serially"));
}

/* What is more than 5 % slower than the fastest is not the cheapest within 5 % of it. */
static void test_cheapest_is_near(void **state)
{
	struct paper *p = *state;
	const char *text;

	add_rated(p, "threads", 2, 1.9, false, false);
	add_rated(p, "threads", 4, 2.4, true, true);
	text = paper_advice(p);
	assert_has(text, "Use 2 threads: 1.9e+05 units/s; serial was not measured beside it.");
	assert_has(text, "Cheapest within 5 % of the fastest: 4 threads");
}

/* Five blocks have no 95 % interval: nothing is advised as if there were one. */
static void test_too_little(void **state)
{
	struct paper *p = *state;
	const char *text;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0.01)->samples_n = 10;
	paper_add(p, "threads", 2, paper_sample(2, 2000), 0.01)->samples_n = 10;
	paper_add(p, "processes", 2, paper_sample(2, 1000), 0.01)->samples_n = 10;
	text = paper_advice(p);
	assert_has(text, "too little for advice");
	assert_has(text, "no verdict");
}

static void test_nothing_measured(void **state)
{
	struct paper *p = *state;

	paper_add(p, "serial", 1, paper_sample(1, 1000), 0)->status = TEXT("skipped");
	paper_add(p, "threads", 2, paper_sample(2, 1000), 0)->status = TEXT("crashed");
	assert_null(paper_advice(p));
	assert_int_equal(p->analysis.cases[0].n, 0);
	assert_int_equal(p->analysis.cases[0].failed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_PAPER(test_equal),
		ON_PAPER(test_beaten),
		ON_PAPER(test_serial_wins),
		ON_PAPER(test_cheapest),
		ON_PAPER(test_unsure),
		ON_PAPER(test_too_many_prove_their_worth),
		ON_PAPER(test_worth_is_each_ones_own),
		ON_PAPER(test_noise_is_no_merit),
		ON_PAPER(test_cheapest_is_near),
		ON_PAPER(test_too_little),
		ON_PAPER(test_nothing_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
