/* Plans of fake workloads on synthetic machines: which cells there are, where they run, why they do not. */
#include "lib/plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- fake workloads ------------------------------------------------------------------------------------ */

struct fake_params {
	uint64_t limit, bytes;
	unsigned place;
	struct cb_file input;
};

static const char *const places[] = { "other", "same", NULL };

static const struct cb_param fake_param_rows[] = {
	{ .name = "limit",
		.type = CB_PARAM_U64,
		.def = "10",
		.min = 1,
		.max = 1000,
		.help = "a count",
		.offset = offsetof(struct fake_params, limit) },
	{ .name = "bytes",
		.type = CB_PARAM_SIZE,
		.def = "4KiB",
		.help = "touched by each worker",
		.offset = offsetof(struct fake_params, bytes) },
	{ .name = "place",
		.type = CB_PARAM_ENUM,
		.def = "other",
		.words = places,
		.help = "of the partner",
		.offset = offsetof(struct fake_params, place) },
	{ .name = "input",
		.type = CB_PARAM_FILE,
		.def = "",
		.help = "a file",
		.offset = offsetof(struct fake_params, input) },
	{ .name = NULL },
};

static int fake_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	(void)w, (void)first, (void)n, (void)err;
	return 0;
}

static enum cb_partner_place fake_place(const void *params)
{
	const struct fake_params *p = params;

	return p->place ? CB_PARTNER_SAME : CB_PARTNER_OTHER;
}

static uint64_t fake_footprint(const void *params, const struct cb_env *env)
{
	const struct fake_params *p = params;

	return p->bytes * env->workers;
}

static uint64_t fake_units_max(const void *params, const struct cb_env *env)
{
	const struct fake_params *p = params;

	return p->limit * env->workers;
}

/* Says what it was asked about, so that tests see its environment. */
static int fake_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	(void)params;
	if (env->workers < 3)
		return 0;
	return cb_error_set(err, -ENOTSUP, "%u workers on %u CPUs with %llu bytes in %s%s", env->workers,
		env->cpus, (unsigned long long)env->llc_bytes, env->dir,
		env->allow_unverified ? " unverified" : "");
}

static int fake_mute(const void *params, const struct cb_env *env, struct cb_error *err)
{
	(void)params, (void)env, (void)err;
	return -ENOSYS;
}

#define FAKE(word)                                                                                       \
	.abi = CB_ABI, .size = sizeof(struct cb_workload), .name = (word), .unit = "unit", .version = 1, \
	.run = fake_run, .params = fake_param_rows, .params_size = sizeof(struct fake_params)

static const struct cb_workload fake_big = {
	FAKE("fake_big"),
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.footprint = fake_footprint,
	.units_max = fake_units_max,
};
static const struct cb_workload fake_cpu = { FAKE("fake_cpu"), .caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES };
static const struct cb_workload fake_mute_one = {
	FAKE("fake_mute"),
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.supported = fake_mute,
};
static const struct cb_workload fake_picky = {
	FAKE("fake_picky"),
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.supported = fake_supported,
};
static const struct cb_workload fake_pipe = {
	FAKE("fake_pipe"),
	.caps = (CB_CAN_BLOCKING & ~CB_CAN_HYBRID) | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_WORKER,
	.partner_place = fake_place,
};
static const struct cb_workload fake_plain = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "fake_plain",
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.run = fake_run,
};
static const struct cb_workload fake_server = {
	FAKE("fake_server"),
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_SAMPLE,
};
static const struct cb_workload fake_static = { FAKE("fake_static"),
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC };
static const struct cb_workload fake_wait = {
	FAKE("fake_wait"),
	.class = CB_CLASS_WAIT,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
};
static const struct cb_workload fake_threads = { FAKE("fake_threads"),
	.caps = CB_CAN_THREADS | CB_CAN_SHARED };

static const struct cb_workload *const registry[] = {
	&fake_big,
	&fake_cpu,
	&fake_mute_one,
	&fake_picky,
	&fake_pipe,
	&fake_plain,
	&fake_server,
	&fake_static,
	&fake_threads,
	&fake_wait,
	NULL,
};

/* ---- fixture ------------------------------------------------------------------------------------------- */

struct fixture {
	struct cb_host host;
	struct cb_run_options options;
	struct cb_plan plan;
	struct cb_error err;
};

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void host_init(struct cb_host *host, const char *machine)
{
	struct cb_error err = { 0 };

	assert_int_equal(cb_topology_synthetic(machine, &host->topology, &err), 0);
	host->allowance.mask_n = host->allowance.usable = host->allowance.configured = host->topology.cpus_n;
	host->allowance.mask = calloc(host->topology.cpus_n, sizeof(unsigned));
	assert_non_null(host->allowance.mask);
	for (unsigned i = 0; i < host->topology.cpus_n; i++)
		host->allowance.mask[i] = i;
	host->memory_bytes = host->memory_free_bytes = UINT64_C(1) << 36;
}

/* Makes a machine; free with done. */
static struct fixture *start(const char *machine)
{
	static char dir[] = "/scratch";
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	host_init(&f->host, machine);
	f->options = (struct cb_run_options){
		.inflight = 1,
		.sample_time_ns = 200000000,
		.samples_min = 12,
		.samples_max = 30,
		.precision = 0.02,
		.time_budget_ns = 60000000000,
		.warmup_ns = 20000000,
		.dir = dir,
	};
	return f;
}

static void done(struct fixture *f)
{
	cb_plan_release(&f->plan);
	cb_allowance_release(&f->host.allowance);
	cb_topology_release(&f->host.topology);
	free(f);
}

static int make(struct fixture *f, const char *const *specs)
{
	f->options.workloads.v = (char **)(uintptr_t)specs;
	for (f->options.workloads.n = 0; specs[f->options.workloads.n];)
		f->options.workloads.n++;
	cb_plan_release(&f->plan);
	f->err = (struct cb_error){ 0 };
	return cb_plan_make_from(&f->plan, registry, &f->options, &f->host, &f->err);
}

/* Makes a plan that must be good. */
static void plan(struct fixture *f, const char *const *specs)
{
	int r = make(f, specs);

	if (r)
		fail_msg("%d: %s", r, f->err.text);
}

/* Makes a plan that must be refused in exactly these words. */
static void refuse(struct fixture *f, const char *const *specs, int code, const char *text)
{
	assert_int_equal(make(f, specs), code);
	assert_int_equal(f->err.code, code);
	assert_string_equal(f->err.text, text);
	assert_null(f->plan.cells);
}

/* Modes by name. */
static void ask_modes(struct fixture *f, const char *const *names)
{
	f->options.modes = 0;
	f->options.modes_given = true;
	for (; *names; names++)
		for (unsigned m = 0; cb_modes[m]; m++)
			if (!strcmp(cb_modes[m]->name, *names))
				f->options.modes |= 1u << m;
}

static void ask_workers(struct fixture *f, const char *text)
{
	f->options.workers = (char *)(uintptr_t)text;
}

/* Cells and groups fit each other, whatever the plan. */
static void check_links(const struct cb_plan *plan)
{
	unsigned first = 0;

	for (unsigned g = 0; g < plan->groups_n; g++) {
		const struct cb_group *group = &plan->groups[g];

		assert_int_equal(group->first, first);
		assert_true(group->n > 0);
		for (unsigned i = first; i < first + group->n; i++)
			assert_int_equal(plan->cells[i].group, g);
		assert_int_equal(group->serial.group, g);
		assert_non_null(group->serial.id);
		first += group->n;
	}
	assert_int_equal(first, plan->cells_n);
	for (unsigned i = 0; i < plan->cells_n; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(plan->cells[i].id, plan->cells[j].id);
}

/* The plan has exactly these cells in this order. */
static void check_ids(const struct cb_plan *plan, const char *const *ids)
{
	unsigned n = 0;

	check_links(plan);
	for (; n < plan->cells_n && ids[n]; n++)
		assert_string_equal(plan->cells[n].id, ids[n]);
	if (ids[n])
		fail_msg("%s is missing", ids[n]);
	if (n < plan->cells_n)
		fail_msg("%s is too much", plan->cells[n].id);
}

static const struct cb_cell *cell_of(const struct fixture *f, const char *id)
{
	for (unsigned i = 0; i < f->plan.cells_n; i++)
		if (!strcmp(f->plan.cells[i].id, id))
			return &f->plan.cells[i];
	fail_msg("there is no cell %s", id);
	return NULL;
}

static void check_skipped(const struct fixture *f, const char *id, const char *reason)
{
	const struct cb_cell *cell = cell_of(f, id);

	assert_int_equal(cell->status, CB_SKIPPED);
	assert_string_equal(cell->reason, reason);
}

static void check_shape(const struct cb_cell *cell, unsigned workers, unsigned processes, unsigned threads)
{
	assert_int_equal(cell->shape.workers, workers);
	assert_int_equal(cell->shape.processes, processes);
	assert_int_equal(cell->shape.threads, threads);
}

/* ---- modes and workers --------------------------------------------------------------------------------- */

static void test_defaults_take_all_modes_and_cpus(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1", "fake_cpu/processes/4", "fake_cpu/threads/4",
				    "fake_cpu/hybrid/2x2"));
	check_shape(cell_of(f, "fake_cpu/serial/1"), 1, 1, 1);
	check_shape(cell_of(f, "fake_cpu/processes/4"), 4, 4, 1);
	check_shape(cell_of(f, "fake_cpu/threads/4"), 4, 1, 4);
	check_shape(cell_of(f, "fake_cpu/hybrid/2x2"), 4, 2, 2);
	for (unsigned i = 0; i < f->plan.cells_n; i++) {
		assert_int_equal(f->plan.cells[i].status, CB_OK);
		assert_int_equal(f->plan.cells[i].baseline, i == 0);
		assert_int_equal(f->plan.cells[i].dispatch, CB_DISPATCH_SHARED);
		assert_int_equal(f->plan.cells[i].inflight, 1);
		assert_false(f->plan.cells[i].oversubscribed);
	}
	assert_int_equal(f->plan.workers_max, 4);
	done(f);
}

/* Usable CPUs, not configured ones, are all. */
static void test_all_is_what_the_quota_leaves(void **state)
{
	struct fixture *f = start("core:8 pu:1");

	(void)state;
	f->host.allowance.quota_cpus = 2.5;
	f->host.allowance.usable = 3;
	f->host.allowance.quota_binds = true;
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/threads/3"));
	assert_int_equal(f->plan.cells[0].placement.pin, CB_PIN_NONE);
	assert_int_equal(f->plan.cells[0].placement.worker_cpu[2], -1);
	done(f);
}

static void test_worker_lists_make_cells_in_their_order(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_workers(f, "4,1");
	ask_modes(f, LIST("serial", "threads", "processes"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1", "fake_cpu/processes/4", "fake_cpu/processes/1",
				    "fake_cpu/threads/4", "fake_cpu/threads/1"));
	done(f);
}

static void test_bad_workers_are_refused(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_workers(f, "1,x");
	refuse(f, LIST("fake_cpu"), -EINVAL, "--workers: 'x' is neither a number nor 'all'");
	ask_workers(f, "0");
	assert_int_equal(make(f, LIST("fake_cpu")), -ERANGE);
	ask_workers(f, "100001");
	assert_int_equal(make(f, LIST("fake_cpu")), -ERANGE);
	done(f);
}

static void test_mode_not_asked_for_is_left_out_silently(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	plan(f, LIST("fake_pipe"));
	check_ids(&f->plan, LIST("fake_pipe/serial/1", "fake_pipe/processes/4", "fake_pipe/threads/4"));
	done(f);
}

static void test_mode_asked_for_is_skipped_once_with_a_reason(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_workers(f, "2,4");
	ask_modes(f, LIST("threads", "hybrid"));
	f->options.pins = 1u << CB_PIN_NONE | 1u << CB_PIN_COMPACT;
	plan(f, LIST("fake_pipe"));
	check_ids(&f->plan,
		LIST("fake_pipe/threads/2/none", "fake_pipe/threads/2/compact", "fake_pipe/threads/4/none",
			"fake_pipe/threads/4/compact", "fake_pipe/hybrid/2/none"));
	check_skipped(f, "fake_pipe/hybrid/2/none", "fake_pipe cannot run in mode hybrid");
	assert_null(f->plan.cells[4].placement.worker_cpu);
	done(f);
}

static void test_nothing_to_run_is_refused(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.modes_given = true;
	refuse(f, LIST("fake_cpu"), -EINVAL, "no workload can run in any mode asked for");
	done(f);
}

/* ---- hybrid -------------------------------------------------------------------------------------------- */

static void test_workers_that_cannot_be_split_are_skipped(void **state)
{
	struct fixture *f = start("core:8 pu:1");

	(void)state;
	ask_workers(f, "1..6");
	ask_modes(f, LIST("hybrid"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/hybrid/1", "fake_cpu/hybrid/2", "fake_cpu/hybrid/3",
				    "fake_cpu/hybrid/2x2", "fake_cpu/hybrid/5", "fake_cpu/hybrid/2x3"));
	assert_int_equal(cell_of(f, "fake_cpu/hybrid/5")->status, CB_SKIPPED);
	assert_non_null(strstr(cell_of(f, "fake_cpu/hybrid/5")->reason, "5 workers"));
	check_shape(cell_of(f, "fake_cpu/hybrid/5"), 5, 0, 0);
	assert_int_equal(cell_of(f, "fake_cpu/hybrid/2x3")->status, CB_OK);
	done(f);
}

static void test_two_by_two_stands_for_hybrid_on_two_cpus(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	ask_workers(f, "1..all");
	ask_modes(f, LIST("hybrid", "threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/threads/1", "fake_cpu/threads/2", "fake_cpu/hybrid/2x2"));
	assert_true(cell_of(f, "fake_cpu/hybrid/2x2")->oversubscribed);
	assert_false(cell_of(f, "fake_cpu/threads/2")->oversubscribed);
	assert_int_equal(f->plan.workers_max, 4);
	done(f);
}

static void test_two_by_two_fits_where_few_workers_were_asked_for(void **state)
{
	struct fixture *f = start("core:8 pu:1");

	(void)state;
	ask_workers(f, "2");
	ask_modes(f, LIST("hybrid"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/hybrid/2x2"));
	assert_false(f->plan.cells[0].oversubscribed);
	done(f);
}

static void test_hybrid_has_a_process_for_each_numa_node_in_use(void **state)
{
	struct fixture *f = start("pack:4 numa:1 core:4 pu:1");
	unsigned two_nodes[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct cb_numbers list = { .v = two_nodes, .n = CB_COUNT(two_nodes) };

	(void)state;
	ask_modes(f, LIST("hybrid"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/hybrid/4x4"));
	f->options.cpus = (struct cb_cpu_lists){ &list, 1 };
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/hybrid/2x4/cpus=0..7"));
	done(f);
}

static void test_shape_overrides_workers(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_workers(f, "1,2,4");
	ask_modes(f, LIST("hybrid", "serial"));
	f->options.shape_processes = 3;
	f->options.shape_threads = 2;
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1", "fake_cpu/hybrid/3x2"));
	check_shape(&f->plan.cells[1], 6, 3, 2);
	assert_true(f->plan.cells[1].oversubscribed);
	done(f);
}

static void test_impossible_shapes_are_refused(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.shape_processes = 1;
	f->options.shape_threads = 4;
	refuse(f, LIST("fake_cpu"), -EINVAL,
		"--shape=1x4: hybrid takes at least 2 processes of at least 2 threads, 100000 workers at "
		"most");
	f->options.shape_processes = 70000;
	f->options.shape_threads = 70000;
	assert_int_equal(make(f, LIST("fake_cpu")), -EINVAL);
	f->options.shape_processes = f->options.shape_threads = 2;
	ask_modes(f, LIST("threads"));
	refuse(f, LIST("fake_cpu"), -EINVAL,
		"--shape is for mode hybrid, which --mode leaves out: add it there");
	done(f);
}

/* ---- dispatches ---------------------------------------------------------------------------------------- */

static void test_dispatches_multiply_all_modes_but_serial(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.dispatches = 1u << CB_DISPATCH_STATIC | 1u << CB_DISPATCH_SHARED;
	ask_modes(f, LIST("serial", "threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1", "fake_cpu/threads/4/static", "fake_cpu/threads/4"));
	done(f);
}

static void test_serial_shows_no_dispatch(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.dispatches = 1u << CB_DISPATCH_STATIC;
	ask_modes(f, LIST("serial"));
	plan(f, LIST("fake_cpu", "fake_static"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1", "fake_static/serial/1"));
	assert_int_equal(f->plan.cells[0].dispatch, CB_DISPATCH_SHARED);
	assert_int_equal(f->plan.cells[1].dispatch, CB_DISPATCH_STATIC);
	done(f);
}

static void test_dispatch_asked_for_is_skipped_with_a_reason(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.dispatches = 1u << CB_DISPATCH_SHARED;
	ask_modes(f, LIST("threads"));
	ask_workers(f, "2,4");
	plan(f, LIST("fake_static"));
	check_ids(&f->plan, LIST("fake_static/threads/2"));
	check_skipped(f, "fake_static/threads/2",
		"fake_static cannot run with dispatch shared: its workers need ranges of their own");
	done(f);
}

static void test_dispatch_not_asked_for_is_what_the_workload_has(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_static"));
	check_ids(&f->plan, LIST("fake_static/threads/4/static"));
	assert_int_equal(f->plan.cells[0].status, CB_OK);
	done(f);
}

static void test_open_loop_has_its_rate_in_the_id_and_no_batches(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.open = (struct cb_open_loop){ .rate_per_s = 2500, .arrival = CB_ARRIVAL_POISSON };
	ask_modes(f, LIST("serial", "threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan,
		LIST("fake_cpu/serial/1/rate=2500,poisson", "fake_cpu/threads/4/rate=2500,poisson"));
	assert_int_equal(f->plan.cells[1].batch, 1);
	assert_true(f->plan.cells[1].open.rate_per_s == 2500);
	assert_true(cb_cell_spec(&f->plan.groups[0], &f->plan.cells[1]).open.rate_per_s == 2500);
	done(f);
}

static void test_open_loop_needs_the_shared_counter(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.open.rate_per_s = 100;
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_static"));
	check_ids(&f->plan, LIST("fake_static/threads/4/rate=100/static"));
	check_skipped(f, "fake_static/threads/4/rate=100/static",
		"--rate hands out units in the order of their arrival, which dispatch static does not");
	done(f);
}

/* ---- places -------------------------------------------------------------------------------------------- */

/* Two packages: compact and spread differ for two workers, but not for one and not for all. */
static void test_each_place_has_a_cell_and_the_first_serial_one_is_the_baseline(void **state)
{
	struct fixture *f = start("pack:2 core:2 pu:1");

	(void)state;
	f->options.pins = 1u << CB_PIN_AUTO | 1u << CB_PIN_NONE | 1u << CB_PIN_COMPACT | 1u << CB_PIN_SPREAD;
	ask_modes(f, LIST("serial", "threads"));
	ask_workers(f, "1,2");
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan,
		LIST("fake_cpu/serial/1", "fake_cpu/serial/1/none", "fake_cpu/threads/1",
			"fake_cpu/threads/1/none", "fake_cpu/threads/1/compact", "fake_cpu/threads/1/spread",
			"fake_cpu/threads/2", "fake_cpu/threads/2/none", "fake_cpu/threads/2/compact",
			"fake_cpu/threads/2/spread"));
	for (unsigned i = 0; i < f->plan.cells_n; i++)
		assert_int_equal(f->plan.cells[i].baseline, i == 0);
	assert_int_equal(f->plan.cells[1].placement.pin, CB_PIN_NONE);
	for (unsigned i = 0; i < f->plan.cells_n; i++)
		assert_int_equal(f->plan.cells[i].status, i == 4 || i == 5 || i == 8 ? CB_SKIPPED : CB_OK);
	assert_string_equal(f->plan.cells[8].reason, "it is placed like fake_cpu/threads/2");
	done(f);
}

static void test_cpus_confine_and_are_part_of_the_id(void **state)
{
	struct fixture *f = start("core:8 pu:1");
	unsigned cpus[] = { 6, 1, 2, 3 };
	struct cb_numbers list = { .v = cpus, .n = CB_COUNT(cpus) };

	(void)state;
	f->options.cpus = (struct cb_cpu_lists){ &list, 1 };
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/threads/4/cpus=1..3,6"));
	for (unsigned i = 0; i < 4; i++)
		assert_in_set((unsigned)f->plan.cells[0].placement.worker_cpu[i],
			((unsigned long[]){ 1, 2, 3, 6 }), 4);
	assert_int_equal(f->plan.cpu_sets[0].allowance.usable, 4);
	assert_int_equal(f->host.allowance.usable, 8);
	cpus[0] = 9;
	assert_int_equal(make(f, LIST("fake_cpu")), -EINVAL);
	assert_int_equal(strncmp(f->err.text, "--cpus: CPU 9", 13), 0);
	done(f);
}

static void ask_cpus(struct fixture *f, struct cb_numbers *lists, size_t n)
{
	f->options.cpus = (struct cb_cpu_lists){ lists, n };
}

/* SMT against cores: CPUs 0 and 1 are of one core, 0 and 2 of two. One worker sits on CPU 0 in both. */
static void test_cpu_lists_are_an_axis(void **state)
{
	struct fixture *f = start("core:4 pu:2");
	unsigned smt[] = { 0, 1 }, cores[] = { 0, 2 };
	struct cb_numbers lists[] = { { .v = smt, .n = 2 }, { .v = cores, .n = 2 } };

	(void)state;
	ask_cpus(f, lists, 2);
	ask_workers(f, "1..all");
	ask_modes(f, LIST("serial", "threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1/cpus=0..1", "fake_cpu/threads/1/cpus=0..1",
				    "fake_cpu/threads/2/cpus=0..1", "fake_cpu/threads/1/cpus=0,2",
				    "fake_cpu/threads/2/cpus=0,2"));
	assert_string_equal(f->plan.cells[3].reason, "it is placed like fake_cpu/threads/1/cpus=0..1");
	assert_int_equal(f->plan.cells[2].placement.worker_cpu[1], 1);
	assert_int_equal(f->plan.cells[4].placement.worker_cpu[1], 2);
	done(f);
}

/* Each list has its own `all`; who is not pinned is placed alike only within the same list. */
static void test_cpu_lists_of_different_lengths(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	unsigned few[] = { 0, 1 }, all[] = { 0, 1, 2, 3 };
	struct cb_numbers lists[] = { { .v = few, .n = 2 }, { .v = all, .n = 4 } };

	(void)state;
	ask_cpus(f, lists, 2);
	ask_modes(f, LIST("threads"));
	f->options.pins = 1u << CB_PIN_NONE;
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/threads/2/none/cpus=0..1", "fake_cpu/threads/4/none/cpus=0..3"));
	ask_workers(f, "2");
	plan(f, LIST("fake_cpu"));
	assert_int_equal(f->plan.cells[0].status, CB_OK);
	assert_int_equal(f->plan.cells[1].status, CB_OK);
	f->options.pins = 1u << CB_PIN_COMPACT | 1u << CB_PIN_SPREAD;
	plan(f, LIST("fake_cpu"));
	assert_int_equal(f->plan.cells_n, 4);
	for (unsigned i = 1; i < 4; i++) /* one cache, so that compact and spread are the same */
		assert_string_equal(
			f->plan.cells[i].reason, "it is placed like fake_cpu/threads/2/compact/cpus=0..1");
	done(f);
}

static void test_a_cpu_list_twice_is_refused(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	unsigned one[] = { 0, 1 }, same[] = { 1, 0 };
	struct cb_numbers lists[] = { { .v = one, .n = 2 }, { .v = same, .n = 2 } };

	(void)state;
	ask_cpus(f, lists, 2);
	assert_int_equal(make(f, LIST("fake_cpu")), -EINVAL);
	assert_string_equal(f->err.text, "--cpus: 0..1 is there twice");
	done(f);
}

static void test_partners_are_counted_and_placed(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_modes(f, LIST("serial", "threads"));
	ask_workers(f, "2,4");
	plan(f, LIST("fake_pipe", "fake_pipe:place=same", "fake_server"));
	assert_int_equal(cell_of(f, "fake_pipe/serial/1")->partners, 1);
	assert_int_equal(cell_of(f, "fake_pipe/threads/2")->partners, 2);
	assert_false(cell_of(f, "fake_pipe/threads/2")->oversubscribed);
	assert_true(cell_of(f, "fake_pipe/threads/4")->oversubscribed);
	assert_int_equal(cell_of(f, "fake_server/threads/2")->partners, 1);
	assert_true(cell_of(f, "fake_server/threads/4")->oversubscribed);

	const struct cb_placement *other = &cell_of(f, "fake_pipe/threads/2")->placement;
	const struct cb_placement *same = &cell_of(f, "fake_pipe:place=same/threads/2")->placement;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_not_equal(other->worker_cpu[i], other->partner_cpu[i]);
		assert_int_equal(same->worker_cpu[i], same->partner_cpu[i]);
	}
	done(f);
}

static void test_environment_reaches_supported(void **state)
{
	struct fixture *f = start("l3:2(size=1000000) core:2 pu:1");
	char why[256];

	(void)state;
	ask_modes(f, LIST("threads"));
	ask_workers(f, "2,3");
	f->options.allow_unverified = true;
	plan(f, LIST("fake_picky"));
	check_ids(&f->plan, LIST("fake_picky/threads/2", "fake_picky/threads/3"));
	assert_int_equal(f->plan.cells[0].status, CB_OK);
	assert_int_equal(f->plan.cells[0].env.workers, 2);
	snprintf(why, sizeof why, "3 workers on 3 CPUs with %llu bytes in /scratch unverified",
		2 * (unsigned long long)f->host.topology.llc_bytes);
	check_skipped(f, "fake_picky/threads/3", why);
	assert_int_equal(f->plan.workers_max, 2);
	done(f);
}

static void test_support_denied_without_a_word_has_a_reason_too(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_mute"));
	check_skipped(f, "fake_mute/threads/4", strerror(ENOSYS));
	assert_int_equal(f->plan.groups[0].serial.status, CB_SKIPPED);
	done(f);
}

/* ---- limits -------------------------------------------------------------------------------------------- */

static void test_more_than_the_host_has_names_cell_and_limit(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	static const char id[] = "fake_big:bytes=262144TiB/threads/4: ";

	(void)state;
	ask_modes(f, LIST("threads"));
	assert_int_equal(make(f, LIST("fake_big:bytes=256KiB")), 0);
	assert_int_equal(make(f, LIST("fake_cpu", "fake_big:bytes=262144TiB")), -EAGAIN);
	assert_int_equal(strncmp(f->err.text, id, strlen(id)), 0);
	assert_non_null(strstr(f->err.text, "memory"));
	done(f);
}

/* What will not be measured may be as large as it likes. */
static void test_cells_left_out_are_not_held_to_limits(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	char glob[] = "fake_cpu/*";

	(void)state;
	f->options.cells = glob;
	assert_int_equal(make(f, LIST("fake_cpu", "fake_big:bytes=262144TiB")), 0);
	done(f);
}

static void test_fixed_units_beyond_the_workloads_limit_are_skipped(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.units = 30;
	ask_modes(f, LIST("serial", "threads"));
	plan(f, LIST("fake_big"));
	check_skipped(f, "fake_big/serial/1", "a sample has at most 10 units here, fewer than --units");
	assert_int_equal(cell_of(f, "fake_big/threads/4")->status, CB_OK);
	done(f);
}

static void test_too_many_cells_are_refused(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_workers(f, "1..4000");
	f->options.pins = 1u << CB_PIN_NONE | 1u << CB_PIN_COMPACT | 1u << CB_PIN_SPREAD;
	f->options.cells = (char[]){ "none such" };
	refuse(f, LIST("fake_cpu"), -ERANGE,
		"the plan has more than 10000 cells: ask for fewer --workers or --scan values");
	done(f);
}

/* ---- groups -------------------------------------------------------------------------------------------- */

static void test_params_are_parsed_and_in_the_id(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	ask_modes(f, LIST("serial"));
	plan(f, LIST("fake_cpu:limit=20,bytes=8192", "fake_cpu:bytes=4096", "fake_plain"));
	check_ids(&f->plan,
		LIST("fake_cpu:bytes=8KiB,limit=20/serial/1", "fake_cpu/serial/1", "fake_plain/serial/1"));

	const struct fake_params *p = f->plan.groups[0].params;

	assert_int_equal(p->limit, 20);
	assert_int_equal(p->bytes, 8192);
	assert_string_equal(f->plan.groups[0].params_id, "bytes=8KiB,limit=20");
	assert_string_equal(f->plan.groups[1].params_id, "");
	assert_ptr_equal(f->plan.groups[2].workload, &fake_plain);
	done(f);
}

static void test_file_params_are_identified(void **state)
{
	struct fixture *f = start("core:2 pu:1");
	char path[] = "/tmp/test_plan_XXXXXX", spec[64], id[128];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "123456789", 9), 9);
	close(fd);
	snprintf(spec, sizeof spec, "fake_cpu:input=%s", path);
	ask_modes(f, LIST("serial"));
	plan(f, LIST(spec));
	/* CRC-32 of the digits is its published check value. */
	snprintf(id, sizeof id, "fake_cpu:input=%s@9.cbf43926/serial/1", path);
	assert_string_equal(f->plan.cells[0].id, id);
	unlink(path);
	assert_int_equal(make(f, LIST(spec)), -ENOENT);
	assert_non_null(strstr(f->err.text, path));
	done(f);
}

static void test_unknown_names_suggest_the_nearest(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	refuse(f, LIST("fake_cpu", "fake_pipes"), -EINVAL,
		"there is no workload 'fake_pipes': did you mean 'fake_pipe'?");
	refuse(f, LIST("zzzzzzzz"), -EINVAL, "there is no workload 'zzzzzzzz': see concbench list");
	assert_int_equal(make(f, LIST("fake_cpu:limt=3")), -EINVAL);
	assert_non_null(strstr(f->err.text, "'limit'"));
	assert_int_equal(make(f, LIST("fake_cpu:limit=0")), -ERANGE);
	assert_int_equal(strncmp(f->err.text, "fake_cpu:limit=0: ", 18), 0);
	assert_int_equal(make(f, LIST("fake_cpu:")), -EINVAL);
	done(f);
}

/* However they are written, the same params are the same group. */
static void test_same_group_twice_is_refused(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	refuse(f, LIST("fake_cpu:bytes=8KiB", "fake_cpu", "fake_cpu:limit=10,bytes=8192"), -EINVAL,
		"fake_cpu:bytes=8KiB is asked for twice: name it once");
	refuse(f, LIST("fake_cpu", "fake_cpu"), -EINVAL, "fake_cpu is asked for twice: name it once");
	done(f);
}

static void test_default_set_is_taken_without_names(void **state)
{
	static const struct cb_workload prime = { FAKE("cpu_prime"), .caps = CB_CAN_SERIAL | CB_CAN_SHARED };
	static const struct cb_workload *const only[] = { &prime, NULL };
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	assert_int_equal(cb_plan_make_from(&f->plan, only, &f->options, &f->host, &f->err), -EINVAL);
	assert_string_equal(f->err.text, "there is no workload 'cpu_deflate': see concbench list");
	done(f);
}

/* ---- the group's serial cell --------------------------------------------------------------------------- */

static void test_serial_equals_the_baseline(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.pins = 1u << CB_PIN_SPREAD;
	plan(f, LIST("fake_cpu"));

	const struct cb_cell *serial = &f->plan.groups[0].serial;

	assert_string_equal(serial->id, "fake_cpu/serial/1/spread");
	assert_true(serial->baseline);
	assert_int_equal(serial->status, CB_OK);
	assert_int_equal(serial->placement.workers, 1);
	assert_int_equal(serial->placement.worker_cpu[0], f->plan.cells[0].placement.worker_cpu[0]);
	done(f);
}

static void test_serial_is_hidden_where_not_asked_for(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	f->options.pins = 1u << CB_PIN_NONE;
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/threads/4/none"));
	assert_string_equal(f->plan.groups[0].serial.id, "fake_cpu/serial/1/none");
	assert_false(f->plan.groups[0].serial.baseline);
	assert_int_equal(f->plan.groups[0].serial.env.workers, 1);
	done(f);
}

static void test_serial_is_skipped_where_the_workload_cannot(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	plan(f, LIST("fake_threads"));
	check_ids(&f->plan, LIST("fake_threads/threads/4"));
	assert_int_equal(f->plan.groups[0].serial.status, CB_SKIPPED);
	assert_string_equal(f->plan.groups[0].serial.reason, "fake_threads cannot run in mode serial");
	assert_int_equal(f->plan.groups[0].serial.env.workers, 1);
	assert_string_equal(f->plan.groups[0].serial.env.dir, "/scratch");
	assert_non_null(f->plan.groups[0].serial.placement.worker_cpu);
	done(f);
}

/* ---- --cells ------------------------------------------------------------------------------------------- */

static void test_cells_keeps_what_matches(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	char glob[] = "*/threads/[24]";

	(void)state;
	f->options.cells = glob;
	ask_workers(f, "1..4");
	plan(f, LIST("fake_cpu", "fake_pipe:limit=3"));
	check_ids(&f->plan, LIST("fake_cpu/threads/2", "fake_cpu/threads/4", "fake_pipe:limit=3/threads/2",
				    "fake_pipe:limit=3/threads/4"));
	assert_string_equal(f->plan.groups[1].serial.id, "fake_pipe:limit=3/serial/1");
	done(f);
}

static void test_cells_drops_whole_groups(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	char glob[] = "fake_pl*";

	(void)state;
	f->options.cells = glob;
	ask_modes(f, LIST("threads"));
	plan(f, LIST("fake_cpu", "fake_plain", "fake_pipe"));
	check_ids(&f->plan, LIST("fake_plain/threads/4"));
	assert_int_equal(f->plan.groups_n, 1);
	done(f);
}

/* The first serial cell that is left is what others are compared with. */
static void test_cells_moves_the_baseline(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	char glob[] = "*none";

	(void)state;
	f->options.cells = glob;
	f->options.pins = 1u << CB_PIN_AUTO | 1u << CB_PIN_NONE;
	ask_modes(f, LIST("serial"));
	plan(f, LIST("fake_cpu"));
	check_ids(&f->plan, LIST("fake_cpu/serial/1/none"));
	assert_true(f->plan.cells[0].baseline);
	assert_int_equal(f->plan.groups[0].serial.pin_requested, CB_PIN_NONE);
	done(f);
}

static void test_cells_without_a_match_is_refused(void **state)
{
	struct fixture *f = start("core:4 pu:1");
	char glob[] = "*/threads/9";

	(void)state;
	f->options.cells = glob;
	refuse(f, LIST("fake_cpu", "fake_pipe"), -EINVAL,
		"--cells: none of the 7 cells matches '*/threads/9': the first is fake_cpu/serial/1");
	done(f);
}

/* ---- --scan -------------------------------------------------------------------------------------------- */

#define SCAN(word, ...)                                                         \
	{                                                                       \
		.name = (char[]){ word }, .values = {                           \
			.v = (char *[]){ __VA_ARGS__, NULL },                   \
			.n = sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *) \
		}                                                               \
	}

static void ask_scans(struct fixture *f, struct cb_scan *scans, size_t n)
{
	f->options.scans = scans;
	f->options.scans_n = n;
	ask_modes(f, LIST("serial"));
}

static char one[] = "1", two[] = "2", kib[] = "1KiB", mib[] = "1MiB", comma[] = "3,bytes=1KiB";

static void test_scan_takes_each_value(void **state)
{
	struct fixture *f = start("core:2 pu:1");
	struct cb_scan scans[] = { SCAN("n", two, one) };

	(void)state;
	ask_scans(f, scans, 1);
	plan(f, LIST("fake_cpu:limit={n}{n}", "fake_plain"));
	check_ids(&f->plan,
		LIST("fake_cpu:limit=22/serial/1", "fake_cpu:limit=11/serial/1", "fake_plain/serial/1"));
	done(f);
}

static void test_scans_multiply_where_both_are_named(void **state)
{
	struct fixture *f = start("core:2 pu:1");
	struct cb_scan scans[] = { SCAN("n", one, two), SCAN("size", kib, mib) };

	(void)state;
	ask_scans(f, scans, 2);
	plan(f, LIST("fake_cpu:bytes={size},limit={n}", "fake_pipe:limit={n}"));
	check_ids(&f->plan,
		LIST("fake_cpu:bytes=1KiB,limit=1/serial/1", "fake_cpu:bytes=1MiB,limit=1/serial/1",
			"fake_cpu:bytes=1KiB,limit=2/serial/1", "fake_cpu:bytes=1MiB,limit=2/serial/1",
			"fake_pipe:limit=1/serial/1", "fake_pipe:limit=2/serial/1"));
	done(f);
}

/* A value is a value: a comma in it makes no second parameter. */
static void test_scan_values_are_escaped(void **state)
{
	struct fixture *f = start("core:2 pu:1");
	struct cb_scan scans[] = { SCAN("n", comma) };

	(void)state;
	ask_scans(f, scans, 1);
	assert_int_equal(make(f, LIST("fake_cpu:limit={n}")), -EINVAL);
	assert_non_null(strstr(f->err.text, "limit: "));
	done(f);
}

static void test_scan_mistakes_are_refused(void **state)
{
	struct fixture *f = start("core:2 pu:1");
	struct cb_scan scans[] = { SCAN("n", one, two), SCAN("m", one) };
	struct cb_scan same[] = { SCAN("n", one), SCAN("n", two) };
	struct cb_scan repeated[] = { SCAN("n", one, one) };

	(void)state;
	ask_scans(f, scans, 2);
	refuse(f, LIST("fake_cpu:limit={n}"), -EINVAL,
		"--scan m is used by no workload: write {m} where its values belong");
	refuse(f, LIST("fake_cpu:limit={n},bytes={x}"), -EINVAL,
		"'{x}' in 'fake_cpu:limit={n},bytes={x}' names no --scan: write --scan NAME=VALUE,... and "
		"{NAME}");
	assert_int_equal(make(f, LIST("fake_cpu:limit={n")), -EINVAL);
	ask_scans(f, same, 2);
	refuse(f, LIST("fake_cpu:limit={n}"), -EINVAL,
		"--scan n is given twice: list all its values at once");
	ask_scans(f, repeated, 1);
	refuse(f, LIST("fake_cpu:limit={n}"), -EINVAL, "fake_cpu:limit=1 is asked for twice: name it once");
	done(f);
}

static void test_braces_are_plain_without_scans(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	assert_int_equal(make(f, LIST("fake_cpu:input=/nonexistent/{x}")), -ENOENT);
	assert_non_null(strstr(f->err.text, "/nonexistent/{x}"));
	done(f);
}

/* ---- expected time ------------------------------------------------------------------------------------- */

#define SAMPLE_NS UINT64_C(230000000) /* 200 ms, 20 ms of warm-up, 10 ms around */

static void test_expected_time(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_modes(f, LIST("serial", "threads"));
	plan(f, LIST("fake_cpu"));
	/* Two cells: three samples of calibration each and a primer, then 30 each. */
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == (2 * 3 + 1 + 2 * 30) * SAMPLE_NS);
	f->options.time_budget_ns = 5000000000;
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == 5000000000);
	/* Calibration does not stop at the budget, and a block is measured after it. */
	f->options.time_budget_ns = 1;
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == (2 * 3 + 1 + 2 * 2) * SAMPLE_NS);
	f->options.samples = 100;
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == (2 * 3 + 1 + 2 * 100) * SAMPLE_NS);
	f->options.units = 7;
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == (1 + 2 * 100) * SAMPLE_NS);
	done(f);
}

/* What a quiet host takes, and how far a budget goes that is less than that. */
static void test_least_time(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	ask_modes(f, LIST("serial", "threads"));
	plan(f, LIST("fake_cpu"));
	f->options.samples_min = 12;
	f->options.time_budget_ns = 1;
	assert_true(cb_plan_least_ns(&f->plan, &f->options) == (2 * 3 + 1 + 2 * 12) * SAMPLE_NS);
	assert_true(cb_plan_samples_in_budget(&f->plan, &f->options) == 2);
	f->options.time_budget_ns = (2 * 3 + 1 + 2 * 5) * SAMPLE_NS;
	assert_float_equal(cb_plan_samples_in_budget(&f->plan, &f->options), 5, 1e-9);
	f->options.samples = 3;
	assert_true(cb_plan_least_ns(&f->plan, &f->options) == (2 * 3 + 1 + 2 * 3) * SAMPLE_NS);
	done(f);
}

static void test_expected_time_of_skipped_cells_is_none(void **state)
{
	struct fixture *f = start("core:4 pu:1");

	(void)state;
	plan(f, LIST("fake_mute"));
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == 0);
	done(f);
}

static void test_expected_time_counts_turns(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	ask_modes(f, LIST("threads"));
	ask_workers(f, "64");
	f->options.units = 1;
	f->options.samples = 10;
	plan(f, LIST("fake_cpu"));
	/* 3 turns of 32 workers a CPU, 4 ms each; and the hidden serial primer. */
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == 10 * UINT64_C(414000000) + SAMPLE_NS);
	done(f);
}

/* Who only waits needs no turns, however many there are. */
static void test_expected_time_of_waits_counts_no_turns(void **state)
{
	struct fixture *f = start("core:2 pu:1");

	(void)state;
	ask_modes(f, LIST("threads"));
	ask_workers(f, "64");
	f->options.units = 1;
	f->options.samples = 10;
	plan(f, LIST("fake_wait"));
	assert_true(cb_plan_expected_ns(&f->plan, &f->options) == (10 + 1) * SAMPLE_NS);
	assert_true(cb_plan_has_class(&f->plan, CB_CLASS_WAIT));
	assert_false(cb_plan_has_class(&f->plan, CB_CLASS_CPU));
	done(f);
}

static void test_target_of_a_sample(void **state)
{
	struct cb_cell cell = { .shape = { 64, 1, 64 }, .partners = 1, .env = { .cpus = 2 } };

	(void)state;
	assert_true(cb_cell_target_ns(&cell, 50, CB_CLASS_CPU) == 50);
	cell.oversubscribed = true;
	/* 65 on 2 CPUs: 33 on one of them, three turns of 4 ms each. */
	assert_true(cb_cell_target_ns(&cell, 50, CB_CLASS_CPU) == 33 * 12000000);
	assert_true(cb_cell_target_ns(&cell, 1000000000, CB_CLASS_CPU) == 1000000000);
	assert_true(cb_cell_target_ns(&cell, 50, CB_CLASS_WAIT) == 50);
}

static void test_release_takes_anything(void **state)
{
	struct cb_plan plan = { 0 };

	(void)state;
	cb_plan_release(NULL);
	cb_plan_release(&plan);
	cb_plan_release(&plan);
	assert_null(plan.cells);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_take_all_modes_and_cpus),
		cmocka_unit_test(test_all_is_what_the_quota_leaves),
		cmocka_unit_test(test_worker_lists_make_cells_in_their_order),
		cmocka_unit_test(test_bad_workers_are_refused),
		cmocka_unit_test(test_mode_not_asked_for_is_left_out_silently),
		cmocka_unit_test(test_mode_asked_for_is_skipped_once_with_a_reason),
		cmocka_unit_test(test_nothing_to_run_is_refused),
		cmocka_unit_test(test_workers_that_cannot_be_split_are_skipped),
		cmocka_unit_test(test_two_by_two_stands_for_hybrid_on_two_cpus),
		cmocka_unit_test(test_two_by_two_fits_where_few_workers_were_asked_for),
		cmocka_unit_test(test_hybrid_has_a_process_for_each_numa_node_in_use),
		cmocka_unit_test(test_shape_overrides_workers),
		cmocka_unit_test(test_impossible_shapes_are_refused),
		cmocka_unit_test(test_dispatches_multiply_all_modes_but_serial),
		cmocka_unit_test(test_serial_shows_no_dispatch),
		cmocka_unit_test(test_dispatch_asked_for_is_skipped_with_a_reason),
		cmocka_unit_test(test_dispatch_not_asked_for_is_what_the_workload_has),
		cmocka_unit_test(test_open_loop_has_its_rate_in_the_id_and_no_batches),
		cmocka_unit_test(test_open_loop_needs_the_shared_counter),
		cmocka_unit_test(test_each_place_has_a_cell_and_the_first_serial_one_is_the_baseline),
		cmocka_unit_test(test_cpus_confine_and_are_part_of_the_id),
		cmocka_unit_test(test_cpu_lists_are_an_axis),
		cmocka_unit_test(test_cpu_lists_of_different_lengths),
		cmocka_unit_test(test_a_cpu_list_twice_is_refused),
		cmocka_unit_test(test_partners_are_counted_and_placed),
		cmocka_unit_test(test_environment_reaches_supported),
		cmocka_unit_test(test_support_denied_without_a_word_has_a_reason_too),
		cmocka_unit_test(test_more_than_the_host_has_names_cell_and_limit),
		cmocka_unit_test(test_cells_left_out_are_not_held_to_limits),
		cmocka_unit_test(test_fixed_units_beyond_the_workloads_limit_are_skipped),
		cmocka_unit_test(test_too_many_cells_are_refused),
		cmocka_unit_test(test_params_are_parsed_and_in_the_id),
		cmocka_unit_test(test_file_params_are_identified),
		cmocka_unit_test(test_unknown_names_suggest_the_nearest),
		cmocka_unit_test(test_same_group_twice_is_refused),
		cmocka_unit_test(test_default_set_is_taken_without_names),
		cmocka_unit_test(test_serial_equals_the_baseline),
		cmocka_unit_test(test_serial_is_hidden_where_not_asked_for),
		cmocka_unit_test(test_serial_is_skipped_where_the_workload_cannot),
		cmocka_unit_test(test_cells_keeps_what_matches),
		cmocka_unit_test(test_cells_drops_whole_groups),
		cmocka_unit_test(test_cells_moves_the_baseline),
		cmocka_unit_test(test_cells_without_a_match_is_refused),
		cmocka_unit_test(test_scan_takes_each_value),
		cmocka_unit_test(test_scans_multiply_where_both_are_named),
		cmocka_unit_test(test_scan_values_are_escaped),
		cmocka_unit_test(test_scan_mistakes_are_refused),
		cmocka_unit_test(test_braces_are_plain_without_scans),
		cmocka_unit_test(test_expected_time),
		cmocka_unit_test(test_least_time),
		cmocka_unit_test(test_expected_time_of_skipped_cells_is_none),
		cmocka_unit_test(test_expected_time_counts_turns),
		cmocka_unit_test(test_expected_time_of_waits_counts_no_turns),
		cmocka_unit_test(test_target_of_a_sample),
		cmocka_unit_test(test_release_takes_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
