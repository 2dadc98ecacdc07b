#include "lib/session/gate_run.h"

#include "lib/base/rng.h"
#include "lib/plan/plan.h"
#include "lib/session/gate_block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AROUND_NS   15000000u /* a process, topology, set-up, tear-down: a guess until a sample was timed */
#define BLOCK_TOTAL (CB_GATE_SLOTS + 1) /* and the primer */

__attribute__((format(printf, 2, 3))) static void tell(struct cb_gate_run *run, const char *format, ...)
{
	char sentence[256];
	va_list args;

	if (!run->listener.tell)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	run->listener.tell(run->listener.arg, sentence);
}

/* ---- what is measured ---- */

static int plan_of(struct cb_gate_run *run, struct cb_arm *arm, const char *side,
	const struct cb_words *options, const struct cb_words *workloads, struct cb_drive_plan *ret,
	struct cb_error *err)
{
	struct cb_error why = { 0 };
	int r = cb_arm_plan(run->supervisor, arm, options, workloads, ret, &why);

	return r ? cb_error_set(err, r, "%s: %s", side, why.text) : 0;
}

static int name_sides(struct cb_gate_run *run)
{
	struct cb_gate *gate = run->gate;

	gate->base.name = strdup(run->base->name);
	gate->base.version = strdup(run->base->version);
	gate->head.name = strdup(run->head->name);
	gate->head.version = strdup(run->head->version);
	return gate->base.name && gate->base.version && gate->head.name && gate->head.version ? 0 : -ENOMEM;
}

int cb_gate_run_match(struct cb_gate_run *run, const struct cb_words *options,
	const struct cb_words *workloads, struct cb_error *err)
{
	struct cb_drive_plan base = { 0 }, head = { 0 };
	int r = 0;

	if (run->base->kind->names_differ != run->head->kind->names_differ)
		return cb_error_set(err, -EINVAL, "%s and %s arms have nothing in common",
			run->base->kind->name, run->head->kind->name);
	r = plan_of(run, run->base, "base", options, workloads, &base, err);

	r = r ? r : plan_of(run, run->head, "head", options, workloads, &head, err);
	if (!r && (cb_gate_match(run->gate, base.cells, base.n, head.cells, head.n,
			   run->base->kind->names_differ) ||
			  name_sides(run)))
		r = cb_error_set(err, -ENOMEM, "out of memory");
	cb_drive_plan_release(&base);
	cb_drive_plan_release(&head);
	if (!r)
		run->found = calloc(run->gate->cells_n + 1, sizeof *run->found);
	return r || run->found ? r : cb_error_set(err, -ENOMEM, "out of memory");
}

/* ---- how long it takes ---- */

static uint64_t sample_ns(const struct cb_gate_run *run, unsigned cell)
{
	if (run->found && run->found[cell].total_ns)
		return run->found[cell].total_ns;
	return cb_gate_target_ns(run, &run->gate->cells[cell]) + run->drive.warmup_ns + AROUND_NS;
}

static bool is_measured(const struct cb_gate_cell *cell)
{
	return cell->status == CB_GATE_OK;
}

/* Of one block of each cell, and of the longest one: the null arm's, at worst. */
static void block_times(const struct cb_gate_run *run, uint64_t *ret_all, uint64_t *ret_longest)
{
	*ret_all = *ret_longest = 0;
	for (unsigned i = 0; i < run->gate->cells_n; i++) {
		uint64_t block = BLOCK_TOTAL * sample_ns(run, i);

		if (!is_measured(&run->gate->cells[i]))
			continue;
		*ret_all += block;
		*ret_longest = block > *ret_longest ? block : *ret_longest;
	}
}

void cb_gate_run_expected_ns(const struct cb_gate_run *run, uint64_t *ret_least, uint64_t *ret_most)
{
	const struct cb_gate_rules *rules = &run->gate->rules;
	uint64_t all, longest;

	block_times(run, &all, &longest);
	*ret_least = all * rules->screen_blocks + longest * rules->null_blocks;
	*ret_most = *ret_least + all * rules->confirm_blocks;
}

static int too_short(const struct cb_gate_run *run, unsigned fit, uint64_t least_ns, struct cb_error *err)
{
	unsigned needed = cb_gate_blocks_needed(&run->gate->rules, run->gate->family);
	uint64_t all, longest;

	block_times(run, &all, &longest);
	return cb_error_set(err, -EINVAL,
		"a time budget of %.0fs leaves %u confirming blocks a cell, and such a gate could never "
		"fail: it needs %u blocks, about %.0fs in all, or fewer cells",
		(double)run->time_budget_ns / 1e9, fit, needed, (double)(least_ns + all * needed) / 1e9 + 1);
}

int cb_gate_run_plan(struct cb_gate_run *run, struct cb_error *err)
{
	struct cb_gate_rules *rules = &run->gate->rules;
	uint64_t least, most, all, longest;
	unsigned fit;
	int r = cb_gate_check(rules, run->gate->family, err);

	cb_gate_run_expected_ns(run, &least, &most);
	if (r || !run->time_budget_ns || most <= run->time_budget_ns)
		return r;
	block_times(run, &all, &longest);
	fit = run->time_budget_ns > least && all ? (unsigned)((run->time_budget_ns - least) / all) : 0;
	if (fit < cb_gate_blocks_needed(rules, run->gate->family))
		return too_short(run, fit, least, err);
	rules->confirm_blocks = fit;
	return 0;
}

/* ---- measuring ---- */

static int calibrate_all(struct cb_gate_run *run, struct cb_error *err)
{
	int r = 0;

	for (unsigned i = 0; !r && i < run->gate->cells_n; i++)
		if (is_measured(&run->gate->cells[i]))
			r = cb_gate_calibrate(run, i, err);
	return r;
}

/* One more block of the series; the cell says so when it fails. */
static int one_block(struct cb_gate_run *run, struct cb_gate_cell *cell, struct cb_gate_series *series,
	const struct cb_arm *a, const struct cb_arm *b, struct cb_error *err)
{
	int r = cb_gate_take_block(run, cell, series, a, b, err);

	if (r)
		return r;
	cb_gate_judge(run->gate);
	return run->listener.block_done ? run->listener.block_done(run->listener.arg, err) : 0;
}

/* The k-th block of each cell, in an order of chance: what follows what has no bearing on a verdict, but
 * might. */
static int screen_round(struct cb_gate_run *run, struct cb_rng *rng, unsigned *order, struct cb_error *err)
{
	struct cb_gate *gate = run->gate;
	int r = 0;

	cb_rng_shuffle_unsigned(rng, order, gate->cells_n);
	for (unsigned i = 0; !r && i < gate->cells_n; i++) {
		struct cb_gate_cell *cell = &gate->cells[order[i]];

		if (is_measured(cell))
			r = one_block(run, cell, &cell->screen, run->base, run->head, err);
	}
	return r;
}

static int screen(struct cb_gate_run *run, struct cb_error *err)
{
	struct cb_gate *gate = run->gate;
	unsigned *order = calloc(gate->cells_n + 1, sizeof *order);
	struct cb_rng rng;
	uint64_t seed;
	int r = order ? cb_random_seed(&seed) : -ENOMEM;

	if (r)
		cb_error_set(err, r, "%s", strerror(-r));
	else
		cb_rng_seed(&rng, seed);
	for (unsigned i = 0; !r && i < gate->cells_n; i++) {
		order[i] = i;
		if (is_measured(&gate->cells[i]) &&
			cb_gate_series_init(&gate->cells[i].screen, gate->rules.screen_blocks))
			r = cb_error_set(err, -ENOMEM, "out of memory");
	}
	for (unsigned k = 0; !r && k < gate->rules.screen_blocks; k++)
		r = screen_round(run, &rng, order, err);
	free(order);
	return r;
}

static bool wants_confirmation(const struct cb_gate_cell *cell)
{
	return cell->status == CB_GATE_OK && cell->flagged;
}

static int prepare_confirmation(struct cb_gate_run *run, unsigned *ret_flagged, struct cb_error *err)
{
	struct cb_gate *gate = run->gate;
	int r = cb_gate_series_init(&gate->null, gate->rules.null_blocks);

	*ret_flagged = 0;
	for (unsigned i = 0; !r && i < gate->cells_n; i++)
		if (wants_confirmation(&gate->cells[i])) {
			++*ret_flagged;
			r = cb_gate_series_init(&gate->cells[i].confirm, gate->rules.confirm_blocks);
		}
	gate->null_cell = cb_gate_noisiest(gate);
	return r ? cb_error_set(err, r, "out of memory") : 0;
}

/* The null arm's block of a round. That it fails is the environment's fault: base itself did not. */
static int null_block(struct cb_gate_run *run, struct cb_error *err)
{
	struct cb_gate_cell *cell = &run->gate->cells[run->gate->null_cell], before = *cell;
	int r;

	if (cell->status != CB_GATE_OK)
		return 0;
	r = one_block(run, cell, &run->gate->null, run->base, &run->null, err);
	if (!r && cell->status != CB_GATE_OK) {
		cb_error_set(err, -ENOEXEC, "the null arm, a copy of base in %s, cannot be measured: %s",
			run->drive.dir, cell->reason);
		cell->status = before.status;
		memcpy(cell->reason, before.reason, sizeof cell->reason);
		r = -ENOEXEC;
	}
	return r;
}

static int confirm_round(struct cb_gate_run *run, unsigned round, struct cb_error *err)
{
	struct cb_gate *gate = run->gate;
	int r = 0;

	for (unsigned i = 0; !r && i < gate->cells_n; i++) {
		struct cb_gate_cell *cell = &gate->cells[i];

		if (wants_confirmation(cell) && round < cell->confirm.planned)
			r = one_block(run, cell, &cell->confirm, run->base, run->head, err);
	}
	if (!r && round < gate->null.planned)
		r = null_block(run, err);
	return r;
}

/* On new blocks with new coins: what screening saw is no part of it. */
static int confirm(struct cb_gate_run *run, struct cb_error *err)
{
	unsigned flagged, rounds;
	char id[200];
	int r = prepare_confirmation(run, &flagged, err);

	if (r || run->gate->null_cell < 0)
		return r;
	r = cb_arm_copy(run->base, run->drive.dir, run->self, &run->null, err);
	if (r)
		return -ENOEXEC;
	if (flagged)
		tell(run, "screening flagged %u of %u; confirming with %u new blocks each", flagged,
			run->gate->family, run->gate->rules.confirm_blocks);
	tell(run, "null arm: base against a copy of itself, on %s",
		cb_quote(run->gate->cells[run->gate->null_cell].id, id, sizeof id));
	rounds = flagged ? run->gate->rules.confirm_blocks : 0;
	rounds = rounds > run->gate->rules.null_blocks ? rounds : run->gate->rules.null_blocks;
	for (unsigned k = 0; !r && k < rounds; k++)
		r = confirm_round(run, k, err);
	return r;
}

int cb_gate_run_measure(struct cb_gate_run *run, struct cb_error *err)
{
	uint64_t least, most;
	int r = calibrate_all(run, err);

	r = r ? r : cb_gate_run_plan(run, err);
	if (!r) {
		cb_gate_run_expected_ns(run, &least, &most);
		tell(run,
			"screening %u cell%s with %u blocks; %.0fs in all, at most %.0fs when all are to be "
			"confirmed",
			run->gate->family, run->gate->family == 1 ? "" : "s", run->gate->rules.screen_blocks,
			(double)least / 1e9 + 1, (double)most / 1e9 + 1);
		r = screen(run, err);
	}
	r = r ? r : confirm(run, err);
	run->gate->partial = r != 0;
	cb_gate_judge(run->gate);
	return r;
}

void cb_gate_run_release(struct cb_gate_run *run)
{
	cb_arm_close(&run->null);
	free(run->found);
	run->found = NULL;
}
