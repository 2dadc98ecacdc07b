/* The tables of modes and dispatches: the one place that knows them all. */
#include "lib/exec/mode.h"

#include <string.h>

#include "lib/exec/dispatch.h"

extern const struct cb_mode cb_mode_serial, cb_mode_processes, cb_mode_threads, cb_mode_hybrid;

const struct cb_mode *const cb_modes[] = {
	&cb_mode_serial,
	&cb_mode_processes,
	&cb_mode_threads,
	&cb_mode_hybrid,
	NULL,
};

const struct cb_dispatch_row cb_dispatches[] = {
	[CB_DISPATCH_STATIC] = { .name = "static",
		.summary = "each worker gets an equal range of units beforehand",
		.cap = CB_CAN_STATIC,
		.lacks = "its units must not be known beforehand",
		.take = cb_take_static },
	[CB_DISPATCH_SHARED] = { .name = "shared",
		.summary = "workers take units from one ticket counter",
		.cap = CB_CAN_SHARED,
		.lacks = "its workers need ranges of their own",
		.take = cb_take_shared },
	[CB_DISPATCH_QUEUE] = { .name = "queue",
		.summary = "the leader puts units into a bounded blocking queue, workers get them",
		.cap = CB_CAN_QUEUE,
		.lacks = "its workers need ranges of their own, or its units are too short",
		.singly = true,
		.handover_ns = 1000,
		.open = cb_tasks_open,
		.feed = cb_tasks_feed,
		.join = cb_tasks_join,
		.leave = cb_tasks_leave,
		.take = cb_take_task },
	[CB_DISPATCH_SPAWN] = { .name = "spawn",
		.summary = "a new process or thread for each unit, as many at a time as there are workers",
		.cap = CB_CAN_SPAWN,
		.lacks = "its workers keep something between units, or its units are too short",
		.singly = true,
		.handover_ns = 50000,
		.join = cb_spawn_join,
		.leave = cb_spawn_leave,
		.take = cb_take_shared,
		.call = cb_spawn_call },
	{ .name = NULL },
};

const struct cb_dispatch_row *cb_dispatch_of(const struct cb_sample_spec *spec)
{
	bool alone = spec->mode && !spec->mode->spawn && spec->dispatch != CB_DISPATCH_STATIC;

	return &cb_dispatches[alone ? CB_DISPATCH_SHARED : spec->dispatch];
}

const struct cb_mode *cb_mode_find(const char *name)
{
	for (size_t i = 0; cb_modes[i]; i++)
		if (!strcmp(cb_modes[i]->name, name))
			return cb_modes[i];
	return NULL;
}
