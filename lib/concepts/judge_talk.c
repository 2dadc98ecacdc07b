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

/* Runs: round trips; streams. That messages arrive whole, once and in full is checked by the workloads. */
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
	claim_close(&c, ret);
}
