#include "lib/plan/parse_fault.h"

#include "lib/plan/plan.h"

#include <errno.h>
#include <string.h>

static int take_worker(const char *text, struct cb_fault *fault, struct cb_error *err)
{
	uint64_t worker;
	int r = cb_parse_u64(text, 0, CB_WORKERS_MAX - 1, &worker, err);

	if (!r)
		fault->worker = (unsigned)worker;
	return r;
}

static int take_after(const char *text, struct cb_fault *fault, struct cb_error *err)
{
	double percent;
	int r = cb_parse_double(text, 0, 100, true, &percent, err);

	if (!r)
		fault->after = percent / 100;
	return r;
}

static const char *const keys[] = { "worker", "after", NULL };
static int (*const takes[])(
	const char *text, struct cb_fault *fault, struct cb_error *err) = { take_worker, take_after };

static int take_pair(const struct cb_spec_pair *pair, struct cb_fault *fault, struct cb_error *err)
{
	struct cb_error why = { 0 };
	size_t k = 0;
	int r;

	while (keys[k] && strcmp(keys[k], pair->name) != 0)
		k++;
	if (!keys[k]) {
		char quoted[CB_QUOTE_SIZE];

		return cb_error_set(err, -EINVAL, "a fault has no '%s': write worker=I or after=PCT",
			cb_quote(pair->name, quoted, sizeof quoted));
	}
	r = takes[k](pair->value, fault, &why);
	return r ? cb_error_set(err, r, "%s: %s", keys[k], why.text) : 0;
}

/* The n bytes before the colon. */
static int take_how(const char *text, size_t n, struct cb_fault *fault, struct cb_error *err)
{
	const char *const *hows = &cb_fault_names[CB_FAULT_CRASH], *nearest;
	char word[CB_QUOTE_SIZE], quoted[CB_QUOTE_SIZE];

	snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : (int)sizeof word - 1, text);
	for (size_t i = 0; hows[i]; i++)
		if (!strcmp(hows[i], word)) {
			fault->how = (enum cb_fault_how)(CB_FAULT_CRASH + i);
			return 0;
		}
	cb_quote(word, quoted, sizeof quoted);
	nearest = cb_nearest(word, hows);
	if (nearest)
		return cb_error_set(
			err, -EINVAL, "there is no fault '%s'; did you mean %s?", quoted, nearest);
	return cb_error_set(err, -EINVAL, "there is no fault '%s': write crash, kill, hang or exit", quoted);
}

int cb_parse_fault(const char *text, struct cb_fault *ret, struct cb_error *err)
{
	struct cb_fault fault = { .after = 0.5 };
	struct cb_spec spec = { 0 };
	int r = take_how(text, strcspn(text, ":"), &fault, err);

	if (!r)
		r = cb_parse_spec(text, &spec, err);
	for (size_t i = 0; !r && i < spec.n; i++)
		r = take_pair(&spec.pairs[i], &fault, err);
	cb_spec_release(&spec);
	if (!r)
		*ret = fault;
	return r;
}
