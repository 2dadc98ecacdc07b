#include "lib/exec/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/exec/crew.h"
#include "lib/exec/outcome.h"
#include "lib/host/clock.h"

#define EXIT_STATUS 3 /* of CB_FAULT_EXIT */

const char *const cb_fault_names[] = {
	[CB_FAULT_NONE] = "none",
	[CB_FAULT_CRASH] = "crash",
	[CB_FAULT_KILL] = "kill",
	[CB_FAULT_HANG] = "hang",
	[CB_FAULT_EXIT] = "exit",
	NULL,
};

const char *const cb_fault_noticer_names[] = {
	[CB_NOTICED_BY_NONE] = "",
	[CB_NOTICED_BY_LEADER] = "leader",
	[CB_NOTICED_BY_HARNESS] = "harness",
	[CB_NOTICED_BY_DEADLINE] = "deadline",
	[CB_NOTICED_BY_WATCHDOG] = "watchdog",
};

/* ---- striking -------------------------------------------------------------------------------- */

/*
 * The sample's description as workers see it. The run hook finds it by the environment that every worker is
 * handed, which is spec.env.
 */
struct armed {
	struct cb_sample_spec spec;
	struct cb_workload workload; /* spec.workload: a copy whose run is ours */
	int (*run)(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err); /* its own */
	struct cb_control *control;
	uint64_t strike_at; /* units of the worker */
};

/* Whoever had meant to handle it. */
static void crash(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void be_killed(void)
{
	kill(getpid(), SIGKILL);
}

static void hang(void)
{
}

static void leave(void)
{
	_exit(EXIT_STATUS);
}

static _Noreturn void strike(const struct cb_fault *fault, struct cb_control *control)
{
	static void (*const ways[])(void) = {
		[CB_FAULT_CRASH] = crash,
		[CB_FAULT_KILL] = be_killed,
		[CB_FAULT_HANG] = hang,
		[CB_FAULT_EXIT] = leave,
	};

	atomic_store(&control->struck_ns, cb_now_ns());
	ways[fault->how]();
	for (;;)
		pause();
}

static int run_until_fault(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct armed *a = (const struct armed *)((const char *)w->env -
						       offsetof(struct armed, spec.env));
	uint64_t done, left;
	int r;

	if (w->index != a->spec.fault->worker || first >= CB_WARMUP_UNIT)
		return a->run(w, first, n, err);
	done = atomic_load_explicit(&a->control->fault_units, memory_order_relaxed);
	left = a->strike_at - done;
	n = n < left ? n : left;
	r = n ? a->run(w, first, n, err) : 0;
	if (r)
		return r;
	atomic_store_explicit(&a->control->fault_units, done + n, memory_order_relaxed);
	if (n == left)
		strike(a->spec.fault, a->control);
	return 0;
}

const struct cb_sample_spec *cb_fault_arm(const struct cb_sample_spec *spec, struct cb_control *control)
{
	struct armed *a;

	if (!spec->fault)
		return spec;
	a = calloc(1, sizeof *a);
	if (!a)
		return NULL;
	a->spec = *spec;
	a->workload = *spec->workload;
	a->run = spec->workload->run;
	a->control = control;
	a->strike_at = (uint64_t)(spec->fault->after * (double)(spec->units / spec->shape.workers));
	a->workload.run = run_until_fault;
	a->spec.workload = &a->workload;
	return &a->spec;
}

void cb_fault_strike_late(const struct cb_sample_spec *spec, struct cb_control *control, unsigned index)
{
	if (spec->fault && index == spec->fault->worker)
		strike(spec->fault, control);
}

/* ---- the leader's wait for survivors --------------------------------------------------------- */

static bool is_reaped(const struct cb_crew *crew, unsigned index)
{
	for (unsigned i = 0; i < crew->children_n; i++) {
		const struct cb_child *child = &crew->control->children[i];

		if (index >= child->first && index < child->first + child->n)
			return !child->pid;
	}
	return false;
}

/* Every worker has ended, failed or died. */
static bool all_settled(const struct cb_crew *crew)
{
	for (unsigned i = 0; i < crew->workers; i++) {
		const struct cb_slot *slot = &crew->control->slots[i];

		if (atomic_load(&slot->step) < CB_STEP_ENDED && !slot->error.code && !is_reaped(crew, i))
			return false;
	}
	return true;
}

bool cb_fault_ends_sample(const struct cb_crew *crew, bool gone)
{
	if (!crew->spec->fault || !atomic_load(&crew->control->struck_ns))
		return gone;
	return crew->control->status != CB_OK && all_settled(crew);
}

/* ---- the account ----------------------------------------------------------------------------- */

unsigned cb_fault_victims(const struct cb_fault *fault, const struct cb_shape *shape, unsigned *ret_first)
{
	unsigned threads = fault->how == CB_FAULT_HANG ? 1 : shape->threads;

	*ret_first = fault->worker / threads * threads;
	return threads;
}

static void count_units(
	const struct cb_sample_spec *spec, const struct cb_control *control, struct cb_fault_outcome *ret)
{
	unsigned first, n = cb_fault_victims(spec->fault, &spec->shape, &first);

	for (unsigned i = 0; i < spec->shape.workers; i++) {
		const struct cb_slot *slot = &control->slots[i];
		bool ended = atomic_load(&slot->step) >= CB_STEP_ENDED;
		bool victim = ret->struck && i >= first && i < first + n;

		ret->units_done += i == spec->fault->worker ? atomic_load(&control->fault_units)
				   : ended                  ? slot->units
							    : atomic_load(&slot->progress);
		if (!ended || victim)
			continue;
		ret->survivors++;
		ret->units_kept += slot->units;
	}
}

/* Where the leader saw nothing, how the sample was ended says who did. */
static enum cb_fault_noticer noticer(const struct cb_control *control, enum cb_status status)
{
	if (control->noticed_ns)
		return CB_NOTICED_BY_LEADER;
	if (status == CB_STALLED || status == CB_DEADLOCK)
		return CB_NOTICED_BY_WATCHDOG;
	return status == CB_TIMEOUT ? CB_NOTICED_BY_DEADLINE : CB_NOTICED_BY_HARNESS;
}

void cb_fault_tell(const struct cb_sample_spec *spec, const struct cb_control *control,
	const struct cb_end *end, struct cb_sample *sample)
{
	struct cb_fault_outcome *ret = &sample->fault;
	uint64_t struck_ns = atomic_load(&control->struck_ns);
	uint64_t noticed_ns = control->noticed_ns ? control->noticed_ns : end->noticed_ns;

	*ret = (struct cb_fault_outcome){ 0 };
	if (!spec->fault)
		return;
	ret->planned = true;
	ret->notice_ns = CB_NONE;
	ret->struck = struck_ns != 0;
	ret->units = spec->units;
	ret->workers = spec->shape.workers;
	count_units(spec, control, ret);
	if (!ret->struck || noticed_ns < struck_ns)
		return;
	ret->notice_ns = noticed_ns - struck_ns;
	ret->noticer = noticer(control, sample->status);
}
