/*
 * --scan: {name} in a workload specification stands for each value of the scan in turn. Pure. Internal to
 * lib/plan.
 */
#ifndef CB_PLAN_SCAN_H
#define CB_PLAN_SCAN_H

#include "lib/plan/options.h"

/*
 * Every specification of the NULL-terminated list with every combination of the scans it names, in order, the
 * last scan varying fastest. Values are escaped, so that their `,` `:` and `\` stay part of a parameter.
 * *ret is the caller's, to be released by cb_words_release; untouched on failure. Without scans a `{` is a
 * character like any other.
 *
 * Errors: -EINVAL: a scan given twice or used by no specification, a `{` that opens no scan's name; -ERANGE:
 * more than CB_CELLS_MAX specifications; -ENOMEM.
 */
int cb_scan_expand(const char *const *specs, const struct cb_scan *scans, size_t scans_n,
	struct cb_words *ret, struct cb_error *err);

#endif
