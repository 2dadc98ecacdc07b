/*
 * Modes: how workers come to exist. A mode is one file lib/exec/mode_NAME.c and one row in lib/exec/modes.c.
 * It only creates contexts: pinning, gate, timing and errors exist once, in the worker body
 * (lib/exec/body.c).
 */
#ifndef CB_EXEC_MODE_H
#define CB_EXEC_MODE_H

#include "lib/base/base.h"

struct cb_crew;
struct cb_loop;
struct cb_sample_spec;

/* How W workers are arranged. Always processes x threads == workers. */
struct cb_shape {
	unsigned workers, processes, threads;
};

/* What shape() is asked for. */
struct cb_shape_request {
	unsigned workers;                      /* W; for serial ignored */
	unsigned want_processes, want_threads; /* --shape; 0: choose */
	unsigned numa_nodes, llcs; /* of the CPUs in use: hybrid's default is a process for each */
};

/* How a worker of a mode gives units a context of their own (dispatch spawn). */
struct cb_spawn {
	/* Timed: does units first..first+n-1 in a new context, and returns what run returned there. */
	int (*call)(struct cb_loop *loop, uint64_t first, uint64_t n);
	/* In the worker, untimed, before the first and after the last. NULL: nothing. */
	int (*join)(struct cb_loop *loop, struct cb_error *err);
	void (*leave)(struct cb_loop *loop);
};
extern const struct cb_spawn cb_spawn_process, cb_spawn_thread;

struct cb_mode {
	const char *name, *summary;
	unsigned cap; /* the CB_CAN_* bit that a workload needs */
	/* Arranges workers, or returns -EINVAL with a reason why it cannot. Pure. */
	int (*shape)(const struct cb_shape_request *request, struct cb_shape *ret, struct cb_error *err);
	/*
	 * In a sample's leader: gets cb_crew_body() called once for each index 0..workers+partners-1, in
	 * contexts of its own making, calls cb_crew_lead() when all exist, and returns when all are joined or
	 * reaped.
	 */
	int (*execute)(struct cb_crew *crew, struct cb_error *err);
	const struct cb_spawn *spawn; /* NULL: there is nothing but the one worker, and no dispatch */
};

/* NULL-terminated, in the order of their names on the command line. */
extern const struct cb_mode *const cb_modes[];
const struct cb_mode *cb_mode_find(const char *name);

enum cb_dispatch { CB_DISPATCH_STATIC, CB_DISPATCH_SHARED, CB_DISPATCH_QUEUE, CB_DISPATCH_SPAWN };
/* How units reach workers. One row a dispatch, indexed by enum cb_dispatch; ends with name NULL. */
struct cb_dispatch_row {
	const char *name, *summary;
	unsigned cap;      /* the CB_CAN_* bit that a workload needs */
	const char *lacks; /* why workloads lack it, for the sentence that skips a cell */
	bool singly;       /* automatic batches are of one unit: handing over is what is measured */
	/* About what handing out one unit costs, where that is much more than a ticket: trials then do fewer
	 * units. */
	unsigned handover_ns;
	/* In the leader, before workers exist: makes what they share. NULL: nothing. */
	int (*open)(struct cb_crew *crew, struct cb_error *err);
	/*
	 * In the leader, once the gate is open: hands out all units. NULL: workers take them without it.
	 * -ECANCELED: a worker died or failed.
	 */
	int (*feed)(struct cb_crew *crew);
	/* In a worker, untimed, before its first unit and after its last. NULL: nothing. */
	int (*join)(struct cb_loop *loop, struct cb_error *err);
	void (*leave)(struct cb_loop *loop);
	/* Timed, in a worker: takes up to loop->batch units. Returns how many, from *ret_first; 0: none is
	 * left. */
	uint64_t (*take)(struct cb_loop *loop, uint64_t *ret_first);
	/* Timed, in a worker: does units and returns what run returned. NULL: calls the workload's run. */
	int (*call)(struct cb_loop *loop, uint64_t first, uint64_t n);
};
extern const struct cb_dispatch_row cb_dispatches[];
/* The dispatch that a sample really has: a worker who is the only one for ever takes tickets. */
const struct cb_dispatch_row *cb_dispatch_of(const struct cb_sample_spec *spec);

#endif
