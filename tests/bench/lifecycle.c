/*
 * lifecycle fork|thread loop|apart|together WORKERS ROUNDS: ns a worker to create WORKERS children and to
 * wait for all of them to end; a line a round. "loop": one after the other, each is waited for before the
 * next is made. "apart": each ends at once, so early ones are gone before late ones are made. "together":
 * each sleeps on a futex until all exist, which is what anything that starts its workers at one moment has to
 * pay for.
 *
 * Each round runs in a process of its own, as each sample of concbench does: no thread stack of an earlier
 * round is used again.
 */
#include "tests/bench/bare.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024) /* as concbench's */

/* Shared between main, rounds and children. */
struct round {
	_Atomic unsigned open; /* futex: 1: children may end */
	bool one_by_one, together;
	unsigned workers;
	uint64_t ns;
};

static void wait_for_all(struct round *round)
{
	while (round->together && !atomic_load(&round->open))
		syscall(SYS_futex, &round->open, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void let_go(struct round *round)
{
	if (!round->together)
		return;
	atomic_store(&round->open, 1);
	syscall(SYS_futex, &round->open, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static int fork_all(struct round *round)
{
	for (unsigned i = 0; i < round->workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return perror("fork"), 1;
		if (!pid) {
			wait_for_all(round);
			_exit(0);
		}
		if (round->one_by_one)
			wait(NULL);
	}
	let_go(round);
	while (wait(NULL) > 0)
		;
	return 0;
}

static void *thread_main(void *arg)
{
	wait_for_all(arg);
	return NULL;
}

static int thread_all(struct round *round)
{
	pthread_t *threads = calloc(round->workers, sizeof *threads);
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (unsigned i = 0; i < round->workers; i++) {
		if (pthread_create(&threads[i], &attr, thread_main, round))
			return perror("pthread_create"), 1;
		if (round->one_by_one)
			pthread_join(threads[i], NULL);
	}
	let_go(round);
	for (unsigned i = 0; i < round->workers && !round->one_by_one; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	return 0;
}

/* One round in a process of its own. Returns 0, or what went wrong as a wait status. */
static int run_round(int (*all)(struct round *), struct round *round)
{
	int status = 1;
	uint64_t from;
	pid_t pid;

	round->open = 0;
	pid = fork();
	if (!pid) {
		from = now_ns();
		status = all(round);
		round->ns = now_ns() - from;
		_exit(status);
	}
	waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	struct round *round = mmap(
		NULL, sizeof *round, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc != 5 || round == MAP_FAILED)
		return fprintf(stderr, "usage: lifecycle fork|thread loop|apart|together WORKERS ROUNDS\n"),
		       2;
	round->one_by_one = !strcmp(argv[2], "loop");
	round->together = !strcmp(argv[2], "together");
	round->workers = (unsigned)number(argv[3]);
	for (unsigned long left = number(argv[4]); left; left--) {
		if (run_round(strcmp(argv[1], "thread") ? fork_all : thread_all, round))
			return 1;
		printf("%.0f\n", (double)round->ns / round->workers);
	}
	return 0;
}
