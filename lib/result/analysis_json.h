/* The document "concbench.analysis/1" (docs/analysis.schema.json). */
#ifndef CB_RESULT_ANALYSIS_JSON_H
#define CB_RESULT_ANALYSIS_JSON_H

#include "lib/analyze/analyze.h"

/* A case a line. Returns 0, -ENOMEM, or what put returned first. files are those that were analysed. */
int cb_analysis_json_write(const struct cb_analysis *analysis, const struct cb_stored *files, unsigned n,
	int (*put)(void *arg, const char *text, size_t n), void *arg);

#endif
