/* The judges, a function a row: see rows.c for what they are given. Internal to lib/concepts. */
#ifndef CB_CONCEPTS_JUDGES_H
#define CB_CONCEPTS_JUDGES_H

#include "lib/concepts/concepts.h"

typedef void cb_judge(const struct cb_evidence *evidence, struct cb_judgement *ret);

cb_judge cb_judge_interleaving, cb_judge_three_ways, cb_judge_cores_or_workers, cb_judge_too_many,
	cb_judge_rule;
cb_judge cb_judge_creation, cb_judge_pool;
cb_judge cb_judge_recursive, cb_judge_deadlock;
cb_judge cb_judge_talk;
cb_judge cb_judge_crash, cb_judge_orphans;
cb_judge cb_judge_variables, cb_judge_lost_updates, cb_judge_locks, cb_judge_own_copies;

#endif
