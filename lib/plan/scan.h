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
 * command: NULL, or one more specification, whose quotes are those of cb_format_command: a value stays within
 * the quotes that it is put into, and a brace that names no scan is one of the command's own.
 *
 * Errors: -EINVAL: a scan given twice or used by no specification, a `{` that opens no scan's name; -ERANGE:
 * more than CB_CELLS_MAX specifications; -ENOMEM.
 */
int cb_scan_expand(const char *const *specs, const char *command, const struct cb_scan *scans, size_t scans_n,
	struct cb_words *ret, struct cb_error *err);

#endif
