/*
 * Lists of unsigned numbers: "1,2,4", "1..8", "1..all", "all", "1..64,step=4".
 */
#include "lib/base/scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A list in the making. */
struct list {
	unsigned min, max, all;
	unsigned v[CB_NUMBERS_MAX];
	bool from_all[CB_NUMBERS_MAX]; /* v[i] came from an item with `all` in it: it may be met again */
	bool swept[CB_NUMBERS_MAX];    /* v[i] came from the inside of a range with `all` */
	size_t n;
	unsigned step; /* of ranges; 0: not given */
};

/* One item: from..to, both alike for a single number. */
struct range {
	unsigned from, to;
	bool from_all;
};

static int not_a_range(const char *item, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];

	return cb_error_set(
		err, -EINVAL, "'%s' is not a range: write it as 1..8 or 1..all", cb_quote(item, q, sizeof q));
}

/* "all", whose number is the host's, not the user's: the reason must name it. */
static int check_all(const struct list *list, struct cb_error *err)
{
	if (list->all > list->max)
		return cb_error_set(err, -ERANGE, "'all' is %u here: at most %u", list->all, list->max);
	if (list->all < list->min)
		return cb_error_set(err, -ERANGE, "'all' is %u here: at least %u", list->all, list->min);
	return 0;
}

/* A number or "all": what an item or one end of a range may be. */
static int parse_end(
	const struct list *list, const char *text, unsigned *ret, bool *from_all, struct cb_error *err)
{
	char q[CB_QUOTE_SIZE];
	uint64_t value;
	int code;

	if (strcmp(text, "all") == 0) {
		*from_all = true;
		*ret = list->all;
		return check_all(list, err);
	}
	if (!isdigit((unsigned char)*text))
		return cb_error_set(
			err, -EINVAL, "'%s' is neither a number nor 'all'", cb_quote(text, q, sizeof q));
	code = cb_parse_u64(text, list->min, list->max, &value, err);
	if (!code)
		*ret = (unsigned)value;
	return code;
}

/* item is "FIRST..LAST"; dots points to the dots, which are cut out. */
static int parse_range(
	const struct list *list, char *item, char *dots, struct range *ret, struct cb_error *err)
{
	struct range range = { 0, 0, false };
	int code;

	if (dots == item || !dots[2])
		return not_a_range(item, err);
	*dots = '\0';
	code = parse_end(list, item, &range.from, &range.from_all, err);
	if (!code)
		code = parse_end(list, dots + 2, &range.to, &range.from_all, err);
	*dots = '.';
	if (code)
		return code;
	if (range.from > range.to && range.from_all)
		return cb_error_set(err, -ERANGE, "'%s' is empty: 'all' is %u here", item, list->all);
	if (range.from > range.to)
		return cb_error_set(
			err, -EINVAL, "'%s' runs backwards: write %u..%u", item, range.to, range.from);
	*ret = range;
	return 0;
}

/* Taken for a range by those who know taskset: "0-3". */
static bool is_dashed(const char *item)
{
	size_t n = strspn(item, "0123456789");

	return n && item[n] == '-';
}

static int parse_item(const struct list *list, char *item, struct range *ret, struct cb_error *err)
{
	struct range range = { 0, 0, false };
	char *dots = strstr(item, "..");
	int code;

	if (dots)
		return parse_range(list, item, dots, ret, err);
	if (is_dashed(item))
		return not_a_range(item, err);
	code = parse_end(list, item, &range.from, &range.from_all, err);
	if (code)
		return code;
	range.to = range.from;
	*ret = range;
	return 0;
}

static int add_number(struct list *list, unsigned number, bool from_all, bool swept, struct cb_error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i] != number)
			continue;
		if (!from_all && !list->from_all[i])
			return cb_error_set(err, -EINVAL, "'%u' is in the list twice: write it once", number);
		list->swept[i] = list->swept[i] && swept;
		return 0;
	}
	if (list->n == CB_NUMBERS_MAX)
		return cb_error_set(err, -ERANGE, "the list is too long: at most %d numbers", CB_NUMBERS_MAX);
	list->v[list->n] = number;
	list->swept[list->n] = swept;
	list->from_all[list->n++] = from_all;
	return 0;
}

static bool is_step(const char *item)
{
	return !strncmp(item, "step=", strlen("step="));
}

/* A range ends with its last number, whatever the step. */
static int add_item(struct list *list, char *item, struct cb_error *err)
{
	struct range range = { 0, 0, false };
	unsigned step = list->step ? list->step : 1;
	int code;

	if (is_step(item))
		return 0;
	code = parse_item(list, item, &range, err);
	for (uint64_t v = range.from; !code && v < range.to; v += step)
		code = add_number(list, (unsigned)v, range.from_all,
			range.from_all && !list->step && v > range.from, err);
	return code ? code : add_number(list, range.to, range.from_all, false, err);
}

/* text is cut at its commas. */
static int add_items(struct list *list, char *text, struct cb_error *err)
{
	int code = 0;

	while (!code && text) {
		char *item = strsep(&text, ",");

		code = add_item(list, item, err);
	}
	return code;
}

/* Empty items are looked for beforehand, while the text that the reason quotes is still in one piece. */
static int check_commas(const char *text, struct cb_error *err)
{
	size_t n = strlen(text);
	char q[CB_QUOTE_SIZE];

	if (!n)
		return cb_error_set(err, -EINVAL, "the list '' is empty: write it as 1,2,4 or 1..8 or all");
	if (text[0] == ',' || text[n - 1] == ',' || strstr(text, ",,"))
		return cb_error_set(err, -EINVAL, "'%s' has an empty item: take out the comma",
			cb_quote(text, q, sizeof q));
	return 0;
}

/* "step=N", wherever in the list, holds for all its ranges. */
static int find_step(struct list *list, const char *text, struct cb_error *err)
{
	const char *at = is_step(text) ? text : strstr(text, ",step=");
	char number[16] = "";
	uint64_t step;
	int code;

	if (!at)
		return 0;
	at = strchr(at, '=') + 1;
	snprintf(number, sizeof number, "%.*s", (int)strcspn(at, ","), at);
	if (strstr(at, ",step="))
		return cb_error_set(err, -EINVAL, "step= stands twice: write it once");
	if (!strstr(text, ".."))
		return cb_error_set(
			err, -EINVAL, "step= is for ranges, and there is none: write 1..8,step=2");
	code = cb_parse_u64(number, 1, CB_NUMBERS_MAX, &step, err);
	if (!code)
		list->step = (unsigned)step;
	return code;
}

static int take(const struct list *list, struct cb_numbers *ret, struct cb_error *err)
{
	unsigned *v = malloc(list->n * (sizeof *v + sizeof *ret->swept));

	if (!v)
		return cb_error_no_memory(err);
	ret->swept = (bool *)(v + list->n);
	memcpy(v, list->v, list->n * sizeof *v);
	memcpy(ret->swept, list->swept, list->n * sizeof *ret->swept);
	ret->v = v;
	ret->n = list->n;
	return 0;
}

int cb_parse_numbers(const char *text, unsigned min, unsigned max, unsigned all, struct cb_numbers *ret,
	struct cb_error *err)
{
	struct list list = { .min = min, .max = max, .all = all, .n = 0 };
	int code = check_commas(text, err);
	char *copy;

	code = code ? code : find_step(&list, text, err);
	if (code)
		return code;
	copy = strdup(text);
	if (!copy)
		return cb_error_no_memory(err);
	code = add_items(&list, copy, err);
	if (!code && !list.n)
		code = cb_error_set(err, -EINVAL, "the list has no number: write it as 1,2,4 or 1..8 or all");
	if (!code)
		code = take(&list, ret, err);
	free(copy);
	return code;
}

void cb_numbers_release(struct cb_numbers *numbers)
{
	if (!numbers)
		return;
	free(numbers->v);
	*numbers = (struct cb_numbers){ 0 };
}
