/*
 * One sentence for each group that answers the question: which way of running this work is fastest, and is
 * that shown or only luck? A cell is called fastest only when its interval overlaps no other's; else those
 * that overlap are named as not distinguishable.
 */
#ifndef CB_VERDICT_H
#define CB_VERDICT_H

#include "lib/result/result.h"

/* Writes the sentence for a group of the result into buf: without a full stop, "" when no cell was measured.
 */
void cb_verdict(const struct cb_result *result, unsigned group, char *buf, size_t size);

#endif
