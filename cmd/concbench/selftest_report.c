#include "cmd/concbench/selftest_report.h"

#include "cmd/concbench/markdown.h"
#include "lib/base/amount.h"
#include "lib/base/parse.h"

#include <math.h>
#include <string.h>

#define COLUMNS_MAX (CB_SELFTEST_SLOWDOWNS_MAX + 4)
#define NAME        200 /* bytes of a quoted id */

struct report {
	const struct cb_selftest_document *document;
	bool markdown;
	int id_width;
	FILE *out;
};

/* ---- lines ---- */

__attribute__((format(printf, 2, 3))) static void say(const struct report *report, const char *format, ...)
{
	va_list args;

	if (report->markdown)
		fputs("- ", report->out);
	va_start(args, format);
	vfprintf(report->out, format, args);
	va_end(args);
	fputc('\n', report->out);
}

/* A row of a table: its first text is foreign, "" for none; the others are ours. */
static void put_row(const struct report *report, const char *id, char texts[][CB_HUMAN], unsigned n)
{
	char quoted[NAME];

	if (report->markdown) {
		fputs("| ", report->out);
		if (*id)
			cb_markdown_code(id, report->out);
	} else {
		fprintf(report->out, "%-*s", report->id_width, cb_quote(id, quoted, sizeof quoted));
	}
	for (unsigned i = 0; i < n; i++)
		fprintf(report->out, report->markdown ? " | %s" : i ? " %8s" : " %-8s", texts[i]);
	fputs(report->markdown ? " |\n" : "\n", report->out);
}

/* The line below a table's head, which Markdown has. */
static void put_rule(const struct report *report, unsigned n)
{
	if (!report->markdown)
		return;
	fputs("| :---", report->out);
	for (unsigned i = 0; i < n; i++)
		fputs(i ? " | ---:" : " | :---", report->out);
	fputs(" |\n", report->out);
}

/* ---- what is said ---- */

static const char *share_of(double share, char buf[CB_HUMAN])
{
	if (share > 0 && share < 0.0001)
		snprintf(buf, CB_HUMAN, "%.1g%%", 100 * share);
	else
		snprintf(buf, CB_HUMAN, share < 0.0995 ? "%.2f%%" : "%.1f%%", 100 * share);
	return buf;
}

static void say_alarms(const struct report *report, const char *what, const struct cb_selftest_rate *rate)
{
	char share[CB_HUMAN], high[CB_HUMAN], promised[CB_HUMAN];

	if (!rate->n) {
		say(report, "false alarms, %s: none was judged", what);
		return;
	}
	say(report,
		"false alarms, %s: %u of %u FAIL, %s; at most %s with 95%% confidence; promised is at most "
		"%s",
		what, rate->k, rate->n, share_of((double)rate->k / rate->n, share),
		share_of(rate->high, high), share_of(report->document->rules->alpha, promised));
}

static void say_outcomes(const struct report *report, const char *what, const unsigned *outcomes)
{
	char line[160];
	int n = 0;

	for (unsigned k = 0; k < CB_SELFTEST_OUTCOMES; k++)
		n += snprintf(line + n, sizeof line - (size_t)n, "%s%u %s", k ? ", " : "", outcomes[k],
			cb_selftest_outcome_names[k]);
	say(report, "%s: %s", what, line);
}

/* ---- the curves ---- */

static void put_head(const struct report *report)
{
	const struct cb_selftest_plan *plan = report->document->plan;
	char texts[COLUMNS_MAX][CB_HUMAN] = { "gates" };
	unsigned n = 1;

	for (unsigned i = 0; i < plan->slowdowns_n; i++)
		snprintf(texts[n++], CB_HUMAN, "%+.4g%%", 100 * plan->slowdowns[i]);
	strcpy(texts[n++], "MDE50");
	strcpy(texts[n++], "MDE90");
	put_row(report, "cell", texts, n);
	put_rule(report, n);
}

static void mde_text(double mde, char buf[CB_HUMAN])
{
	if (isnan(mde))
		snprintf(buf, CB_HUMAN, "-");
	else
		snprintf(buf, CB_HUMAN, "%+.1f%%", 100 * mde);
}

/* What happened, k/n, or what replays say, a share. */
static void put_curve(
	const struct report *report, const char *id, const struct cb_selftest_curve *curve, bool real)
{
	char texts[COLUMNS_MAX][CB_HUMAN];
	unsigned n = 0, points = report->document->plan->slowdowns_n;

	strcpy(texts[n++], real ? "real" : "replayed");
	for (unsigned i = 0; i < points; i++, n++) {
		const struct cb_selftest_rate *rate = real ? &curve->points[i].real
							   : &curve->points[i].replayed;

		if (!rate->n)
			strcpy(texts[n], "-");
		else if (real)
			snprintf(texts[n], CB_HUMAN, "%u/%u", rate->k, rate->n);
		else
			share_of((double)rate->k / rate->n, texts[n]);
	}
	mde_text(real ? curve->real_mde50 : curve->replayed_mde50, texts[n++]);
	mde_text(real ? curve->real_mde90 : curve->replayed_mde90, texts[n++]);
	put_row(report, id, texts, n);
}

static void put_curves(const struct report *report)
{
	const struct cb_selftest_document *document = report->document;

	put_head(report);
	for (unsigned i = 0; i <= document->plan->cells; i++) {
		const char *id = i < document->plan->cells ? document->ids[i] : "all cells";

		put_curve(report, id, &document->summary->curves[i], true);
		put_curve(report, "", &document->summary->curves[i], false);
	}
}

/* ---- the harness ---- */

static void put_costs(const struct report *report)
{
	const struct cb_selftest_document *document = report->document;
	char texts[2][CB_HUMAN] = { "ns/unit", "a sample" };

	put_row(report, "the harness itself", texts, 2);
	put_rule(report, 2);
	for (unsigned i = 0; i < document->costs_n; i++) {
		snprintf(texts[0], CB_HUMAN, "%.3g", document->costs[i].unit_ns);
		cb_human_ns((uint64_t)document->costs[i].sample_ns, texts[1]);
		put_row(report, document->costs[i].id, texts, 2);
	}
}

/* ---- what went wrong ---- */

static void say_reasons(const struct report *report)
{
	const struct cb_selftest_document *document = report->document;

	for (unsigned i = 0; i < document->gates_n; i++) {
		const struct cb_selftest_gate *gate = &document->gates[i];
		char id[NAME], why[sizeof gate->reason];

		if (!gate->reason[0] || report->markdown)
			continue;
		say(report, "%s: %s %+.4g%%: %s", cb_selftest_outcome_names[gate->outcome],
			cb_quote(document->ids[gate->task.cell], id, sizeof id), 100 * gate->task.slowdown,
			cb_quote(gate->reason, why, sizeof why));
	}
}

static int id_width(const struct cb_selftest_document *document)
{
	size_t width = strlen("the harness itself");
	char id[NAME];

	for (unsigned i = 0; i < document->plan->cells; i++) {
		size_t n = strlen(cb_quote(document->ids[i], id, sizeof id));

		width = n > width ? n : width;
	}
	return (int)(width < 60 ? width : 60);
}

void cb_selftest_report(
	const struct cb_selftest_document *document, const char *disturbance, bool markdown, FILE *out)
{
	const struct report report = { document, markdown, id_width(document), out };
	const struct cb_selftest_summary *summary = document->summary;

	if (markdown)
		fputs("### concbench selftest\n\n", out);
	say(&report, "gates: %u of %u, disturbed by %s", document->gates_n, document->tasks_n,
		strcmp(disturbance, "none") ? disturbance : "nothing");
	say_reasons(&report);
	say_outcomes(&report, "of equals", summary->outcomes[0]);
	say_outcomes(&report, "with a slower head", summary->outcomes[1]);
	say_alarms(&report, "real gates (physics)", &summary->alarms);
	say_alarms(&report, "replays of their blocks with new coins (size)", &summary->size);
	say(&report,
		"below: gates that FAIL at each slowdown of head: real ones, measured here; and replayed "
		"ones, recorded blocks of equals with new coins and a slower head");
	fputc('\n', out);
	put_curves(&report);
	fputc('\n', out);
	if (document->costs_n)
		put_costs(&report);
}
