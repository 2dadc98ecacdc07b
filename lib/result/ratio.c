/* A cell's samples stand in the order of their blocks, so one pass over both cells finds the blocks in
 * common. */
#include "lib/result/ratio.h"

#include <math.h>

#define CONFIDENCE 0.95
#define BLOCK_FULL 2u /* samples of a cell in a block that was not broken off */

/* A block of one cell. */
struct block {
	unsigned number, n; /* n: samples that count */
	double log_rates;   /* their sum */
};

static bool in_ratios(const struct cb_kept_sample *kept)
{
	return cb_sample_counts(kept) && !kept->unpaired && kept->s.units && kept->s.makespan_ns != CB_NONE;
}

/* A makespan that the clock could not tell from nothing counts as its tick. */
static double log_rate(const struct cb_kept_sample *kept)
{
	return log((double)kept->s.units) - log(kept->s.makespan_ns ? (double)kept->s.makespan_ns : 1);
}

/* The block that begins at sample *at, which moves behind it. Returns false at the end. */
static bool next_block(const struct cb_cell_result *cell, unsigned *at, struct block *ret)
{
	if (*at >= cell->samples_n)
		return false;
	*ret = (struct block){ .number = cell->samples[*at].block };
	for (; *at < cell->samples_n && cell->samples[*at].block == ret->number; ++*at)
		if (in_ratios(&cell->samples[*at])) {
			ret->n++;
			ret->log_rates += log_rate(&cell->samples[*at]);
		}
	return true;
}

/* ret holds a number for each sample of a at least. */
static unsigned log_ratios(const struct cb_cell_result *a, const struct cb_cell_result *b, double *ret)
{
	unsigned at_a = 0, at_b = 0, n = 0;
	struct block in_a, in_b;
	bool more = next_block(a, &at_a, &in_a) && next_block(b, &at_b, &in_b);

	while (more) {
		if (in_a.number < in_b.number) {
			more = next_block(a, &at_a, &in_a);
			continue;
		}
		if (in_b.number < in_a.number) {
			more = next_block(b, &at_b, &in_b);
			continue;
		}
		if (in_a.n == BLOCK_FULL && in_b.n == BLOCK_FULL)
			ret[n++] = (in_a.log_rates - in_b.log_rates) / BLOCK_FULL;
		more = next_block(a, &at_a, &in_a) && next_block(b, &at_b, &in_b);
	}
	return n;
}

struct cb_estimate cb_result_ratio(
	const struct cb_result *result, const struct cb_cell_result *a, const struct cb_cell_result *b)
{
	struct cb_looks looks = cb_result_block_looks(result);
	unsigned n = 0;

	if (a->status == CB_OK && b->status == CB_OK)
		n = log_ratios(a, b, result->scratch);
	return cb_estimate_exp(cb_estimate_looked(result->scratch, n, CONFIDENCE, &looks));
}
