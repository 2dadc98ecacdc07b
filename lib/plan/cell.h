/*
 * One cell: its id, its place, what it needs. Internal to lib/plan.
 */
#ifndef CB_PLAN_CELL_H
#define CB_PLAN_CELL_H

#include "lib/plan/plan.h"

/*
 * The id as plan.h says, made of workload, mode, shape, dispatch and pin_requested. A serial cell has no
 * dispatch to show, as one worker has nobody to share with. Allocated; NULL: no memory.
 */
char *cb_cell_id(const struct cb_cell *cell, const struct cb_group *group);

/* "0..3,6" of n ascending numbers. Allocated; NULL: no memory. */
char *cb_cell_cpus(const unsigned *cpus, unsigned n);

/*
 * Places a cell whose mode, shape and cpu_set are known: fills partners, placement, env and oversubscribed,
 * and asks the workload whether it can run there: if not the cell becomes skipped. Returns 0 or -ENOMEM and
 * the like.
 */
int cb_cell_place(struct cb_cell *cell, const struct cb_group *group, const struct cb_run_options *options,
	const struct cb_topology *topology, struct cb_error *err);

/*
 * Holds a placed cell's needs against the host's limits. -EAGAIN names the cell and the limit. granted starts
 * zeroed and collects the most of each need that was allowed, so that limits are read only for more than
 * that.
 */
int cb_cell_check_limits(const struct cb_cell *cell, const struct cb_group *group, const struct cb_host *host,
	struct cb_need *granted, struct cb_error *err);

/* Makes it a skipped cell; the first reason is kept. */
__attribute__((format(printf, 2, 3))) void cb_cell_skip(struct cb_cell *cell, const char *format, ...);

void cb_cell_release(struct cb_cell *cell);

static inline bool cb_cell_is_serial(const struct cb_cell *cell)
{
	return cell->mode->cap == CB_CAN_SERIAL;
}

#endif
