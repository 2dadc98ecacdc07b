#include "tests/unit/rig.h"

#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/param.h"

#define PARAMS_BYTES 4096

struct cb_sample_spec rig_spec(const struct cb_workload *workload, struct rig_shape shape, uint64_t units)
{
	struct cb_sample_spec spec = {
		.workload = workload,
		.mode = cb_mode_find(shape.mode),
		.dispatch = CB_DISPATCH_SHARED,
		.shape = { shape.processes * shape.threads, shape.processes, shape.threads },
		.units = units,
		.seed = 42,
		.timing_every = 1,
		.timeout_ns = 20000 * RIG_MS,
		.env = { .workers = shape.processes * shape.threads, .cpus = 2, .dir = "/var/tmp" },
	};

	assert_non_null(spec.mode);
	if (workload->partners == CB_PARTNERS_PER_WORKER)
		spec.partners = spec.shape.workers;
	return spec;
}

void rig_params(const struct cb_workload *workload, const char *text, void *params)
{
	struct cb_spec spec = { 0 };
	struct cb_error err = { 0 };

	assert_in_range(workload->params_size, 0, PARAMS_BYTES);
	if (cb_parse_spec(text, &spec, &err) || cb_params_parse(workload, &spec, params, &err))
		fail_msg("%s: %s", text, err.text);
	cb_spec_release(&spec);
}

static int run_with(struct cb_supervisor *supervisor, struct cb_sample_spec *spec, struct cb_sample *ret,
	struct cb_error *err)
{
	struct cb_prepared *prepared = NULL;
	int r;

	memset(ret, 0, sizeof *ret);
	if (spec->workload->prepare) {
		r = cb_prepare_run(supervisor, spec->workload, spec->params, &spec->env, spec->seed,
			spec->timeout_ns, &prepared, &ret->status, err);
		if (r || ret->status != CB_OK) {
			snprintf(ret->reason, sizeof ret->reason, "%s", err->text);
			return r;
		}
		spec->prepared = prepared;
	}
	r = cb_sample_run(supervisor, spec, ret, NULL, err);
	ret->rows = NULL; /* they go with the supervisor */
	ret->stuck = NULL;
	cb_prepared_free(prepared);
	spec->prepared = NULL;
	return r;
}

int rig_run(struct cb_sample_spec *spec, struct cb_sample *ret)
{
	struct cb_supervisor *supervisor;
	struct cb_error err = { 0 };
	int r;

	if (cb_supervisor_new(&supervisor, &err))
		fail_msg("%s", err.text);
	r = run_with(supervisor, spec, ret, &err);
	if (r && r != -EINTR && r != -ERESTART)
		fail_msg("%d: %s", r, err.text);
	cb_supervisor_free(supervisor);
	return r;
}

int rig_fault(const struct cb_workload *workload, struct rig_shape shape, const char *text,
	uint64_t timeout_ns, struct cb_sample *ret)
{
	_Alignas(16) char params[PARAMS_BYTES] = { 0 };
	struct cb_sample_spec spec = rig_spec(workload, shape, 1000);

	rig_params(workload, text, params);
	spec.params = params;
	spec.dispatch = CB_DISPATCH_STATIC; /* every worker gets its units */
	spec.timeout_ns = timeout_ns;
	return rig_run(&spec, ret);
}

void rig_assert_alone(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG | __WALL);

	if (pid != -1 || errno != ECHILD)
		fail_msg("a process is left: waitpid says %d", (int)pid);
}

void rig_assert_sample(const struct cb_sample *sample, enum cb_status status, const char *reason)
{
	regex_t re;
	int no_match;

	if (sample->status != status)
		fail_msg("status %s instead of %s: %s", cb_status_names[sample->status],
			cb_status_names[status], sample->reason);
	assert_int_equal(regcomp(&re, reason, REG_EXTENDED | REG_NOSUB), 0);
	no_match = regexec(&re, sample->reason, 0, NULL, 0);
	regfree(&re);
	if (no_match)
		fail_msg("\"%s\" does not match /%s/", sample->reason, reason);
}

int rig_fork(int (*body)(void *), void *arg)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		setenv("CMOCKA_TEST_ABORT", "1",
			1); /* a failing assertion ends the child, not the test's copy */
		signal(SIGABRT, SIG_DFL);
		_exit(body(arg));
	}
	return pid;
}

int rig_in_child(int (*body)(void *), void *arg)
{
	pid_t pid = rig_fork(body, arg);
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}
