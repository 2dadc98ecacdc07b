/*
 * What a thread has used so far. Each reading costs a few microseconds: never between start and end.
 *
 * alone: the calling thread is its process's only one, and the process's own files are read. They say the
 * same (and count what children did that it has waited for), but lie less deep: each folder of /proc that a
 * process was looked up in makes reaping it dearer.
 */
#ifndef CB_EXEC_USAGE_H
#define CB_EXEC_USAGE_H

#include "lib/exec/control.h"

/* The calling thread's schedstat, kept open so that it can be read right at the gate; -1 where there is none.
 */
int cb_usage_open(bool alone);
/*
 * CPU time, switches, faults and run delay of the calling thread. The CPU clock is read last at the start of
 * the timed region and first at its end, so that the readings themselves are not counted.
 */
void cb_usage_read_start(int schedstat_fd, struct cb_usage *ret);
void cb_usage_read_end(int schedstat_fd, struct cb_usage *ret);
/* The io counters of the calling thread; CB_NONE each where the kernel does not count. */
void cb_usage_read_io(bool alone, struct cb_usage *ret);
/* u = now - u, field by field; CB_NONE stays CB_NONE, a counter that went back gives 0. io tells whether the
 * io fields are meant or all others.
 */
void cb_usage_since(struct cb_usage *u, const struct cb_usage *now, bool io);
/*
 * Adds what the short-lived contexts of units used (dispatch spawn). What they waited for a CPU is not known,
 * so the sum's run delay is not either.
 */
void cb_usage_add(struct cb_usage *u, const struct cb_usage *more);
/* CPU time of a thread of any process so far, by its ids; CB_NONE where it cannot be told. */
uint64_t cb_usage_thread_cpu_ns(int pid, int tid);
/* Proportional set size of a process in bytes; 0 for one that is gone, CB_NONE where it cannot be told. */
uint64_t cb_usage_pss_bytes(int pid);

#endif
