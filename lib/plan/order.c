#include "lib/plan/order.h"

void cb_order_block(struct cb_rng *rng, unsigned *order, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		order[i] = i;
	cb_rng_shuffle_unsigned(rng, order, n);
	for (unsigned i = 0; i < n; i++)
		order[2 * n - 1 - i] = order[i];
}
