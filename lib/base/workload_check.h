/* Whether a workload keeps the contract of lib/workload.h, as far as its tables show. Pure. */
#ifndef CB_BASE_WORKLOAD_CHECK_H
#define CB_BASE_WORKLOAD_CHECK_H

#include "lib/base/base.h"

#define CB_CLASSES 8 /* of enum cb_class */

/*
 * Checks what is not a matter of taste: names, tables and hooks that must or must not be there, defaults that
 * are valid. Calls no hook. Returns 0 or -EINVAL with a sentence that begins with the workload's name. Its
 * strings and tables must be readable.
 */
int cb_workload_check(const struct cb_workload *workload, struct cb_error *err);

#endif
