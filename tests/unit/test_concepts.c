/*
 * Judges of claims, fed with made-up results of real plans: figures that show the claim, figures that
 * contradict it, intervals too wide to tell, and cells that are missing. Nothing is run.
 */
#include "lib/concepts/concepts.h"
#include "lib/plan/registry.h"
#include "lib/result/price.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define BLOCKS    6
#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

struct run {
	struct cb_run_options options;
	struct cb_plan plan;
	struct cb_result result;
};

struct stand {
	struct cb_host host;
	struct run run[CB_CONCEPT_RUNS_MAX];
	struct cb_evidence evidence;
	struct cb_judgement judgement;
	unsigned dispatches; /* of plans to come; 0: those of default */
};

static void set_host(struct cb_host *host, const char *machine)
{
	assert_int_equal(cb_topology_synthetic(machine, &host->topology, NULL), 0);
	host->allowance.mask_n = host->allowance.usable = host->allowance.configured = host->topology.cpus_n;
	host->allowance.mask = calloc(host->topology.cpus_n, sizeof(unsigned));
	assert_non_null(host->allowance.mask);
	for (unsigned i = 0; i < host->topology.cpus_n; i++)
		host->allowance.mask[i] = i;
	host->memory_bytes = host->memory_free_bytes = UINT64_C(1) << 36;
}

static struct stand *start(const char *machine)
{
	struct stand *s = calloc(1, sizeof *s);

	assert_non_null(s);
	set_host(&s->host, machine);
	s->evidence.cpus = s->host.allowance.usable;
	s->evidence.workers = cb_concept_workers(s->evidence.cpus);
	return s;
}

static void done(struct stand *s)
{
	for (size_t i = 0; i < CB_COUNT(s->run); i++) {
		cb_result_release(&s->run[i].result);
		cb_plan_release(&s->run[i].plan);
	}
	cb_allowance_release(&s->host.allowance);
	cb_topology_release(&s->host.topology);
	free(s);
}

static unsigned mode_bits(const char *const *modes)
{
	unsigned bits = 0;

	for (; *modes; modes++)
		for (unsigned m = 0; cb_modes[m]; m++)
			if (!strcmp(cb_modes[m]->name, *modes))
				bits |= 1u << m;
	return bits;
}

/* Plans a run of the stand from a registry; no cell has a sample yet. */
static void plan_from(struct stand *s, const struct cb_workload *const *registry, unsigned number,
	const char *const *modes, const char *workers, const char *const *specs)
{
	static char dir[] = "/var/tmp";
	struct run *run = &s->run[number];
	struct cb_error err = { 0 };

	run->options = (struct cb_run_options){ .inflight = 1,
		.modes = mode_bits(modes),
		.modes_given = true,
		.workers = (char *)(uintptr_t)workers,
		.workloads.v = (char **)(uintptr_t)specs,
		.sample_time_ns = 50000000,
		.samples_min = 12,
		.samples_max = 12,
		.precision = 0.02,
		.quick = true,
		.dispatches = s->dispatches,
		.dir = dir };
	while (specs[run->options.workloads.n])
		run->options.workloads.n++;
	if (cb_plan_make_from(&run->plan, registry, &run->options, &s->host, &err))
		fail_msg("%s", err.text);
	assert_int_equal(cb_result_init(&run->result, &run->options, &s->host, &run->plan, &err), 0);
	s->evidence.run[number] = &run->result;
}

static void plan(struct stand *s, unsigned number, const char *const *modes, const char *workers,
	const char *const *specs)
{
	plan_from(s, cb_registry, number, modes, workers, specs);
}

static unsigned cell_of(const struct run *run, const char *id)
{
	for (unsigned i = 0; i < run->plan.cells_n; i++)
		if (!strcmp(run->plan.cells[i].id, id))
			return i;
	fail_msg("no cell %s", id);
	return 0;
}

/* One sample: units a second, spread by a share that differs from sample to sample. */
static struct cb_sample sample_at(double per_s, double spread, unsigned k)
{
	double swing = 1 + spread * ((double)(k % 5) - 2) / 2;

	return fixture_sample(1000, (uint64_t)(1e12 / (per_s * swing)));
}

/* Samples of a cell, and its group's summary. metric: set to value in each sample, with the same spread. */
static void put(struct stand *s, unsigned number, const char *id, double per_s, double spread,
	const char *metric, double value)
{
	struct run *run = &s->run[number];
	unsigned cell = cell_of(run, id), group = run->plan.cells[cell].group;
	const struct cb_workload *workload = run->plan.groups[group].workload;

	for (unsigned k = 0; k < 2 * BLOCKS; k++) {
		struct cb_sample sample = sample_at(per_s, spread, k + cell);

		for (unsigned i = 0; workload->metrics && workload->metrics[i].name; i++)
			sample.metrics[i] = 0;
		if (metric)
			sample.metrics[cb_metric_find(workload, metric, strlen(metric))] =
				value * (1 + spread * ((double)(k % 5) - 2) / 2);
		cb_result_add(&run->result, cell, &sample)->block = k / 2;
	}
	run->result.cells[cell].units = 1000;
	run->result.cells[cell].digest = 0x77;
	run->result.cells[cell].digest_known = true;
	cb_result_summarize(&run->result, group);
}

static void rate(struct stand *s, unsigned number, const char *id, double per_s)
{
	put(s, number, id, per_s, 0.01, NULL, 0);
}

/* Sets one more metric of a cell in all of its samples. */
static void also(struct stand *s, unsigned number, const char *id, const char *metric, double value)
{
	struct run *run = &s->run[number];
	unsigned cell = cell_of(run, id), group = run->plan.cells[cell].group;
	unsigned row = cb_metric_find(run->plan.groups[group].workload, metric, strlen(metric));

	assert_true(row < CB_METRICS_MAX);
	for (unsigned k = 0; k < run->result.cells[cell].samples_n; k++)
		run->result.cells[cell].samples[k].s.metrics[row] = value;
	cb_result_summarize(&run->result, group);
}

static void judge(struct stand *s, unsigned row)
{
	memset(&s->judgement, 0, sizeof s->judgement);
	cb_concept_find(row)->judge(&s->evidence, &s->judgement);
}

static void expect(struct stand *s, unsigned row, enum cb_claim_verdict verdict, const char *words)
{
	judge(s, row);
	if (s->judgement.verdict != verdict)
		fail_msg("%s: %s", cb_claim_verdict_names[s->judgement.verdict], s->judgement.sentence);
	if (!strstr(s->judgement.sentence, words))
		fail_msg("'%s' is not in: %s", words, s->judgement.sentence);
}

/* ---- the table ----------------------------------------------------------------------------------------- */

static void test_rows_are_whole(void **state)
{
	unsigned last = 0;

	(void)state;
	for (const struct cb_concept *c = cb_concepts; c->number; c++) {
		assert_int_equal(c->number, last + 1);
		last = c->number;
		assert_true(c->claim && *c->claim);
		assert_true(c->lacks || (c->judge && c->runs[0]));
		assert_ptr_equal(cb_concept_find(c->number), c);
	}
	assert_int_equal(last, 18);
	assert_null(cb_concept_find(0));
	assert_null(cb_concept_find(19));
}

static void assert_words(unsigned usable, const char *expected)
{
	static const struct cb_concept concept = { .number = 1,
		.runs = { "  --workers={N},{4N},{16N}  --cpus={CPU} {CONFINE} a:b={c} " } };
	unsigned mask[] = { 17, 18, 19, 20, 21, 22 };
	const struct cb_allowance allowance = { .mask = mask, .mask_n = 6, .usable = usable };
	struct cb_words words;
	char text[200] = "";

	assert_int_equal(cb_concept_words(&concept, 0, &allowance, &words, NULL), 0);
	for (size_t i = 0; i < words.n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, words.v[i]);
	}
	assert_null(words.v[words.n]);
	assert_string_equal(text, expected);
	cb_words_release(&words);
}

static void test_placeholders(void **state)
{
	(void)state;
	assert_words(1, "--workers=2,8,32 --cpus=17 a:b={c}");
	assert_words(3, "--workers=3,12,48 --cpus=17 a:b={c}");
	assert_words(4, "--workers=4,16,64 --cpus=17 a:b={c}");
	assert_words(6, "--workers=4,16,64 --cpus=17 --cpus=17,18,19,20 a:b={c}");
	assert_int_equal(cb_concept_workers(64), 4);
}

static void test_what_is_missing_is_told(void **state)
{
	static const struct cb_concept lacking = { .number = 1, .lacks = "a mode" },
				       absent = { .number = 2,
					       .runs = { "--quick null", "--x=y null nosuch:a=b",
						       "--dispatch=static,nosuch,shared null" } },
				       there = { .number = 3,
					       .runs = { "--dispatch=static,shared {CONFINE} null" } };
	char why[100];

	(void)state;
	assert_string_equal(cb_concept_missing(&lacking, 0, cb_registry, why, sizeof why), "it needs a mode");
	assert_string_equal(cb_concept_missing(&absent, 0, cb_registry, why, sizeof why), "");
	assert_string_equal(
		cb_concept_missing(&absent, 1, cb_registry, why, sizeof why), "it needs the workload nosuch");
	assert_string_equal(
		cb_concept_missing(&absent, 2, cb_registry, why, sizeof why), "it needs the dispatch nosuch");
	assert_string_equal(cb_concept_missing(&there, 0, cb_registry, why, sizeof why), "");
}

/* ---- 1, 3 ---------------------------------------------------------------------------------------------- */

#define WAIT "wait_sleep:duration=1ms"

/* Speed-ups of two threads on one CPU and on two, computing and waiting. */
static struct stand *parallel(double one_cpu, double one_wait, double all_cpu, double all_wait, double spread)
{
	const double gains[2][2] = { { one_cpu, one_wait }, { all_cpu, all_wait } };
	static const char *const specs[] = { "cpu_prime", WAIT, NULL };
	struct stand *s = start("core:2 pu:1");

	for (unsigned run = 0; run < 2; run++) {
		plan(s, run, LIST("serial", "threads"), "2,8", specs);
		for (unsigned i = 0; i < 2; i++) {
			char id[64];

			snprintf(id, sizeof id, "%s/serial/1", specs[i]);
			put(s, run, id, 1000, spread, NULL, 0);
			snprintf(id, sizeof id, "%s/threads/2", specs[i]);
			put(s, run, id, 1000 * gains[run][i], spread, NULL, 0);
			snprintf(id, sizeof id, "%s/threads/8", specs[i]);
			put(s, run, id, 1000 * gains[run][i] * (i ? 4 : 1), spread, NULL, 0);
		}
	}
	return s;
}

static void test_interleaving(void **state)
{
	struct stand *s = parallel(1, 2, 2, 2, 0.01);

	(void)state;
	expect(s, 1, CB_CLAIM_SHOWN, "on one CPU gained computing 1.0");
	done(s);
	s = parallel(1, 2, 0.98, 2, 0.01);
	expect(s, 1, CB_CLAIM_NOT_SHOWN, "computing gained little from more CPUs");
	assert_non_null(strstr(s->judgement.sentence, "0.9"));
	done(s);
	s = parallel(1, 1, 2, 2, 0.01);
	expect(s, 1, CB_CLAIM_NOT_SHOWN, "waiting gained little on a single CPU");
	done(s);
	s = parallel(1, 2, 1.5, 2, 1);
	expect(s, 1, CB_CLAIM_UNKNOWN, "too wide to say");
	done(s);
}

static void test_one_cpu_shows_no_parallelism(void **state)
{
	struct stand *s = start("core:1 pu:1");

	(void)state;
	expect(s, 1, CB_CLAIM_UNKNOWN, "one CPU only");
	expect(s, 11, CB_CLAIM_UNKNOWN, "one CPU only");
	done(s);
}

static void test_missing_cells_are_named(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan(s, 0, LIST("serial", "threads"), "2", LIST("cpu_prime", WAIT));
	plan(s, 1, LIST("serial"), "2", LIST("cpu_prime", WAIT));
	expect(s, 1, CB_CLAIM_UNKNOWN, "cpu_prime/threads/2: not measured");
	s->run[0].result.cells[cell_of(&s->run[0], "cpu_prime/threads/2")].status = CB_CRASHED;
	expect(s, 1, CB_CLAIM_UNKNOWN, "cpu_prime/threads/2: crashed");
	rate(s, 0, "cpu_prime/serial/1", 1);
	s->run[0].result.cells[cell_of(&s->run[0], "cpu_prime/threads/2")].status = CB_OK;
	rate(s, 0, "cpu_prime/threads/2", 1);
	rate(s, 0, WAIT "/serial/1", 1);
	rate(s, 0, WAIT "/threads/2", 2);
	expect(s, 1, CB_CLAIM_UNKNOWN, "cpu_prime has no cell in mode threads");
	done(s);
}

static void test_cores_or_workers(void **state)
{
	struct stand *s = parallel(2, 2, 2, 2, 0.01);

	(void)state;
	s->evidence.run[1] = NULL; /* what row 1 has there is not what row 3 has */
	expect(s, 3, CB_CLAIM_SHOWN, "waiting: 2 threads 2.0");
	done(s);
	s = parallel(1, 2, 2, 2, 0.01);
	s->evidence.run[1] = NULL;
	expect(s, 3, CB_CLAIM_NOT_SHOWN, "computing gained little from more CPUs");
	done(s);
}

static void test_low_capacity_is_told(void **state)
{
	struct stand *s = parallel(1, 2, 1.1, 2, 0.01);
	struct cb_cell_result *cell = &s->run[1].result.cells[cell_of(&s->run[1], "cpu_prime/threads/2")];

	(void)state;
	for (unsigned k = 0; k < cell->samples_n; k++)
		cell->samples[k].capacity = 1.1;
	cb_result_summarize(&s->run[1].result, 0);
	expect(s, 1, CB_CLAIM_NOT_SHOWN, "gave only 55 % of the CPUs");
	assert_null(strstr(s->judgement.sentence, "something else ran"));
	for (unsigned k = 0; k < cell->samples_n; k++)
		cell->samples[k].s.run_delay_ns = cell->samples[k].s.makespan_ns / 2;
	cb_result_summarize(&s->run[1].result, 0);
	expect(s, 1, CB_CLAIM_NOT_SHOWN, "waited for it up to 25 % of the time");
	done(s);
}

/* ---- 2, 5, 15 ------------------------------------------------------------------------------------------ */

static void test_three_ways(void **state)
{
	static const char *const ids[] = { "cpu_prime/serial/1", "cpu_prime/processes/2",
		"cpu_prime/threads/2", "cpu_prime/hybrid/2x2" };
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan(s, 0, LIST("serial", "processes", "threads", "hybrid"), "2", LIST("cpu_prime"));
	for (size_t i = 0; i < CB_COUNT(ids); i++)
		rate(s, 0, ids[i], i ? 2000 : 1000);
	expect(s, 2, CB_CLAIM_SHOWN, "digest 0x0000000000000077");
	s->run[0].result.cells[cell_of(&s->run[0], ids[3])].digest++;
	expect(s, 2, CB_CLAIM_NOT_SHOWN, "digests differ");
	done(s);
}

/* The makespan of 5 waits, in waits. */
static struct stand *pool(double waves)
{
	static const char *const cells[] = { "threads/4", "processes/4", "threads/4/queue",
		"processes/4/queue" };
	struct stand *s = start("core:2 pu:1");

	s->dispatches = 1u << CB_DISPATCH_SHARED | 1u << CB_DISPATCH_QUEUE;
	plan(s, 0, LIST("processes", "threads"), "4", LIST("wait_sleep:duration=100ms"));
	for (size_t i = 0; i < CB_COUNT(cells); i++) {
		char id[64];

		snprintf(id, sizeof id, "wait_sleep:duration=100ms/%s", cells[i]);
		put(s, 0, id, 5 / (waves * 0.1), 0.001, NULL, 0);
	}
	return s;
}

static void test_pool(void **state)
{
	struct stand *s = pool(2);

	(void)state;
	expect(s, 5, CB_CLAIM_SHOWN, "4 processes behind a queue 200 ms [200, 200], 2.00x");
	assert_non_null(strstr(s->judgement.sentence, "pool of default is 2"));
	done(s);
	s = pool(5);
	expect(s, 5, CB_CLAIM_NOT_SHOWN, "more than two waves");
	done(s);
	s = pool(1.25);
	expect(s, 5, CB_CLAIM_NOT_SHOWN, "less than two waves");
	done(s);
}

static struct stand *crowd(double sum)
{
	struct stand *s = start("core:2 pu:1");

	plan(s, 0, LIST("processes", "threads"), "2,32", LIST("cpu_prime"));
	rate(s, 0, "cpu_prime/threads/2", 1000);
	rate(s, 0, "cpu_prime/processes/2", 1000);
	rate(s, 0, "cpu_prime/threads/32", 1000 * sum);
	rate(s, 0, "cpu_prime/processes/32", 1000 * sum);
	return s;
}

static void test_too_many(void **state)
{
	struct stand *s = crowd(0.9);

	(void)state;
	expect(s, 15, CB_CLAIM_SHOWN, "32 threads together did 0.9");
	done(s);
	s = crowd(15);
	expect(s, 15, CB_CLAIM_NOT_SHOWN, "kept half of their efficiency");
	done(s);
}

/* ---- 6, 7, 8, 11 --------------------------------------------------------------------------------------- */

static void see(struct stand *s, const char *id, double copies, double parent, double most)
{
	put(s, 0, id, 1000, 0, "copies", copies);
	also(s, 0, id, "parent_sees", parent);
	also(s, 0, id, "worker_sees_max", most);
}

static void test_variables(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan(s, 0, LIST("processes", "threads", "hybrid"), "2", LIST("sync_global"));
	see(s, "sync_global/threads/2", 1, 1000, 1000);
	see(s, "sync_global/processes/2", 2, 0, 500);
	see(s, "sync_global/hybrid/2x2", 2, 0, 500);
	expect(s, 6, CB_CLAIM_SHOWN, "a worker sees 500, the parent 0");
	also(s, 0, "sync_global/processes/2", "parent_sees", 1000);
	expect(s, 6, CB_CLAIM_NOT_SHOWN, "the parent sees what it should not");
	also(s, 0, "sync_global/processes/2", "copies", 1);
	expect(s, 6, CB_CLAIM_NOT_SHOWN, "copies are not as many as the processes");
	done(s);
}

static void lose(struct stand *s, const char *id, double pct)
{
	put(s, 0, id, 1000, 0, "lost_pct", pct);
	also(s, 0, id, "lost", pct * 1e4);
	also(s, 0, id, "expected", 1e6);
}

static struct stand *race(double alone, double threads, double processes)
{
	struct stand *s = start("core:2 pu:1");

	plan(s, 0, LIST("serial", "processes", "threads"), "2", LIST("sync_counter:guard=none"));
	lose(s, "sync_counter:guard=none/serial/1", alone);
	lose(s, "sync_counter:guard=none/threads/2", threads);
	lose(s, "sync_counter:guard=none/processes/2", processes);
	return s;
}

static void test_lost_updates(void **state)
{
	struct stand *s = race(0, 31, 44);

	(void)state;
	expect(s, 7, CB_CLAIM_SHOWN, "2 threads lost 31 % [31, 31] of 1.0 million increments");
	done(s);
	s = race(0, 31, 0);
	expect(s, 7, CB_CLAIM_NOT_SHOWN, "no update was lost");
	done(s);
	s = race(1, 31, 44);
	expect(s, 7, CB_CLAIM_NOT_SHOWN, "a single worker lost updates too");
	done(s);
}

/* All guards at the same price, in both modes. */
static struct stand *guarded(double times, double lost)
{
	static const char *const guards[] = { "", ":guard=recursive", ":guard=spin", ":guard=rwlock",
		":guard=atomic" };
	static const char *const modes[] = { "threads", "processes" };
	struct stand *s = start("core:2 pu:1");

	plan(s, 0, LIST("processes", "threads"), "2",
		LIST("sync_counter:guard=none", "sync_counter:guard=mutex", "sync_counter:guard=recursive",
			"sync_counter:guard=spin", "sync_counter:guard=rwlock", "sync_counter:guard=atomic"));
	for (size_t m = 0; m < CB_COUNT(modes); m++) {
		char id[64];

		snprintf(id, sizeof id, "sync_counter:guard=none/%s/2", modes[m]);
		put(s, 0, id, 1000, 0.01, "ns_per_increment", 2);
		also(s, 0, id, "lost_pct", 40);
		for (size_t g = 0; g < CB_COUNT(guards); g++) {
			snprintf(id, sizeof id, "sync_counter%s/%s/2", guards[g], modes[m]);
			put(s, 0, id, 1000, 0.01, "ns_per_increment", 2 * times);
			also(s, 0, id, "lost", g == 2 ? lost : 0);
		}
	}
	return s;
}

static void test_locks(void **state)
{
	struct stand *s = guarded(5, 0);

	(void)state;
	expect(s, 8, CB_CLAIM_SHOWN, "mutex 5.00x [");
	assert_non_null(strstr(s->judgement.sentence, "40 % lost"));
	done(s);
	s = guarded(0.9, 0);
	expect(s, 8, CB_CLAIM_NOT_SHOWN, "a guard cost nothing");
	done(s);
	s = guarded(5, 3);
	expect(s, 8, CB_CLAIM_NOT_SHOWN, "a guard lost updates");
	assert_null(strstr(s->judgement.sentence, "none of the guards lost an update"));
	done(s);
}

static struct stand *copies(double own, double shared)
{
	static const char *const modes[] = { "threads", "processes" };
	struct stand *s = start("core:2 pu:1");

	plan(s, 0, LIST("serial", "processes", "threads"), "2",
		LIST("sync_counter:guard=local", "sync_counter:guard=atomic"));
	rate(s, 0, "sync_counter:guard=local/serial/1", 1000);
	rate(s, 0, "sync_counter:guard=atomic/serial/1", 1000);
	for (size_t m = 0; m < CB_COUNT(modes); m++) {
		char id[64];

		snprintf(id, sizeof id, "sync_counter:guard=local/%s/2", modes[m]);
		rate(s, 0, id, 1000 * own);
		snprintf(id, sizeof id, "sync_counter:guard=atomic/%s/2", modes[m]);
		rate(s, 0, id, 1000 * shared);
	}
	return s;
}

static void test_own_copies(void **state)
{
	struct stand *s = copies(2, 0.5);

	(void)state;
	expect(s, 11, CB_CLAIM_SHOWN, "on a shared atomic 0.5");
	done(s);
	s = copies(1, 0.5);
	expect(s, 11, CB_CLAIM_NOT_SHOWN, "gained little from more CPUs");
	done(s);
}

/* ---- workloads of the same names and parameters as the real ones, which a build may lack ----------------
 */

struct fake_params {
	unsigned word;
	uint64_t number;
};

static const char *const creators[] = { "fork", "thread", NULL };
static const char *const lock_ways[] = { "opposite", "same", "twice", "recursive", NULL };
static const char *const patterns[] = { "roundtrip", "stream", NULL };

#define WORD(label, list, first)                                                                          \
	{                                                                                                 \
		(label), CB_PARAM_ENUM, "", (first), 0, 0, (list), "", offsetof(struct fake_params, word) \
	}
#define NUMBER(label, kind, first)                                                                 \
	{                                                                                          \
		(label), (kind), "", (first), 0, 0, NULL, "", offsetof(struct fake_params, number) \
	}

static const struct cb_param spawn_params[] = { WORD("how", creators, "fork"), { .name = NULL } };
static const struct cb_param lock_params[] = { WORD("locks", lock_ways, "opposite"), { .name = NULL } };
static const struct cb_param mix_params[] = { NUMBER("io_share", CB_PARAM_U64, "50"), { .name = NULL } };
static const struct cb_param ipc_params[] = { WORD("pattern", patterns, "roundtrip"),
	NUMBER("size", CB_PARAM_SIZE, "64"), { .name = NULL } };
static const struct cb_metric ipc_metrics[] = { { "gib_per_s", "GiB/s", CB_MERGE_PER_S, 0, 1, "" },
	{ .name = NULL } };

#define FAKE(label, rows)                                                                               \
	{                                                                                               \
		.abi = CB_ABI, .size = sizeof(struct cb_workload), .name = (label), .params = (rows),   \
		.params_size = sizeof(struct fake_params), .caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES, \
		.metrics = ipc_metrics                                                                  \
	}

static const struct cb_workload fakes[] = { FAKE("ipc_pipe", ipc_params), FAKE("ipc_queue", ipc_params),
	FAKE("ipc_socketpair", ipc_params), FAKE("ipc_tcp", ipc_params), FAKE("kernel_spawn", spawn_params),
	FAKE("mix", mix_params), FAKE("sync_deadlock", lock_params) };
static const struct cb_workload *const fake_registry[] = { &fakes[0], &fakes[1], &fakes[2], &fakes[3],
	&fakes[4], &fakes[5], &fakes[6], NULL };

static void end(struct stand *s, const char *id, enum cb_status status, const char *reason)
{
	struct cb_cell_result *cell = &s->run[0].result.cells[cell_of(&s->run[0], id)];

	cell->status = status;
	snprintf(cell->reason, sizeof cell->reason, "%s", reason);
}

static void test_creation(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan_from(s, fake_registry, 0, LIST("serial"), "2",
		LIST("kernel_spawn:how=fork", "kernel_spawn:how=thread"));
	rate(s, 0, "kernel_spawn/serial/1", 1e4);
	rate(s, 0, "kernel_spawn:how=thread/serial/1", 1e5);
	expect(s, 4, CB_CLAIM_SHOWN, "a process took 100 us");
	done(s);
	s = start("core:2 pu:1");
	plan_from(s, fake_registry, 0, LIST("serial"), "2",
		LIST("kernel_spawn:how=fork", "kernel_spawn:how=thread"));
	rate(s, 0, "kernel_spawn/serial/1", 1e5);
	rate(s, 0, "kernel_spawn:how=thread/serial/1", 9e4);
	expect(s, 4, CB_CLAIM_NOT_SHOWN, "a process cost no more than a thread");
	done(s);
}

static void test_recursive_and_plain_locks(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan_from(s, fake_registry, 0, LIST("serial", "threads"), "2",
		LIST("sync_deadlock:locks=recursive", "sync_deadlock:locks=twice"));
	rate(s, 0, "sync_deadlock:locks=recursive/serial/1", 1e7);
	rate(s, 0, "sync_deadlock:locks=recursive/threads/2", 1e7);
	expect(s, 9, CB_CLAIM_UNKNOWN, "sync_deadlock:locks=twice/serial/1: not measured");
	end(s, "sync_deadlock:locks=twice/serial/1", CB_DEADLOCK, "waits for itself");
	end(s, "sync_deadlock:locks=twice/threads/2", CB_DEADLOCK, "waits for itself");
	expect(s, 9, CB_CLAIM_SHOWN, "in threads: waits for itself");
	end(s, "sync_deadlock:locks=twice/threads/2", CB_TIMEOUT, "10 s");
	expect(s, 9, CB_CLAIM_NOT_SHOWN, "the locks did not deadlock");
	done(s);
}

static void test_opposite_order(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan_from(s, fake_registry, 0, LIST("processes", "threads"), "2",
		LIST("sync_deadlock:locks=same", "sync_deadlock:locks=opposite"));
	rate(s, 0, "sync_deadlock:locks=same/processes/2", 1e7);
	rate(s, 0, "sync_deadlock:locks=same/threads/2", 1e7);
	end(s, "sync_deadlock/processes/2", CB_DEADLOCK, "A and B");
	end(s, "sync_deadlock/threads/2", CB_DEADLOCK, "B and A");
	expect(s, 10, CB_CLAIM_SHOWN, "in threads: B and A; in processes: A and B");
	end(s, "sync_deadlock/threads/2", CB_SKIPPED, "no threads");
	expect(s, 10, CB_CLAIM_UNKNOWN, "sync_deadlock/threads/2: skipped: no threads");
	done(s);
}

/* What more workers than CPUs gain at shares of waiting from 0 to 100. */
static void put_mix(struct stand *s, double none, double all)
{
	static const char *const shares[] = { ":io_share=0", "", ":io_share=90", ":io_share=100" };

	plan_from(s, fake_registry, 1, LIST("threads"), "2,8",
		LIST("mix:io_share=0", "mix:io_share=50", "mix:io_share=90", "mix:io_share=100"));
	for (size_t i = 0; i < CB_COUNT(shares); i++) {
		char id[64];

		snprintf(id, sizeof id, "mix%s/threads/2", shares[i]);
		rate(s, 1, id, 1000);
		snprintf(id, sizeof id, "mix%s/threads/8", shares[i]);
		rate(s, 1, id, 1000 * (none + (all - none) * (double)i / 3));
	}
}

static void replace_run(struct stand *s, unsigned number)
{
	cb_result_release(&s->run[number].result);
	cb_plan_release(&s->run[number].plan);
}

static void test_crossover(void **state)
{
	struct stand *s = parallel(2, 2, 2, 2, 0.01);

	(void)state;
	replace_run(s, 1);
	put_mix(s, 1, 4);
	expect(s, 3, CB_CLAIM_SHOWN, "8 threads over 2 as the share of waiting grows: 0 % 1.0");
	replace_run(s, 1);
	put_mix(s, 1, 1);
	expect(s, 3, CB_CLAIM_NOT_SHOWN, "gained little from more workers when all was waiting");
	done(s);
}

static void test_talk(void **state)
{
	static const char *const ways[] = { "pipe", "socketpair", "queue", "tcp" };
	struct stand *s = start("core:2 pu:1");
	char id[64];

	(void)state;
	plan_from(s, fake_registry, 2, LIST("hybrid"), "4", LIST("ipc_pipe", "ipc_queue"));
	plan_from(s, fake_registry, 0, LIST("processes", "threads"), "1",
		LIST("ipc_pipe", "ipc_socketpair", "ipc_tcp", "ipc_queue"));
	for (size_t i = 0; i < 3; i++) {
		snprintf(id, sizeof id, "ipc_%s/processes/1", ways[i]);
		rate(s, 0, id, 1e5);
		if (i == 2)
			expect(s, 12, CB_CLAIM_UNKNOWN, "not measured");
		snprintf(id, sizeof id, "ipc_%s/threads/1", ways[i]);
		rate(s, 0, id, 2e5);
	}
	expect(s, 12, CB_CLAIM_UNKNOWN, "ipc_pipe/hybrid/2x2: not measured");
	rate(s, 2, "ipc_pipe/hybrid/2x2", 3e5);
	rate(s, 2, "ipc_queue/hybrid/2x2", 5e5);
	expect(s, 12, CB_CLAIM_SHOWN, "4 workers in hybrid together: pipe 299 [297, 302] thousand, queue 5");
	expect(s, 12, CB_CLAIM_SHOWN, "a round trip between processes: pipe 10.");
	assert_non_null(strstr(s->judgement.sentence, "tcp not measured"));
	end(s, "ipc_queue/threads/1", CB_CRASHED, "signal 11");
	cb_result_summarize(&s->run[0].result, 3);
	expect(s, 12, CB_CLAIM_UNKNOWN, "ipc_queue/threads/1: crashed: signal 11");
	done(s);
}

/* ---- 13, 14, 18 ---------------------------------------------------------------------------------------- */

/* A cell whose worker was killed in each sample. */
static void strike(struct stand *s, const char *id, double survivors, double lost)
{
	static const double notice_ns[] = { 9e4, 1e5, 1e5, 1e5, 1e5, 1.2e5 };
	struct cb_cell_result *cell = &s->run[0].result.cells[cell_of(&s->run[0], id)];
	double shares[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++)
		shares[i] = lost;
	cell->status = CB_CRASHED;
	cell->fault = (struct cb_fault_summary){ .n = BLOCKS,
		.lost = cb_estimate(shares, BLOCKS, 0.95),
		.notice_ns = cb_estimate(notice_ns, BLOCKS, 0.95),
		.survivors = survivors };
}

static void test_crash(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	plan(s, 0, LIST("processes", "threads", "hybrid"), "4", LIST("cpu_prime"));
	strike(s, "cpu_prime/processes/4", 3, 0.25);
	strike(s, "cpu_prime/threads/4", 0, 1);
	expect(s, 13, CB_CLAIM_UNKNOWN, "cpu_prime/hybrid/2x2: not measured");
	strike(s, "cpu_prime/hybrid/2x2", 2, 0.5);
	expect(s, 13, CB_CLAIM_SHOWN, "in processes x4 25 % [25, 25] of the work was lost, 3 of 4 workers");
	expect(s, 13, CB_CLAIM_SHOWN, "in threads x4 100 % [100, 100] of the work was lost, 0 of 4 workers");
	strike(s, "cpu_prime/processes/4", 0, 1);
	expect(s, 13, CB_CLAIM_NOT_SHOWN, "other processes died with the one that was killed");
	strike(s, "cpu_prime/processes/4", 3, 0.25);
	strike(s, "cpu_prime/threads/4", 3, 0.25);
	expect(s, 13, CB_CLAIM_NOT_SHOWN, "threads survived the process that they are part of");
	strike(s, "cpu_prime/threads/4", 0, 1);
	strike(s, "cpu_prime/hybrid/2x2", 3, 0.25);
	expect(s, 13, CB_CLAIM_NOT_SHOWN, "it was not the threads of one process");
	done(s);
}

/* Rounds of which one takes much longer. */
static void kill_rounds(struct cb_killed_run *run, uint64_t gone_ns, uint64_t last_ns)
{
	run->n = CB_KILLED_ROUNDS;
	for (unsigned i = 0; i < run->n; i++)
		run->round[i] = (struct cb_killed){ .tasks = 3, .gone_ns = gone_ns };
	run->round[run->n - 1].gone_ns = last_ns;
}

static void test_orphans(void **state)
{
	struct stand *s = start("core:2 pu:1");
	struct cb_killed_run runs[2] = { { .n = 0 }, { .n = 0 } };

	(void)state;
	plan(s, 0, LIST("processes", "threads"), "2", LIST("cpu_prime"));
	s->evidence.run[0] = NULL;
	for (size_t i = 0; i < CB_COUNT(runs); i++) {
		runs[i].cell = &s->run[0].plan.cells[i];
		s->evidence.killed[i] = &runs[i];
		kill_rounds(&runs[i], 5000000, 5000000);
	}
	expect(s, 14, CB_CLAIM_SHOWN, "processes x2 5.00 ms [5.00, 5.00], threads x2 5.00 ms");
	kill_rounds(&runs[1], 5000000, UINT64_C(3000000000));
	expect(s, 14, CB_CLAIM_UNKNOWN, "it may be that workers outlived the harness by a second");
	kill_rounds(&runs[1], UINT64_C(2000000000), UINT64_C(2000000000));
	expect(s, 14, CB_CLAIM_NOT_SHOWN, "workers outlived the harness by a second");
	kill_rounds(&runs[1], 5000000, CB_NONE);
	expect(s, 14, CB_CLAIM_NOT_SHOWN, "but some were still there after 10 s in 1 of 6 rounds");
	runs[1].n = 0;
	snprintf(runs[1].reason, sizeof runs[1].reason, "no such kernel");
	expect(s, 14, CB_CLAIM_UNKNOWN, "cpu_prime/threads/2: no such kernel");
	done(s);
}

/* What processes do of what threads do. */
static void put_rule(struct stand *s, double computing, double waiting)
{
	plan(s, 0, LIST("processes", "threads"), "2,8", LIST("cpu_prime", WAIT));
	rate(s, 0, "cpu_prime/threads/2", 1000);
	rate(s, 0, "cpu_prime/processes/2", 1000 * computing);
	rate(s, 0, WAIT "/threads/8", 1000);
	rate(s, 0, WAIT "/processes/8", 1000 * waiting);
}

static void test_rule(void **state)
{
	struct stand *s = start("core:2 pu:1");

	(void)state;
	put_rule(s, 1, 1);
	expect(s, 18, CB_CLAIM_NOT_SHOWN, "without a global lock processes compute no faster");
	replace_run(s, 0);
	put_rule(s, 1.5, 1);
	expect(s, 18, CB_CLAIM_SHOWN, "computing: 2 processes did 1.49x");
	replace_run(s, 0);
	put_rule(s, 1.5, 1.5);
	expect(s, 18, CB_CLAIM_NOT_SHOWN, "processes wait better than threads");
	done(s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_whole),
		cmocka_unit_test(test_placeholders),
		cmocka_unit_test(test_what_is_missing_is_told),
		cmocka_unit_test(test_interleaving),
		cmocka_unit_test(test_one_cpu_shows_no_parallelism),
		cmocka_unit_test(test_missing_cells_are_named),
		cmocka_unit_test(test_cores_or_workers),
		cmocka_unit_test(test_low_capacity_is_told),
		cmocka_unit_test(test_three_ways),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_lost_updates),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_own_copies),
		cmocka_unit_test(test_creation),
		cmocka_unit_test(test_recursive_and_plain_locks),
		cmocka_unit_test(test_opposite_order),
		cmocka_unit_test(test_crossover),
		cmocka_unit_test(test_talk),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
