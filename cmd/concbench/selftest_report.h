/* A self-test for people: text for a terminal, Markdown for a document or a CI job's summary. */
#ifndef CB_SELFTEST_REPORT_H
#define CB_SELFTEST_REPORT_H

#include "lib/result/selftest_json.h"

/* document->summary is there. disturbance: its name. */
void cb_selftest_report(
	const struct cb_selftest_document *document, const char *disturbance, bool markdown, FILE *out);

#endif
