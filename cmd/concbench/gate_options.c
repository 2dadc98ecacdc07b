#include "cmd/concbench/gate_options.h"

#include "cmd/concbench/cmd.h"
#include "cmd/concbench/files.h"
#include "cmd/concbench/run_values.h"
#include "lib/session/arm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)
#define HOUR   (3600 * SECOND)

static const char *const metric_words[] = { "rate", "p99", "cpu", "memory", NULL };
static const char *const report_words[] = { "text", "markdown", NULL };
static const char *const inconclusive_words[] = { "3", "pass", "fail", NULL };

/* struct cb_words: one more option of `plan`, as it was written. The builds know whether it is right. */
static int forward(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	int r = cb_words_add_option(field, o->name, text);

	return r ? cb_error_set(err, r, "out of memory") : 0;
}

#define AT(field) offsetof(struct cb_gate_cli, field)

static const struct cb_option rows[] = {
	{ .heading = "What is compared",
		.name = "base",
		.arg = "ARM",
		.parse = cb_option_string,
		.offset = AT(base),
		.help = "what head is held against: concbench:PATH, another build of this program; "
			"plugin:FILE.so, a plugin whose workloads are named; or cmd:PROGRAM ARGS, a command, "
			"split into words as a shell does it" },
	{ .name = "head",
		.arg = "ARM",
		.parse = cb_option_string,
		.offset = AT(head),
		.help = "what may have become slower, in the same form" },
	{ .name = "metric",
		.arg = "rate|p99|cpu|memory",
		.parse = cb_option_choice,
		.words = metric_words,
		.offset = AT(metric),
		.def = "rate",
		.help = "what is judged: rate (time for the same work), p99 (latency of single units), cpu "
			"(CPU time), "
			"memory (proportional set size at the end)" },
	{ .name = "mode",
		.arg = "LIST|all",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "as of concbench run, as are the next seven: what cells there are" },
	{ .name = "workers",
		.arg = "LIST|all",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "workers of a cell" },
	{ .name = "shape",
		.arg = "PxT",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "hybrid's split" },
	{ .name = "dispatch",
		.arg = "LIST",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "how units reach workers" },
	{ .name = "batch",
		.arg = "auto|N",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "units that a worker takes at a time" },
	{ .name = "pin",
		.arg = "LIST",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "where workers are" },
	{ .name = "scan",
		.arg = "NAME=LIST",
		.parse = forward,
		.offset = AT(forwarded),
		.repeatable = true,
		.help = "values of {NAME} in workload parameters" },
	{ .name = "cells",
		.arg = "GLOB",
		.parse = forward,
		.offset = AT(forwarded),
		.help = "only cells whose id matches" },

	{ .heading = "How it is decided",
		.name = "tolerance",
		.arg = "PCT",
		.parse = cb_value_share,
		.max = 1000,
		.offset = AT(tolerance),
		.def = "3%",
		.help = "a slowdown up to this is none" },
	{ .name = "alpha",
		.arg = "PCT",
		.parse = cb_value_share,
		.max = 5,
		.offset = AT(alpha),
		.def = "1%",
		.help = "probability of a false FAIL, of all cells together: at most 5%" },
	{ .name = "blocks",
		.arg = "N",
		.parse = cb_option_unsigned,
		.min = 1,
		.max = CB_GATE_BLOCKS_MAX,
		.offset = AT(blocks),
		.def = "16",
		.help = "blocks of eight samples that confirm what screening flagged. More find smaller "
			"slowdowns; a number "
			"that could never fail is refused" },
	{ .name = "time-budget",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = SECOND,
		.max = 1000 * HOUR,
		.offset = AT(time_budget_ns),
		.help = "fewer blocks confirm where all cells could not be confirmed in this time; refused "
			"when that could "
			"never fail. The default is no limit" },
	{ .name = "inconclusive",
		.arg = "3|pass|fail",
		.parse = cb_option_choice,
		.words = inconclusive_words,
		.offset = AT(inconclusive),
		.def = "3",
		.help = "exit status of an inconclusive gate: 3, that of a pass, or that of a failure. The "
			"verdict stays what "
			"it is" },

	{ .heading = "How much is measured",
		.name = "sample-time",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = MS,
		.max = HOUR,
		.offset = AT(sample_time_ns),
		.def = "100ms",
		.help = "length of a sample of base; both builds then do the same units" },
	{ .name = "units",
		.arg = "N",
		.parse = cb_option_u64,
		.min = 1,
		.max = UINT64_C(1) << 53,
		.offset = AT(units),
		.help = "units of every sample, instead of --sample-time" },
	{ .name = "warmup",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = 0,
		.max = HOUR,
		.offset = AT(warmup_ns),
		.def = "20ms",
		.help = "work of each worker before the start of each sample, not counted" },
	{ .name = "timeout",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = MS,
		.max = 24 * HOUR,
		.offset = AT(timeout_ns),
		.help = "a sample that takes longer has failed. The default is 10s or 20 x the expected "
			"time, whichever is "
			"more" },
	{ .name = "seed",
		.arg = "WORD",
		.parse = cb_value_seed,
		.offset = AT(seed),
		.def = "1",
		.help = "of the data, decimal or 0x hexadecimal; the coins have none" },

	{ .heading = "Where and with what",
		.name = "dir",
		.arg = "DIR",
		.parse = cb_option_string,
		.offset = AT(dir),
		.help = "scratch files go there, and the copy of base for the null arm, which must be "
			"executable there. The "
			"default is $TMPDIR, else /var/tmp" },
	{ .name = "allow-unverified",
		.offset = AT(allow_unverified),
		.help = "measure files on file systems whose page cache cannot be checked" },
	{ .name = "no-wait",
		.offset = AT(no_wait),
		.help = "fail at once when another concbench is measuring on this host" },

	{ .heading = "What is written",
		.name = "output",
		.arg = "FILE|-",
		.parse = cb_option_string,
		.offset = AT(output),
		.help = "the JSON, with all samples, coins and verdicts; - is standard output. The default "
			"is standard output, "
			"but on a terminal results/gate-HOST-TIME.json" },
	{ .name = "report",
		.arg = "text|markdown",
		.parse = cb_option_choice,
		.words = report_words,
		.offset = AT(report),
		.def = "text",
		.help = "text is written to standard error; markdown to standard output, so that it needs "
			"--output=FILE for the "
			"JSON" },
	{ .name = "quiet", .offset = AT(quiet), .help = "nothing on standard error but errors" },
	{ .heading = "Again",
		.name = "replay",
		.arg = "FILE",
		.parse = cb_option_string,
		.offset = AT(replay),
		.help = "measure nothing: judge the samples in FILE anew, and say whether the file tells the "
			"same, to the last bit. "
			"Only --report, --inconclusive and --quiet go with it" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "gate",
	.usage = "--base=ARM --head=ARM [OPTION]... [WORKLOAD[:NAME=VALUE,...]]...\n   or: concbench gate "
		 "--replay=FILE",
	.summary = "Measures two builds in turns, in one session, and says whether head is slower than base "
		   "by more than the "
		   "tolerance: PASS, FAIL or INCONCLUSIVE for each cell and for all. Where nothing has "
		   "changed, FAIL comes with "
		   "a probability of --alpha at most, whatever noise the host has.",
	.notes = "Exit status, the first that applies: 128+N ended by signal N (what was measured is saved, "
		 "marked\n"
		 "partial); 7 the result could not be saved; 5 a sample of base or head failed; 4 the "
		 "environment is\n"
		 "unfit: base and a copy of it differ, or too many blocks were dropped; 1 FAIL; 3 "
		 "INCONCLUSIVE;\n"
		 "6 the builds have nothing in common that can be measured; 2 usage, a gate that could never "
		 "fail,\n"
		 "or a file that does not say what its samples say; 0 PASS.\n",
};

/* ---- what single options cannot see ---- */

static int refuse(struct cb_arguments *args, const char *option, struct cb_error *err, const char *why)
{
	snprintf(args->what, sizeof args->what, "--%s", option);
	return cb_error_set(err, -EINVAL, "%s", why);
}

/* Options that a replay has no use for. */
static int check_replay(struct cb_arguments *args, struct cb_error *err)
{
	static const char *const useful[] = { "replay", "report", "inconclusive", "quiet", NULL };

	if (args->operands_n)
		return refuse(args, "replay", err, "measures nothing, so it takes no workloads");
	for (const struct cb_option *o = rows; o->name; o++) {
		bool fits = false;

		for (const char *const *u = useful; *u; u++)
			fits |= !strcmp(*u, o->name);
		if (!fits && cb_options_given(&options, args, o->name))
			return refuse(
				args, o->name, err, "not together with --replay, which measures nothing");
	}
	return 0;
}

static int check_arms(const struct cb_gate_cli *cli, struct cb_arguments *args, struct cb_error *err)
{
	if (!cli->base)
		return refuse(args, "base", err, "say what head is held against: --base=concbench:PATH");
	if (!cli->head)
		return refuse(args, "head", err, "say what is to be judged: --head=concbench:PATH");
	if (cb_options_given(&options, args, "units") && cb_options_given(&options, args, "sample-time"))
		return refuse(args, "units", err,
			"not together with --sample-time: one gives the units of a sample, the other lets "
			"them be found");
	if (cli->report == CB_GATE_REPORT_MARKDOWN && (!cli->output || !strcmp(cli->output, "-")))
		return refuse(args, "report", err,
			"markdown goes to standard output, so the JSON needs a place of its own: "
			"--output=FILE");
	return 0;
}

/* What the plan depends on, and the gate itself too. */
static int complete_forwarded(struct cb_gate_cli *cli, const struct cb_arguments *args, struct cb_error *err)
{
	int r = cb_words_add_option(&cli->forwarded, "dir", cli->dir);

	if (!r && cli->allow_unverified)
		r = cb_words_add(&cli->forwarded, "--allow-unverified");
	for (int i = 0; !r && i < args->operands_n; i++) {
		if (args->operands[i][0] == '-') /* the builds would take it for an option */
			return cb_error_set(err, -EINVAL, "'%.40s' is not a workload", args->operands[i]);
		r = cb_words_add(&cli->workloads, args->operands[i]);
	}
	return r ? cb_error_set(err, r, "out of memory") : 0;
}

static int complete(struct cb_gate_cli *cli, struct cb_arguments *args, struct cb_error *err)
{
	int r = cli->replay ? check_replay(args, err) : 0;

	r = r ? r : cb_options_defaults(&options, cli, false, args, err);
	if (r || cli->replay)
		return r;
	r = check_arms(cli, args, err);
	if (r)
		return r;
	snprintf(args->what, sizeof args->what, "--dir");
	r = cb_scratch_dir(&cli->dir, err);
	if (r)
		return r;
	snprintf(args->what, sizeof args->what, "gate");
	return complete_forwarded(cli, args, err);
}

int cb_gate_cli_parse(struct cb_gate_cli *ret, int argc, char **argv)
{
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int r;

	*ret = (struct cb_gate_cli){ 0 };
	r = cb_options_parse(&options, argc, argv, ret, &args, &err);
	ret->help = args.help;
	if (ret->help)
		cb_options_help(&options, stdout);
	else if (!r)
		r = complete(ret, &args, &err);
	if (r < 0)
		cb_complain(args.what, err.text);
	cb_arguments_release(&args);
	return r;
}

void cb_gate_cli_release(struct cb_gate_cli *cli)
{
	cb_words_release(&cli->forwarded);
	cb_words_release(&cli->workloads);
	free(cli->base);
	free(cli->head);
	free(cli->dir);
	free(cli->output);
	free(cli->replay);
	*cli = (struct cb_gate_cli){ 0 };
}
