/* Which CPUs the calling thread, and what it creates from then on, may run on. */
#ifndef CB_EXEC_AFFINITY_H
#define CB_EXEC_AFFINITY_H

#include "lib/base/base.h"

/*
 * Binds to cpus[0..n-1], OS indexes, n at least 1. Allocates nothing: a thread's first allocation would cost
 * it an arena of its own. Returns 0 or a negative errno with a reason that names the first CPU.
 */
int cb_affinity_set(const unsigned *cpus, unsigned n, struct cb_error *err);

#endif
