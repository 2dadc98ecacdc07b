/* The result's memory and its JSON: what is written is read back and checked against the schema. */
#include "lib/result/json.h"
#include "lib/result/store.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- memory -------------------------------------------------------------------------------------- */

static void test_store_gives_zeroed_separate_memory(void **state)
{
	struct cb_store *store = cb_store_new();
	size_t bytes = 1;

	(void)state;
	for (unsigned i = 0; i < 22; i++, bytes *= 2) {
		unsigned char *p = cb_store_alloc(store, bytes);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		assert_int_equal(p[0] | p[bytes / 2] | p[bytes - 1], 0);
		memset(p, 0xff, bytes);
	}
	assert_null(cb_store_alloc(store, SIZE_MAX));
	cb_store_free(store);
	cb_store_free(NULL);
}

/* A child that reads it dies of SIGSEGV: it is not there. */
static void test_store_is_not_inherited(void **state)
{
	struct cb_store *store = cb_store_new();
	volatile char *p = cb_store_alloc(store, 8);
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		_exit(*p);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	cb_store_free(store);
}

static void test_samples_survive_growth(void **state)
{
	struct fixture *f = *state;
	const struct cb_cell_result *cell = &f->result.cells[THREADS_2];

	for (unsigned i = 0; i < 1000; i++)
		fixture_add_time(f, THREADS_2, i, 1000 + i);
	assert_int_equal(cell->samples_n, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(cell->samples[i].s.makespan_ns, 1000 + i);
		assert_int_equal(cell->samples[i].block, i);
		assert_true(isnan(cell->samples[i].capacity));
	}
	cb_result_summarize(&f->result, 0);
	assert_int_equal(cell->summary.n, 1000);
}

static void make_rows(struct cb_worker_row *rows, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rows[i] = (struct cb_worker_row){ .pid = 100,
			.tid = 200 + (int)i,
			.cpu = -1,
			.start_ns = i,
			.end_ns = 1000 + i,
			.units = 10 * i,
			.cpu_ns = CB_NONE };
}

static void test_rows_are_copied_up_to_a_limit(void **state)
{
	struct fixture *f = *state;
	struct cb_worker_row rows[9];
	struct cb_sample s = fixture_sample(10, 10);
	struct cb_kept_sample *kept;

	make_rows(rows, 9);
	rows[8].start_ns = CB_NONE;
	s.rows = rows;
	f->cells[THREADS_2].shape.workers = 8;
	kept = fixture_add(f, THREADS_2, 0, &s);
	assert_ptr_not_equal(kept->s.rows, rows);
	assert_int_equal(kept->s.rows[7].tid, 207);
	f->cells[THREADS_2].shape.workers = 9;
	kept = fixture_add(f, THREADS_2, 0, &s);
	assert_null(kept->s.rows);
	assert_true(kept->quartiles[0][4] == 7); /* the ninth did not start */
	assert_true(kept->quartiles[1][0] == 1000 && kept->quartiles[1][2] == 1004 &&
		    kept->quartiles[1][4] == 1008);
	assert_true(kept->quartiles[2][1] == 20);
	f->options.worker_rows = true;
	kept = fixture_add(f, THREADS_2, 0, &s);
	assert_int_equal(kept->s.rows[8].tid, 208);
}

static void test_exit_status(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(cb_result_exit_status(&f->result), 6);
	fixture_add_time(f, SERIAL, 0, 1)->discarded = true;
	assert_int_equal(cb_result_exit_status(&f->result), 6);
	fixture_add_time(f, SERIAL, 0, 1);
	assert_int_equal(cb_result_exit_status(&f->result), 0);
	f->result.cells[THREADS_2].status = CB_SKIPPED;
	assert_int_equal(cb_result_exit_status(&f->result), 0);
	for (int status = CB_FAILED; status <= CB_MISMATCH; status++) {
		f->result.cells[THREADS_2].status = (enum cb_status)status;
		assert_int_equal(cb_result_exit_status(&f->result), 5);
	}
}

/* A deadlock of a workload that is to end in one is a failure where it was named, none where a group brought
 * it.
 */
static void test_expected_failures(void **state)
{
	struct fixture *f = *state;
	struct cb_cell_result *cell = &f->result.cells[STREAM_THREADS_2];

	cell->status = CB_DEADLOCK;
	f->groups[1].from_set = true;
	assert_int_equal(cb_result_exit_status(&f->result), 5);
	f->cells[STREAM_THREADS_2].expected = CB_DEADLOCK;
	assert_true(cb_cell_result_excused(&f->result, cell));
	assert_int_equal(cb_result_exit_status(&f->result), 0); /* it was measured, in its way */
	cell->status = CB_TIMEOUT;
	assert_false(cb_cell_result_excused(&f->result, cell));
	assert_int_equal(cb_result_exit_status(&f->result), 5);
	cell->status = CB_DEADLOCK;
	f->groups[1].from_set = false;
	assert_true(cb_cell_result_as_expected(cell));
	assert_false(cb_cell_result_excused(&f->result, cell));
	assert_int_equal(cb_result_exit_status(&f->result), 5);
}

/* ---- JSON text ----------------------------------------------------------------------------------- */

static void test_doubles_read_back_and_are_short(void **state)
{
	static const double values[] = { 0.1, 1.0 / 3, 23.4, 1e300, 5e-324, 123456789012345680.0, -0.0,
		1e15 + 0.125 };
	char text[32];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(values); i++)
		assert_true(strtod(cb_json_format_double(values[i], text), NULL) == values[i]);
	assert_string_equal(cb_json_format_double(0.1, text), "0.1");
	assert_string_equal(cb_json_format_double(23.4, text), "23.4");
}

static void test_invalid_utf8_is_replaced(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80",
			"plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80" },
		{ "\x80", "\xEF\xBF\xBD" },
		{ "a\xC3", "a\xEF\xBF\xBD" },
		{ "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD" },                 /* overlong */
		{ "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, /* surrogate */
		{ "\xF4\x90\x80\x80",
			"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, /* above U+10FFFF */
		{ "\xE2\x82x", "\xEF\xBF\xBD\xEF\xBF\xBDx" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(cases); i++) {
		char *out = cb_json_utf8(cases[i].in);

		assert_string_equal(out, cases[i].out);
		free(out);
	}
}

static void test_numbers_are_exact_or_absent(void **state)
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	char *text;

	(void)state;
	cb_json_u64(object, "none", CB_NONE);
	cb_json_u64(object, "big", UINT64_MAX - 1);
	cb_json_u64(object, "odd", ((uint64_t)1 << 53) + 1);
	cb_json_double(object, "nan", NAN);
	cb_json_double(object, "inf", -INFINITY);
	cb_json_word(object, "word", UINT64_MAX);
	text = cJSON_PrintUnformatted(object.node);
	assert_false(failed);
	assert_string_equal(text, "{\"big\":18446744073709551614,\"odd\":9007199254740993,"
				  "\"word\":\"0xffffffffffffffff\"}");
	cJSON_free(text);
	cJSON_Delete(object.node);
}

/* ---- the file ------------------------------------------------------------------------------------ */

static cJSON *parse(const struct fixture *f)
{
	char *text = fixture_text(f);
	cJSON *root = cJSON_Parse(text);

	free(text);
	assert_non_null(root);
	return root;
}

static const cJSON *get(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const cJSON *cell_of(const cJSON *root, int i)
{
	return cJSON_GetArrayItem(get(root, "cells"), i);
}

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(get(object, key));

	return text ? text : "(absent)";
}

/* Runs tests/validate on what f would be saved as. */
static void assert_valid(const struct fixture *f)
{
	char path[] = "/tmp/test_result.XXXXXX", command[64];
	char *text = fixture_text(f);
	int fd = mkstemp(path);

	assert_non_null(text);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(command, sizeof command, "tests/validate %s", path);
	if (system(command))
		fail_msg("not valid: %s", text);
	unlink(path);
	free(text);
}

/* Every number present, rows, notes, latency, a summary with interval. */
static void fill(struct fixture *f)
{
	struct cb_sample s = fixture_sample(1000, 100000000);
	struct cb_worker_row rows[4];
	struct cb_histogram *h = f->result.cells[THREADS_2].latency;

	fixture_set_numbers(&s, 1000, 1);
	make_rows(rows, 4);
	s.rows = rows;
	s.makespan_ns = 100000000;
	s.timer_slack_ns = 1;
	s.metrics[0] = 1.5;
	s.notes[0] = (struct cb_note){ .key = "filesystem", .word = "ext4" };
	s.notes[1] = (struct cb_note){ .key = "resident_pct", .number = 0.5 };
	s.notes_n = 2;
	for (unsigned i = 0; i < 12; i++) {
		fixture_add(f, SERIAL, i / 2, &s)->capacity = 1.0;
		fixture_add(f, THREADS_2, i / 2, &s)->capacity = 1.9;
	}
	for (unsigned i = 0; i < 1000; i++)
		cb_histogram_add(h, 100 + i);
	f->result.cells[THREADS_2].timing = CB_TIMING_SAMPLED;
	f->result.cells[THREADS_2].timing_every = 8;
	f->result.cells[THREADS_2].digest = 0xabc;
	f->result.cells[THREADS_2].digest_known = true;
	f->result.cells[THREADS_2].verified_by = "serial";
	cb_result_summarize(&f->result, 0);
}

static void test_full_file_is_valid(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_valid(f);
	f->options.units = 1000;
	f->options.samples = 5;
	f->options.quick = true;
	f->cells[THREADS_2].placement.pin = CB_PIN_NONE;
	f->cpus[THREADS_2][0] = f->cpus[THREADS_2][1] = -1;
	assert_valid(f);
}

static void test_full_file_reads_back(void **state)
{
	struct fixture *f = *state;
	const cJSON *cell, *sample, *latency, *summary;
	cJSON *root;

	fill(f);
	root = parse(f);
	assert_string_equal(text_of(root, "schema"), "concbench.result/1");
	assert_string_equal(text_of(root, "scaling"), "rate");
	cell = cell_of(root, THREADS_2);
	assert_string_equal(text_of(cell, "id"), "work/threads/2");
	assert_string_equal(text_of(cell, "digest"), "0x0000000000000abc");
	assert_string_equal(text_of(cell, "verified_by"), "serial");
	assert_int_equal(cJSON_GetArraySize(get(cell, "cpus")), 2);
	sample = cJSON_GetArrayItem(get(cell, "samples"), 5);
	assert_true(cJSON_GetNumberValue(get(sample, "makespan_ns")) == 1e8);
	assert_true(cJSON_GetNumberValue(get(sample, "timer_slack_ns")) == 1);
	assert_string_equal(text_of(get(sample, "notes"), "filesystem"), "ext4");
	assert_true(cJSON_GetNumberValue(get(get(sample, "metrics"), "gib_per_s")) == 1.5);
	assert_null(get(get(sample, "metrics"), "lock_wait_ns"));
	assert_true(cJSON_GetArrayItem(get(get(sample, "workers"), "cpu"), 0)->valuedouble == -1);
	assert_int_equal(cJSON_GetArraySize(get(get(sample, "workers"), "tid")), 2);
	latency = get(cell, "latency");
	assert_string_equal(text_of(latency, "timing"), "sampled");
	assert_true(cJSON_GetNumberValue(get(latency, "max_ns")) == 1099);
	assert_non_null(get(latency, "p99_ns"));
	assert_null(get(latency, "p999_ns")); /* only 1000 values */
	summary = get(cell, "summary");
	assert_true(cJSON_GetNumberValue(get(get(summary, "units_per_s"), "median")) == 10000);
	assert_true(cJSON_GetNumberValue(get(get(summary, "speedup"), "median")) == 1);
	assert_true(cJSON_GetNumberValue(get(get(summary, "speedup"), "blocks")) == 6);
	assert_true(cJSON_GetNumberValue(get(summary, "serial_fraction")) == 1);
	assert_true(cJSON_IsFalse(get(summary, "short")));
	summary = get(cell_of(root, SERIAL), "summary");
	assert_null(get(summary, "speedup"));
	assert_null(get(summary, "efficiency"));
	assert_null(get(summary, "superlinear"));
	cJSON_Delete(root);
}

static void test_histogram_counts_are_all_written(void **state)
{
	struct fixture *f = *state;
	const cJSON *bucket;
	double count = 0, high = 0;
	cJSON *root;

	fill(f);
	cb_histogram_add(f->result.cells[THREADS_2].latency, (uint64_t)1 << 50);
	root = parse(f);
	cJSON_ArrayForEach(bucket, get(get(cell_of(root, THREADS_2), "latency"), "buckets"))
	{
		assert_true(cJSON_GetArrayItem(bucket, 0)->valuedouble >= high);
		high = cJSON_GetArrayItem(bucket, 1)->valuedouble;
		count += cJSON_GetArrayItem(bucket, 2)->valuedouble;
	}
	assert_true(count == 1001);
	assert_true(high > ldexp(1, 50));
	cJSON_Delete(root);
}

static void test_every_status_is_valid(void **state)
{
	struct fixture *f = *state;

	for (int status = CB_SKIPPED; status <= CB_MISMATCH; status++) {
		struct cb_cell_result *cell = &f->result.cells[THREADS_2];
		struct cb_sample s = fixture_sample(0, CB_NONE);
		cJSON *root;

		s.status = cell->status = (enum cb_status)status;
		snprintf(s.reason, sizeof s.reason, "because");
		snprintf(cell->reason, sizeof cell->reason, "because");
		cell->samples_n = 0;
		if (status != CB_SKIPPED)
			fixture_add(f, THREADS_2, 0, &s);
		cb_result_summarize(&f->result, 0);
		assert_valid(f);
		root = parse(f);
		assert_string_equal(text_of(cell_of(root, THREADS_2), "status"), cb_status_names[status]);
		assert_string_equal(text_of(cell_of(root, THREADS_2), "reason"), "because");
		cJSON_Delete(root);
	}
}

static void test_cell_whose_turn_did_not_come_is_not_ok(void **state)
{
	struct fixture *f = *state;
	cJSON *root;

	f->result.partial = true;
	fixture_add_time(f, SERIAL, 0, 1000);
	cb_result_summarize(&f->result, 0);
	root = parse(f);
	assert_true(cJSON_IsTrue(get(root, "partial")));
	assert_string_equal(text_of(cell_of(root, SERIAL), "status"), "ok");
	assert_string_equal(text_of(cell_of(root, HYBRID_2X2), "status"), "skipped");
	assert_non_null(get(cell_of(root, HYBRID_2X2), "reason"));
	cJSON_Delete(root);
	assert_valid(f);
}

static void test_params_are_typed(void **state)
{
	struct fixture *f = *state;
	cJSON *root;
	const cJSON *params;

	strcpy(f->params.file.path, "/data/\xff.bin");
	f->params.file.size_bytes = 42;
	f->params.file.crc32 = 0xbeef;
	f->params.word = 1;
	root = parse(f);
	params = get(cell_of(root, SERIAL), "params");
	assert_true(cJSON_GetNumberValue(get(params, "count")) == 7);
	assert_true(cJSON_GetNumberValue(get(params, "share")) == 0.1);
	assert_string_equal(text_of(params, "size"), "64KiB");
	assert_string_equal(text_of(params, "wait"), "1500us");
	assert_string_equal(text_of(params, "cache"), "cold");
	assert_string_equal(text_of(get(params, "input"), "path"), "/data/\xEF\xBF\xBD.bin");
	assert_string_equal(text_of(get(params, "input"), "crc32"), "0x0000beef");
	cJSON_Delete(root);
	assert_valid(f);
}

static void test_evil_strings(void **state)
{
	struct fixture *f = *state;
	char evil[] = "\"\\\n\r\t\x01\x7f</script>\xff\xc0\x80\xed\xa0\x80,{}", key[] = "k", run[] = "run";
	char *argv[] = { run, evil };
	struct cb_label label = { key, evil };
	cJSON *root;

	f->result.argc = 2;
	f->result.argv = argv;
	f->options.labels = &label;
	f->options.labels_n = 1;
	f->result.cells[SERIAL].status = CB_FAILED;
	snprintf(f->result.cells[SERIAL].reason, sizeof f->result.cells[SERIAL].reason, "%s", evil);
	assert_valid(f);
	root = parse(f);
	assert_memory_equal(cJSON_GetArrayItem(get(root, "argv"), 1)->valuestring, evil, 16);
	cJSON_Delete(root);
}

static void test_missing_numbers_are_absent(void **state)
{
	struct fixture *f = *state;
	char *text;

	fixture_add_time(f, SERIAL, 0, 1000);
	cb_result_summarize(&f->result, 0);
	text = fixture_text(f);
	assert_null(strstr(text, "null"));
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf\""));
	assert_null(strstr(text, "18446744073709551615"));
	assert_null(strstr(text, "spawn_ns"));
	assert_null(strstr(text, "timer_slack_ns"));
	free(text);
}

/* More than a few pieces of text. */
static void add_many(struct fixture *f)
{
	for (unsigned i = 0; i < 2000; i++)
		fixture_add_time(f, THREADS_2, i / 2, 1000 + i);
	cb_result_summarize(&f->result, 0);
}

static int fail_after(void *arg, const char *text, size_t n)
{
	(void)text, (void)n;
	return (*(int *)arg)-- > 0 ? 0 : -28;
}

static void test_first_error_of_put_is_returned(void **state)
{
	struct fixture *f = *state;

	add_many(f);
	for (int calls = 0; calls < 3; calls++) {
		int left = calls;

		assert_int_equal(cb_result_write(&f->result, fail_after, &left), -28);
		assert_int_equal(left, -1);
	}
}

/* What put was given, and the most memory that was allocated meanwhile. */
struct watch {
	size_t pieces, small, most;
};

static size_t in_use_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static int watch(void *arg, const char *text, size_t n)
{
	struct watch *w = arg;
	size_t now = in_use_bytes();

	(void)text;
	w->pieces++;
	w->small += n < 65536;
	w->most = now > w->most ? now : w->most;
	return 0;
}

static void test_writing_takes_few_calls_and_the_memory_of_a_sample(void **state)
{
	struct fixture *f = *state;
	size_t before = in_use_bytes();
	struct watch w = { 0 };

	add_many(f);
	assert_int_equal(cb_result_write(&f->result, watch, &w), 0);
	assert_true(w.pieces > 3);
	assert_int_equal(w.small, 1);
	assert_in_range(w.most, 0, before + 65536);
}

static void test_each_cell_is_a_line(void **state)
{
	struct fixture *f = *state;
	char *text, *line;
	unsigned cells = 0;

	fill(f);
	add_many(f);
	text = fixture_text(f);
	strtok(strstr(text, "\"cells\""), "\n");
	while ((line = strtok(NULL, "\n")) && *line == '{')
		cells++;
	assert_int_equal(cells, FIXTURE_CELLS);
	assert_string_equal(line, "]");
	free(text);
	assert_valid(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_store_gives_zeroed_separate_memory),
		cmocka_unit_test(test_store_is_not_inherited),
		cmocka_unit_test(test_doubles_read_back_and_are_short),
		cmocka_unit_test(test_invalid_utf8_is_replaced),
		cmocka_unit_test(test_numbers_are_exact_or_absent),
		TEST(test_samples_survive_growth),
		TEST(test_rows_are_copied_up_to_a_limit),
		TEST(test_exit_status),
		TEST(test_expected_failures),
		TEST(test_full_file_is_valid),
		TEST(test_full_file_reads_back),
		TEST(test_histogram_counts_are_all_written),
		TEST(test_every_status_is_valid),
		TEST(test_cell_whose_turn_did_not_come_is_not_ok),
		TEST(test_params_are_typed),
		TEST(test_evil_strings),
		TEST(test_missing_numbers_are_absent),
		TEST(test_first_error_of_put_is_returned),
		TEST(test_writing_takes_few_calls_and_the_memory_of_a_sample),
		TEST(test_each_cell_is_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
