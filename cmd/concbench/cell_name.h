/* What cells and groups are called in front of people. */
#ifndef CB_CELL_NAME_H
#define CB_CELL_NAME_H

#include "lib/plan/plan.h"

/* The mode, with what else is in the cell's id behind its workers: "threads", "threads/static". Returns buf.
 */
char *cb_cell_mode(const struct cb_group *group, const struct cb_cell *cell, char *buf, size_t size);
/* In a sentence: "serial", "threads x2", "hybrid 2x2/static". Returns buf. */
char *cb_cell_phrase(const struct cb_group *group, const struct cb_cell *cell, char *buf, size_t size);
/* "cpu_prime:limit=5000" into buf, cut where it is too long. Returns buf. */
char *cb_group_name(const struct cb_group *group, char *buf, size_t size);

#endif
