/* CPUs and workers: what several of each gain, and what too many cost. */
#include "lib/concepts/evidence.h"
#include "lib/concepts/judges.h"

#include "lib/base/amount.h"

#include <math.h>

#define COMPUTING "cpu_prime"
#define WAITING   "wait_sleep:duration=1ms"

/* Half of what n workers could gain at most: below it is little, above it is much. */
static double half_way(unsigned n)
{
	return 1 + (n - 1) / 2.0;
}

/* Says "computing 0.99x [0.98, 1.01], waiting 1.99x [1.98, 2.00]" of n threads in a run. */
static void say_both(struct claim *c, unsigned run, unsigned n, struct cb_estimate ret[2])
{
	ret[0] = claim_speedup(c, claim_cell(c, run, COMPUTING, "threads", n));
	ret[1] = claim_speedup(c, claim_cell(c, run, WAITING, "threads", n));
	claim_say(c, "computing ");
	claim_say_times(c, &ret[0]);
	claim_say(c, " and waiting ");
	claim_say_times(c, &ret[1]);
}

/* Runs: one CPU; all CPUs. */
void cb_judge_interleaving(const struct cb_evidence *e, struct cb_judgement *ret)
{
	struct claim c = { .evidence = e };
	struct cb_estimate one[2], all[2];
	unsigned n = e->workers;

	if (e->cpus < 2) {
		claim_refuse(ret, "this process may use one CPU only: there is no parallelism to see");
		return;
	}
	claim_say(&c, "%u threads on one CPU gained ", n);
	say_both(&c, 0, n, one);
	claim_say(&c, " over one; on %u CPUs ", n);
	say_both(&c, 1, n, all);
	claim_expect(&c, &one[0], CLAIM_BELOW, half_way(n), "computing gained on a single CPU");
	claim_expect(&c, &one[1], CLAIM_ABOVE, half_way(n), "waiting gained little on a single CPU");
	claim_expect(&c, &all[0], CLAIM_ABOVE, half_way(n), "computing gained little from more CPUs");
	claim_expect(&c, &all[1], CLAIM_ABOVE, half_way(n), "waiting gained little from more workers");
	claim_close(&c, ret);
}

/* Runs: a fixed number of units in all modes. */
void cb_judge_three_ways(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "processes", "threads", "hybrid" };
	struct claim c = { .evidence = e };
	const struct cb_cell_result *serial = claim_cell(&c, 0, COMPUTING, "serial", 1);

	if (serial)
		claim_say(&c, "%llu units have the digest 0x%016llx in serial; ",
			(unsigned long long)serial->units, (unsigned long long)serial->digest);
	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		const struct cb_cell_result *cell = claim_cell(&c, 0, COMPUTING, modes[i], 0);
		struct cb_estimate gain = claim_speedup(&c, cell);

		if (!cell || !serial)
			continue;
		claim_expect_true(&c,
			cell->digest_known && cell->digest == serial->digest && cell->units == serial->units,
			"the digests differ");
		claim_say(&c, "%s%s x%u the same, ", i ? ", " : "", modes[i], cell->cell->shape.workers);
		claim_say_times(&c, &gain);
	}
	claim_say(&c, " as fast");
	claim_close(&c, ret);
}

/* What 4 times as many threads as CPUs gain over one for each. Below the lower, above the upper: little,
 * much. */
#define LITTLE 1.5
#define MUCH   2

static void say_more_workers(struct claim *c, const char *spec, const char *name, enum claim_side side,
	double limit, const char *contrary)
{
	unsigned n = c->evidence->workers;
	const struct cb_cell_result *few = claim_cell(c, 0, spec, "threads", n);
	const struct cb_cell_result *many = claim_cell(c, 0, spec, "threads", 4 * n);
	struct cb_estimate gain = claim_speedup(c, few), more = claim_ratio(c, 0, many, few);

	claim_say(c, "%s: %u threads ", name, n);
	claim_say_times(c, &gain);
	claim_say(c, " of one, %u threads ", 4 * n);
	claim_say_times(c, &more);
	claim_say(c, " of %u", n);
	claim_expect(c, &more, side, limit, contrary);
}

/* The mix: what more workers gain with the share of waiting, which is to rise. */
static void say_crossover(struct claim *c)
{
	static const unsigned shares[] = { 0, 50, 90, 100 };
	unsigned n = c->evidence->workers;
	struct cb_estimate first = { 0 }, last = { 0 };

	claim_say(c, "; %u threads over %u as the share of waiting grows:", 4 * n, n);
	for (size_t i = 0; i < CB_COUNT(shares); i++) {
		struct cb_estimate many, few;
		char spec[32];

		snprintf(spec, sizeof spec, "mix:io_share=%u", shares[i]);
		few = claim_rate(claim_cell(c, 1, spec, "threads", n));
		many = claim_rate(claim_cell(c, 1, spec, "threads", 4 * n));
		last = claim_quotient(&many, &few);
		first = i ? first : last;
		claim_say(c, "%s %u %% ", i ? "," : "", shares[i]);
		claim_say_times(c, &last);
	}
	claim_expect(c, &first, CLAIM_BELOW, LITTLE, "the mix gained from more workers without any wait");
	claim_expect(
		c, &last, CLAIM_ABOVE, MUCH, "the mix gained little from more workers when all was waiting");
}

/* Runs: threads, as many as CPUs and 4 times as many; the mix. */
void cb_judge_cores_or_workers(const struct cb_evidence *e, struct cb_judgement *ret)
{
	struct claim c = { .evidence = e };
	unsigned n = e->workers;
	struct cb_estimate gain = claim_speedup(&c, claim_cell(&c, 0, COMPUTING, "threads", n));

	say_more_workers(&c, COMPUTING, "computing", CLAIM_BELOW, LITTLE,
		"computing gained from more workers than CPUs");
	claim_say(&c, "; ");
	say_more_workers(&c, WAITING, "waiting", CLAIM_ABOVE, MUCH,
		"waiting gained little from more workers than CPUs");
	if (e->cpus > 1)
		claim_expect(&c, &gain, CLAIM_ABOVE, half_way(n < e->cpus ? n : e->cpus),
			"computing gained little from more CPUs");
	if (e->run[1])
		say_crossover(&c);
	claim_close(&c, ret);
}

/* Of the time in which workers could have run, from each one's own start: what they spent without a CPU. */
static double queued_share(const struct cb_cell_result *cell)
{
	const struct cb_summary *s = &cell->summary;
	double ran_ns;

	if (s->run_delay_ns == CB_NONE || s->makespan_ns == CB_NONE || !isfinite(s->effective_cores))
		return NAN;
	ran_ns = s->effective_cores * (double)s->makespan_ns;
	return (double)s->run_delay_ns / (ran_ns + (double)s->run_delay_ns);
}

static double switches_per_s(const struct cb_cell_result *cell)
{
	const struct cb_summary *s = &cell->summary;

	if (s->ctx_voluntary == CB_NONE || s->ctx_involuntary == CB_NONE || s->makespan_ns == CB_NONE ||
		!s->makespan_ns)
		return NAN;
	return (double)(s->ctx_voluntary + s->ctx_involuntary) * 1e9 / (double)s->makespan_ns;
}

static void say_costs(struct claim *c, const struct cb_cell_result *few, const struct cb_cell_result *many)
{
	char share[CB_HUMAN], before[CB_HUMAN], after[CB_HUMAN];

	claim_say(c, "; each was ready without a CPU %s of the time, ",
		cb_human_share(queued_share(many), share));
	claim_say(c, "switches a second went from %s to %s", cb_human_si(round(switches_per_s(few)), before),
		cb_human_si(round(switches_per_s(many)), after));
	claim_say(c, ", memory from %s to %s", cb_human_bytes(few->summary.pss_bytes, before),
		cb_human_bytes(many->summary.pss_bytes, after));
}

/* Runs: threads and processes, N and 16N. What collapses is the gain of each; the sum is said as it is. */
void cb_judge_too_many(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "threads", "processes" };
	struct claim c = { .evidence = e };

	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		const struct cb_cell_result *few = claim_cell(&c, 0, COMPUTING, modes[i], e->workers);
		const struct cb_cell_result *many = claim_cell(&c, 0, COMPUTING, modes[i], 16 * e->workers);
		struct cb_estimate sum = claim_ratio(&c, 0, many, few), each = claim_scaled(sum, 1 / 16.0);

		claim_say(&c, "%s%u %s together did ", i ? "; " : "", 16 * e->workers, modes[i]);
		claim_say_times(&c, &sum);
		claim_say(&c, " of what %u did, each ", e->workers);
		claim_say_times(&c, &each);
		if (few && many)
			say_costs(&c, few, many);
		claim_expect(&c, &each, CLAIM_BELOW, 0.5,
			"sixteen times the workers kept half of their efficiency");
	}
	claim_close(&c, ret);
}

/* Less than this is nobody's reason to choose a mode. */
#define MATTERS 1.05

/* "computing: 2 processes did 1.01x [0.99, 1.02] of what 2 threads did, with 754KiB against 573KiB" */
static struct cb_estimate say_processes_over_threads(
	struct claim *c, const char *spec, const char *name, unsigned workers)
{
	const struct cb_cell_result *processes = claim_cell(c, 0, spec, "processes", workers);
	const struct cb_cell_result *threads = claim_cell(c, 0, spec, "threads", workers);
	struct cb_estimate ratio = claim_ratio(c, 0, processes, threads);
	char much[CB_HUMAN], little[CB_HUMAN];

	claim_say(c, "%s: %u processes did ", name, workers);
	claim_say_times(c, &ratio);
	claim_say(c, " of what %u threads did", workers);
	if (processes && threads)
		claim_say(c, ", with %s of memory against %s",
			cb_human_bytes(processes->summary.pss_bytes, much),
			cb_human_bytes(threads->summary.pss_bytes, little));
	return ratio;
}

/*
 * Runs: processes and threads, as many as CPUs and 4 times as many. The rule comes from languages with a
 * global lock: here processes have to earn what they cost.
 */
void cb_judge_rule(const struct cb_evidence *e, struct cb_judgement *ret)
{
	struct claim c = { .evidence = e };
	struct cb_estimate waiting, computing;

	waiting = say_processes_over_threads(&c, WAITING, "waiting", 4 * e->workers);
	claim_say(&c, "; ");
	computing = say_processes_over_threads(&c, COMPUTING, "computing", e->workers);
	claim_expect(&c, &computing, CLAIM_ABOVE, MATTERS,
		"without a global lock processes compute no faster than threads by more than 5 %");
	claim_expect(&c, &waiting, CLAIM_BELOW, MATTERS, "processes wait better than threads");
	claim_close(&c, ret);
}
