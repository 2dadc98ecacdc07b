/*
 * spawn fork|kin|thread WORKERS COUNT [LIBRARY...]: ns to create a child that does nothing and to wait for
 * its end, COUNT times one after another. WORKERS processes do so at once (for thread: threads of one
 * process), each on a CPU of its own. Printed is the time from the common start to the last end, divided by
 * all children.
 *
 * kin: fork, and the child does what concbench's has to: it asks to die with its parent, and hands back a
 * result through shared memory. LIBRARY...: loaded before, as each mapping is copied by each fork.
 */
#include "tests/bench/bare.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024) /* as concbench's */
#define LEAD_NS     50000000     /* what all workers have until the start, their first children included */
#define WORKERS_MAX 64

static _Thread_local unsigned mine; /* the worker's number */

/* Shared between main and workers. */
struct race {
	uint64_t start_ns;
	unsigned long count;
	int (*one)(struct race *);
	_Atomic uint64_t end_ns; /* the latest */
	_Atomic unsigned workers;
	_Alignas(128) _Atomic unsigned long results[WORKERS_MAX][16];
};

static int fork_one(struct race *race)
{
	pid_t pid = fork();

	(void)race;
	if (!pid)
		_exit(0);
	return pid < 0 || waitpid(pid, NULL, 0) != pid;
}

static int fork_kin(struct race *race)
{
	_Atomic unsigned long *result = race->results[mine];
	unsigned long before = atomic_load_explicit(result, memory_order_relaxed);
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		atomic_store_explicit(result, before + 1, memory_order_release);
		_exit(0);
	}
	return pid < 0 || waitpid(pid, NULL, 0) != pid ||
	       atomic_load_explicit(result, memory_order_acquire) != before + 1;
}

static void *nothing(void *arg)
{
	return arg;
}

static int thread_one(struct race *race)
{
	pthread_attr_t attr;
	pthread_t id;
	int r;

	(void)race;
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

	mine = atomic_fetch_add(&race->workers, 1);
	pin_to((int)mine);
	for (unsigned i = 0; i < 50; i++) /* the first are dearer */
		if (race->one(race))
			exit(1);
	while (now_ns() < race->start_ns)
		;
	for (unsigned long i = 0; i < race->count; i++)
		if (race->one(race))
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

/* What a worker does again and again; NULL: there is no such thing. */
static int (*one_of(const char *how))(struct race *)
{
	if (!strcmp(how, "fork"))
		return fork_one;
	if (!strcmp(how, "kin"))
		return fork_kin;
	return strcmp(how, "thread") ? NULL : thread_one;
}

int main(int argc, char **argv)
{
	struct race *race = mmap(
		NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int (*one)(struct race *) = argc > 1 ? one_of(argv[1]) : NULL;
	unsigned long workers;

	if (argc < 4 || !one || race == MAP_FAILED)
		return fprintf(stderr, "usage: spawn fork|kin|thread WORKERS COUNT [LIBRARY...]\n"), 2;
	workers = number(argv[2]);
	if (workers > WORKERS_MAX)
		return fprintf(stderr, "no more than %d workers\n", WORKERS_MAX), 2;
	for (int i = 4; i < argc; i++)
		if (!dlopen(argv[i], RTLD_NOW))
			return fprintf(stderr, "%s\n", dlerror()), 1;
	race->count = number(argv[3]);
	race->one = one;
	race->start_ns = now_ns() + LEAD_NS;
	if ((one == thread_one ? race_threads : race_processes)(race, workers))
		return 1;
	printf("%.0f\n", (double)(race->end_ns - race->start_ns) / (double)(workers * race->count));
	return 0;
}
