/*
 * Two stored results cell by cell: BASE and NEW. Only cells that match in workload, version, parameters and
 * shape are compared. Blocks of different runs are not paired, so the ratio's interval is that of two
 * independent sets; what the host did differently between the two runs is not in it. Advisory, therefore:
 * `concbench gate` measures both in one session.
 */
#ifndef CB_ANALYZE_COMPARE_H
#define CB_ANALYZE_COMPARE_H

#include "lib/result/stored.h"
#include "lib/stats/shift.h"

enum cb_change { CB_CHANGE_NONE, CB_CHANGE_FASTER, CB_CHANGE_SLOWER, CB_CHANGE_UNKNOWN, CB_CHANGE_LOST };
extern const char *const cb_change_names[]; /* "same", "faster", "slower", "unknown", "lost" */

struct cb_pair {
	const struct cb_stored_cell *base, *new;
	double base_rate, new_rate; /* medians, units per second; NaN where not measured */
	struct cb_shift ratio;      /* new / base: median, low, high; NaN where one was not measured */
	unsigned base_n, new_n;     /* values on each side: whole blocks, or samples where there are none */
	enum cb_change
		change; /* UNKNOWN: too few values for an interval; LOST: measured in base, not in new */
};

struct cb_comparison {
	const struct cb_stored *base, *new;
	struct cb_pair *pairs; /* [n], in base's order */
	unsigned n;
	double confidence; /* of each interval: all together hold with 95 % (Bonferroni) */
	const struct cb_stored_cell **only_base,
		**only_new; /* [only_base_n], [only_new_n]: without a partner */
	unsigned only_base_n, only_new_n;
	unsigned changes[CB_CHANGE_LOST + 1]; /* how many pairs of each kind */
};

/* Both files must outlive *ret. Returns 0 or -ENOMEM. */
int cb_compare(const struct cb_stored *base, const struct cb_stored *new, struct cb_comparison *ret);
void cb_comparison_release(struct cb_comparison *comparison);

/*
 * Whether the two are of hosts that may be compared. -EXDEV with a sentence that names what differs: CPU
 * model, kernel, CPUs, or the fingerprint alone.
 */
int cb_compare_hosts(const struct cb_stored *base, const struct cb_stored *new, struct cb_error *err);

#endif
