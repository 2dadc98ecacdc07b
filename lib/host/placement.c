/*
 * A strategy is nothing but an order of the allowed CPUs: worker i gets CPU i of it, partners go on from
 * there. The orders are made by sorting. One number comes first in both of them: how many CPUs of the same
 * core stand before a CPU, counted among the allowed ones only, since a mask may exclude any sibling.
 */
#include "lib/host/placement.h"

#include <errno.h>
#include <stdlib.h>

const char *const cb_pin_names[] = { "auto", "none", "compact", "spread", NULL };

/* An allowed CPU and the turns by which it is taken. */
struct slot {
	const struct cb_cpu *cpu; /* into the topology's array: the address is the topology's order */
	unsigned sibling;         /* number among the allowed CPUs of its core */
	unsigned turn_llc;        /* number among the CPUs of its LLC with the same sibling */
	unsigned turn_numa;       /* number among those of its NUMA node, LLCs in turn */
};

/* ---- orders ---------------------------------------------------------------------------------- */

static int compare(uintptr_t a, uintptr_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return compare((uintptr_t)x->cpu, (uintptr_t)y->cpu);
}

static int by_sibling(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int r = compare(x->sibling, y->sibling);

	return r ? r : by_place(a, b);
}

static int by_llc(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int r = compare(x->sibling, y->sibling);

	r = r ? r : compare(x->cpu->llc, y->cpu->llc);
	return r ? r : by_place(a, b);
}

static int by_numa(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int r = compare(x->sibling, y->sibling);

	r = r ? r : compare(x->cpu->numa, y->cpu->numa);
	r = r ? r : compare(x->turn_llc, y->turn_llc);
	return r ? r : by_place(a, b);
}

static int by_turn(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int r = compare(x->sibling, y->sibling);

	r = r ? r : compare(x->turn_numa, y->turn_numa);
	r = r ? r : compare(x->cpu->numa, y->cpu->numa);
	return r ? r : by_place(a, b);
}

/* The CPUs that will be used, ordered so that neighbours in number share most. */
static void order_compact(struct slot *slots, unsigned n, unsigned workers)
{
	qsort(slots, n, sizeof *slots, by_sibling);
	qsort(slots, workers < n ? workers : n, sizeof *slots, by_place);
}

static void order_spread(struct slot *slots, unsigned n, unsigned workers)
{
	(void)workers;
	qsort(slots, n, sizeof *slots, by_llc);
	for (unsigned i = 1; i < n; i++)
		if (slots[i].sibling == slots[i - 1].sibling && slots[i].cpu->llc == slots[i - 1].cpu->llc)
			slots[i].turn_llc = slots[i - 1].turn_llc + 1;
	qsort(slots, n, sizeof *slots, by_numa);
	for (unsigned i = 1; i < n; i++)
		if (slots[i].sibling == slots[i - 1].sibling && slots[i].cpu->numa == slots[i - 1].cpu->numa)
			slots[i].turn_numa = slots[i - 1].turn_numa + 1;
	qsort(slots, n, sizeof *slots, by_turn);
}

static void (*const orders[])(struct slot *slots, unsigned n, unsigned workers) = {
	[CB_PIN_AUTO] = order_compact,
	[CB_PIN_NONE] = order_compact,
	[CB_PIN_COMPACT] = order_compact,
	[CB_PIN_SPREAD] = order_spread,
};

/* ---- slots ----------------------------------------------------------------------------------- */

static bool allowed(const struct cb_allowance *allowance, unsigned os_index)
{
	for (unsigned i = 0; i < allowance->mask_n; i++)
		if (allowance->mask[i] == os_index)
			return true;
	return false;
}

/* The allowed CPUs in the topology's order. slots has room for all. Returns how many there are. */
static unsigned list_slots(
	const struct cb_topology *topology, const struct cb_allowance *allowance, struct slot *slots)
{
	unsigned n = 0;

	for (unsigned i = 0; i < topology->cpus_n; i++) {
		const struct cb_cpu *cpu = &topology->cpus[i];

		if (!allowed(allowance, cpu->os_index))
			continue;
		slots[n] = (struct slot){ .cpu = cpu };
		if (n && slots[n - 1].cpu->core == cpu->core)
			slots[n].sibling = slots[n - 1].sibling + 1;
		n++;
	}
	return n;
}

/* Last-level caches that the first `used` slots have together. */
static uint64_t sum_llc(const struct cb_topology *topology, const struct slot *slots, unsigned used)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < used; i++) {
		unsigned j = 0;

		while (j < i && slots[j].cpu->llc != slots[i].cpu->llc)
			j++;
		if (j == i)
			bytes += topology->llc_bytes;
	}
	return bytes;
}

/* ---- placing --------------------------------------------------------------------------------- */

static int allocate(struct cb_placement *p, struct cb_error *err)
{
	p->worker_cpu = malloc(p->workers * sizeof *p->worker_cpu);
	p->partner_cpu = p->partners ? malloc(p->partners * sizeof *p->partner_cpu) : NULL;
	if (!p->worker_cpu || (p->partners && !p->partner_cpu))
		return cb_error_set(err, -ENOMEM, "no memory to place %u workers", p->workers);
	return 0;
}

static void pin_nothing(struct cb_placement *p)
{
	for (unsigned i = 0; i < p->workers; i++)
		p->worker_cpu[i] = -1;
	for (unsigned i = 0; i < p->partners; i++)
		p->partner_cpu[i] = -1;
}

/* The slot of partner i, which serves worker i. */
static unsigned partner_slot(
	const struct cb_placement *p, enum cb_partner_place place, unsigned i, unsigned n)
{
	unsigned worker = i % p->workers % n, other = (p->workers + i) % n;

	if (place == CB_PARTNER_SAME)
		return worker;
	return other == worker ? (other + 1) % n : other;
}

static void pin_all(struct cb_placement *p, enum cb_partner_place place, const struct slot *slots, unsigned n)
{
	for (unsigned i = 0; i < p->workers; i++)
		p->worker_cpu[i] = (int)slots[i % n].cpu->os_index;
	for (unsigned i = 0; i < p->partners; i++)
		p->partner_cpu[i] = (int)slots[partner_slot(p, place, i, n)].cpu->os_index;
}

static enum cb_pin resolve(
	const struct cb_placement *p, const struct cb_allowance *allowance, enum cb_pin pin)
{
	bool place_matters = p->partners && p->partners == p->workers;

	if (pin != CB_PIN_AUTO)
		return pin;
	return place_matters || (p->fits && !allowance->quota_binds) ? CB_PIN_COMPACT : CB_PIN_NONE;
}

int cb_place(const struct cb_topology *topology, const struct cb_allowance *allowance, enum cb_pin pin,
	unsigned workers, unsigned partners, enum cb_partner_place partner_place, struct cb_placement *ret,
	struct cb_error *err)
{
	struct cb_placement p = { .workers = workers, .partners = partners };
	bool partners_same = partners && partner_place == CB_PARTNER_SAME;
	struct slot *slots = calloc(topology->cpus_n, sizeof *slots);
	unsigned n = 0;
	int r;

	if (!slots)
		return cb_error_set(err, -ENOMEM, "no memory to place %u workers", workers);
	n = list_slots(topology, allowance, slots);
	if (n == 0 || workers == 0) {
		r = cb_error_set(
			err, -EINVAL, "%s", n ? "no worker to place" : "no allowed CPU is in the topology");
		goto out;
	}
	r = allocate(&p, err);
	if (r < 0)
		goto out;
	p.fits = (uint64_t)workers + partners <= allowance->usable;
	p.pin = resolve(&p, allowance, pin);
	orders[p.pin](slots, n, workers);
	if (p.pin == CB_PIN_NONE && !partners_same) {
		pin_nothing(&p);
		p.cpus = allowance->usable < n ? allowance->usable : n;
		p.llc_bytes = sum_llc(topology, slots, n);
	} else {
		pin_all(&p, partner_place, slots, n);
		p.cpus = workers < n ? workers : n;
		p.llc_bytes = sum_llc(topology, slots, p.cpus);
	}
	*ret = p;
out:
	free(slots);
	if (r < 0)
		cb_placement_release(&p);
	return r;
}

void cb_placement_release(struct cb_placement *placement)
{
	if (!placement)
		return;
	free(placement->worker_cpu);
	free(placement->partner_cpu);
	*placement = (struct cb_placement){ 0 };
}
