/*
 * A plugin that goes wrong in the one way that -DWRONG=... names; without, it is a sound one. For
 * tests/cli/plugin.bats and tests/fault/hostile.bats, which build it.
 */
#include <concbench/workload.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum wrong {
	NOTHING,
	NO_SYMBOL,
	WRONG_ABI,
	WRONG_SIZE,
	WRONG_WORKLOAD_SIZE,
	NO_WORKLOAD,
	BUILT_IN_NAME,
	BAD_NAME,
	NO_RUN,
	NO_MODE,
	CONTROL_CHARACTERS,
	PARAM_OUTSIDE,
	BAD_DEFAULT,
	WILD_POINTER,
	LOAD_CRASHES,
	LOAD_HANGS,
	LOAD_EXITS,
	LOAD_FORKS,
	SUPPORTED_CRASHES,
	SUPPORTED_HANGS,
	SUPPORTED_EXITS,
	SUPPORTED_REFUSES,
	FOOTPRINT_CRASHES,
	SCRIBBLES,
	SCRIBBLES_AND_DIES,
	SETUP_CRASHES,
	RUN_CRASHES,
	RUN_HANGS,
	RUN_EXITS,
	RUN_FORKS,
	EXPECT_CRASHES,
	VERIFY_CRASHES,
	TEARDOWN_HANGS,
	SKIPS_WORK,
	UNLOAD_HANGS,
};

#ifndef WRONG
#define WRONG NOTHING
#endif
#ifndef NAME
#define NAME "hostile"
#endif

struct params {
	uint64_t n;
};

static void crash(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void hang(void)
{
	signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

/* Leaves a process that does not look like ours any more. */
static void leave_process(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			hang();
		_exit(0);
	}
}

__attribute__((constructor)) static void on_load(void)
{
	if (WRONG == LOAD_CRASHES)
		crash();
	if (WRONG == LOAD_HANGS)
		hang();
	if (WRONG == LOAD_EXITS)
		exit(0);
	if (WRONG == LOAD_FORKS)
		leave_process();
}

__attribute__((destructor)) static void on_unload(void)
{
	if (WRONG == UNLOAD_HANGS)
		hang();
}

static int supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	(void)params, (void)env;
	if (WRONG == SUPPORTED_CRASHES)
		crash();
	if (WRONG == SUPPORTED_HANGS)
		hang();
	if (WRONG == SUPPORTED_EXITS)
		exit(0);
	return WRONG == SUPPORTED_REFUSES ? cb_error_set(err, -ENOTSUP, "not \033[2Jhere\n=1+1") : 0;
}

static uint64_t footprint(const void *params, const struct cb_env *env)
{
	(void)params, (void)env;
	if (WRONG == FOOTPRINT_CRASHES)
		crash();
	return 0;
}

static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	(void)ret_shared, (void)err;
	if (WRONG == SETUP_CRASHES)
		crash();
	if (WRONG == SCRIBBLES || WRONG == SCRIBBLES_AND_DIES) {
		memset(*(void **)s->opaque, 0xa5, 3 * 4096); /* what harness and leader share begins there */
		_exit(WRONG == SCRIBBLES_AND_DIES);
	}
	return 0;
}

static int run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	(void)err;
	if (WRONG == RUN_CRASHES)
		crash();
	if (WRONG == RUN_HANGS)
		hang();
	if (WRONG == RUN_EXITS)
		exit(0);
	if (WRONG == RUN_FORKS)
		leave_process();
	if (WRONG != SKIPS_WORK || first >= CB_WARMUP_UNIT)
		w->digest += cb_units_digest(first, n);
	for (uint64_t i = 0; i < 1000 * n; i++)
		cb_keep(&i);
	return 0;
}

static uint64_t expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	if (WRONG == EXPECT_CRASHES)
		crash();
	return cb_expect_units(params, prepared, seed, units);
}

static int verify(struct cb_verify *v, struct cb_error *err)
{
	(void)v, (void)err;
	if (WRONG == VERIFY_CRASHES)
		crash();
	return 0;
}

static void teardown(const void *params, void *shared)
{
	(void)params, (void)shared;
	if (WRONG == TEARDOWN_HANGS)
		hang();
}

static const struct cb_param params[] = {
	{ "n", CB_PARAM_U64, "", WRONG == BAD_DEFAULT ? "none" : "1", 0, 0, NULL, "a number",
		WRONG == PARAM_OUTSIDE ? 4096 : 0 },
	{ .name = NULL },
};

const struct cb_workload cb_workload_hostile = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload) + (WRONG == WRONG_WORKLOAD_SIZE),
	.name = WRONG == BUILT_IN_NAME ? "cpu_prime"
		: WRONG == BAD_NAME    ? "No Name"
				       : NAME,
	.summary = WRONG == CONTROL_CHARACTERS ? "\033[2Jgone"
		   : WRONG == WILD_POINTER     ? (const char *)16
					       : "a test",
	.unit = "nothing",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = (WRONG == NO_MODE ? 0 : CB_CAN_BLOCKING) | CB_CAN_DISPATCHES,
	.params = params,
	.params_size = sizeof(struct params),
	.supported = supported,
	.footprint = footprint,
	.setup = setup,
	.run = WRONG == NO_RUN ? NULL : run,
	.expect = expect,
	.verify = verify,
	.teardown = teardown,
};

#if WRONG_SYMBOL
int nothing_here;
#elif WRONG_EXPORT
const struct cb_plugin cb_plugin = { CB_ABI + (WRONG == WRONG_ABI),
	sizeof(struct cb_workload) + (WRONG == WRONG_SIZE),
	(const struct cb_workload *const[]){ WRONG == NO_WORKLOAD ? NULL : &cb_workload_hostile, NULL } };
#else
CB_PLUGIN(&cb_workload_hostile);
#endif
