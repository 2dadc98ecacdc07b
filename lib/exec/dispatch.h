/* How units reach a worker, and the timed loop around them. */
#ifndef CB_EXEC_DISPATCH_H
#define CB_EXEC_DISPATCH_H

#include "lib/exec/control.h"

/* A worker's loop: caller-owned, one thread. Set by cb_loop_init, results valid after cb_loop_run. */
struct cb_loop {
	const struct cb_sample_spec *spec;
	struct cb_worker *worker;
	/* the dispatch's, of cb_dispatches */
	uint64_t (*take)(struct cb_loop *, uint64_t *ret_first);
	int (*call)(struct cb_loop *, uint64_t first, uint64_t n);
	_Atomic uint64_t *ticket, *progress;
	struct cb_histogram *histogram; /* NULL: timing is none */
	struct cb_error *err;
	uint64_t next, end;        /* static: what is left of the worker's own range */
	uint64_t batch, batch_max; /* units to take next */
	bool automatic;
	uint64_t timing_left; /* sampled: batches until the next timed unit */
	uint64_t last_ns;     /* latest clock reading */
	uint64_t units, batches;
	uint64_t end_ns; /* when the last completed unit was done, at most one empty ticket later */
};

void cb_loop_init(struct cb_loop *loop, const struct cb_sample_spec *spec, struct cb_control *control,
	struct cb_worker *worker, struct cb_slot *slot);
/*
 * The timed region: does units until none is left. start_ns: now. Returns 0 or what run returned. Allocates
 * nothing, locks nothing; writes shared memory only to take a ticket.
 */
int cb_loop_run(struct cb_loop *loop, uint64_t start_ns);
/* Does units first..first+n-1 as the dispatch does them. Returns what run returned. */
int cb_loop_call(struct cb_loop *loop, uint64_t first, uint64_t n);

/* How the dispatches of those names take units: see struct cb_dispatch_row. */
uint64_t cb_take_static(struct cb_loop *loop, uint64_t *ret_first);
uint64_t cb_take_shared(struct cb_loop *loop, uint64_t *ret_first);

/* First unit of worker index's static range: units spread so that ranges differ by one at most. */
uint64_t cb_static_first(uint64_t units, unsigned index, unsigned count);

#endif
