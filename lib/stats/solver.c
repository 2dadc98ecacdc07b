#include "lib/stats/solver.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#ifndef CB_HAVE_CMINPACK

const char *const cb_solver_name = NULL;

int cb_solver_minimize(const struct cb_solver *solver, cb_residuals *residuals, const void *problem, int m,
	int n, double *p, double *work, double *ret_sse)
{
	(void)solver, (void)residuals, (void)problem, (void)m, (void)n, (void)p, (void)work, (void)ret_sse;
	return -EINVAL;
}

#else

#include <cminpack.h>

const char *const cb_solver_name = "libcminpack.so.1";

#define TOLERANCE   1e-12 /* relative, of the sum and of the parameters */
#define EVALUATIONS 400
#define STEP        100.0 /* lmder's bound of the first step, as its manual advises */

struct call {
	cb_residuals *residuals;
	const void *problem;
};

/* lmder wants residuals when flag is 1, derivatives when it is 2. */
static int evaluate(void *arg, int m, int n, const double *p, double *f, double *j, int ldj, int flag)
{
	const struct call *call = arg;

	(void)ldj;
	call->residuals(call->problem, m, n, p, flag == 1 ? f : NULL, flag == 2 ? j : NULL);
	return 0;
}

static double sum_of_squares(const double *f, int m)
{
	double sum = 0;

	for (int i = 0; i < m; i++)
		sum += f[i] * f[i];
	return sum;
}

int cb_solver_minimize(const struct cb_solver *solver, cb_residuals *residuals, const void *problem, int m,
	int n, double *p, double *work, double *ret_sse)
{
	__typeof__(lmder) *const solve = (__typeof__(lmder) *)solver->lmder;
	struct call call = { residuals, problem };
	double scale[CB_SOLVER_PARAMS_MAX], qtf[CB_SOLVER_PARAMS_MAX], wa[3][CB_SOLVER_PARAMS_MAX];
	int pivots[CB_SOLVER_PARAMS_MAX], evaluations, derivatives, info;
	double *f = work, *j = work + m, *rest = j + (size_t)m * (size_t)n;

	if (n < 1 || n > m || n > CB_SOLVER_PARAMS_MAX)
		return -EINVAL;
	info = solve(evaluate, &call, m, n, p, f, j, m, TOLERANCE, TOLERANCE, 0, EVALUATIONS, scale, 1, STEP,
		0, &evaluations, &derivatives, pivots, qtf, wa[0], wa[1], wa[2], rest);
	*ret_sse = sum_of_squares(f, m);
	/* 6 to 8: no further progress is possible at this precision, which is what was asked for */
	return info >= 1 && info != 5 && isfinite(*ret_sse) ? 0 : -EDOM;
}

#endif

size_t cb_solver_work(int m, int n)
{
	return (size_t)m * ((size_t)n + 2);
}

int cb_solver_open(const char *name, struct cb_solver *ret, struct cb_error *err)
{
	struct cb_solver solver = { 0 };
	void *function;

	if (!name)
		return cb_error_set(
			err, -ENOENT, "built without cminpack; install libcminpack-dev and build again");
	solver.handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!solver.handle)
		return cb_error_set(err, -ENOENT, "cminpack cannot be loaded: %s", dlerror());
	function = dlsym(solver.handle, "lmder");
	if (!function) {
		cb_solver_close(&solver);
		return cb_error_set(err, -ENOENT, "%s lacks the function lmder", name);
	}
	memcpy(&solver.lmder, &function, sizeof function);
	*ret = solver;
	return 0;
}

void cb_solver_close(struct cb_solver *solver)
{
	if (solver->handle)
		dlclose(solver->handle);
	*solver = (struct cb_solver){ 0 };
}
