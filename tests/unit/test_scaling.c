/* Scaling laws: literature's values, coverage of the intervals, and what must not be claimed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/stats/beta.h"
#include "lib/stats/normal.h"
#include "lib/stats/scaling.h"
#include "tests/unit/noise.h"

#define BLOCKS      12
#define POINTS      8
#define SIMULATIONS 1000

static const double sizes[POINTS] = { 1, 2, 4, 8, 16, 32, 64, 128 };

static int open_solver(void **state)
{
	static struct cb_solver solver;

	*state = cb_solver_open(cb_solver_name, &solver, NULL) ? NULL : &solver;
	return 0;
}

static int close_solver(void **state)
{
	if (*state)
		cb_solver_close(*state);
	return 0;
}

static const struct cb_solver *need_solver(void **state)
{
	if (!*state) {
		print_message("without cminpack nothing is fitted\n");
		skip();
	}
	return *state;
}

static void assert_near(double value, double expected, double relative)
{
	if (!(fabs(value - expected) <= fabs(expected) * relative))
		fail_msg("%.10g instead of %.10g within %g", value, expected, relative);
}

/* ---- literature ---- */

/* A Cisco UCS server's queries per second over threads (Schwartz, "Practical Scalability Analysis", 2015). */
static const double cisco[] = { 955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8,
	7867.61, 8278.71, 8646.7, 9047.84, 9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52,
	11151.43, 11518.63, 11806, 12089.37, 12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04,
	12140.4, 12074.39 };

static void test_cisco(void **state)
{
	double n[32];
	struct cb_usl usl;

	for (unsigned i = 0; i < 32; i++)
		n[i] = i + 1;
	assert_int_equal(
		cb_usl_fit(need_solver(state), CB_LAW_USL, CB_RESIDUAL_ABSOLUTE, n, cisco, 32, &usl), 0);
	assert_near(usl.sigma, 0.02671591, 2e-4);
	assert_near(usl.kappa, 7.690945e-4, 2e-4);
	assert_near(usl.lambda, 995.6486, 2e-4);
	assert_int_equal((int)cb_usl_peak(&usl), 35);
	assert_near(cb_usl_throughput(&usl, 35), 12341, 2e-4);
}

/* SPEC SDM91 on a 16-way server (Gunther, "Analyzing Computer System Performance with Perl::PDQ"); the values
 * are those of the R package usl. */
static void test_sdm91(void **state)
{
	static const double n[] = { 1, 18, 36, 72, 108, 144, 216 };
	static const double x[] = { 64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2 };
	struct cb_usl usl;

	assert_int_equal(cb_usl_fit(need_solver(state), CB_LAW_USL, CB_RESIDUAL_ABSOLUTE, n, x, 7, &usl), 0);
	assert_near(usl.sigma, 0.0277285, 1e-4);
	assert_near(usl.kappa, 0.0001044, 1e-3);
	assert_near(usl.lambda, 89.995, 1e-4);
	assert_near(cb_usl_peak(&usl), 96.5, 1e-3);
	assert_near(cb_usl_throughput(&usl, 96.5), 1884, 1e-3);
}

/* ---- bounds ---- */

static void fit_exact(void **state, enum cb_law law, double sigma, double kappa, struct cb_usl *ret)
{
	struct cb_usl truth = { .lambda = 250, .sigma = sigma, .kappa = kappa };
	double x[POINTS];

	for (unsigned i = 0; i < POINTS; i++)
		x[i] = cb_usl_throughput(&truth, sizes[i]);
	assert_int_equal(cb_usl_fit(need_solver(state), law, CB_RESIDUAL_LOG, sizes, x, POINTS, ret), 0);
}

static void test_exact_curves(void **state)
{
	struct cb_usl usl;

	fit_exact(state, CB_LAW_USL, 0.04, 0.0007, &usl);
	assert_near(usl.lambda, 250, 1e-9);
	assert_near(usl.sigma, 0.04, 1e-8);
	assert_near(usl.kappa, 0.0007, 1e-8);
	fit_exact(state, CB_LAW_AMDAHL, 0.2, 0, &usl);
	assert_near(usl.sigma, 0.2, 1e-8);
	assert_true(usl.rms < 1e-9);
	assert_true(isinf(cb_usl_peak(&usl)));
}

/* Better than linear: the coefficients that would explain it are outside the bounds, so they are 0. */
static void test_superlinear(void **state)
{
	static const double x[] = { 100, 210, 430, 880, 1800, 3700, 7600, 15600 };
	struct cb_usl usl;

	assert_int_equal(
		cb_usl_fit(need_solver(state), CB_LAW_USL, CB_RESIDUAL_LOG, sizes, x, POINTS, &usl), 0);
	assert_true(usl.sigma == 0 && usl.kappa == 0);
}

static void test_too_few_points(void **state)
{
	struct cb_usl usl = { .lambda = 7 };
	double rate[5 * BLOCKS] = { 0 };
	struct cb_curve curve = { .points = 5, .blocks = BLOCKS, .n = sizes, .rate = rate };
	struct cb_usl_fit fit;

	assert_int_equal(
		cb_usl_fit(need_solver(state), CB_LAW_USL, CB_RESIDUAL_LOG, sizes, cisco, 5, &usl), -EINVAL);
	assert_true(usl.lambda == 7);
	assert_int_equal(cb_usl_fit_curve(*state, CB_LAW_USL, &curve, 100, 1, &fit), -EINVAL);
}

/* ---- noise ---- */

static void simulate(struct cb_rng *rng, const struct cb_usl *truth, double noise, double *rate)
{
	for (unsigned i = 0; i < POINTS; i++)
		for (unsigned b = 0; b < BLOCKS; b++)
			rate[i * BLOCKS + b] = cb_usl_throughput(truth, sizes[i]) *
					       exp(noise * noise_normal(rng));
}

/* How many of SIMULATIONS intervals cover the truth, how many fits see a peak. */
struct score {
	unsigned lambda, sigma, kappa, peak, good;
};

static bool covers(struct cb_interval interval, double truth)
{
	return interval.low <= truth && truth <= interval.high;
}

static struct score play(void **state, enum cb_law law, const struct cb_usl *truth)
{
	const struct cb_solver *solver = need_solver(state);
	double rate[POINTS * BLOCKS];
	struct cb_curve curve = { .points = POINTS, .blocks = BLOCKS, .n = sizes, .rate = rate };
	struct score score = { 0 };
	struct cb_usl_fit fit;
	struct cb_rng rng;

	cb_rng_seed(&rng, 1);
	for (unsigned i = 0; i < SIMULATIONS; i++) {
		simulate(&rng, truth, 0.03, rate);
		assert_int_equal(cb_usl_fit_curve(solver, law, &curve, 200, i, &fit), 0);
		score.lambda += covers(fit.lambda, truth->lambda);
		score.sigma += covers(fit.sigma, truth->sigma);
		score.kappa += covers(fit.kappa, truth->kappa);
		score.peak += fit.has_peak;
		score.good += fit.good;
	}
	return score;
}

static void test_amdahl_coverage(void **state)
{
	struct score score = play(state, CB_LAW_AMDAHL, &(struct cb_usl){ .lambda = 100, .sigma = 0.05 });

	assert_in_range(score.lambda, SIMULATIONS * 93 / 100, SIMULATIONS);
	assert_in_range(score.sigma, SIMULATIONS * 93 / 100, SIMULATIONS);
	assert_int_equal(score.peak, 0);
}

static void test_usl_coverage(void **state)
{
	struct score score = play(
		state, CB_LAW_USL, &(struct cb_usl){ .lambda = 100, .sigma = 0.05, .kappa = 0.0008 });

	assert_in_range(score.lambda, SIMULATIONS * 93 / 100, SIMULATIONS);
	assert_in_range(score.sigma, SIMULATIONS * 93 / 100, SIMULATIONS);
	assert_in_range(score.kappa, SIMULATIONS * 93 / 100, SIMULATIONS);
	assert_int_equal(score.peak, SIMULATIONS);
	assert_in_range(score.good, SIMULATIONS * 98 / 100, SIMULATIONS);
}

static void test_linear_has_no_peak(void **state)
{
	struct score score = play(state, CB_LAW_USL, &(struct cb_usl){ .lambda = 100 });

	assert_in_range(score.peak, 0, SIMULATIONS / 100);
}

/* A step: no law of this family looks like it. */
static void test_misfit(void **state)
{
	double rate[POINTS * BLOCKS];
	struct cb_curve curve = { .points = POINTS, .blocks = BLOCKS, .n = sizes, .rate = rate };
	struct cb_usl_fit fit;
	struct cb_rng rng;

	cb_rng_seed(&rng, 3);
	simulate(&rng, &(struct cb_usl){ .lambda = 100 }, 0.01, rate);
	for (unsigned i = 4 * BLOCKS; i < POINTS * BLOCKS; i++)
		rate[i] /= 4;
	assert_int_equal(cb_usl_fit_curve(need_solver(state), CB_LAW_USL, &curve, 100, 1, &fit), 0);
	assert_false(fit.good);
	assert_true(fit.misfit_p < 0.01);
}

/* Few blocks: a curve, but no intervals, hence no peak. Blocks that a point lacks are left out. */
static void test_missing_blocks(void **state)
{
	struct cb_usl truth = { .lambda = 100, .sigma = 0.05, .kappa = 0.0008 };
	double rate[POINTS * BLOCKS];
	struct cb_curve curve = { .points = POINTS, .blocks = BLOCKS, .n = sizes, .rate = rate };
	struct cb_usl_fit fit;
	struct cb_rng rng;

	cb_rng_seed(&rng, 3);
	simulate(&rng, &truth, 0.001, rate);
	for (unsigned i = 0; i < POINTS; i++)
		rate[i * BLOCKS + i] = NAN;
	assert_int_equal(cb_usl_fit_curve(need_solver(state), CB_LAW_USL, &curve, 100, 1, &fit), 0);
	assert_near(fit.usl.kappa, 0.0008, 0.05);
	assert_int_equal(fit.resamples, 100);
	curve.blocks = 5;
	for (unsigned i = 0; i < POINTS; i++)
		for (unsigned b = 0; b < 5; b++)
			rate[i * 5 + b] = cb_usl_throughput(&truth, sizes[i]);
	assert_int_equal(cb_usl_fit_curve(*state, CB_LAW_USL, &curve, 100, 1, &fit), 0);
	assert_true(isnan(fit.kappa.low) && !fit.has_peak);
}

/* ---- tails; expected values by SciPy 1.10.1: betainc, f.sf, t.isf, norm.sf ---- */

static void test_tails(void **state)
{
	(void)state;
	assert_near(cb_beta_incomplete(2.5, 4, 0.3), 0.3521975859067672, 1e-10);
	assert_near(cb_f_tail(3.2, 5, 88), 0.010594618906617781, 1e-9);
	assert_near(cb_t_quantile(0.025, 11), 2.200985160082949, 1e-10);
	assert_near(cb_t_quantile(0.005, 5), 4.032142983557536, 1e-10);
	assert_near(cb_normal_tail(1.959963984540054), 0.025, 1e-10);
}

static void test_no_solver(void **state)
{
	struct cb_solver solver = { 0 };
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_solver_open(NULL, &solver, &err), -ENOENT);
	assert_non_null(strstr(err.text, "built without cminpack"));
	err = (struct cb_error){ 0 };
	assert_int_equal(cb_solver_open("libno-such-solver.so", &solver, &err), -ENOENT);
	assert_non_null(strstr(err.text, "cannot be loaded"));
	err = (struct cb_error){ 0 };
	assert_int_equal(cb_solver_open("libm.so.6", &solver, &err), -ENOENT);
	assert_non_null(strstr(err.text, "lacks the function lmder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cisco),
		cmocka_unit_test(test_sdm91),
		cmocka_unit_test(test_exact_curves),
		cmocka_unit_test(test_superlinear),
		cmocka_unit_test(test_too_few_points),
		cmocka_unit_test(test_amdahl_coverage),
		cmocka_unit_test(test_usl_coverage),
		cmocka_unit_test(test_linear_has_no_peak),
		cmocka_unit_test(test_misfit),
		cmocka_unit_test(test_missing_blocks),
		cmocka_unit_test(test_tails),
		cmocka_unit_test(test_no_solver),
	};

	return cmocka_run_group_tests(tests, open_solver, close_solver);
}
