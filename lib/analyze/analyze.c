/* From cells to cases and points: what belongs together, and its rates block by block. */
#include "lib/analyze/analyze.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE  0.95
#define BLOCK_FULL  2u   /* samples of a cell in a block that was not broken off */
#define SUPERLINEAR 1.05 /* x workers */

/* ---- which cells belong together ---- */

static bool same_case(const struct cb_stored_cell *a, const struct cb_stored_cell *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->params, b->params) &&
	       a->workload_version == b->workload_version;
}

static bool measured(const struct cb_stored_cell *cell)
{
	return !strcmp(cell->status, "ok") && cell->samples_n;
}

/* Cells of a case stand together in a file, as groups are measured one after the other. Returns how many from
 * `from` on. */
static unsigned case_length(const struct cb_stored *file, unsigned from)
{
	unsigned n = 1;

	while (from + n < file->cells_n && same_case(&file->cells[from], &file->cells[from + n]))
		n++;
	return n;
}

/* From the highest number, and no more than there are samples: a file may give any numbers. */
static unsigned blocks_of(const struct cb_stored_cell *cells, unsigned n)
{
	unsigned most = 0, samples = 0;

	for (unsigned i = 0; i < n; i++) {
		samples += cells[i].samples_n;
		for (unsigned k = 0; k < cells[i].samples_n; k++)
			if (cb_stored_counts(&cells[i].samples[k]) && cells[i].samples[k].block >= most)
				most = cells[i].samples[k].block + 1;
	}
	return most < samples ? most : samples;
}

/* ---- a point ---- */

static void fill_log_rates(struct cb_point *p, unsigned blocks)
{
	const struct cb_stored_cell *cell = p->cell;
	unsigned n = 0, at = 0;
	double sum = 0;

	for (unsigned b = 0; b < blocks; b++)
		p->log_rates[b] = NAN;
	for (unsigned k = 0; k <= cell->samples_n; k++) {
		const struct cb_stored_sample *s = k < cell->samples_n ? &cell->samples[k] : NULL;

		if (!s || s->block != at) {
			if (n == BLOCK_FULL && at < blocks)
				p->log_rates[at] = sum / n;
			n = 0;
			sum = 0;
		}
		if (!s)
			break;
		at = s->block;
		if (cb_stored_counts(s) && !s->unpaired) {
			n++;
			sum += log(cb_stored_rate(s));
		}
	}
}

static double cpu_per_unit(const struct cb_stored_sample *s)
{
	return (s->cpu_user_ns + s->cpu_sys_ns) / s->units;
}

static double pss_of(const struct cb_stored_sample *s)
{
	return s->pss_bytes;
}

/* Values of the samples that count and have one, into values. */
static unsigned collect(
	const struct cb_stored_cell *cell, double (*value)(const struct cb_stored_sample *), double *values)
{
	unsigned n = 0;

	for (unsigned k = 0; k < cell->samples_n; k++) {
		double v = cb_stored_counts(&cell->samples[k]) ? value(&cell->samples[k]) : NAN;

		if (isfinite(v))
			values[n++] = v;
	}
	return n;
}

static int fill_point(const struct cb_case *c, struct cb_point *p)
{
	double *values = malloc(sizeof *values * p->cell->samples_n);

	if (!values)
		return -ENOMEM;
	p->rate = cb_estimate_looked(
		values, collect(p->cell, cb_stored_rate, values), CONFIDENCE, &c->file->sample_looks);
	p->cpu_ns_per_unit = cb_estimate(values, collect(p->cell, cpu_per_unit, values), CONFIDENCE).median;
	p->pss_bytes = cb_estimate(values, collect(p->cell, pss_of, values), CONFIDENCE).median;
	free(values);
	fill_log_rates(p, c->blocks);
	return 0;
}

struct cb_estimate cb_point_ratio(
	const struct cb_case *c, const struct cb_point *a, const struct cb_point *b, double *scratch)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->blocks; i++) {
		double d = a->log_rates[i] - b->log_rates[i];

		if (isfinite(d))
			scratch[n++] = d;
	}
	return cb_estimate_exp(cb_estimate_looked(scratch, n, CONFIDENCE, &c->file->block_looks));
}

/* Serial itself is not compared: it is 1 by definition, not by measurement. */
static void compare_with_serial(struct cb_case *c, struct cb_point *p, double *scratch)
{
	double workers = p->cell->workers, least;

	p->efficiency = p->serial_fraction = NAN;
	if (!c->serial || p == c->serial)
		return;
	p->speedup = cb_point_ratio(c, p, c->serial, scratch);
	if (!p->speedup.n)
		return;
	p->efficiency = p->speedup.median / workers;
	if (workers > 1)
		p->serial_fraction = cb_karp_flatt(p->speedup.median, workers);
	least = isnan(p->speedup.ci_low) ? p->speedup.median : p->speedup.ci_low;
	p->superlinear = least > SUPERLINEAR * workers;
}

/* ---- a case ---- */

static const struct cb_point *find_serial(const struct cb_case *c)
{
	for (unsigned i = 0; i < c->n; i++)
		if (!strcmp(c->points[i].cell->mode, "serial"))
			return &c->points[i];
	return NULL;
}

static int make_points(struct cb_case *c, const struct cb_stored_cell *cells, unsigned n)
{
	double *scratch;
	int r = 0;

	c->blocks = blocks_of(cells, n);
	c->points = calloc(n, sizeof *c->points);
	c->log_rates = calloc((size_t)n * (c->blocks ? c->blocks : 1), sizeof *c->log_rates);
	scratch = calloc(c->blocks ? c->blocks : 1, sizeof *scratch);
	if (!c->points || !c->log_rates || !scratch)
		r = -ENOMEM;
	for (unsigned i = 0; i < n && !r; i++) {
		struct cb_point *p = &c->points[c->n];

		c->failed += strcmp(cells[i].status, "ok") && strcmp(cells[i].status, "skipped");
		if (!measured(&cells[i]))
			continue;
		*p = (struct cb_point){ .cell = &cells[i],
			.log_rates = c->log_rates + (size_t)c->n * c->blocks };
		r = fill_point(c, p);
		c->n += p->rate.n > 0;
	}
	if (!r) {
		c->serial = find_serial(c);
		for (unsigned i = 0; i < c->n; i++)
			compare_with_serial(c, &c->points[i], scratch);
	}
	free(scratch);
	return r;
}

static unsigned count_cases(const struct cb_stored *files, unsigned n)
{
	unsigned cases = 0;

	for (unsigned f = 0; f < n; f++)
		for (unsigned at = 0; at < files[f].cells_n; at += case_length(&files[f], at))
			cases++;
	return cases;
}

static int make_cases(const struct cb_stored *files, unsigned n, struct cb_analysis *analysis)
{
	int r = 0;

	for (unsigned f = 0; f < n && !r; f++)
		for (unsigned at = 0, length; at < files[f].cells_n && !r; at += length) {
			struct cb_case *c = &analysis->cases[analysis->n++];

			length = case_length(&files[f], at);
			*c = (struct cb_case){ .file = &files[f], .first = &files[f].cells[at] };
			r = make_points(c, c->first, length);
		}
	return r;
}

/* What handing out a unit costs was measured in the same file, or not. */
static const struct cb_case *find_null(const struct cb_analysis *analysis, const struct cb_stored *file)
{
	for (unsigned i = 0; i < analysis->n; i++)
		if (analysis->cases[i].file == file && !strcmp(analysis->cases[i].first->workload, "null"))
			return &analysis->cases[i];
	return NULL;
}

static int analyze(struct cb_analysis *analysis, const struct cb_stored *files, unsigned n,
	const struct cb_analyze_options *options)
{
	int r = make_cases(files, n, analysis);

	for (unsigned i = 0; i < analysis->n && !r; i++) {
		struct cb_case *c = &analysis->cases[i];

		cb_loss_of(c, find_null(analysis, c->file));
		r = cb_curves_of(c, options);
		r = r ? r : cb_placings_of(c);
		r = r ? r : cb_advice_of(c);
	}
	return r;
}

int cb_analyze(const struct cb_stored *files, unsigned n, const struct cb_analyze_options *options,
	struct cb_analysis *ret)
{
	unsigned cases = count_cases(files, n);
	struct cb_analysis analysis = { .cases = calloc(cases ? cases : 1, sizeof *analysis.cases) };
	int r = analysis.cases ? analyze(&analysis, files, n, options) : -ENOMEM;

	if (r)
		cb_analysis_release(&analysis);
	else
		*ret = analysis;
	return r;
}

void cb_analysis_release(struct cb_analysis *analysis)
{
	for (unsigned i = 0; i < analysis->n; i++) {
		free(analysis->cases[i].points);
		free(analysis->cases[i].log_rates);
		free(analysis->cases[i].curves);
		free(analysis->cases[i].order);
		free(analysis->cases[i].placings);
		free(analysis->cases[i].advice.text);
	}
	free(analysis->cases);
	*analysis = (struct cb_analysis){ 0 };
}
