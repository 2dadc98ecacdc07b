#include "tests/unit/result_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = { "warm", "cold", NULL };

static const struct cb_param params[] = {
	{ "count", CB_PARAM_U64, "", "1", 0, 0, NULL, "", offsetof(struct fixture_params, count) },
	{ "size", CB_PARAM_SIZE, "bytes", "4KiB", 0, 0, NULL, "", offsetof(struct fixture_params, size) },
	{ "wait", CB_PARAM_DURATION, "", "1ms", 0, 0, NULL, "", offsetof(struct fixture_params, wait) },
	{ "share", CB_PARAM_DOUBLE, "", "0.5", 0, 0, NULL, "", offsetof(struct fixture_params, share) },
	{ "cache", CB_PARAM_ENUM, "", "warm", 0, 0, words, "", offsetof(struct fixture_params, word) },
	{ "input", CB_PARAM_FILE, "", "", 0, 0, NULL, "", offsetof(struct fixture_params, file) },
	{ 0 },
};

static const struct cb_metric metrics[] = {
	{ "gib_per_s", "GiB/s", CB_MERGE_PER_S, 0, 1, "" },
	{ "lock_wait_ns", "ns", CB_MERGE_SUM, 0, 1, "" },
	{ 0 },
};

static uint64_t thousand_bytes(const void *data)
{
	(void)data;
	return 1000;
}

static struct cb_workload workload(const char *name)
{
	return (struct cb_workload){ .name = name,
		.unit = "thing",
		.version = 3,
		.class = CB_CLASS_MIXED,
		.params = params,
		.metrics = metrics,
		.params_size = sizeof(struct fixture_params),
		.bytes_per_unit = thousand_bytes };
}

static void set_cell(
	struct fixture *f, unsigned i, char *id, const char *mode, unsigned processes, unsigned threads)
{
	struct cb_cell *cell = &f->cells[i];
	unsigned workers = processes * threads;

	for (unsigned w = 0; w < workers; w++)
		f->cpus[i][w] = (int)(w % 2);
	cell->id = id;
	cell->group = i >= STREAM_SERIAL;
	cell->mode = cb_mode_find(mode);
	cell->dispatch = CB_DISPATCH_SHARED;
	cell->cpu_set = &f->cpu_set;
	cell->shape = (struct cb_shape){ workers, processes, threads };
	cell->inflight = 1;
	cell->placement = (struct cb_placement){ .pin = CB_PIN_COMPACT,
		.worker_cpu = f->cpus[i],
		.workers = workers,
		.cpus = workers < 2 ? workers : 2,
		.fits = workers <= 2 };
	cell->oversubscribed = workers > 2;
	cell->baseline = !strcmp(mode, "serial");
}

static void set_cells(struct fixture *f)
{
	static char ids[FIXTURE_CELLS][32] = { "work/serial/1", "work/threads/2", "work/processes/2",
		"work/hybrid/2x2", "mem_stream/serial/1", "mem_stream/threads/2" };

	set_cell(f, SERIAL, ids[SERIAL], "serial", 1, 1);
	set_cell(f, THREADS_2, ids[THREADS_2], "threads", 1, 2);
	set_cell(f, PROCESSES_2, ids[PROCESSES_2], "processes", 2, 1);
	set_cell(f, HYBRID_2X2, ids[HYBRID_2X2], "hybrid", 2, 2);
	set_cell(f, STREAM_SERIAL, ids[STREAM_SERIAL], "serial", 1, 1);
	set_cell(f, STREAM_THREADS_2, ids[STREAM_THREADS_2], "threads", 1, 2);
}

static void set_plan(struct fixture *f)
{
	f->groups[0] = (struct cb_group){
		.workload = &f->work, .params = &f->params, .bytes_per_unit = 1000, .n = STREAM_SERIAL
	};
	f->groups[1] = (struct cb_group){ .workload = &f->stream,
		.params = &f->params,
		.bytes_per_unit = 1000,
		.first = STREAM_SERIAL,
		.n = FIXTURE_CELLS - STREAM_SERIAL };
	f->plan = (struct cb_plan){ .groups = f->groups,
		.cells = f->cells,
		.groups_n = 2,
		.cells_n = FIXTURE_CELLS,
		.workers_max = 4,
		.cpu_sets = &f->cpu_set,
		.cpu_sets_n = 1 };
}

int fixture_new(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	if (!f)
		return -1;
	f->work = workload("work");
	f->stream = workload("mem_stream");
	f->params = (struct fixture_params){ .count = 7, .size = 65536, .wait = 1500000, .share = 0.1 };
	f->options = (struct cb_run_options){ .sample_time_ns = 200000000,
		.precision = 0.02,
		.samples_min = 12,
		.samples_max = 30,
		.time_budget_ns = 60000000000,
		.warmup_ns = 20000000 };
	strcpy(f->host.fingerprint, "0123456789abcdef");
	f->mask[1] = 1;
	set_cells(f);
	set_plan(f);
	f->host.allowance =
		(struct cb_allowance){ .mask = f->mask, .mask_n = 2, .configured = 2, .usable = 2 };
	f->cpu_set.allowance = f->host.allowance;
	*state = f;
	return cb_result_init(&f->result, &f->options, &f->host, &f->plan, NULL);
}

int fixture_free(void **state)
{
	struct fixture *f = *state;

	cb_result_release(&f->result);
	free(f);
	return 0;
}

void fixture_set_numbers(struct cb_sample *s, uint64_t first, uint64_t step)
{
	const size_t end = offsetof(struct cb_sample, wchar);

	for (size_t at = offsetof(struct cb_sample, units); at <= end; at += sizeof first, first += step)
		memcpy((char *)s + at, &first, sizeof first);
}

struct cb_sample fixture_sample(uint64_t units, uint64_t makespan_ns)
{
	struct cb_sample s = { .status = CB_OK, .workers_done = 1 };

	fixture_set_numbers(&s, CB_NONE, 0);
	s.timer_slack_ns = CB_NONE;
	s.units = units;
	s.makespan_ns = makespan_ns;
	s.digest = 0x1234;
	for (unsigned i = 0; i < CB_METRICS_MAX; i++)
		s.metrics[i] = NAN;
	return s;
}

struct cb_kept_sample *fixture_add(
	struct fixture *f, unsigned cell, unsigned block, const struct cb_sample *sample)
{
	struct cb_kept_sample *kept = cb_result_add(&f->result, cell, sample);

	kept->block = block;
	f->result.cells[cell].units = 1000;
	return kept;
}

struct cb_kept_sample *fixture_add_time(
	struct fixture *f, unsigned cell, unsigned block, uint64_t makespan_ns)
{
	struct cb_sample sample = fixture_sample(1000, makespan_ns);

	return fixture_add(f, cell, block, &sample);
}

static int append(void *arg, const char *text, size_t n)
{
	return fwrite(text, 1, n, arg) == n ? 0 : -1;
}

char *fixture_text(const struct fixture *f)
{
	char *text = NULL;
	size_t n = 0;
	FILE *file = open_memstream(&text, &n);
	int rc = cb_result_write(&f->result, append, file);

	fclose(file);
	if (rc) {
		free(text);
		return NULL;
	}
	return text;
}
