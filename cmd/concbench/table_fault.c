#include "cmd/concbench/table_fault.h"

#include "cmd/concbench/cell_name.h"
#include "cmd/concbench/human.h"

#include <math.h>
#include <string.h>

#define FIELD 64 /* bytes of a field's text */

static void put_mode(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	cb_cell_mode(group, cell->cell, buf, FIELD);
}

static void put_workers(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	char shape[CB_HUMAN];

	(void)group;
	snprintf(buf, FIELD, "%s%s", cb_human_shape(&cell->cell->shape, shape),
		cell->cell->oversubscribed ? "*" : "");
}

static void put_status(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	(void)group;
	snprintf(buf, FIELD, "%s", cb_status_names[cell->status]);
}

static void put_lost(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	(void)group;
	cb_human_share(cell->fault.lost.median, buf);
}

static void put_survivors(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	(void)group;
	snprintf(buf, FIELD, "%.0f of %u", cell->fault.survivors, cell->cell->shape.workers);
}

static void put_noticed(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	const struct cb_estimate *e = &cell->fault.notice_ns;

	(void)group;
	cb_human_ns(e->n ? (uint64_t)e->median : CB_NONE, buf);
}

static void put_interval(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	const struct cb_estimate *e = &cell->fault.notice_ns;
	char low[CB_HUMAN], high[CB_HUMAN];

	(void)group;
	if (isfinite(e->ci_low) && isfinite(e->ci_high))
		snprintf(buf, FIELD, "%s..%s", cb_human_ns((uint64_t)e->ci_low, low),
			cb_human_ns((uint64_t)e->ci_high, high));
}

static void put_noticer(const struct cb_group *group, const struct cb_cell_result *cell, char *buf)
{
	(void)group;
	snprintf(buf, FIELD, "%s", cb_fault_noticer_names[cell->fault.noticer]);
}

static const struct column {
	const char *title;
	void (*put)(const struct cb_group *group, const struct cb_cell_result *cell, char *buf);
	int width;   /* columns; negative: to the left */
	bool always; /* also where the fault did not strike */
} columns[] = {
	{ "mode", put_mode, -17, true },
	{ "workers", put_workers, 7, true },
	{ "status", put_status, -8, true },
	{ "lost", put_lost, 5, false },
	{ "survivors", put_survivors, 9, false },
	{ "noticed after", put_noticed, 13, false },
	{ "(95 %)", put_interval, -16, false },
	{ "by", put_noticer, -8, false },
};

static void print_titles(FILE *out, const struct cb_style *style)
{
	fputs(style->dim, out);
	for (size_t i = 0; i < CB_COUNT(columns); i++)
		fprintf(out, "  %*s", i + 1 < CB_COUNT(columns) ? columns[i].width : 0, columns[i].title);
	fprintf(out, "%s\n", style->off);
}

static void print_cell(FILE *out, const struct cb_group *group, const struct cb_cell_result *cell,
	const struct cb_style *style)
{
	char field[FIELD];

	fputs(cell->status == CB_SKIPPED ? style->dim : "", out);
	for (size_t i = 0; i < CB_COUNT(columns) && (cell->fault.n || columns[i].always); i++) {
		*field = '\0';
		columns[i].put(group, cell, field);
		fprintf(out, "  %*s", i + 1 < CB_COUNT(columns) ? columns[i].width : 0, field);
	}
	fprintf(out, "%s%s%s\n", cell->fault.n ? "" : "  ", cell->fault.n ? "" : cell->reason, style->off);
}

static void print_group(FILE *out, const struct cb_result *result, unsigned g, const struct cb_style *style)
{
	const struct cb_group *group = &result->plan->groups[g];
	char name[256];

	fprintf(out, "%s%s%s\n", style->bold, cb_group_name(group, name, sizeof name), style->off);
	for (unsigned i = group->first; i < group->first + group->n; i++)
		print_cell(out, group, &result->cells[i], style);
}

static bool any_oversubscribed(const struct cb_result *result)
{
	for (unsigned i = 0; i < result->plan->cells_n; i++)
		if (result->cells[i].cell->oversubscribed)
			return true;
	return false;
}

void cb_table_fault_print(const struct cb_result *result, FILE *out, const struct cb_style *style)
{
	static const char *const what[] = {
		[CB_FAULT_CRASH] = "crashes",
		[CB_FAULT_KILL] = "is killed",
		[CB_FAULT_HANG] = "hangs",
		[CB_FAULT_EXIT] = "exits",
	};
	const struct cb_fault *fault = &result->options->fault;
	char share[CB_HUMAN];

	fprintf(out, "fault: worker %u %s after %s of its part\n\n", fault->worker, what[fault->how],
		cb_human_share(fault->after, share));
	print_titles(out, style);
	for (unsigned g = 0; g < result->plan->groups_n; g++)
		print_group(out, result, g, style);
	fputs("\nlost: units not done, or done by workers that did not end or whose process died; "
	      "survivors:\n"
	      "workers that ended; noticed after, by: from the fault to when that process or deadline knew; "
	      "medians\n",
		out);
	if (any_oversubscribed(result))
		fputs("*   more workers than usable CPUs\n", out);
}
