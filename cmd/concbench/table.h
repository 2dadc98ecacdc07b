/* A result as a table for people: a row for each cell, a heading and a closing sentence for each group. */
#ifndef CB_TABLE_H
#define CB_TABLE_H

#include "cmd/concbench/style.h"
#include "lib/result/result.h"

/* Prints the whole result to out. Returns 0, or -ENOMEM and has printed nothing. */
int cb_table_print(const struct cb_result *result, FILE *out, const struct cb_style *style);
/* Whether any cell was measured. */
bool cb_table_has_numbers(const struct cb_result *result);

#endif
