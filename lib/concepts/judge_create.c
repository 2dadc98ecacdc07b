/* Creating workers, and using them again. */
#include "lib/concepts/evidence.h"
#include "lib/concepts/judges.h"

#include <string.h>

/* What a unit of nothing costs with a worker made for each, and in a pool. */
static void say_pooled(struct claim *c, const char *mode)
{
	char spawned[32], pooled[32];
	struct cb_estimate own, shared, times;

	snprintf(spawned, sizeof spawned, "%s/spawn", mode);
	snprintf(pooled, sizeof pooled, "%s/shared", mode);
	own = claim_ns_per_unit(claim_cell(c, 1, "null", spawned, c->evidence->workers));
	shared = claim_ns_per_unit(claim_cell(c, 1, "null", pooled, c->evidence->workers));
	times = claim_quotient(&own, &shared);
	claim_say(c, "; an empty task took %u %s ", c->evidence->workers, mode);
	claim_say_ns(c, &own);
	claim_say(c, " with a new one for each task, ");
	claim_say_ns(c, &shared);
	claim_say(c, " as a pool");
	claim_expect(c, &times, CLAIM_ABOVE, 1, "a pool saved nothing");
}

/* Runs: creation, one after another; a worker for each task, and a pool of them. */
void cb_judge_creation(const struct cb_evidence *e, struct cb_judgement *ret)
{
	struct claim c = { .evidence = e };
	struct cb_estimate process = claim_ns_per_unit(
		claim_cell(&c, 0, "kernel_spawn:how=fork", "serial", 1));
	struct cb_estimate thread = claim_ns_per_unit(
		claim_cell(&c, 0, "kernel_spawn:how=thread", "serial", 1));
	struct cb_estimate times = claim_quotient(&process, &thread);

	claim_say(&c, "a process took ");
	claim_say_ns(&c, &process);
	claim_say(&c, " to create and end, a thread ");
	claim_say_ns(&c, &thread);
	claim_say(&c, ": ");
	claim_say_times(&c, &times);
	claim_expect(&c, &times, CLAIM_ABOVE, 1, "a process cost no more than a thread");
	if (e->run[1]) {
		say_pooled(&c, "processes");
		say_pooled(&c, "threads");
	}
	claim_close(&c, ret);
}

enum { TASKS = 5, POOL = 4, WAVES = 2 };
#define TASK_NS 1e8

/* Runs: five waits of 100 ms on a pool of four, whose workers take tasks themselves or get them by a queue.
 */
void cb_judge_pool(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const struct {
		const char *mode, *name;
	} pools[] = {
		{ "threads/shared", "threads" },
		{ "processes/shared", "processes" },
		{ "threads/queue", "threads behind a queue" },
		{ "processes/queue", "processes behind a queue" },
	};
	struct claim c = { .evidence = e };

	claim_say(&c, "%d waits of 100 ms took ", TASKS);
	for (size_t i = 0; i < CB_COUNT(pools); i++) {
		const struct cb_cell_result *cell = claim_cell(
			&c, 0, "wait_sleep:duration=100ms", pools[i].mode, POOL);
		struct cb_estimate makespan = claim_scaled(claim_ns_per_unit(cell), TASKS);
		struct cb_estimate waves = claim_scaled(makespan, 1 / TASK_NS);

		claim_say(&c, "%s%d %s ", i ? "; " : "", POOL, pools[i].name);
		claim_say_ns(&c, &makespan);
		claim_say(&c, ", ");
		claim_say_times(&c, &waves);
		claim_say(&c, " one wait");
		claim_expect(&c, &waves, CLAIM_ABOVE, WAVES - 0.1, "they took less than two waves");
		claim_expect(&c, &waves, CLAIM_BELOW, WAVES + 0.5, "they took clearly more than two waves");
	}
	claim_say(&c, "; the pool of default is %u, the CPUs that this process may use", e->cpus);
	claim_close(&c, ret);
}
