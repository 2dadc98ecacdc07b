/* concbench analyze: what stored results say about scaling. Reads files only, never the host. */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/option.h"
#include "cmd/concbench/style.h"
#include "lib/analyze/analyze.h"
#include "lib/result/analysis_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESAMPLES_MIN   100u
#define RESAMPLES_MAX   1000u
#define RESAMPLES_TOTAL 400000u /* over all curves: some seconds */
#define SEED            1       /* the same file gives the same intervals */

struct analyze_options {
	bool json;
};

static const struct cb_option rows[] = {
	{ .name = "json",
		.offset = offsetof(struct analyze_options, json),
		.help = "JSON on standard output" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "analyze",
	.usage = "[OPTION]... FILE...",
	.summary = "Says from stored results whether a workload scales, where it stops, what stops it, and "
		   "what to use: "
		   "speed-up and efficiency, serial fraction, fits of Amdahl's law and of the Universal "
		   "Scalability Law, "
		   "where the workers' time went, advice.",
	.notes = "  FILE is what concbench run --output wrote, here or elsewhere; cells are compared within "
		 "a file.\n"
		 "  LOST is 1 - efficiency from the first creation to the last end of a worker, and is split "
		 "into:\n"
		 "    CREATE  making and ending workers   LATE   starts after the first   IMBAL   done "
		 "before the last\n"
		 "    WAIT    locks, input and output     QUEUE  runnable without a CPU   SLOWER  more CPU "
		 "time a unit\n"
		 "  docs/analysis.md explains all.\n",
};

/* ---- text ---- */

/* Without the sign of what rounds to nothing. */
static double tenths(double x)
{
	return fabs(x) < 0.05 ? 0 : x;
}

static void print_share(double share)
{
	if (isnan(share))
		printf("%7s", "-");
	else
		printf("%6.1f%%", tenths(100 * share));
}

static void print_speedup(const struct cb_point *p)
{
	char text[64];

	if (!p->speedup.n)
		snprintf(text, sizeof text, "-");
	else if (isnan(p->speedup.ci_low))
		snprintf(text, sizeof text, "%.2f", p->speedup.median);
	else
		snprintf(text, sizeof text, "%.2f [%.2f, %.2f]", p->speedup.median, p->speedup.ci_low,
			p->speedup.ci_high);
	printf("  %-19s", text);
}

static void print_serial_fraction(const struct cb_point *p)
{
	if (isnan(p->serial_fraction))
		printf("%8s", "-");
	else
		printf("%8.3f", p->serial_fraction);
}

/* In the order of the heading. */
static const enum cb_cause shown[] = { CB_CAUSE_CREATION, CB_CAUSE_SKEW, CB_CAUSE_IMBALANCE, CB_CAUSE_WAITING,
	CB_CAUSE_RUNNABLE, CB_CAUSE_REST };

#define LABEL 160 /* of a mode with all that tells it from others */

/* "threads", "threads/static", "threads, spread". Returns buf. */
static char *label_of(const struct cb_case *c, const struct cb_stored_cell *cell, char buf[LABEL])
{
	const char *dispatch = cb_dispatch_name(cell);
	char place[CB_PLACE_NAME];

	cb_place_name(c, cell->pin_requested, cell->cpu_set, place);
	snprintf(buf, LABEL, "%.24s%s%.24s%s%s", cell->mode, dispatch[0] ? "/" : "", dispatch,
		place[0] ? ", " : "", place);
	return buf;
}

/* Columns of the widest label. */
static int label_width(const struct cb_case *c)
{
	size_t width = 10, n;
	char label[LABEL];

	for (unsigned i = 0; i < c->n; i++) {
		n = strlen(label_of(c, c->points[i].cell, label));
		width = n > width ? n : width;
	}
	return (int)width;
}

static void print_heading(int width, const struct cb_style *style)
{
	printf("%s  %-*s %7s %8s  %-19s%7s%8s%7s %9s%7s%7s%7s%7s%7s%s\n", style->bold, width, "MODE",
		"WORKERS", "UNITS/S", "SPEED-UP", "EFF.", "SERIAL", "LOST =", "CREATE +", "LATE +", "IMBAL+",
		"WAIT +", "QUEUE+", "SLOWER", style->off);
}

static void print_point(const struct cb_case *c, const struct cb_point *p, int width)
{
	const struct cb_stored_cell *cell = p->cell;
	char rate[CB_HUMAN], shape[64], label[LABEL];

	if (cell->processes > 1 && cell->threads > 1)
		snprintf(shape, sizeof shape, "%.0fx%.0f", cell->processes, cell->threads);
	else
		snprintf(shape, sizeof shape, "%.0f", cell->workers);
	printf("  %-*s %7s %8s", width, label_of(c, cell, label), shape, cb_human_si(p->rate.median, rate));
	print_speedup(p);
	print_share(p->efficiency);
	print_serial_fraction(p);
	print_share(p->loss.total);
	for (size_t i = 0; !isnan(p->loss.total) && i < CB_COUNT(shown); i++) {
		double share = p->loss.by_cause[shown[i]];

		/* what handing out cost is part of "slower" here */
		if (shown[i] == CB_CAUSE_REST && !isnan(p->loss.by_cause[CB_CAUSE_DISPATCH]))
			share += p->loss.by_cause[CB_CAUSE_DISPATCH];
		printf(i ? "%7.1f" : "%10.1f", tenths(100 * share));
	}
	if (p->superlinear)
		printf("  above the number of workers: %s", cb_superlinear_reason(p)
								    ? cb_superlinear_reason(p)
								    : "caches, or a slow serial sample?");
	putchar('\n');
}

static void print_law(const char *label, const char *name, const struct cb_usl_fit *fit, bool usl)
{
	printf("  %s, %s: sigma %.3g [%.3g, %.3g]", label, name, fit->usl.sigma, fit->sigma.low,
		fit->sigma.high);
	if (usl)
		printf(", kappa %.3g [%.3g, %.3g]", fit->usl.kappa, fit->kappa.low, fit->kappa.high);
	printf("; off by %.1f %%%s", 100 * fit->usl.rms,
		fit->good ? "" : ": it does not describe this curve");
	if (usl && fit->good && fit->has_peak)
		printf("; peak at %.0f workers, %.4g units/s", cb_usl_peak(&fit->usl),
			cb_usl_throughput(&fit->usl, cb_usl_peak(&fit->usl)));
	else if (usl && fit->good)
		printf("; no peak");
	putchar('\n');
}

static void print_fits(const struct cb_case *c, const struct cb_scaling *curve)
{
	char label[LABEL];

	label_of(c, curve->points[0]->cell, label);
	if (!curve->amdahl.reason)
		print_law(label, "Amdahl", &curve->amdahl.fit, false);
	if (!curve->usl.reason)
		print_law(label, "USL", &curve->usl.fit, true);
	else if (curve->n > 1)
		printf("  %s: not fitted: %s (it has %u)\n", label, curve->usl.reason, curve->distinct);
}

/* The workload with its parameters as the command line takes them: an id up to its mode. */
static void print_name(const struct cb_stored_cell *cell)
{
	char quoted[1200], mode[64];
	const char *end;

	snprintf(mode, sizeof mode, "/%s/", cell->mode);
	cb_quote(cell->id, quoted, sizeof quoted);
	end = strstr(quoted, mode);
	printf("%.*s", (int)(end ? end - quoted : (long)strlen(quoted)), quoted);
}

static void print_case(const struct cb_case *c, bool named, const struct cb_style *style)
{
	char quoted[512];
	int width;

	fputs(style->bold, stdout);
	print_name(c->first);
	fputs(style->off, stdout);
	if (named)
		printf(" (%s)", cb_quote(c->file->path, quoted, sizeof quoted));
	putchar('\n');
	if (!c->n) {
		printf("  nothing was measured\n\n");
		return;
	}
	width = label_width(c);
	print_heading(width, style);
	for (unsigned i = 0; i < c->n; i++)
		print_point(c, &c->points[i], width);
	for (unsigned i = 0; i < c->curves_n; i++)
		print_fits(c, &c->curves[i]);
	for (const char *s = c->advice.text; s && *s; s += strcspn(s, "\n") + 1)
		printf("  > %.*s\n", (int)strcspn(s, "\n"), s);
	putchar('\n');
}

static void print_warnings(const struct cb_stored *file)
{
	char quoted[512];

	if (file->partial)
		printf("%s is partial: its run was interrupted.\n",
			cb_quote(file->path, quoted, sizeof quoted));
	if (file->quick)
		printf("%s was measured with --quick: its samples are short.\n",
			cb_quote(file->path, quoted, sizeof quoted));
}

static void print_text(const struct cb_analysis *analysis, const struct cb_stored *files, unsigned n)
{
	struct cb_style style = cb_style_of(stdout, CB_COLOR_AUTO);

	for (unsigned i = 0; i < n; i++)
		print_warnings(&files[i]);
	for (unsigned i = 0; i < analysis->n; i++)
		print_case(&analysis->cases[i], n > 1, &style);
}

/* ---- the command ---- */

static int put_stdout(void *arg, const char *text, size_t n)
{
	(void)arg;
	return fwrite(text, 1, n, stdout) == n ? 0 : -EIO;
}

static unsigned count_cells(const struct cb_stored *files, unsigned n)
{
	unsigned cells = 0;

	for (unsigned i = 0; i < n; i++)
		cells += files[i].cells_n;
	return cells;
}

/* Fewer resamples for many curves: a quarter of the cells is about the number of curves. */
static unsigned resamples_for(unsigned cells)
{
	unsigned each = RESAMPLES_TOTAL / (cells / 4 + 1);

	return each < RESAMPLES_MIN ? RESAMPLES_MIN : each > RESAMPLES_MAX ? RESAMPLES_MAX : each;
}

static int report(const struct cb_stored *files, unsigned n, bool json)
{
	struct cb_error no_solver = { 0 };
	struct cb_solver solver = { 0 };
	bool solves = !cb_solver_open(cb_solver_name, &solver, &no_solver);
	const struct cb_analyze_options how = { .solver = solves ? &solver : NULL,
		.no_solver = no_solver.text,
		.resamples = resamples_for(count_cells(files, n)),
		.seed = SEED };
	struct cb_analysis analysis;
	int r = cb_analyze(files, n, &how, &analysis);

	if (!r) {
		r = json ? cb_analysis_json_write(&analysis, files, n, put_stdout, NULL) : 0;
		if (!json)
			print_text(&analysis, files, n);
		cb_analysis_release(&analysis);
	}
	cb_solver_close(&solver);
	if (r == -ENOMEM)
		cb_complain("analyze", "there is not enough memory");
	return r == -ENOMEM ? CB_EXIT_USAGE : CB_EXIT_OK; /* what could not be written is told by main */
}

/* Open loop: the rate was asked for, so it tells nothing of scaling. */
static int refuse_open_loop(const struct cb_stored *file, struct cb_error *err)
{
	for (unsigned i = 0; i < file->cells_n; i++)
		if (file->cells[i].open_loop)
			return cb_error_set(err, -EINVAL,
				"'%s' was measured with --rate, so its rates are what was asked for and say "
				"nothing of "
				"scaling: analyse a run without it",
				file->path);
	return 0;
}

static int analyze(char **paths, unsigned n, bool json)
{
	struct cb_stored *files = calloc(n, sizeof *files);
	struct cb_error err = { 0 };
	int status = CB_EXIT_OK;

	if (!files) {
		cb_complain("analyze", strerror(ENOMEM));
		return CB_EXIT_USAGE;
	}
	for (unsigned i = 0; i < n && status == CB_EXIT_OK; i++)
		if (cb_stored_read(&files[i], paths[i], &err) || refuse_open_loop(&files[i], &err))
			status = cb_usage_error("analyze", &err);
	if (status == CB_EXIT_OK && !count_cells(files, n)) {
		cb_complain("analyze", "there are no cells to analyse");
		status = CB_EXIT_NOTHING;
	}
	if (status == CB_EXIT_OK)
		status = report(files, n, json);
	for (unsigned i = 0; i < n; i++)
		cb_stored_release(&files[i]);
	free(files);
	return status;
}

int cb_cmd_analyze(int argc, char **argv)
{
	struct analyze_options into = { 0 };
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int status;

	if (cb_options_parse(&options, argc, argv, &into, &args, &err) < 0) {
		status = cb_usage_error(args.what, &err);
	} else if (args.help) {
		cb_options_help(&options, stdout);
		status = CB_EXIT_OK;
	} else if (!args.operands_n) {
		cb_complain("analyze", "name the result files to read: what concbench run --output wrote");
		status = CB_EXIT_USAGE;
	} else {
		status = analyze(args.operands, (unsigned)args.operands_n, into.json);
	}
	cb_arguments_release(&args);
	return status;
}
