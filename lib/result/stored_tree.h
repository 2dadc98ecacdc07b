/* What a stored result takes from the JSON trees of its file. Used within lib/result only. */
#ifndef CB_RESULT_STORED_TREE_H
#define CB_RESULT_STORED_TREE_H

#include "lib/result/stored.h"

struct cJSON;

#define CB_STORED_SCHEMA "concbench.result/1"

/*
 * Everything but the cells, into a zeroed *stored; what was taken is the caller's to release in any case.
 * -EPROTO: another schema; -ENOMEM.
 */
int cb_stored_take_front(struct cb_stored *stored, const struct cJSON *in);
/* Appends a cell. -EBADMSG: it lacks what every cell has; -ENOMEM. What was taken is there to be released. */
int cb_stored_take_cell(struct cb_stored *stored, const struct cJSON *in);
void cb_stored_release_cell(struct cb_stored_cell *cell);

#endif
