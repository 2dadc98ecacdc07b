/*
 * The workers and partners of one sample, as the leader and the modes see them.
 *
 * Life: the leader makes a crew and calls mode->execute, which creates contexts that each call cb_crew_body
 * once, and cb_crew_lead when all are created. Lead and bodies meet four times (enum cb_meet). Only a
 * leader's main thread forks.
 */
#ifndef CB_EXEC_CREW_H
#define CB_EXEC_CREW_H

#include <pthread.h>

#include "lib/exec/control.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CB_STACK_BYTES (2u << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CB_STACK_BYTES (2u << 20)
#else
#define CB_STACK_BYTES (256u << 10)
#endif
#else
#define CB_STACK_BYTES (256u << 10) /* explicit: the default would follow RLIMIT_STACK */
#endif

/*
 * A thread that the leader or a worker process made, and the body it runs. It reads its own entry, so that it
 * frees nothing: a thread's first call of malloc or free makes an arena, which costs as much as the thread.
 */
struct cb_thread {
	pthread_t id;
	struct cb_crew *crew;
	unsigned index;
};

struct cb_crew {
	const struct cb_sample_spec *spec;
	struct cb_control *control;
	void *shared; /* from setup */
	int event_fd; /* eventfd: wakes the leader */
	unsigned workers, partners;
	bool inline_worker;        /* serial without partners: worker 0 is the leader itself */
	bool forked;               /* in a process that the leader forked */
	unsigned children_n;       /* of control->children */
	struct cb_thread *threads; /* [workers + partners]: entries stay where they are */
	unsigned threads_n;
	char *stacks;     /* [planned] guard pages and stacks; NULL: no thread has been created yet */
	unsigned planned; /* processes or threads that the calling process is to create: for the sentence when
			     it cannot */
};

/* Whether partners are processes also where workers are threads. */
static inline bool cb_crew_forks_partners(const struct cb_crew *crew)
{
	return crew->spec->workload->caps & CB_PARTNER_PROCESS;
}

/*
 * The one body of every worker (index < workers) and partner (index - workers is its number). Called once for
 * each index in a context of its own. Returns 0, or a negative errno that is also in its slot.
 */
int cb_crew_body(struct cb_crew *crew, unsigned index);

/*
 * The leader's side of all four meetings. Returns 0 when all have left; -ECANCELED when a worker died or
 * failed (control->status and error tell): the leader then kills what is left.
 */
int cb_crew_lead(struct cb_crew *crew);
/* The leader's side of one meeting, for a body that runs in the leader. */
int cb_crew_lead_meet(struct cb_crew *crew, enum cb_meet meet);

/*
 * Forks a process that runs bodies first..first+n-1 by calling body(crew, first, n), and exits with its
 * result. Leader's main thread only. Returns 0 or the negative errno of fork with a sentence of how many
 * of crew->planned could be created.
 */
int cb_crew_fork(struct cb_crew *crew, unsigned first, unsigned n,
	int (*body)(struct cb_crew *, unsigned, unsigned), struct cb_error *err);
/*
 * What a forked process still has to do, before the workload runs in it: the leader's signal handlers are not
 * its own. Not at once, so that creating many processes is not slowed down.
 */
void cb_crew_fresh_signals(void);
/* body for one index */
int cb_crew_body_one(struct cb_crew *crew, unsigned first, unsigned n);
/* Creates a thread that runs body index. Any thread that owns crew->threads; errors as for fork. */
int cb_crew_thread(struct cb_crew *crew, unsigned index, struct cb_error *err);
/* Waits for all threads that this process created. */
void cb_crew_join(struct cb_crew *crew);
/* Reaps all processes that the leader forked. -ECANCELED when one died badly. */
int cb_crew_reap(struct cb_crew *crew);

/*
 * Looks for dead children and failed slots without blocking. 0, or -ECANCELED: the sample ends. After a fault
 * on purpose it does when all that survived have ended.
 */
int cb_crew_check(struct cb_crew *crew);
/* Something happened that the leader should look at. Async-signal-safe; any process of the sample. */
void cb_crew_nudge(const struct cb_crew *crew);

#endif
