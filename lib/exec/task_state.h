/* What a thread is doing, as /proc tells; for one sentence about a worker that does not get on. */
#ifndef CB_EXEC_TASK_STATE_H
#define CB_EXEC_TASK_STATE_H

#include "lib/base/base.h"

struct cb_task_state {
	const char *word;     /* "running", "runnable" (waits for a CPU), "running or runnable", "sleeping",
				 "blocked" (not even a signal wakes it), "stopped", "traced", "dead", "idle";
				 NULL:     unknown */
	char syscall[32];     /* "futex", "system call 999"; "": in none, or unknown */
	char wchan[48];       /* the kernel's function it sleeps in; "": in none, or unknown */
	char unreadable[112]; /* the file that could not be read, and why; "": all could */
};

/*
 * Reads the states of n threads, tids[i] of process pids[i]. Takes 30 ms where one is ready to run: only what
 * happens meanwhile tells whether it has a CPU.
 */
void cb_task_states_read(const int *pids, const int *tids, unsigned n, struct cb_task_state *ret);

/* The parts, pure. The state's letter in the text of `stat`; 0: there is none. */
char cb_task_letter(const char *stat);
/* The word for a letter; 'R' is "running or runnable". NULL: unknown. */
const char *cb_task_word(char letter);
/* From the text of `syscall`: its number, or -1 when the thread is in none. */
long cb_task_syscall(const char *text);
/* Name of a system call of this machine; "system call N" where the table has none. Returns buf. */
char *cb_syscall_name(long number, char *buf, size_t size);

#endif
