/* How to make other tables of a result: the command line to type. */
#ifndef CB_TABLE_HINT_H
#define CB_TABLE_HINT_H

#include <stddef.h>

/*
 * Writes "PATH/table.py RESULT" into buf, both as a shell takes them, or "" where the script is not installed
 * beside this program (../share/concbench) nor in the folder of its sources, or the line would not fit.
 * Returns buf.
 */
char *cb_table_hint(const char *result, char *buf, size_t size);

#endif
