/* Result files that are read back: both layouts, missing numbers, and what is no result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/result/stored.h"

#define HEAD                                                                                   \
	"{\n\"schema\": \"concbench.result/1\",\n\"partial\": true,\n\"scaling\": \"rate\",\n" \
	"\"host\": {\"fingerprint\":\"f1\",\"cpus_usable\":2},\n"
#define CELL                                                                                      \
	"{\"id\":\"a/threads/2\",\"workload\":\"a\",\"workload_version\":3,\"params\":{\"x\":1}," \
	"\"mode\":\"threads\",\"workers\":2,\"cpus\":[0,1],\"status\":\"ok\",\"samples\":["       \
	"{\"block\":1,\"order\":4,\"discarded\":true,\"units\":10,\"makespan_ns\":5},"            \
	"{\"block\":2,\"units\":10,\"makespan_ns\":2000,"                                         \
	"\"workers\":{\"start_ns\":[0,10],\"end_ns\":[1990,2000]}},"                              \
	"{\"block\":2,\"units\":10,\"makespan_ns\":2000,\"worker_quartiles\":"                    \
	"{\"start_ns\":[0,0,0,0,0],\"end_ns\":[1000,1000,1000,1000,2000]}},"                      \
	"{\"block\":3,\"status\":\"crashed\"}],\"summary\":{\"bound\":\"cpu\"}}"

static int read_text(const char *text, struct cb_stored *ret, struct cb_error *err)
{
	char path[] = "/tmp/test_stored.XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	r = cb_stored_read(ret, path, err);
	unlink(path);
	return r;
}

static void check(const char *text)
{
	struct cb_stored stored;
	struct cb_error err = { 0 };
	const struct cb_stored_cell *cell;

	assert_int_equal(read_text(text, &stored, &err), 0);
	assert_int_equal(stored.cells_n, 2);
	assert_string_equal(stored.fingerprint, "f1");
	assert_string_equal(stored.cpu_model, "");
	assert_true(stored.cpus_usable == 2 && isnan(stored.cores) && stored.partial && !stored.quick);
	cell = &stored.cells[1];
	assert_string_equal(cell->params, "{\"x\":1}");
	assert_string_equal(cell->bound, "cpu");
	assert_true(cell->workload_version == 3 && cell->cpus == 2 && isnan(cell->p99_ns));
	assert_int_equal(cell->samples_n, 4);
	assert_true(isnan(cb_stored_rate(&cell->samples[0])) && isnan(cb_stored_rate(&cell->samples[3])));
	assert_true(cb_stored_rate(&cell->samples[1]) == 5e6);
	assert_int_equal(cell->samples[1].block, 2);
	assert_true(cell->samples[1].busy_ns == 3980 && cell->samples[1].late_ns == 10);
	assert_true(cell->samples[2].busy_ns == 2 * 1125.0);
	assert_true(isnan(cell->samples[1].pss_bytes));
	cb_stored_release(&stored);
}

static void test_lines(void **state)
{
	(void)state;
	check(HEAD "\"cells\": [\n" CELL ",\n" CELL "\n]\n}\n");
}

static void test_other_layout(void **state)
{
	(void)state;
	check(HEAD "\"cells\": [" CELL "\n,  " CELL "]}");
	check(HEAD "\"cells\":\n[\n" CELL "\n,\n" CELL "\n]\n}\n");
}

static void refused(const char *text, int code, const char *why)
{
	struct cb_stored stored = { .cells_n = 77 };
	struct cb_error err = { 0 };

	assert_int_equal(read_text(text, &stored, &err), code);
	assert_int_equal(stored.cells_n, 77);
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
}

static void test_refused(void **state)
{
	(void)state;
	refused("", -EBADMSG, "no complete JSON");
	refused("[1]", -EPROTO, "concbench.result/1");
	refused("{\"schema\": \"concbench.host/1\"}", -EPROTO, "concbench.result/1");
	refused(HEAD "\"cells\": 7}", -EBADMSG, "no complete JSON");
	refused(HEAD "\"cells\": [\n" CELL ",\n", -EBADMSG, "no complete JSON");
	refused(HEAD "\"cells\": [\n{\"id\":\"a\"}\n]\n}\n", -EBADMSG, "lacks its id");
	refused(HEAD "\"cells\": [\nnonsense\n]\n}\n", -EBADMSG, "no complete JSON");
	/* memory is taken for each block up to the last */
	refused(HEAD "\"cells\": [\n{\"id\":\"a\",\"workload\":\"a\",\"mode\":\"m\",\"workers\":1,"
		     "\"status\":\"ok\",\"samples\":[{\"block\":4000000000,\"units\":1,\"makespan_ns\":1}]}"
		     "\n]\n}\n",
		-EBADMSG, "block number");
}

/* Words are shown as they are, so that nothing but a word is one; ids are quoted by who shows them. */
static void test_words_are_words(void **state)
{
	static const char text[] = HEAD
		"\"cells\": [\n"
		"{\"id\":\"a/x\\u001b/2\",\"workload\":\"a\",\"mode\":\"x\\u001b[31m\\n > y\","
		"\"pin_requested\":\"\\u00e9\",\"cpu_set\":\"0..1,3\",\"workers\":2,"
		"\"status\":\"ok\",\"summary\":{\"bound\":\"cpu\\r\"}}\n]\n}\n";
	struct cb_stored stored;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(read_text(text, &stored, &err), 0);
	assert_string_equal(stored.cells[0].mode, "x?[31m?"
						  "?>?y");
	assert_string_equal(stored.cells[0].pin_requested, "??");
	assert_string_equal(stored.cells[0].bound, "cpu?");
	assert_string_equal(stored.cells[0].cpu_set, "0..1,3");
	assert_string_equal(stored.cells[0].id, "a/x\x1b/2");
	cb_stored_release(&stored);
}

static void test_no_file(void **state)
{
	struct cb_stored stored;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(cb_stored_read(&stored, "/nonexistent/file", &err), -ENOENT);
	err = (struct cb_error){ 0 };
	assert_int_equal(cb_stored_read(&stored, "/", &err), -EISDIR);
	assert_non_null(strstr(err.text, "folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_other_layout),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words_are_words),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
