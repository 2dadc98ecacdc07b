/*
 * A plan in the making. Three steps, a file each: workloads.c turns specifications into groups, matrix.c
 * turns a group into cells, plan.c calls them in turn. Internal to lib/plan.
 */
#ifndef CB_PLAN_BUILDER_H
#define CB_PLAN_BUILDER_H

#include "lib/plan/plan.h"

struct cb_builder {
	const struct cb_workload *const *registry; /* NULL-terminated */
	const struct cb_run_options *options;
	const struct cb_host *host;
	struct cb_plan plan;
	unsigned cells_cap;     /* allocated cells */
	unsigned groups_cap;    /* allocated groups */
	struct cb_need granted; /* the most of each that the limits were found to allow */
	char *first_id;         /* of the first cell, kept or not: for an error message */
	unsigned cells_made;    /* kept or not */
};

/*
 * Appends a group without cells for a specification whose scans are resolved. Where it is there already, and
 * it or the other came by a workload group (from_set), nothing is appended and *ret_there is set. Errors:
 * -EINVAL, -ERANGE as cb_params_parse, unknown workload (nearest one named), a group that was named before; a
 * file parameter's errno; -ENOMEM.
 */
int cb_build_group(struct cb_builder *b, const char *specification, bool from_set, bool *ret_there,
	struct cb_error *err);

/*
 * Appends the cells of the last group and makes its hidden serial cell; takes the group away again when
 * --cells keeps none. Errors: a shape that cannot be, limits (cb_cell_check_limits), -ERANGE: more than
 * CB_CELLS_MAX cells; -ENOMEM.
 */
int cb_build_cells(struct cb_builder *b, struct cb_error *err);

void cb_group_release(struct cb_group *group);

#endif
