/* The sentence about workers that did not get on. Pure. */
#ifndef CB_EXEC_STUCK_TEXT_H
#define CB_EXEC_STUCK_TEXT_H

#include "lib/exec/stuck.h"

/*
 * Fills stuck->reason from its other fields. Stalled: how long, which workers, what each does, and what to do
 * about it. Deadlock: who holds what and waits for what. locks: the workload's names, or NULL.
 */
void cb_stuck_describe(struct cb_stuck *stuck, const char *const *locks);

#endif
