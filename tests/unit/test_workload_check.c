/* What is wrong with a workload's tables is told before it runs; nothing is wrong with those built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/workload_check.h"
#include "lib/plan/registry.h"
#include "lib/result/result.h"
#include <string.h>

struct params {
	uint64_t n;
};

static int run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	(void)w, (void)first, (void)n, (void)err;
	return 0;
}

static int partner(struct cb_worker *w, struct cb_error *err)
{
	(void)w, (void)err;
	return 0;
}

/* A sound workload that a test may spoil. */
struct sound {
	struct cb_workload w;
	struct cb_param params[3];
	struct cb_metric metrics[CB_METRICS_MAX + 2];
};

static void make(struct sound *s)
{
	*s = (struct sound){ .w = { .abi = CB_ABI,
				     .size = sizeof(struct cb_workload),
				     .name = "sound_1",
				     .summary = "a sound one",
				     .unit = "thing",
				     .version = 1,
				     .class = CB_CLASS_MIXED,
				     .caps = CB_CAN_SERIAL | CB_CAN_SHARED,
				     .params_size = sizeof(struct params),
				     .run = run } };
	s->params[0] = (struct cb_param){ "n", CB_PARAM_U64, "", "1", 0, 0, NULL, "a number", 0 };
	s->metrics[0] = (struct cb_metric){ "per_s", "1/s", CB_MERGE_PER_S, 0, 0, "a rate" };
	s->w.params = s->params;
	s->w.metrics = s->metrics;
}

static void test_built_in(void **state)
{
	(void)state;
	for (const struct cb_workload *const *w = cb_registry; *w; w++) {
		struct cb_error err = { 0 };

		if (cb_workload_check(*w, &err))
			fail_msg("%s", err.text);
	}
	for (unsigned i = 0; i < CB_CLASSES; i++)
		assert_non_null(cb_class_names[i]);
}

/* Spoils a sound workload by the statement, and expects the sentence. */
#define SPOILED(sentence, statement)                                      \
	do {                                                              \
		struct cb_error err = { 0 };                              \
		struct sound s;                                           \
                                                                          \
		make(&s);                                                 \
		assert_int_equal(cb_workload_check(&s.w, &err), 0);       \
		statement;                                                \
		assert_int_equal(cb_workload_check(&s.w, &err), -EINVAL); \
		if (!strstr(err.text, sentence))                          \
			fail_msg("%s is not in: %s", sentence, err.text); \
	} while (0)

static void test_workload(void **state)
{
	(void)state;
	SPOILED("name is not made of", s.w.name = NULL);
	SPOILED("name is not made of", s.w.name = "");
	SPOILED("name is not made of", s.w.name = "Sound");
	SPOILED("name is not made of", s.w.name = "a/b");
	SPOILED("abi and size", s.w.abi++);
	SPOILED("abi and size", s.w.size--);
	SPOILED("summary and unit", s.w.summary = NULL);
	SPOILED("summary and unit", s.w.summary = "two\nlines");
	SPOILED("summary and unit", s.w.unit = "");
	SPOILED("version", s.w.version = 0);
	SPOILED("class", s.w.class = (enum cb_class)CB_CLASSES);
	SPOILED("no mode", s.w.caps = CB_CAN_SHARED);
	SPOILED("no dispatch", s.w.caps = CB_CAN_SERIAL);
	SPOILED("no run hook", s.w.run = NULL);
	SPOILED("partner hook", s.w.partner = partner);
	SPOILED("partner hook", s.w.partners = CB_PARTNERS_PER_SAMPLE);
	SPOILED("none of enum cb_partners", s.w.partners = (enum cb_partners)7);
	SPOILED("more than 1 MiB", s.w.params_size = (size_t)1 << 30);
	SPOILED("no params_size", s.w.params_size = 0);
}

static void test_tables(void **state)
{
	(void)state;
	SPOILED("parameter 1: its name", s.params[0].name = "N");
	SPOILED("parameter 2: it stands twice", s.params[1] = s.params[0]);
	SPOILED("parameter 1: its type", s.params[0].type = (enum cb_param_type)99);
	SPOILED("parameter 1: its offset", s.params[0].offset = 1);
	SPOILED("parameter 1: its offset", s.params[0].offset = SIZE_MAX);
	SPOILED("parameter 1: its offset", s.params[0].type = CB_PARAM_FILE);
	SPOILED("parameter 1: it has no words", s.params[0].type = CB_PARAM_ENUM);
	SPOILED("def and help", s.params[0].def = NULL);
	SPOILED("def and help", s.params[0].help = "\033");
	SPOILED("the workload's default", s.params[0].def = "x");
	SPOILED("metric 1: its name", s.metrics[0].name = "per s");
	SPOILED("metric 1: its merge", s.metrics[0].merge = (enum cb_merge)99);
	SPOILED("metric 1: over", (s.metrics[0].merge = CB_MERGE_RATIO, s.metrics[0].over = CB_METRICS_MAX));
	SPOILED("metric 1: unit and help", s.metrics[0].unit = "\x9b");
	SPOILED("metric 9: there are too many",
		for (unsigned i = 1; i <= CB_METRICS_MAX; i++) s.metrics[i] = s.metrics[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_workload),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
