#include "cmd/concbench/progress.h"

#include "cmd/concbench/human.h"
#include "lib/host/clock.h"

#include <math.h>
#include <string.h>

#define MS           UINT64_C(1000000)
#define BAR_EVERY    (100 * MS)
#define PLAIN_EVERY  (5000 * MS)
#define BAR_COLUMNS  12
#define LINE_MAX_LEN 512

void cb_progress_view_init(struct cb_progress_view *view, FILE *out, enum cb_progress_kind kind,
	enum cb_color color, const struct cb_result *result)
{
	struct cb_style style = cb_style_of(out, color);

	if (kind == CB_PROGRESS_AUTO)
		kind = style.terminal ? CB_PROGRESS_BAR : CB_PROGRESS_PLAIN;
	*view = (struct cb_progress_view){ .out = out, .kind = kind, .style = style, .result = result };
}

void cb_progress_view_clear(struct cb_progress_view *view)
{
	if (view->line_started)
		fputs("\r\033[K", view->out);
	view->line_started = false;
}

/* Of a cell in measure: ", 1.234M/s +-0.8%" from its summary, else from its latest sample; else "". */
static void running_estimate(
	const struct cb_cell_result *cell, const struct cb_style *style, char *buf, size_t size)
{
	const struct cb_sample *last = cell && cell->samples_n ? &cell->samples[cell->samples_n - 1].s : NULL;
	char rate[CB_HUMAN], half[CB_HUMAN];
	double half_width;

	*buf = '\0';
	if (cell && cell->summary.units_per_s.n) {
		half_width = cb_estimate_half_width(&cell->summary.units_per_s);
		cb_human_si(cell->summary.units_per_s.median, rate);
		if (isfinite(half_width))
			snprintf(buf, size, ", %s/s %s%s", rate, style->plus_minus,
				cb_human_share(half_width, half));
		else
			snprintf(buf, size, ", %s/s", rate);
	} else if (last && last->status == CB_OK && last->makespan_ns && last->makespan_ns != CB_NONE) {
		snprintf(buf, size, ", %s/s",
			cb_human_si((double)last->units * 1e9 / (double)last->makespan_ns, rate));
	}
}

/* "cpu_prime/threads/2, 7 of 24 samples, 1.234k/s" */
static void describe(const struct cb_progress_view *view, const struct cb_progress *p, char *buf, size_t size)
{
	const char *id = p->cell ? p->cell->id : "";
	char estimate[96];

	running_estimate(p->result, &view->style, estimate, sizeof estimate);
	if (p->phase == CB_PHASE_PREPARE)
		snprintf(buf, size, "preparing %s", id);
	else if (p->phase == CB_PHASE_CALIBRATE)
		snprintf(buf, size, "calibrating %s", id);
	else
		snprintf(buf, size, "%s, %u of %u%s", id, p->samples_done, p->samples_planned, estimate);
}

static unsigned percent_of(const struct cb_progress *p)
{
	return p->done > 0 ? (unsigned)(100 * fmin(p->done, 1)) : 0;
}

/* One line that is drawn over, cut to the terminal's width so that it stays one. */
static void draw_bar(struct cb_progress_view *view, const struct cb_progress *p)
{
	unsigned filled = percent_of(p) * BAR_COLUMNS / 100, columns = 0;
	char bar[BAR_COLUMNS + 1], left[CB_HUMAN], text[256], line[LINE_MAX_LEN];
	size_t n = 0;

	memset(bar, '.', BAR_COLUMNS);
	memset(bar, '#', filled);
	bar[BAR_COLUMNS] = '\0';
	describe(view, p, text, sizeof text);
	snprintf(line, sizeof line, "[%s] %3u%% %s left  %s", bar, percent_of(p),
		cb_human_wait(p->left_ns, left), text);
	while (line[n] && (columns < view->style.width - 1 || (line[n] & 0xc0) == 0x80))
		columns += (line[n++] & 0xc0) != 0x80;
	fprintf(view->out, "\r%.*s\033[K", (int)n, line);
	fflush(view->out);
	view->line_started = true;
}

static void draw_line(struct cb_progress_view *view, const struct cb_progress *p)
{
	char left[CB_HUMAN], text[256];

	describe(view, p, text, sizeof text);
	fprintf(view->out, "%3u%% %s left  %s\n", percent_of(p), cb_human_wait(p->left_ns, left), text);
	fflush(view->out);
}

/* In plain mode: a line for each cell of a group that has ended, but for those that were never to be
 * measured. */
static void tell_group_end(struct cb_progress_view *view, unsigned group)
{
	const struct cb_group *g = &view->result->plan->groups[group];

	for (unsigned i = g->first; i < g->first + g->n; i++) {
		const struct cb_cell_result *cell = &view->result->cells[i];
		char estimate[96], count[CB_HUMAN];

		running_estimate(cell, &view->style, estimate, sizeof estimate);
		if (cell->status == CB_SKIPPED)
			continue;
		if (cell->status != CB_OK)
			fprintf(view->out, "     %s: %s%s: %s\n", cell->cell->id,
				cb_status_names[cell->status],
				cb_cell_result_as_expected(cell) ? ", as expected" : "", cell->reason);
		else
			fprintf(view->out, "     %s: %s%s\n", cell->cell->id,
				cb_human_count(cb_cell_result_counted(cell), "sample", count), estimate);
	}
	fflush(view->out);
}

static void tell_plain(struct cb_progress_view *view, const struct cb_progress *p, uint64_t now)
{
	/* a run may go back to an earlier group: that ends nothing */
	if (p->group > view->group) {
		if (view->told)
			tell_group_end(view, view->group);
		view->group = p->group;
	}
	view->told = true;
	if (view->last_ns && now - view->last_ns < PLAIN_EVERY)
		return;
	draw_line(view, p);
	view->last_ns = now;
}

static void tell_bar(struct cb_progress_view *view, const struct cb_progress *p, uint64_t now)
{
	if (view->last_ns && now - view->last_ns < BAR_EVERY)
		return;
	draw_bar(view, p);
	view->last_ns = now;
}

void cb_progress_view_tell(void *arg, const struct cb_progress *progress)
{
	struct cb_progress_view *view = arg;

	if (view->kind == CB_PROGRESS_BAR)
		tell_bar(view, progress, cb_now_ns());
	else if (view->kind == CB_PROGRESS_PLAIN)
		tell_plain(view, progress, cb_now_ns());
}

void cb_progress_view_end(struct cb_progress_view *view)
{
	cb_progress_view_clear(view);
	if (view->told)
		tell_group_end(view, view->group);
}
