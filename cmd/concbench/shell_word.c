#include "cmd/concbench/shell_word.h"

#include "lib/base/parse.h"

#include <limits.h>
#include <string.h>

bool cb_shell_word(const char *text, char *buf, size_t size)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+,:@%=-";
	char quoted[PATH_MAX * 4];

	if (*text && text[strspn(text, plain)] == '\0')
		return (size_t)snprintf(buf, size, "%s", text) < size;
	cb_quote(text, quoted, sizeof quoted);
	return (size_t)snprintf(buf, size, "%s'%s'", strcmp(text, quoted) != 0 ? "$" : "", quoted) < size;
}
