/* The table of a run with --fault: what each cell lost, and how soon that was known. */
#ifndef CB_TABLE_FAULT_H
#define CB_TABLE_FAULT_H

#include "cmd/concbench/style.h"
#include "lib/result/result.h"

#include <stdio.h>

void cb_table_fault_print(const struct cb_result *result, FILE *out, const struct cb_style *style);

#endif
