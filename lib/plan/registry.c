#include "lib/plan/registry.h"

#include <string.h>

const struct cb_workload *cb_registry_find(const char *name)
{
	for (const struct cb_workload *const *w = cb_registry; *w; w++)
		if (!strcmp((*w)->name, name))
			return *w;
	return NULL;
}
