/*
 * How many units a sample gets, and when single units are timed. Pure: fed with what trial samples measured.
 *
 *	struct cb_calibration c = { .target_ns = ..., .multiple = ..., .units_min = ..., .units_max = ... };
 *
 *	cb_calibration_start(&c, 0);
 *	while (!c.done)
 *		cb_calibration_feed(&c, makespan of a sample of c.units);
 */
#ifndef CB_PLAN_CALIBRATE_H
#define CB_PLAN_CALIBRATE_H

#include "lib/exec/sample.h"

/* Warm-up uses unit numbers from 2^62 on, so that no sample may ever have more units than this. */
#define CB_UNITS_CEILING (UINT64_C(1) << 61)

struct cb_calibration {
	uint64_t target_ns; /* wanted makespan */
	uint64_t multiple;  /* units come in multiples of it: workers x inflight; 0 is 1 */
	uint64_t units_min; /* waiting work: at least 20 waves; >= 1. Trials may have fewer */
	uint64_t units_max; /* the workload's limit, which wins over units_min; UINT64_MAX: none */
	uint64_t units;     /* to try next; start with cb_calibration_start */
	unsigned trials;
	bool done; /* units is the answer */
};

/*
 * Sets the first trial. guess: units to try first (a rate known from another cell x a fraction of the
 * target), 0: none known, a unit for each worker is tried.
 */
void cb_calibration_start(struct cb_calibration *c, uint64_t guess);
/*
 * Takes a trial's makespan for c->units and decides: done when the trial lasted at least a tenth of the
 * target (units then scaled to it) or the limit is reached, or after 40 trials; else more units, at most 64
 * times as many. Makespan 0: the clock did not move.
 *
 * The answer is the multiple nearest to the target, at least units_min (rounded up), at most units_max:
 * rounded down to the multiple, or units_max itself where that is less than one multiple.
 */
void cb_calibration_feed(struct cb_calibration *c, uint64_t makespan_ns);

/* The fewest units of a sample in open loop: 12 samples then have a 99th percentile. */
#define CB_OPEN_UNITS_MIN 100u

/*
 * Units of a sample in open loop: those that arrive within target_ns at rate_per_s. At most twice those of
 * closed, which the cell was calibrated to do in that time in closed loop: what is beyond its capacity only
 * waits longer and longer. At least CB_OPEN_UNITS_MIN, unless that takes more than ten times as long; at most
 * units_max and CB_OPEN_UNITS_MAX, and one.
 */
uint64_t cb_open_units(double rate_per_s, uint64_t target_ns, uint64_t closed, uint64_t units_max);

/*
 * When the clock is read for single units (METHOD 8, DESIGN 5.4). unit_ns: what a unit of a serial worker
 * lasts; clock_ns: what one clock read costs; batch: units taken at a time, 0: automatic.
 *
 *   EACH     units of at least 10 us and 100 clock costs: reading the clock takes at most 1 %.
 *   SAMPLED  shorter ones: the first unit of every *ret_every-th batch. A timed unit costs two reads, so
 *            200 clock costs of work lie between two of them at least: again 1 %. Automatic batches hold
 *            10 to 20 us of work, 10 are counted.
 *   NONE     units below 10 clock costs: the figure would be the clock's, not the unit's. So are unit_ns
 *            and clock_ns that are no positive numbers.
 *
 * *ret_every is 1 but for CB_TIMING_SAMPLED.
 */
enum cb_timing cb_timing_policy(double unit_ns, double clock_ns, uint64_t batch, uint64_t *ret_every);

#endif
