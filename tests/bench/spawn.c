/*
 * spawn fork|thread WORKERS COUNT: ns to create a child that does nothing and to wait for its end, COUNT
 * times one after another. WORKERS processes do so at once (for thread: threads of one process), each on a
 * CPU of its own. Printed is the time from the common start to the last end, divided by all children.
 */
#include "tests/bench/bare.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024) /* as concbench's */
#define LEAD_NS     50000000     /* what all workers have until the start, their first children included */

/* Shared between main and workers. */
struct race {
	uint64_t start_ns;
	unsigned long count;
	int (*one)(void);
	_Atomic uint64_t end_ns; /* the latest */
	_Atomic unsigned workers;
};

static int fork_one(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) != pid;
}

static void *nothing(void *arg)
{
	return arg;
}

static int thread_one(void)
{
	pthread_attr_t attr;
	pthread_t id;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	r = pthread_create(&id, &attr, nothing, NULL);
	pthread_attr_destroy(&attr);
	return r || pthread_join(id, NULL);
}

static void *worker(void *arg)
{
	struct race *race = arg;
	uint64_t now, latest = 0;

	pin_to((int)atomic_fetch_add(&race->workers, 1));
	for (unsigned i = 0; i < 50; i++) /* the first are dearer */
		if (race->one())
			exit(1);
	while (now_ns() < race->start_ns)
		;
	for (unsigned long i = 0; i < race->count; i++)
		if (race->one())
			exit(1);
	now = now_ns();
	while (latest < now && !atomic_compare_exchange_weak(&race->end_ns, &latest, now))
		;
	return NULL;
}

static int race_processes(struct race *race, unsigned long workers)
{
	for (unsigned long i = 0; i < workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return perror("fork"), 1;
		if (!pid) {
			worker(race);
			_exit(0);
		}
	}
	for (int status; wait(&status) > 0;)
		if (status)
			return 1;
	return 0;
}

static int race_threads(struct race *race, unsigned long workers)
{
	pthread_t *ids = calloc(workers, sizeof *ids);

	for (unsigned long i = 0; i < workers; i++)
		if (pthread_create(&ids[i], NULL, worker, race))
			return perror("pthread_create"), 1;
	for (unsigned long i = 0; i < workers; i++)
		pthread_join(ids[i], NULL);
	free(ids);
	return 0;
}

int main(int argc, char **argv)
{
	struct race *race = mmap(
		NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int threads = argc > 1 && !strcmp(argv[1], "thread");
	unsigned long workers;

	if (argc != 4 || race == MAP_FAILED)
		return fprintf(stderr, "usage: spawn fork|thread WORKERS COUNT\n"), 2;
	workers = number(argv[2]);
	race->count = number(argv[3]);
	race->one = threads ? thread_one : fork_one;
	race->start_ns = now_ns() + LEAD_NS;
	if ((threads ? race_threads : race_processes)(race, workers))
		return 1;
	printf("%.0f\n", (double)(race->end_ns - race->start_ns) / (double)(workers * race->count));
	return 0;
}
