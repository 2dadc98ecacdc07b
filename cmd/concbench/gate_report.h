/* A gate for people: text for a terminal, Markdown for the summary of a CI job. */
#ifndef CB_GATE_REPORT_H
#define CB_GATE_REPORT_H

#include "lib/gate/gate.h"

/* A line for each cell with its effect, verdict and what could have been found, then what holds for all. */
void cb_gate_report_text(const struct cb_gate *gate, FILE *out);
/* The same as Markdown, in which nothing of the names is markup. */
void cb_gate_report_markdown(const struct cb_gate *gate, FILE *out);

#endif
