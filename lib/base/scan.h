/*
 * The smallest pieces that the parsers share. Internal to lib/base; users of the library want parse.h.
 */
#ifndef CB_BASE_SCAN_H
#define CB_BASE_SCAN_H

#include "lib/base/parse.h"

#define CB_SPEC_NAME                                                                          \
	"abcdefghijklmnopqrstuvwxyz0123456789_" /* characters of workload and parameter names \
						 */
#define CB_LABEL_NAME CB_SPEC_NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-"

/*
 * The decimal digits at *at; *at moves behind the last of them. Returns 0; -EINVAL: there is no digit;
 * -ERANGE: the value needs more than 64 bits (*at has moved all the same). *ret_value is set on success only.
 */
int cb_scan_digits(const char **at, uint64_t *ret_value);

/*
 * The text at *at up to the first unescaped character of stops or to its end, without the escapes; *at moves
 * to that character. *ret is the caller's. Errors: -EINVAL: a `\` before anything but `,` `:` `\` and three
 * octal digits, a byte that is not 0; -ENOMEM.
 */
int cb_scan_escaped(const char **at, const char *stops, char **ret, struct cb_error *err);

/* Errors in words that all parsers have in common. Each returns its code. */
int cb_error_no_memory(struct cb_error *err);
int cb_error_too_small(const char *text, const char *least, struct cb_error *err);
int cb_error_too_large(const char *text, const char *most, struct cb_error *err);

#endif
