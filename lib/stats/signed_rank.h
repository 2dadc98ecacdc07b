/* Wilcoxon's signed-rank test, exact for any values. Pure: no allocation, any thread may call. */
#ifndef CB_STATS_SIGNED_RANK_H
#define CB_STATS_SIGNED_RANK_H

#include "lib/base/base.h"

#define CB_SIGNED_RANK_MAX 128 /* values; about 140 KiB of stack are used at that */

struct cb_signed_rank {
	unsigned n; /* values that are not zero */
	double sum; /* W+: ranks of the positive values, equal absolute values sharing the mean of theirs */
	double p;   /* P(W+ at least that large), 1 for n = 0 */
	double p_least; /* the smallest p that n such values could have had, 2^-n */
};

/*
 * The one-sided test of values that, where nothing is the matter, are as likely to be positive as negative,
 * against their being larger (Wilcoxon, Biometrics Bulletin 1, 1945). Zeros are left out. Ties are exact: p
 * is that of the ranks as they are, over all 2^n signs. values[0..n-1] are finite, n at most
 * CB_SIGNED_RANK_MAX.
 */
struct cb_signed_rank cb_signed_rank_greater(const double *values, unsigned n);

/* The two-sided p: twice the smaller of both sides' p, at most 1. */
double cb_signed_rank_two_sided(const double *values, unsigned n);

#endif
