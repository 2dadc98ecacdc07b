/*
 * The table is made in two passes: all cells become text first, so that the columns of all groups line up,
 * then they are printed. Columns whose numbers nobody has are left out.
 */
#include "cmd/concbench/table.h"

#include "cmd/concbench/cell_name.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/load.h"
#include "cmd/concbench/marks.h"
#include "cmd/concbench/table_columns.h"
#include "cmd/concbench/table_fault.h"
#include "cmd/concbench/verdict.h"
#include "lib/result/price.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2 /* columns between fields */

struct row {
	char field[CB_COLUMNS][CB_FIELD];
};

/* ---- laying out ---- */

/* Columns of the screen that UTF-8 text takes; ours has no wide characters. */
static unsigned text_columns(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static bool is_measured(const struct cb_cell_result *cell)
{
	return cell->status == CB_OK && cell->summary.units_per_s.n;
}

static void make_row(struct cb_row_context *c, struct row *row)
{
	for (size_t i = 0; i < CB_COLUMNS; i++)
		if (cb_columns[i].always || is_measured(c->cell))
			cb_columns[i].put(c, row->field[i]);
}

static void make_rows(const struct cb_result *result, struct row *rows, const struct cb_style *style,
	bool *used, struct cb_priced *priced)
{
	bool loads[CB_LOADS];

	for (unsigned i = 0; i < CB_LOADS; i++)
		loads[i] = cb_load_matters((enum cb_load)i, result);
	for (unsigned g = 0; g < result->plan->groups_n; g++) {
		const struct cb_group *group = &result->plan->groups[g];

		for (unsigned i = group->first; i < group->first + group->n; i++) {
			struct cb_row_context c = { result, group, &result->cells[i], used, loads, priced,
				style };

			make_row(&c, &rows[i]);
		}
	}
}

/* Widths of the columns; 0: nobody has anything in it, so that it is left out. */
static void measure(const struct row *rows, unsigned n, unsigned widths[CB_COLUMNS])
{
	for (size_t c = 0; c < CB_COLUMNS; c++) {
		widths[c] = 0;
		for (unsigned i = 0; i < n; i++) {
			unsigned width = text_columns(rows[i].field[c]);

			widths[c] = width > widths[c] ? width : widths[c];
		}
		if (widths[c] && text_columns(cb_columns[c].title) > widths[c])
			widths[c] = text_columns(cb_columns[c].title);
	}
}

/* ---- printing ---- */

/*
 * Fields [0..n-1] of a row, or the titles where row is NULL; no blanks at the end. An interval stands close
 * to its number.
 */
static void print_fields(FILE *out, const struct row *row, const unsigned widths[CB_COLUMNS], size_t n)
{
	unsigned at = 2, column = 0; /* where the field begins; where the output stands */

	for (size_t c = 0; c < n; c++) {
		const char *text = row ? row->field[c] : cb_columns[c].title;
		unsigned taken = text_columns(text), start;

		if (!widths[c])
			continue;
		at += c == 0 ? 0 : cb_columns[c].title[0] ? GAP : 1;
		start = cb_columns[c].left ? at : at + widths[c] - taken;
		if (*text) {
			fprintf(out, "%*s%s", (int)(start - column), "", text);
			column = start + taken;
		}
		at += widths[c];
	}
}

/* The number of leading columns that every cell has. */
static size_t columns_always(void)
{
	size_t n = 0;

	while (n < CB_COLUMNS && cb_columns[n].always)
		n++;
	return n;
}

/* "skipped: reason" of a cell that was not measured, wrapped, from column indent on. */
static void print_why(
	FILE *out, const struct cb_cell_result *cell, unsigned indent, const struct cb_style *style)
{
	char text[320];

	if (cell->status == CB_OK)
		snprintf(text, sizeof text, "not measured: the run ended before its turn");
	else
		snprintf(text, sizeof text, "%s%s%s%s", cb_status_names[cell->status],
			cb_cell_result_as_expected(cell) ? ", as expected" : "", cell->reason[0] ? ": " : "",
			cell->reason);
	cb_wrap(out, text, indent, style->width);
}

static const char *color_of(const struct cb_cell_result *cell, const struct cb_style *style)
{
	return cb_cell_result_failed(cell) && !cb_cell_result_as_expected(cell) ? style->red : style->dim;
}

/* "  threads  4  skipped: reason ..." */
static void print_reason(FILE *out, const struct cb_cell_result *cell, const struct row *row,
	const unsigned widths[CB_COLUMNS], const struct cb_style *style)
{
	size_t always = columns_always();
	unsigned indent = 2 + GAP;

	for (size_t c = 0; c < always; c++)
		indent += widths[c] + (c ? GAP : 0);
	fputs(color_of(cell, style), out);
	print_fields(out, row, widths, always);
	fprintf(out, "%*s", GAP, "");
	print_why(out, cell, indent, style);
	fputs(style->off, out);
}

/* Whether the group has several cells, none measured and all for the same reason: it is told once. */
static bool have_one_reason(const struct cb_result *result, const struct cb_group *group)
{
	const struct cb_cell_result *first = &result->cells[group->first];

	for (unsigned i = 0; i < group->n; i++)
		if (is_measured(&first[i]) || first[i].status != first->status ||
			strcmp(first[i].reason, first->reason) != 0)
			return false;
	return group->n > 1;
}

/* "  all 5 cells  skipped: reason ..." */
static void print_one_reason(
	FILE *out, const struct cb_result *result, const struct cb_group *group, const struct cb_style *style)
{
	const struct cb_cell_result *first = &result->cells[group->first];
	int n;

	fputs(color_of(first, style), out);
	n = fprintf(out, "  all %u cells%*s", group->n, GAP, "");
	print_why(out, first, n > 0 ? (unsigned)n : 0, style);
	fputs(style->off, out);
}

/* "; open loop: 2k/s, poisson", or "" */
static char *open_loop(const struct cb_open_loop *open, char *buf, size_t size)
{
	char rate[CB_HUMAN];

	*buf = '\0';
	if (open->rate_per_s > 0)
		snprintf(buf, size, "; open loop: %s/s, %s", cb_human_si(open->rate_per_s, rate),
			cb_arrival_names[open->arrival]);
	return buf;
}

static void print_heading(
	FILE *out, const struct cb_result *result, const struct cb_group *group, const struct cb_style *style)
{
	char name[256], open[64];

	fprintf(out, "%s%s%s  %s(unit: %s; class: %s%s)%s\n", style->bold,
		cb_group_name(group, name, sizeof name), style->off, style->dim, group->workload->unit,
		cb_class_names[group->workload->class], open_loop(&result->options->open, open, sizeof open),
		style->off);
}

/* Whether an earlier cell of the group has as many workers, and so as many waves. */
static bool seen_workers(const struct cb_result *result, const struct cb_group *group, unsigned cell)
{
	for (unsigned i = group->first; i < cell; i++)
		if (is_measured(&result->cells[i]) &&
			result->cells[i].cell->shape.workers == result->cells[cell].cell->shape.workers)
			return true;
	return false;
}

/* "  5 units: 5 waves on 1 worker, 2 on 4 workers": where units are few. */
static void print_waves(
	FILE *out, const struct cb_result *result, const struct cb_group *group, const struct cb_style *style)
{
	char text[512];
	size_t n = 0;

	for (unsigned i = group->first; i < group->first + group->n && n < sizeof text; i++) {
		const struct cb_cell_result *cell = &result->cells[i];
		unsigned long long waves = cb_cell_result_waves(result, cell);
		unsigned workers = cell->cell->shape.workers;

		if (!is_measured(cell) || !waves || seen_workers(result, group, i))
			continue;
		if (!n)
			n = (size_t)snprintf(text, sizeof text,
				"%llu unit%s:", (unsigned long long)cell->units, cell->units == 1 ? "" : "s");
		else
			n += (size_t)snprintf(text + n, sizeof text - n, ",");
		if (n < sizeof text)
			n += (size_t)snprintf(text + n, sizeof text - n, " %llu wave%s on %u worker%s", waves,
				waves == 1 ? "" : "s", workers, workers == 1 ? "" : "s");
	}
	if (!n)
		return;
	fputs("  ", out);
	cb_wrap(out, text, 2, style->width);
}

/* What the workload found, below the cell that it found it in. */
static void print_finding(FILE *out, const struct cb_result *result, const struct cb_cell_result *cell,
	const struct cb_style *style)
{
	char sentence[256];

	cb_result_finding(result, cell, sentence, sizeof sentence);
	if (!*sentence)
		return;
	fprintf(out, "    %sfound: ", style->yellow);
	cb_wrap(out, sentence, 11, style->width);
	fputs(style->off, out);
}

static void print_group(FILE *out, const struct cb_result *result, unsigned g, const struct row *rows,
	const unsigned widths[CB_COLUMNS], const struct cb_style *style)
{
	const struct cb_group *group = &result->plan->groups[g];
	char sentence[512];

	if (g)
		fputc('\n', out);
	print_heading(out, result, group, style);
	if (have_one_reason(result, group)) {
		print_one_reason(out, result, group, style);
		return;
	}
	for (unsigned i = group->first; i < group->first + group->n; i++) {
		const struct cb_cell_result *cell = &result->cells[i];

		if (!is_measured(cell)) {
			print_reason(out, cell, &rows[i], widths, style);
			continue;
		}
		print_fields(out, &rows[i], widths, CB_COLUMNS);
		fputc('\n', out);
		print_finding(out, result, cell, style);
	}
	print_waves(out, result, group, style);
	cb_verdict(result, g, sentence, sizeof sentence);
	if (*sentence) {
		fputs("  => ", out);
		cb_wrap(out, sentence, 5, style->width);
	}
}

/* The greatest share of their time that workers of a marked cell queued. */
static double most_queued(const struct cb_result *result)
{
	double most = 0;

	for (unsigned i = 0; i < result->plan->cells_n; i++)
		if (cb_mark_applies(CB_MARK_QUEUED, result, &result->cells[i]))
			most = fmax(most, cb_queued_share(&result->cells[i]));
	return most;
}

static void print_legend(FILE *out, const struct cb_result *result, const bool *used)
{
	char share[CB_HUMAN];

	for (size_t m = 0; m < CB_MARKS; m++) {
		if (!used[m])
			continue;
		fprintf(out, "%-3s %s", cb_marks[m].sign, cb_marks[m].meaning);
		if (m == CB_MARK_QUEUED)
			fprintf(out, " (up to %s of the time)", cb_human_share(most_queued(result), share));
		fputc('\n', out);
	}
}

static void print_price_legend(FILE *out, const struct cb_priced *priced)
{
	if (!priced->metric)
		return;
	fprintf(out, "price: %s, %s", priced->metric->name, priced->metric->help);
	if (priced->base)
		fprintf(out,
			";\n"
			"to base: times that of %s, same mode and workers, measured in another group and not "
			"in turns",
			priced->base);
	fputc('\n', out);
}

bool cb_table_has_numbers(const struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++)
		if (is_measured(&result->cells[i]))
			return true;
	return false;
}

int cb_table_print(const struct cb_result *result, FILE *out, const struct cb_style *style)
{
	struct row *rows = calloc(result->plan->cells_n + 1, sizeof *rows);
	bool used[CB_MARKS] = { false };
	struct cb_priced priced = { 0 };
	unsigned widths[CB_COLUMNS];

	if (result->options->fault.how) {
		free(rows);
		cb_table_fault_print(result, out, style);
		return 0;
	}
	if (!rows)
		return -ENOMEM;
	make_rows(result, rows, style, used, &priced);
	measure(rows, result->plan->cells_n, widths);
	fputs(style->dim, out);
	print_fields(out, NULL, widths, CB_COLUMNS);
	fprintf(out, "%s\n", style->off);
	for (unsigned g = 0; g < result->plan->groups_n; g++)
		print_group(out, result, g, rows, widths, style);
	fputc('\n', out);
	if (result->options->quick && cb_table_has_numbers(result))
		fputs("quick: few short samples; the figures are rough\n", out);
	if (result->options->open.rate_per_s > 0 && cb_table_has_numbers(result))
		fputs("open loop: p50 and p99 are response times, from the intended arrival to the end\n",
			out);
	print_legend(out, result, used);
	print_price_legend(out, &priced);
	free(rows);
	return 0;
}
