/*
 * Scales badly for exactly one reason, by parameter, so that what `concbench analyze` says can be held
 * against the truth:
 *
 *   none       nothing is wrong
 *   serial     the first unit takes as long as half of all, and all others wait for it
 *   lock       each unit is computed under one lock that all workers share
 *   imbalance  the first half of the units holds all the work: with static dispatch worker 0 has it
 *   start      the leader has much private memory, which each fork copies the tables of
 *
 * Everything else costs nothing: units compute in registers.
 */
#include "lib/workload.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum cause { NONE, SERIAL, LOCK, IMBALANCE, START };
static const char *const cause_names[] = { "none", "serial", "lock", "imbalance", "start", NULL };

#define ROUNDS        20000           /* of a unit: some 40 us */
#define PRIVATE_BYTES (256u << 20)    /* cause=start */
#define WAIT_NS       UINT64_C(20000) /* cause=serial: between two looks */

struct params {
	unsigned cause;
};

struct shared {
	uint64_t units;
	_Atomic uint32_t first_done;
	_Alignas(256) pthread_mutex_t lock;
	char *private;
};

static int setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	const struct params *params = s->params;
	struct shared *shared = s->alloc(s, sizeof *shared);
	pthread_mutexattr_t attr;

	if (!shared)
		return cb_error_set(err, -ENOMEM, "no memory");
	shared->units = s->units;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	if (params->cause == START) {
		shared->private = malloc(PRIVATE_BYTES);
		if (!shared->private)
			return cb_error_set(err, -ENOMEM, "no memory");
		for (size_t i = 0; i < PRIVATE_BYTES; i += 4096)
			shared->private[i] = 1;
	}
	*ret_shared = shared;
	return 0;
}

static void teardown(const void *params, void *shared)
{
	struct shared *s = shared;

	(void)params;
	free(s->private);
}

static void compute(uint64_t rounds)
{
	uint64_t x = rounds;

	for (uint64_t i = 0; i < rounds; i++)
		x = cb_mix64(x);
	cb_keep(&x);
}

static void first_unit(struct cb_worker *w, struct shared *s)
{
	compute(ROUNDS * s->units / 2);
	atomic_store(&s->first_done, 1);
	(void)w;
}

static void one_unit(struct cb_worker *w, enum cause cause, uint64_t unit)
{
	struct shared *s = w->shared;

	if (cause == SERIAL && !unit) {
		first_unit(w, s);
		return;
	}
	while (cause == SERIAL && unit < CB_WARMUP_UNIT && !atomic_load(&s->first_done))
		w->io->sleep_ns(WAIT_NS);
	if (cause == LOCK)
		pthread_mutex_lock(&s->lock);
	if (cause != IMBALANCE || unit < s->units / 2)
		compute(ROUNDS);
	if (cause == LOCK)
		pthread_mutex_unlock(&s->lock);
}

static int run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct params *params = w->params;

	(void)err;
	for (uint64_t i = 0; i < n; i++)
		one_unit(w, params->cause, first + i);
	w->digest += cb_units_digest(first, n);
	return 0;
}

static const struct cb_param params[] = {
	{ .name = "cause",
		.type = CB_PARAM_ENUM,
		.unit = "",
		.def = "none",
		.words = cause_names,
		.help = "the one reason for which it scales badly",
		.offset = offsetof(struct params, cause) },
	{ 0 },
};

const struct cb_workload cb_workload_one_cause = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "one_cause",
	.summary = "scales badly for one reason",
	.unit = "40 us of computing",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED,
	.params = params,
	.params_size = sizeof(struct params),
	.setup = setup,
	.run = run,
	.expect = cb_expect_units,
	.teardown = teardown,
};
