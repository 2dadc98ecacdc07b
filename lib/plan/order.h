/*
 * The order of samples (METHOD 5). A block is a random permutation of the group's cells followed by its
 * reverse: each cell twice, so that linear drift cancels. Pure.
 */
#ifndef CB_PLAN_ORDER_H
#define CB_PLAN_ORDER_H

#include "lib/base/rng.h"

/* Fills order[2 * n] with cell numbers 0..n-1. */
void cb_order_block(struct cb_rng *rng, unsigned *order, unsigned n);

#endif
