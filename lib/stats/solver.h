/*
 * The least-squares solver: Levenberg-Marquardt of cminpack (MINPACK; More, Garbow, Hillstrom 1980), opened
 * while curves are fitted and closed again, so that no worker process carries its mappings. Optional: without
 * it there are no fits, and the reason says so.
 */
#ifndef CB_STATS_SOLVER_H
#define CB_STATS_SOLVER_H

#include "lib/base/base.h"

#define CB_SOLVER_PARAMS_MAX 4

/*
 * Residuals of m points at parameters p[0..n-1] into f[m] or, when f is NULL, their derivatives into j[m *
 * n], column by column: j[k * m + i] = d f[i] / d p[k]. Pure.
 */
typedef void cb_residuals(const void *problem, int m, int n, const double *p, double *f, double *j);

struct cb_solver {
	void *handle; /* dlopen's; NULL: not open */
	void (*lmder)(void);
};

/* The file name of the library whose header was compiled against; NULL: built without it. */
extern const char *const cb_solver_name;

/* Loads the named library. -ENOENT with a reason: built without it (name NULL), not there, or it lacks the
 * function. */
int cb_solver_open(const char *name, struct cb_solver *ret, struct cb_error *err);
/* Accepts a zeroed struct. */
void cb_solver_close(struct cb_solver *solver);

/*
 * Moves p[0..n-1] to a local minimum of the sum of squared residuals of m points. work: room for
 * cb_solver_work(m, n) doubles. Returns 0 with *ret_sse, -EINVAL when n is not within 1..min(m,
 * CB_SOLVER_PARAMS_MAX), -EDOM when it did not converge; p is the last point tried then. Any thread, each
 * with its own work.
 */
int cb_solver_minimize(const struct cb_solver *solver, cb_residuals *residuals, const void *problem, int m,
	int n, double *p, double *work, double *ret_sse);
size_t cb_solver_work(int m, int n);

#endif
