/*
 * What is shown while a run measures: a bar on a terminal, else plain lines, or nothing. It draws only when
 * it is called, and the session calls it between samples only. Nothing of the terminal's state is changed, so
 * an end at any moment leaves it as it was, but for the line that the bar stands on.
 */
#ifndef CB_PROGRESS_H
#define CB_PROGRESS_H

#include "cmd/concbench/run_options.h"
#include "cmd/concbench/style.h"
#include "lib/session/session.h"

struct cb_progress_view {
	FILE *out;
	enum cb_progress_kind kind; /* never auto */
	struct cb_style style;
	const struct cb_result *result;
	uint64_t last_ns;  /* when something was drawn; 0: never */
	unsigned group;    /* the highest of which progress was told: its cells' ends are not yet */
	bool told;         /* anything at all */
	bool line_started; /* the bar stands on the line */
};

void cb_progress_view_init(struct cb_progress_view *view, FILE *out, enum cb_progress_kind kind,
	enum cb_color color, const struct cb_result *result);
/* The session's listener: arg is the view. */
void cb_progress_view_tell(void *arg, const struct cb_progress *progress);
/* Removes the bar, so that something else can be printed. It comes back by itself. */
void cb_progress_view_clear(struct cb_progress_view *view);
/* After the session: removes the bar, or tells of the cells of the last group. */
void cb_progress_view_end(struct cb_progress_view *view);

#endif
