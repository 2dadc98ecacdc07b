/*
 * The parts that a result file and the answer of `concbench sample` have in common. Used within lib/result
 * only; keys and units are described in docs/result.schema.json.
 */
#ifndef CB_RESULT_MEASURED_JSON_H
#define CB_RESULT_MEASURED_JSON_H

#include "lib/exec/sample.h"
#include "lib/result/json.h"
#include "lib/stats/order.h"

/* Adds what was measured to object in: times, counts, metrics under their names, notes. Neither rows nor
 * status. */
void cb_json_measured(struct cb_json in, const struct cb_workload *workload, const struct cb_sample *sample);
/* The object `workers`: one array a column, workers entries each; -1 where a worker did not get that far. */
void cb_json_worker_rows(struct cb_json in, const struct cb_worker_row *rows, unsigned workers);
/* Values under the workload's metric names; missing ones are absent. */
void cb_json_metrics(struct cb_json in, const struct cb_workload *workload, const double *values);
/* A median with its interval: its members into object in; or as an object under key, absent when n is 0. */
void cb_json_interval(struct cb_json in, const struct cb_estimate *e);
void cb_json_estimate(struct cb_json in, const char *key, const struct cb_estimate *e);
/*
 * The object `latency`; nothing when histogram is NULL or empty or timing says that no unit was timed.
 * service: of an open loop, whose response times the histogram then has; else NULL.
 */
void cb_json_latency(struct cb_json in, const struct cb_histogram *histogram,
	const struct cb_histogram *service, enum cb_timing timing, uint64_t every);

#endif
