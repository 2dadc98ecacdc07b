/*
 * The advice in sentences. Each is made of figures that stand in it or beside it, and what is not known well
 * enough is called so.
 */
#include "lib/analyze/analyze.h"

#include "lib/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAY_MATTER   1.10 /* upper bound of a ratio that leaves open whether it matters */
#define STILL_RISING 0.7  /* marginal efficiency from the last but one number of workers to the last */
#define WORTH_NAMING 0.10 /* share of the workers' time that is lost to one cause */

/* ---- text ---- */

#define NAME (64 + 40 + CB_PLACE_NAME)

static const char *shape_of(const struct cb_stored_cell *c, char buf[64])
{

	if (!strcmp(c->mode, "serial"))
		snprintf(buf, 64, "serial");
	else if (c->processes > 1 && c->threads > 1)
		snprintf(buf, 64, "%.0f processes of %.0f threads", c->processes, c->threads);
	else if (c->workers == 1)
		snprintf(buf, 64, "1 %s", !strcmp(c->mode, "threads") ? "thread" : "process");
	else
		snprintf(buf, 64, "%.0f %s", c->workers, c->mode);
	return buf;
}

/* "2 threads", "serial", "2 threads (static, spread)", into buf. */
static const char *name_of(const struct cb_case *c, const struct cb_point *p, char buf[NAME])
{
	char shape[64], place[CB_PLACE_NAME];
	const char *dispatch = cb_dispatch_name(p->cell);

	shape_of(p->cell, shape);
	cb_place_name(c, p->cell->pin_requested, p->cell->cpu_set, place);
	if (!dispatch[0] && !place[0])
		snprintf(buf, NAME, "%s", shape);
	else
		snprintf(buf, NAME, "%s (%.31s%s%s)", shape, dispatch, dispatch[0] && place[0] ? ", " : "",
			place);
	return buf;
}

/* "1.98 x [1.95, 2.01]", without an interval where there is none. */
static const char *ratio_of(const struct cb_estimate *e, char buf[64])
{
	if (isnan(e->ci_low))
		snprintf(buf, 64, "%.3g x (too few blocks for an interval)", e->median);
	else
		snprintf(buf, 64, "%.3g x [%.3g, %.3g]", e->median, e->ci_low, e->ci_high);
	return buf;
}

/* ---- sentences ---- */

/* Whether there are blocks enough for intervals: without them nothing is claimed. */
static bool carries(const struct cb_case *c, const struct cb_advice *a)
{
	const struct cb_estimate *e = a->second          ? &a->second_ratio
				      : a->over_serial.n ? &a->over_serial
							 : &a->advised->rate;

	return c->n > 1 && !isnan(e->ci_low);
}

/* A verdict of "no difference" that is for want of samples says so. */
static const char *unsure(const struct cb_estimate *ratio)
{
	return ratio->ci_high > MAY_MATTER ? "; more samples (--time-budget) would tell" : "";
}

static void say_serial(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	char name[NAME], ratio[64];

	if (!a->second) {
		cb_text_add(t, "Only serial was measured: there is nothing to choose from.\n");
		return;
	}
	name_of(c, a->second, name);
	ratio_of(&a->second_ratio, ratio);
	if (isnan(a->second_ratio.ci_low))
		cb_text_add(t, "The best beside serial, %s, had %s its rate: too little for advice.\n", name,
			ratio);
	else
		cb_text_add(t, "Run it serially: the best of all others, %s, has %s its rate%s.\n", name,
			ratio, unsure(&a->second_ratio));
}

static void say_advised(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	char name[NAME], ratio[64];

	name_of(c, a->advised, name);
	ratio_of(&a->over_serial, ratio);
	if (a->advised == c->serial)
		say_serial(t, c, a);
	else if (!a->over_serial.n)
		cb_text_add(t, "Use %s: %s%.4g units/s; serial was not measured beside it.\n", name,
			a->advised == a->fastest ? "the highest rate here, " : "", a->advised->rate.median);
	else if (isnan(a->over_serial.ci_low))
		cb_text_add(t, "%s had the highest rate, %s serial's: too little for advice.\n", name, ratio);
	else if (cb_versus_of(&a->over_serial) == CB_VERSUS_BEATEN)
		cb_text_add(t, "Use %s: %s the rate of serial.\n", name, ratio);
	else
		cb_text_add(t, "%s: the best, %s, has %s the rate of serial%s.\n",
			*unsure(&a->over_serial) ? "No gain is shown" : "Nothing to gain", name, ratio,
			unsure(&a->over_serial));
}

/* Why the one that is advised is not the one with the highest rate. */
static void say_fastest(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	char name[NAME], ratio[64];

	if (a->fastest_over.n && a->advised != c->serial)
		cb_text_add(t, "%s had the highest rate, which is not told from it: %s%s.\n",
			name_of(c, a->fastest, name), ratio_of(&a->fastest_over, ratio),
			unsure(&a->fastest_over));
}

static void say_rivals(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	static const struct {
		const char *verb, *verdict;
	} words[] = {
		[CB_VERSUS_BEATEN] = { "beat", "" },
		[CB_VERSUS_EQUAL] = { "=", " within noise or 3 %" },
		[CB_VERSUS_UNKNOWN] = { "against", ", no verdict" },
		[CB_VERSUS_AHEAD] = { "against", ", which is faster" },
	};
	char best[NAME], other[NAME], ratio[64];

	if (a->advised == c->serial)
		return;
	for (unsigned i = 0; i < a->rivals_n; i++)
		if (a->rivals[i].ratio.n)
			cb_text_add(t, "%s %s %s%s: %s.\n", name_of(c, a->advised, best),
				words[a->rivals[i].versus].verb, name_of(c, a->rivals[i].point, other),
				words[a->rivals[i].versus].verdict, ratio_of(&a->rivals[i].ratio, ratio));
}

static void say_cheapest(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	char name[NAME], ratio[64];

	if (!isfinite(a->advised->cpu_ns_per_unit))
		return;
	if (a->cheapest == a->advised) {
		cb_text_add(t,
			"Nothing within 5 %% of the fastest is cheaper: it takes %.3g ns of CPU time a "
			"unit.\n",
			a->advised->cpu_ns_per_unit);
		return;
	}
	cb_text_add(t,
		"Cheapest within 5 %% of the fastest: %s, %.3g of the CPU time a unit, %.3g of the memory",
		name_of(c, a->cheapest, name), a->cheapest->cpu_ns_per_unit / a->advised->cpu_ns_per_unit,
		a->cheapest->pss_bytes / a->advised->pss_bytes);
	if (a->cheapest_ratio.n)
		cb_text_add(t, "; its rate is %s the highest", ratio_of(&a->cheapest_ratio, ratio));
	cb_text_add(t, ".\n");
}

/* What is worth a try against a cause, by what the cell is. */
static const char *remedy(enum cb_cause cause, const struct cb_stored_cell *cell)
{
	static const char *const remedies[CB_CAUSES] = {
		[CB_CAUSE_CREATION] = "workers that live longer, or more work for each",
		[CB_CAUSE_SKEW] = "workers that are there before the work is",
		[CB_CAUSE_DISPATCH] = "larger batches (--batch)",
		[CB_CAUSE_IMBALANCE] =
			"smaller units, or taking them one by one (--dispatch=shared --batch=1)",
		[CB_CAUSE_WAITING] = "a lock of its own for each part of the data, or less work under it",
		[CB_CAUSE_RUNNABLE] = "an idle host: something else took the CPUs",
		[CB_CAUSE_REST] = "smaller data, or workers that share less (--pin=spread, fewer of them)",
	};

	if (cause == CB_CAUSE_RUNNABLE && cell->oversubscribed)
		return "no more workers than CPUs";
	if (cause == CB_CAUSE_WAITING && strcmp(cell->bound, "lock"))
		return "more workers than CPUs, if they wait for input and output";
	return remedies[cause];
}

static void say_bound(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	const struct cb_loss *loss = &a->advised->loss;
	char name[NAME];

	if (a->advised->cell->bound[0])
		cb_text_add(t, "It is bound by: %s.\n", a->advised->cell->bound);
	if (!isfinite(loss->total) || loss->by_cause[loss->worst] < WORTH_NAMING || !carries(c, a))
		return;
	cb_text_add(t, "%s lost %.0f %% of the workers' time, %.0f %% to %s.\n", name_of(c, a->advised, name),
		100 * loss->total, 100 * loss->by_cause[loss->worst], cb_cause_words[loss->worst]);
	cb_text_add(t, "Against that: %s.\n", remedy(loss->worst, a->advised->cell));
}

/* The fastest point with fewer workers than this; NULL: none. */
static const struct cb_point *best_below(const struct cb_case *c, const struct cb_point *p)
{
	const struct cb_point *best = NULL;

	for (unsigned i = 0; i < c->n; i++)
		if (c->points[i].cell->workers < p->cell->workers &&
			(!best || c->points[i].rate.median > best->rate.median))
			best = &c->points[i];
	return best;
}

static bool has_most_workers(const struct cb_case *c, const struct cb_point *p)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->points[i].cell->workers > p->cell->workers)
			return false;
	return true;
}

/* d ln rate / d ln workers, from the best point with fewer workers; NaN: more workers than the advised ones
 * were tried. */
static double slope_at_end(const struct cb_case *c, const struct cb_point *p)
{
	const struct cb_point *before = best_below(c, p);

	if (!before || !has_most_workers(c, p))
		return NAN;
	return log(p->rate.median / before->rate.median) / log(p->cell->workers / before->cell->workers);
}

/* "with 2 workers", "with 2 to 8 workers". */
static void say_workers(struct cb_text *t, const struct cb_placing *p)
{
	if (p->least < p->most)
		cb_text_add(t, ", with %.0f to %.0f workers", p->least, p->most);
	else
		cb_text_add(t, ", with %.0f worker%s", p->least, p->least == 1 ? "" : "s");
}

/* One for each mode and dispatch and each of its placements but the first. */
static void say_placings(struct cb_text *t, const struct cb_case *c)
{
	static const char *const verdicts[] = {
		[CB_VERSUS_BEATEN] = ": faster.",
		[CB_VERSUS_EQUAL] = ": not distinguishable, or by less than 3 %.",
		[CB_VERSUS_UNKNOWN] = ": no verdict.",
		[CB_VERSUS_AHEAD] = ": slower.",
	};
	char place[CB_PLACE_NAME], base[CB_PLACE_NAME], ratio[64];

	for (unsigned i = 0; i < c->placings_n; i++) {
		const struct cb_placing *p = &c->placings[i];
		const char *dispatch = cb_dispatch_name(p->curve->points[0]->cell);

		cb_text_add(t, "Placement, %s%s%s", p->curve->mode, dispatch[0] ? "/" : "", dispatch);
		say_workers(t, p);
		cb_text_add(t, ": %s has %s the rate of %s%s\n",
			cb_place_name(c, p->curve->pin, p->curve->cpu_set, place), ratio_of(&p->ratio, ratio),
			cb_place_name(c, p->base->pin, p->base->cpu_set, base), verdicts[p->versus]);
	}
}

static void say_peaks(struct cb_text *t, const struct cb_case *c)
{
	for (unsigned i = 0; i < c->curves_n; i++) {
		const struct cb_law_fit *usl = &c->curves[i].usl;

		if (!usl->reason && usl->fit.good && usl->fit.has_peak)
			cb_text_add(t, "By its fit the rate of %s peaks at %.0f workers.\n",
				c->curves[i].mode, cb_usl_peak(&usl->fit.usl));
	}
}

static void say_next(struct cb_text *t, const struct cb_case *c, const struct cb_advice *a)
{
	const struct cb_stored_cell *cell = a->advised->cell;
	double slope = slope_at_end(c, a->advised), cpus = c->file->cpus_usable;

	if (slope > STILL_RISING && cell->workers < cpus)
		cb_text_add(t,
			"The rate still rises, as workers^%.2f, and %.0f CPUs are usable: try "
			"--workers=1..all.\n",
			slope, cpus);
	else if (slope > STILL_RISING && strcmp(cell->bound, "cpu"))
		cb_text_add(t,
			"The rate still rises, as workers^%.2f, though %.0f workers fill %.0f CPUs: try "
			"--workers=%.0f,%.0f,%.0f.\n",
			slope, cell->workers, cpus, cell->workers, 2 * cell->workers, 4 * cell->workers);
}

int cb_advice_text(const struct cb_case *c, struct cb_advice *a)
{
	struct cb_text t = { 0 };

	say_advised(&t, c, a);
	say_rivals(&t, c, a);
	if (carries(c, a)) {
		say_fastest(&t, c, a);
		say_cheapest(&t, c, a);
	}
	say_bound(&t, c, a);
	say_placings(&t, c);
	if (carries(c, a)) {
		say_peaks(&t, c);
		say_next(&t, c, a);
	}
	a->text = cb_text_take(&t);
	return a->text ? 0 : -ENOMEM;
}
