/* A workload's own oracle may take long or crash: it runs where that costs no more than an answer. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/exec/supervisor.h"

#define HARD_NS UINT64_C(2000000000)

struct question {
	const struct cb_workload *workload;
	const void *params;
	const struct cb_prepared *prepared;
	uint64_t seed, units;
	struct cb_control *control;
};

static void answer(void *arg)
{
	struct question *q = arg;
	const struct cb_workload *workload = cb_leader_enter(q->workload, q->control);

	atomic_store(&q->control->leader_step, CB_STEP_EXPECT);
	q->control->expected = workload->expect(q->params, cb_prepared_data(q->prepared), q->seed, q->units);
	atomic_store(&q->control->finished, 1);
	_exit(0);
}

int cb_expect_run(struct cb_supervisor *supervisor, const struct cb_workload *workload, const void *params,
	const struct cb_prepared *prepared, uint64_t seed, uint64_t units, uint64_t timeout_ns,
	uint64_t *ret_digest, enum cb_status *ret_status, struct cb_error *err)
{
	struct question q = { workload, params, prepared, seed, units, cb_control_new(0, 0) };
	char reason[sizeof err->text];
	struct cb_end end;
	int r;

	if (!q.control)
		return cb_error_set(err, -ENOMEM, "no memory to ask for a digest");
	r = cb_supervise(supervisor, timeout_ns, HARD_NS, answer, &q, &end);
	cb_control_tame(q.control, 0, 0);
	if (!r) {
		*ret_status = cb_outcome_status(q.control, &end, 0, reason, sizeof reason);
		*ret_digest = q.control->expected;
		if (*ret_status != CB_OK)
			cb_error_set(err, -ECANCELED, "%s", reason);
	} else if (r == -EAGAIN || r == -ENOMEM) {
		*ret_status = CB_SKIPPED;
		r = 0;
		cb_error_set(err, -EAGAIN, "the process that tells the digest could not be created");
	} else if (r != -EINTR && r != -ERESTART) {
		cb_error_set(err, r, "cannot ask for a digest: %s", strerror(-r));
	}
	cb_control_free(q.control);
	return r;
}
