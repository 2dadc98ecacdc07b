/* Messages between a worker and its partner. */
#include "lib/concepts/evidence.h"
#include "lib/concepts/judges.h"

#include <string.h>

static const char *const ways[] = { "pipe", "socketpair", "tcp", "queue" };

/* Says a figure of each way in one mode. What is not there, as TCP without a loopback interface, is said so.
 */
static void say_ways(struct claim *c, unsigned run, const char *mode, const char *pattern, bool rate)
{
	for (size_t i = 0; i < CB_COUNT(ways); i++) {
		const struct cb_cell_result *cell;
		struct cb_estimate e;
		char spec[64];

		snprintf(spec, sizeof spec, "ipc_%s:pattern=%s", ways[i], pattern);
		claim_say(c, "%s%s ", i ? ", " : "", ways[i]);
		cell = strcmp(ways[i], "tcp") ? claim_cell(c, run, spec, mode, 1)
					      : claim_find(c, run, spec, mode, 1);
		if (!cell) {
			claim_say(c, "not measured");
			continue;
		}
		e = rate ? claim_metric(c, run, cell, "gib_per_s") : claim_ns_per_unit(cell);
		if (rate)
			claim_say(c, "%.2f", e.median);
		else
			claim_say_ns(c, &e);
	}
}

/* "101 [99, 103] thousand" */
static void say_thousands(struct claim *c, const struct cb_estimate *e)
{
	claim_say(c, "%.0f [%.0f, %.0f] thousand", e->median / 1e3, e->ci_low / 1e3, e->ci_high / 1e3);
}

/* Round trips of many at once: each of the workers has a partner of its own. */
static void say_hybrid(struct claim *c, unsigned run)
{
	const struct cb_cell_result *pipe = claim_cell(c, run, "ipc_pipe", "hybrid", 0);
	const struct cb_cell_result *queue = claim_cell(c, run, "ipc_queue", "hybrid", 0);
	struct cb_estimate through_pipe = claim_rate(pipe), through_queue = claim_rate(queue);

	if (!pipe || !queue)
		return;
	claim_say(c, "; round trips a second of %u workers in hybrid together: pipe ",
		pipe->cell->shape.workers);
	say_thousands(c, &through_pipe);
	claim_say(c, ", queue ");
	say_thousands(c, &through_queue);
}

/* Runs: round trips; streams; round trips in hybrid. That messages arrive whole, once and in full is checked
 * by the workloads. */
void cb_judge_talk(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "processes", "threads" };
	struct claim c = { .evidence = e };

	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		claim_say(&c, "%sa round trip between %s: ", i ? "; " : "", modes[i]);
		say_ways(&c, 0, modes[i], "roundtrip", false);
	}
	for (size_t i = 0; i < CB_COUNT(modes) && e->run[1]; i++) {
		claim_say(&c, "; GiB a second one way between %s: ", modes[i]);
		say_ways(&c, 1, modes[i], "stream,size=64KiB", true);
	}
	if (e->run[2])
		say_hybrid(&c, 2);
	claim_close(&c, ret);
}
