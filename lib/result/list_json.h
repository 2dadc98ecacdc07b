/*
 * What `list` and `plan` tell, as JSON. Each returns one line without its end, allocated; NULL: no memory.
 *
 * workloads  {"schema": "concbench.list/1", "workloads": [{"name", "summary", "unit", "version", "class",
 *            "modes": [...], "dispatches": [...], "params": [...], "metrics": [...]}]}
 * groups     {"schema": "concbench.list/1", "groups": [{"name", "summary", "workloads": [...]}]}; names
 *            without the @ of the command line, workloads as they are written there
 * modes      {"schema": "concbench.list/1", "modes": [{"name", "summary"}], "dispatches": [likewise]}
 * params     {"schema": "concbench.list/1", "workload": NAME, "params": [{"name", "type", "unit", "default",
 *            "min", "max", "words", "help"}]}; what does not apply is absent
 * plan       {"schema": "concbench.plan/1", "expected_ns", "cells": [{"id", "workload", "workload_version",
 *            "unit", "class", "params": {NAME: TEXT}, "units_min", "units_max", "mode", "dispatch", "batch",
 * "workers", "processes", "threads", "pin", "cpus", "cpus_n", "oversubscribed", "status", "reason"}]}
 */
#ifndef CB_RESULT_LIST_JSON_H
#define CB_RESULT_LIST_JSON_H

#include "lib/plan/plan.h"

char *cb_list_workloads_json(const struct cb_workload *const *registry);
char *cb_list_groups_json(const struct cb_workload *const *registry);
char *cb_list_modes_json(void);
char *cb_list_params_json(const struct cb_workload *workload);
char *cb_plan_json(const struct cb_plan *plan, uint64_t expected_ns);

/* "u64", "size", "duration", "double", "enum", "file"; by enum cb_param_type. */
extern const char *const cb_param_type_names[];

#endif
