/*
 * hwloc, in memory only while a topology is read. A program that is linked with it carries its mappings, and
 * those of what it needs itself, into every process that it ever forks: 12 of them, which cost each worker
 * process a tenth of its life. The types are those of the header compiled against, so a call is checked like
 * any other.
 */
#ifndef CB_HOST_HWLOC_LIBRARY_H
#define CB_HOST_HWLOC_LIBRARY_H

#include <hwloc.h>

#include "lib/workload.h"

/* The functions that are called; inline ones of the header are no part of the library. */
#define CB_HWLOC_FUNCTIONS(_)                  \
	_(hwloc_topology_init)                 \
	_(hwloc_topology_set_all_types_filter) \
	_(hwloc_topology_set_type_filter)      \
	_(hwloc_topology_set_flags)            \
	_(hwloc_topology_set_synthetic)        \
	_(hwloc_topology_load)                 \
	_(hwloc_topology_is_thissystem)        \
	_(hwloc_topology_destroy)              \
	_(hwloc_get_type_depth)                \
	_(hwloc_get_nbobjs_by_depth)           \
	_(hwloc_get_obj_by_depth)              \
	_(hwloc_obj_type_is_cache)             \
	_(hwloc_bitmap_first)

#define CB_HWLOC_POINTER(name) __typeof__(name) *(name);

struct cb_hwloc {
	void *handle; /* dlopen's; NULL: not open */
	CB_HWLOC_FUNCTIONS(CB_HWLOC_POINTER)
};

/* The file name of the library whose header was compiled against. */
extern const char cb_hwloc_name[];

/* Loads the named library. -ENOENT with the loader's words: it is not there, or lacks a function. */
int cb_hwloc_open(const char *name, struct cb_hwloc *ret, struct cb_error *err);
/* Unloads it; all that it allocated must have been freed by it. Accepts a zeroed struct. */
void cb_hwloc_close(struct cb_hwloc *hwloc);

#endif
