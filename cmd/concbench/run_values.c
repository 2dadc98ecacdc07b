#include "cmd/concbench/run_values.h"

#include "lib/base/text.h"
#include "lib/plan/parse_fault.h"
#include "lib/plan/plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX 8191u
#define SET_MAX  32 /* modes, dispatches, pins */

#define PRECISION_MIN_PCT 0.01
#define PRECISION_MAX_PCT 50

#define RATE_MIN 0.01 /* a unit in 100 s */
#define RATE_MAX 1e9

/* A word of the design that this version lacks. */
static bool is_planned(const char *word)
{
	static const char *const planned[] = { "async" };

	for (size_t i = 0; i < CB_COUNT(planned); i++)
		if (!strcmp(word, planned[i]))
			return true;
	return false;
}

/* "serial, processes or threads" */
static char *choices(const char *const *known, char *buf, size_t size)
{
	size_t n = 0;

	*buf = '\0';
	for (size_t i = 0; known[i] && n < size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s",
			!i             ? ""
			: known[i + 1] ? ", "
				       : " or ",
			known[i]);
	return buf;
}

static int unknown_word(const char *word, const char *const *known, struct cb_error *err)
{
	const char *nearest = cb_nearest(word, known);
	char quoted[64], list[160];

	cb_quote(word, quoted, sizeof quoted);
	if (is_planned(word))
		return cb_error_set(err, -EINVAL, "'%s' is not built in this version", quoted);
	if (!strcmp(word, "all"))
		return cb_error_set(err, -EINVAL, "'all' cannot be part of a list: leave out the rest of it");
	if (nearest)
		return cb_error_set(err, -EINVAL, "there is no '%s'; did you mean %s?", quoted, nearest);
	return cb_error_set(
		err, -EINVAL, "there is no '%s': write %s", quoted, choices(known, list, sizeof list));
}

/* Adds the bit of word, 1 << its index in known. */
static int add_to_set(const char *word, const char *const *known, unsigned *bits, struct cb_error *err)
{
	unsigned k = 0;

	while (known[k] && strcmp(known[k], word) != 0)
		k++;
	if (!known[k])
		return unknown_word(word, known, err);
	if (*bits & (1u << k))
		return cb_error_set(err, -EINVAL, "'%s' stands twice in the list", known[k]);
	*bits |= 1u << k;
	return 0;
}

static int parse_set(const char *text, const char *const *known, unsigned *ret_bits, struct cb_error *err)
{
	struct cb_words words = { 0 };
	unsigned bits = 0;
	int r = cb_parse_words(text, &words, err);

	for (size_t i = 0; !r && i < words.n; i++)
		r = add_to_set(words.v[i], known, &bits, err);
	cb_words_release(&words);
	if (!r)
		*ret_bits = bits;
	return r;
}

int cb_value_modes(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	const char *known[SET_MAX + 1] = { NULL };
	unsigned n = 0;

	(void)o;
	for (; n < SET_MAX - 1 && cb_modes[n]; n++)
		known[n] = cb_modes[n]->name;
	if (strcmp(text, "all") != 0)
		return parse_set(text, known, field, err);
	*(unsigned *)field = (1u << n) - 1;
	return 0;
}

int cb_value_dispatches(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	const char *known[SET_MAX + 1] = { NULL };

	(void)o;
	for (size_t i = 0; i < SET_MAX && cb_dispatches[i].name; i++)
		known[i] = cb_dispatches[i].name;
	return parse_set(text, known, field, err);
}

int cb_value_pins(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	(void)o;
	return parse_set(text, cb_pin_names, field, err);
}

/*
 * Only its form is looked at: what `all` is, is known when the CPUs are, so what may be wrong because of it
 * is found by the plan.
 */
int cb_value_workers(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_numbers numbers = { 0 };
	struct cb_error why = { 0 };
	int r = cb_parse_numbers(text, 1, CB_WORKERS_MAX, CB_NUMBERS_MAX, &numbers, &why);

	if (r < 0 && !(r == -ERANGE && strstr(text, "all")))
		return cb_error_set(err, r, "%s", why.text);
	cb_numbers_release(&numbers);
	return cb_option_string(o, field, text, err);
}

/* One list, also as taskset writes ranges: each dash between two digits becomes two dots. */
static int parse_cpus(const char *text, size_t n, struct cb_numbers *ret, struct cb_error *err)
{
	struct cb_text dotted = { 0 };
	char *list;
	int r;

	for (size_t i = 0; i < n; i++) {
		bool range = text[i] == '-' && i && isdigit((unsigned char)text[i - 1]) &&
			     isdigit((unsigned char)text[i + 1]);

		cb_text_add(&dotted, "%s%.*s", range ? ".." : "", range ? 0 : 1, &text[i]);
	}
	list = cb_text_take(&dotted);
	if (!list)
		return cb_error_set(err, -ENOMEM, "out of memory");
	r = cb_parse_numbers(list, 0, CPUS_MAX, CPUS_MAX, ret, err);
	free(list);
	return r;
}

/* Lists with a slash between them. */
int cb_value_cpus(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_cpu_lists *lists = field;
	size_t most = 1;
	int r = 0;

	(void)o;
	if (strstr(text, "all"))
		return cb_error_set(err, -EINVAL, "takes numbers of CPUs; leave it out to use all of them");
	for (const char *slash = strchr(text, '/'); slash; slash = strchr(slash + 1, '/'))
		most++;
	lists->v = calloc(most, sizeof *lists->v);
	if (!lists->v)
		return cb_error_set(err, -ENOMEM, "out of memory");
	for (; lists->n < most && !r; text += strcspn(text, "/") + 1)
		r = parse_cpus(text, strcspn(text, "/"), &lists->v[lists->n++], err);
	return r;
}

/* Fills shape_processes, at field, and shape_threads, which stands behind it. */
int cb_value_shape(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	unsigned *shape = field;
	size_t n = strcspn(text, "x");
	char processes[24], quoted[64];
	uint64_t p, t;

	(void)o;
	if (!text[n] || n >= sizeof processes)
		return cb_error_set(err, -EINVAL, "'%s' is not a shape: write processes x threads, like 2x4",
			cb_quote(text, quoted, sizeof quoted));
	memcpy(processes, text, n);
	processes[n] = '\0';
	if (cb_parse_u64(processes, 2, CB_WORKERS_MAX, &p, err) < 0 ||
		cb_parse_u64(text + n + 1, 2, CB_WORKERS_MAX, &t, err) < 0)
		return err->code;
	shape[0] = (unsigned)p;
	shape[1] = (unsigned)t;
	return 0;
}

int cb_value_inflight(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	int r = cb_option_unsigned(o, field, text, err);

	if (!r && *(unsigned *)field > 1)
		return cb_error_set(
			err, -EINVAL, "more than 1 needs the async mode, which is not built in this version");
	return r;
}

int cb_value_batch(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	if (strcmp(text, "auto") != 0)
		return cb_option_u64(o, field, text, err);
	*(uint64_t *)field = 0;
	return 0;
}

int cb_value_rate(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	(void)o;
	return cb_parse_double(text, RATE_MIN, RATE_MAX, false, field, err);
}

int cb_value_precision(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	double percent;
	int r = cb_parse_double(text, PRECISION_MIN_PCT, PRECISION_MAX_PCT, true, &percent, err);

	(void)o;
	if (!r)
		*(double *)field = percent / 100;
	return r;
}

int cb_value_seed(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	(void)o;
	return cb_parse_word(text, field, err);
}

int cb_value_stall(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	if (strcmp(text, "none") != 0)
		return cb_option_duration(o, field, text, err);
	*(uint64_t *)field = CB_NONE;
	return 0;
}

int cb_value_fault(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	(void)o;
	return cb_parse_fault(text, field, err);
}

/* The array with room for one more, which the caller stores at once; NULL: no memory, array is as it was. */
static void *grown(void *array, size_t n, size_t size, struct cb_error *err)
{
	void *bigger = realloc(array, (n + 1) * size);

	if (!bigger)
		cb_error_set(err, -ENOMEM, "out of memory");
	return bigger;
}

int cb_value_path(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_words *words = field;
	char *path = NULL, **v;
	int r = cb_option_string(o, &path, text, err);

	if (r)
		return r;
	v = grown(words->v, words->n + 1, sizeof *v, err);
	if (!v) {
		free(path);
		return err->code;
	}
	words->v = v;
	v[words->n++] = path;
	v[words->n] = NULL;
	return 0;
}

int cb_value_command(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_words words;
	int r = cb_parse_command(text, &words, err);

	(void)o;
	if (r)
		return r;
	*(char **)field = cb_format_command((const char *const *)words.v);
	cb_words_release(&words);
	return *(char **)field ? 0 : cb_error_set(err, -ENOMEM, "out of memory");
}

/* Both are taken over, or freed on failure. */
static int add_scan(struct cb_run_options *run, char *name, struct cb_words *values, struct cb_error *err)
{
	struct cb_scan *scans = grown(run->scans, run->scans_n, sizeof *scans, err);

	if (!scans) {
		free(name);
		cb_words_release(values);
		return err->code;
	}
	run->scans = scans;
	scans[run->scans_n++] = (struct cb_scan){ .name = name, .values = *values };
	return 0;
}

static int add_label(struct cb_run_options *run, char *key, char *value, struct cb_error *err)
{
	struct cb_label *labels = grown(run->labels, run->labels_n, sizeof *labels, err);

	if (!labels) {
		free(key);
		free(value);
		return err->code;
	}
	run->labels = labels;
	labels[run->labels_n++] = (struct cb_label){ .key = key, .value = value };
	return 0;
}

/* For these two the field is the whole cb_run_options: they fill an array and its length. */
int cb_value_scan(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_run_options *run = field;
	char *name = NULL, *values = NULL;
	struct cb_words words = { 0 };
	int r = cb_parse_pair(text, &name, &values, err);

	(void)o;
	for (size_t i = 0; !r && i < run->scans_n; i++)
		if (!strcmp(run->scans[i].name, name))
			r = cb_error_set(
				err, -EINVAL, "'%s' is scanned twice; put all values into one list", name);
	if (!r)
		r = cb_parse_words(values, &words, err);
	free(values);
	if (!r)
		return add_scan(run, name, &words, err);
	free(name);
	return r;
}

int cb_value_label(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_run_options *run = field;
	char *key = NULL, *value = NULL;
	int r = cb_parse_pair(text, &key, &value, err);

	(void)o;
	for (size_t i = 0; !r && i < run->labels_n; i++)
		if (!strcmp(run->labels[i].key, key))
			r = cb_error_set(err, -EINVAL, "'%s' is given twice", key);
	if (!r)
		return add_label(run, key, value, err);
	free(key);
	free(value);
	return r;
}

int cb_value_share(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	double value;
	int r = cb_parse_double(text, 0.01, (double)o->max, true, &value, err);

	if (!r)
		*(double *)field = value / 100;
	return r;
}
