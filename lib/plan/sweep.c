#include "lib/plan/sweep.h"

#include <math.h>

#define EDGES_MAX 5

struct edges {
	unsigned v[EDGES_MAX], n;
};

static bool same_llc(const struct cb_cpu *a, const struct cb_cpu *b)
{
	return a->llc == b->llc;
}

static bool same_numa(const struct cb_cpu *a, const struct cb_cpu *b)
{
	return a->numa == b->numa;
}

static bool same_package(const struct cb_cpu *a, const struct cb_cpu *b)
{
	return a->package == b->package;
}

static bool same_machine(const struct cb_cpu *a, const struct cb_cpu *b)
{
	(void)a;
	(void)b;
	return true;
}

/* Whether an allowed CPU before number i of the mask is of the same core. */
static bool core_was_met(const struct cb_topology *topology, const struct cb_allowance *allowance, unsigned i)
{
	const struct cb_cpu *cpu = cb_topology_cpu(topology, allowance->mask[i]), *other;

	for (unsigned k = 0; k < i; k++) {
		other = cb_topology_cpu(topology, allowance->mask[k]);
		if (other && other->core == cpu->core)
			return true;
	}
	return false;
}

/* Allowed cores that share something with the first allowed CPU. */
static unsigned count_cores(const struct cb_topology *topology, const struct cb_allowance *allowance,
	bool (*shares)(const struct cb_cpu *, const struct cb_cpu *))
{
	const struct cb_cpu *first = cb_topology_cpu(topology, allowance->mask[0]), *cpu;
	unsigned n = 0;

	for (unsigned i = 0; first && i < allowance->mask_n; i++) {
		cpu = cb_topology_cpu(topology, allowance->mask[i]);
		n += cpu && shares(first, cpu) && !core_was_met(topology, allowance, i);
	}
	return n;
}

static struct edges find_edges(const struct cb_topology *topology, const struct cb_allowance *allowance)
{
	static bool (*const domains[])(const struct cb_cpu *, const struct cb_cpu *) = { same_llc, same_numa,
		same_package, same_machine };
	struct edges edges = { .n = 0 };

	for (size_t i = 0; i < CB_COUNT(domains); i++)
		edges.v[edges.n++] = count_cores(topology, allowance, domains[i]);
	edges.v[edges.n++] = allowance->usable;
	return edges;
}

static bool is_geometric(unsigned v)
{
	long k = lround(2 * log2(v));

	return lround(exp2((double)k / 2)) == (long)v;
}

static bool is_edge(const struct edges *edges, unsigned v)
{
	for (unsigned i = 0; i < edges->n; i++)
		if (edges->v[i] == v)
			return true;
	return false;
}

static size_t count_swept(const struct cb_numbers *numbers)
{
	size_t n = 0;

	for (size_t i = 0; i < numbers->n; i++)
		n += numbers->swept[i];
	return n;
}

void cb_sweep_thin(
	struct cb_numbers *numbers, const struct cb_topology *topology, const struct cb_allowance *allowance)
{
	struct edges edges;
	size_t n = 0;

	if (count_swept(numbers) < CB_SWEEP_WHOLE)
		return;
	edges = find_edges(topology, allowance);
	for (size_t i = 0; i < numbers->n; i++) {
		unsigned v = numbers->v[i];

		if (numbers->swept[i] && !is_geometric(v) && !is_edge(&edges, v))
			continue;
		numbers->v[n] = v;
		numbers->swept[n++] = numbers->swept[i];
	}
	numbers->n = n;
}
