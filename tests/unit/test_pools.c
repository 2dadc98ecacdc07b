/* Dispatches queue and spawn: who does a unit, what comes back from there, and what goes wrong there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/exec/control.h"
#include "lib/host/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/rig.h"

#define UNITS 60u

static const struct rig_shape shapes[] = { { "processes", 3, 1 }, { "threads", 1, 3 }, { "hybrid", 2, 2 } };

/* ---- a workload that notes who did what ------------------------------------------------------ */

struct deed {
	int pid, ppid, tid;
	unsigned worker;
};

/* setup's. What a unit is to do besides: by its number, NULL for most. */
struct deeds {
	int slot_tid[8]; /* of the worker itself */
	struct deed unit[UNITS];
};

struct deeds_params {
	uint64_t bad; /* this unit does that */
	int (*act)(struct cb_error *err);
	struct deeds *copy; /* verify leaves all deeds here: shared memory of the test's */
};

static int deeds_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	*ret_shared = s->alloc(s, sizeof(struct deeds));
	return *ret_shared ? 0 : cb_error_set(err, -ENOMEM, "no memory");
}

static int deeds_init(struct cb_worker *w, struct cb_error *err)
{
	(void)err;
	((struct deeds *)w->shared)->slot_tid[w->index] = gettid();
	return 0;
}

/* Some 50 us of computing, which it accounts itself. */
static void compute(struct cb_worker *w)
{
	uint64_t from = cb_clock_ns(CLOCK_THREAD_CPUTIME_ID), x = from;

	for (unsigned i = 0; i < 50000; i++) {
		x = cb_mix64(x);
		cb_keep(&x);
	}
	w->metric[0] += (double)(cb_clock_ns(CLOCK_THREAD_CPUTIME_ID) - from);
}

static int deeds_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct deeds_params *p = w->params;
	struct deeds *deeds = w->shared;

	for (uint64_t unit = first; unit < first + n && first < UNITS; unit++) {
		deeds->unit[unit] = (struct deed){ getpid(), getppid(), gettid(), w->index };
		compute(w);
		if (p && p->act && unit == p->bad) {
			int r = p->act(err);

			if (r)
				return r;
		}
		w->digest += unit * unit + 1;
	}
	return 0;
}

static int deeds_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct deeds_params *p = v->params;

	(void)err;
	*p->copy = *(const struct deeds *)v->shared;
	return 0;
}

static const struct cb_metric deeds_metrics[] = { { "cpu_ns", "ns", CB_MERGE_SUM, 0, 0, "" },
	{ .name = NULL } };

static const struct cb_workload deeds = {
	.abi = CB_ABI,
	.size = sizeof deeds,
	.name = "deeds",
	.unit = "deed",
	.metrics = deeds_metrics,
	.setup = deeds_setup,
	.worker_init = deeds_init,
	.run = deeds_run,
	.verify = deeds_verify,
};

/* A sample of UNITS units; what its verify saw, which is the caller's to unmap, is in params->copy. */
static void run_deeds(struct rig_shape shape, enum cb_dispatch dispatch, struct deeds_params *params,
	struct cb_sample *sample)
{
	static struct cb_control *memory; /* shared memory that outlives the tests */
	struct cb_sample_spec spec = rig_spec(&deeds, shape, UNITS);

	if (!memory)
		memory = cb_control_new(64, 0);
	assert_non_null(memory);
	assert_true(memory->bytes > sizeof(struct deeds));
	params->copy = (struct deeds *)(void *)memory;
	spec.params = params;
	spec.dispatch = dispatch;
	assert_int_equal(rig_run(&spec, sample), 0);
	rig_assert_alone();
}

/* ---- who does it ----------------------------------------------------------------------------- */

static bool is_worker(const struct deeds *d, int tid)
{
	for (size_t i = 0; i < CB_COUNT(d->slot_tid); i++)
		if (d->slot_tid[i] == tid)
			return true;
	return false;
}

static void test_queue_units_are_done_by_the_workers(void **state)
{
	struct deeds_params params = { 0 };
	struct cb_sample sample;

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		run_deeds(shapes[s], CB_DISPATCH_QUEUE, &params, &sample);
		rig_assert_sample(&sample, CB_OK, "^$");
		assert_int_equal(sample.units, UNITS);
		assert_int_equal(sample.batches, UNITS);
		for (unsigned u = 0; u < UNITS; u++)
			assert_int_equal(
				params.copy->unit[u].tid, params.copy->slot_tid[params.copy->unit[u].worker]);
	}
}

static void test_spawn_gives_each_unit_a_context_of_its_own(void **state)
{
	struct deeds_params params = { 0 };
	struct cb_sample sample;

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		bool processes = shapes[s].threads == 1;

		run_deeds(shapes[s], CB_DISPATCH_SPAWN, &params, &sample);
		rig_assert_sample(&sample, CB_OK, "^$");
		assert_int_equal(sample.batches, UNITS);
		for (unsigned u = 0; u < UNITS; u++) {
			const struct deed *deed = &params.copy->unit[u];

			assert_false(is_worker(params.copy, deed->tid));
			assert_true((deed->pid == deed->tid) == processes);
			if (processes)
				assert_int_equal(deed->ppid, params.copy->slot_tid[deed->worker]);
		}
	}
}

/* Each unit knows what it has computed itself, and rusage rounds each process's down to microseconds. */
static void test_spawned_work_is_on_its_workers_account(void **state)
{
	struct deeds_params params = { 0 };
	struct cb_sample sample;

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		run_deeds(shapes[s], CB_DISPATCH_SPAWN, &params, &sample);
		rig_assert_sample(&sample, CB_OK, "^$");
		assert_true(sample.metrics[0] > 0);
		assert_true((double)(sample.cpu_user_ns + sample.cpu_sys_ns) + 2000.0 * UNITS >=
			    sample.metrics[0]);
		assert_int_equal(sample.run_delay_ns, CB_NONE);
	}
}

/* ---- what goes wrong ------------------------------------------------------------------------- */

static int end_by_signal(struct cb_error *err)
{
	(void)err;
	return kill(getpid(), SIGKILL);
}

static int end_by_error(struct cb_error *err)
{
	return cb_error_set(err, -EIO, "asked to fail");
}

/* In a unit's process: its worker. */
static int end_the_parent(struct cb_error *err)
{
	(void)err;
	kill(getppid(), SIGKILL);
	while (pause() < 0)
		;
	return 0;
}

static void test_a_unit_that_dies_is_told(void **state)
{
	struct deeds_params params = { .bad = 17, .act = end_by_signal };
	struct cb_sample sample;

	(void)state;
	run_deeds(shapes[0], CB_DISPATCH_SPAWN, &params, &sample);
	rig_assert_sample(&sample, CB_CRASHED,
		"^worker [0-2]: the process of unit 17 \\(pid [0-9]+\\) was killed by SIGKILL in run$");
	for (size_t s = 1; s < CB_COUNT(shapes); s++) {
		run_deeds(shapes[s], CB_DISPATCH_SPAWN, &params, &sample);
		rig_assert_sample(&sample, CB_CRASHED, "was killed by SIGKILL in ");
	}
	for (size_t s = 0; s < CB_COUNT(shapes); s++) {
		run_deeds(shapes[s], CB_DISPATCH_QUEUE, &params, &sample);
		rig_assert_sample(&sample, CB_CRASHED, "was killed by SIGKILL in ");
	}
}

static void test_a_unit_that_fails_is_told(void **state)
{
	struct deeds_params params = { .bad = 17, .act = end_by_error };
	struct cb_sample sample;

	(void)state;
	for (size_t s = 0; s < CB_COUNT(shapes); s++)
		for (int d = CB_DISPATCH_QUEUE; d <= CB_DISPATCH_SPAWN; d++) {
			run_deeds(shapes[s], (enum cb_dispatch)d, &params, &sample);
			rig_assert_sample(&sample, CB_FAILED, "^worker [0-3] failed in run: asked to fail$");
		}
}

static void test_a_unit_dies_with_its_worker(void **state)
{
	struct deeds_params params = { .bad = 17, .act = end_the_parent };
	struct cb_sample sample;

	(void)state;
	run_deeds(shapes[0], CB_DISPATCH_SPAWN, &params, &sample);
	rig_assert_sample(
		&sample, CB_CRASHED, "^worker [0-2] \\(pid [0-9]+\\) was killed by SIGKILL in run$");
}

/* ---- workloads of this kind ------------------------------------------------------------------ */

extern const struct cb_workload cb_workload_ipc_queue, cb_workload_kernel_spawn;

static void run_real(const struct cb_workload *workload, const char *text, uint64_t units)
{
	static const struct rig_shape all[] = { { "serial", 1, 1 }, { "processes", 2, 1 },
		{ "threads", 1, 2 }, { "hybrid", 2, 2 } };
	_Alignas(16) char params[256] = { 0 };
	struct cb_sample sample;

	rig_params(workload, text, params);
	for (size_t s = 0; s < CB_COUNT(all); s++) {
		struct cb_sample_spec spec = rig_spec(workload, all[s], units);

		spec.params = params;
		assert_int_equal(rig_run(&spec, &sample), 0);
		if (sample.status != CB_OK)
			fail_msg("%s, %s: %s", text, all[s].mode, sample.reason);
		assert_int_equal(sample.units, units);
		assert_int_equal(sample.digest, cb_units_digest(0, units));
		rig_assert_alone();
	}
}

static void test_ipc_queue_delivers_in_every_mode(void **state)
{
	(void)state;
	run_real(&cb_workload_ipc_queue, "ipc_queue", 301);
	run_real(&cb_workload_ipc_queue, "ipc_queue:size=8,capacity=1", 301);
	run_real(&cb_workload_ipc_queue, "ipc_queue:size=20000,capacity=3,pattern=stream", 301);
	run_real(&cb_workload_ipc_queue, "ipc_queue:pattern=stream,share=one,capacity=2", 3001);
	run_real(&cb_workload_ipc_queue, "ipc_queue:pattern=stream,partner=same", 3001);
}

static void test_ipc_queue_refuses_what_cannot_be(void **state)
{
	static const char *const refused[] = { "ipc_queue:share=one", "ipc_queue:size=12" };
	_Alignas(16) char params[256];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(refused); i++) {
		struct cb_error err = { 0 };
		struct cb_env env = { .workers = 1, .cpus = 1 };

		memset(params, 0, sizeof params);
		rig_params(&cb_workload_ipc_queue, refused[i], params);
		assert_int_equal(cb_workload_ipc_queue.supported(params, &env, &err), -EINVAL);
		assert_int_not_equal(err.text[0], 0);
	}
}

static void test_kernel_spawn_creates_in_every_mode(void **state)
{
	(void)state;
	run_real(&cb_workload_kernel_spawn, "kernel_spawn", 201); /* more than there are exit statuses */
	run_real(&cb_workload_kernel_spawn, "kernel_spawn:how=fork,rss=1MiB", 21);
	run_real(&cb_workload_kernel_spawn, "kernel_spawn:how=vfork", 201);
	run_real(&cb_workload_kernel_spawn, "kernel_spawn:how=thread", 201);
	if (!access("/bin/true", X_OK))
		run_real(&cb_workload_kernel_spawn, "kernel_spawn:how=posix_spawn", 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_units_are_done_by_the_workers),
		cmocka_unit_test(test_spawn_gives_each_unit_a_context_of_its_own),
		cmocka_unit_test(test_spawned_work_is_on_its_workers_account),
		cmocka_unit_test(test_a_unit_that_dies_is_told),
		cmocka_unit_test(test_a_unit_that_fails_is_told),
		cmocka_unit_test(test_a_unit_dies_with_its_worker),
		cmocka_unit_test(test_ipc_queue_delivers_in_every_mode),
		cmocka_unit_test(test_ipc_queue_refuses_what_cannot_be),
		cmocka_unit_test(test_kernel_spawn_creates_in_every_mode),
	};

	alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
