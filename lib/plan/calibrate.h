/* How many units a sample gets, and when single units are timed. Pure: fed with what trial samples measured.
 */
#ifndef CB_PLAN_CALIBRATE_H
#define CB_PLAN_CALIBRATE_H

#include "lib/exec/sample.h"

struct cb_calibration {
	uint64_t target_ns; /* wanted makespan */
	uint64_t multiple;  /* units come in multiples of it: workers x inflight */
	uint64_t units_min; /* waiting work: at least 20 waves; >= 1 */
	uint64_t units_max; /* the workload's limit; UINT64_MAX: none */
	uint64_t units;     /* to try next; start with cb_calibration_start */
	unsigned trials;
	bool done; /* units is the answer */
};

/* guess: units to try first (a rate known from another cell x a fraction of the target), 0: none known. */
void cb_calibration_start(struct cb_calibration *c, uint64_t guess);
/*
 * Takes a trial's makespan for c->units and decides: done when the trial lasted at least a tenth of the
 * target (units then scaled to it) or the limit is reached, or after 40 trials; else more units, at most 64
 * times as many.
 */
void cb_calibration_feed(struct cb_calibration *c, uint64_t makespan_ns);

/* unit_ns of a serial worker and the clock's cost decide; *ret_every is set for CB_TIMING_SAMPLED. batch 0:
 * automatic. */
enum cb_timing cb_timing_policy(double unit_ns, double clock_ns, uint64_t batch, uint64_t *ret_every);

#endif
