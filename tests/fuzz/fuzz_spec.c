/*
 * Workload specifications down to a cell's identity: parsing the identity again gives the same parameters and
 * the same identity. A file's path is the exception: the identity appends what is in it.
 */
#include "tests/fuzz/fuzz.h"

#include "lib/base/param.h"

struct fake {
	uint64_t limit, block_bytes, pause_ns;
	double ratio;
	unsigned cache;
	struct cb_file input;
};

static const char *const caches[] = { "warm", "cold", "direct", NULL };

static const struct cb_param params[] = {
	{ "limit", CB_PARAM_U64, "", "10000", 3, 0x1p64, NULL, "", offsetof(struct fake, limit) },
	{ "block", CB_PARAM_SIZE, "", "4KiB", 0, 0, NULL, "", offsetof(struct fake, block_bytes) },
	{ "pause", CB_PARAM_DURATION, "", "1ms", 0, 0, NULL, "", offsetof(struct fake, pause_ns) },
	{ "ratio", CB_PARAM_DOUBLE, "", "0.5", 0, 0, NULL, "", offsetof(struct fake, ratio) },
	{ "cache", CB_PARAM_ENUM, "", "warm", 0, 0, caches, "", offsetof(struct fake, cache) },
	{ "input", CB_PARAM_FILE, "", "", 0, 0, NULL, "", offsetof(struct fake, input) },
	{ 0 },
};

static const struct cb_workload workload = {
	.name = "fake",
	.params = params,
	.params_size = sizeof(struct fake),
};

/* Parses text, which must be right. */
static void reparse(const char *text, struct fake *ret)
{
	struct cb_spec spec;
	struct cb_error err = { 0 };

	FUZZ_CHECK(cb_parse_spec(text, &spec, &err) == 0);
	FUZZ_CHECK(cb_params_parse(&workload, &spec, ret, &err) == 0);
	cb_spec_release(&spec);
}

static char *spec_of(const struct fake *data)
{
	char *id = cb_params_id(&workload, data), *text;

	FUZZ_CHECK(id);
	FUZZ_CHECK(asprintf(&text, "fake%s%s", *id ? ":" : "", id) > 0);
	free(id);
	return text;
}

/* The file was never looked at: what the identity appends to its path is this. */
static void check_path(const struct cb_file *file, const struct cb_file *again)
{
	size_t n = strlen(file->path);

	FUZZ_CHECK(strncmp(again->path, file->path, n) == 0);
	FUZZ_CHECK(strcmp(again->path + n, n ? "@0.00000000" : "") == 0);
}

static bool same_params(const struct fake *a, const struct fake *b)
{
	return a->limit == b->limit && a->block_bytes == b->block_bytes && a->pause_ns == b->pause_ns &&
	       a->ratio == b->ratio && a->cache == b->cache && strcmp(a->input.path, b->input.path) == 0;
}

static void check_identity(struct fake *data)
{
	char *text = spec_of(data), *same;
	struct fake again;

	if (strlen(data->input.path) + sizeof "@0.00000000" <= CB_FILE_PATH_MAX) {
		reparse(text, &again);
		check_path(&data->input, &again.input);
		again.input = data->input;
		FUZZ_CHECK(same_params(&again, data));
		same = spec_of(&again);
		FUZZ_CHECK(strcmp(text, same) == 0);
		free(same);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = fuzz_text(bytes, size);
	struct cb_spec spec = { NULL, NULL, 0 };
	struct cb_error err = { 0 };
	struct fake data;

	if (cb_parse_spec(text, &spec, &err) == 0) {
		if (cb_params_parse(&workload, &spec, &data, &err) == 0)
			check_identity(&data);
		else
			FUZZ_CHECK(err.code && err.text[0]);
	} else {
		FUZZ_CHECK(err.code && err.text[0] && !spec.workload);
	}
	cb_spec_release(&spec);
	free(text);
	return 0;
}
