#include "lib/result/analysis_json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/result/json.h"

static void add_estimate(struct cb_json in, const char *key, const struct cb_estimate *e)
{
	struct cb_json object;

	if (!e->n)
		return;
	object = cb_json_object(in, key);
	cb_json_u64(object, "n", e->n);
	cb_json_double(object, "median", e->median);
	cb_json_double(object, "ci_low", e->ci_low);
	cb_json_double(object, "ci_high", e->ci_high);
}

static void add_loss(struct cb_json in, const struct cb_loss *loss)
{
	struct cb_json object;

	if (isnan(loss->total))
		return;
	object = cb_json_object(in, "loss");
	cb_json_double(object, "total", loss->total);
	cb_json_double(object, "makespan", loss->makespan);
	for (enum cb_cause cause = 0; cause < CB_CAUSES; cause++)
		cb_json_double(object, cb_cause_names[cause], loss->by_cause[cause]);
	cb_json_text(object, "worst", cb_cause_names[loss->worst]);
}

static void add_point(struct cb_json in, const struct cb_point *p)
{
	cb_json_text(in, "id", p->cell->id);
	cb_json_double(in, "workers", p->cell->workers);
	cb_json_double(in, "processes", p->cell->processes);
	cb_json_double(in, "threads", p->cell->threads);
	cb_json_bool(in, "oversubscribed", p->cell->oversubscribed);
	cb_json_text_if(in, "bound", p->cell->bound);
	add_estimate(in, "units_per_s", &p->rate);
	add_estimate(in, "speedup", &p->speedup);
	cb_json_double(in, "efficiency", p->efficiency);
	cb_json_double(in, "serial_fraction", p->serial_fraction);
	if (p->speedup.n)
		cb_json_bool(in, "superlinear", p->superlinear);
	if (cb_superlinear_reason(p))
		cb_json_text(in, "superlinear_reason", cb_superlinear_reason(p));
	cb_json_double(in, "cpu_ns_per_unit", p->cpu_ns_per_unit);
	cb_json_double(in, "pss_bytes", p->pss_bytes);
	add_loss(in, &p->loss);
}

static void add_interval(
	struct cb_json in, const char *low_key, const char *high_key, const struct cb_interval *interval)
{
	cb_json_double(in, low_key, interval->low);
	cb_json_double(in, high_key, interval->high);
}

static void add_peak(struct cb_json in, const struct cb_usl *usl)
{
	struct cb_json peak = cb_json_object(in, "peak");

	cb_json_double(peak, "workers", cb_usl_peak(usl));
	cb_json_double(peak, "units_per_s", cb_usl_throughput(usl, cb_usl_peak(usl)));
}

static void add_fit(struct cb_json in, const char *key, const struct cb_law_fit *law)
{
	struct cb_json object = cb_json_object(in, key);
	const struct cb_usl_fit *fit = &law->fit;

	cb_json_text_if(object, "reason", law->reason);
	if (law->reason)
		return;
	cb_json_double(object, "lambda", fit->usl.lambda);
	add_interval(object, "lambda_low", "lambda_high", &fit->lambda);
	cb_json_double(object, "sigma", fit->usl.sigma);
	add_interval(object, "sigma_low", "sigma_high", &fit->sigma);
	cb_json_double(object, "kappa", fit->usl.kappa);
	add_interval(object, "kappa_low", "kappa_high", &fit->kappa);
	cb_json_double(object, "rms", fit->usl.rms);
	cb_json_double(object, "misfit_p", fit->misfit_p);
	cb_json_bool(object, "good", fit->good);
	cb_json_u64(object, "resamples", fit->resamples);
	if (fit->has_peak && fit->good)
		add_peak(object, &fit->usl);
}

static void add_place(struct cb_json in, const struct cb_scaling *curve)
{
	cb_json_text(in, "pin", curve->pin);
	cb_json_text_if(in, "cpu_set", curve->cpu_set);
}

static void add_curve(struct cb_json in, const struct cb_scaling *curve)
{
	struct cb_json points;

	cb_json_text(in, "mode", curve->mode);
	cb_json_text(in, "dispatch", curve->dispatch);
	add_place(in, curve);
	points = cb_json_array(in, "points");
	for (unsigned i = 0; i < curve->n; i++)
		add_point(cb_json_object(points, NULL), curve->points[i]);
	add_fit(in, "amdahl", &curve->amdahl);
	add_fit(in, "usl", &curve->usl);
}

static const char *const versus_words[] = {
	[CB_VERSUS_BEATEN] = "beaten",
	[CB_VERSUS_EQUAL] = "equal",
	[CB_VERSUS_UNKNOWN] = "unknown",
	[CB_VERSUS_AHEAD] = "ahead",
};

static void add_placing(struct cb_json in, const struct cb_placing *p)
{
	cb_json_text(in, "mode", p->curve->mode);
	cb_json_text(in, "dispatch", p->curve->dispatch);
	add_place(in, p->curve);
	add_place(cb_json_object(in, "base"), p->base);
	cb_json_u64(in, "shapes", p->shapes);
	cb_json_double(in, "workers_least", p->least);
	cb_json_double(in, "workers_most", p->most);
	add_estimate(in, "ratio", &p->ratio);
	cb_json_text(in, "versus", versus_words[p->versus]);
}

static void add_placings(struct cb_json in, const struct cb_case *c)
{
	struct cb_json placings = cb_json_array(in, "placements");

	for (unsigned i = 0; i < c->placings_n; i++)
		add_placing(cb_json_object(placings, NULL), &c->placings[i]);
}

static void add_rivals(struct cb_json in, const struct cb_advice *a)
{
	struct cb_json rivals = cb_json_array(in, "rivals");

	for (unsigned i = 0; i < a->rivals_n; i++) {
		struct cb_json rival = cb_json_object(rivals, NULL);

		cb_json_text(rival, "id", a->rivals[i].point->cell->id);
		add_estimate(rival, "ratio", &a->rivals[i].ratio);
		cb_json_text(rival, "versus", versus_words[a->rivals[i].versus]);
	}
}

/* Sentences, one an element. */
static void add_text(struct cb_json in, const char *text)
{
	struct cb_json lines = cb_json_array(in, "text");

	while (text && *text) {
		size_t n = strcspn(text, "\n");
		char line[700];

		snprintf(line, sizeof line, "%.*s", (int)n, text);
		cb_json_text(lines, NULL, line);
		text += n + (text[n] == '\n');
	}
}

static void add_advice(struct cb_json in, const struct cb_advice *a)
{
	struct cb_json advice;

	if (!a->advised)
		return;
	advice = cb_json_object(in, "advice");
	cb_json_text(advice, "use", a->advised->cell->id);
	cb_json_text(advice, "fastest", a->fastest->cell->id);
	cb_json_text(advice, "cheapest", a->cheapest->cell->id);
	add_estimate(advice, "over_serial", &a->over_serial);
	add_estimate(advice, "fastest_over_use", &a->fastest_over);
	add_estimate(advice, "cheapest_over_fastest", &a->cheapest_ratio);
	add_rivals(advice, a);
	add_text(advice, a->text);
}

static void add_params(struct cb_json in, const char *params)
{
	cJSON *tree = params[0] ? cJSON_Parse(params) : cJSON_CreateObject();

	cb_json_take(in, "params", tree);
}

/* A case, and the files that its own is one of. */
struct filed {
	const struct cb_case *c;
	const struct cb_stored *files;
};

static void add_case(struct cb_json in, const void *what)
{
	const struct filed *filed = what;
	const struct cb_case *c = filed->c;
	struct cb_json curves;

	cb_json_u64(in, "file", (uint64_t)(c->file - filed->files));
	cb_json_text(in, "workload", c->first->workload);
	cb_json_double(in, "workload_version", c->first->workload_version);
	cb_json_text(in, "class", c->first->class);
	add_params(in, c->first->params);
	cb_json_u64(in, "blocks", c->blocks);
	cb_json_u64(in, "failed", c->failed);
	cb_json_text_if(in, "serial", c->serial ? c->serial->cell->id : "");
	curves = cb_json_array(in, "curves");
	for (unsigned i = 0; i < c->curves_n; i++)
		add_curve(cb_json_object(curves, NULL), &c->curves[i]);
	add_placings(in, c);
	add_advice(in, &c->advice);
}

static void add_file(struct cb_json in, const void *what)
{
	const struct cb_stored *file = what;

	cb_json_text(in, "path", file->path);
	cb_json_text_if(in, "started", file->started);
	cb_json_text_if(in, "fingerprint", file->fingerprint);
	cb_json_text_if(in, "hostname", file->hostname);
	cb_json_text_if(in, "cpu_model", file->cpu_model);
	cb_json_double(in, "cpus_usable", file->cpus_usable);
	cb_json_bool(in, "partial", file->partial);
	cb_json_bool(in, "quick", file->quick);
}

/* ---- writing ---- */

int cb_analysis_json_write(const struct cb_analysis *analysis, const struct cb_stored *files, unsigned n,
	int (*put)(void *arg, const char *text, size_t n), void *arg)
{
	const struct cb_json_sink sink = { put, arg };
	int r = cb_json_sink_text(&sink, "{\n\"schema\": \"concbench.analysis/1\",\n\"files\": [");

	for (unsigned i = 0; i < n && !r; i++)
		r = cb_json_sink_object(&sink, i ? ",\n" : "\n", add_file, &files[i]);
	r = r ? r : cb_json_sink_text(&sink, "\n],\n\"cases\": [");
	for (unsigned i = 0; i < analysis->n && !r; i++)
		r = cb_json_sink_object(
			&sink, i ? ",\n" : "\n", add_case, &(struct filed){ &analysis->cases[i], files });
	return r ? r : cb_json_sink_text(&sink, "\n]\n}\n");
}
