/*
 * Small pure helpers without a better home. Nothing here knows of workloads' meaning, hosts or JSON.
 */
#ifndef CB_BASE_H
#define CB_BASE_H

#include "lib/workload.h"

#define CB_NONE UINT64_MAX /* a count or time that was not measured: its JSON key is absent */

#define CB_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
