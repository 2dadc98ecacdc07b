/* How much the CPUs really give together. */
#ifndef CB_HOST_CAPACITY_H
#define CB_HOST_CAPACITY_H

#include "lib/base/base.h"

/*
 * What n CPUs give over one: the rate of a division loop on all of them at once over that on one,
 * about 5 ms in all. Forks n short processes, each pinned; cpus are n distinct OS indexes. Returns the ratio
 * (n: perfect; a little more is noise of the single CPU), or a negative number when it could not be measured:
 * no fork, a CPU that cannot be pinned to, or children that did not get to run within a second. Blocks until
 * all its children are reaped; signals that are handled do not end it. The children die with the caller's
 * thread.
 */
double cb_capacity_probe(const unsigned *cpus, unsigned n);

#endif
