#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/exec/open_loop.h"
#include "lib/exec/supervisor.h"
#include "lib/host/clock.h"

#define HARD_BASE_NS   2000000000u /* what a leader gets to kill and reap its workers, */
#define HARD_WORKER_NS 10000000u   /* and for each of them */

struct job {
	const struct cb_sample_spec *spec;
	struct cb_control *control;
};

static void lead(void *arg)
{
	struct job *job = arg;

	cb_leader_main(job->spec, job->control);
}

/* Rows grow to the largest sample so far; leaders do not inherit them. */
static int reserve_rows(struct cb_supervisor *s, unsigned workers)
{
	size_t bytes = workers * sizeof *s->rows;
	void *p;

	if (bytes <= s->rows_bytes)
		return 0;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	madvise(p, bytes, MADV_DONTFORK);
	if (s->rows)
		munmap(s->rows, s->rows_bytes);
	s->rows = p;
	s->rows_bytes = bytes;
	return 0;
}

/* The leader itself could not be forked: nobody's fault, and nothing was measured. */
static void not_started(struct cb_sample *ret, int r)
{
	memset(ret, 0, sizeof *ret);
	ret->status = CB_SKIPPED;
	snprintf(ret->reason, sizeof ret->reason, "the sample's process could not be created: %s",
		strerror(-r));
}

/* Those from..from+workers-1. */
static void merge_histograms(
	const struct cb_control *control, unsigned from, unsigned workers, struct cb_histogram *hist)
{
	for (unsigned i = from; hist && control->histograms && i < from + workers; i++)
		cb_histogram_merge(hist, &control->histograms[i]);
}

static unsigned histograms_of(const struct cb_sample_spec *spec)
{
	if (cb_is_open(&spec->open))
		return 2 * spec->shape.workers;
	return spec->timing == CB_TIMING_NONE ? 0 : spec->shape.workers;
}

int cb_sample_run(struct cb_supervisor *s, const struct cb_sample_spec *spec, struct cb_sample *ret,
	struct cb_histogram *hist, struct cb_error *err)
{
	unsigned workers = spec->shape.workers;
	unsigned histograms = histograms_of(spec);
	struct cb_control *control = cb_control_new(workers + spec->partners, histograms);
	struct job job = { .spec = spec, .control = control };
	struct cb_watch watch;
	struct cb_end end;
	int r;

	if (!control || reserve_rows(s, workers)) {
		cb_control_free(control);
		return cb_error_set(err, -ENOMEM, "no memory for a sample of %u workers", workers);
	}
	cb_watch_init(&watch, spec, control, &s->stuck, cb_now_ns());
	s->watch = &watch;
	r = cb_supervise(
		s, spec->timeout_ns, HARD_BASE_NS + workers * (uint64_t)HARD_WORKER_NS, lead, &job, &end);
	s->watch = NULL;
	cb_watch_release(&watch);
	cb_control_tame(control, workers + spec->partners, histograms);
	if (!r) {
		cb_outcome(spec, control, &end, s->rows, ret);
		if (ret->status == CB_OK) {
			merge_histograms(control, 0, workers, hist);
			if (cb_is_open(&spec->open))
				merge_histograms(control, workers, workers, spec->service);
		}
	} else if (r == -EAGAIN || r == -ENOMEM) {
		not_started(ret, r);
		r = 0;
	} else if (r != -EINTR && r != -ERESTART) {
		cb_error_set(err, r, "cannot run a sample: %s", strerror(-r));
	}
	cb_control_free(control);
	return r;
}
