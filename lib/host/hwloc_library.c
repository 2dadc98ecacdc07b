#include "lib/host/hwloc_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "lib/base/base.h"

_Static_assert(HWLOC_API_VERSION >= 0x00020000, "hwloc 2 is needed");

/* All of hwloc 2 have this soname; what comes after may differ, and is taken as it was built against. */
#if HWLOC_API_VERSION < 0x00030000
const char cb_hwloc_name[] = "libhwloc.so.15";
#else
const char cb_hwloc_name[] = "libhwloc.so";
#endif

#define TEXT(name)     TEXT_OF(name) /* with what rename.h makes of it */
#define TEXT_OF(name)  #name
#define FUNCTION(name) { TEXT(name), offsetof(struct cb_hwloc, name) },

static const struct {
	const char *name;
	size_t offset;
} functions[] = { CB_HWLOC_FUNCTIONS(FUNCTION) };

int cb_hwloc_open(const char *name, struct cb_hwloc *ret, struct cb_error *err)
{
	struct cb_hwloc hwloc = { .handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) };

	if (!hwloc.handle)
		return cb_error_set(err, -ENOENT, "hwloc cannot be loaded: %s", dlerror());
	for (size_t i = 0; i < CB_COUNT(functions); i++) {
		void *function = dlsym(hwloc.handle, functions[i].name);

		if (!function) {
			cb_hwloc_close(&hwloc);
			return cb_error_set(
				err, -ENOENT, "%s lacks the function %s", name, functions[i].name);
		}
		memcpy((char *)&hwloc + functions[i].offset, &function, sizeof function);
	}
	*ret = hwloc;
	return 0;
}

void cb_hwloc_close(struct cb_hwloc *hwloc)
{
	if (hwloc->handle)
		dlclose(hwloc->handle);
	*hwloc = (struct cb_hwloc){ 0 };
}
