/*
 * lifecycle fork|thread WORKERS ROUNDS: ns a worker to create WORKERS children that end at once, and to wait
 * for all. Prints a line a round. Each round runs in a process of its own, as each sample of concbench does:
 * no thread stack of an earlier round is used again.
 */
#include "tests/bench/bare.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024) /* as concbench's */

static int fork_all(unsigned workers)
{
	for (unsigned i = 0; i < workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return perror("fork"), 1;
		if (!pid)
			_exit(0);
	}
	for (unsigned i = 0; i < workers; i++)
		wait(NULL);
	return 0;
}

static void *end_at_once(void *arg)
{
	return arg;
}

static int thread_all(unsigned workers)
{
	pthread_t *threads = calloc(workers, sizeof *threads);
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (unsigned i = 0; i < workers; i++)
		if (pthread_create(&threads[i], &attr, end_at_once, NULL))
			return perror("pthread_create"), 1;
	for (unsigned i = 0; i < workers; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	return 0;
}

/* One round in a process of its own. Returns 0, or what went wrong as an exit status. */
static int round_apart(int (*all)(unsigned), unsigned workers, uint64_t *shared_ns)
{
	int status = 1;
	uint64_t from;
	pid_t pid = fork();

	if (!pid) {
		from = now_ns();
		status = all(workers);
		*shared_ns = now_ns() - from;
		_exit(status);
	}
	waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	int (*all)(unsigned) = argc > 1 && !strcmp(argv[1], "thread") ? thread_all : fork_all;
	uint64_t *ns = mmap(NULL, sizeof *ns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned workers;

	if (argc != 4 || ns == MAP_FAILED)
		return fprintf(stderr, "usage: lifecycle fork|thread WORKERS ROUNDS\n"), 2;
	workers = (unsigned)number(argv[2]);
	for (unsigned long left = number(argv[3]); left; left--) {
		if (round_apart(all, workers, ns))
			return 1;
		printf("%.0f\n", (double)*ns / workers);
	}
	return 0;
}
