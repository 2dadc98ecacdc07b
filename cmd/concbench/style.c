#include "cmd/concbench/style.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_PLAIN   100000u /* lines of a log are not broken: they are searched */
#define WIDTH_UNKNOWN 80u

/* By the rules of setlocale: the first of these that is set and not empty. */
static bool environment_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < CB_COUNT(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static unsigned terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
		return WIDTH_UNKNOWN;
	return size.ws_col;
}

struct cb_style cb_style_of(FILE *out, enum cb_color color)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	struct cb_style style = { .bold = "", .dim = "", .red = "", .yellow = "", .off = "" };

	style.terminal = isatty(fileno(out)) && term && strcmp(term, "dumb") != 0;
	style.width = style.terminal ? terminal_width(fileno(out)) : WIDTH_PLAIN;
	style.plus_minus = environment_is_utf8() ? "\xc2\xb1" : "+-";
	if (color == CB_COLOR_NEVER)
		return style;
	if (color == CB_COLOR_AUTO && (!style.terminal || (no_color && *no_color)))
		return style;
	style.bold = "\033[1m";
	style.dim = "\033[2m";
	style.red = "\033[31m";
	style.yellow = "\033[33m";
	style.off = "\033[0m";
	return style;
}
