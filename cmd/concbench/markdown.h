/* Foreign text in Markdown: shown as it is, never taken for markup, wherever GitHub shows it. */
#ifndef CB_CMD_MARKDOWN_H
#define CB_CMD_MARKDOWN_H

#include <stdio.h>

/*
 * The text as code in a table's cell: readable in the source as well, and without links, mentions or emoji.
 * What could end a code span or a cell becomes an entity, what is not printable is shown as cb_quote does. At
 * most 1199 bytes.
 */
void cb_markdown_code(const char *text, FILE *out);

#endif
