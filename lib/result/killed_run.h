/* A run whose harness was killed in mid-sample, again and again. */
#ifndef CB_RESULT_KILLED_RUN_H
#define CB_RESULT_KILLED_RUN_H

#include "lib/exec/killed.h"
#include "lib/plan/plan.h"

#define CB_KILLED_ROUNDS 6 /* as many as an interval of a median needs */

struct cb_killed_run {
	const struct cb_cell *cell; /* its only one; borrowed */
	unsigned n;                 /* rounds that were done */
	struct cb_killed round[CB_KILLED_ROUNDS];
	char reason[256]; /* why there are no more; "" */
};

#endif
