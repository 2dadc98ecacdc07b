#include "lib/stats/scaling.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/stats/beta.h"
#include "lib/stats/normal.h"

#define BLOCKS_MIN      6    /* as for any 95 % interval here */
#define RMS_GOOD        0.05 /* a curve within 5 % of its law is described by it */
#define MISFIT_P        0.01
#define DENOMINATOR_MIN 1e-9 /* a solver may try coefficients that make it negative */

const char *const cb_law_names[] = {
	[CB_LAW_LINEAR] = "linear",
	[CB_LAW_AMDAHL] = "amdahl",
	[CB_LAW_USL] = "usl",
};

static double denominator(double sigma, double kappa, double n)
{
	double d = 1 + sigma * (n - 1) + kappa * n * (n - 1);

	return d > DENOMINATOR_MIN ? d : DENOMINATOR_MIN;
}

double cb_usl_throughput(const struct cb_usl *usl, double n)
{
	return usl->lambda * n / denominator(usl->sigma, usl->kappa, n);
}

double cb_usl_peak(const struct cb_usl *usl)
{
	return usl->kappa > 0 ? sqrt(fmax(0, 1 - usl->sigma) / usl->kappa) : INFINITY;
}

/* ---- one fit ---- */

/* Which coefficients are free; the others are 0, their bound. */
enum { SIGMA = 1, KAPPA = 2 };

struct problem {
	const double *n, *x; /* x: divided by its mean, or its logarithm */
	enum cb_residual residual;
	unsigned free;
	const struct cb_usl *near; /* where to start, for resamples; NULL: not known */
};

/* p[0] is ln lambda or lambda, then the free coefficients in order. */
static void unpack(const struct problem *problem, const double *p, double *ret_sigma, double *ret_kappa)
{
	unsigned k = 1;

	*ret_sigma = problem->free & SIGMA ? p[k++] : 0;
	*ret_kappa = problem->free & KAPPA ? p[k] : 0;
}

static double residual_of(const struct problem *problem, size_t i, double p0, double d)
{
	double n = problem->n[i];

	if (problem->residual == CB_RESIDUAL_LOG)
		return p0 + log(n) - log(d) - problem->x[i];
	return p0 * n / d - problem->x[i];
}

/* Derivatives of the residual by p0 and by d, the denominator. */
static void slopes(
	const struct problem *problem, size_t i, double p0, double d, double *ret_p0, double *ret_d)
{
	double n = problem->n[i];

	if (problem->residual == CB_RESIDUAL_LOG) {
		*ret_p0 = 1;
		*ret_d = -1 / d;
	} else {
		*ret_p0 = n / d;
		*ret_d = -p0 * n / (d * d);
	}
}

static void residuals(const void *arg, int m, int n, const double *p, double *f, double *j)
{
	const struct problem *problem = arg;
	const size_t points = (size_t)m;
	double sigma, kappa, by_p0, by_d;

	(void)n;
	unpack(problem, p, &sigma, &kappa);
	for (size_t i = 0; i < points; i++) {
		double workers = problem->n[i], d = denominator(sigma, kappa, workers);
		unsigned column = 1;

		if (f)
			f[i] = residual_of(problem, i, p[0], d);
		if (!j)
			continue;
		slopes(problem, i, p[0], d, &by_p0, &by_d);
		j[i] = by_p0;
		if (problem->free & SIGMA)
			j[(size_t)column++ * points + i] = by_d * (workers - 1);
		if (problem->free & KAPPA)
			j[(size_t)column * points + i] = by_d * workers * (workers - 1);
	}
}

/* From these the solver starts: well inside the bounds, lambda by the least workers. */
static void start(const struct problem *problem, int m, double *p)
{
	int least = 0, k = 1;

	for (int i = 1; i < m; i++)
		if (problem->n[i] < problem->n[least])
			least = i;
	p[0] = problem->residual == CB_RESIDUAL_LOG ? problem->x[least] - log(problem->n[least])
						    : problem->x[least] / problem->n[least];
	if (problem->free & SIGMA)
		p[k++] = problem->near ? problem->near->sigma : 0.02;
	if (problem->free & KAPPA)
		p[k] = problem->near ? problem->near->kappa : 1e-4;
}

static bool feasible(enum cb_law law, double sigma, double kappa)
{
	return sigma >= 0 && kappa >= 0 && !(law == CB_LAW_AMDAHL && sigma > 1);
}

/* The faces of the box that the law's coefficients live in; the smallest residual of a feasible one is the
 * optimum. */
static const unsigned faces[][4] = {
	[CB_LAW_LINEAR] = { 0 },
	[CB_LAW_AMDAHL] = { SIGMA, 0 },
	[CB_LAW_USL] = { SIGMA | KAPPA, SIGMA, KAPPA, 0 },
};
static const unsigned faces_n[] = { [CB_LAW_LINEAR] = 1, [CB_LAW_AMDAHL] = 2, [CB_LAW_USL] = 4 };
static const unsigned law_params[] = { [CB_LAW_LINEAR] = 1, [CB_LAW_AMDAHL] = 2, [CB_LAW_USL] = 3 };

/* x is transformed already. The best face's coefficients; lambda as p[0]. -EDOM: none converged within the
 * bounds. */
static int fit_faces(const struct cb_solver *solver, enum cb_law law, struct problem *problem, int m,
	double *work, struct cb_usl *ret)
{
	struct cb_usl one = { 0 };
	double p[CB_SOLVER_PARAMS_MAX];
	int r = -EDOM;

	for (unsigned i = 0; i < faces_n[law]; i++) {
		int params = 1 + !!(faces[law][i] & SIGMA) + !!(faces[law][i] & KAPPA);

		problem->free = faces[law][i];
		start(problem, m, p);
		if (cb_solver_minimize(solver, residuals, problem, m, params, p, work, &one.sse))
			continue;
		unpack(problem, p, &one.sigma, &one.kappa);
		one.lambda = p[0];
		if (!feasible(law, one.sigma, one.kappa) || (!r && one.sse >= ret->sse))
			continue;
		*ret = one;
		r = 0;
		if (!i)
			break; /* the optimum without bounds lies inside them */
	}
	return r;
}

static double mean_of(const double *x, unsigned m)
{
	double sum = 0;

	for (unsigned i = 0; i < m; i++)
		sum += x[i];
	return sum / m;
}

static double relative_rms(
	enum cb_law law, const struct cb_usl *usl, const double *n, const double *x, unsigned m)
{
	double sum = 0;

	for (unsigned i = 0; i < m; i++) {
		double r = log(x[i] / cb_usl_throughput(usl, n[i]));

		sum += r * r;
	}
	return sqrt(sum / (m - law_params[law]));
}

/* work: m doubles and what the solver needs. near: as in struct problem. */
static int fit(const struct cb_solver *solver, enum cb_law law, enum cb_residual residual, const double *n,
	const double *x, unsigned m, const struct cb_usl *near, double *work, struct cb_usl *ret)
{
	double *scaled = work, scale = residual == CB_RESIDUAL_LOG ? 1 : mean_of(x, m);
	struct problem problem = { .n = n, .x = scaled, .residual = residual, .near = near };
	int r;

	for (unsigned i = 0; i < m; i++)
		scaled[i] = residual == CB_RESIDUAL_LOG ? log(x[i]) : x[i] / scale;
	r = fit_faces(solver, law, &problem, (int)m, work + m, ret);
	if (r)
		return r;
	ret->lambda = residual == CB_RESIDUAL_LOG ? exp(ret->lambda) : ret->lambda * scale;
	ret->rms = relative_rms(law, ret, n, x, m);
	return 0;
}

int cb_usl_fit(const struct cb_solver *solver, enum cb_law law, enum cb_residual residual, const double *n,
	const double *x, unsigned m, struct cb_usl *ret)
{
	struct cb_usl usl;
	double *work;
	int r;

	if (m < CB_FIT_POINTS_MIN)
		return -EINVAL;
	work = malloc(sizeof *work * (m + cb_solver_work((int)m, CB_SOLVER_PARAMS_MAX)));
	if (!work)
		return -ENOMEM;
	r = fit(solver, law, residual, n, x, m, NULL, work, &usl);
	free(work);
	if (!r)
		*ret = usl;
	return r;
}

/* ---- a measured curve ---- */

struct sheet {
	const struct cb_curve *curve;
	double *x, *column, *work; /* [points], [blocks], for fit */
	unsigned *pick;            /* [blocks] the blocks of a resample */
	double *draws[3];          /* [resamples] of lambda, sigma, kappa */
	void *memory;
};

static int make_sheet(struct sheet *s, const struct cb_curve *curve, unsigned resamples)
{
	size_t doubles = curve->points + curve->blocks + 3 * (size_t)resamples + curve->points +
			 cb_solver_work((int)curve->points, CB_SOLVER_PARAMS_MAX);
	double *next = malloc(doubles * sizeof *next + curve->blocks * sizeof *s->pick);

	if (!next)
		return -ENOMEM;
	*s = (struct sheet){ .curve = curve, .memory = next, .x = next };
	s->column = next += curve->points;
	next += curve->blocks;
	for (int k = 0; k < 3; k++, next += resamples)
		s->draws[k] = next;
	s->work = next;
	s->pick = (unsigned *)(s->memory) + doubles * (sizeof *next / sizeof *s->pick);
	return 0;
}

/* Into values[0..n-1], which are sorted. */
static void insert(double *values, unsigned n, double value)
{
	for (; n && values[n - 1] > value; n--)
		values[n] = values[n - 1];
	values[n] = value;
}

/* The median of point i over the picked blocks (NULL: all) that have it; NaN: none has. */
static double point_median(const struct sheet *s, unsigned i, const unsigned *pick)
{
	const double *row = s->curve->rate + (size_t)i * s->curve->blocks;
	unsigned have = 0;

	for (unsigned b = 0; b < s->curve->blocks; b++) {
		double rate = row[pick ? pick[b] : b];

		if (isfinite(rate))
			insert(s->column, have++, rate);
	}
	return have ? (s->column[(have - 1) / 2] + s->column[have / 2]) / 2 : NAN;
}

/* False: a point has no block left. */
static bool medians(const struct sheet *s, const unsigned *pick)
{
	for (unsigned i = 0; i < s->curve->points; i++) {
		s->x[i] = point_median(s, i, pick);
		if (!(s->x[i] > 0))
			return false;
	}
	return true;
}

static unsigned resample(const struct cb_solver *solver, enum cb_law law, struct sheet *s,
	const struct cb_usl *near, unsigned resamples, uint64_t seed)
{
	struct cb_rng rng;
	struct cb_usl usl;
	unsigned done = 0;

	cb_rng_seed(&rng, seed);
	for (unsigned i = 0; i < resamples; i++) {
		for (unsigned b = 0; b < s->curve->blocks; b++)
			s->pick[b] = (unsigned)cb_rng_below(&rng, s->curve->blocks);
		if (!medians(s, s->pick) || fit(solver, law, CB_RESIDUAL_LOG, s->curve->n, s->x,
						    s->curve->points, near, s->work, &usl))
			continue;
		s->draws[0][done] = usl.lambda;
		s->draws[1][done] = usl.sigma;
		s->draws[2][done++] = usl.kappa;
	}
	return done;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The expanded percentile interval: tails of the normal distribution at the t quantile, widened by the
 * missing degree of freedom. */
static struct cb_interval percentiles(const double *sorted, unsigned n, unsigned blocks, double confidence)
{
	double t = cb_t_quantile((1 - confidence) / 2, blocks - 1) * sqrt(blocks / (blocks - 1.0));
	double rank = cb_normal_tail(t) * (n + 1) - 1;
	unsigned low = rank > 0 ? (unsigned)rank : 0;

	return (struct cb_interval){ sorted[low], sorted[n - 1 - low] };
}

static void fill_intervals(struct sheet *s, unsigned n, struct cb_usl_fit *ret)
{
	struct cb_interval *const out[] = { &ret->lambda, &ret->sigma, &ret->kappa };
	unsigned blocks = s->curve->blocks;

	for (int k = 0; k < 3; k++) {
		qsort(s->draws[k], n, sizeof *s->draws[k], compare);
		*out[k] = percentiles(s->draws[k], n, blocks, 0.95);
	}
	ret->kappa99 = percentiles(s->draws[2], n, blocks, 0.99);
}

/* Variance of the logarithms between blocks, pooled over points, and its degrees of freedom. */
static double pooled_variance(const struct cb_curve *curve, double *ret_freedom)
{
	double sum = 0;

	*ret_freedom = 0;
	for (unsigned i = 0; i < curve->points; i++) {
		const double *row = curve->rate + (size_t)i * curve->blocks;
		double mean = 0, square = 0;
		unsigned n = 0;

		for (unsigned b = 0; b < curve->blocks; b++)
			if (isfinite(row[b])) {
				double d = log(row[b]) - mean;

				mean += d / ++n;
				square += d * (log(row[b]) - mean);
			}
		sum += square;
		*ret_freedom += n ? n - 1 : 0;
	}
	return *ret_freedom > 0 ? sum / *ret_freedom : NAN;
}

/* The median's variance is pi/2 of the mean's (Kenney and Keeping, Mathematics of Statistics, 1962). */
static double misfit_p(enum cb_law law, const struct cb_usl_fit *fit, const struct cb_curve *curve)
{
	double freedom, variance = pooled_variance(curve, &freedom);
	double expected = variance / curve->blocks * M_PI / 2;

	if (!(expected > 0))
		return NAN;
	return cb_f_tail(fit->usl.rms * fit->usl.rms / expected, curve->points - law_params[law], freedom);
}

int cb_usl_fit_curve(const struct cb_solver *solver, enum cb_law law, const struct cb_curve *curve,
	unsigned resamples, uint64_t seed, struct cb_usl_fit *ret)
{
	const struct cb_interval none = { NAN, NAN };
	struct cb_usl_fit out = { .lambda = none, .sigma = none, .kappa = none, .kappa99 = none };
	struct sheet s;
	int r;

	if (curve->points < CB_FIT_POINTS_MIN)
		return -EINVAL;
	r = make_sheet(&s, curve, resamples);
	if (r)
		return r;
	r = medians(&s, NULL)
		    ? fit(solver, law, CB_RESIDUAL_LOG, curve->n, s.x, curve->points, NULL, s.work, &out.usl)
		    : -EDOM;
	if (!r && curve->blocks >= BLOCKS_MIN)
		out.resamples = resample(solver, law, &s, &out.usl, resamples, seed);
	if (out.resamples)
		fill_intervals(&s, out.resamples, &out);
	free(s.memory);
	if (r)
		return r;
	out.misfit_p = misfit_p(law, &out, curve);
	out.good = out.usl.rms <= RMS_GOOD || out.misfit_p >= MISFIT_P;
	out.has_peak = out.kappa99.low > 0;
	*ret = out;
	return 0;
}
