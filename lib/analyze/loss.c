/*
 * Where the speed-up went. A sample has W workers from its first creation to its last reaping, less the
 * harness's own warm-up and gate: W x window of worker time. Serial needs units x (its time a unit) for the
 * same work; the rest of it is lost:
 *
 *   W x window - units x serial = W x (spawn + teardown)                 creation
 *                               + sum (start_i - first start)            start skew
 *                               + sum (last end - end_i)                 imbalance
 *                               + (off CPU - units x serial's)           waiting
 *                               + (run delay - units x serial's)         runnable
 *                               + (CPU time - units x serial's)          rest, of which handing out units is
 * dispatch
 *
 * as end_i - start_i is CPU time + run delay + time off the CPU, in serial too. Start skew and imbalance
 * together are W x makespan - sum (end_i - start_i), so both come from what a file has of each sample.
 */
#include "lib/analyze/analyze.h"

#include <math.h>
#include <string.h>

const char *const cb_cause_names[] = {
	[CB_CAUSE_CREATION] = "creation",
	[CB_CAUSE_SKEW] = "start_skew",
	[CB_CAUSE_DISPATCH] = "dispatch",
	[CB_CAUSE_IMBALANCE] = "imbalance",
	[CB_CAUSE_WAITING] = "waiting",
	[CB_CAUSE_RUNNABLE] = "runnable",
	[CB_CAUSE_REST] = "rest",
};
const char *const cb_cause_words[] = {
	[CB_CAUSE_CREATION] = "creating and ending workers",
	[CB_CAUSE_SKEW] = "late starts",
	[CB_CAUSE_DISPATCH] = "handing out units",
	[CB_CAUSE_IMBALANCE] = "imbalance: workers that were done before the last",
	[CB_CAUSE_WAITING] = "waiting: locks, input and output",
	[CB_CAUSE_RUNNABLE] = "waiting for a CPU",
	[CB_CAUSE_REST] = "more CPU time a unit: memory, caches, spinning",
};

/* Sums over a cell's samples, in worker-nanoseconds. */
struct sums {
	double units, window, makespan, creation, idle, skew, cpu, delay, off_cpu;
};

/* What is not known is taken as none, but the CPU time: without it nothing can be split. */
static double or_zero(double x)
{
	return isfinite(x) ? x : 0;
}

/* Whether a sample of p stands in a block that the other has as well: another moment of the host says
 * nothing. */
static bool is_shared(const struct cb_point *p, const struct cb_point *other, unsigned block)
{
	return isfinite(p->log_rates[block]) && isfinite(other->log_rates[block]);
}

/* Over the blocks that the two share; over all samples where there is no such block. */
static struct sums sums_of(const struct cb_point *p, const struct cb_point *other, bool share)
{
	const struct cb_stored_cell *cell = p->cell;
	struct sums s = { 0 };
	double w = cell->workers;

	for (unsigned k = 0; k < cell->samples_n; k++) {
		const struct cb_stored_sample *x = &cell->samples[k];
		double creation = or_zero(x->spawn_ns) + or_zero(x->teardown_ns);
		double cpu = x->cpu_user_ns + x->cpu_sys_ns;
		/* it is read a little before the start: no more than there was room for */
		double delay = fmin(or_zero(x->run_delay_ns), fmax(0, x->busy_ns - cpu));

		if (!cb_stored_counts(x) || (share && !is_shared(p, other, x->block)))
			continue;
		s.units += x->units;
		s.creation += w * creation;
		s.makespan += w * x->makespan_ns;
		s.window += w * (x->makespan_ns + creation);
		s.idle += w * x->makespan_ns - x->busy_ns;
		s.skew += x->late_ns;
		s.cpu += cpu;
		s.delay += delay;
		s.off_cpu += x->busy_ns - cpu - delay;
	}
	return s;
}

/* CPU time of a batch of the workload null in the same mode, with as many workers: what taking it costs. NaN:
 * not measured. */
static double dispatch_ns(const struct cb_case *null, const struct cb_stored_cell *cell)
{
	for (unsigned i = 0; null && i < null->n; i++) {
		const struct cb_stored_cell *other = null->points[i].cell;

		if (other->workers == cell->workers && !strcmp(other->mode, cell->mode) &&
			!strcmp(other->dispatch, cell->dispatch))
			return null->points[i].cpu_ns_per_unit;
	}
	return NAN;
}

static void find_worst(struct cb_loss *loss)
{
	loss->worst = 0;
	for (enum cb_cause cause = 0; cause < CB_CAUSES; cause++)
		if (loss->by_cause[cause] > or_zero(loss->by_cause[loss->worst]))
			loss->worst = cause;
}

const char *cb_superlinear_reason(const struct cb_point *p)
{
	static const char *const reasons[CB_CAUSES] = {
		[CB_CAUSE_IMBALANCE] = "workers end together as serial does not",
		[CB_CAUSE_WAITING] = "serial waited more: its waits overlap with nothing",
		[CB_CAUSE_RUNNABLE] = "serial had to wait for its CPU: something else ran beside it",
		[CB_CAUSE_REST] =
			"less CPU time a unit than serial: caches that together hold more, or a faster clock",
	};
	enum cb_cause best = CB_CAUSE_REST;

	if (!p->superlinear || isnan(p->loss.total))
		return NULL;
	for (enum cb_cause cause = 0; cause < CB_CAUSES; cause++)
		if (p->loss.by_cause[cause] < p->loss.by_cause[best])
			best = cause;
	return p->loss.by_cause[best] < 0 ? reasons[best] : NULL;
}

/* a: the cell's sums, s: serial's; dispatch: of a unit. */
static struct cb_loss split(const struct sums *a, const struct sums *s, double dispatch)
{
	struct cb_loss loss;
	double scale = a->units / s->units;

	loss.total = 1 - scale * s->makespan / a->window;
	loss.makespan = 1 - scale * s->makespan / a->makespan;
	loss.by_cause[CB_CAUSE_CREATION] = a->creation / a->window;
	loss.by_cause[CB_CAUSE_SKEW] = a->skew / a->window;
	loss.by_cause[CB_CAUSE_IMBALANCE] = (a->idle - a->skew - scale * s->idle) / a->window;
	loss.by_cause[CB_CAUSE_WAITING] = (a->off_cpu - scale * s->off_cpu) / a->window;
	loss.by_cause[CB_CAUSE_RUNNABLE] = (a->delay - scale * s->delay) / a->window;
	loss.by_cause[CB_CAUSE_DISPATCH] = a->units * dispatch / a->window;
	loss.by_cause[CB_CAUSE_REST] = (a->cpu - scale * s->cpu) / a->window -
				       or_zero(loss.by_cause[CB_CAUSE_DISPATCH]);
	find_worst(&loss);
	return loss;
}

static struct cb_loss loss_of(const struct cb_point *p, const struct cb_point *serial, double dispatch)
{
	bool share = p->speedup.n > 0;
	struct sums sums = sums_of(p, serial, share), base = sums_of(serial, p, share);
	struct cb_loss loss = split(&sums, &base, dispatch);

	if (!isfinite(sums.cpu) || !isfinite(sums.idle))
		loss.total = loss.makespan = NAN;
	return loss;
}

void cb_loss_of(struct cb_case *c, const struct cb_case *null)
{
	for (unsigned i = 0; i < c->n; i++) {
		struct cb_point *p = &c->points[i];

		if (!c->serial || p == c->serial)
			p->loss = (struct cb_loss){ .total = NAN, .makespan = NAN };
		else
			p->loss = loss_of(p, c->serial, c == null ? NAN : dispatch_ns(null, p->cell));
	}
}
