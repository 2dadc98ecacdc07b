#include "cmd/concbench/gate_report.h"

#include <math.h>
#include <string.h>

#define NAME 400 /* bytes of a quoted name */

/* ---- pieces ---- */

/* A change of cost from a logarithm: "+5.1%"; "?" where it is not known. */
static const char *change(double log_ratio, char buf[16])
{
	if (isnan(log_ratio))
		snprintf(buf, 16, "?");
	else
		snprintf(buf, 16, "%+.1f%%", 100 * expm1(log_ratio));
	return buf;
}

static const struct cb_gate_series *judged(const struct cb_gate_cell *cell)
{
	return cell->confirmed ? &cell->confirm : &cell->screen;
}

static void rule_of(const struct cb_gate *gate, char *buf, size_t size)
{
	const struct cb_gate_rules *rules = &gate->rules;

	snprintf(buf, size,
		"%s; FAIL means above %+.3g%%, and comes by chance with a probability of at most %.2g%%",
		cb_gate_metrics[rules->metric].meaning, 100 * rules->tolerance, 100 * rules->alpha);
}

static void null_of(const struct cb_gate *gate, char *buf, size_t size)
{
	char moved[16];

	snprintf(buf, size, "base against a copy of itself %s (p = %.2g)%s", change(gate->null.effect, moved),
		gate->null.p, gate->null_moved ? ": it moved" : "");
}

static void dropped_of(const struct cb_gate *gate, char *buf, size_t size)
{
	snprintf(buf, size, "%.0f%% of the blocks for steal or throttling; at most %.0f%% may be",
		100 * gate->dropped, 100 * gate->rules.drop_max);
}

/* What there is to say of all. */
static const char *overall(const struct cb_gate *gate)
{
	if (gate->unfit[0])
		return "none: the environment is unfit";
	if (gate->partial)
		return "none: it was not finished";
	if (gate->verdict == CB_GATE_NO_VERDICT)
		return "none: nothing was measured to the end";
	return cb_gate_verdict_names[gate->verdict];
}

/* ---- text ---- */

static void print_cell(const struct cb_gate_cell *cell, int width, FILE *out)
{
	const struct cb_gate_series *series = judged(cell);
	char id[NAME], effect[16], low[16], high[16];

	cb_quote(cell->id, id, sizeof id);
	if (cell->status != CB_GATE_OK || !series->n) {
		fprintf(out, "%-*s  %s: %s\n", width, id, cb_gate_status_names[cell->status],
			cell->reason[0] ? cell->reason : "not measured");
		return;
	}
	fprintf(out, "%-*s  %7s  (at least %s, at most %s)  %s", width, id, change(series->effect, effect),
		change(series->low, low), change(series->high, high), cb_gate_verdict_names[cell->verdict]);
	if (!isnan(cell->mde90))
		fprintf(out, "; could have detected %+.1f%% with 90%% probability", 100 * cell->mde90);
	fputc('\n', out);
}

static int id_width(const struct cb_gate *gate)
{
	size_t width = 0;
	char id[NAME];

	for (unsigned i = 0; i < gate->cells_n; i++) {
		size_t n = strlen(cb_quote(gate->cells[i].id, id, sizeof id));

		width = n > width ? n : width;
	}
	return (int)(width < 60 ? width : 60);
}

static void print_side(const char *side, const char *name, const char *version, FILE *out)
{
	char quoted[NAME], said[200];

	fprintf(out, "%s  %s  (%s)\n", side, cb_quote(name, quoted, sizeof quoted),
		cb_quote(version, said, sizeof said));
}

void cb_gate_report_text(const struct cb_gate *gate, FILE *out)
{
	int width = id_width(gate);
	char line[256], id[NAME], why[NAME];

	print_side("base", gate->base.name, gate->base.version, out);
	print_side("head", gate->head.name, gate->head.version, out);
	rule_of(gate, line, sizeof line);
	fprintf(out, "%s\n\n", line);
	for (unsigned i = 0; i < gate->cells_n; i++)
		print_cell(&gate->cells[i], width, out);
	for (unsigned i = 0; i < gate->odd_n; i++)
		fprintf(out, "%-*s  not in common: %s\n", width, cb_quote(gate->odd[i].id, id, sizeof id),
			cb_quote(gate->odd[i].why, why, sizeof why));
	fputc('\n', out);
	if (gate->null_cell >= 0 && gate->null.n) {
		null_of(gate, line, sizeof line);
		fprintf(out, "null arm: %s\n", line);
		dropped_of(gate, line, sizeof line);
		fprintf(out, "dropped: %s\n", line);
	}
	if (gate->unfit[0])
		fprintf(out, "unfit: %s\n", gate->unfit);
	fprintf(out, "verdict: %s\n", overall(gate));
}

/* ---- Markdown ---- */

/* Everything that might be markup is escaped, or is an entity; what is not printable is shown as such. */
static void put_escaped(const char *text, FILE *out)
{
	char quoted[1024];

	for (const char *c = cb_quote(text, quoted, sizeof quoted); *c; c++) {
		if (*c == '&')
			fputs("&amp;", out);
		else if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '>')
			fputs("&gt;", out);
		else if (*c == '@') /* would notify somebody */
			fputs("&#64;", out);
		else if (*c == ':') /* would begin a link or an emoji */
			fputs("&#58;", out);
		else if (strchr("\\`*_{}[]()#+-.!|~$^=\"'", *c))
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
}

static void put_markdown_cell(const struct cb_gate_cell *cell, FILE *out)
{
	const struct cb_gate_series *series = judged(cell);
	char effect[16], low[16], high[16];
	bool failed = cell->verdict == CB_GATE_FAIL;

	fputs("| ", out);
	put_escaped(cell->id, out);
	if (cell->status != CB_GATE_OK || !series->n) {
		fprintf(out, " | | | | %s | ", cb_gate_status_names[cell->status]);
		put_escaped(cell->reason[0] ? cell->reason : "not measured", out);
		fputs(" |\n", out);
		return;
	}
	fprintf(out, " | %s | %s | %s | %s%s%s | ", change(series->effect, effect), change(series->low, low),
		change(series->high, high), failed ? "**" : "", cb_gate_verdict_names[cell->verdict],
		failed ? "**" : "");
	if (!isnan(cell->mde90))
		fprintf(out, "%+.1f%%", 100 * cell->mde90);
	fputs(" |\n", out);
}

static void put_markdown_side(const char *side, const char *name, const char *version, FILE *out)
{
	fprintf(out, "- %s: ", side);
	put_escaped(name, out);
	fputs(" (", out);
	put_escaped(version, out);
	fputs(")\n", out);
}

static void put_markdown_odd(const struct cb_gate *gate, FILE *out)
{
	for (unsigned i = 0; i < gate->odd_n; i++) {
		fputs("- not in common: ", out);
		put_escaped(gate->odd[i].id, out);
		fputs(": ", out);
		put_escaped(gate->odd[i].why, out);
		fputc('\n', out);
	}
}

void cb_gate_report_markdown(const struct cb_gate *gate, FILE *out)
{
	char line[256];

	fprintf(out, "### concbench gate: %s\n\n", overall(gate));
	if (gate->cells_n)
		fputs("| cell | change | at least | at most | verdict | could have detected (90%) |\n"
		      "| :--- | ---: | ---: | ---: | :--- | ---: |\n",
			out);
	for (unsigned i = 0; i < gate->cells_n; i++)
		put_markdown_cell(&gate->cells[i], out);
	fputc('\n', out);
	put_markdown_side("base", gate->base.name, gate->base.version, out);
	put_markdown_side("head", gate->head.name, gate->head.version, out);
	rule_of(gate, line, sizeof line);
	fprintf(out, "- judged: %s\n", line);
	put_markdown_odd(gate, out);
	if (gate->null_cell >= 0 && gate->null.n) {
		null_of(gate, line, sizeof line);
		fprintf(out, "- null arm: %s\n", line);
		dropped_of(gate, line, sizeof line);
		fprintf(out, "- dropped: %s\n", line);
	}
	if (gate->unfit[0]) {
		fputs("- unfit: ", out);
		put_escaped(gate->unfit, out);
		fputc('\n', out);
	}
}
