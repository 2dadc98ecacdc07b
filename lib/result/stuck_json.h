/* Stuck workers in the result file. Within lib/result only. */
#ifndef CB_RESULT_STUCK_JSON_H
#define CB_RESULT_STUCK_JSON_H

#include "lib/exec/stuck.h"
#include "lib/result/json.h"

/* Adds the object "stuck" of a cell. locks: the workload's names, or NULL. stuck NULL: adds nothing. */
void cb_json_stuck(struct cb_json in, const struct cb_stuck *stuck, const char *const *locks);

#endif
