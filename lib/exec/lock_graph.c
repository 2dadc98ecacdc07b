/*
 * Each owner waits for one lock at most and each lock has one owner, so each owner points at one other at
 * most: from any start there is one path, which ends or comes back to itself.
 */
#include "lib/exec/lock_graph.h"

#define NOBODY UINT32_MAX

static void find_holders(const struct cb_lock_owner *owners, unsigned n, unsigned holder[CB_LOCKS_MAX])
{
	for (unsigned lock = 0; lock < CB_LOCKS_MAX; lock++)
		holder[lock] = NOBODY;
	for (unsigned i = 0; i < n; i++)
		for (uint64_t left = owners[i].steady ? owners[i].holds : 0; left; left &= left - 1) {
			unsigned lock = (unsigned)__builtin_ctzll(left);

			if (holder[lock] == NOBODY)
				holder[lock] = i;
		}
}

/* Whom owner i waits for. */
static unsigned next_of(const struct cb_lock_owner *owners, const unsigned *holder, unsigned i)
{
	uint32_t waits_for = owners[i].steady ? owners[i].waits_for : 0;

	return waits_for && waits_for <= CB_LOCKS_MAX ? holder[waits_for - 1] : NOBODY;
}

/*
 * The circle through `first`, or 0. A path longer than the number of locks goes round a circle that
 * does not hold `first`: every step but the last goes to the owner of another lock.
 */
static unsigned circle_through(
	const struct cb_lock_owner *owners, const unsigned *holder, unsigned first, unsigned *ret_circle)
{
	unsigned i = first, length = 0;

	do {
		ret_circle[length++] = i;
		i = next_of(owners, holder, i);
	} while (i != NOBODY && i != first && length <= CB_LOCKS_MAX);
	return i == first ? length : 0;
}

unsigned cb_lock_circle(const struct cb_lock_owner *owners, unsigned n, unsigned *ret_circle)
{
	unsigned holder[CB_LOCKS_MAX], path[CB_LOCKS_MAX + 1], length = 0;

	find_holders(owners, n, holder);
	for (unsigned i = 0; i < n && !length; i++)
		length = circle_through(owners, holder, i, path);
	for (unsigned i = 0; i < length; i++)
		ret_circle[i] = path[i];
	return length;
}
