/* Which numbers of workers a sweep up to all CPUs takes. */
#ifndef CB_PLAN_SWEEP_H
#define CB_PLAN_SWEEP_H

#include "lib/base/parse.h"
#include "lib/host/allowance.h"
#include "lib/host/topology.h"

#define CB_SWEEP_WHOLE 8 /* up to as many swept numbers are all taken */

/*
 * Thins the swept numbers (see struct cb_numbers) where there are more than CB_SWEEP_WHOLE: left are two an
 * octave, 1 2 3 4 6 8 11 16 23 32 45 64 ... (round(2^(k/2))), and where the topology has an edge: the allowed
 * cores that share the first one's last-level cache, its NUMA node, its package; all allowed cores; all CPUs.
 * A worker a core comes first, so these are where something new begins. Pure.
 */
void cb_sweep_thin(
	struct cb_numbers *numbers, const struct cb_topology *topology, const struct cb_allowance *allowance);

#endif
