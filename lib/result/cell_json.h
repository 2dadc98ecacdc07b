/* A cell as one line of the result file. Used within lib/result only. */
#ifndef CB_RESULT_CELL_JSON_H
#define CB_RESULT_CELL_JSON_H

#include "lib/result/result.h"

/*
 * Writes the cell as one object, without a newline, by many calls of put. Takes private memory for one of its
 * samples at a time. Returns 0, put's first negative errno, or -ENOMEM.
 */
int cb_cell_json_write(const struct cb_result *result, const struct cb_cell_result *cell,
	int (*put)(void *arg, const char *text, size_t n), void *arg);

#endif
