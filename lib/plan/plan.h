/*
 * From options to cells: the matrix of workloads x params x modes x dispatches x workers x placements, each
 * cell either to be measured or skipped with its reason. Pure but for reading file parameters and limits.
 * Nothing is measured here.
 */
#ifndef CB_PLAN_PLAN_H
#define CB_PLAN_PLAN_H

#include "lib/exec/sample.h"
#include "lib/host/host.h"
#include "lib/plan/options.h"
#include "lib/plan/sets.h"

#define CB_CELLS_MAX   10000u  /* a plan of more is a mistake, and is refused */
#define CB_WORKERS_MAX 100000u /* what --workers takes; the host's limits are usually lower */

/* What cells are confined to: a list of --cpus, else all that the host allows. */
struct cb_cpu_set {
	char *name;                    /* as in ids, "0..3,6"; NULL: --cpus was not given */
	struct cb_allowance allowance; /* the host's, confined to the list: placements are made from it */
	unsigned numa_nodes, llcs;     /* that its CPUs belong to */
	struct cb_numbers workers; /* --workers, where `all` is what may be used of it; no sweep longer than
				      needed */
	unsigned workers_most;     /* the greatest of them */
};

/* A row of the result to be. */
struct cb_cell {
	char *id;       /* WORKLOAD[:non-default params, sorted]/mode/PxT-or-W[/rate][/dispatch][/pin][/cpus];
			   unique in a plan */
	unsigned group; /* index into cb_plan.groups */
	const struct cb_mode *mode;
	enum cb_dispatch dispatch;
	uint64_t batch;        /* 0: automatic */
	struct cb_shape shape; /* W that cannot be split: workers only, processes and threads are 0 */
	unsigned inflight;
	struct cb_open_loop open;         /* rate 0: closed */
	const struct cb_cpu_set *cpu_set; /* the plan's */
	enum cb_pin pin_requested;
	struct cb_placement placement; /* zeroed where the workload lacks the mode or W cannot be split */
	unsigned partners;
	struct cb_env env;
	uint64_t units_max;       /* the workload's limit here; 0: none */
	uint64_t units_min;       /* the fewest it asks for; 0: it does not */
	uint64_t unit_ns_worst;   /* the longest that it says a unit may last; 0: it does not */
	uint64_t footprint_bytes; /* of setup and all workers */
	bool oversubscribed;      /* workers + partners outnumber the usable CPUs */
	bool baseline;            /* the group's first serial cell: what speed-up is measured against */
	enum cb_status status;    /* CB_OK: to be measured; CB_SKIPPED */
	char reason[256];
	enum cb_status expected; /* what the workload says that it is to end with; CB_OK: with numbers */
};

/* The cells of one workload and its params: those that are compared with each other. */
struct cb_group {
	const struct cb_workload *workload;
	void *params;                        /* workload->params_size bytes */
	char *params_id;                     /* non-default params as in cell ids; "" */
	uint64_t bytes_per_unit;             /* memory traffic that the workload declares; 0: none */
	enum cb_partner_place partner_place; /* as the workload wants it */
	unsigned first, n;                   /* its cells: cells[first .. first+n-1] */
	bool from_set;                       /* it came by a workload group: naming it again is no mistake */
	/*
	 * A cell in serial mode for calibration, timing policy and digest oracle. It is a copy of the
	 * baseline cell where there is one, else a hidden one that is not part of the result. Its status is
	 * CB_SKIPPED where the workload cannot run serially, or cannot run here; it has a place and an
	 * environment all the same, as prepare runs in it.
	 */
	struct cb_cell serial;
};

struct cb_plan {
	struct cb_group *groups;
	struct cb_cell
		*cells; /* in the order of: modes, dispatches, CPU sets, workers, pins within a group */
	unsigned groups_n, cells_n;
	unsigned workers_max;        /* of the cells to be measured */
	struct cb_cpu_set *cpu_sets; /* [cpu_sets_n], at least one */
	unsigned cpu_sets_n;
};

/*
 * Makes the plan from the built-in workloads. Confines copies of the host's allowance to --cpus itself. The
 * plan borrows options->dir and the workloads, which must outlive it; on failure *ret is untouched.
 *
 * --cells is matched by fnmatch(3) against whole ids, where `*` and `?` match slashes too. Groups without any
 * matching cell are left out.
 *
 * Workload groups (lib/plan/sets.h) are replaced by their members. What comes by one and is there already, or
 * is named again later, stays where it first stood.
 *
 * Errors are usage errors, -EINVAL and the like with one sentence: unknown names (nearest one given), values,
 * the same workload with the same params named twice, a worker count beyond a limit (-EAGAIN, names the cell
 * and the limit), an empty plan by --cells. -ENOMEM. Skipped cells are no errors.
 */
int cb_plan_make(struct cb_plan *ret, const struct cb_run_options *options, const struct cb_host *host,
	struct cb_error *err);
/* The same from a NULL-terminated list of workloads, which must outlive the plan. */
int cb_plan_make_from(struct cb_plan *ret, const struct cb_workload *const *registry,
	const struct cb_run_options *options, const struct cb_host *host, struct cb_error *err);
/* Frees what it holds and zeroes it; half-built plans and NULL are fine. */
void cb_plan_release(struct cb_plan *plan);

/*
 * The makespan that a sample of the cell is calibrated to: sample_time_ns, or three turns of the scheduler
 * for each worker where workers and partners outnumber the CPUs and so must take turns. Those that only wait
 * (CB_CLASS_WAIT) need no turns.
 */
uint64_t cb_cell_target_ns(const struct cb_cell *cell, uint64_t sample_time_ns, enum cb_class class);

/* The fewest units that a worker of waiting work gets in a sample: how long they last is not known
 * beforehand. */
#define CB_WAVES_MIN 20u

/* A sample that is to hang (--fault) is ended after max(CB_HANG_MIN_NS, CB_HANG_FACTOR x expected). */
#define CB_HANG_MIN_NS 1e9
#define CB_HANG_FACTOR 5u

/*
 * Nanoseconds the plan will take: for each cell about three sample times of calibration (none with --units),
 * then a primer for each group and blocks until --time-budget or samples_max, whichever comes first, but one
 * block of each group; --samples is exact and knows no budget. A sample counts as its cb_cell_target_ns, plus
 * warm-up and 10 ms around it.
 *
 * An estimate that knows no workload: units of CB_CLASS_WAIT that last more than sample_time / CB_WAVES_MIN
 * make longer samples, and what --units will last is not known at all.
 */
uint64_t cb_plan_expected_ns(const struct cb_plan *plan, const struct cb_run_options *options);
/* The same with samples_min of each cell and no budget: where all are narrow enough at once. */
uint64_t cb_plan_least_ns(const struct cb_plan *plan, const struct cb_run_options *options);
/* How many samples of each cell the budget lasts for, by the same estimate: at least those of a block. Some
 * cell is to be measured. */
double cb_plan_samples_in_budget(const struct cb_plan *plan, const struct cb_run_options *options);
/* Whether a cell to be measured is of that class. */
bool cb_plan_has_class(const struct cb_plan *plan, enum cb_class class);

/*
 * What a sample of the cell is, as far as the plan knows: all but host, prepared, units, seed, timing,
 * warm-up and time-out. Borrows from the plan.
 */
struct cb_sample_spec cb_cell_spec(const struct cb_group *group, const struct cb_cell *cell);

#endif
