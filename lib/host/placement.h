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
	uint64_t llc_bytes; /* last-level caches that those CPUs have, summed; 0: unknown */
	bool fits;          /* workers + partners <= usable CPUs */
};

/*
 * CPUs are those of the allowance's mask; at least one of them must be in the topology.
 *
 * auto: compact while workers + partners fit the usable CPUs and no quota binds, none otherwise;
 * with a partner for each worker always compact: on which CPU a partner sits is what is measured then.
 *
 * compact: takes CPUs in the topology's order (same L2, LLC, NUMA node first), one of each core before second
 * SMT siblings, and gives those taken to workers in the topology's order. So neighbours by number are
 * neighbours by place: hybrid numbers its workers p*T+t, and a process's T threads lie together. More workers
 * than CPUs wrap around.
 *
 * spread: worker by worker round robin over NUMA nodes, in a node over LLCs, in an LLC over cores; siblings
 * last.
 *
 * none: nothing is pinned, except that partner=same pins both, compact.
 *
 * Partners: `same` puts them on their worker's CPU (partner i serves worker i), else each takes the next free
 * CPU after all workers, wrapping around to a CPU other than its worker's where there is one.
 *
 * Errors: -EINVAL: no worker, or no CPU of the mask is known; -ENOMEM. Release *ret afterwards.
 */
int cb_place(const struct cb_topology *topology, const struct cb_allowance *allowance, enum cb_pin pin,
	unsigned workers, unsigned partners, enum cb_partner_place partner_place, struct cb_placement *ret,
	struct cb_error *err);
/* Accepts NULL and a zeroed struct. */
void cb_placement_release(struct cb_placement *placement);

#endif
