/*
 * barrier ROUNDS CPU...: start skew behind a plain pthread barrier. In each round a fresh thread is pinned to
 * each CPU given, computes for 1 ms, waits at the barrier and reads the clock. Prints the ns from the first
 * to the last reading, a line a round.
 */
#include "tests/bench/bare.h"

#include <pthread.h>

#define THREADS_MAX 64

struct runner {
	pthread_t thread;
	pthread_barrier_t *barrier;
	int cpu;
	uint64_t start_ns;
};

static void *run(void *arg)
{
	struct runner *r = arg;
	uint64_t until = now_ns() + 1000000;

	pin_to(r->cpu);
	while (now_ns() < until)
		;
	pthread_barrier_wait(r->barrier);
	r->start_ns = now_ns();
	return NULL;
}

static uint64_t skew_ns(const struct runner *runners, int n)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (int i = 0; i < n; i++) {
		first = runners[i].start_ns < first ? runners[i].start_ns : first;
		last = runners[i].start_ns > last ? runners[i].start_ns : last;
	}
	return last - first;
}

int main(int argc, char **argv)
{
	struct runner runners[THREADS_MAX];
	pthread_barrier_t barrier;
	int n = argc - 2;

	if (n < 2 || n > THREADS_MAX)
		return fprintf(stderr, "usage: barrier ROUNDS CPU CPU...\n"), 2;
	pthread_barrier_init(&barrier, NULL, (unsigned)n);
	for (unsigned long left = number(argv[1]); left; left--) {
		for (int i = 0; i < n; i++) {
			runners[i] = (struct runner){ .barrier = &barrier, .cpu = atoi(argv[i + 2]) };
			if (pthread_create(&runners[i].thread, NULL, run, &runners[i]))
				return perror("pthread_create"), 1;
		}
		for (int i = 0; i < n; i++)
			pthread_join(runners[i].thread, NULL);
		printf("%llu\n", (unsigned long long)skew_ns(runners, n));
	}
	return 0;
}
