/*
 * For workloads with a server that answers late on purpose: how late each unit's answer is, and the heap that
 * holds what is due. Like lib/workload.h it needs no symbol of the program, but libm.
 */
#ifndef CONCBENCH_WORKLOAD_DELAY_H
#define CONCBENCH_WORKLOAD_DELAY_H

#include <math.h>

#include "workload.h"

enum cb_distribution { CB_DELAY_FIXED, CB_DELAY_EXPONENTIAL, CB_DELAY_BIMODAL };

/*
 * How long answers take. mean_ns is the mean of all three distributions, so that they can be compared:
 *
 *   fixed        always mean_ns
 *   exponential  many short ones and few long ones, memoryless; the longest there is are 37 x mean_ns
 *   bimodal      slow_pct percent of the units take slow_factor times as long as the others
 */
struct cb_delay {
	uint64_t mean_ns;
	unsigned distribution; /* enum cb_distribution */
	double slow_pct;       /* bimodal: 0..100 */
	double slow_factor;    /* bimodal: at least 1 */
};

/* A number in (0, 1] of a unit's own: 53 random bits. */
static inline double cb_unit_share(uint64_t seed, uint64_t unit)
{
	return (double)((cb_unit_random(seed, unit) >> 11) + 1) * 0x1p-53;
}

/* The delay of a unit in ns: a pure function of its arguments. */
static inline uint64_t cb_delay_ns(const struct cb_delay *delay, uint64_t seed, uint64_t unit)
{
	double mean = (double)delay->mean_ns, slow = delay->slow_pct / 100, fast;

	if (delay->distribution == CB_DELAY_FIXED)
		return delay->mean_ns;
	if (delay->distribution == CB_DELAY_EXPONENTIAL)
		return (uint64_t)(-log(cb_unit_share(seed, unit)) * mean);
	fast = mean / (1 - slow + slow * delay->slow_factor);
	return (uint64_t)(cb_unit_share(seed, unit) <= slow ? fast * delay->slow_factor : fast);
}

/* ---- what is due ------------------------------------------------------------------------------- */

struct cb_due {
	uint64_t at_ns;
	unsigned who;
};

/* A binary heap, the earliest at v[0]. The caller owns v and has room there for all that is pushed. */
struct cb_due_heap {
	struct cb_due *v;
	size_t n;
};

static inline void cb_due_push(struct cb_due_heap *heap, uint64_t at_ns, unsigned who)
{
	size_t i = heap->n++, parent;

	for (; i && heap->v[parent = (i - 1) / 2].at_ns > at_ns; i = parent)
		heap->v[i] = heap->v[parent];
	heap->v[i] = (struct cb_due){ at_ns, who };
}

/* Removes the earliest and returns it. The heap must not be empty. */
static inline struct cb_due cb_due_pop(struct cb_due_heap *heap)
{
	struct cb_due first = heap->v[0], last = heap->v[--heap->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < heap->n) {
		if (child + 1 < heap->n && heap->v[child + 1].at_ns < heap->v[child].at_ns)
			child++;
		if (heap->v[child].at_ns >= last.at_ns)
			break;
		heap->v[i] = heap->v[child];
		i = child;
	}
	if (heap->n)
		heap->v[i] = last;
	return first;
}

#endif
