/* Sentences and shapes for people; amounts are in lib/base/amount.h. Buffers hold at least CB_HUMAN bytes;
 * each function returns its buffer.
 */
#ifndef CB_HUMAN_H
#define CB_HUMAN_H

#include "lib/base/amount.h"
#include "lib/exec/mode.h"

/* Workers as PxT where processes run threads, else their number: "2x2", "4". */
char *cb_human_shape(const struct cb_shape *shape, char *buf);

/*
 * Prints text to out, broken between words so that lines stay within width; the first line starts at column
 * indent, where the caller stands, the others are indented to it. Ends the line.
 */
void cb_wrap(FILE *out, const char *text, unsigned indent, unsigned width);

#endif
