/* The leader's half: who has died or failed, what of, and whether that ends the sample. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/exec/crew.h"
#include "lib/exec/fault.h"
#include "lib/host/clock.h"

#define DEATH_WAIT_NS 1000000u /* from one look to the next for the death behind a hang-up ... */
#define DEATH_WAITS   100      /* ... and how many */

static int end_early(struct cb_crew *crew, enum cb_status status, const char *text)
{
	if (crew->control->status == CB_OK) {
		crew->control->noticed_ns = cb_now_ns();
		crew->control->status = status;
		cb_error_set(&crew->control->error, -ECANCELED, "%s", text);
	}
	return -ECANCELED;
}

/* "worker 3", "the partner of worker 3", "the process of workers 2..3". */
static void who(const struct cb_crew *crew, unsigned first, unsigned n, char *buf, size_t size)
{
	if (first >= crew->workers && crew->partners == crew->workers)
		snprintf(buf, size, "the partner of worker %u", first - crew->workers);
	else if (first >= crew->workers)
		snprintf(buf, size, "the partner");
	else if (n > 1)
		snprintf(buf, size, "the process of workers %u..%u", first, first + n - 1);
	else
		snprintf(buf, size, "worker %u", first);
}

/* A body returned an error: -EAGAIN and -ENOMEM of creation are the host's limits, not the workload's fault.
 */
static int report_failed(struct cb_crew *crew, unsigned index)
{
	const struct cb_slot *slot = &crew->control->slots[index];
	const struct cb_error *error = &slot->error;
	enum cb_step step = atomic_load(&slot->step);
	char text[sizeof error->text + 128], name[64];

	if (step <= CB_STEP_CREATE) {
		snprintf(text, sizeof text, "%s", error->text);
		return end_early(crew,
			error->code == -EAGAIN || error->code == -ENOMEM ? CB_SKIPPED : CB_FAILED, text);
	}
	who(crew, index, 1, name, sizeof name);
	if (slot->status != CB_OK) {
		snprintf(text, sizeof text, "%s: %s in %s", name, error->text, cb_step_names[step]);
		return end_early(crew, slot->status, text);
	}
	snprintf(text, sizeof text, "%s failed in %s: %s", name, cb_step_names[step], error->text);
	return end_early(crew, CB_FAILED, text);
}

static bool all_left(const struct cb_crew *crew, const struct cb_child *child)
{
	for (unsigned i = child->first; i < child->first + child->n; i++)
		if (atomic_load(&crew->control->slots[i].step) != CB_STEP_LEFT)
			return false;
	return true;
}

/* A slot of the child that recorded an error, or -1. */
static int failed_slot(const struct cb_crew *crew, const struct cb_child *child)
{
	for (unsigned i = child->first; i < child->first + child->n; i++)
		if (crew->control->slots[i].error.code)
			return (int)i;
	return -1;
}

/*
 * Whether all that this worker or partner can tell is that another one has gone. It often is the first to
 * tell of a death: who dies closes its files before its parent hears of it.
 */
static bool hung_up(const struct cb_slot *slot)
{
	return slot->error.code == -EPIPE || slot->error.code == -ECONNRESET;
}

static int report_death(struct cb_crew *crew, const struct cb_child *child, int status)
{
	enum cb_step step = atomic_load(&crew->control->slots[child->first].step);
	char text[160], name[64];
	int failed = failed_slot(crew, child);

	if (WIFEXITED(status) && failed >= 0 && hung_up(&crew->control->slots[failed]))
		return -ECANCELED; /* cb_crew_check tells it, unless the cause comes first */
	if (WIFEXITED(status) && failed >= 0)
		return report_failed(crew, (unsigned)failed);
	who(crew, child->first, child->n, name, sizeof name);
	if (WIFSIGNALED(status))
		snprintf(text, sizeof text, "%s (pid %d) was killed by SIG%s in %s", name, child->pid,
			sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?",
			cb_step_names[step]);
	else
		snprintf(text, sizeof text, "%s (pid %d) exited with status %d in %s", name, child->pid,
			WEXITSTATUS(status), cb_step_names[step]);
	return end_early(crew, CB_CRASHED, text);
}

/*
 * Takes note of a reaped process; strangers (orphans of workers) are nobody's loss. __WNOTHREAD below: what a
 * worker thread forked is that thread's own to wait for.
 */
static int note_reaped(struct cb_crew *crew, pid_t pid, int status)
{
	for (unsigned i = 0; i < crew->children_n; i++) {
		struct cb_child child = crew->control->children[i];

		if (child.pid != pid)
			continue;
		crew->control->children[i].pid = 0;
		if (WIFEXITED(status) && !WEXITSTATUS(status) && all_left(crew, &child))
			return 0;
		return report_death(crew, &child, status);
	}
	return 0;
}

static bool children_left(const struct cb_crew *crew)
{
	for (unsigned i = 0; i < crew->children_n; i++)
		if (crew->control->children[i].pid)
			return true;
	return false;
}

static int note_dead(struct cb_crew *crew)
{
	int status, r = 0;
	pid_t pid;

	/* an inline worker's leader made no children: what there are is the workload's own to wait for */
	while (!crew->inline_worker && (pid = waitpid(-1, &status, WNOHANG | __WNOTHREAD)) > 0)
		if (note_reaped(crew, pid, status))
			r = -ECANCELED;
	return r;
}

/*
 * The slot whose error is the cause of that of slot i, when that one only tells that another has gone; else
 * i. An error of another process counts as soon as it is there: that process may end before it can return it.
 */
static unsigned cause(const struct cb_crew *crew, unsigned i)
{
	unsigned all = crew->workers + crew->partners;

	for (unsigned k = 0; k < all; k++) {
		const struct cb_slot *slot = &crew->control->slots[k];

		if ((crew->children_n || atomic_load(&slot->told)) && slot->error.code && !hung_up(slot))
			return k;
	}
	return i;
}

/* Gives the death or the error behind a hang-up a moment to arrive. */
static void await_cause(struct cb_crew *crew, unsigned i)
{
	const struct timespec wait = { .tv_nsec = DEATH_WAIT_NS };

	for (int left = DEATH_WAITS; left; left--) {
		if (crew->control->status != CB_OK || cause(crew, i) != i)
			return;
		nanosleep(&wait, NULL);
		note_dead(crew);
	}
}

/* Takes note of deaths and failures. -ECANCELED: there is one. */
static int note_gone(struct cb_crew *crew)
{
	int r = note_dead(crew);
	uint32_t failed = atomic_load(&crew->control->failed);

	if (!failed)
		return r;
	if (hung_up(&crew->control->slots[failed - 1])) {
		await_cause(crew, failed - 1);
		return report_failed(crew, cause(crew, failed - 1));
	}
	return report_failed(crew, failed - 1);
}

int cb_crew_check(struct cb_crew *crew)
{
	return cb_fault_ends_sample(crew, note_gone(crew) != 0) ? -ECANCELED : 0;
}

int cb_crew_reap(struct cb_crew *crew)
{
	int status, r = 0;
	pid_t pid;

	while (children_left(crew)) {
		pid = waitpid(-1, &status, __WNOTHREAD);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (note_reaped(crew, pid, status))
			r = -ECANCELED;
	}
	return r;
}
