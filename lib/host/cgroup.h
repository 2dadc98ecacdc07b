/*
 * Where this process stands in the control groups: which folders hold the limits that bind it.
 *
 * Version 1, version 2 and both at once are looked at, wherever they are mounted and however often. Inside a
 * container only a part of the tree may be visible: what cannot be seen is not reported.
 */
#ifndef CB_HOST_CGROUP_H
#define CB_HOST_CGROUP_H

#include "lib/base/base.h"

enum cb_cgroup_version { CB_CGROUP_V1 = 1, CB_CGROUP_V2 = 2 };

/*
 * Calls visit for the folder of this process and each visible ancestor of it, the nearest first, in every
 * mounted hierarchy that may hold controller ("cpu", "memory", "pids"): version 1's own and the unified one.
 * A folder may come twice, and need not exist. root is "/" or, in tests, a folder that holds
 * proc/self/mountinfo, proc/self/cgroup and the mount points. dir is only lent. Returns 0 or the negative
 * errno for which either file could not be read.
 */
typedef void cb_cgroup_visit(void *arg, const char *dir, enum cb_cgroup_version version);
int cb_cgroup_each(const char *root, const char *controller, cb_cgroup_visit *visit, void *arg);

/*
 * The part of a process's cgroup path that lies below a mount's root: "" when it is that root, else "/a/b".
 * Both as the kernel shows them, relative to the reader's cgroup namespace, so either may start with "/..".
 * When the mount's root is an unnamed ancestor of ours, the names in between cannot be known and "" is
 * returned: the mount point itself still binds us. NULL when the mount does not show our cgroup. The result
 * points into path or is a literal.
 */
const char *cb_cgroup_below(const char *path, const char *mount_root);

#endif
