/*
 * What a plan asks of a workload: its pure hooks, called here, or, for a plugin's, in a process of their own,
 * so that a crash or a hang there is an error of the plan. Internal to lib/plan.
 */
#ifndef CB_PLAN_ASK_H
#define CB_PLAN_ASK_H

#include "lib/exec/sample.h"

/* Of params alone. */
struct cb_group_answer {
	uint64_t bytes_per_unit; /* 0: not declared */
	enum cb_partner_place partner_place;
};

/* Of params in a place. */
struct cb_cell_answer {
	int supported;           /* 0, or a negative errno, its reason in why */
	struct cb_error why;     /* printable */
	enum cb_status expected; /* what the workload says that comes of it; CB_OK where it says nothing */
	uint64_t units_max;      /* 0: no limit */
	uint64_t units_min, unit_ns_worst; /* 0: it does not say */
	uint64_t footprint_bytes;
};

/* Return 0, or a negative errno with a sentence: the plugin crashed, hung, or does not load any more;
 * -ENOMEM. */
int cb_ask_group(const struct cb_workload *workload, const void *params, struct cb_group_answer *ret,
	struct cb_error *err);
int cb_ask_cell(const struct cb_workload *workload, const void *params, const struct cb_env *env,
	struct cb_cell_answer *ret, struct cb_error *err);

#endif
