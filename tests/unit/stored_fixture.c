#include "tests/unit/stored_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS 1e6

int paper_new(void **state)
{
	*state = calloc(1, sizeof(struct paper));
	return *state ? 0 : -1;
}

void paper_clear(struct paper *p)
{
	cb_analysis_release(&p->analysis);
	*p = (struct paper){ 0 };
}

int paper_free(void **state)
{
	paper_clear(*state);
	free(*state);
	return 0;
}

struct cb_stored_sample paper_sample(double workers, double units)
{
	double span = units / workers / 100 * MS;

	return (struct cb_stored_sample){ .units = units,
		.makespan_ns = span,
		.spawn_ns = 0,
		.teardown_ns = 0,
		.cpu_user_ns = span * workers,
		.cpu_sys_ns = 0,
		.run_delay_ns = 0,
		.busy_ns = span * workers,
		.late_ns = 0,
		.pss_bytes = 1e6 * workers,
		.capacity = NAN };
}

struct cb_stored_cell *paper_add(
	struct paper *p, const char *mode, double workers, struct cb_stored_sample sample, double wobble)
{
	unsigned at = p->file.cells_n++;
	struct cb_stored_cell *cell = &p->cells[at];

	assert_true(at < PAPER_CELLS_MAX);
	*cell = (struct cb_stored_cell){ .id = TEXT("w/x"),
		.workload = TEXT("w"),
		.class = TEXT("cpu"),
		.unit = TEXT("u"),
		.params = TEXT("{}"),
		.mode = TEXT(mode),
		.dispatch = TEXT("shared"),
		.pin_requested = TEXT("auto"),
		.cpu_set = TEXT(""),
		.status = TEXT("ok"),
		.reason = TEXT(""),
		.bound = TEXT("cpu"),
		.workload_version = 1,
		.workers = workers,
		.processes = 1,
		.threads = workers,
		.samples = p->samples[at],
		.samples_n = PAPER_SAMPLES };
	for (unsigned i = 0; i < PAPER_SAMPLES; i++) {
		p->samples[at][i] = sample;
		p->samples[at][i].block = i / 2;
		p->samples[at][i].makespan_ns *= 1 + wobble * (i % 4) / 3;
	}
	p->file.cells = p->cells;
	p->file.cpus_usable = 4;
	p->file.path = TEXT("paper");
	return cell;
}

void paper_analyze(struct paper *p)
{
	const struct cb_analyze_options options = { .no_solver = "none here" };

	cb_analysis_release(&p->analysis);
	assert_int_equal(cb_analyze(&p->file, 1, &options, &p->analysis), 0);
}

const char *paper_advice(struct paper *p)
{
	paper_analyze(p);
	assert_int_equal(p->analysis.n, 1);
	return p->analysis.cases[0].advice.text;
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

void assert_close(double value, double expected)
{
	if (!(fabs(value - expected) < 1e-9))
		fail_msg("%.12g instead of %.12g", value, expected);
}
