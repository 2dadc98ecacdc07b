/* The columns of the table of a result: what a cell has in each, as text. */
#ifndef CB_TABLE_COLUMNS_H
#define CB_TABLE_COLUMNS_H

#include "cmd/concbench/style.h"
#include "lib/result/result.h"

#define CB_FIELD 48 /* bytes of a field's text */

/* What the price columns show, for the legend; of the last workload that has one. */
struct cb_priced {
	const struct cb_metric *metric; /* NULL: nothing */
	const char *base;               /* NULL: nothing was compared */
};

/* What the making of a row needs and leaves. */
struct cb_row_context {
	const struct cb_result *result;
	const struct cb_group *group;
	const struct cb_cell_result *cell;
	bool *used;        /* [CB_MARKS] */
	const bool *loads; /* [CB_LOADS]: what matters for any cell */
	struct cb_priced *priced;
	const struct cb_style *style;
};

struct cb_column {
	const char *title; /* "": an interval, which stands close to its number */
	/* Writes CB_FIELD bytes at most; "": the cell has nothing there. */
	void (*put)(struct cb_row_context *c, char *buf);
	bool left, always;
};

/* In order. Skipped and failed cells have `always` ones, then their reason. */
#define CB_COLUMNS 18
extern const struct cb_column cb_columns[CB_COLUMNS];

#endif
