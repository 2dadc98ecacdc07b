#include "lib/plan/calibrate.h"

#include <math.h>

#include "lib/exec/open_loop.h"

#define TRIALS_MAX    40
#define GROWTH_MAX    64.0
#define TRIAL_DIVISOR 10 /* a trial of this part of the target is long enough to be scaled */

static uint64_t multiple_of(const struct cb_calibration *c)
{
	return c->multiple ? c->multiple : 1;
}

/* The most units a sample may have, a multiple where there is one. */
static uint64_t most_units(const struct cb_calibration *c)
{
	uint64_t max = c->units_max < CB_UNITS_CEILING ? c->units_max : CB_UNITS_CEILING;
	uint64_t rounded = max - max % multiple_of(c);

	if (rounded)
		return rounded;
	return max ? max : 1;
}

/* wanted as units: the nearest multiple, at least one multiple and least, at most what is allowed. */
static uint64_t round_units(const struct cb_calibration *c, double wanted, uint64_t least)
{
	uint64_t multiple = multiple_of(c), max = most_units(c);
	double count = round(wanted / (double)multiple);

	/* Also where count is too large for an integer. */
	if (count >= (double)(max / multiple))
		return max;

	uint64_t units = (uint64_t)count * multiple;

	if (units < multiple)
		units = multiple;
	if (units < least)
		units = least - 1 < max ? ((least - 1) / multiple + 1) * multiple : max;
	return units < max ? units : max;
}

void cb_calibration_start(struct cb_calibration *c, uint64_t guess)
{
	c->trials = 0;
	c->done = false;
	c->units = round_units(c, (double)guess, 0);
}

void cb_calibration_feed(struct cb_calibration *c, uint64_t makespan_ns)
{
	double target_ns = (double)(c->target_ns ? c->target_ns : 1);
	double wanted = target_ns / (double)(makespan_ns ? makespan_ns : 1); /* times the trial's units */
	bool long_enough = (double)makespan_ns * TRIAL_DIVISOR >= target_ns;

	c->trials++;
	c->done = long_enough || c->units >= most_units(c) || c->trials >= TRIALS_MAX;
	if (c->done) {
		if (!long_enough && wanted > GROWTH_MAX)
			wanted = GROWTH_MAX;
		c->units = round_units(c, (double)c->units * wanted, c->units_min);
		return;
	}

	/* Towards a fifth of the target: twice what is needed, so that the next trial is the last one. */
	double growth = fmin(fmax(wanted * 2 / TRIAL_DIVISOR, 2), GROWTH_MAX);
	double multiples = floor((double)c->units * growth / (double)multiple_of(c));

	c->units = round_units(c, multiples * (double)multiple_of(c), 0);
}

#define OPEN_STRETCH 10.0
#define OPEN_BEYOND  2.0

uint64_t cb_open_units(double rate_per_s, uint64_t target_ns, uint64_t closed, uint64_t units_max)
{
	double units = fmin(rate_per_s * (double)target_ns / 1e9, OPEN_BEYOND * (double)closed);
	double most = (double)(units_max < CB_OPEN_UNITS_MAX ? units_max : CB_OPEN_UNITS_MAX);

	units = fmin(fmax(units, fmin(CB_OPEN_UNITS_MIN, OPEN_STRETCH * units)), most);
	return units < 1 ? 1 : (uint64_t)units;
}

#define EACH_UNIT_NS     10000.0
#define EACH_CLOCKS      100.0
#define SAMPLED_CLOCKS   200.0
#define NONE_CLOCKS      10.0
#define AUTO_BATCH_NS    10000.0
#define TIMING_EVERY_MAX 1e15

enum cb_timing cb_timing_policy(double unit_ns, double clock_ns, uint64_t batch, uint64_t *ret_every)
{
	*ret_every = 1;
	if (!(clock_ns > 0) || !(unit_ns >= NONE_CLOCKS * clock_ns))
		return CB_TIMING_NONE;
	if (unit_ns >= EACH_UNIT_NS && unit_ns >= EACH_CLOCKS * clock_ns)
		return CB_TIMING_EACH;

	double batch_ns = batch ? (double)batch * unit_ns : fmax(unit_ns, AUTO_BATCH_NS);

	*ret_every = (uint64_t)fmin(ceil(SAMPLED_CLOCKS * clock_ns / batch_ns), TIMING_EVERY_MAX);
	return CB_TIMING_SAMPLED;
}
