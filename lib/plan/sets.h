/*
 * Workload groups: names for lists of specifications, written @NAME where a workload could stand. They are
 * data: a class has all its workloads, and a row says with which parameters where those of default would
 * not say much.
 */
#ifndef CB_PLAN_SETS_H
#define CB_PLAN_SETS_H

#include "lib/base/parse.h"

#define CB_SET_SIGN '@'

/* A row of the table. What a class says is added behind the specs. */
struct cb_workload_set {
	const char *name; /* without the sign */
	const char *summary;
	const char *const *specs; /* NULL-terminated; NULL: none */
	bool by_class;            /* and the workloads of `class` that no spec names, with default params */
	enum cb_class class;
	bool all; /* and all workloads that no spec names */
};

/* By name, "default" first; the last one's name is NULL. */
extern const struct cb_workload_set cb_workload_sets[];

/* The specifications of `concbench run` without workloads; NULL-terminated. */
extern const char *const cb_plan_default_set[];

/* Whether it is the name of a group, with its sign. */
bool cb_is_set(const char *operand);

/*
 * The specifications of the row in the order of the table, then of the registry (NULL-terminated). Those
 * whose workload is not in the registry are left out. *ret is released by cb_words_release; untouched on
 * failure
 * (-ENOMEM).
 */
int cb_set_members(const struct cb_workload_set *set, const struct cb_workload *const *registry,
	struct cb_words *ret, struct cb_error *err);

/*
 * The row of an operand such as "@sync". NULL with -EINVAL in err: unknown (nearest named), with parameters
 * behind it.
 */
const struct cb_workload_set *cb_set_find(const char *operand, struct cb_error *err);

#endif
