/* Where results and scratch files go by default, and files that are read as a whole. */
#ifndef CB_FILES_H
#define CB_FILES_H

#include "lib/host/host.h"
#include "lib/result/result.h"

/*
 * results/[PREFIX-]HOST[-TIME].json, its folder made; prefix "" is none. stamped: with the time, so that no
 * other result has the name. Allocated; NULL: no memory or no folder, and has complained.
 */
char *cb_default_path(const char *prefix, const struct cb_host *host, bool stamped);

/*
 * Where a command's document goes: to output, "-" being standard output; where that is NULL to a file by
 * cb_default_path on a terminal, else to standard output. Sets *ret_path, allocated, and *ret_saving where it
 * goes to a file, which saver then has open. Returns an exit status, and has complained.
 */
int cb_open_output(const char *output, const char *prefix, const struct cb_host *host, bool stamped,
	struct cb_saver *saver, char **ret_path, bool *ret_saving);

/*
 * Sets *dir, allocated or NULL, to the folder of scratch files where the user names none: $TMPDIR, else
 * /var/tmp. A negative errno with a sentence when files cannot be made in it.
 */
int cb_scratch_dir(char **dir, struct cb_error *err);

/*
 * The n bytes of a regular file of at most max bytes, and a NUL behind them; allocated. NULL: *err says why:
 * an errno of the file, -EINVAL for another kind of file or a larger one, -ENOMEM.
 */
char *cb_read_file(const char *path, size_t max, size_t *ret_n, struct cb_error *err);

#endif
