#include "lib/result/read_json.h"

#include "lib/base/parse.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define EXACT_MAX ((uint64_t)1 << 53)

static const cJSON *find(struct cb_reader in, const char *key)
{
	return in.object ? cJSON_GetObjectItemCaseSensitive(in.object, key) : NULL;
}

/* Says what is wrong with a key, unless its object is missing altogether, which has been said. */
static void complain(struct cb_reader in, const char *key, const char *expected)
{
	if (in.object)
		cb_error_set(in.err, -EINVAL, "\"%s\" is missing or not %s", key, expected);
}

struct cb_reader cb_read_object(struct cb_reader in, const char *key)
{
	const cJSON *item = find(in, key);

	if (cJSON_IsObject(item))
		return (struct cb_reader){ item, in.err };
	complain(in, key, "an object");
	return (struct cb_reader){ NULL, in.err };
}

const cJSON *cb_read_array(struct cb_reader in, const char *key)
{
	const cJSON *item = find(in, key);

	if (cJSON_IsArray(item))
		return item;
	complain(in, key, "an array");
	return NULL;
}

bool cb_read_has(struct cb_reader in, const char *key)
{
	return find(in, key) != NULL;
}

static bool is_whole(const cJSON *item, uint64_t min, uint64_t max)
{
	double v = cJSON_IsNumber(item) ? item->valuedouble : NAN;

	return v >= (double)min && v <= (double)(max < EXACT_MAX ? max : EXACT_MAX) && v == floor(v);
}

uint64_t cb_read_u64(struct cb_reader in, const char *key, uint64_t min, uint64_t max)
{
	const cJSON *item = find(in, key);
	char expected[80];

	if (is_whole(item, min, max))
		return (uint64_t)item->valuedouble;
	snprintf(expected, sizeof expected, "a whole number from %" PRIu64 " to %" PRIu64, min,
		max < EXACT_MAX ? max : EXACT_MAX);
	complain(in, key, expected);
	return min;
}

uint64_t cb_read_u64_if(struct cb_reader in, const char *key)
{
	return cb_read_has(in, key) ? cb_read_u64(in, key, 0, EXACT_MAX) : CB_NONE;
}

double cb_read_double(struct cb_reader in, const char *key)
{
	const cJSON *item = find(in, key);

	if (!item)
		return NAN;
	if (cJSON_IsNumber(item) && isfinite(item->valuedouble))
		return item->valuedouble;
	complain(in, key, "a number");
	return NAN;
}

uint64_t cb_read_word(struct cb_reader in, const char *key)
{
	const cJSON *item = find(in, key);
	uint64_t word = 0;

	if (!cJSON_IsString(item) || strncmp(item->valuestring, "0x", 2) ||
		cb_parse_word(item->valuestring, &word, NULL))
		complain(in, key, "a string of \"0x\" and hex digits");
	return word;
}

bool cb_read_bool(struct cb_reader in, const char *key)
{
	const cJSON *item = find(in, key);

	if (!cJSON_IsBool(item))
		complain(in, key, "true or false");
	return cJSON_IsTrue(item);
}

const char *cb_read_text(struct cb_reader in, const char *key)
{
	const cJSON *item = find(in, key);

	if (cJSON_IsString(item))
		return item->valuestring;
	complain(in, key, "a string");
	return "";
}

const char *cb_read_text_if(struct cb_reader in, const char *key)
{
	return cb_read_has(in, key) ? cb_read_text(in, key) : "";
}

char *cb_read_copy(struct cb_reader in, const char *key)
{
	char *copy = strdup(cb_read_text(in, key));

	if (!copy)
		cb_error_set(in.err, -ENOMEM, "out of memory");
	return copy;
}

unsigned cb_read_choice(struct cb_reader in, const char *key, const char *const *words, unsigned n)
{
	const char *text = cb_read_text(in, key);

	for (unsigned i = 0; i < n; i++)
		if (!strcmp(text, words[i]))
			return i;
	complain(in, key, "a word known here");
	return 0;
}
