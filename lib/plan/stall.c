#include "lib/plan/stall.h"

#include <math.h>

#define DEFAULT_NS 5e9
#define UNITS      10.0 /* contended units have been seen to take that much longer than serial ones */
#define MOST_NS    1e18

/* The least that tells a stall from a unit that takes its time. */
static double needed_ns(const struct cb_stall_case *c)
{
	unsigned cpus = c->cpus ? c->cpus : 1, rounds = (c->workers + cpus - 1) / cpus;
	double units = UNITS * c->unit_ns * rounds, worst = (double)c->worst_ns;

	return (units > worst ? units : worst) * (double)(c->batch ? c->batch : 1);
}

uint64_t cb_stall_limit_ns(const struct cb_stall_case *c)
{
	double limit = c->given_ns ? (double)c->given_ns : DEFAULT_NS, needed = needed_ns(c);

	if (c->given_ns == CB_NONE)
		return 0;
	if (!(c->unit_ns > 0))
		limit = fmax(limit, c->given_ns ? DEFAULT_NS : (double)(c->timeout_ns / 10) * 9);
	limit = needed > limit ? needed : limit;
	return limit < MOST_NS ? (uint64_t)limit : (uint64_t)MOST_NS;
}
