/*
 * Before anything counts: how long a unit is in serial, how many units each cell gets, and whether each cell
 * does the same work (DESIGN 3, Digest). Trials are whole samples, so caches are evicted and files verified
 * in them too.
 */
#include <errno.h>
#include <string.h>

#include "lib/plan/calibrate.h"
#include "lib/session/group_run.h"

#define TURN_NS        4000000u /* the scheduler's slice: what each of many workers on a CPU waits for */
#define TURNS_MIN      3u       /* oversubscribed samples last at least so many turns of each worker */
#define WAVES_MIN      20u      /* waiting work: units a worker at least */
#define TIMEOUT_MIN    UINT64_C(10000000000)
#define TIMEOUT_FACTOR 20u
#define CREATE_NS      20000000u /* a generous guess at creating and ending one worker */

static const struct cb_run_options *options_of(const struct cb_group_run *run)
{
	return run->session->result->options;
}

/* Wanted makespan of a cell's sample. */
static uint64_t target_ns(const struct cb_group_run *run, const struct cb_cell *cell)
{
	uint64_t target = options_of(run)->sample_time_ns, turns;
	unsigned all = cell->shape.workers + cell->partners, cpus = cell->env.cpus ? cell->env.cpus : 1;

	if (!cell->oversubscribed)
		return target;
	turns = (uint64_t)TURNS_MIN * ((all + cpus - 1) / cpus) * TURN_NS;
	return turns > target ? turns : target;
}

static uint64_t timeout_ns(const struct cb_group_run *run, const struct cb_cell *cell, uint64_t units)
{
	double expected = (double)target_ns(run, cell), fixed = (double)units * run->serial_unit_ns;

	if (options_of(run)->timeout_ns)
		return options_of(run)->timeout_ns;
	if (options_of(run)->units && fixed > expected)
		expected = fixed;
	expected = expected * TIMEOUT_FACTOR + (double)cell->shape.workers * CREATE_NS;
	return expected > (double)TIMEOUT_MIN ? (uint64_t)expected : TIMEOUT_MIN;
}

int cb_group_sample(struct cb_group_run *run, const struct cb_cell *cell, uint64_t units,
	enum cb_timing timing, struct cb_histogram *hist, struct cb_sample *ret, struct cb_error *err)
{
	const struct cb_result *result = run->session->result;
	struct cb_sample_spec spec = {
		.host = result->host,
		.workload = run->group->workload,
		.params = run->group->params,
		.prepared = run->prepared,
		.env = cell->env,
		.mode = cell->mode,
		.dispatch = cell->dispatch,
		.batch = cell->batch,
		.shape = cell->shape,
		.partners = cell->partners,
		.worker_cpu = cell->placement.worker_cpu,
		.partner_cpu = cell->placement.partner_cpu,
		.fits = cell->placement.fits,
		.units = units,
		.seed = result->options->seed,
		.timing = timing,
		.timing_every = run->timing_every ? run->timing_every : 1,
		.warmup_ns = result->options->warmup_ns,
		.timeout_ns = timeout_ns(run, cell, units),
	};
	int r;

	do
		r = cb_sample_run(run->session->supervisor, &spec, ret, hist, err);
	while (r == -ERESTART);
	if (!r && ret->status == CB_OK && ret->units != units) {
		ret->status = CB_MISMATCH;
		snprintf(ret->reason, sizeof ret->reason, "%llu units were done, %llu were asked for",
			(unsigned long long)ret->units, (unsigned long long)units);
	}
	return r;
}

void cb_group_drop(
	struct cb_group_run *run, struct cb_cell_run *cell, enum cb_status status, const char *reason)
{
	struct cb_cell_result *result = &run->session->result->cells[cell->index];

	cell->alive = false;
	result->status = status;
	snprintf(result->reason, sizeof result->reason, "%s", reason);
}

static void calibration_of(const struct cb_group_run *run, const struct cb_cell *cell, uint64_t guess,
	struct cb_calibration *ret)
{
	const struct cb_workload *workload = run->group->workload;
	uint64_t multiple = (uint64_t)cell->shape.workers * cell->inflight, max = 0;

	if (workload->units_max)
		max = workload->units_max(run->group->params, &cell->env);
	*ret = (struct cb_calibration){
		.target_ns = target_ns(run, cell),
		.multiple = multiple,
		.units_min = workload->class == CB_CLASS_WAIT ? WAVES_MIN * multiple : 1,
		.units_max = max ? max : UINT64_MAX,
	};
	cb_calibration_start(ret, guess);
}

/* Trials until the number of units is known. The last sample is in *ret; its status says whether there is a
 * number. */
static int calibrate(struct cb_group_run *run, const struct cb_cell *cell, struct cb_calibration *c,
	struct cb_sample *ret, struct cb_error *err)
{
	int r;

	while (!c->done) {
		r = cb_group_sample(run, cell, c->units, CB_TIMING_NONE, NULL, ret, err);
		if (r || ret->status != CB_OK)
			return r;
		cb_calibration_feed(c, ret->makespan_ns);
	}
	return 0;
}

/* Serial's own trials, then one sample of full length: unit time, V and its digest. */
static int calibrate_serial(
	struct cb_group_run *run, struct cb_sample *ret, uint64_t *ret_units, struct cb_error *err)
{
	const struct cb_cell *serial = &run->group->serial;
	struct cb_calibration c;
	uint64_t units;
	int r;

	*ret = (struct cb_sample){ .status = serial->status };
	if (serial->status != CB_OK) {
		snprintf(ret->reason, sizeof ret->reason, "%s", serial->reason);
		return 0;
	}
	calibration_of(run, serial, 0, &c);
	r = calibrate(run, serial, &c, ret, err);
	if (r || ret->status != CB_OK)
		return r;
	units = options_of(run)->units && options_of(run)->units < c.units ? options_of(run)->units : c.units;
	r = cb_group_sample(run, serial, units, CB_TIMING_NONE, NULL, ret, err);
	if (r || ret->status != CB_OK)
		return r;
	run->serial_unit_ns = (double)ret->makespan_ns / (double)units;
	run->verify_units = units;
	run->verify_digest = ret->digest;
	run->timing = cb_timing_policy(
		run->serial_unit_ns, run->session->result->host->clock_ns, serial->batch, &run->timing_every);
	*ret_units = c.units;
	return 0;
}

/* The workload's own answer, where it has one. */
static bool has_expect(const struct cb_group_run *run, uint64_t units, uint64_t *ret)
{
	const struct cb_workload *workload = run->group->workload;

	if (!workload->expect)
		return false;
	*ret = workload->expect(
		run->group->params, cb_prepared_data(run->prepared), options_of(run)->seed, units);
	return true;
}

/* V units in this cell, against serial's V or the workload's own answer. Also its first rate. */
static int verify_cell(
	struct cb_group_run *run, struct cb_cell_run *cell, struct cb_sample *ret, struct cb_error *err)
{
	uint64_t want = run->verify_digest, units = run->verify_units;
	const char *oracle = has_expect(run, units, &want) ? "expect" : "serial";
	int r = cb_group_sample(run, cell->cell, units, CB_TIMING_NONE, NULL, ret, err);

	if (r || ret->status != CB_OK)
		return r;
	cell->verified_by = oracle;
	if (ret->digest == want)
		return 0;
	ret->status = CB_MISMATCH;
	snprintf(ret->reason, sizeof ret->reason, "%llu units have digest 0x%016llx, %s says 0x%016llx",
		(unsigned long long)units, (unsigned long long)ret->digest,
		oracle[0] == 'e' ? "the workload's expectation" : "serial", (unsigned long long)want);
	return 0;
}

static int calibrate_cell(struct cb_group_run *run, struct cb_cell_run *cell, struct cb_error *err)
{
	struct cb_sample sample = { .status = CB_OK };
	struct cb_calibration c;
	int r = 0;

	calibration_of(run, cell->cell, run->verify_units, &c);
	if (run->verify_units) {
		r = verify_cell(run, cell, &sample, err);
		if (!r && sample.status == CB_OK) {
			c.units = run->verify_units;
			cb_calibration_feed(&c, sample.makespan_ns);
		}
	}
	if (!r && sample.status == CB_OK && !options_of(run)->units)
		r = calibrate(run, cell->cell, &c, &sample, err);
	if (r)
		return r;
	if (sample.status != CB_OK) {
		cb_group_drop(run, cell, sample.status, sample.reason);
		return 0;
	}
	cell->units = options_of(run)->units ? options_of(run)->units : c.units;
	cell->rough_ns = sample.total_ns;
	cell->digest_known = has_expect(run, cell->units, &cell->digest);
	return 0;
}

int cb_group_calibrate(struct cb_group_run *run, struct cb_error *err)
{
	struct cb_sample sample;
	uint64_t serial_units = 0;
	int r;

	cb_group_progress(run, CB_PHASE_CALIBRATE, &run->cells[0]);
	r = calibrate_serial(run, &sample, &serial_units, err);
	if (!r && sample.status != CB_OK && run->session->listener->warn) {
		char text[sizeof sample.reason + 128];

		snprintf(text, sizeof text,
			"%s: the serial trial %s (%s): other modes have nothing to be verified against",
			run->group->workload->name, cb_status_names[sample.status], sample.reason);
		run->session->listener->warn(run->session->listener->arg, text);
	}
	for (unsigned i = 0; i < run->group->n && !r; i++) {
		struct cb_cell_run *cell = &run->cells[i];

		if (!cell->alive)
			continue;
		cb_group_progress(run, CB_PHASE_CALIBRATE, cell);
		if (cell->cell->baseline && sample.status != CB_OK)
			cb_group_drop(run, cell, sample.status, sample.reason);
		else
			r = calibrate_cell(run, cell, err);
	}
	return r;
}
