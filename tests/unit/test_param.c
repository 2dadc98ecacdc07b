/* Parameters of a fake workload that has one of every type: from text, to text, and into a cell's identity.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/param.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fake {
	uint64_t limit, free_count, block_bytes, pause_ns;
	double ratio, any;
	unsigned cache;
	struct cb_file input, second;
};

static const char *const caches[] = { "warm", "cold", "direct", NULL };

static const struct cb_param fake_params[] = {
	{ "limit", CB_PARAM_U64, "primes below", "10000", 3, 1e6, NULL, "", offsetof(struct fake, limit) },
	{ "free_count", CB_PARAM_U64, "", "0", 0, 0, NULL, "", offsetof(struct fake, free_count) },
	{ "block", CB_PARAM_SIZE, "bytes", "4KiB", 512, 1 << 20, NULL, "",
		offsetof(struct fake, block_bytes) },
	{ "pause", CB_PARAM_DURATION, "", "1ms", 1000, 6e10, NULL, "", offsetof(struct fake, pause_ns) },
	{ "ratio", CB_PARAM_DOUBLE, "", "0.5", 0, 1, NULL, "", offsetof(struct fake, ratio) },
	{ "any", CB_PARAM_DOUBLE, "", "0", 0, 0, NULL, "", offsetof(struct fake, any) },
	{ "cache", CB_PARAM_ENUM, "", "warm", 0, 0, caches, "", offsetof(struct fake, cache) },
	{ "input", CB_PARAM_FILE, "", "", 0, 0, NULL, "", offsetof(struct fake, input) },
	{ "second", CB_PARAM_FILE, "", NULL, 0, 0, NULL, "", offsetof(struct fake, second) },
	{ 0 },
};

static const struct cb_workload fake = {
	.name = "fake", .params = fake_params, .params_size = sizeof(struct fake)
};
static const struct cb_workload bare = { .name = "bare" };

/* ret is all 0xaa before, so that what a failure touches is seen. */
static int parse(const char *text, struct fake *ret, struct cb_error *err)
{
	struct cb_spec spec;
	int code;

	memset(ret, 0xaa, sizeof *ret);
	assert_int_equal(cb_parse_spec(text, &spec, NULL), 0);
	code = cb_params_parse(&fake, &spec, ret, err);
	cb_spec_release(&spec);
	return code;
}

static void assert_id(const char *text, const char *id)
{
	struct fake data;
	char *made;

	assert_int_equal(parse(text, &data, NULL), 0);
	made = cb_params_id(&fake, &data);
	assert_non_null(made);
	assert_string_equal(made, id);
	free(made);
}

static void test_defaults(void **state)
{
	struct fake data;

	(void)state;
	assert_int_equal(parse("fake", &data, NULL), 0);
	assert_int_equal(data.limit, 10000);
	assert_int_equal(data.free_count, 0);
	assert_int_equal(data.block_bytes, 4096);
	assert_int_equal(data.pause_ns, 1000000);
	assert_true(data.ratio == 0.5 && data.any == 0);
	assert_int_equal(data.cache, 0);
	assert_string_equal(data.input.path, "");
	assert_string_equal(data.second.path, "");
	for (const struct cb_param *p = fake_params; p->name; p++)
		assert_true(cb_param_is_default(p, &data));
	assert_id("fake", "");
}

static void test_no_spec_means_defaults(void **state)
{
	struct fake data, same;

	(void)state;
	memset(&same, 0x55, sizeof same);
	assert_int_equal(cb_params_parse(&fake, NULL, &same, NULL), 0);
	assert_int_equal(parse("fake", &data, NULL), 0);
	assert_memory_equal(&data, &same, sizeof data);
}

static void test_values(void **state)
{
	struct fake data;

	(void)state;
	assert_int_equal(
		parse("fake:limit=3,free_count=18446744073709551615,block=1MiB,pause=1m,ratio=1e-3,any=-2.5,"
		      "cache=direct,input=/a\\,b",
			&data, NULL),
		0);
	assert_int_equal(data.limit, 3);
	assert_true(data.free_count == UINT64_MAX);
	assert_int_equal(data.block_bytes, 1 << 20);
	assert_true(data.pause_ns == UINT64_C(60000000000));
	assert_true(data.ratio == 0.001 && data.any == -2.5);
	assert_int_equal(data.cache, 2);
	assert_string_equal(data.input.path, "/a,b");
	assert_int_equal(data.input.size_bytes, 0);
	assert_int_equal(data.input.crc32, 0);
	for (const struct cb_param *p = fake_params; p->name; p++)
		assert_int_equal(cb_param_is_default(p, &data), strcmp(p->name, "second") == 0);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *why;
	} rows[] = {
		{ "fake:limt=5", -EINVAL, "fake has no parameter 'limt': did you mean 'limit'?" },
		{ "fake:xyzzy=5", -EINVAL, "fake has no parameter 'xyzzy': see concbench list params fake" },
		{ "fake:limit=4x", -EINVAL, "limit: '4x' is not a number: 'x' follows it" },
		{ "fake:limit=", -EINVAL, "limit: '' is not a number: it is empty" },
		{ "fake:limit=2", -ERANGE, "limit: '2' is too small: at least 3" },
		{ "fake:limit=1000001", -ERANGE, "limit: '1000001' is too large: at most 1000000" },
		{ "fake:free_count=18446744073709551616", -ERANGE,
			"free_count: '18446744073709551616' is too large: at most 18446744073709551615" },
		{ "fake:block=511", -ERANGE, "block: '511' is too small: at least 512B" },
		{ "fake:block=2MiB", -ERANGE, "block: '2MiB' is too large: at most 1MiB" },
		{ "fake:block=4KB", -EINVAL, "block: '4KB' is not a size: write KiB (1024 bytes)" },
		{ "fake:pause=5ns", -ERANGE, "pause: '5ns' is too small: at least 1us" },
		{ "fake:pause=2m", -ERANGE, "pause: '2m' is too large: at most 1m" },
		{ "fake:pause=5", -EINVAL, "pause: '5' has no unit: write 5ns, 5us, 5ms, 5s or 5m" },
		{ "fake:ratio=1.01", -ERANGE, "ratio: '1.01' is too large: at most 1" },
		{ "fake:ratio=-1", -ERANGE, "ratio: '-1' is too small: at least 0" },
		{ "fake:any=nan", -EINVAL, "any: 'nan' is not a number: write decimal digits" },
		{ "fake:cache=cald", -EINVAL,
			"cache: 'cald' is not one of warm, cold, direct: did you mean 'cold'?" },
		{ "fake:cache=elsewhere", -EINVAL, "cache: 'elsewhere' is not one of warm, cold, direct" },
		{ "fake:limit=5,cache=", -EINVAL, "cache: '' is not one of warm, cold, direct" },
	};
	struct fake data, untouched;

	(void)state;
	memset(&untouched, 0xaa, sizeof untouched);
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_error err = { 0 };

		assert_int_equal(parse(rows[i].text, &data, &err), rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		assert_string_equal(err.text, rows[i].why);
		assert_memory_equal(&data, &untouched, sizeof data);
	}
}

static void test_path_length(void **state)
{
	char path[CB_FILE_PATH_MAX + 1], expected[CB_FILE_PATH_MAX];
	struct fake data;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(parse("fake", &data, NULL), 0);
	memset(path, 'p', CB_FILE_PATH_MAX);
	path[CB_FILE_PATH_MAX] = '\0';
	assert_int_equal(cb_params_set(&fake, &data, "input", path, &err), -ERANGE);
	assert_string_equal(err.text,
		"input: the path 'ppppppppppppppppppppppppppppppppppppp...' is too long: at most 1023 bytes");
	assert_string_equal(data.input.path, "");
	assert_int_equal(cb_params_set(&fake, &data, "input", path + 1, NULL), 0);
	assert_string_equal(cb_param_format(&fake_params[7], &data, expected, sizeof expected), path + 1);
}

static void test_set(void **state)
{
	struct fake data;
	struct cb_error err = { 0 };

	(void)state;
	assert_int_equal(parse("fake", &data, NULL), 0);
	assert_int_equal(cb_params_set(&fake, &data, "block", "64KiB", &err), 0);
	assert_int_equal(data.block_bytes, 65536);
	assert_int_equal(cb_params_set(&fake, &data, "blok", "64KiB", &err), -EINVAL);
	assert_string_equal(err.text, "fake has no parameter 'blok': did you mean 'block'?");
	assert_int_equal(cb_params_set(&fake, &data, "block", "1", NULL), -ERANGE);
	assert_int_equal(data.block_bytes, 65536);
}

static void test_workload_without_params(void **state)
{
	struct cb_spec spec;
	struct cb_error err = { 0 };
	char *id;

	(void)state;
	assert_int_equal(cb_params_parse(&bare, NULL, NULL, &err), 0);
	assert_int_equal(cb_params_identify_files(&bare, NULL, &err), 0);
	id = cb_params_id(&bare, NULL);
	assert_string_equal(id, "");
	free(id);
	assert_int_equal(cb_parse_spec("bare:a=1", &spec, NULL), 0);
	assert_int_equal(cb_params_parse(&bare, &spec, NULL, &err), -EINVAL);
	assert_string_equal(err.text, "bare has no parameters, thus no 'a'");
	cb_spec_release(&spec);
}

/* A plugin's table may be wrong: that is told, not trusted. */
static void test_bad_tables(void **state)
{
	static const struct cb_param bad_default[] = {
		{ "n", CB_PARAM_U64, "", "20", 1, 9, NULL, "", 0 },
		{ 0 },
	};
	static const struct cb_param bad_type[] = {
		{ "n", (enum cb_param_type)99, "", "20", 1, 9, NULL, "", 0 },
		{ 0 },
	};
	struct cb_workload workload = { .name = "bad", .params = bad_default, .params_size = 8 };
	struct cb_error err = { 0 };
	uint64_t data = 7;

	(void)state;
	assert_int_equal(cb_params_parse(&workload, NULL, &data, &err), -ERANGE);
	assert_string_equal(err.text, "n (the workload's default): '20' is too large: at most 9");
	workload.params = bad_type;
	err = (struct cb_error){ 0 };
	assert_int_equal(cb_params_parse(&workload, NULL, &data, &err), -EINVAL);
	assert_string_equal(err.text, "n: its type is not known to this build");
	assert_int_equal(cb_params_set(&workload, &data, "n", "1", NULL), -EINVAL);
	assert_int_equal(data, 7);
}

static void test_format(void **state)
{
	static const struct {
		const char *name, *given, *canonical;
	} rows[] = {
		{ "limit", "007", "7" },
		{ "block", "65536", "64KiB" },
		{ "block", "1000", "1000B" },
		{ "pause", "0.0015s", "1500us" },
		{ "pause", "60s", "1m" },
		{ "ratio", "1e-1", "0.1" },
		{ "any", "1000000", "1000000" },
		{ "any", "1e300", "1e+300" },
		{ "any", "0.30000000000000004", "0.30000000000000004" },
		{ "any", "-0", "0" },
		{ "cache", "cold", "cold" },
		{ "input", "/a,b:c", "/a,b:c" },
	};
	struct fake data, again;
	char buf[CB_FILE_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		const struct cb_param *p = fake_params;

		while (strcmp(p->name, rows[i].name) != 0)
			p++;
		assert_int_equal(parse("fake", &data, NULL), 0);
		assert_int_equal(cb_params_set(&fake, &data, p->name, rows[i].given, NULL), 0);
		assert_ptr_equal(cb_param_format(p, &data, buf, sizeof buf), buf);
		assert_string_equal(buf, rows[i].canonical);
		assert_int_equal(parse("fake", &again, NULL), 0);
		assert_int_equal(cb_params_set(&fake, &again, p->name, buf, NULL), 0);
		assert_memory_equal(&data, &again, sizeof data);
	}
	assert_string_equal(cb_param_format(&fake_params[7], &data, buf, 4), "/a,");
}

static void test_id(void **state)
{
	(void)state;
	assert_id("fake:limit=10000,cache=warm", "");
	assert_id("fake:block=4096", ""); /* the default, written another way */
	assert_id("fake:pause=2000us,limit=7,block=65536", "block=64KiB,limit=7,pause=2ms");
	assert_id("fake:ratio=0.25,cache=cold", "cache=cold,ratio=0.25");
	assert_id("fake:input=a\\,b\\:c\\\\", "input=a\\,b\\:c\\\\@0.00000000");
}

/* ---- files ------------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *content, size_t times)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	while (times--)
		assert_true(fputs(content, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
	char *folder = strdup("/tmp/concbench-param.XXXXXX");

	*state = folder;
	return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
	unlink("nine");
	unlink("big");
	unlink("empty");
	unlink("pipe");
	if (chdir("/") || rmdir(*state))
		return -1;
	free(*state);
	return 0;
}

static void assert_identity(const char *text, const char *id)
{
	struct fake data;
	struct cb_error err = { 0 };
	char *made;

	assert_int_equal(parse(text, &data, NULL), 0);
	assert_int_equal(cb_params_identify_files(&fake, &data, &err), 0);
	assert_string_equal(err.text, "");
	made = cb_params_id(&fake, &data);
	assert_string_equal(made, id);
	free(made);
}

static void test_files(void **state)
{
	(void)state;
	write_file("nine", "123456789", 1);
	write_file("big", "0123456789abcdef", 16384);
	write_file("empty", "", 0);
	assert_identity("fake", "");
	assert_identity("fake:input=nine", "input=nine@9.cbf43926"); /* the check value of CRC-32 */
	assert_identity("fake:input=empty", "input=empty@0.00000000");
	/* More than one chunk; python3 -c 'import zlib; print(hex(zlib.crc32(b"0123456789abcdef"*16384)))' */
	assert_identity("fake:second=big,input=nine", "input=nine@9.cbf43926,second=big@262144.196d7f68");
}

/* The path alone is the default; what is in it still counts. */
static void test_default_file_is_identified(void **state)
{
	static const struct cb_param params[] = {
		{ "f", CB_PARAM_FILE, "", "nine", 0, 0, NULL, "", 0 },
		{ 0 },
	};
	const struct cb_workload workload = {
		.name = "w", .params = params, .params_size = sizeof(struct cb_file)
	};
	struct cb_file data;
	char *id;

	(void)state;
	write_file("nine", "123456789", 1);
	assert_int_equal(cb_params_parse(&workload, NULL, &data, NULL), 0);
	assert_int_equal(cb_params_identify_files(&workload, &data, NULL), 0);
	id = cb_params_id(&workload, &data);
	assert_string_equal(id, "f=nine@9.cbf43926");
	free(id);
}

static void test_file_errors(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *why;
	} rows[] = {
		{ "fake:input=missing", -ENOENT, "cannot open 'missing': No such file or directory" },
		{ "fake:input=/", -EINVAL, "'/' is not a regular file: name one with data in it" },
		{ "fake:input=pipe", -EINVAL, "'pipe' is not a regular file: name one with data in it" },
		{ "fake:input=/dev/zero", -EINVAL,
			"'/dev/zero' is not a regular file: name one with data in it" },
		{ "fake:input=/proc/self/mem", -EIO, "cannot read '/proc/self/mem': Input/output error" },
	};
	struct fake data;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		struct cb_error err = { 0 };

		assert_int_equal(parse(rows[i].text, &data, NULL), 0);
		assert_int_equal(cb_params_identify_files(&fake, &data, &err), rows[i].code);
		assert_string_equal(err.text, rows[i].why);
		assert_int_equal(data.input.size_bytes, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_no_spec_means_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_path_length),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_workload_without_params),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_id),
		cmocka_unit_test_setup_teardown(test_files, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_default_file_is_identified, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_file_errors, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
