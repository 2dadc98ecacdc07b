/* The protocol of `concbench sample`: what is read, what is refused, what is answered. */
#include "lib/result/sample_json.h"
#include "tests/unit/result_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int parse(const char *text, struct cb_sample_request *ret, struct cb_error *err)
{
	return cb_sample_request_parse(text, strlen(text), ret, err);
}

static void test_full_description(void **state)
{
	struct cb_sample_request r;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(parse("{\"schema\":\"concbench.sample/"
			       "1\",\"workload\":\"cpu_prime\",\"params\":{\"limit\":\"10000\"},"
			       "\"mode\":\"hybrid\",\"dispatch\":\"static\",\"batch\":16,\"workers\":6,"
			       "\"processes\":2,"
			       "\"threads\":3,\"units\":9007199254740992,\"seed\":\"0xffffffffffffffff\","
			       "\"pin\":\"none\","
			       "\"timing\":\"sampled\",\"timing_every\":8,\"warmup_ns\":0,\"timeout_ns\":1,"
			       "\"dir\":\"/x\"} \n",
				 &r, &err),
		0);
	assert_string_equal(r.spec.workload, "cpu_prime");
	assert_int_equal(r.spec.n, 1);
	assert_string_equal(r.spec.pairs[0].name, "limit");
	assert_string_equal(r.spec.pairs[0].value, "10000");
	assert_string_equal(r.mode, "hybrid");
	assert_string_equal(r.dispatch, "static");
	assert_string_equal(r.pin, "none");
	assert_string_equal(r.dir, "/x");
	assert_true(r.batch == 16 && r.workers == 6 && r.processes == 2 && r.threads == 3);
	assert_true(r.units == (uint64_t)1 << 53 && r.seed == UINT64_MAX);
	assert_true(r.timing == CB_TIMING_SAMPLED && r.timing_every == 8 && r.warmup_ns == 0 &&
		    r.timeout_ns == 1);
	cb_sample_request_release(&r);
	cb_sample_request_release(&r);
}

#define LEAST "\"schema\":\"concbench.sample/1\",\"workload\":\"null\",\"mode\":\"serial\",\"units\":1"

static void test_defaults(void **state)
{
	struct cb_sample_request r;

	(void)state;
	assert_int_equal(parse("{" LEAST "}", &r, NULL), 0);
	assert_string_equal(r.dispatch, "shared");
	assert_string_equal(r.pin, "auto");
	assert_null(r.dir);
	assert_int_equal(r.spec.n, 0);
	assert_true(r.workers == 1 && r.timing == CB_TIMING_NONE && r.timing_every == 1 && r.timeout_ns > 0);
	cb_sample_request_release(&r);
}

static void test_refusals_name_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "JSON" },
		{ "{", "JSON" },
		{ "{" LEAST "} x", "JSON" },
		{ "{" LEAST "}{}", "JSON" },
		{ "{" LEAST ",\"batch\":NaN}", "JSON" },
		{ "[]", "object" },
		{ "{}", "\"schema\"" },
		{ "{\"schema\":\"concbench.sample/2\"}", "concbench.sample/1" },
		{ "{\"schema\":\"concbench.sample/1\",\"workload\":\"null\",\"mode\":\"serial\"}",
			"\"units\"" },
		{ "{" LEAST ",\"unit\":1}", "\"unit\"" },
		{ "{" LEAST ",\"units\":1}", "\"units\" must be given once" },
		{ "{" LEAST ",\"workers\":0}", "\"workers\"" },
		{ "{" LEAST ",\"workers\":1.5}", "\"workers\"" },
		{ "{" LEAST ",\"workers\":-1}", "\"workers\"" },
		{ "{" LEAST ",\"workers\":1e99}", "\"workers\"" },
		{ "{" LEAST ",\"workers\":\"1\"}", "\"workers\"" },
		{ "{" LEAST ",\"workers\":null}", "\"workers\"" },
		{ "{" LEAST ",\"batch\":9007199254740994}", "\"batch\"" },
		{ "{" LEAST ",\"workers\":4,\"processes\":2,\"threads\":3}", "2 processes x 3 threads" },
		{ "{" LEAST ",\"seed\":1}", "\"seed\"" },
		{ "{" LEAST ",\"seed\":\"12\"}", "\"seed\"" },
		{ "{" LEAST ",\"seed\":\"0x11111111111111111\"}", "\"seed\"" },
		{ "{" LEAST ",\"timing\":\"always\"}", "\"timing\"" },
		{ "{" LEAST ",\"timing\":1}", "\"timing\"" },
		{ "{" LEAST ",\"dir\":\"\"}", "\"dir\"" },
		{ "{" LEAST ",\"params\":[]}", "\"params\"" },
		{ "{" LEAST ",\"params\":{\"a\":1}}", "\"params\"" },
		{ "{" LEAST ",\"params\":{\"a\":\"1\",\"a\":\"2\"}}", "\"params\"" },
	};

	(void)state;
	for (size_t i = 0; i < CB_COUNT(cases); i++) {
		struct cb_sample_request r = { .units = 77 };
		struct cb_error err = { 0 };

		assert_int_equal(parse(cases[i].text, &r, &err), -EINVAL);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_true(r.units == 77 && !r.mode);
	}
}

static void test_deep_nesting_is_refused(void **state)
{
	char text[100001];
	struct cb_sample_request r;

	(void)state;
	memset(text, '[', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(parse(text, &r, NULL), -EINVAL);
}

static int append(void *arg, const char *text, size_t n)
{
	strncat(arg, text, n);
	return 0;
}

static const cJSON *get(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void test_answer(void **state)
{
	struct fixture *f = *state;
	struct cb_worker_row rows[9] = { 0 };
	struct cb_sample_request r = { .workers = 9, .timing = CB_TIMING_EACH };
	struct cb_sample s = fixture_sample(1000, 123456789);
	struct cb_histogram *h = calloc(1, sizeof *h);
	char text[8192] = "";
	cJSON *root;

	cb_histogram_add(h, 5);
	s.rows = rows;
	assert_int_equal(cb_sample_answer_write(&r, &f->work, &s, h, append, text), 0);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	root = cJSON_Parse(text);
	assert_string_equal(get(root, "schema")->valuestring, "concbench.sample/1");
	assert_string_equal(get(root, "status")->valuestring, "ok");
	assert_null(get(root, "reason"));
	assert_true(get(get(root, "sample"), "makespan_ns")->valuedouble == 123456789);
	assert_string_equal(get(get(root, "sample"), "digest")->valuestring, "0x0000000000001234");
	assert_int_equal(cJSON_GetArraySize(get(get(get(root, "sample"), "workers"), "pid")), 9);
	assert_true(get(get(root, "latency"), "max_ns")->valuedouble == 5);
	assert_null(get(get(root, "latency"), "every"));
	cJSON_Delete(root);
	free(h);
}

static void test_answer_of_a_crash(void **state)
{
	struct fixture *f = *state;
	struct cb_sample_request r = { .workers = 1 };
	struct cb_sample s = fixture_sample(CB_NONE, CB_NONE);
	char text[8192] = "";
	cJSON *root;

	s.status = CB_CRASHED;
	strcpy(s.reason, "worker 0 died of signal 11");
	assert_int_equal(cb_sample_answer_write(&r, &f->work, &s, NULL, append, text), 0);
	root = cJSON_Parse(text);
	assert_string_equal(get(root, "status")->valuestring, "crashed");
	assert_string_equal(get(root, "reason")->valuestring, "worker 0 died of signal 11");
	assert_null(get(get(root, "sample"), "makespan_ns"));
	assert_null(get(root, "latency"));
	cJSON_Delete(root);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_description),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refusals_name_what_is_wrong),
		cmocka_unit_test(test_deep_nesting_is_refused),
		TEST(test_answer),
		TEST(test_answer_of_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
