/* Which CPU each worker and partner runs on. Pure. */
#ifndef CB_HOST_PLACEMENT_H
#define CB_HOST_PLACEMENT_H

#include "lib/host/allowance.h"
#include "lib/host/topology.h"

enum cb_pin { CB_PIN_AUTO, CB_PIN_NONE, CB_PIN_COMPACT, CB_PIN_SPREAD };
extern const char *const cb_pin_names[]; /* "auto", "none", "compact", "spread", NULL */

struct cb_placement {
	enum cb_pin pin;  /* what auto became */
	int *worker_cpu;  /* [workers] OS index, -1: not pinned */
	int *partner_cpu; /* [partners], or NULL */
	unsigned workers, partners;
	unsigned cpus;      /* distinct CPUs that workers may use: pinned ones, else the usable ones */
	uint64_t llc_bytes; /* last-level caches those CPUs have, summed; 0: unknown */
	bool fits;          /* workers + partners <= usable CPUs */
};

/*
 * auto: compact while workers + partners fit the usable CPUs and no quota binds, taking one CPU of each core
 * before second SMT siblings; none otherwise.
 * compact: neighbours (same L2, LLC, NUMA node) first, one CPU per core before siblings; more workers than
 * CPUs wrap around. spread: round robin over NUMA nodes, then LLCs, then cores, then siblings. Partners:
 * `same` puts them on their worker's CPU, else each takes the next free CPU after all workers, wrapping to a
 * CPU other than its worker's where there is one. With none nothing is pinned, except that partner=same pins
 * both.
 */
int cb_place(const struct cb_topology *topology, const struct cb_allowance *allowance, enum cb_pin pin,
	unsigned workers, unsigned partners, enum cb_partner_place partner_place, struct cb_placement *ret,
	struct cb_error *err);
void cb_placement_release(struct cb_placement *placement);

#endif
