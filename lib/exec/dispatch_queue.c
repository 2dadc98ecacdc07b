/*
 * Dispatch queue: units go through one bounded blocking queue (lib/workload_queue.h), as tasks do in a pool.
 * The leader's main thread feeds it, from the opening of the gate on: it has nothing else to do then, it is
 * no worker's, and it can look after deaths between two tasks. It is pinned nowhere and competes with the
 * workers for the CPUs, as a pool's feeder does. A task is a batch of units; closing the queue ends the
 * workers.
 *
 * A worker's end is its last unit: when a worker finds the queue empty it takes the time, and only then
 * waits.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/exec/crew.h"
#include "lib/exec/dispatch.h"
#include "lib/host/clock.h"
#include "lib/host/host.h"
#include "lib/workload_queue.h"

#define TASKS_MIN    64u      /* the queue holds as many, */
#define TASKS_WORKER 4u       /* or as many for each worker */
#define LOOK_NS      5000000u /* how often the feeder looks after deaths, */
#define LOOK_TASKS   256u     /* which it considers each so many tasks */

struct task {
	uint64_t first, n;
};

/* Whether the feeder has a CPU beside those of workers and partners. */
static bool feeder_fits(const struct cb_sample_spec *spec)
{
	unsigned cpus = spec->host ? spec->host->allowance.usable : spec->env.cpus;

	return spec->fits && cpus > spec->shape.workers + spec->partners;
}

int cb_tasks_open(struct cb_crew *crew, struct cb_error *err)
{
	unsigned users = crew->workers + 1;
	uint64_t capacity = (uint64_t)crew->workers * TASKS_WORKER;
	size_t bytes;
	void *p;
	int r;

	capacity = capacity > TASKS_MIN ? capacity : TASKS_MIN;
	bytes = cb_queue_bytes(capacity, sizeof(struct task), users);
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "no memory for a queue of %u users", users);
	r = cb_queue_init(
		p, capacity, sizeof(struct task), users, feeder_fits(crew->spec) ? CB_QUEUE_SPINS : 0);
	if (r)
		return cb_error_set(err, r, "cannot make a queue of %u users: %s", users, strerror(-r));
	crew->control->queue = p;
	return 0;
}

int cb_tasks_join(struct cb_loop *loop, struct cb_error *err)
{
	int user = cb_queue_attach(loop->queue, loop->worker->index);

	if (user < 0)
		return cb_error_set(err, user, "cannot attach to the queue of units: %s", strerror(-user));
	loop->user = (unsigned)user;
	return 0;
}

void cb_tasks_leave(struct cb_loop *loop)
{
	cb_queue_detach(loop->queue, loop->user);
}

uint64_t cb_take_task(struct cb_loop *loop, uint64_t *ret_first)
{
	struct task task;
	uint64_t word;
	int r = cb_queue_try_get(loop->queue, loop->user, &task, &word);

	loop->idle_ns = 0;
	if (r == -EAGAIN) {
		loop->idle_ns = cb_now_ns();
		r = cb_queue_get(loop->queue, loop->user, &task, CB_QUEUE_FOREVER);
	}
	if (r)
		return 0; /* closed and drained */
	*ret_first = task.first;
	return task.n;
}

/* Where the feeder stands. */
struct feeder {
	struct cb_crew *crew;
	struct cb_queue *queue;
	unsigned user, tasks;
	uint64_t looked_ns;
};

/* Looks for deaths and failures when the last time was LOOK_NS ago. */
static int look(struct feeder *f)
{
	uint64_t now = cb_now_ns();

	if (now - f->looked_ns < LOOK_NS)
		return 0;
	f->looked_ns = now;
	return cb_crew_check(f->crew);
}

static int put_task(struct feeder *f, const struct task *task)
{
	int r = ++f->tasks % LOOK_TASKS ? 0 : look(f);

	while (!r) {
		r = cb_queue_put(f->queue, f->user, task, LOOK_NS);
		if (r != -ETIMEDOUT)
			return r;
		r = look(f);
	}
	return r;
}

int cb_tasks_feed(struct cb_crew *crew)
{
	const struct cb_sample_spec *spec = crew->spec;
	struct feeder f = { .crew = crew, .queue = crew->control->queue, .looked_ns = cb_now_ns() };
	struct task task = { .n = spec->batch ? spec->batch : 1 };
	int r = cb_queue_attach(f.queue, crew->workers);

	if (r < 0)
		return r;
	f.user = (unsigned)r;
	for (r = 0; task.first < spec->units && !r; task.first += task.n) {
		if (task.n > spec->units - task.first)
			task.n = spec->units - task.first;
		r = put_task(&f, &task);
	}
	cb_queue_close(f.queue);
	cb_queue_detach(f.queue, f.user);
	return r;
}
