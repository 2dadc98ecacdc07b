/* Words as they can be given to a shell. */
#ifndef CB_SHELL_WORD_H
#define CB_SHELL_WORD_H

#include "lib/base/base.h"

/*
 * One word for a shell: as it is where it means itself there, else '...', or $'...' with the escapes of
 * cb_quote where it has some. Returns false where it was cut.
 */
bool cb_shell_word(const char *text, char *buf, size_t size);

#endif
