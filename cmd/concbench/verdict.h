/*
 * One sentence for each group that answers the question: which way of running this work is fastest, and is
 * that shown or only luck? The cell with the highest rate is held against each other one by the ratio of the
 * two in the blocks they have in common: it is called fastest only when every such interval is above 1; else
 * those whose interval is not are named as not distinguishable from it.
 */
#ifndef CB_VERDICT_H
#define CB_VERDICT_H

#include "lib/result/result.h"

/* Writes the sentence for a group of the result into buf: without a full stop, "" when no cell was measured.
 */
void cb_verdict(const struct cb_result *result, unsigned group, char *buf, size_t size);

#endif
