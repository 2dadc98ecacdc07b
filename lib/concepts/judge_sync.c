/* Sharing: what is shared, what is lost, what a lock costs, and what needs none. */
#include "lib/concepts/evidence.h"
#include "lib/concepts/judges.h"

#include <math.h>
#include <string.h>

/* Runs: the global in all modes. */
void cb_judge_variables(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "threads", "processes", "hybrid" };
	struct claim c = { .evidence = e };

	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		const struct cb_cell_result *cell = claim_cell(&c, 0, "sync_global", modes[i], 0);
		struct cb_estimate copies = claim_metric(&c, 0, cell, "copies");
		struct cb_estimate parent = claim_metric(&c, 0, cell, "parent_sees");
		struct cb_estimate most = claim_metric(&c, 0, cell, "worker_sees_max");
		unsigned processes;

		if (!cell)
			continue;
		processes = cell->cell->shape.processes;
		claim_say(&c, "%s%s %u: of %.0f increments of one global a worker sees %.0f, the parent %.0f",
			i ? "; " : "", modes[i], cell->cell->shape.workers, (double)cell->units, most.median,
			parent.median);
		claim_expect_true(
			&c, copies.median == processes, "the copies are not as many as the processes");
		claim_expect_true(&c, (parent.median != 0) == (processes == 1),
			"the parent sees what it should not, or does not see what it should");
	}
	claim_close(&c, ret);
}

/* Runs: the counter without a guard, serially as well. */
void cb_judge_lost_updates(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "threads", "processes" };
	struct claim c = { .evidence = e };
	struct cb_estimate alone = claim_metric(
		&c, 0, claim_cell(&c, 0, "sync_counter:guard=none", "serial", 1), "lost");

	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		const struct cb_cell_result *cell = claim_cell(
			&c, 0, "sync_counter:guard=none", modes[i], e->workers);
		struct cb_estimate lost = claim_metric(&c, 0, cell, "lost_pct");
		struct cb_estimate expected = claim_metric(&c, 0, cell, "expected");

		claim_say(&c, "%s%u %s lost ", i ? ", " : "", e->workers, modes[i]);
		claim_say_percent(&c, &lost);
		claim_say(&c, " of %.1f million increments", expected.median / 1e6);
		claim_expect(&c, &lost, CLAIM_ABOVE, 0, "no update was lost");
		claim_expect_true(&c, !cell || lost.median > 0, "no update was lost");
	}
	claim_say(&c, "; one worker alone lost %.0f", alone.median);
	claim_expect_true(&c, !(alone.median > 0), "a single worker lost updates too");
	claim_close(&c, ret);
}

static const char *const locks[] = { "mutex", "recursive", "spin", "rwlock", "atomic" };

/* A lock of one mode: its price against none's, and that it lost nothing. */
static void say_lock(struct claim *c, const char *mode, const char *guard, const struct cb_estimate *bare)
{
	char spec[64];
	const struct cb_cell_result *cell;
	struct cb_estimate price, times, lost;

	snprintf(spec, sizeof spec, "sync_counter:guard=%s", guard);
	cell = claim_cell(c, 0, spec, mode, c->evidence->workers);
	price = claim_metric(c, 0, cell, "ns_per_increment");
	times = claim_quotient(&price, bare);
	lost = claim_metric(c, 0, cell, "lost");
	claim_say(c, ", %s ", guard);
	claim_say_times(c, &times);
	claim_expect(c, &times, CLAIM_ABOVE, 1, "a guard cost nothing");
	claim_expect_true(c, !cell || lost.max == 0, "a guard lost updates");
}

/* Runs: the counter under each guard. */
void cb_judge_locks(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "threads", "processes" };
	struct claim c = { .evidence = e };

	claim_say(&c, "price of an increment, over that without a guard: ");
	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		const struct cb_cell_result *cell = claim_cell(
			&c, 0, "sync_counter:guard=none", modes[i], e->workers);
		struct cb_estimate bare = claim_metric(&c, 0, cell, "ns_per_increment");
		struct cb_estimate lost = claim_metric(&c, 0, cell, "lost_pct");

		claim_say(&c, "%s%u %s: no guard ", i ? "; " : "", e->workers, modes[i]);
		claim_say_ns(&c, &bare);
		claim_say(&c, " with %.0f %% lost", lost.median);
		for (size_t k = 0; k < CB_COUNT(locks); k++)
			say_lock(&c, modes[i], locks[k], &bare);
	}
	if (!*c.contrary)
		claim_say(&c, "; none of the guards lost an update");
	claim_close(&c, ret);
}

/* Runs: a counter of one's own beside the shared atomic one. */
void cb_judge_own_copies(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "threads", "processes" };
	struct claim c = { .evidence = e };
	double half = 1 + ((e->workers < e->cpus ? e->workers : e->cpus) - 1) / 2.0;

	if (e->cpus < 2) {
		claim_refuse(ret, "this process may use one CPU only: nothing can scale");
		return;
	}
	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		const struct cb_cell_result *own = claim_cell(
			&c, 0, "sync_counter:guard=local", modes[i], e->workers);
		const struct cb_cell_result *shared = claim_cell(
			&c, 0, "sync_counter:guard=atomic", modes[i], e->workers);
		struct cb_estimate gain = claim_speedup(&c, own), gain_shared = claim_speedup(&c, shared);
		struct cb_estimate lost = claim_metric(&c, 0, own, "lost");

		claim_say(&c, "%s%u %s with a copy each, merged once, counted ", i ? "; " : "", e->workers,
			modes[i]);
		claim_say_times(&c, &gain);
		claim_say(&c, " as fast as one and lost %.0f, on a shared atomic ", lost.median);
		claim_say_times(&c, &gain_shared);
		claim_expect(
			&c, &gain, CLAIM_ABOVE, half, "copies of one's own gained little from more CPUs");
		claim_expect_true(&c, !own || lost.max == 0, "own copies lost updates");
	}
	claim_close(&c, ret);
}
