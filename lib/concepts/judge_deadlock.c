/* Locks that stop their owners for ever. */
#include "lib/concepts/evidence.h"
#include "lib/concepts/judges.h"

/* A cell that is to end in a deadlock: says what was found, and that it ended. */
static void say_deadlock(struct claim *c, const char *spec, const char *mode, unsigned workers)
{
	const struct cb_cell_result *cell = claim_any(c, 0, spec, mode, workers);

	if (!cell || cell->status == CB_SKIPPED || (cell->status == CB_OK && !cell->summary.n)) {
		claim_cell(c, 0, spec, mode, workers); /* notes why */
		return;
	}
	claim_expect_true(c, cell->status == CB_DEADLOCK, "the locks did not deadlock");
	if (cell->status == CB_DEADLOCK)
		claim_say(c, "; in %s: %s", mode, cell->reason);
}

/* Runs: a lock taken again by its owner, recursive and plain. */
void cb_judge_recursive(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const struct {
		const char *mode;
		unsigned workers;
	} cells[] = { { "serial", 1 }, { "threads", 0 } };
	struct claim c = { .evidence = e };

	for (size_t i = 0; i < CB_COUNT(cells); i++) {
		struct cb_estimate ns = claim_ns_per_unit(
			claim_cell(&c, 0, "sync_deadlock:locks=recursive", cells[i].mode, cells[i].workers));

		claim_say(
			&c, "%s%s ", i ? ", in " : "taking a recursive lock twice took, in ", cells[i].mode);
		claim_say_ns(&c, &ns);
	}
	claim_say(&c, "; a plain lock stopped its owner");
	for (size_t i = 0; i < CB_COUNT(cells); i++)
		say_deadlock(&c, "sync_deadlock:locks=twice", cells[i].mode, cells[i].workers);
	claim_close(&c, ret);
}

/* Runs: two locks in the same order and in opposite order. */
void cb_judge_deadlock(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const char *const modes[] = { "threads", "processes" };
	struct claim c = { .evidence = e };

	for (size_t i = 0; i < CB_COUNT(modes); i++) {
		struct cb_estimate ns = claim_ns_per_unit(
			claim_cell(&c, 0, "sync_deadlock:locks=same", modes[i], e->workers));

		claim_say(&c, "%s%u %s ", i ? ", " : "two locks in one order took ", e->workers, modes[i]);
		claim_say_ns(&c, &ns);
	}
	claim_say(&c, "; in opposite order they stopped, were found and ended");
	for (size_t i = 0; i < CB_COUNT(modes); i++)
		say_deadlock(&c, "sync_deadlock:locks=opposite", modes[i], e->workers);
	claim_close(&c, ret);
}
