/*
 * Small text files of /proc and /sys. Not for the timed region: each call opens, reads and closes.
 */
#ifndef CB_HOST_SYSFILE_H
#define CB_HOST_SYSFILE_H

#include "lib/base/base.h"

/* The first max_bytes of a file as text, to be freed; NULL with errno set when it cannot be read. */
char *cb_sysfile_read(const char *path, size_t max_bytes);
/* The first line, without its end and surrounding blanks, cut to size. 0, or a negative errno and buf is "".
 */
int cb_sysfile_line(const char *path, char *buf, size_t size);
/* A file that holds one number; the word "max" is CB_NONE. 0, negative errno, or -EINVAL for anything else.
 */
int cb_sysfile_u64(const char *path, uint64_t *ret);
/*
 * The number that follows key in lines of "key value" or "key: value"; key must stand at a line's start and
 * be followed by a blank or a colon. CB_NONE when there is none.
 */
uint64_t cb_sysfile_find_u64(const char *text, const char *key);

#endif
