/*
 * Open loop: units arrive by a schedule that does not wait for the workers, as requests of many users do
 * (METHOD 8). A worker takes the next unit in order of arrival, sleeps until its time has come if it is
 * early, and runs it. Two times are kept of each unit: service, from the start of the work to its end, and
 * response, from the intended arrival to the end. So the time that a unit waited for a worker is in the
 * response, also when all workers were held up at once: no coordinated omission.
 */
#ifndef CB_EXEC_OPEN_LOOP_H
#define CB_EXEC_OPEN_LOOP_H

#include "lib/exec/dispatch.h"

#define CB_OPEN_UNITS_MAX (UINT64_C(1) << 26) /* of a sample: a Poisson schedule takes 8 bytes for each */

static inline bool cb_is_open(const struct cb_open_loop *open)
{
	return open->rate_per_s > 0;
}

/*
 * When units arrive, in ns from the start: at_ns[0..units-1], ascending. A pure function of the others.
 *
 *   const    unit i arrives at i / rate
 *   poisson  exponential gaps, made longer or shorter all alike so that the units take units / rate: this is
 * how a Poisson process looks that had so many arrivals in that time
 */
void cb_arrivals_fill(const struct cb_open_loop *open, uint64_t seed, uint64_t units, uint64_t *at_ns);

/*
 * Makes a sample's schedule in shared memory, in its leader and before workers exist; it lives as long as the
 * leader. Returns 0 or -ENOMEM.
 */
int cb_arrivals_make(const struct cb_sample_spec *spec, struct cb_control *control, struct cb_error *err);

/* Touches what the loop will read and write, so that it does not have to be mapped later; clears the latter.
 */
void cb_open_loop_clear(const struct cb_loop *loop, struct cb_control *control);

/*
 * The timed region in place of cb_loop_run: does units until none is left. Leaves units, batches and end_ns
 * in the loop, response times in the worker's own histogram and service times in the one `workers` behind it,
 * what became of the schedule in the slot. Returns 0 or what run returned. Allocates and locks nothing;
 * sleeps by clock_nanosleep until an absolute time, with the worker's timer slack of 1 ns.
 */
int cb_open_loop_run(struct cb_loop *loop, struct cb_control *control, struct cb_slot *slot);

#endif
