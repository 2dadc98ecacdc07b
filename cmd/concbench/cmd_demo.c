/*
 * concbench demo: what is claimed about processes and threads, put to the test in short runs, with a sentence
 * each of what the figures say. All runs are planned before the first one begins, so that what is wrong shows
 * at once and the time they take can be told; then row after row is measured, judged and printed.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/demo_runs.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/stdout_json.h"
#include "lib/plan/registry.h"
#include "lib/result/demo_json.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_MAX 32
#define LEFT_OUT UINT_MAX

struct demo_options {
	char *output;
	unsigned color;
	bool list, quiet, no_wait;
};

/* A row that was asked for. */
struct row {
	const struct cb_concept *concept;
	unsigned run[CB_CONCEPT_RUNS_MAX]; /* indexes into demo.runs; LEFT_OUT */
	struct cb_judgement judgement;
	const char *commands[CB_CONCEPT_RUNS_MAX + 1]; /* of the runs that are not left out */
};

struct demo {
	struct demo_options options;
	struct cb_stage stage;
	struct cb_demo_runs runs;
	struct row rows[ROWS_MAX];
	size_t rows_n;
	struct cb_saver saver;
	bool saving; /* the saver is open */
	FILE *out;   /* where rows are told */
};

static const char *const color_words[] = { "auto", "always", "never", NULL };

static const struct cb_option rows[] = {
	{ .name = "list",
		.offset = offsetof(struct demo_options, list),
		.help = "the rows, and measure nothing" },
	{ .name = "output",
		.arg = "FILE|-",
		.parse = cb_option_string,
		.offset = offsetof(struct demo_options, output),
		.help = "write claims, verdicts and runs there as JSON; - is standard output, and the "
			"sentences go "
			"to standard error then" },
	{ .name = "no-wait",
		.offset = offsetof(struct demo_options, no_wait),
		.help = "fail at once when another concbench is measuring on this host" },
	{ .name = "quiet",
		.offset = offsetof(struct demo_options, quiet),
		.help = "nothing on standard error but errors" },
	{ .name = "color",
		.arg = "auto|always|never",
		.parse = cb_option_choice,
		.words = color_words,
		.offset = offsetof(struct demo_options, color),
		.def = "auto",
		.help = "auto: on a terminal, unless NO_COLOR is set" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "demo",
	.usage = "[OPTION]... [ROW]...",
	.summary =
		"Puts to the test what is claimed about processes and threads: short runs, each with a "
		"sentence "
		"of what its figures say, be it the claim or not, and the command that repeats it. Without a "
		"ROW all are run.",
	.notes = "Intervals are in brackets, 95 %. The runs are quick ones, and their figures rough.\n\n"
		 "Exit status: 0 done, whatever the figures say; the others are those of concbench run: 5 "
		 "where a\n"
		 "cell of a run failed, 6 where no row could be measured.\n",
};

/* ---- rows ---- */

static int add_row(struct demo *demo, const struct cb_concept *concept)
{
	for (size_t i = 0; i < demo->rows_n; i++)
		if (demo->rows[i].concept == concept)
			return 0;
	if (demo->rows_n == ROWS_MAX) {
		cb_complain("demo", "too many rows");
		return CB_EXIT_USAGE;
	}
	demo->rows[demo->rows_n] = (struct row){ .concept = concept };
	for (size_t i = 0; i < CB_CONCEPT_RUNS_MAX; i++)
		demo->rows[demo->rows_n].run[i] = LEFT_OUT;
	demo->rows_n++;
	return 0;
}

static int unknown_row(const char *word)
{
	unsigned last = 0;
	char why[96];

	for (const struct cb_concept *c = cb_concepts; c->number; c++)
		last = c->number;
	snprintf(why, sizeof why,
		"there is no such row: write a number of 1 to %u, see concbench demo --list", last);
	cb_complain(word, why);
	return CB_EXIT_USAGE;
}

static int choose_rows(struct demo *demo, const struct cb_arguments *args)
{
	int status = 0;

	for (const struct cb_concept *c = cb_concepts; c->number && !args->operands_n && !status; c++)
		status = add_row(demo, c);
	for (int i = 0; i < args->operands_n && !status; i++) {
		uint64_t number = 0; /* of no row */
		const struct cb_concept *found;

		(void)cb_parse_u64(args->operands[i], 1, UINT_MAX, &number, NULL);
		found = cb_concept_find(number);
		status = found ? add_row(demo, found) : unknown_row(args->operands[i]);
	}
	return status;
}

static int list_rows(const struct demo *demo)
{
	for (size_t i = 0; i < demo->rows_n; i++) {
		const struct cb_concept *concept = demo->rows[i].concept;
		char missing[160];

		cb_concept_missing(concept, 0, cb_registry, missing, sizeof missing);
		printf("%2u  %s%s%s%s\n", concept->number, concept->claim,
			*missing ? " (not built yet: " : "", missing, *missing ? ")" : "");
	}
	return CB_EXIT_OK;
}

/* ---- steps up to the measurement: each returns 0 to go on, or an exit status and has complained ---- */

static int load_host(struct demo *demo)
{
	return cb_stage_load(&demo->stage);
}

/* All runs of a row but those that this build lacks something for. */
static int plan_runs(struct demo *demo, struct row *row)
{
	size_t commands_n = 0;
	int status = 0;

	for (unsigned i = 0; row->concept->runs[i] && !status; i++) {
		char missing[160];

		if (*cb_concept_missing(row->concept, i, cb_registry, missing, sizeof missing))
			continue;
		status = cb_demo_runs_add(&demo->runs, row->concept, i, &demo->stage, &row->run[i]);
		if (!status)
			row->commands[commands_n++] = demo->runs.v[row->run[i]]->command;
	}
	return status;
}

static int plan_row(struct demo *demo, struct row *row)
{
	struct cb_judgement *j = &row->judgement;

	cb_concept_missing(row->concept, 0, cb_registry, j->sentence, sizeof j->sentence);
	if (*j->sentence) {
		j->verdict = CB_CLAIM_NOT_BUILT;
		return 0;
	}
	j->verdict = CB_CLAIM_NOT_MEASURED;
	snprintf(j->sentence, sizeof j->sentence, "it was interrupted before");
	return plan_runs(demo, row);
}

static int plan_rows(struct demo *demo)
{
	int status = 0;

	demo->runs.quiet = demo->options.quiet;
	demo->runs.color = demo->options.color;
	for (size_t i = 0; i < demo->rows_n && !status; i++)
		status = plan_row(demo, &demo->rows[i]);
	return status;
}

static bool to_stdout(const struct demo *demo)
{
	return demo->options.output && !strcmp(demo->options.output, "-");
}

static int open_output(struct demo *demo)
{
	struct cb_error err = { 0 };

	demo->out = to_stdout(demo) ? stderr : stdout;
	if (to_stdout(demo))
		return cb_stdout_check();
	if (!demo->options.output)
		return 0;
	if (cb_saver_init(&demo->saver, demo->options.output, &err) < 0) {
		cb_complain("--output", err.text);
		return CB_EXIT_UNSAVED;
	}
	demo->saving = true;
	return 0;
}

static int enter(struct demo *demo)
{
	char rows_text[CB_HUMAN], runs_text[CB_HUMAN], wait[CB_HUMAN];

	if (!demo->runs.n)
		return 0;
	if (!demo->options.quiet)
		fprintf(stderr, "%s, %s to measure: about %s\n",
			cb_human_count(demo->rows_n, "row", rows_text),
			cb_human_count(demo->runs.n, "run", runs_text),
			cb_human_wait(cb_demo_runs_expected_ns(&demo->runs), wait));
	return cb_stage_enter(&demo->stage, "demo", !demo->options.no_wait, demo->options.quiet);
}

static int (*const steps[])(struct demo *demo) = { load_host, plan_rows, open_output, enter };

/* ---- measuring and telling ---- */

static void judge(struct demo *demo, struct row *row)
{
	unsigned usable = demo->stage.host.allowance.usable;
	struct cb_evidence evidence = { .cpus = usable, .workers = cb_concept_workers(usable) };

	for (unsigned i = 0; i < CB_CONCEPT_RUNS_MAX; i++) {
		const struct cb_demo_run *run = row->run[i] == LEFT_OUT ? NULL : demo->runs.v[row->run[i]];

		if (run && run->is_killed)
			evidence.killed[i] = &run->killed;
		else if (run)
			evidence.run[i] = &run->it.result;
	}
	row->concept->judge(&evidence, &row->judgement);
}

static void tell(const struct demo *demo, const struct row *row)
{
	struct cb_style style = cb_style_of(demo->out, demo->options.color);
	const struct cb_judgement *j = &row->judgement;
	char text[sizeof j->sentence + 32];

	fprintf(demo->out, "%s%2u  ", style.bold, row->concept->number);
	cb_wrap(demo->out, row->concept->claim, 4, style.width);
	fprintf(demo->out, "%s    %s", style.off,
		j->verdict == CB_CLAIM_SHOWN       ? ""
		: j->verdict == CB_CLAIM_NOT_BUILT ? style.dim
						   : style.yellow);
	snprintf(text, sizeof text, "%s: %s", cb_claim_verdict_names[j->verdict], j->sentence);
	cb_wrap(demo->out, text, 4, style.width);
	fputs(style.off, demo->out);
	for (size_t i = 0; row->commands[i]; i++)
		fprintf(demo->out, "    %s$ %s%s\n", style.dim, row->commands[i], style.off);
	fflush(demo->out);
}

/* Measures what the row needs, judges, tells. Returns 0, or an exit status that ends the demo. */
static int show(struct demo *demo, struct row *row)
{
	int status = 0;

	for (unsigned i = 0; i < CB_CONCEPT_RUNS_MAX && !status; i++)
		if (row->run[i] != LEFT_OUT)
			status = cb_demo_runs_measure(&demo->runs, row->run[i], &demo->stage);
	if (status)
		return status;
	if (row->judgement.verdict == CB_CLAIM_NOT_MEASURED)
		judge(demo, row);
	tell(demo, row);
	return 0;
}

static void tell_sum(const struct demo *demo)
{
	unsigned n[CB_CLAIM_NOT_MEASURED + 1] = { 0 };
	const char *comma = "";

	for (size_t i = 0; i < demo->rows_n; i++)
		n[demo->rows[i].judgement.verdict]++;
	for (size_t v = 0; v < CB_COUNT(n); v++) {
		if (n[v])
			fprintf(demo->out, "%s%u %s", comma, n[v], cb_claim_verdict_names[v]);
		comma = n[v] ? ", " : comma;
	}
	fputc('\n', demo->out);
}

/* ---- the end ---- */

/* The document's runs are those that were begun; ret_index: where each run stands among them. */
static size_t gather_runs(
	const struct demo *demo, const struct cb_result *ret[], unsigned ret_index[CB_DEMO_RUNS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < demo->runs.n; i++) {
		ret_index[i] = UINT_MAX;
		if (!demo->runs.v[i]->begun)
			continue;
		ret_index[i] = (unsigned)n;
		ret[n++] = &demo->runs.v[i]->it.result;
	}
	return n;
}

static int write_document(struct demo *demo, const struct cb_demo_document *document)
{
	const struct cb_document whole = { cb_demo_write, document, !document->partial };
	const char *path = NULL;
	struct cb_error err = { 0 };
	int r;

	if (demo->saving) {
		r = cb_saver_finish_document(&demo->saver, &whole, &path, &err);
	} else {
		r = cb_demo_write(document, cb_stdout_put, NULL);
		if (r < 0)
			cb_error_set(&err, r, "cannot write to standard output: %s", strerror(-r));
	}
	if (r < 0) {
		cb_complain("result", err.text);
		return CB_EXIT_UNSAVED;
	}
	if (path && !demo->options.quiet)
		fprintf(stderr, "result: %s\n", path);
	return 0;
}

static int save(struct demo *demo, bool partial)
{
	const struct cb_killed_run *killed[ROWS_MAX][CB_CONCEPT_RUNS_MAX];
	const struct cb_result *results[CB_DEMO_RUNS_MAX];
	unsigned index[CB_DEMO_RUNS_MAX], runs[ROWS_MAX][CB_CONCEPT_RUNS_MAX];
	struct cb_demo_entry entries[ROWS_MAX];
	struct cb_demo_document document = { partial, entries, demo->rows_n, results, 0 };

	document.runs_n = gather_runs(demo, results, index);
	if (!demo->options.output || (partial && !document.runs_n))
		return 0;
	for (size_t i = 0; i < demo->rows_n; i++) {
		const struct row *row = &demo->rows[i];

		for (unsigned k = 0, n = 0; k < CB_CONCEPT_RUNS_MAX; k++)
			if (row->run[k] != LEFT_OUT) {
				const struct cb_demo_run *run = demo->runs.v[row->run[k]];

				killed[i][n] = run->is_killed && run->done ? &run->killed : NULL;
				runs[i][n++] = index[row->run[k]];
			}
		entries[i] = (struct cb_demo_entry){ row->concept->number, row->concept->claim,
			cb_claim_verdict_keys[row->judgement.verdict], row->judgement.sentence, row->commands,
			runs[i], killed[i] };
	}
	return write_document(demo, &document);
}

static void complain_signal(const struct demo *demo, int signal, bool saved)
{
	cb_complain(strsignal(signal), !demo->options.output ? "the rows above are done, the others are not"
				       : saved               ? "what was measured is saved, marked partial"
							     : "what was measured is not saved");
}

/* Of one row's run: CB_EXIT_WORKLOAD, CB_EXIT_OK when something was measured, CB_EXIT_NOTHING. */
static int status_of_run(const struct row *row, const struct cb_demo_run *run)
{
	int status = CB_EXIT_NOTHING;

	if (run->is_killed)
		return run->done && run->killed.n ? CB_EXIT_OK : CB_EXIT_NOTHING;
	for (unsigned i = 0; run->done && i < run->it.plan.cells_n; i++) {
		const struct cb_cell_result *cell = &run->it.result.cells[i];
		bool expected = cell->status == row->concept->expected;

		if (cb_cell_result_failed(cell) && !expected)
			return CB_EXIT_WORKLOAD;
		if (cell->summary.n || (cb_cell_result_failed(cell) && expected))
			status = CB_EXIT_OK;
	}
	return status;
}

/* Without signal and saving, which count first. */
static int status_of_rows(const struct demo *demo)
{
	int status = CB_EXIT_NOTHING;

	for (size_t i = 0; i < demo->rows_n; i++)
		for (unsigned k = 0; k < CB_CONCEPT_RUNS_MAX; k++) {
			const struct row *row = &demo->rows[i];
			int one = row->run[k] == LEFT_OUT ? CB_EXIT_NOTHING
							  : status_of_run(row, demo->runs.v[row->run[k]]);

			if (one == CB_EXIT_WORKLOAD)
				return one;
			status = one == CB_EXIT_OK ? one : status;
		}
	return status;
}

static int run_rows(struct demo *demo)
{
	int status = 0, saved;

	for (size_t i = 0; i < demo->rows_n && !status; i++)
		status = show(demo, &demo->rows[i]);
	if (!status)
		tell_sum(demo);
	saved = save(demo, status != 0);
	if (status > CB_EXIT_SIGNAL)
		complain_signal(demo, status - CB_EXIT_SIGNAL, !saved);
	if (status > CB_EXIT_SIGNAL || (status && !saved))
		return status;
	return saved ? saved : status_of_rows(demo);
}

static int go(struct demo *demo, const struct cb_arguments *args)
{
	int status = choose_rows(demo, args);

	if (!status && demo->options.list)
		return list_rows(demo);
	for (size_t i = 0; !status && i < CB_COUNT(steps); i++)
		status = steps[i](demo);
	return status ? status : run_rows(demo);
}

static void release(struct demo *demo)
{
	if (demo->saving)
		cb_saver_release(&demo->saver);
	cb_demo_runs_release(&demo->runs);
	cb_stage_release(&demo->stage);
	free(demo->options.output);
}

int cb_cmd_demo(int argc, char **argv)
{
	struct demo demo = { .stage = CB_STAGE_EMPTY };
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int status = CB_EXIT_OK;

	if (cb_options_parse(&options, argc, argv, &demo.options, &args, &err) < 0)
		status = cb_usage_error(args.what, &err);
	else if (args.help)
		cb_options_help(&options, stdout);
	else
		status = go(&demo, &args);
	cb_arguments_release(&args);
	release(&demo);
	return status;
}
