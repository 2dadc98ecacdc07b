/*
 * What workers lose to sharing CPUs with each other, with other programs or with a quota: columns of the
 * table that are there when they matter.
 */
#ifndef CB_LOAD_H
#define CB_LOAD_H

#include "lib/result/result.h"

enum cb_load {
	CB_LOAD_QUEUED,    /* share of the workers' time that they were ready to run and did not */
	CB_LOAD_SWITCHES,  /* context switches per second, of all workers together */
	CB_LOAD_THROTTLED, /* share of the time of the CPUs in use that a quota took away */
	CB_LOADS
};

/* NaN: not measured, or samples too short for it. */
double cb_load_of(enum cb_load load, const struct cb_result *result, const struct cb_cell_result *cell);
/*
 * Whether it matters for any cell: more than 5 % queued; more than 10000 switches a second on a CPU, which
 * take about 1 % of it, or workers that queue; anything throttled.
 */
bool cb_load_matters(enum cb_load load, const struct cb_result *result);

#endif
