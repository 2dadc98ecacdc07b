/* When the measuring of a group ends: by a number of samples, by precision, by time. Pure. */
#ifndef CB_PLAN_STOP_H
#define CB_PLAN_STOP_H

#include "lib/plan/options.h"

/* Where a group stands after a block. */
struct cb_stop {
	unsigned samples;   /* of each cell */
	bool precise;       /* all cells' intervals are within options->precision */
	uint64_t spent_ns;  /* since the group's first sample */
	uint64_t block_ns;  /* what a block takes */
	uint64_t budget_ns; /* for this group */
};

/*
 * Whether it has enough (METHOD 7): a number that was asked for, else precision within bounds, else the time
 * when another block would not fit in; never a p-value. There is a block at least.
 */
bool cb_stop_now(const struct cb_run_options *options, const struct cb_stop *at);

#endif
