/* JSON to standard output, which may be a full device or a pipe that does not block. */
#ifndef CB_STDOUT_JSON_H
#define CB_STDOUT_JSON_H

#include <stddef.h>

/*
 * Before anything is measured: 0, or an exit status and it has complained, when standard output is not open
 * for writing or is a device that is full, so that what is written in one go at the end would be lost.
 */
int cb_stdout_check(void);
/* A put of cb_result_write. Waits where a pipe does not block; returns 0 or a negative errno. */
int cb_stdout_put(void *arg, const char *text, size_t n);

#endif
