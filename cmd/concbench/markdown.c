#include "cmd/concbench/markdown.h"

#include "lib/base/parse.h"

#include <string.h>

void cb_markdown_code(const char *text, FILE *out)
{
	char quoted[1200];

	cb_quote(text, quoted, sizeof quoted);
	/* In a code span only these mean anything: a backtick ends it, a bar the cell, a backslash saves a
	 * bar. */
	if (*quoted && !strpbrk(quoted, "`|\\")) {
		fprintf(out, "`%s`", quoted);
		return;
	}
	fputs("<code>", out);
	for (const char *s = quoted; *s; s++) {
		if (strchr("\\`*_{}[]()<>#+!|&~@:\"'$.", *s))
			fprintf(out, "&#%d;", *s);
		else
			putc(*s, out);
	}
	fputs("</code>", out);
}
