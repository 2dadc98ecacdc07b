/*
 * cJSON holds every number as a double and prints it with at most 17 digits after a comparison that tolerates
 * the last bit. Numbers here are therefore formatted by us and added as raw text.
 */
#include "lib/result/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

struct cb_json cb_json_wrap(struct cJSON *object, bool *failed)
{
	if (!object)
		*failed = true;
	return (struct cb_json){ object, failed };
}

struct cb_json cb_json_new(bool *failed)
{
	return cb_json_wrap(cJSON_CreateObject(), failed);
}

void cb_json_take(struct cb_json in, const char *key, struct cJSON *item)
{
	bool added = in.node && item;

	if (added)
		added = key ? cJSON_AddItemToObject(in.node, key, item) : cJSON_AddItemToArray(in.node, item);
	if (added)
		return;
	cJSON_Delete(item);
	*in.failed = true;
}

static struct cb_json add_container(struct cb_json in, const char *key, struct cJSON *item)
{
	bool failed = false;

	cb_json_take((struct cb_json){ in.node, &failed }, key, item);
	*in.failed |= failed;
	return (struct cb_json){ failed ? NULL : item, in.failed };
}

struct cb_json cb_json_object(struct cb_json in, const char *key)
{
	return add_container(in, key, cJSON_CreateObject());
}

struct cb_json cb_json_array(struct cb_json in, const char *key)
{
	return add_container(in, key, cJSON_CreateArray());
}

void cb_json_u64(struct cb_json in, const char *key, uint64_t value)
{
	char text[24];

	if (value == CB_NONE)
		return;
	snprintf(text, sizeof text, "%" PRIu64, value);
	cb_json_take(in, key, cJSON_CreateRaw(text));
}

char *cb_json_format_double(double value, char buf[32])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, 32, "%.*g", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	return buf;
}

void cb_json_double(struct cb_json in, const char *key, double value)
{
	char text[32];

	if (isfinite(value))
		cb_json_take(in, key, cJSON_CreateRaw(cb_json_format_double(value, text)));
}

void cb_json_bool(struct cb_json in, const char *key, bool value)
{
	cb_json_take(in, key, cJSON_CreateBool(value));
}

void cb_json_word(struct cb_json in, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "0x%016" PRIx64, value);
	cb_json_take(in, key, cJSON_CreateString(text));
}

/*
 * Length of the valid UTF-8 sequence at s, 0 when there is none. Overlong forms, surrogates and what lies
 * above U+10FFFF are invalid (RFC 3629): the second byte's range depends on the first.
 */
static size_t sequence_length(const unsigned char *s)
{
	static const struct {
		unsigned char first_low, first_high, second_low, second_high;
		size_t length;
	} forms[] = {
		{ 0xC2, 0xDF, 0x80, 0xBF, 2 },
		{ 0xE0, 0xE0, 0xA0, 0xBF, 3 },
		{ 0xE1, 0xEC, 0x80, 0xBF, 3 },
		{ 0xED, 0xED, 0x80, 0x9F, 3 },
		{ 0xEE, 0xEF, 0x80, 0xBF, 3 },
		{ 0xF0, 0xF0, 0x90, 0xBF, 4 },
		{ 0xF1, 0xF3, 0x80, 0xBF, 4 },
		{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
	};

	if (*s < 0x80)
		return 1;
	for (size_t i = 0; i < CB_COUNT(forms); i++) {
		if (*s < forms[i].first_low || *s > forms[i].first_high)
			continue;
		if (s[1] < forms[i].second_low || s[1] > forms[i].second_high)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if ((s[k] & 0xC0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

char *cb_json_utf8(const char *text)
{
	char *copy = malloc(strlen(text) * (sizeof REPLACEMENT - 1) + 1), *to = copy;

	if (!copy)
		return NULL;
	while (*text) {
		size_t n = sequence_length((const unsigned char *)text);

		if (n)
			to = mempcpy(to, text, n);
		else
			to = mempcpy(to, REPLACEMENT, sizeof REPLACEMENT - 1);
		text += n ? n : 1;
	}
	*to = '\0';
	return copy;
}

void cb_json_text(struct cb_json in, const char *key, const char *text)
{
	char *valid = cb_json_utf8(text);

	cb_json_take(in, key, valid ? cJSON_CreateString(valid) : NULL);
	free(valid);
}

void cb_json_text_if(struct cb_json in, const char *key, const char *text)
{
	if (text && *text)
		cb_json_text(in, key, text);
}

void cb_json_numbers_raw(struct cb_json_numbers *numbers, const char *element)
{
	size_t need = numbers->n + strlen(element) + 3; /* separator, closing bracket, end */

	if (numbers->failed)
		return;
	if (need > numbers->cap) {
		size_t cap = need > 2 * numbers->cap ? need + 64 : 2 * numbers->cap;
		char *text = realloc(numbers->text, cap);

		if (!text) {
			numbers->failed = true;
			return;
		}
		numbers->text = text;
		numbers->cap = cap;
	}
	numbers->text[numbers->n] = numbers->n ? ',' : '[';
	strcpy(numbers->text + numbers->n + 1, element);
	numbers->n += strlen(element) + 1;
}

void cb_json_numbers_add(struct cb_json_numbers *numbers, uint64_t v)
{
	char text[24] = "-1";

	if (v != CB_NONE)
		snprintf(text, sizeof text, "%" PRIu64, v);
	cb_json_numbers_raw(numbers, text);
}

void cb_json_numbers_finish(struct cb_json_numbers *numbers, struct cb_json in, const char *key)
{
	if (numbers->n)
		strcpy(numbers->text + numbers->n, "]");
	cb_json_take(in, key, numbers->failed ? NULL : cJSON_CreateRaw(numbers->n ? numbers->text : "[]"));
	free(numbers->text);
	*numbers = (struct cb_json_numbers){ 0 };
}

/* The text but for `trim` characters at each end. */
static int print(
	const struct cJSON *node, size_t trim, int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	char *text = cJSON_PrintUnformatted(node);
	int rc;

	if (!text)
		return -ENOMEM;
	rc = put(arg, text + trim, strlen(text) - 2 * trim);
	cJSON_free(text);
	return rc;
}

int cb_json_print(const struct cJSON *node, int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	return print(node, 0, put, arg);
}

int cb_json_print_members(
	const struct cJSON *object, int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	return print(object, 1, put, arg);
}

int cb_json_sink_text(const struct cb_json_sink *sink, const char *text)
{
	return sink->put(sink->arg, text, strlen(text));
}

int cb_json_sink_object(const struct cb_json_sink *sink, const char *before,
	void (*add)(struct cb_json in, const void *what), const void *what)
{
	bool failed = false;
	struct cb_json object = cb_json_new(&failed);
	int r = cb_json_sink_text(sink, before);

	if (object.node)
		add(object, what);
	r = r ? r : failed || !object.node ? -ENOMEM : cb_json_print(object.node, sink->put, sink->arg);
	cJSON_Delete(object.node);
	return r;
}
