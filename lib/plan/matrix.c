/*
 * From a group to its cells: modes x dispatches x CPU sets x workers x pins. What was asked for and cannot be
 * becomes a skipped cell with its reason; what was not asked for and cannot be is left out.
 */
#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/plan/builder.h"
#include "lib/plan/cell.h"

/* The least number of workers that hybrid can split; below it 2x2 stands for hybrid. */
#define HYBRID_LEAST 4u

/* What a cell is made from. */
struct recipe {
	const struct cb_mode *mode;
	enum cb_dispatch dispatch;
	const struct cb_cpu_set *cpu_set;
	enum cb_pin pin;
	struct cb_shape_request request;
	char refused[192]; /* why it cannot be measured whatever its shape; "": it can */
};

static int no_memory(struct cb_error *err)
{
	return cb_error_set(err, -ENOMEM, "no memory left for the plan");
}

static struct cb_group *last_group(struct cb_builder *b)
{
	return &b->plan.groups[b->plan.groups_n - 1];
}

/* ---- which --------------------------------------------------------------------------------------------- */

static unsigned pins_of(const struct cb_builder *b)
{
	return b->options->pins ? b->options->pins : 1u << CB_PIN_AUTO;
}

/* The dispatch of one worker, and of a run that names none: shared, or the first that the workload has. */
static enum cb_dispatch own_dispatch(const struct cb_workload *workload)
{
	if (workload->caps & CB_CAN_SHARED)
		return CB_DISPATCH_SHARED;
	for (unsigned d = 0; cb_dispatches[d].name; d++)
		if (workload->caps & cb_dispatches[d].cap)
			return (enum cb_dispatch)d;
	return CB_DISPATCH_SHARED;
}

static unsigned dispatches_of(const struct cb_builder *b, const struct cb_workload *workload)
{
	return b->options->dispatches ? b->options->dispatches : 1u << own_dispatch(workload);
}

/* One shape stands for all workers asked for: serial's, --shape, and hybrid's 2x2. */
static bool has_one_shape(
	const struct cb_builder *b, const struct cb_mode *mode, const struct cb_cpu_set *set)
{
	if (mode->cap == CB_CAN_HYBRID)
		return b->options->shape_processes || set->workers_most < HYBRID_LEAST;
	return mode->cap == CB_CAN_SERIAL;
}

static struct cb_shape_request request_of(
	const struct cb_builder *b, const struct cb_mode *mode, const struct cb_cpu_set *set, size_t i)
{
	struct cb_shape_request request = {
		.workers = mode->cap == CB_CAN_SERIAL ? 1 : set->workers.v[i],
		.numa_nodes = set->numa_nodes,
		.llcs = set->llcs,
	};

	if (mode->cap != CB_CAN_HYBRID || !has_one_shape(b, mode, set))
		return request;
	request.want_processes = b->options->shape_processes ? b->options->shape_processes : 2;
	request.want_threads = b->options->shape_processes ? b->options->shape_threads : 2;
	request.workers = request.want_processes * request.want_threads;
	return request;
}

/* ---- one cell ------------------------------------------------------------------------------------------ */

/* Arranges and names a zeroed cell. */
static int name_cell(
	struct cb_cell *cell, const struct cb_builder *b, const struct recipe *recipe, struct cb_error *err)
{
	const struct cb_group *group = &b->plan.groups[b->plan.groups_n - 1];
	struct cb_error why = { 0 };

	cell->group = b->plan.groups_n - 1;
	cell->mode = recipe->mode;
	cell->dispatch = recipe->dispatch;
	cell->open = b->options->open;
	cell->batch = cell->open.rate_per_s > 0 ? 1 : b->options->batch;
	cell->inflight = b->options->inflight ? b->options->inflight : 1;
	cell->cpu_set = recipe->cpu_set;
	cell->pin_requested = recipe->pin;
	if (*recipe->refused)
		cb_cell_skip(cell, "%s", recipe->refused);
	if (recipe->mode->shape(&recipe->request, &cell->shape, &why)) {
		cell->shape = (struct cb_shape){ .workers = recipe->request.workers };
		cb_cell_skip(cell, "%s", why.text);
	}
	cell->id = cb_cell_id(cell, group);
	return cell->id ? 0 : no_memory(err);
}

/* Gives a named cell its place, and refuses the plan when it is to be measured beyond a limit. */
static int place_cell(
	struct cb_cell *cell, struct cb_builder *b, const struct cb_group *group, struct cb_error *err)
{
	int r = cb_cell_place(cell, group, b->options, &b->host->topology, err);

	if (r || cell->status != CB_OK)
		return r;
	return cb_cell_check_limits(cell, group, b->host, &b->granted, err);
}

static bool matches(const struct cb_builder *b, const struct cb_cell *cell)
{
	return !b->options->cells || !fnmatch(b->options->cells, cell->id, FNM_NOESCAPE);
}

/* Appends a copy of the cell, which is the plan's from then on. */
static int push(struct cb_builder *b, struct cb_cell *cell, struct cb_error *err)
{
	struct cb_plan *plan = &b->plan;
	struct cb_group *group = last_group(b);

	if (plan->cells_n == b->cells_cap) {
		unsigned cap = b->cells_cap ? 2 * b->cells_cap : 32;
		struct cb_cell *cells = realloc(plan->cells, cap * sizeof *cells);

		if (!cells)
			return no_memory(err);
		plan->cells = cells;
		b->cells_cap = cap;
	}
	if (cell->status == CB_OK && cell->shape.workers > plan->workers_max)
		plan->workers_max = cell->shape.workers;
	plan->cells[plan->cells_n++] = *cell;
	group->n++;
	return 0;
}

/* Counts a cell that was named, and remembers the first of all for an error message. */
static int count(struct cb_builder *b, const struct cb_cell *cell, struct cb_error *err)
{
	if (b->cells_made++ == CB_CELLS_MAX)
		return cb_error_set(err, -ERANGE,
			"the plan has more than %u cells: ask for fewer --workers or --scan values",
			CB_CELLS_MAX);
	if (b->first_id)
		return 0;
	b->first_id = strdup(cell->id);
	return b->first_id ? 0 : no_memory(err);
}

static bool same_cpus(const int *a, const int *b, unsigned n)
{
	return n == 0 || (a && b && !memcmp(a, b, n * sizeof *a));
}

static bool same_row(const struct cb_cell *a, const struct cb_cell *b)
{
	return a->group == b->group && a->mode == b->mode && a->dispatch == b->dispatch;
}

/* Who is not pinned may run wherever its set lets it. */
static bool same_place(const struct cb_cell *a, const struct cb_cell *b)
{
	const struct cb_placement *p = &a->placement, *q = &b->placement;

	return same_cpus(p->worker_cpu, q->worker_cpu, q->workers) &&
	       same_cpus(p->partner_cpu, q->partner_cpu, q->partners) &&
	       (a->cpu_set == b->cpu_set || p->worker_cpu[0] >= 0);
}

/*
 * The earlier cell that differs from this one by --pin and --cpus only and whose workers got the same CPUs;
 * or NULL. Cells of a mode and dispatch stand together.
 */
static const struct cb_cell *find_twin(const struct cb_builder *b, const struct cb_cell *cell)
{
	for (unsigned i = b->plan.cells_n; i-- > 0 && same_row(&b->plan.cells[i], cell);) {
		const struct cb_cell *other = &b->plan.cells[i];

		if (other->status == CB_OK && !memcmp(&other->shape, &cell->shape, sizeof cell->shape) &&
			same_place(other, cell))
			return other;
	}
	return NULL;
}

/*
 * Several --pin and --cpus may come to the same CPUs, which are measured once. Of serial nobody asked for
 * several cells: its twins get no row that says so.
 */
static int push_once(struct cb_builder *b, struct cb_cell *cell, bool *ret_taken, struct cb_error *err)
{
	const struct cb_cell *twin = cell->status == CB_OK ? find_twin(b, cell) : NULL;
	int r;

	if (twin && cb_cell_is_serial(cell))
		return 0;
	if (twin)
		cb_cell_skip(cell, "it is placed like %s", twin->id);
	r = push(b, cell, err);
	*ret_taken = !r;
	return r;
}

/* Nothing to strike: said of the cells of the result only, as trials are without a fault. */
static void check_fault(struct cb_cell *cell, const struct cb_fault *fault)
{
	if (fault->how && fault->worker >= cell->shape.workers)
		cb_cell_skip(cell, "--fault is for worker %u, and the last one is worker %u", fault->worker,
			cell->shape.workers - 1);
}

static int add_cell(struct cb_builder *b, const struct recipe *recipe, struct cb_error *err)
{
	struct cb_cell cell = { 0 };
	bool taken = false;
	int r = name_cell(&cell, b, recipe, err);

	if (!r)
		check_fault(&cell, &b->options->fault);
	if (!r)
		r = count(b, &cell, err);
	if (!r && matches(b, &cell)) {
		r = cell.status == CB_OK ? place_cell(&cell, b, last_group(b), err) : 0;
		if (!r)
			r = push_once(b, &cell, &taken, err);
	}
	if (!taken)
		cb_cell_release(&cell);
	return r;
}

/* ---- all cells of a group ------------------------------------------------------------------------------ */

static int add_pins(struct cb_builder *b, struct recipe *recipe, struct cb_error *err)
{
	unsigned pins = pins_of(b);
	int r = 0;

	for (unsigned pin = 0; cb_pin_names[pin] && !r; pin++) {
		if (!(pins & 1u << pin))
			continue;
		recipe->pin = (enum cb_pin)pin;
		r = add_cell(b, recipe, err);
		/* What cannot be is said once. */
		if (*recipe->refused)
			break;
	}
	return r;
}

static int add_shapes(struct cb_builder *b, struct recipe *recipe, struct cb_error *err)
{
	const struct cb_cpu_set *set = recipe->cpu_set;
	bool once = *recipe->refused || has_one_shape(b, recipe->mode, set);
	int r = 0;

	for (size_t i = 0; i < (once ? 1 : set->workers.n) && !r; i++) {
		recipe->request = request_of(b, recipe->mode, set, i);
		r = add_pins(b, recipe, err);
	}
	return r;
}

static int add_cpu_sets(struct cb_builder *b, struct recipe *recipe, struct cb_error *err)
{
	unsigned n = *recipe->refused ? 1 : b->plan.cpu_sets_n;
	int r = 0;

	for (unsigned i = 0; i < n && !r; i++) {
		recipe->cpu_set = &b->plan.cpu_sets[i];
		r = add_shapes(b, recipe, err);
	}
	return r;
}

static int add_dispatches(
	struct cb_builder *b, struct recipe *recipe, const struct cb_workload *workload, struct cb_error *err)
{
	unsigned asked = dispatches_of(b, workload);
	int r = 0;

	for (unsigned d = 0; cb_dispatches[d].name && !r; d++) {
		if (!(asked & 1u << d))
			continue;
		recipe->dispatch = (enum cb_dispatch)d;
		*recipe->refused = '\0';
		if (!(workload->caps & cb_dispatches[d].cap))
			snprintf(recipe->refused, sizeof recipe->refused,
				"%s cannot run with dispatch %s: %s", workload->name, cb_dispatches[d].name,
				cb_dispatches[d].lacks);
		else if (b->options->open.rate_per_s > 0 && d != CB_DISPATCH_SHARED)
			snprintf(recipe->refused, sizeof recipe->refused,
				"--rate hands out units in the order of their arrival, which dispatch %s "
				"does "
				"not",
				cb_dispatches[d].name);
		r = add_cpu_sets(b, recipe, err);
	}
	return r;
}

static int add_mode(struct cb_builder *b, const struct cb_mode *mode, struct cb_error *err)
{
	const struct cb_workload *workload = last_group(b)->workload;
	struct recipe recipe = { .mode = mode, .dispatch = own_dispatch(workload) };

	if (!(workload->caps & mode->cap)) {
		if (!b->options->modes_given)
			return 0;
		snprintf(recipe.refused, sizeof recipe.refused, "%s cannot run in mode %s", workload->name,
			mode->name);
		return add_cpu_sets(b, &recipe, err);
	}
	if (mode->cap == CB_CAN_SERIAL)
		return add_cpu_sets(b, &recipe, err);
	return add_dispatches(b, &recipe, workload, err);
}

/* The first serial cell that stays in the plan. */
static struct cb_cell *mark_baseline(struct cb_builder *b)
{
	const struct cb_group *group = last_group(b);

	for (unsigned i = group->first; i < group->first + group->n; i++)
		if (cb_cell_is_serial(&b->plan.cells[i])) {
			b->plan.cells[i].baseline = true;
			return &b->plan.cells[i];
		}
	return NULL;
}

static enum cb_pin first_pin(const struct cb_builder *b)
{
	return (enum cb_pin)__builtin_ctz(pins_of(b));
}

/* Always one of the table. */
static const struct cb_mode *serial_mode(void)
{
	size_t i = 0;

	while (cb_modes[i] && cb_modes[i]->cap != CB_CAN_SERIAL)
		i++;
	assert(cb_modes[i]);
	return cb_modes[i];
}

/* Makes the group's own serial cell: like the baseline where there is one, else hidden. */
static int build_serial(struct cb_builder *b, struct cb_error *err)
{
	const struct cb_cell *baseline = mark_baseline(b);
	struct cb_group *group = last_group(b);
	struct recipe recipe = {
		.mode = serial_mode(),
		.dispatch = own_dispatch(group->workload),
		.cpu_set = baseline ? baseline->cpu_set : &b->plan.cpu_sets[0],
		.pin = baseline ? baseline->pin_requested : first_pin(b),
	};
	int r;

	if (!(group->workload->caps & CB_CAN_SERIAL))
		snprintf(recipe.refused, sizeof recipe.refused, "%s cannot run in mode serial",
			group->workload->name);
	recipe.request = request_of(b, recipe.mode, recipe.cpu_set, 0);
	r = name_cell(&group->serial, b, &recipe, err);
	if (!r)
		r = place_cell(&group->serial, b, group, err);
	group->serial.baseline = baseline != NULL;
	return r;
}

int cb_build_cells(struct cb_builder *b, struct cb_error *err)
{
	struct cb_group *group = last_group(b);
	int r = 0;

	for (unsigned m = 0; cb_modes[m] && !r; m++)
		if (!b->options->modes_given || b->options->modes & 1u << m)
			r = add_mode(b, cb_modes[m], err);
	if (r)
		return r;
	if (group->n)
		return build_serial(b, err);
	cb_group_release(group);
	b->plan.groups_n--;
	return 0;
}
