/*
 * Where further samples go once every group had its share: to the cells whose intervals are widest. Looks
 * at widths, numbers and times, never at rates: which cell is the faster one must not decide when measuring
 * stops (METHOD 7). Pure.
 */
#ifndef CB_PLAN_ALLOT_H
#define CB_PLAN_ALLOT_H

#include "lib/base/base.h"

struct cb_allot_cell {
	unsigned group, cell; /* the caller's numbers; together they name it */
	bool base;            /* the group's baseline: in each block with others, as their ratios need it */
	unsigned samples;     /* that it has */
	double half_width; /* of its rate's interval, relative to the median; NaN: too few samples for one */
	uint64_t block_ns; /* what its two samples of a block take */
	uint64_t base_ns;  /* what those of its group's base take; 0: it has none, or is the base */
	bool chosen;       /* output */
};

struct cb_allot_rule {
	double precision;     /* a half-width of this is narrow enough */
	unsigned samples_min; /* of a cell before its width is looked at */
	unsigned samples_max; /* of a cell, whatever its width; a base may have more */
	uint64_t left_ns;     /* of the time budget */
	unsigned group;       /* where the last block was */
};

/* Whether more samples are wanted of the cell for its own sake. */
bool cb_allot_wants(const struct cb_allot_rule *rule, const struct cb_allot_cell *cell);

/*
 * Chooses the cells of the next block. Sorts them, the widest first, and sets `chosen`. Cells below the
 * minimum, or without an interval, are wider than any other. The block is one of the group with the widest
 * cell, but the last block's group is kept until another is wider by a quarter, as going to another costs a
 * discarded sample. Each cell that is too wide is expected to need n (w / precision)^2 samples, at most
 * samples_max; where the time does not last for all, over all groups, the widest are served. Returns how many
 * are chosen; 0: all are narrow enough, or there is no time for any.
 */
unsigned cb_allot_block(const struct cb_allot_rule *rule, struct cb_allot_cell *cells, unsigned n);

#endif
