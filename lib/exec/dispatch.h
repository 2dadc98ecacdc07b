/* How units reach a worker, and the timed loop around them. */
#ifndef CB_EXEC_DISPATCH_H
#define CB_EXEC_DISPATCH_H

#include <pthread.h>

#include "lib/exec/control.h"

/* A worker's loop: caller-owned, one thread. Set by cb_loop_init, results valid after cb_loop_run. */
struct cb_loop {
	const struct cb_sample_spec *spec;
	struct cb_worker *worker;
	struct cb_slot *slot;
	const struct cb_dispatch_row *row;
	/* the row's own */
	uint64_t (*take)(struct cb_loop *, uint64_t *ret_first);
	int (*call)(struct cb_loop *, uint64_t first, uint64_t n);
	_Atomic uint64_t *ticket, *progress;
	struct cb_histogram *histogram; /* NULL: timing is none */
	struct cb_error *err;
	uint64_t next, end;        /* static: what is left of the worker's own range */
	uint64_t batch, batch_max; /* units to take next */
	bool automatic;
	uint64_t timing_left;   /* sampled: batches until the next timed unit */
	uint64_t last_ns;       /* latest clock reading */
	struct cb_queue *queue; /* queue: where units come from, */
	unsigned user;          /* the worker's number there, */
	uint64_t idle_ns;       /* and since when it waits for the next unit; 0: it does not */
	pthread_attr_t attr;    /* spawn: of the units' threads, */
	char *stack;            /* their stack, with its guard page, */
	struct cb_usage spent;  /* and what the contexts of units used in all */
	uint64_t units, batches;
	uint64_t end_ns; /* when the last completed unit was done, at most one empty ticket later */
};

void cb_loop_init(struct cb_loop *loop, const struct cb_sample_spec *spec, struct cb_control *control,
	struct cb_worker *worker, struct cb_slot *slot);
/* In the worker's own context, untimed, around warm-up and timed region. */
int cb_loop_join(struct cb_loop *loop, struct cb_error *err);
void cb_loop_leave(struct cb_loop *loop);
/*
 * The timed region: does units until none is left. start_ns: now. Returns 0 or what run returned. Allocates
 * nothing, locks nothing; writes shared memory only to take a ticket.
 */
int cb_loop_run(struct cb_loop *loop, uint64_t start_ns);
/* Does units first..first+n-1 as the dispatch does them. Returns what run returned. */
int cb_loop_call(struct cb_loop *loop, uint64_t first, uint64_t n);

/* How a worker takes units: see struct cb_dispatch_row. */
uint64_t cb_take_static(struct cb_loop *loop, uint64_t *ret_first);
uint64_t cb_take_shared(struct cb_loop *loop, uint64_t *ret_first);
uint64_t cb_take_task(struct cb_loop *loop, uint64_t *ret_first);

/* The rest of the rows of queue and spawn. */
int cb_tasks_open(struct cb_crew *crew, struct cb_error *err);
int cb_tasks_feed(struct cb_crew *crew);
int cb_tasks_join(struct cb_loop *loop, struct cb_error *err);
void cb_tasks_leave(struct cb_loop *loop);
int cb_spawn_join(struct cb_loop *loop, struct cb_error *err);
void cb_spawn_leave(struct cb_loop *loop);
int cb_spawn_call(struct cb_loop *loop, uint64_t first, uint64_t n);

/* First unit of worker index's static range: units spread so that ranges differ by one at most. */
uint64_t cb_static_first(uint64_t units, unsigned index, unsigned count);

#endif
