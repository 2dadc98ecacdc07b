/*
 * prime UNITS CPU: the loop of cpu_prime and nothing else. Prints ns a unit over UNITS units, after a warm-up
 * of 20 ms as concbench's workers have.
 */
#include "tests/bench/bare.h"

#include <math.h>

static uint64_t count_primes(uint64_t limit)
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

static uint64_t count_often(unsigned long units)
{
	uint64_t limit = 10000, sum = 0;

	for (unsigned long i = 0; i < units; i++) {
		/* Without it one count would do for all units. */
		__asm__ volatile("" : "+r"(limit));
		sum += count_primes(limit);
	}
	return sum;
}

int main(int argc, char **argv)
{
	uint64_t from, until, sum = 0;
	unsigned long units;

	if (argc != 3)
		return fprintf(stderr, "usage: prime UNITS CPU\n"), 2;
	units = number(argv[1]);
	pin_to(atoi(argv[2]));
	until = now_ns() + 20000000;
	while (now_ns() < until)
		sum += count_often(1);
	from = now_ns();
	sum = count_often(units);
	printf("%.1f\n", (double)(now_ns() - from) / (double)units);
	return sum != 1228 * (uint64_t)units; /* the odd primes below 10000 */
}
