/*
 * Before anything counts: how long a unit is in serial, how many units each cell gets, and whether each cell
 * does the same work (DESIGN 3, Digest). Trials are whole samples, so caches are evicted and files verified
 * in them too.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/plan/calibrate.h"
#include "lib/session/group_run.h"

#define WAVES_MIN       20u /* waiting work: units a worker at least */
#define TIMEOUT_MIN     1e10
#define TIMEOUT_FACTOR  20u
#define CONFIRM_DIVISOR 2         /* a trial of this part of the target needs no confirmation */
#define CREATE_NS       20000000u /* a generous guess at creating and ending one worker */

static const struct cb_run_options *options_of(const struct cb_group_run *run)
{
	return run->session->result->options;
}

/* Wanted makespan of a cell's sample. */
static uint64_t target_ns(const struct cb_group_run *run, const struct cb_cell *cell)
{
	return cb_cell_target_ns(cell, options_of(run)->sample_time_ns, run->group->workload->class);
}

/* How many units a cell can have in work at a time, at least. */
static double concurrency(const struct cb_group_run *run, const struct cb_cell *cell)
{
	unsigned workers = cell->shape.workers, cpus = cell->env.cpus ? cell->env.cpus : 1;

	return run->group->workload->class == CB_CLASS_WAIT || workers < cpus ? workers : cpus;
}

/*
 * max(10 s, 20 x expected), and something for the creation of many. A unit is known once serial has been
 * tried. What is to hang is not waited for that long.
 */
static uint64_t timeout_ns(const struct cb_group_run *run, const struct cb_cell *cell, uint64_t units)
{
	double unit = run->serial_unit_ns, expected = (double)target_ns(run, cell);
	double by_units = unit * ((double)units / concurrency(run, cell) + 1); /* one more for the warm-up */
	double handing = (double)cb_dispatches[cell->dispatch].handover_ns * (double)units;
	bool hangs = run->fault && run->fault->how == CB_FAULT_HANG;
	double least = hangs ? CB_HANG_MIN_NS : TIMEOUT_MIN;

	if (options_of(run)->timeout_ns)
		return options_of(run)->timeout_ns;
	if (cell->open.rate_per_s > 0)
		expected = fmax(expected, (double)units * 1e9 / cell->open.rate_per_s);
	by_units += handing;
	expected = by_units > expected ? by_units : expected;
	expected = expected * (hangs ? CB_HANG_FACTOR : TIMEOUT_FACTOR) +
		   (double)cell->shape.workers * CREATE_NS;
	return expected < least ? (uint64_t)least : expected < 1e18 ? (uint64_t)expected : (uint64_t)1e18;
}

int cb_group_sample(struct cb_group_run *run, const struct cb_cell *cell, uint64_t units,
	const struct cb_sample_how *how, struct cb_sample *ret, struct cb_error *err)
{
	static const struct cb_sample_how trial = { .timing = CB_TIMING_NONE };
	const struct cb_result *result = run->session->result;
	struct cb_sample_spec spec = cb_cell_spec(run->group, cell);
	int r;

	how = how ? how : &trial;
	spec.host = result->host;
	spec.prepared = run->prepared;
	if (cell->cpu_set->name) {
		spec.confined = cell->cpu_set->allowance.mask;
		spec.confined_n = cell->cpu_set->allowance.mask_n;
	}
	spec.units = units;
	spec.seed = result->options->seed;
	spec.timing = how->timing;
	spec.open = how->open;
	spec.service = how->service;
	spec.timing_every = run->timing_every ? run->timing_every : 1;
	spec.warmup_ns = result->options->warmup_ns;
	spec.timeout_ns = timeout_ns(run, cell, units);
	spec.stall_ns = cb_group_stall_ns(run, cell, units, spec.timeout_ns);
	spec.fault = run->fault;
	do
		r = cb_sample_run(run->session->supervisor, &spec, ret, how->latency, err);
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

void cb_group_fail(struct cb_group_run *run, struct cb_cell_run *cell, const struct cb_sample *sample)
{
	cb_group_drop(run, cell, sample->status, sample->reason);
	if (sample->stuck)
		cb_result_keep_stuck(run->session->result, cell->index, sample->stuck);
}

static void calibration_of(const struct cb_group_run *run, const struct cb_cell *cell, uint64_t guess,
	struct cb_calibration *ret)
{
	const struct cb_workload *workload = run->group->workload;
	uint64_t multiple = (uint64_t)cell->shape.workers * cell->inflight, max = cell->units_max;
	uint64_t min = cell->units_min;

	if (workload->class == CB_CLASS_WAIT && min < WAVES_MIN * multiple)
		min = WAVES_MIN * multiple;
	*ret = (struct cb_calibration){
		.target_ns = target_ns(run, cell),
		.multiple = multiple,
		.units_min = min ? min : 1,
		.units_max = max ? max : UINT64_MAX,
	};
	cb_calibration_start(ret, guess);
}

/*
 * Trials until the number of units is known; one more where the last was far shorter than a sample will be.
 * The last sample is in *ret; its status says whether there is a number.
 */
static int calibrate(struct cb_group_run *run, const struct cb_cell *cell, struct cb_calibration *c,
	struct cb_sample *ret, struct cb_error *err)
{
	bool serial = cell == &run->group->serial, confirmed = false;
	int r;

	while (!c->done || !confirmed) {
		confirmed = c->done;
		r = cb_group_sample(run, cell, c->units, NULL, ret, err);
		if (r || ret->status != CB_OK)
			return r;
		if (serial)
			run->serial_unit_ns = (double)ret->makespan_ns / (double)c->units;
		cb_calibration_feed(c, ret->makespan_ns);
		confirmed = confirmed || (double)ret->makespan_ns * CONFIRM_DIVISOR >= (double)c->target_ns;
	}
	return 0;
}

/* Serial's own trials, then one sample of full length: unit time, V and its digest. */
static int calibrate_serial(struct cb_group_run *run, struct cb_sample *ret, struct cb_error *err)
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
	r = cb_group_sample(run, serial, units, NULL, ret, err);
	if (r || ret->status != CB_OK)
		return r;
	run->serial_unit_ns = (double)ret->makespan_ns / (double)units;
	run->verify_units = units;
	run->verify_digest = ret->digest;
	run->serial_sample = *ret;
	run->serial_sample.rows = NULL;
	run->timing = cb_timing_policy(
		run->serial_unit_ns, run->session->result->host->clock_ns, serial->batch, &run->timing_every);
	return 0;
}

int cb_group_expect(struct cb_group_run *run, uint64_t units, bool *ret_known, uint64_t *ret_digest,
	enum cb_status *ret_status, struct cb_error *why)
{
	unsigned k = units == run->verify_units ? 0 : 1;
	int r;

	*ret_status = CB_OK;
	*ret_known = run->group->workload->expect != NULL;
	if (!*ret_known)
		return 0;
	if (run->expect_units[k] != units) {
		do
			r = cb_expect_run(run->session->supervisor, run->group->workload, run->group->params,
				run->prepared, options_of(run)->seed, units,
				timeout_ns(run, &run->group->serial, units), &run->expect_digest[k],
				ret_status, why);
		while (r == -ERESTART);
		if (r || *ret_status != CB_OK)
			return r;
		run->expect_units[k] = units;
	}
	*ret_digest = run->expect_digest[k];
	return 0;
}

/* What a sample of the cell may have, where the workload can tell the digest of so few units. */
static uint64_t units_allowed(const struct cb_group_run *run, const struct cb_cell *cell)
{
	const struct cb_workload *workload = run->group->workload;
	uint64_t max = workload->units_max && workload->expect
			       ? workload->units_max(run->group->params, &cell->env)
			       : 0;

	return max ? max : UINT64_MAX;
}

/*
 * The units of a cell's trial: V, unless handing them out would last far longer than a sample, as with a
 * process for each of a million short units, or the cell may not have so many.
 */
static uint64_t trial_units(const struct cb_group_run *run, const struct cb_cell *cell)
{
	unsigned handover_ns = cb_dispatches[cell->dispatch].handover_ns;
	uint64_t most = handover_ns ? target_ns(run, cell) / handover_ns : UINT64_MAX;
	uint64_t allowed = units_allowed(run, cell);

	most = most > cell->shape.workers ? most : cell->shape.workers;
	most = most < allowed ? most : allowed;
	return run->verify_units < most ? run->verify_units : most;
}

/* Serial's digest of so many units: of V it is known, of fewer it is found out. */
static int serial_digest(
	struct cb_group_run *run, uint64_t units, struct cb_sample *ret, struct cb_error *err)
{
	int r = 0;

	if (units == run->verify_units) {
		*ret = (struct cb_sample){ .status = CB_OK, .digest = run->verify_digest };
		return 0;
	}
	if (run->few_units != units)
		r = cb_group_sample(run, &run->group->serial, units, NULL, ret, err);
	else
		*ret = (struct cb_sample){ .status = CB_OK, .digest = run->few_digest };
	if (!r && ret->status == CB_OK) {
		run->few_units = units;
		run->few_digest = ret->digest;
	}
	return r;
}

/* Those units and their digest, against the workload's own answer, else serial's. */
static int check_verified(struct cb_group_run *run, struct cb_cell_run *cell, uint64_t units,
	struct cb_sample *ret, struct cb_error *err)
{
	uint64_t want = 0;
	enum cb_status status;
	struct cb_sample serial = { .status = CB_OK };
	struct cb_error why = { 0 };
	bool expected;
	int r = cb_group_expect(run, units, &expected, &want, &status, &why);

	if (r)
		return cb_error_set(err, r, "%s", why.text);
	if (status != CB_OK) {
		ret->status = status;
		snprintf(ret->reason, sizeof ret->reason, "%s", why.text);
		return 0;
	}
	if (!expected) {
		r = serial_digest(run, units, &serial, err);
		if (r)
			return r;
		if (serial.status != CB_OK) {
			*ret = serial;
			return 0;
		}
		want = serial.digest;
	}
	cell->verified_by = expected ? "expect" : "serial";
	if (ret->digest == want)
		return 0;
	ret->status = CB_MISMATCH;
	snprintf(ret->reason, sizeof ret->reason, "%llu units have digest 0x%016llx, %s says 0x%016llx",
		(unsigned long long)units, (unsigned long long)ret->digest,
		expected ? "the workload's expectation" : "serial", (unsigned long long)want);
	return 0;
}

/* A trial of units in this cell. Also its first rate. The baseline has done them already: they are serial's.
 */
static int verify_cell(struct cb_group_run *run, struct cb_cell_run *cell, uint64_t units,
	struct cb_sample *ret, struct cb_error *err)
{
	int r = 0;

	if (cell->cell->baseline)
		*ret = run->serial_sample;
	else
		r = cb_group_sample(run, cell->cell, units, NULL, ret, err);
	return r || ret->status != CB_OK ? r : check_verified(run, cell, units, ret, err);
}

/* Trials of one cell. Its units are in *c; the status of *ret says whether they are known. */
static int try_cell(struct cb_group_run *run, struct cb_cell_run *cell, struct cb_calibration *c,
	struct cb_sample *ret, struct cb_error *err)
{
	uint64_t units = trial_units(run, cell->cell);
	int r = 0;

	if (units) {
		r = verify_cell(run, cell, units, ret, err);
		if (r || ret->status != CB_OK)
			return r;
		c->units = units;
		cb_calibration_feed(c, ret->makespan_ns);
		if (c->done && (double)ret->makespan_ns * CONFIRM_DIVISOR >= (double)c->target_ns)
			return 0;
	}
	return options_of(run)->units ? 0 : calibrate(run, cell->cell, c, ret, err);
}

static int calibrate_cell(struct cb_group_run *run, struct cb_cell_run *cell, struct cb_error *err)
{
	struct cb_sample sample = { .status = CB_OK };
	struct cb_error why = { 0 };
	struct cb_calibration c;
	int r;

	calibration_of(run, cell->cell, trial_units(run, cell->cell), &c);
	r = try_cell(run, cell, &c, &sample, err);
	if (!r && sample.status == CB_OK) {
		cell->units = options_of(run)->units            ? options_of(run)->units
			      : cell->cell->open.rate_per_s > 0 ? cb_open_units(cell->cell->open.rate_per_s,
									  c.target_ns, c.units, c.units_max)
								: c.units;
		cell->rough_ns = sample.total_ns;
		r = cb_group_expect(
			run, cell->units, &cell->digest_known, &cell->digest, &sample.status, &why);
		snprintf(sample.reason, sizeof sample.reason, "%s", why.text);
		cb_error_set(r ? err : NULL, r, "%s", why.text);
	}
	if (!r && sample.status != CB_OK)
		cb_group_fail(run, cell, &sample);
	return r;
}

static void warn_without_serial(const struct cb_group_run *run, const struct cb_sample *sample)
{
	char text[sizeof sample->reason + 128];

	if (run->group->serial.expected == sample->status)
		return; /* as the workload is meant to: nobody is surprised */
	snprintf(text, sizeof text,
		"%s: the serial trial ended as '%s' (%s): other modes have nothing to be verified against",
		run->group->workload->name, cb_status_names[sample->status], sample->reason);
	cb_group_warn(run, text);
}

int cb_group_calibrate(struct cb_group_run *run, struct cb_error *err)
{
	struct cb_sample sample;
	int r;

	cb_group_progress(run, CB_PHASE_CALIBRATE, &run->cells[0]);
	r = calibrate_serial(run, &sample, err);
	if (!r && sample.status != CB_OK)
		warn_without_serial(run, &sample);
	else if (!r)
		cb_group_warn_of_long_units(run);
	for (unsigned i = 0; i < run->group->n && !r; i++) {
		struct cb_cell_run *cell = &run->cells[i];

		if (!cell->alive)
			continue;
		cb_group_progress(run, CB_PHASE_CALIBRATE, cell);
		if (cell->cell->baseline && sample.status != CB_OK)
			cb_group_fail(run, cell, &sample);
		else
			r = calibrate_cell(run, cell, err);
	}
	return r;
}
