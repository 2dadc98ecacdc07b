/*
 * From options to cells: the matrix of workloads x params x modes x dispatches x workers x placements, each
 * cell either to be measured or skipped with its reason. Pure but for reading file parameters. Nothing is
 * measured here.
 */
#ifndef CB_PLAN_PLAN_H
#define CB_PLAN_PLAN_H

#include "lib/exec/sample.h"
#include "lib/host/host.h"
#include "lib/plan/options.h"

/* A row of the result to be. */
struct cb_cell {
	char *id; /* WORKLOAD[:non-default params, sorted]/mode/PxT-or-W[/dispatch][/pin][/cpus]; unique in a
		     plan */
	unsigned group; /* index into cb_plan.groups */
	const struct cb_mode *mode;
	enum cb_dispatch dispatch;
	uint64_t batch; /* 0: automatic */
	struct cb_shape shape;
	unsigned inflight;
	enum cb_pin pin_requested;
	struct cb_placement placement;
	unsigned partners;
	struct cb_env env;
	bool oversubscribed;   /* workers + partners outnumber the usable CPUs */
	bool baseline;         /* the group's serial cell */
	enum cb_status status; /* CB_OK: to be measured; CB_SKIPPED */
	char reason[256];
};

/* The cells of one workload and its params: those that are compared with each other. */
struct cb_group {
	const struct cb_workload *workload;
	void *params;      /* workload->params_size bytes */
	char *params_id;   /* non-default params as in cell ids; "" */
	unsigned first, n; /* its cells: cells[first .. first+n-1] */
	/*
	 * A cell in serial mode for calibration, timing policy and digest oracle. It is cells[i] where serial
	 * was asked for, else a hidden one that is not part of the result.
	 */
	struct cb_cell serial;
};

struct cb_plan {
	struct cb_group *groups;
	struct cb_cell *cells;
	unsigned groups_n, cells_n;
	unsigned workers_max;
};

/* Workloads of a run that names none; NULL-terminated specifications. */
extern const char *const cb_plan_default_set[];

/*
 * Errors are usage errors, -EINVAL and the like with one sentence: unknown names (nearest one given), values,
 * a worker count beyond a limit (named), an empty plan by --cells. Skipped cells are no errors.
 */
int cb_plan_make(struct cb_plan *ret, const struct cb_run_options *options, const struct cb_host *host,
	struct cb_error *err);
void cb_plan_release(struct cb_plan *plan);

/* Nanoseconds the plan will take at most: calibration, blocks until the budget or samples_max. An estimate.
 */
uint64_t cb_plan_expected_ns(const struct cb_plan *plan, const struct cb_run_options *options);

#endif
