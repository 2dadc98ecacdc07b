/* A small plan made by hand, for the tests of summaries, JSON and saving. Nothing is run. */
#ifndef CB_TEST_RESULT_FIXTURE_H
#define CB_TEST_RESULT_FIXTURE_H

#include "lib/result/result.h"

/* Cells of the plan. The first four are group 0, whose workload declares 1000 bytes a unit. */
enum { SERIAL, THREADS_2, PROCESSES_2, HYBRID_2X2, STREAM_SERIAL, STREAM_THREADS_2, FIXTURE_CELLS };

struct fixture_params {
	uint64_t count, size, wait;
	double share;
	unsigned word;
	struct cb_file file;
};

struct fixture {
	struct cb_workload work, stream;
	struct fixture_params params;
	struct cb_run_options options;
	struct cb_host host;
	unsigned mask[2];
	int cpus[FIXTURE_CELLS][4];
	struct cb_group groups[2];
	struct cb_cell cells[FIXTURE_CELLS];
	struct cb_plan plan;
	struct cb_cpu_set cpu_set;
	struct cb_result result;
};

/* cmocka's setup and teardown: *state is a struct fixture. */
int fixture_new(void **state);
int fixture_free(void **state);

/* Sets all numbers of the sample from units to wchar. */
void fixture_set_numbers(struct cb_sample *s, uint64_t first, uint64_t step);
/* A good sample: every other number missing. */
struct cb_sample fixture_sample(uint64_t units, uint64_t makespan_ns);
/* Adds it in a block. */
struct cb_kept_sample *fixture_add(
	struct fixture *f, unsigned cell, unsigned block, const struct cb_sample *sample);
/* Adds one of 1000 units. */
struct cb_kept_sample *fixture_add_time(
	struct fixture *f, unsigned cell, unsigned block, uint64_t makespan_ns);
/* The file's text, allocated. */
char *fixture_text(const struct fixture *f);

#endif
