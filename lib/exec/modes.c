/* The table of modes: the one place that knows them all. */
#include "lib/exec/mode.h"

#include <string.h>

extern const struct cb_mode cb_mode_serial, cb_mode_processes, cb_mode_threads, cb_mode_hybrid;

const struct cb_mode *const cb_modes[] = {
	&cb_mode_serial,
	&cb_mode_processes,
	&cb_mode_threads,
	&cb_mode_hybrid,
	NULL,
};

const struct cb_dispatch_row cb_dispatches[] = {
	[CB_DISPATCH_STATIC] = { "static", "each worker gets an equal range of units beforehand",
		CB_CAN_STATIC },
	[CB_DISPATCH_SHARED] = { "shared", "workers take units from one ticket counter", CB_CAN_SHARED },
	{ NULL, NULL, 0 },
};

const struct cb_mode *cb_mode_find(const char *name)
{
	for (size_t i = 0; cb_modes[i]; i++)
		if (!strcmp(cb_modes[i]->name, name))
			return cb_modes[i];
	return NULL;
}
