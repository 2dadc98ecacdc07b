/*
 * Workloads from shared objects. The harness never runs a plugin's code: a throw-away child loads the file
 * and tells what is in it, and every later child that needs a workload (leader, prepare, expect, the hooks of
 * planning) loads it anew. What the harness works with is a description: a copy of the workload and its
 * tables whose hooks are not to be called. They only say which hooks there are.
 */
#ifndef CB_EXEC_PLUGIN_H
#define CB_EXEC_PLUGIN_H

#include "lib/base/base.h"

struct cb_plugin_file;

/*
 * Describes the shared object at path, which is made absolute: nothing is searched. Errors, with a sentence
 * that names the file: the errno of finding and reading it; -EINVAL: no shared object, exports no workloads,
 * another ABI, a workload that breaks the contract; -ETIMEDOUT, -ECANCELED: it hung, crashed or exited while
 * it was loaded; -ENOMEM. As cb_guard_run: for a single-threaded process while no sample runs.
 */
int cb_plugin_file_load(const char *path, struct cb_plugin_file **ret, struct cb_error *err);
/* NULL-safe. Its workloads must not be in use any more. */
void cb_plugin_file_free(struct cb_plugin_file *file);

/* Number n of its workloads, NULL: there is none. Belongs to the file. */
const struct cb_workload *cb_plugin_file_workload(const struct cb_plugin_file *file, unsigned n);

/* The file that a workload comes from: its absolute path, size and CRC-32. NULL: it is built in. */
const struct cb_file *cb_workload_file(const struct cb_workload *workload);

/*
 * The workload itself: a built-in one as it is, a plugin's loaded into the calling process, which must be a
 * child of the harness that ends by _exit. NULL with a reason: the file has changed since it was described,
 * or does not load.
 */
const struct cb_workload *cb_workload_enter(const struct cb_workload *workload, struct cb_error *err);

#endif
