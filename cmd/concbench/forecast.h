/* How long a run will take, in words that do not promise what is not known. */
#ifndef CB_FORECAST_H
#define CB_FORECAST_H

#include "lib/plan/plan.h"

/*
 * "14 cells to measure, 2 skipped; about 50s on a quiet host, at most 1m", what the budget is too short for,
 * and what could make it longer. Writes into buf, returns it.
 */
char *cb_forecast(const struct cb_plan *plan, const struct cb_run_options *options, char *buf, size_t size);

#endif
