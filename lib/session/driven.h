/*
 * Runs another program to its end, with a text for its standard input and what it prints caught in memory:
 * how a gate asks other builds. A program that floods, hangs, dies or leaves children behind costs its
 * answer, nothing more: what it may print is bounded, it is supervised as a sample's leader is, and all that
 * is below it is gone when the call returns.
 */
#ifndef CB_SESSION_DRIVEN_H
#define CB_SESSION_DRIVEN_H

#include "lib/exec/sample.h"

struct cb_driven {
	char *out; /* what it printed, NUL-terminated; at most 4 MiB are taken, more is an error to it */
	size_t out_n;
	int wait_status; /* of waitpid */
	bool timed_out;
	uint64_t total_ns;
	char said[200]; /* first line on its standard error, without the name of the program; "" */
};

/*
 * argv is NULL-terminated, argv[0] the program's path; no shell and no PATH are involved. input may be NULL.
 * Returns 0 with *ret filled, however the program ended; -EINTR, -ERESTART as cb_sample_run; another negative
 * errno with a reason. *ret is released by cb_driven_release.
 */
int cb_driven_run(struct cb_supervisor *supervisor, char *const *argv, const char *input, uint64_t timeout_ns,
	struct cb_driven *ret, struct cb_error *err);
void cb_driven_release(struct cb_driven *driven);

/* Whether it exited with that status. */
bool cb_driven_exited(const struct cb_driven *driven, int status);
/* How it ended, as a phrase: "was ended by signal 11 (Segmentation fault)", "exited with status 2: ...". */
char *cb_driven_end(const struct cb_driven *driven, char *buf, size_t size);

#endif
