#include "lib/plan/registry.h"

#include <string.h>

const struct cb_workload *cb_registry_find_in(const struct cb_workload *const *registry, const char *name)
{
	for (; *registry; registry++)
		if (!strcmp((*registry)->name, name))
			return *registry;
	return NULL;
}

const struct cb_workload *cb_registry_find(const char *name)
{
	return cb_registry_find_in(cb_registry, name);
}
