/* dynamic ITERATIONS THREADS: ns an iteration of an empty OpenMP loop with schedule(dynamic,1). */
#include "tests/bench/bare.h"

#include <omp.h>

static void loop(long iterations)
{
#pragma omp parallel for schedule(dynamic, 1)
	for (long i = 0; i < iterations; i++)
		__asm__ volatile("" : : "r"(i));
}

int main(int argc, char **argv)
{
	long iterations;
	uint64_t from;

	if (argc != 3)
		return fprintf(stderr, "usage: dynamic ITERATIONS THREADS\n"), 2;
	iterations = (long)number(argv[1]);
	omp_set_num_threads((int)number(argv[2]));
	loop(iterations / 10); /* makes the threads */
	from = now_ns();
	loop(iterations);
	printf("%.3f\n", (double)(now_ns() - from) / (double)iterations);
	return 0;
}
