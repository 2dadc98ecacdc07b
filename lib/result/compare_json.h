/* The document "concbench.compare/1" (docs/compare.schema.json). */
#ifndef CB_RESULT_COMPARE_JSON_H
#define CB_RESULT_COMPARE_JSON_H

#include "lib/analyze/compare.h"

/* A pair a line. Returns 0, -ENOMEM, or what put returned first. */
int cb_compare_json_write(
	const struct cb_comparison *comparison, int (*put)(void *arg, const char *text, size_t n), void *arg);

#endif
