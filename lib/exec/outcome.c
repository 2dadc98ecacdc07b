#include "lib/exec/outcome.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/parse.h"
#include "lib/exec/open_loop.h"

/* ---- status ---------------------------------------------------------------------------------- */

/* The least advanced of slots first..first+n-1. */
struct laggards {
	enum cb_step step;
	unsigned n; /* how many stand there */
};

static struct laggards find_laggards(const struct cb_control *control, unsigned first, unsigned n)
{
	struct laggards l = { .step = CB_STEP_LEFT };

	for (unsigned i = first; i < first + n; i++) {
		enum cb_step step = atomic_load(&control->slots[i].step);

		step = step == CB_STEP_NONE ? CB_STEP_CREATE : step;
		if (step < l.step)
			l = (struct laggards){ .step = step };
		l.n += step == l.step;
	}
	return l;
}

/* Where things stood: the leader's step, or its workers', or its partners' when all workers have left. */
struct place {
	const char *step;
	const char *whose; /* "workers", "partners"; NULL: the leader's */
	unsigned n, all;   /* how many of them stand there, of how many */
};

static struct place find_place(const struct cb_control *control, unsigned workers)
{
	enum cb_step step = atomic_load(&control->leader_step);
	unsigned partners = control->slots_n - workers;
	struct laggards l;

	if (step != CB_STEP_RUN || !workers)
		return (struct place){ .step = cb_step_names[step] };
	l = find_laggards(control, 0, workers);
	if (l.step < CB_STEP_LEFT || !partners)
		return (struct place){ cb_step_names[l.step], "workers", l.n, workers };
	l = find_laggards(control, workers, partners);
	return (struct place){ cb_step_names[l.step], "partners", l.n, partners };
}

static void describe_timeout(const struct cb_control *control, const struct cb_end *end, unsigned workers,
	char *reason, size_t size)
{
	struct place place = find_place(control, workers);
	char limit[32], who[64] = "";

	cb_format_duration(end->timeout_ns, limit);
	if (place.whose)
		snprintf(who, sizeof who, "%u of %u %s ", place.n, place.all, place.whose);
	snprintf(reason, size, "no end within %s: %sstill in %s; allow more with --timeout", limit, who,
		place.step);
}

/*
 * "run", or, when workers stood in several steps, "run or worker_fini": one of several threads took the
 * process down, and nobody can tell which.
 */
static void describe_steps(const struct cb_control *control, unsigned workers, char *buf, size_t size)
{
	struct place place = find_place(control, workers);
	bool seen[CB_STEPS] = { false };
	size_t n = 0;

	snprintf(buf, size, "%s", place.step);
	if (!place.whose)
		return;
	for (unsigned i = 0; i < workers; i++)
		seen[atomic_load(&control->slots[i].step)] = true;
	for (enum cb_step s = CB_STEP_INIT; s <= CB_STEP_FINI; s++)
		if (seen[s] && n < size)
			n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? " or " : "", cb_step_names[s]);
}

static void describe_death(const struct cb_control *control, const struct cb_end *end, unsigned workers,
	char *reason, size_t size)
{
	int status = end->wait_status;
	char step[96];

	describe_steps(control, workers, step, sizeof step);

	if (WIFSIGNALED(status))
		snprintf(reason, size, "the process (pid %d) was killed by SIG%s in %s", end->leader,
			sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?", step);
	else
		snprintf(reason, size, "the process (pid %d) exited with status %d in %s", end->leader,
			WEXITSTATUS(status), step);
}

enum cb_status cb_outcome_status(const struct cb_control *control, const struct cb_end *end, unsigned workers,
	char *reason, size_t size)
{
	if (end->stuck) {
		snprintf(reason, size, "%s", end->stuck->reason);
		return end->stuck->status;
	}
	if (end->timed_out) {
		describe_timeout(control, end, workers, reason, size);
		return CB_TIMEOUT;
	}
	if (control->status != CB_OK) {
		snprintf(reason, size, "%s", control->error.text);
		return control->status;
	}
	if (!WIFEXITED(end->wait_status) || WEXITSTATUS(end->wait_status) ||
		!atomic_load(&control->finished)) {
		describe_death(control, end, workers, reason, size);
		return CB_CRASHED;
	}
	reason[0] = 0;
	return CB_OK;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* First and last moments over workers. begin: of all; the others: of those that did a unit (DESIGN 5.5). */
struct span {
	uint64_t begin_ns, ready_ns, spawned_ns, start_min, start_max, end_min, end_max;
	unsigned idle, done;
};

static struct span find_span(const struct cb_control *control, unsigned workers)
{
	struct span s = { .begin_ns = UINT64_MAX, .start_min = UINT64_MAX, .end_min = UINT64_MAX };

	for (unsigned i = 0; i < workers; i++) {
		const struct cb_slot *slot = &control->slots[i];

		s.spawned_ns = slot->first_ns > s.spawned_ns ? slot->first_ns : s.spawned_ns;
		s.ready_ns = slot->ready_ns > s.ready_ns ? slot->ready_ns : s.ready_ns;
		s.begin_ns = slot->start_ns < s.begin_ns ? slot->start_ns : s.begin_ns;
		if (!slot->units) {
			s.idle++;
			continue;
		}
		s.done++;
		s.start_min = slot->start_ns < s.start_min ? slot->start_ns : s.start_min;
		s.start_max = slot->start_ns > s.start_max ? slot->start_ns : s.start_max;
		s.end_min = slot->end_ns < s.end_min ? slot->end_ns : s.end_min;
		s.end_max = slot->end_ns > s.end_max ? slot->end_ns : s.end_max;
	}
	return s;
}

static void add(uint64_t *sum, uint64_t one)
{
	*sum = *sum == CB_NONE || one == CB_NONE ? CB_NONE : *sum + one;
}

/*
 * What a worker queued within the sample: its readings lie before its start and after its end, and on a busy
 * host it may lose its CPU between those for longer than the sample lasts.
 */
static uint64_t queued_within(const struct cb_sample *sample, const struct cb_usage *u)
{
	if (u->run_delay_ns == CB_NONE || sample->makespan_ns == CB_NONE)
		return u->run_delay_ns;
	return u->run_delay_ns < sample->makespan_ns ? u->run_delay_ns : sample->makespan_ns;
}

static void sum_slots(const struct cb_control *control, unsigned workers, struct cb_sample *ret)
{
	for (unsigned i = 0; i < workers; i++) {
		const struct cb_slot *slot = &control->slots[i];
		const struct cb_usage *u = &slot->usage;
		uint64_t wall = slot->end_ns - slot->start_ns,
			 known = u->run_delay_ns == CB_NONE ? CB_NONE : 0;

		ret->units += slot->units;
		ret->batches += slot->batches;
		ret->digest += slot->digest;
		/* user and system come from ticks that the kernel scales to the exact sum: the exact sum is
		 * kept */
		add(&ret->cpu_user_ns, u->cpu_ns > u->sys_ns ? u->cpu_ns - u->sys_ns : 0);
		add(&ret->cpu_sys_ns, u->cpu_ns > u->sys_ns ? u->sys_ns : u->cpu_ns);
		add(&ret->ctx_voluntary, u->ctx_voluntary);
		add(&ret->ctx_involuntary, u->ctx_involuntary);
		add(&ret->faults_minor, u->faults_minor);
		add(&ret->faults_major, u->faults_major);
		add(&ret->run_delay_ns, queued_within(ret, u));
		add(&known, u->cpu_ns + (u->run_delay_ns == CB_NONE ? 0 : u->run_delay_ns));
		add(&ret->off_cpu_ns, known == CB_NONE ? CB_NONE : wall > known ? wall - known : 0);
		add(&ret->read_bytes, u->read_bytes);
		add(&ret->write_bytes, u->write_bytes);
		add(&ret->rchar, u->rchar);
		add(&ret->wchar, u->wchar);
	}
}

static double metric_sum(const struct cb_control *control, unsigned workers, unsigned k)
{
	double sum = 0;

	for (unsigned i = 0; i < workers; i++)
		sum += control->slots[i].metric[k];
	return sum;
}

/* Least (sign -1) or greatest (sign 1) of the workers that did a unit; NaN: none did. */
static double metric_extreme(const struct cb_control *control, unsigned workers, unsigned k, double sign)
{
	double best = NAN;

	for (unsigned i = 0; i < workers; i++)
		if (control->slots[i].units && !(sign * control->slots[i].metric[k] <= sign * best))
			best = control->slots[i].metric[k];
	return best;
}

static double merge_metric(const struct cb_control *control, unsigned workers, const struct cb_metric *rows,
	unsigned k, const struct cb_sample *sample)
{
	double sum = metric_sum(control, workers, k);

	switch (rows[k].merge) {
	case CB_MERGE_MIN:
		return metric_extreme(control, workers, k, -1);
	case CB_MERGE_MAX:
		return metric_extreme(control, workers, k, 1);
	case CB_MERGE_PER_UNIT:
		return sum / (double)sample->units;
	case CB_MERGE_PER_S:
		return sum * 1e9 / (double)sample->makespan_ns;
	case CB_MERGE_RATIO:
		return sum / metric_sum(control, workers, rows[k].over);
	case CB_MERGE_NS_PER:
		return sum > 0 ? (double)sample->makespan_ns / sum : NAN;
	case CB_MERGE_VERIFY:
		return control->metric[k];
	case CB_MERGE_SUM:
		break;
	}
	return sum;
}

static void merge_metrics(
	const struct cb_sample_spec *spec, const struct cb_control *control, struct cb_sample *ret)
{
	const struct cb_metric *rows = spec->workload->metrics;

	for (unsigned k = 0; k < CB_METRICS_MAX; k++)
		ret->metrics[k] = NAN;
	for (unsigned k = 0; rows && k < CB_METRICS_MAX && rows[k].name; k++)
		ret->metrics[k] = merge_metric(control, spec->shape.workers, rows, k, ret) *
				  (rows[k].scale != 0 ? rows[k].scale : 1);
}

/* The largest of all that wait; CB_NONE where one cannot be told. */
static uint64_t timer_slack_ns(const struct cb_control *control)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < control->slots_n; i++)
		if (control->slots[i].timer_slack_ns > most)
			most = control->slots[i].timer_slack_ns;
	return most;
}

static void fill_open(const struct cb_control *control, unsigned workers, struct cb_sample *ret)
{
	uint64_t waits = 0, late_ns = 0;

	ret->backlog_units = 0;
	for (unsigned i = 0; i < workers; i++) {
		ret->backlog_units += control->slots[i].open.backlog;
		waits += control->slots[i].open.waits;
		late_ns += control->slots[i].open.wake_late_ns;
	}
	ret->wake_late_ns = waits ? late_ns / waits : CB_NONE;
}

static void fill_rows(
	const struct cb_control *control, unsigned workers, uint64_t zero_ns, struct cb_worker_row *rows)
{
	for (unsigned i = 0; i < workers; i++) {
		const struct cb_slot *slot = &control->slots[i];

		rows[i] = (struct cb_worker_row){
			.pid = slot->pid,
			.tid = slot->tid,
			.cpu = slot->cpu,
			.start_ns = slot->start_ns - zero_ns,
			.end_ns = slot->end_ns - zero_ns,
			.units = slot->units,
			.cpu_ns = slot->usage.cpu_ns,
		};
	}
}

/* All times absent, all sums zero. */
static void clear(struct cb_sample *ret)
{
	uint64_t *times[] = { &ret->makespan_ns, &ret->setup_ns, &ret->spawn_ns, &ret->gate_ns,
		&ret->teardown_ns, &ret->start_skew_ns, &ret->stop_skew_ns, &ret->partner_cpu_ns,
		&ret->steal_ns, &ret->throttled_ns, &ret->pss_bytes, &ret->timer_slack_ns,
		&ret->backlog_units, &ret->wake_late_ns };

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < CB_COUNT(times); i++)
		*times[i] = CB_NONE;
}

static void fill_times(const struct cb_control *control, unsigned workers, struct cb_sample *ret)
{
	struct span s = find_span(control, workers);

	ret->workers_idle = s.idle;
	ret->workers_done = s.done;
	ret->setup_ns = control->setup_to_ns - control->setup_from_ns;
	/* serial creates nothing, unless it has a partner */
	ret->spawn_ns = control->spawn_from_ns && s.spawned_ns > control->spawn_from_ns
				? s.spawned_ns - control->spawn_from_ns
				: 0;
	ret->gate_ns = s.begin_ns > s.ready_ns ? s.begin_ns - s.ready_ns : 0;
	ret->teardown_ns = control->teardown_to_ns - control->teardown_from_ns;
	if (s.done) {
		ret->makespan_ns = s.end_max > s.begin_ns ? s.end_max - s.begin_ns : 1;
		ret->start_skew_ns = s.start_max - s.start_min;
		ret->stop_skew_ns = s.end_max - s.end_min;
	}
	ret->steal_ns = control->steal_ns;
	ret->throttled_ns = control->throttled_ns;
	ret->partner_cpu_ns = control->partner_cpu_ns;
	ret->pss_bytes = control->pss_bytes;
	for (unsigned i = 0; i < workers && ret->pss_bytes != CB_NONE; i++)
		ret->pss_bytes += control->slots[i].children_peak_bytes;
	ret->timer_slack_ns = timer_slack_ns(control);
}

void cb_outcome(const struct cb_sample_spec *spec, const struct cb_control *control, const struct cb_end *end,
	struct cb_worker_row *rows, struct cb_sample *ret)
{
	unsigned workers = spec->shape.workers;
	uint64_t zero_ns = UINT64_MAX;

	clear(ret);
	ret->total_ns = end->total_ns;
	ret->notes_n = control->notes_n <= CB_NOTES_MAX ? control->notes_n : CB_NOTES_MAX;
	memcpy(ret->notes, control->notes, sizeof ret->notes);
	ret->status = cb_outcome_status(control, end, workers, ret->reason, sizeof ret->reason);
	ret->stuck = end->stuck;
	cb_fault_tell(spec, control, end, ret);
	if (ret->status != CB_OK)
		return;
	fill_times(control, workers, ret);
	sum_slots(control, workers, ret);
	if (cb_is_open(&spec->open))
		fill_open(control, workers, ret);
	merge_metrics(spec, control, ret);
	for (unsigned i = 0; i < workers; i++)
		zero_ns = control->slots[i].start_ns < zero_ns ? control->slots[i].start_ns : zero_ns;
	fill_rows(control, workers, zero_ns, rows);
	ret->rows = rows;
}
