#include "cmd/concbench/demo_runs.h"

#include "cmd/concbench/cmd.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/shell_word.h"
#include "lib/base/text.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(void)
{
	cb_complain("demo", "out of memory");
	return CB_EXIT_UNFIT;
}

/* "concbench run --quick cpu_prime", allocated; NULL: no memory. suffix: what stands behind. */
static char *command_of(const struct cb_words *words, const char *suffix)
{
	struct cb_text text = { 0 };
	char word[1024];

	cb_text_add(&text, "concbench");
	for (size_t i = 0; i < words->n; i++) {
		cb_shell_word(words->v[i], word, sizeof word);
		cb_text_add(&text, " %s", word);
	}
	cb_text_add(&text, "%s", suffix);
	return cb_text_take(&text);
}

/* "run" ahead of the words, as a command gets them. */
static int prepend_run(struct cb_words *words)
{
	char **v = realloc(words->v, (words->n + 2) * sizeof *v);
	char *run = strdup("run");

	if (v)
		words->v = v;
	if (!v || !run) {
		free(run);
		return -1;
	}
	memmove(v + 1, v, words->n * sizeof *v);
	v[0] = run;
	v[++words->n] = NULL;
	return 0;
}

static void release(struct cb_demo_run *run)
{
	if (!run)
		return;
	cb_measured_run_release(&run->it);
	cb_words_release(&run->words);
	free(run->command);
	free(run);
}

/* Words and command, nothing planned yet; NULL: no memory. */
static struct cb_demo_run *new_run(
	const struct cb_concept *concept, unsigned number, const struct cb_allowance *allowance)
{
	struct cb_demo_run *run = calloc(1, sizeof *run);

	if (!run)
		return NULL;
	run->is_killed = concept->killed;
	if (cb_concept_words(concept, number, allowance, &run->words, NULL) < 0 ||
		prepend_run(&run->words) < 0 ||
		!(run->command = command_of(&run->words, run->is_killed ? cb_demo_killed_suffix : ""))) {
		release(run);
		return NULL;
	}
	return run;
}

static int plan(const struct cb_demo_runs *runs, struct cb_demo_run *run, const struct cb_stage *stage)
{
	run->it.argc = (int)run->words.n;
	run->it.argv = run->words.v;
	if (cb_run_cli_parse(&run->it.cli, run->it.argc, run->it.argv) < 0)
		return CB_EXIT_USAGE;
	run->it.cli.quiet = runs->quiet;
	run->it.cli.color = runs->color;
	run->it.cli.progress = cb_style_of(stderr, runs->color).terminal ? CB_PROGRESS_BAR : CB_PROGRESS_NONE;
	return cb_measured_run_plan(&run->it, stage, "demo");
}

int cb_demo_runs_add(struct cb_demo_runs *runs, const struct cb_concept *concept, unsigned run,
	const struct cb_stage *stage, unsigned *ret_index)
{
	struct cb_demo_run *fresh = new_run(concept, run, &stage->host.allowance);
	int status;

	if (!fresh || runs->n == CB_DEMO_RUNS_MAX) {
		release(fresh);
		return no_memory();
	}
	for (unsigned i = 0; i < runs->n; i++)
		if (!strcmp(runs->v[i]->command, fresh->command)) {
			release(fresh);
			*ret_index = i;
			return 0;
		}
	status = plan(runs, fresh, stage);
	*ret_index = (unsigned)runs->n;
	runs->v[runs->n++] = fresh;
	return status;
}

static uint64_t expected_ns(const struct cb_demo_run *run)
{
	return run->is_killed ? cb_demo_killed_expected_ns()
			      : cb_plan_expected_ns(&run->it.plan, &run->it.cli.run);
}

uint64_t cb_demo_runs_expected_ns(const struct cb_demo_runs *runs)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < runs->n; i++)
		sum += expected_ns(runs->v[i]);
	return sum;
}

static int measure(struct cb_demo_run *run, const struct cb_stage *stage)
{
	int status = cb_measured_run_prepare(&run->it, stage, "demo");

	if (status)
		return status;
	run->begun = true;
	cb_measured_run_go(&run->it, stage, "demo");
	if (run->it.signal)
		return CB_EXIT_SIGNAL + run->it.signal;
	run->done = !run->it.broken;
	return run->it.broken ? CB_EXIT_UNFIT : 0;
}

static int measure_killed(struct cb_demo_run *run, const struct cb_stage *stage)
{
	int status = cb_demo_killed_measure(&run->it, stage, &run->killed);

	run->done = !status;
	return status;
}

int cb_demo_runs_measure(struct cb_demo_runs *runs, unsigned index, const struct cb_stage *stage)
{
	struct cb_demo_run *run = runs->v[index];
	char wait[CB_HUMAN];

	if (run->done)
		return 0;
	if (!runs->quiet && run->it.cli.progress == CB_PROGRESS_NONE)
		fprintf(stderr, "run %u of %zu, about %s: %s\n", index + 1, runs->n,
			cb_human_wait(expected_ns(run), wait), run->command);
	return run->is_killed ? measure_killed(run, stage) : measure(run, stage);
}

void cb_demo_runs_release(struct cb_demo_runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		release(runs->v[i]);
	runs->n = 0;
}
