#include "lib/plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/plan/builder.h"
#include "lib/plan/cell.h"
#include "lib/plan/registry.h"
#include "lib/plan/scan.h"
#include "lib/plan/sweep.h"

static int no_memory(struct cb_error *err)
{
	return cb_error_set(err, -ENOMEM, "no memory left for the plan");
}

/* ---- CPUs and workers ---------------------------------------------------------------------------------- */

static int copy_allowance(struct cb_allowance *ret, const struct cb_allowance *from, struct cb_error *err)
{
	unsigned *mask = malloc((from->mask_n + 1) * sizeof *mask);

	if (!mask)
		return no_memory(err);
	*ret = *from;
	ret->mask = mask;
	memcpy(mask, from->mask, from->mask_n * sizeof *mask);
	return 0;
}

static int confine(struct cb_cpu_set *set, const struct cb_numbers *cpus, struct cb_error *err)
{
	struct cb_allowance *allowance = &set->allowance;
	struct cb_error why = { 0 };
	int r = cb_allowance_confine(allowance, cpus->v, cpus->n, &why);

	if (r)
		return cb_error_set(err, r, "--cpus: %s", why.text);
	set->name = cb_cell_cpus(allowance->mask, allowance->mask_n);
	return set->name ? 0 : no_memory(err);
}

/* Counts the NUMA nodes and last-level caches that the CPUs of a set belong to. */
static int count_domains(struct cb_cpu_set *set, const struct cb_topology *topology, struct cb_error *err)
{
	const struct cb_allowance *allowance = &set->allowance;
	bool *numa = calloc(2 * (size_t)topology->cpus_n + 1, sizeof *numa), *llc;

	if (!numa)
		return no_memory(err);
	llc = numa + topology->cpus_n;
	for (unsigned i = 0; i < allowance->mask_n; i++) {
		const struct cb_cpu *cpu = cb_topology_cpu(topology, allowance->mask[i]);

		if (!cpu)
			continue;
		set->numa_nodes += !numa[cpu->numa];
		set->llcs += !llc[cpu->llc];
		numa[cpu->numa] = llc[cpu->llc] = true;
	}
	free(numa);
	return 0;
}

static int read_workers(struct cb_builder *b, struct cb_cpu_set *set, struct cb_error *err)
{
	const char *text = b->options->workers ? b->options->workers : "all";
	struct cb_error why = { 0 };
	int r = cb_parse_numbers(text, 1, CB_WORKERS_MAX, set->allowance.usable, &set->workers, &why);

	if (r)
		return cb_error_set(err, r, "--workers: %s", why.text);
	cb_sweep_thin(&set->workers, &b->host->topology, &set->allowance);
	for (size_t i = 0; i < set->workers.n; i++)
		if (set->workers.v[i] > set->workers_most)
			set->workers_most = set->workers.v[i];
	return 0;
}

/* cpus: NULL: all that are allowed. */
static int make_cpu_set(struct cb_builder *b, const struct cb_numbers *cpus, struct cb_error *err)
{
	struct cb_cpu_set *set = &b->plan.cpu_sets[b->plan.cpu_sets_n++];
	int r = copy_allowance(&set->allowance, &b->host->allowance, err);

	if (!r && cpus)
		r = confine(set, cpus, err);
	for (unsigned i = 0; !r && i + 1 < b->plan.cpu_sets_n; i++)
		if (!strcmp(b->plan.cpu_sets[i].name, set->name))
			r = cb_error_set(err, -EINVAL, "--cpus: %s is there twice", set->name);
	if (!r)
		r = count_domains(set, &b->host->topology, err);
	return r ? r : read_workers(b, set, err);
}

static int make_cpu_sets(struct cb_builder *b, struct cb_error *err)
{
	const struct cb_cpu_lists *cpus = &b->options->cpus;
	int r = 0;

	b->plan.cpu_sets = calloc(cpus->n ? cpus->n : 1, sizeof *b->plan.cpu_sets);
	if (!b->plan.cpu_sets)
		return no_memory(err);
	if (!cpus->n)
		return make_cpu_set(b, NULL, err);
	for (size_t i = 0; i < cpus->n && !r; i++)
		r = make_cpu_set(b, &cpus->v[i], err);
	return r;
}

static bool asks_for(const struct cb_run_options *options, unsigned cap)
{
	if (!options->modes_given)
		return true;
	for (unsigned m = 0; cb_modes[m]; m++)
		if (options->modes & 1u << m && cb_modes[m]->cap == cap)
			return true;
	return false;
}

static int check_shape(const struct cb_run_options *options, struct cb_error *err)
{
	unsigned p = options->shape_processes, t = options->shape_threads;

	if (!p && !t)
		return 0;
	if (p < 2 || t < 2 || p > CB_WORKERS_MAX / t)
		return cb_error_set(err, -EINVAL,
			"--shape=%ux%u: hybrid takes at least 2 processes of at least 2 threads, %u workers "
			"at most",
			p, t, CB_WORKERS_MAX);
	if (!asks_for(options, CB_CAN_HYBRID))
		return cb_error_set(
			err, -EINVAL, "--shape is for mode hybrid, which --mode leaves out: add it there");
	return 0;
}

/* ---- the plan ------------------------------------------------------------------------------------------ */

static int prepare(struct cb_builder *b, struct cb_error *err)
{
	int r = check_shape(b->options, err);

	return r ? r : make_cpu_sets(b, err);
}

static int build_one(struct cb_builder *b, const char *specification, bool from_set, struct cb_error *err)
{
	bool there = false;
	int r = cb_build_group(b, specification, from_set, &there, err);

	return r || there ? r : cb_build_cells(b, err);
}

static int build_set(struct cb_builder *b, const char *operand, struct cb_error *err)
{
	const struct cb_workload_set *set = cb_set_find(operand, err);
	struct cb_words members;
	int r = set ? cb_set_members(set, b->registry, &members, err) : -EINVAL;

	if (r)
		return r;
	if (!members.n)
		r = cb_error_set(err, -EINVAL, "this version has no workload of the group '%s'", operand);
	for (size_t i = 0; i < members.n && !r; i++)
		r = build_one(b, members.v[i], true, err);
	cb_words_release(&members);
	return r;
}

static int build_all(struct cb_builder *b, const struct cb_words *specs, struct cb_error *err)
{
	int r = 0;

	for (size_t i = 0; i < specs->n && !r; i++)
		r = cb_is_set(specs->v[i]) ? build_set(b, specs->v[i], err)
					   : build_one(b, specs->v[i], false, err);
	return r;
}

static int check_kept(const struct cb_builder *b, struct cb_error *err)
{
	char glob[64];

	if (b->plan.cells_n)
		return 0;
	if (!b->options->cells || !b->first_id)
		return cb_error_set(err, -EINVAL, "no workload can run in any mode asked for");
	return cb_error_set(err, -EINVAL, "--cells: none of the %u cells matches '%s': the first is %s",
		b->cells_made, cb_quote(b->options->cells, glob, sizeof glob), b->first_id);
}

static int build(struct cb_builder *b, struct cb_error *err)
{
	const struct cb_run_options *options = b->options;
	static const char *const none[] = { NULL };
	const char *const *specs = options->workloads.n ? (const char *const *)options->workloads.v
				   : options->command   ? none
							: cb_plan_default_set;
	struct cb_words expanded;
	int r = prepare(b, err);

	if (!r)
		r = cb_scan_expand(specs, options->command, options->scans, options->scans_n, &expanded, err);
	if (r)
		return r;
	r = build_all(b, &expanded, err);
	cb_words_release(&expanded);
	return r ? r : check_kept(b, err);
}

int cb_plan_make_from(struct cb_plan *ret, const struct cb_workload *const *registry,
	const struct cb_run_options *options, const struct cb_host *host, struct cb_error *err)
{
	struct cb_builder b = { .registry = registry, .options = options, .host = host };
	int r = build(&b, err);

	free(b.first_id);
	if (r)
		cb_plan_release(&b.plan);
	else
		*ret = b.plan;
	return r;
}

int cb_plan_make(struct cb_plan *ret, const struct cb_run_options *options, const struct cb_host *host,
	struct cb_error *err)
{
	return cb_plan_make_from(
		ret, options->registry ? options->registry : cb_registry, options, host, err);
}

static void release_cpu_set(struct cb_cpu_set *set)
{
	free(set->name);
	cb_allowance_release(&set->allowance);
	cb_numbers_release(&set->workers);
}

void cb_plan_release(struct cb_plan *plan)
{
	if (!plan)
		return;
	for (unsigned i = 0; i < plan->cells_n; i++)
		cb_cell_release(&plan->cells[i]);
	for (unsigned i = 0; i < plan->groups_n; i++)
		cb_group_release(&plan->groups[i]);
	for (unsigned i = 0; i < plan->cpu_sets_n; i++)
		release_cpu_set(&plan->cpu_sets[i]);
	free(plan->cells);
	free(plan->groups);
	free(plan->cpu_sets);
	*plan = (struct cb_plan){ 0 };
}
