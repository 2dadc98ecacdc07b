/*
 * What makes a number doubtful: signs behind the numbers of a table, each explained below it. The sentence
 * below a group uses the same tests.
 */
#ifndef CB_MARKS_H
#define CB_MARKS_H

#include "lib/result/result.h"

enum cb_mark {
	CB_MARK_CAPACITY,
	CB_MARK_CLASS,
	CB_MARK_OVERSUBSCRIBED,
	CB_MARK_PRECISION,
	CB_MARK_SUPERLINEAR,
	CB_MARK_QUEUED,
	CB_MARK_SHORT,
	CB_MARK_BRIEF,
	CB_MARK_UNVERIFIED,
	CB_MARK_OVERLOADED,
	CB_MARK_COLLAPSE,
	CB_MARKS
};

struct cb_mark_row {
	const char *sign, *meaning;
	/* Whether it applies to a cell that was measured. */
	bool (*test)(const struct cb_result *result, const struct cb_cell_result *cell);
};
extern const struct cb_mark_row cb_marks[CB_MARKS];

/* Whether cell was measured and the mark applies to it. */
bool cb_mark_applies(enum cb_mark mark, const struct cb_result *result, const struct cb_cell_result *cell);

/*
 * Share of the workers' time that they queued for a CPU although there was one for each: it was taken by
 * something that is no part of the measurement. NaN: not measured, or workers and partners share CPUs by
 * design.
 */
double cb_queued_share(const struct cb_cell_result *cell);

#endif
