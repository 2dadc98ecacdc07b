/* How long a worker may go without finishing a unit before it is called stalled. Pure. */
#ifndef CB_PLAN_STALL_H
#define CB_PLAN_STALL_H

#include "lib/base/base.h"

/* Where a sample runs, as far as the limit depends on it. */
struct cb_stall_case {
	uint64_t given_ns;      /* --stall; 0: not given; CB_NONE: none */
	uint64_t timeout_ns;    /* of the sample */
	double unit_ns;         /* what a unit takes in serial; 0: not known yet */
	uint64_t worst_ns;      /* what the workload says that it may take there; 0: nothing */
	uint64_t batch;         /* units taken at a time, as only whole batches show; 0: automatic */
	unsigned workers, cpus; /* cpus: distinct ones they may use, 0 is 1 */
};

/*
 * The limit in nanoseconds; 0: nobody looks. It is what was given, else 5 s, but never less than 10 units
 * take here, nor than a unit takes at worst. While no unit is known it is not less than 5 s, and where
 * nothing was given not less than nine tenths of the time-out, so that a unit may take its time.
 */
uint64_t cb_stall_limit_ns(const struct cb_stall_case *c);

#endif
