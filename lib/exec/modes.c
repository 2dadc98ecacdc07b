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
		.take = cb_take_static },
	[CB_DISPATCH_SHARED] = { .name = "shared",
		.summary = "workers take units from one ticket counter",
		.cap = CB_CAN_SHARED,
		.take = cb_take_shared },
	{ .name = NULL },
};

const struct cb_mode *cb_mode_find(const char *name)
{
	for (size_t i = 0; cb_modes[i]; i++)
		if (!strcmp(cb_modes[i]->name, name))
			return cb_modes[i];
	return NULL;
}
