/* Code that is not trusted, in a process of its own. */
#ifndef CB_EXEC_GUARD_H
#define CB_EXEC_GUARD_H

#include "lib/base/base.h"

/*
 * Forks a process that runs body(arg) and ends, and waits for it; what it leaves behind is killed. arg, where
 * it is to take an answer, lies in memory that both share. Returns 0 when body returned, else a negative
 * errno with the end of a sentence, like "was killed by SIGSEGV": -ETIMEDOUT after timeout_ns, -ECANCELED for
 * any other end; the errno of fork. For a single-threaded process, before or after a run: no signals are
 * handled while it waits, and the process becomes a subreaper.
 */
int cb_guard_run(void (*body)(void *arg), void *arg, uint64_t timeout_ns, struct cb_error *err);

#endif
