/* Commands as text: split as a shell splits, written so that they split into the same; and what programs
 * report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/param.h"
#include "lib/workload_report.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- splitting ----------------------------------------------------------------------------------- */

static void check_split(const char *text, size_t n, const char *const *expected)
{
	struct cb_words words;
	struct cb_error err = { 0 };

	if (cb_parse_command(text, &words, &err))
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(words.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(words.v[i], expected[i]);
	assert_null(words.v[n]);
	cb_words_release(&words);
}

#define SPLITS(text, ...)                                                           \
	check_split(text, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), \
		(const char *[]){ __VA_ARGS__ })

static void test_split(void **state)
{
	(void)state;
	SPLITS("a", "a");
	SPLITS("  a\tb \n c  ", "a", "b", "c");
	SPLITS("a 'b c' \"d e\" f\\ g", "a", "b c", "d e", "f g");
	SPLITS("a '' \"\" b", "a", "", "", "b");
	SPLITS("a'b'\"c\"d", "abcd");
	SPLITS("'a\\n' \"a\\n\" \"\\\\\\\"\\$\\`\"", "a\\n", "a\\n", "\\\"$`");
	SPLITS("'it'\\''s'", "it's");
	SPLITS("x $'a\\n\\033\\t\\'\\\\' y", "x", "a\n\033\t'\\", "y");
	SPLITS("'|&;<>()$`*?' \\$ a=b {x} [y] #z ~ !", "|&;<>()$`*?", "$", "a=b", "{x}", "[y]", "#z", "~",
		"!");
}

static void refuse(const char *text, const char *why)
{
	struct cb_words words = { (char **)8, 8 };
	struct cb_error err = { 0 };

	assert_int_equal(cb_parse_command(text, &words, &err), -EINVAL);
	assert_non_null(strstr(err.text, why));
	assert_true(words.n == 8); /* untouched */
}

static void test_refused(void **state)
{
	static const char *const shell[] = { "a|b", "a &", "a;b", "a <b", "a >b", "(a)", "a $B", "a `b`",
		"a *", "a b?c", "a \"$b\"", "a \"`b`\"" };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(shell); i++)
		refuse(shell[i], "needs a shell, and none is run");
	refuse("", "names no program");
	refuse("  ", "names no program");
	refuse("'' a", "names no program");
	refuse("a 'b", "has no end");
	refuse("a \"b", "has no end");
	refuse("a $'b", "has no end");
	refuse("a $'b\\", "escape");
	refuse("a $'\\x41'", "escape");
	refuse("a $'\\000'", "escape");
	refuse("a $'\\777'", "escape");
	refuse("a \\", "ends with a backslash");
	refuse("\033[2J '", "'\\033[2J");
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void check_format(const char *expected, const char *const *words, size_t n)
{
	char *line = cb_format_command(words);

	assert_non_null(line);
	assert_true(cb_is_plain(line));
	if (expected)
		assert_string_equal(line, expected);
	check_split(line, n, words);
	free(line);
}

#define FORMATS(expected, ...)                                        \
	check_format(expected, (const char *[]){ __VA_ARGS__, NULL }, \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

static void test_format(void **state)
{
	(void)state;
	FORMATS("ls -l /tmp/x.y", "ls", "-l", "/tmp/x.y");
	FORMATS("sh -c 'echo $HOME | cat'", "sh", "-c", "echo $HOME | cat");
	FORMATS("a '' 'it'\\''s' '{n}'", "a", "", "it's", "{n}");
	FORMATS("a $'\\033[2J\\n\\\\\\''", "a", "\033[2J\n\\'");
	FORMATS("a '\xc3\xa9' $'\\377\\302\\233'", "a", "\xc3\xa9", "\xff\xc2\x9b");
}

/* Any bytes come back. */
static void test_round_trip(void **state)
{
	uint64_t random = 1;
	char word[40];

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		size_t n = cb_mix64(random++) % (sizeof word - 1);

		for (size_t i = 0; i < n; i++)
			word[i] = (char)(cb_mix64(random++) % 255 + 1);
		word[n] = '\0';
		FORMATS(NULL, "x", word, word);
	}
}

/* ---- as a parameter ------------------------------------------------------------------------------ */

struct params {
	struct cb_argv command;
	char path[CB_FILE_PATH_MAX];
};

static const struct cb_param table[] = {
	{ "command", CB_PARAM_COMMAND, "", "", 0, 0, NULL, "", offsetof(struct params, command) },
	{ "path", CB_PARAM_PATH, "", "none", 0, 0, NULL, "", offsetof(struct params, path) },
	{ .name = NULL },
};
static const struct cb_workload fake = {
	.name = "fake", .params = table, .params_size = sizeof(struct params)
};

static int parse(const char *text, struct params *ret, struct cb_error *err)
{
	struct cb_spec spec;
	int r = cb_parse_spec(text, &spec, err);

	if (r)
		return r;
	r = cb_params_parse(&fake, &spec, ret, err);
	cb_spec_release(&spec);
	return r;
}

static void test_param(void **state)
{
	struct cb_error err = { 0 };
	char buf[CB_PARAM_TEXT_MAX], *id;
	struct params p = { .path = "" };

	(void)state;
	assert_int_equal(parse("fake", &p, &err), 0);
	assert_int_equal(p.command.words, 0);
	assert_string_equal(p.path, "none");
	assert_true(cb_param_is_default(&table[0], &p) && cb_param_is_default(&table[1], &p));
	assert_int_equal(parse("fake:command=sh  -c \"a\\,b\",path=/x\033y", &p, &err), 0);
	assert_int_equal(p.command.words, 3);
	assert_memory_equal(p.command.text, "sh\0-c\0a,b", 10);
	assert_string_equal(cb_param_format(&table[0], &p, buf, sizeof buf), "sh -c a,b");
	id = cb_params_id(&fake, &p);
	assert_string_equal(id, "command=sh -c a\\,b,path=/x\\033y");
	free(id);
	assert_int_equal(cb_params_identify_files(&fake, &p, &err), 0);
	assert_true(p.command.program.path[0] == '/' && p.command.program.size_bytes > 0);
}

static void test_param_refused(void **state)
{
	char *text = malloc(CB_COMMAND_MAX + 100);
	struct cb_error err = { 0 };
	struct params p = { .path = "x" };

	(void)state;
	assert_non_null(text);
	assert_int_equal(parse("fake:command=a |", &p, &err), -EINVAL);
	assert_string_equal(p.path, "x");
	strcpy(text, "fake:command=");
	memset(text + 13, 'a', CB_COMMAND_MAX - 1);
	text[13 + CB_COMMAND_MAX - 1] = '\0';
	assert_int_equal(parse(text, &p, &err), 0);
	strcat(text, "a");
	err.code = 0;
	assert_int_equal(parse(text, &p, &err), -ERANGE);
	assert_non_null(strstr(err.text, "put it into a script"));
	/* The words fit, the line that they make does not. */
	memset(text + 13, '\001', CB_COMMAND_MAX / 2);
	text[13 + CB_COMMAND_MAX / 2] = '\0';
	err.code = 0;
	assert_int_equal(parse(text, &p, &err), -ERANGE);
	free(text);
}

static void check_program(const char *name, int expected)
{
	struct cb_error err = { 0 };
	struct cb_file file;

	assert_int_equal(cb_program_find(name, &file, &err), expected);
	assert_true(!expected || err.text[0]);
}

static void test_program(void **state)
{
	char folder[] = "/tmp/concbench-XXXXXX", path[64], *before = getenv("PATH");
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/tool", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	before = before ? strdup(before) : NULL;
	setenv("PATH", folder, 1);
	check_program("tool", -EACCES);
	check_program("nothing", -ENOENT);
	check_program(folder, -EISDIR);
	check_program("/dev/null", -EACCES);
	chmod(path, 0755);
	check_program("tool", 0);
	check_program(path, 0);
	setenv("PATH", "/nowhere:", 1);
	check_program("tool", -ENOENT);
	unlink(path);
	rmdir(folder);
	if (before)
		setenv("PATH", before, 1);
	free(before);
}

/* ---- reports ------------------------------------------------------------------------------------- */

static struct cb_report report(const char *text)
{
	struct cb_report r = { 0 };
	char buf[CB_REPORT_BYTES + 1];
	size_t n = strlen(text);

	memcpy(buf, text, n);
	cb_report_add(&r, buf, n);
	return r;
}

static void test_report(void **state)
{
	struct cb_report r = report("concbench: count=3\nconcbench: a_1=0.5\nconcbench: count=1e2\n"
				    "concbench: digest=0xff\nconcbench: digest=18446744073709551615\n"),
			 other;

	(void)state;
	assert_int_equal(r.refused, 0);
	assert_int_equal(r.counts_n, 2);
	assert_string_equal(r.counts[0].name, "count");
	assert_true(r.counts[0].sum == 103 && r.counts[1].sum == 0.5);
	assert_int_equal(r.digests, 2);
	assert_int_equal(r.digest, 0xfe);
	other = report("concbench: b=1\nconcbench: a_1=2\nx\n");
	cb_report_merge(&r, &other);
	assert_int_equal(r.counts_n, 3);
	assert_true(r.counts[1].sum == 2.5);
	assert_int_equal(r.refused, 1);
}

static void test_report_refused(void **state)
{
	static const char *const lines[] = { "\n", "count=1\n", "concbench: count=1", "concbench:count=1\n",
		"concbench: =1\n", "concbench: Count=1\n", "concbench: count\n", "concbench: count=\n",
		"concbench: count=-1\n", "concbench: count=+1\n", "concbench: count=1x\n",
		"concbench: count=inf\n", "concbench: count=nan\n", "concbench: count=1e999\n",
		"concbench: count=0x10\n", "concbench: count= 1\n", "concbench: digest=\n",
		"concbench: digest=-1\n", "concbench: digest=0x\n",
		"concbench: digest=18446744073709551616\n",
		"concbench: a2345678901234567890123456789012=1\n" };

	(void)state;
	for (size_t i = 0; i < CB_COUNT(lines); i++) {
		struct cb_report r = report(lines[i]);

		if (r.refused != 1 || r.counts_n || r.digests)
			fail_msg("taken: %s", lines[i]);
	}
}

static void test_report_bounds(void **state)
{
	struct cb_report r = { 0 };
	char buf[CB_REPORT_BYTES + 1];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		int n = snprintf(buf, sizeof buf, "concbench: n%u=1\n", i);

		cb_report_add(&r, buf, (size_t)n);
	}
	assert_int_equal(r.counts_n, CB_REPORT_NAMES);
	assert_int_equal(r.refused, 20 - CB_REPORT_NAMES);
	memset(buf, '\n', CB_REPORT_BYTES);
	cb_report_add(&r, buf, CB_REPORT_BYTES);
	assert_int_equal(r.refused, 20 - CB_REPORT_NAMES + CB_REPORT_BYTES);
	memcpy(buf, "concbench: n0\0=1\nconcbench: n0=1\n", 33);
	cb_report_add(&r, buf, 33);
	assert_true(r.counts[0].sum == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_param),
		cmocka_unit_test(test_param_refused),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_report_refused),
		cmocka_unit_test(test_report_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
