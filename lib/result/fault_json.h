/* What a fault on purpose did, as JSON. */
#ifndef CB_RESULT_FAULT_JSON_H
#define CB_RESULT_FAULT_JSON_H

#include "lib/result/json.h"
#include "lib/result/result.h"

/* The fault that was asked for, under the key "fault"; nothing where there was none. */
void cb_json_fault_asked(struct cb_json in, const struct cb_fault *fault);
/* What it did in one sample, under the same key. */
void cb_json_fault_sample(struct cb_json in, const struct cb_fault_outcome *fault);
/* What it did in the samples of a cell, under the same key; nothing where it struck in none. */
void cb_json_fault_summary(struct cb_json in, const struct cb_cell_result *cell);

#endif
