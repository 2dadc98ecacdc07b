#include "lib/exec/affinity.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#define CPU_SETS 8 /* of 1024 CPUs each */

int cb_affinity_set(const unsigned *cpus, unsigned n, struct cb_error *err)
{
	cpu_set_t sets[CPU_SETS];
	int r;

	CPU_ZERO_S(sizeof sets, sets);
	for (unsigned i = 0; i < n; i++) {
		if (cpus[i] >= CPU_SETS * CPU_SETSIZE)
			return cb_error_set(err, -EINVAL, "cannot run on CPU %u: at most %d CPUs are known",
				cpus[i], CPU_SETS * CPU_SETSIZE);
		CPU_SET_S((size_t)cpus[i], sizeof sets, sets);
	}
	r = sched_setaffinity(0, sizeof sets, sets) ? -errno : 0;
	return r ? cb_error_set(err, r, "cannot be pinned to CPU %u: %s", cpus[0], strerror(-r)) : 0;
}
