/*
 * Two cells of a group against each other: per block, so that what the host does to a whole block cancels.
 * Speed-up is one such ratio; cells that are compared with each other need no serial one between them, whose
 * noise would be in both intervals and would make them overlap.
 */
#ifndef CB_RESULT_RATIO_H
#define CB_RESULT_RATIO_H

#include "lib/result/result.h"

/*
 * The rate of cell a over the rate of cell b: the median over the blocks in which both have two samples that
 * count, of the ratio of their geometric means, with its 95 % interval. n is the number of those blocks: 0
 * with all numbers NaN where there is none or a cell's status is not CB_OK; below 6 there is no interval. a
 * and b are of one group.
 */
struct cb_estimate cb_result_ratio(
	const struct cb_result *result, const struct cb_cell_result *a, const struct cb_cell_result *b);

#endif
