/*
 * A process that disturbs on purpose, as other programs on the host would: for proving that a measurement
 * bears it.
 */
#ifndef CB_EXEC_DISTURB_H
#define CB_EXEC_DISTURB_H

#include "lib/base/base.h"

enum cb_disturbance {
	CB_DISTURB_NONE,
	CB_DISTURB_SPINNER, /* on one CPU, coming and going: up to half a second each, by chance */
	CB_DISTURB_MEMORY,  /* streams over a buffer that no cache holds */
	CB_DISTURB_DISK,    /* writes and waits for the disk, again and again */
	CB_DISTURBANCES
};
extern const char *const cb_disturbance_names[]; /* "none", "spinner", ...; NULL-terminated */

struct cb_disturber {
	pid_t pid; /* 0: nobody disturbs */
	int go;    /* a pipe: it begins when a byte comes */
};

/*
 * Forks the process, which waits until cb_disturb_go. Before cb_supervisor_new, which then leaves it alone.
 * cpu: where a spinner is, an index of the OS. dir: where the disk is; the file has no name. It dies with
 * the calling process, whatever ends that. Returns 0, for CB_DISTURB_NONE too, or a negative errno with a
 * reason.
 */
int cb_disturb_start(enum cb_disturbance kind, unsigned cpu, const char *dir, struct cb_disturber *ret,
	struct cb_error *err);
void cb_disturb_go(struct cb_disturber *disturber);
/* Whether it disturbs still: it ends by itself only where it cannot go on. True for nobody. */
bool cb_disturb_lives(const struct cb_disturber *disturber);
/* Ends and reaps it. Accepts a zeroed struct. */
void cb_disturb_stop(struct cb_disturber *disturber);

#endif
