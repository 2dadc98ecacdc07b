#include "lib/exec/leader.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/exec/affinity.h"
#include "lib/exec/crew.h"
#include "lib/exec/kill.h"
#include "lib/exec/open_loop.h"
#include "lib/exec/plugin.h"
#include "lib/host/clock.h"

/* The harness is gone or wants the sample to end. Stateless, so that it may interrupt anything. */
static void on_end(int signal)
{
	cb_kill_descendants(NULL);
	_exit(128 + signal);
}

/* Only interrupts the leader's sleep. */
static void on_child(int signal)
{
	(void)signal;
}

static void handle(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigfillset(&action.sa_mask);
	sigaction(signal, &action, NULL);
}

static void use_null_device(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

void cb_leader_become(pid_t harness)
{
	struct rlimit no_core = { 0, 0 };
	sigset_t mask;

	setpgid(0, 0);
	handle(SIGTERM, on_end);
	handle(SIGHUP, on_end); /* what the kernel sends to a stopped group whose parent died */
	handle(SIGCHLD, on_child);
	signal(SIGINT, SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	cb_die_with_parent(SIGTERM, harness);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setrlimit(RLIMIT_CORE, &no_core);
	use_null_device();
}

void cb_leader_fail(struct cb_control *control, enum cb_status status, const struct cb_error *error, int code)
{
	if (control->status == CB_OK) {
		control->status = status;
		cb_error_set(
			&control->error, code, "%s", error && error->code ? error->text : strerror(-code));
	}
	cb_kill_descendants(NULL);
	atomic_store(&control->finished, 1);
	_exit(0);
}

static void lead_step(struct cb_control *control, enum cb_step step)
{
	atomic_store(&control->leader_step, step);
}

/* A hook of the leader failed: its name is put before the reason. */
static _Noreturn void fail_in_hook(
	struct cb_control *control, enum cb_step step, const struct cb_error *error, int code)
{
	struct cb_error full = { 0 };

	cb_error_set(&full, code, "%s failed: %s", cb_step_names[step],
		error->code ? error->text : strerror(-code));
	cb_leader_fail(control, CB_FAILED, &full, code);
}

static void run_setup(const struct cb_sample_spec *spec, struct cb_control *control, void **ret_shared)
{
	struct cb_setup_context context = { .control = control, .fd_socket = -1 };
	struct cb_error err = { 0 };
	struct cb_setup setup;
	int r = 0;

	cb_setup_init(&setup, &context);
	setup.env = &spec->env;
	setup.params = spec->params;
	setup.prepared = cb_prepared_data(spec->prepared);
	setup.seed = spec->seed;
	setup.units = spec->units;
	lead_step(control, CB_STEP_SETUP);
	control->setup_from_ns = cb_now_ns();
	if (spec->workload->setup)
		r = spec->workload->setup(&setup, ret_shared, &err);
	control->setup_to_ns = cb_now_ns();
	if (r)
		fail_in_hook(control, CB_STEP_SETUP, &err, r);
}

static void run_crew(const struct cb_sample_spec *spec, struct cb_control *control, void *shared)
{
	struct cb_crew crew = {
		.spec = spec,
		.control = control,
		.shared = shared,
		.workers = spec->shape.workers,
		.partners = spec->partners,
		.planned = spec->shape.workers + spec->partners,
		.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	struct cb_error err = { 0 };
	unsigned all = crew.workers + crew.partners;
	int r;

	r = cb_arrivals_make(spec, control, &err);
	if (r)
		cb_leader_fail(control, CB_SKIPPED, &err, r);
	crew.threads = calloc(all, sizeof *crew.threads);
	if (!crew.threads || crew.event_fd < 0)
		cb_leader_fail(control, CB_SKIPPED, NULL, crew.event_fd < 0 ? -EMFILE : -ENOMEM);
	lead_step(control, CB_STEP_RUN);
	r = cb_dispatch_of(spec)->open ? cb_dispatch_of(spec)->open(&crew, &err) : 0;
	if (!r)
		r = spec->mode->execute(&crew, &err);
	if (r && (cb_crew_check(&crew) || r == -ECANCELED))
		cb_leader_fail(control, CB_CRASHED, &err, r);
	if (r)
		cb_leader_fail(control, r == -EAGAIN || r == -ENOMEM ? CB_SKIPPED : CB_FAILED, &err, r);
	control->teardown_to_ns = cb_now_ns();
	free(crew.threads);
	close(crew.event_fd);
}

static uint64_t sum_usage(const struct cb_control *control, unsigned workers, size_t offset)
{
	uint64_t sum = 0, one;

	for (unsigned i = 0; i < workers; i++) {
		memcpy(&one, (const char *)&control->slots[i].usage + offset, sizeof one);
		if (one == CB_NONE)
			return CB_NONE;
		sum += one;
	}
	return sum;
}

static void verify_note(struct cb_verify *v, const char *key, const char *word)
{
	struct cb_control *control = v->opaque;

	cb_notes_add(control->notes, &control->notes_n, key, word, 0);
}

static void verify_note_number(struct cb_verify *v, const char *key, double value)
{
	struct cb_control *control = v->opaque;

	cb_notes_add(control->notes, &control->notes_n, key, "", value);
}

static void verify_metric(struct cb_verify *v, unsigned metric, double value)
{
	struct cb_control *control = v->opaque;

	if (metric < CB_METRICS_MAX)
		control->metric[metric] = value;
}

static void run_verify(const struct cb_sample_spec *spec, struct cb_control *control, void *shared)
{
	unsigned n = spec->shape.workers;
	struct cb_verify v = {
		.env = &spec->env,
		.params = spec->params,
		.prepared = cb_prepared_data(spec->prepared),
		.shared = shared,
		.seed = spec->seed,
		.units = spec->units,
		.cpu_ns = sum_usage(control, n, offsetof(struct cb_usage, cpu_ns)),
		.read_calls_bytes = sum_usage(control, n, offsetof(struct cb_usage, rchar)),
		.read_device_bytes = sum_usage(control, n, offsetof(struct cb_usage, read_bytes)),
		.write_calls_bytes = sum_usage(control, n, offsetof(struct cb_usage, wchar)),
		.write_device_bytes = sum_usage(control, n, offsetof(struct cb_usage, write_bytes)),
		.note = verify_note,
		.note_number = verify_note_number,
		.metric = verify_metric,
		.opaque = control,
	};
	struct cb_error err = { 0 };
	int r;

	for (unsigned k = 0; k < CB_METRICS_MAX; k++)
		control->metric[k] = NAN;
	if (!spec->workload->verify)
		return;
	lead_step(control, CB_STEP_VERIFY);
	r = spec->workload->verify(&v, &err);
	if (r)
		fail_in_hook(control, CB_STEP_VERIFY, &err, r);
}

const struct cb_workload *cb_leader_enter(const struct cb_workload *workload, struct cb_control *control)
{
	struct cb_error err = { 0 };

	lead_step(control, CB_STEP_LOAD);
	workload = cb_workload_enter(workload, &err);
	if (!workload)
		cb_leader_fail(control, CB_FAILED, &err, err.code);
	return workload;
}

static _Noreturn void lead(const struct cb_sample_spec *spec, struct cb_control *control)
{
	void *shared = NULL;

	run_setup(spec, control, &shared);
	run_crew(spec, control, shared);
	run_verify(spec, control, shared);
	lead_step(control, CB_STEP_TEARDOWN);
	if (spec->workload->teardown)
		spec->workload->teardown(spec->params, shared);
	cb_kill_descendants(NULL);
	lead_step(control, CB_STEP_LEFT);
	atomic_store(&control->finished, 1);
	_exit(0);
}

void cb_leader_main(const struct cb_sample_spec *asked, struct cb_control *control)
{
	struct cb_sample_spec spec = *asked;
	const struct cb_sample_spec *armed;
	struct cb_error err = { 0 };

	if (spec.confined_n && cb_affinity_set(spec.confined, spec.confined_n, &err))
		cb_leader_fail(control, CB_FAILED, &err, err.code);
	spec.workload = cb_leader_enter(asked->workload, control);
	armed = cb_fault_arm(&spec, control);
	if (armed)
		lead(armed, control);
	cb_leader_fail(control, CB_SKIPPED, NULL, -ENOMEM);
}
