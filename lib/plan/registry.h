/*
 * The workloads built into this program. The build writes the list from the listing of workloads/, sorted by
 * name: adding or removing a file there is the whole change.
 */
#ifndef CONCBENCH_PLAN_REGISTRY_H
#define CONCBENCH_PLAN_REGISTRY_H

#include "lib/workload.h"

/* All workloads by ascending name; the last entry is NULL. */
extern const struct cb_workload *const cb_registry[];

/* The workload called exactly name, or NULL; of any such list, or of that one. */
const struct cb_workload *cb_registry_find_in(const struct cb_workload *const *registry, const char *name);
const struct cb_workload *cb_registry_find(const char *name);

#endif
