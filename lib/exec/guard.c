/* It is supervised as a leader is, so that it cannot leave processes behind, but by nobody who hears signals.
 */
#include "lib/exec/guard.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/parse.h"
#include "lib/exec/supervisor.h"

#define HARD_NS UINT64_C(1000000000) /* what it gets to kill what it has forked */

/* In shared memory. */
struct job {
	void (*body)(void *arg);
	void *arg;
	_Atomic uint32_t done; /* body has returned: an exit status alone may be anybody's */
};

static void run_job(void *arg)
{
	struct job *job = arg;

	job->body(job->arg);
	atomic_store(&job->done, 1);
	cb_kill_descendants(NULL);
	_exit(0);
}

static int describe_end(const struct cb_end *end, struct cb_error *err)
{
	int status = end->wait_status;
	char limit[32];

	if (end->timed_out)
		return cb_error_set(
			err, -ETIMEDOUT, "did not end within %s", cb_format_duration(end->timeout_ns, limit));
	if (WIFSIGNALED(status))
		return cb_error_set(err, -ECANCELED, "was killed by SIG%s",
			sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	return cb_error_set(err, -ECANCELED, "ended its process with status %d", WEXITSTATUS(status));
}

int cb_guard_run(void (*body)(void *arg), void *arg, uint64_t timeout_ns, struct cb_error *err)
{
	struct job *job = mmap(NULL, sizeof *job, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct cb_supervisor deaf = { .signal_fd = -1 };
	struct cb_end end;
	int r;

	if (job == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "got no memory");
	job->body = body;
	job->arg = arg;
	cb_strangers_find(&deaf.strangers);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	r = cb_supervise(&deaf, timeout_ns, HARD_NS, run_job, job, &end);
	if (r)
		cb_error_set(err, r, "could not be started: %s", strerror(-r));
	else if (end.timed_out || !atomic_load(&job->done))
		r = describe_end(&end, err);
	munmap(job, sizeof *job);
	return r;
}
