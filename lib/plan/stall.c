#include "lib/plan/stall.h"

#define DEFAULT_NS 5e9
#define UNITS      10.0 /* contended units have been seen to take that much longer than serial ones */
#define TURN_NS    4e6  /* of the scheduler */
#define MOST_NS    1e18

/* The least that tells a stall from a unit that takes its time. */
static double needed_ns(const struct cb_stall_case *c)
{
	unsigned cpus = c->cpus ? c->cpus : 1, rounds = (c->workers + cpus - 1) / cpus;
	double in_line = rounds > 1 ? 2 * TURN_NS * rounds * c->workers : 0;

	return UNITS * c->unit_ns * (double)(c->batch ? c->batch : 1) * rounds + in_line;
}

uint64_t cb_stall_limit_ns(const struct cb_stall_case *c)
{
	double limit = c->given_ns ? (double)c->given_ns : DEFAULT_NS, needed = needed_ns(c);

	if (c->given_ns == CB_NONE)
		return 0;
	if (!(c->unit_ns > 0))
		needed = c->given_ns ? DEFAULT_NS : (double)(c->timeout_ns / 10) * 9;
	limit = needed > limit ? needed : limit;
	return limit < MOST_NS ? (uint64_t)limit : (uint64_t)MOST_NS;
}
