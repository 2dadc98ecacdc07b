#include "lib/plan/cell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/exec/crew.h"
#include "lib/plan/ask.h"

/* What a task costs before it does anything: a thread's stack, or a process's page tables and touched pages.
 */
#define TASK_BYTES (256u * 1024)
/* Descriptors of the harness itself in a process, generously. */
#define HARNESS_FDS 64u
/* Processes and tasks of the harness in a sample: the leader and one to spare. */
#define HARNESS_TASKS 2u

void cb_cell_skip(struct cb_cell *cell, const char *format, ...)
{
	va_list args;

	if (cell->status == CB_SKIPPED)
		return;
	cell->status = CB_SKIPPED;
	va_start(args, format);
	vsnprintf(cell->reason, sizeof cell->reason, format, args);
	va_end(args);
}

static unsigned partners_of(const struct cb_workload *workload, unsigned workers)
{
	if (workload->partners == CB_PARTNERS_PER_WORKER)
		return workers;
	return workload->partners == CB_PARTNERS_PER_SAMPLE ? 1 : 0;
}

/* Asks the workload, and holds --units against its limit. */
static int ask_workload(struct cb_cell *cell, const struct cb_group *group,
	const struct cb_run_options *options, struct cb_error *err)
{
	struct cb_cell_answer answer;
	int r = cb_ask_cell(group->workload, group->params, &cell->env, &answer, err);

	if (r)
		return r;
	cell->expected = answer.expected;
	cell->units_max = answer.units_max;
	cell->units_min = answer.units_min;
	cell->unit_ns_worst = answer.unit_ns_worst;
	cell->footprint_bytes = answer.footprint_bytes;
	if (answer.supported)
		cb_cell_skip(cell, "%s", answer.why.text);
	else if (answer.units_max && options->units > answer.units_max)
		cb_cell_skip(cell, "a sample has at most %llu units here, fewer than --units",
			(unsigned long long)answer.units_max);
	return 0;
}

/* Of this process before the harness raises it for itself. */
static uint64_t fds_soft(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) ? 0 : limit.rlim_cur;
}

int cb_cell_place(struct cb_cell *cell, const struct cb_group *group, const struct cb_run_options *options,
	const struct cb_topology *topology, struct cb_error *err)
{
	const struct cb_workload *w = group->workload;
	enum cb_pin pin = cell->pin_requested;
	int r;

	if (pin == CB_PIN_AUTO && w->caps & CB_OWN_CPUS)
		pin = CB_PIN_NONE;
	cell->partners = partners_of(w, cell->shape.workers);
	r = cb_place(topology, &cell->cpu_set->allowance, pin, cell->shape.workers, cell->partners,
		group->partner_place, &cell->placement, err);
	if (r)
		return r;
	cell->oversubscribed = !cell->placement.fits;
	cell->env = (struct cb_env){
		.workers = cell->shape.workers,
		.cpus = cell->placement.cpus,
		.llc_bytes = cell->placement.llc_bytes,
		.dir = options->dir,
		.fds_soft = fds_soft(),
		.allow_unverified = options->allow_unverified,
	};
	return ask_workload(cell, group, options, err);
}

/*
 * What one of the cell's processes maps: its part of the footprint, the stacks of its threads, and what all
 * share with the harness. Which part of a footprint is a worker's own is not known: here an equal share.
 */
static uint64_t address_of(const struct cb_cell *cell, uint64_t threads)
{
	unsigned processes = cell->shape.processes ? cell->shape.processes : 1;
	unsigned histograms = cell->shape.workers * (cell->open.rate_per_s > 0 ? 2 : 1);
	uint64_t each = CB_STACK_BYTES + (uint64_t)sysconf(_SC_PAGESIZE); /* and its guard page */
	uint64_t bytes = cell->footprint_bytes / processes;

	if (__builtin_add_overflow(bytes, threads / processes * each, &bytes) ||
		__builtin_add_overflow(
			bytes, cb_control_bytes(cell->shape.workers + cell->partners, histograms), &bytes))
		return UINT64_MAX;
	return bytes;
}

/*
 * At most what a sample of the cell creates. Partners are threads beside workers that are threads of one
 * process with others, else processes; in a setup one process may hold the descriptors of all workers.
 */
static struct cb_need need_of(const struct cb_cell *cell, const struct cb_group *group)
{
	const struct cb_workload *w = group->workload;
	uint64_t tasks = (uint64_t)cell->shape.workers + cell->partners;
	bool partner_threads = cell->shape.threads > 1 && w->partners == CB_PARTNERS_PER_WORKER &&
			       !(w->caps & CB_PARTNER_PROCESS);
	uint64_t bytes = cell->footprint_bytes;
	uint64_t fds = (uint64_t)w->fds_per_worker * cell->shape.workers + HARNESS_FDS;
	uint64_t units = cell->dispatch == CB_DISPATCH_SPAWN && cell->mode->spawn ? cell->shape.workers : 0;
	bool unit_processes = cell->mode->spawn == &cb_spawn_process; /* those in work, one a worker */
	uint64_t threads = (cell->shape.threads > 1 ? cell->shape.workers : 0) +
			   (partner_threads ? cell->partners : 0) + (unit_processes ? 0 : units);

	tasks += units;
	if (__builtin_add_overflow(bytes, tasks * TASK_BYTES, &bytes))
		bytes = UINT64_MAX;
	return (struct cb_need){
		.processes = cell->shape.processes + (unit_processes ? (unsigned)units : 0) +
			     (partner_threads ? 0 : cell->partners) + HARNESS_TASKS,
		.threads = (unsigned)tasks + HARNESS_TASKS,
		.memory_bytes = bytes,
		.fds_per_process = fds < UINT32_MAX ? (unsigned)fds : UINT32_MAX,
		.address_bytes = address_of(cell, threads),
	};
}

#define RAISE(to, from) ((to) = (to) > (from) ? (to) : (from))

/* Raises each need to that of more. Returns whether any of them grew. */
static bool raise_need(struct cb_need *need, const struct cb_need *more)
{
	struct cb_need before = *need;

	RAISE(need->processes, more->processes);
	RAISE(need->threads, more->threads);
	RAISE(need->memory_bytes, more->memory_bytes);
	RAISE(need->fds_per_process, more->fds_per_process);
	RAISE(need->address_bytes, more->address_bytes);
	return before.processes != need->processes || before.threads != need->threads ||
	       before.memory_bytes != need->memory_bytes || before.fds_per_process != need->fds_per_process ||
	       before.address_bytes != need->address_bytes;
}

int cb_cell_check_limits(const struct cb_cell *cell, const struct cb_group *group, const struct cb_host *host,
	struct cb_need *granted, struct cb_error *err)
{
	struct cb_need need = need_of(cell, group);
	struct cb_error why = { 0 };
	int r;

	if (!raise_need(granted, &need))
		return 0;
	r = cb_limits_check(host, &need, &why);
	return r ? cb_error_set(err, r, "%s: %s", cell->id, why.text) : 0;
}

void cb_cell_release(struct cb_cell *cell)
{
	free(cell->id);
	cb_placement_release(&cell->placement);
	*cell = (struct cb_cell){ 0 };
}

struct cb_sample_spec cb_cell_spec(const struct cb_group *group, const struct cb_cell *cell)
{
	return (struct cb_sample_spec){
		.workload = group->workload,
		.params = group->params,
		.env = cell->env,
		.mode = cell->mode,
		.dispatch = cell->dispatch,
		.batch = cell->batch,
		.open = cell->open,
		.shape = cell->shape,
		.partners = cell->partners,
		.worker_cpu = cell->placement.worker_cpu,
		.partner_cpu = cell->placement.partner_cpu,
		.fits = cell->placement.fits,
	};
}
