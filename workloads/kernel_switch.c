/*
 * kernel_switch: context switches. The worker and its partner are on one CPU and hand a turn to and fro: each
 * wakes the other by a futex and goes to sleep, so a unit is two switches, two wake-ups and up to four system
 * calls. A futex rather than sched_yield, which may come back without a switch. Between threads of
 * a process the address space stays; between processes (serial's partner is one, too) it changes.
 *
 * That both were on one CPU is looked at in every unit: then the turn cannot come back without two switches.
 */
#include "lib/workload.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

enum turn { WORKER, PARTNER, STOP };

struct pair {
	_Alignas(256) uint32_t turn; /* enum turn: the futex */
	int partner_cpu;             /* where the partner was when it answered */
	uint64_t ball;               /* a unit's number; its complement comes back */
};

static int switch_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	*ret_shared = s->alloc(s, s->env->workers * sizeof(struct pair));
	return *ret_shared ? 0 : cb_error_set(err, -ENOMEM, "no memory for %u futexes", s->env->workers);
}

static struct pair *pair_of(const struct cb_worker *w)
{
	return (struct pair *)w->shared + w->index;
}

static void hand_over(struct pair *pair, enum turn to)
{
	__atomic_store_n(&pair->turn, to, __ATOMIC_RELEASE);
	syscall(SYS_futex, &pair->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Sleeps while it is the other's turn. Returns whose it is then, or a negative errno. */
static int await(struct pair *pair, enum turn other)
{
	for (;;) {
		uint32_t turn = __atomic_load_n(&pair->turn, __ATOMIC_ACQUIRE);

		if (turn != other)
			return (int)turn;
		if (syscall(SYS_futex, &pair->turn, FUTEX_WAIT, other, NULL, NULL, 0) && errno != EAGAIN &&
			errno != EINTR)
			return -errno;
	}
}

static int switch_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct pair *pair = pair_of(w);

	for (uint64_t unit = first; unit < first + n; unit++) {
		int rc, cpu;

		pair->ball = unit;
		hand_over(pair, PARTNER);
		rc = await(pair, PARTNER);
		if (rc < 0)
			return cb_error_set(err, rc, "cannot wait for the partner: %s", strerror(-rc));
		if (pair->ball != ~unit)
			return cb_error_set(err, -EPROTO, "the partner did not get its turn");
		cpu = sched_getcpu();
		if (pair->partner_cpu != cpu)
			return cb_error_set(err, -EPROTO,
				"the worker ran on CPU %d and its partner on CPU %d: nothing was switched",
				cpu, pair->partner_cpu);
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static int switch_partner(struct cb_worker *w, struct cb_error *err)
{
	struct pair *pair = pair_of(w);
	int turn;

	while ((turn = await(pair, WORKER)) == PARTNER) {
		pair->ball = ~pair->ball;
		pair->partner_cpu = sched_getcpu();
		hand_over(pair, WORKER);
	}
	return turn == STOP ? 0 : cb_error_set(err, turn, "cannot wait for the worker: %s", strerror(-turn));
}

static void switch_worker_fini(struct cb_worker *w)
{
	hand_over(pair_of(w), STOP);
}

static enum cb_partner_place switch_place(const void *params)
{
	(void)params;
	return CB_PARTNER_SAME;
}

const struct cb_workload cb_workload_kernel_switch = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_switch",
	.summary = "context switches between a worker and its partner on one CPU",
	.unit = "switch there and back",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.partners = CB_PARTNERS_PER_WORKER,
	.partner_place = switch_place,
	.setup = switch_setup,
	.run = switch_run,
	.partner = switch_partner,
	.expect = cb_expect_units,
	.worker_fini = switch_worker_fini,
};
