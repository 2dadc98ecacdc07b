/*
 * cpu_prime: counts primes by trial division; integer division is all it does. A unit is one event of
 * sysbench's `cpu` test, so that the two programs' rates can be compared: candidates from 3, a 64-bit
 * unsigned remainder for each divisor, and the divisor compared with the square root as a double. It is meant
 * to be slow in that way, hence no sieve, and no integer square root.
 */
#include "lib/workload.h"
#include <math.h>

struct prime_params {
	uint64_t limit;
};

/* Unless it is to be small, clang divides in 32 bits where the values allow it: another benchmark. */
#if __has_attribute(minsize)
#define DIVIDE_IN_64_BITS __attribute__((minsize, noinline))
#else
#define DIVIDE_IN_64_BITS
#endif

DIVIDE_IN_64_BITS static uint64_t count_primes(uint64_t limit)
{
	unsigned long long candidate, divisor, primes = 0;

	for (candidate = 3; candidate < limit; candidate++) {
		double root = sqrt((double)candidate);

		for (divisor = 2; divisor <= root; divisor++)
			if (candidate % divisor == 0)
				break;
		if (divisor > root)
			primes++;
	}
	return primes;
}

static int prime_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct prime_params *p = w->params;
	uint64_t limit = p->limit;

	(void)err;
	for (uint64_t unit = first; unit < first + n; unit++) {
		/* Without it one count would do for all units. */
		cb_keep(&limit);
		w->digest += cb_unit_random(count_primes(limit), unit);
	}
	return 0;
}

static const struct cb_param prime_table[] = {
	{ "limit", CB_PARAM_U64, "primes below", "10000", 4, 1e9, NULL,
		"a unit tests 3..limit-1, as sysbench's --cpu-max-prime",
		offsetof(struct prime_params, limit) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_cpu_prime = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "cpu_prime",
	.summary = "trial division: 64-bit integer division, no memory; a unit is an event of sysbench cpu",
	.unit = "count of the primes below limit",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = prime_table,
	.params_size = sizeof(struct prime_params),
	.run = prime_run,
};
