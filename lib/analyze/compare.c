#include "lib/analyze/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parse.h"
#include "lib/stats/order.h"

#define ALPHA 0.05 /* of all pairs together */
/*
 * Where precision may have ended the measuring of a file, its values are more alike than chance would have
 * them, and intervals are too narrow: those of 95 % covered 92 to 95 % in simulation
 * (tests/unit/test_coverage.c). Half of the level makes good for it.
 */
#define LOOKED_SHARE 0.5

const char *const cb_change_names[] = {
	[CB_CHANGE_NONE] = "same",
	[CB_CHANGE_FASTER] = "faster",
	[CB_CHANGE_SLOWER] = "slower",
	[CB_CHANGE_UNKNOWN] = "unknown",
	[CB_CHANGE_LOST] = "lost",
};

/* ---- which cells match ---- */

/* By id first, so that sorting brings partners together; the id has all that was not left at its default. */
static int by_identity(const struct cb_stored_cell *a, const struct cb_stored_cell *b)
{
	int r = strcmp(a->id, b->id);

	r = r ? r : strcmp(a->params, b->params);
	return r ? r
		 : (a->workload_version > b->workload_version) - (a->workload_version < b->workload_version);
}

static int compare_cells(const void *x, const void *y)
{
	return by_identity(
		*(const struct cb_stored_cell *const *)x, *(const struct cb_stored_cell *const *)y);
}

/* The cells of a file in the order of their identity. NULL: no memory. */
static const struct cb_stored_cell **sorted_cells(const struct cb_stored *file)
{
	const struct cb_stored_cell **cells = malloc(sizeof *cells * (file->cells_n ? file->cells_n : 1));

	if (!cells)
		return NULL;
	for (unsigned i = 0; i < file->cells_n; i++)
		cells[i] = &file->cells[i];
	qsort(cells, file->cells_n, sizeof *cells, compare_cells);
	return cells;
}

static const struct cb_stored_cell *partner(
	const struct cb_stored_cell *cell, const struct cb_stored_cell *const *sorted, unsigned n)
{
	const struct cb_stored_cell *const *found =
		n ? bsearch(&cell, sorted, n, sizeof *sorted, compare_cells) : NULL;

	return found ? *found : NULL;
}

/* ---- one pair ---- */

/* ln rate of each sample that counts, into values: NaN elsewhere. */
static double log_rate(const struct cb_stored_sample *s)
{
	return log(cb_stored_rate(s));
}

/* Mean ln rate of each block of two samples; n of them. */
static unsigned block_values(const struct cb_stored_cell *cell, double *values)
{
	unsigned n = 0;

	for (unsigned i = 0; i + 1 < cell->samples_n; i++) {
		const struct cb_stored_sample *s = &cell->samples[i];
		double mean = (log_rate(s) + log_rate(s + 1)) / 2;

		if (s->block != s[1].block || s->unpaired || !isfinite(mean))
			continue;
		values[n++] = mean;
		i++;
	}
	return n;
}

static unsigned sample_values(const struct cb_stored_cell *cell, double *values)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cell->samples_n; i++)
		if (cb_stored_counts(&cell->samples[i]))
			values[n++] = log_rate(&cell->samples[i]);
	return n;
}

static double median_rate(const struct cb_stored_cell *cell, double *values)
{
	unsigned n = strcmp(cell->status, "ok") ? 0 : sample_values(cell, values);

	return exp(cb_estimate(values, n, 0).median);
}

static enum cb_change judge(const struct cb_pair *pair)
{
	if (isfinite(pair->base_rate) && !isfinite(pair->new_rate))
		return CB_CHANGE_LOST;
	if (isnan(pair->ratio.low))
		return CB_CHANGE_UNKNOWN;
	if (pair->ratio.low > 1)
		return CB_CHANGE_FASTER;
	return pair->ratio.high < 1 ? CB_CHANGE_SLOWER : CB_CHANGE_NONE;
}

static int compare_pair(struct cb_pair *pair, double confidence)
{
	struct cb_shift shift = { NAN, NAN, NAN, NAN };
	double *values = malloc(sizeof *values * (pair->base->samples_n + (size_t)pair->new->samples_n + 1));
	double *other;
	int r = 0;

	if (!values)
		return -ENOMEM;
	pair->base_rate = median_rate(pair->base, values);
	pair->new_rate = median_rate(pair->new, values);
	pair->base_n = block_values(pair->base, values);
	other = values + pair->base_n;
	pair->new_n = block_values(pair->new, other);
	if (isfinite(pair->base_rate) && isfinite(pair->new_rate) && pair->base_n && pair->new_n)
		r = cb_shift_estimate(values, pair->base_n, other, pair->new_n, confidence, &shift);
	free(values);
	pair->ratio = (struct cb_shift){ exp(shift.median), exp(shift.low), exp(shift.high), shift.coverage };
	pair->change = judge(pair);
	return r;
}

/* ---- all ---- */

static void match(struct cb_comparison *c, const struct cb_stored_cell *const *sorted_base,
	const struct cb_stored_cell *const *sorted_new)
{
	for (unsigned i = 0; i < c->base->cells_n; i++) {
		const struct cb_stored_cell *cell = &c->base->cells[i],
					    *other = partner(cell, sorted_new, c->new->cells_n);

		if (other)
			c->pairs[c->n++] = (struct cb_pair){ .base = cell, .new = other };
		else
			c->only_base[c->only_base_n++] = cell;
	}
	for (unsigned i = 0; i < c->new->cells_n; i++)
		if (!partner(&c->new->cells[i], sorted_base, c->base->cells_n))
			c->only_new[c->only_new_n++] = &c->new->cells[i];
}

static unsigned measured_pairs(const struct cb_comparison *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->n; i++)
		n += !strcmp(c->pairs[i].base->status, "ok") && !strcmp(c->pairs[i].new->status, "ok");
	return n;
}

static int judge_all(struct cb_comparison *c)
{
	double share = c->base->sample_looks.last || c->new->sample_looks.last ? LOOKED_SHARE : 1;
	unsigned m = measured_pairs(c);
	int r = 0;

	c->confidence = 1 - ALPHA / (m ? m : 1);
	for (unsigned i = 0; i < c->n && !r; i++) {
		r = compare_pair(&c->pairs[i], 1 - (1 - c->confidence) * share);
		c->changes[c->pairs[i].change]++;
	}
	return r;
}

int cb_compare(const struct cb_stored *base, const struct cb_stored *new, struct cb_comparison *ret)
{
	struct cb_comparison c = { .base = base, .new = new };
	const struct cb_stored_cell **sorted_base = sorted_cells(base), **sorted_new = sorted_cells(new);
	int r = -ENOMEM;

	c.pairs = calloc(base->cells_n + 1, sizeof *c.pairs);
	c.only_base = calloc(base->cells_n + 1, sizeof *c.only_base);
	c.only_new = calloc(new->cells_n + 1, sizeof *c.only_new);
	if (sorted_base && sorted_new && c.pairs && c.only_base && c.only_new) {
		match(&c, sorted_base, sorted_new);
		r = judge_all(&c);
	}
	free(sorted_base);
	free(sorted_new);
	if (r)
		cb_comparison_release(&c);
	else
		*ret = c;
	return r;
}

void cb_comparison_release(struct cb_comparison *comparison)
{
	free(comparison->pairs);
	free(comparison->only_base);
	free(comparison->only_new);
	*comparison = (struct cb_comparison){ 0 };
}

int cb_compare_hosts(const struct cb_stored *base, const struct cb_stored *new, struct cb_error *err)
{
	const struct {
		const char *what, *base, *new;
	} texts[] = {
		{ "the CPU model", base->cpu_model, new->cpu_model },
		{ "the kernel", base->kernel, new->kernel },
		{ "the fingerprint", base->fingerprint, new->fingerprint },
	};
	char base_text[64], new_text[64]; /* as a CPU's model takes */

	if (!strcmp(base->fingerprint, new->fingerprint))
		return 0;
	if (base->cpus_usable != new->cpus_usable)
		return cb_error_set(err, -EXDEV, "they are of different hosts: %.0f usable CPUs and %.0f",
			base->cpus_usable, new->cpus_usable);
	for (size_t i = 0; i < CB_COUNT(texts); i++)
		if (strcmp(texts[i].base, texts[i].new) != 0)
			return cb_error_set(err, -EXDEV,
				"they are of different hosts: %s is \"%s\" and \"%s\"", texts[i].what,
				cb_quote(texts[i].base, base_text, sizeof base_text),
				cb_quote(texts[i].new, new_text, sizeof new_text));
	return 0;
}
