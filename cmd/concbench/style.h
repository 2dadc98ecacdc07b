/* What an output stream can show: a terminal or not, its width, colours, characters beyond ASCII. */
#ifndef CB_STYLE_H
#define CB_STYLE_H

#include "lib/base/base.h"

enum cb_color { CB_COLOR_AUTO, CB_COLOR_ALWAYS, CB_COLOR_NEVER };

struct cb_style {
	bool terminal;                               /* it is one, and not a dumb one */
	unsigned width;                              /* columns; without a limit where it is no terminal */
	const char *bold, *dim, *red, *yellow, *off; /* escape sequences, "" without colours */
	const char *plus_minus;                      /* in UTF-8 where the environment says so, else "+-" */
};

/* auto: colours on a terminal unless NO_COLOR is set and not empty. */
struct cb_style cb_style_of(FILE *out, enum cb_color color);

#endif
