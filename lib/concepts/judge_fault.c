/* Workers that are killed, and a harness that is. */
#include "lib/concepts/evidence.h"
#include "lib/concepts/judges.h"

#include <string.h>

/* ---- one worker is killed ---- */

/* A cell in whose samples the fault struck; NULL: none, noted. */
static const struct cb_cell_result *struck(struct claim *c, const char *mode)
{
	const struct cb_cell_result *cell = claim_any(c, 0, "cpu_prime", mode, 0);

	if (cell && cell->fault.n)
		return cell;
	return claim_cell(c, 0, "cpu_prime", mode, 0);
}

static void say_struck(struct claim *c, const struct cb_cell_result *cell)
{
	const struct cb_fault_summary *fault = &cell->fault;
	const struct cb_shape *shape = &cell->cell->shape;
	struct cb_estimate lost = claim_scaled(fault->lost, 100);

	claim_say(c, "in %s x%u ", cell->cell->mode->name, shape->workers);
	claim_say_percent(c, &lost);
	claim_say(c, " of the work was lost, %.0f of %u workers survived, noticed ", fault->survivors,
		shape->workers);
	claim_say_ns(c, &fault->notice_ns);
	claim_say(c, " later");
}

/* Runs: one worker is killed half-way, in all modes that have several. */
void cb_judge_crash(const struct cb_evidence *e, struct cb_judgement *ret)
{
	static const struct {
		const char *mode, *contrary;
	} rows[] = {
		{ "processes", "other processes died with the one that was killed" },
		{ "threads", "threads survived the process that they are part of" },
		{ "hybrid", "it was not the threads of one process that died" },
	};
	struct claim c = { .evidence = e };

	claim_say(&c, "a worker was killed half-way: ");
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		const struct cb_cell_result *cell = struck(&c, rows[i].mode);
		const struct cb_shape *shape;

		if (!cell || !cell->fault.n)
			continue;
		shape = &cell->cell->shape;
		claim_say(&c, i ? "; " : "");
		say_struck(&c, cell);
		claim_expect_true(
			&c, cell->fault.survivors == shape->workers - shape->threads, rows[i].contrary);
	}
	claim_close(&c, ret);
}

/* ---- the harness is killed ---- */

/* Nobody should notice that they outlived it. */
#define SOON_NS 1e9

/* Times until all were gone; *ret_lived_on: rounds in which some were not. */
static struct cb_estimate gone(const struct cb_killed_run *run, unsigned *ret_lived_on)
{
	double ns[CB_KILLED_ROUNDS];
	unsigned n = 0;

	for (unsigned i = 0; i < run->n; i++)
		if (run->round[i].gone_ns != CB_NONE)
			ns[n++] = (double)run->round[i].gone_ns;
	*ret_lived_on = run->n - n;
	return cb_estimate(ns, n, 0.95);
}

static void say_gone(struct claim *c, const struct cb_killed_run *run)
{
	unsigned workers = run->cell->shape.workers, lived_on;
	struct cb_estimate ns = gone(run, &lived_on);

	claim_say(c, "%s x%u ", run->cell->mode->name, workers);
	if (ns.n)
		claim_say_ns(c, &ns);
	if (lived_on)
		claim_say(c, "%ssome were still there after 10 s in %u of %u rounds", ns.n ? ", but " : "",
			lived_on, run->n);
	claim_expect_true(c, !lived_on, "workers outlived the harness");
	claim_expect(c, &ns, CLAIM_BELOW, SOON_NS, "workers outlived the harness by a second");
}

/* Runs: killed in mid-sample, one a mode. */
void cb_judge_orphans(const struct cb_evidence *e, struct cb_judgement *ret)
{
	struct claim c = { .evidence = e };

	claim_say(&c,
		"the harness was killed by SIGKILL in mid-sample, %d times each; all that ran below it "
		"was gone after: ",
		CB_KILLED_ROUNDS);
	for (size_t i = 0; i < CB_CONCEPT_RUNS_MAX; i++) {
		const struct cb_killed_run *run = e->killed[i];

		if (run && !run->n) {
			claim_refuse(ret, "%s: %s", run->cell->id, run->reason);
			cb_text_release(&c.said);
			return;
		}
		if (!run)
			continue;
		claim_say(&c, i ? ", " : "");
		say_gone(&c, run);
	}
	claim_close(&c, ret);
}
