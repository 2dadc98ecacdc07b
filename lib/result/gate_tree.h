/* A gate as members of a JSON object, but for what a replay does not look at. Used within lib/result only. */
#ifndef CB_RESULT_GATE_TREE_H
#define CB_RESULT_GATE_TREE_H

#include "lib/gate/gate.h"
#include "lib/result/json.h"

void cb_gate_tree_add(struct cb_json in, const struct cb_gate *gate);

#endif
