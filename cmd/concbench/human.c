#include "cmd/concbench/human.h"

#include <string.h>

char *cb_human_shape(const struct cb_shape *shape, char *buf)
{
	if (shape->processes > 1 && shape->threads > 1)
		snprintf(buf, CB_HUMAN, "%ux%u", shape->processes, shape->threads);
	else
		snprintf(buf, CB_HUMAN, "%u", shape->workers);
	return buf;
}

void cb_wrap(FILE *out, const char *text, unsigned indent, unsigned width)
{
	size_t column = indent;

	while (*text == ' ')
		text++;
	while (*text) {
		size_t n = strcspn(text, " ");

		if (column > indent && column + 1 + n > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, n, out);
		column += n;
		text += n + strspn(text + n, " ");
	}
	fputc('\n', out);
}
