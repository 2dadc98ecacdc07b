#include "cmd/concbench/run_options.h"

#include "cmd/concbench/cmd.h"
#include "cmd/concbench/run_values.h"
#include "lib/plan/plan.h"
#include "lib/plan/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS      UINT64_C(1000000)
#define SECOND  (1000 * MS)
#define HOUR    (3600 * SECOND)
#define MINIMUM (100 * MS) /* of a sample, but for --quick (METHOD 3) */

#define OPEN_LEAST 1 /* units that arrive in --sample-time; samples are stretched tenfold for so few */

/* Samples of a cell when precision decides, of --quick, and of --fault. */
enum { SAMPLES_MIN = 12, SAMPLES_MAX = 30, SAMPLES_QUICK = 12, SAMPLES_FAULT = 12 };

/* ---- the table ---- */

static const char *const progress_words[] = { "auto", "bar", "plain", "none", NULL };
static const char *const color_words[] = { "auto", "always", "never", NULL };

#define RUN(field) offsetof(struct cb_run_cli, run.field)
#define CLI(field) offsetof(struct cb_run_cli, field)

static const struct cb_option rows[] = {
	{ .heading = "What is compared",
		.name = "mode",
		.arg = "LIST|all",
		.parse = cb_value_modes,
		.offset = RUN(modes),
		.def = "all",
		.help = "of serial, processes, threads, hybrid. The default is all that the workload can do; "
			"a "
			"mode that is named and cannot be done is listed with the reason" },
	{ .name = "workers",
		.arg = "LIST|all",
		.parse = cb_value_workers,
		.offset = RUN(workers),
		.def = "all",
		.help = "workers of a cell: 1,2,4 or 1..8 or 1..all; all: the CPUs this process may really "
			"use. "
			"1..all above 8 takes two numbers an octave and those where the topology has an edge "
			"(a "
			"cache, a NUMA node, all cores, all CPUs); 1..all,step=1 takes each. serial always "
			"has 1" },
	{ .name = "shape",
		.arg = "PxT",
		.parse = cb_value_shape,
		.offset = RUN(shape_processes),
		.help = "hybrid as P processes of T threads, both at least 2: one cell of PxT workers, "
			"whatever "
			"--workers says. The default is a process for each NUMA node or last-level cache, "
			"else "
			"2; where --workers stays below 4 one 2x2 cell stands for hybrid" },
	{ .name = "inflight",
		.arg = "K",
		.parse = cb_value_inflight,
		.offset = RUN(inflight),
		.def = "1",
		.min = 1,
		.max = 1u << 20,
		.help = "units in flight for each event loop; more than 1 needs a mode that is not built "
			"yet" },
	{ .name = "dispatch",
		.arg = "LIST",
		.parse = cb_value_dispatches,
		.offset = RUN(dispatches),
		.def = "shared",
		.help = "how units reach workers: static (equal ranges beforehand), shared (one ticket "
			"counter), queue (put into a bounded blocking queue by a feeder), spawn (a new "
			"process or thread for each unit, one a worker at a time); serial has none" },
	{ .name = "batch",
		.arg = "auto|N",
		.parse = cb_value_batch,
		.offset = RUN(batch),
		.def = "auto",
		.min = 1,
		.max = UINT64_C(1) << 32,
		.help = "units that a worker takes at a time, from the shared counter or, with "
			"--dispatch=static, "
			"from its own range; auto is 1 with --dispatch=queue and spawn" },
	{ .name = "pin",
		.arg = "LIST",
		.parse = cb_value_pins,
		.offset = RUN(pins),
		.def = "auto",
		.help = "auto (one worker a core while they last, else none), none, compact, spread; cells "
			"that "
			"come to lie on the same CPUs are measured once" },
	{ .name = "cpus",
		.arg = "LIST[/LIST]...",
		.parse = cb_value_cpus,
		.offset = RUN(cpus),
		.help = "confine the run to these CPUs, by the numbers of the system: 0,2 or 0..3 or 0-3. "
			"Several "
			"lists with a slash between them, as in 0,1/0,2, are measured beside each other; "
			"--workers=all is what each of them has" },
	{ .name = "scan",
		.arg = "NAME=LIST",
		.parse = cb_value_scan,
		.offset = CLI(run),
		.repeatable = true,
		.help = "{NAME} in workload parameters and in a command takes each value: --scan n=1,2 "
			"'cpu_prime:limit={n}000'" },
	{ .name = "cells",
		.arg = "GLOB",
		.parse = cb_option_string,
		.offset = RUN(cells),
		.help = "only cells whose id matches, like '*/threads/*'; concbench plan prints the ids" },

	{ .heading = "How much is measured",
		.name = "units",
		.arg = "N",
		.parse = cb_option_u64,
		.offset = RUN(units),
		.min = 1,
		.max = (UINT64_C(1) << 62) - 1,
		.help = "units of every sample: strong scaling. The default is to calibrate them to "
			"--sample-time and to compare rates" },
	{ .name = "rate",
		.arg = "R",
		.parse = cb_value_rate,
		.offset = RUN(open.rate_per_s),
		.help = "open loop: R units arrive each second, for all workers together, whether or not "
			"they "
			"keep up; 500 or 2.5e4. Response times then count from the intended arrival. The "
			"default is a closed loop: a worker starts its next unit when its last is done" },
	{ .name = "arrival",
		.arg = "const|poisson",
		.parse = cb_option_choice,
		.words = cb_arrival_names,
		.offset = RUN(open.arrival),
		.def = "const",
		.help = "with --rate: evenly, or with exponential gaps, the same ones in all samples" },
	{ .name = "sample-time",
		.arg = "DUR",
		.parse = cb_option_duration,
		.offset = RUN(sample_time_ns),
		.def = "200ms",
		.quick = "50ms",
		.min = MS,
		.max = HOUR,
		.help = "length of a sample; under 100ms only with --quick" },
	{ .name = "samples",
		.arg = "N",
		.parse = cb_option_unsigned,
		.offset = RUN(samples),
		.min = 1,
		.max = 10000,
		.help = "samples of each cell, exactly, instead of --precision" },
	{ .name = "precision",
		.arg = "PCT",
		.parse = cb_value_precision,
		.offset = RUN(precision),
		.def = "2%",
		.help = "a cell goes on until the 95 % interval of its rate is within that of its median, "
			"for "
			"12 to 30 samples (12 with --quick) and not beyond --time-budget" },
	{ .name = "time-budget",
		.arg = "DUR",
		.parse = cb_option_duration,
		.offset = RUN(time_budget_ns),
		.def = "60s",
		.quick = "30s",
		.min = MS,
		.max = 1000 * HOUR,
		.help = "time for the whole run: every workload gets an equal share for its least number of "
			"samples, one block at least, and what is left goes to the cells whose intervals are "
			"widest" },
	{ .name = "warmup",
		.arg = "DUR",
		.parse = cb_option_duration,
		.offset = RUN(warmup_ns),
		.def = "20ms",
		.quick = "5ms",
		.min = 0,
		.max = HOUR,
		.help = "work of each worker before the start of each sample, not counted" },
	{ .name = "timeout",
		.arg = "DUR",
		.parse = cb_option_duration,
		.offset = RUN(timeout_ns),
		.min = MS,
		.max = 1000 * HOUR,
		.help = "a sample, or a workload's preparation, that takes longer is ended and has failed. "
			"The "
			"default for a sample is 10s or 20 x the expected time, whichever is more; for "
			"preparation 5m" },
	{ .name = "stall",
		.arg = "DUR|none",
		.parse = cb_value_stall,
		.offset = RUN(stall_ns),
		.min = 10 * MS,
		.max = 1000 * HOUR,
		.help = "a sample in which a worker finishes no unit for so long is ended and has failed, "
			"and "
			"what the worker was doing is told; so has one whose workers wait for each other's "
			"locks. The default is 5s. Until the workload's first units have been timed, less "
			"than 5s "
			"counts as 5s, and the default as nine tenths of the time-out; afterwards it is at "
			"least what 10 units take. none: nobody looks" },
	{ .name = "fault",
		.arg = "HOW[:worker=I,after=PCT]",
		.parse = cb_value_fault,
		.offset = RUN(fault),
		.help = "what a fault costs, instead of a rate: in every sample worker I (0) crashes "
			"(SIGSEGV), "
			"is killed (SIGKILL), hangs or exits, HOW being crash, kill, hang or exit, once it "
			"has "
			"done PCT % (50) of an equal part of the units. The others go on as far as they "
			"can; what "
			"was lost and how soon it was noticed is the result. Cells end as crashed, "
			"timeout or stalled, and "
			"the exit status is 5. 12 samples unless --samples says otherwise; a sample that "
			"hangs is "
			"ended after 1s or 5 x the expected time, whichever is more, unless --timeout or "
			"--stall says otherwise" },
	{ .name = "seed",
		.arg = "WORD",
		.parse = cb_value_seed,
		.offset = RUN(seed),
		.def = "1",
		.help = "of the data, decimal or 0x hexadecimal; the order of samples has its own" },
	{ .name = "quick",
		.offset = RUN(quick),
		.help = "few short samples, for a first look: flagged in the result, and its figures are "
			"rough. "
			"Options that are given win over it" },

	{ .heading = "The command behind --",
		.name = "input",
		.arg = "FILE",
		.parse = cb_option_string,
		.offset = CLI(command.input),
		.help = "its standard input; the default is /dev/null" },
	{ .name = "command-output",
		.arg = "discard|inherit|FILE",
		.parse = cb_option_string,
		.offset = CLI(command.output),
		.help = "where its standard output and error go: nowhere (the default), concbench's standard "
			"error, or the end of a file" },
	{ .name = "ignore-status",
		.offset = CLI(command.ignore_status),
		.help = "an exit status other than 0 is no failure; being killed by a signal still is" },
	{ .name = "prepare",
		.arg = "COMMAND",
		.parse = cb_value_command,
		.offset = CLI(command.prepare),
		.help = "run before each sample, not timed; split into words as a shell would, without one" },
	{ .name = "cleanup",
		.arg = "COMMAND",
		.parse = cb_value_command,
		.offset = CLI(command.cleanup),
		.help = "run after each sample that did not fail, not timed" },

	{ .heading = "Where and with what",
		.name = "plugin",
		.arg = "FILE",
		.parse = cb_value_path,
		.offset = CLI(plugin_paths),
		.repeatable = true,
		.help = "a shared object with workloads of its own; it is not searched for" },
	{ .name = "dir",
		.arg = "DIR",
		.parse = cb_option_string,
		.offset = RUN(dir),
		.help = "scratch files of workloads go there. The default is $TMPDIR, else /var/tmp" },
	{ .name = "allow-unverified",
		.offset = RUN(allow_unverified),
		.help = "measure files on file systems whose page cache cannot be checked" },
	{ .name = "no-wait",
		.offset = RUN(no_wait),
		.help = "fail at once when another concbench is measuring on this host" },

	{ .heading = "What is written",
		.name = "output",
		.arg = "FILE|-",
		.parse = cb_option_string,
		.offset = CLI(output),
		.help = "the JSON; - is standard output. The default is standard output, but on a terminal "
			"results/HOST-TIME.json" },
	{ .name = "json",
		.only = "plan",
		.offset = CLI(json),
		.help = "the plan as JSON on standard output" },
	{ .name = "label",
		.arg = "K=V",
		.parse = cb_value_label,
		.offset = CLI(run),
		.repeatable = true,
		.help = "a note of yours in the JSON" },
	{ .name = "worker-rows",
		.offset = RUN(worker_rows),
		.help = "keep every worker's row in the JSON; beyond 8 workers it has quartiles otherwise" },
	{ .name = "quiet", .offset = CLI(quiet), .help = "nothing on standard error but errors" },
	{ .name = "progress",
		.arg = "auto|bar|plain|none",
		.parse = cb_option_choice,
		.words = progress_words,
		.offset = CLI(progress),
		.def = "auto",
		.help = "auto: a bar on a terminal, else a line every few seconds" },
	{ .name = "color",
		.arg = "auto|always|never",
		.parse = cb_option_choice,
		.words = color_words,
		.offset = CLI(color),
		.def = "auto",
		.help = "auto: on a terminal, unless NO_COLOR is set" },
	{ 0 },
};

#define NOTES                                                                                                \
	"Without a WORKLOAD or COMMAND a default set is measured; concbench list names all workloads,\n"     \
	"concbench list params WORKLOAD their parameters. @GROUP stands for several workloads: concbench\n"  \
	"list groups shows them, and what comes by more than one of them is measured once. Durations\n"      \
	"(DUR) take ns, us, ms, s or m; sizes KiB, MiB or GiB. In values a comma, colon or backslash is\n"   \
	"escaped by a backslash, and \\ooo (octal) is any byte.\n\n"                                         \
	"Exit status, the first that applies: 128+N ended by signal N (what was measured is saved, marked\n" \
	"partial); 7 the result could not be saved; 5 a workload failed; 4 the environment is unfit;\n"      \
	"6 nothing was measured; 2 usage, found before anything is measured; 0 done.\n"

static const struct cb_options run_options = {
	.rows = rows,
	.command = "run",
	.usage = "[OPTION]... [WORKLOAD[:NAME=VALUE,...] | @GROUP]... [-- COMMAND...]",
	.takes_command = true,
	.summary =
		"Measures each workload serially, in processes, in threads and in both, and writes JSON and "
		"a table. What can be compared with each other is measured in turns.",
	.notes = NOTES,
};

static const struct cb_options plan_options = {
	.rows = rows,
	.command = "plan",
	.usage = "[OPTION]... [WORKLOAD[:NAME=VALUE,...] | @GROUP]... [-- COMMAND...]",
	.takes_command = true,
	.summary = "Prints every cell that concbench run with the same options would measure, every one it "
		   "would "
		   "skip with the reason, and how long it would take. Measures nothing.",
	.notes = NOTES,
};

/* ---- what single options cannot see ---- */

/* Pairs of which only one may be given. */
static const struct {
	const char *a, *b, *why;
} exclusive[] = {
	{ "samples", "precision", "one gives the number of samples, the other lets it be found" },
	{ "fault", "precision", "a sample with a fault has no rate" },
	{ "units", "sample-time", "one gives the units of a sample, the other lets them be found" },
	{ "rate", "batch", "units that arrive one by one are handed out one by one" },
};

static int check_exclusive(const struct cb_options *options, struct cb_arguments *args, struct cb_error *err)
{
	for (size_t i = 0; i < CB_COUNT(exclusive); i++)
		if (cb_options_given(options, args, exclusive[i].a) &&
			cb_options_given(options, args, exclusive[i].b)) {
			snprintf(args->what, sizeof args->what, "--%s", exclusive[i].a);
			return cb_error_set(
				err, -EINVAL, "not together with --%s: %s", exclusive[i].b, exclusive[i].why);
		}
	return 0;
}

/* Arrivals have one order, in which all workers take them. */
static int check_rate(const struct cb_options *options, struct cb_run_cli *cli, struct cb_arguments *args,
	struct cb_error *err)
{
	if (!cb_options_given(options, args, "rate")) {
		if (!cb_options_given(options, args, "arrival"))
			return 0;
		snprintf(args->what, sizeof args->what, "--arrival");
		return cb_error_set(err, -EINVAL, "says how the units of --rate arrive: add --rate");
	}
	snprintf(args->what, sizeof args->what, "--rate");
	if (cli->run.dispatches & ~(1u << CB_DISPATCH_SHARED))
		return cb_error_set(err, -EINVAL,
			"only with --dispatch=shared: workers take units in the order of their arrival");
	if (!cli->run.units && cli->run.open.rate_per_s * (double)cli->run.sample_time_ns / 1e9 < OPEN_LEAST)
		return cb_error_set(err, -EINVAL,
			"less than one unit would arrive in a sample: raise it, or --sample-time, or give "
			"--units");
	return 0;
}

/* How many samples when precision decides. Precision that is asked for needs its full range, quick or not. */
static void set_sample_range(struct cb_run_options *run, bool precision_given)
{
	bool few = run->quick && !precision_given;

	if (run->fault.how && !run->samples)
		run->samples = SAMPLES_FAULT; /* nothing else could tell when they are enough */
	run->samples_min = run->samples ? run->samples : few ? SAMPLES_QUICK : SAMPLES_MIN;
	run->samples_max = run->samples ? run->samples : few ? SAMPLES_QUICK : SAMPLES_MAX;
}

static int check_dir(const char *dir, struct cb_error *err)
{
	char quoted[64];
	struct stat st;

	cb_quote(dir, quoted, sizeof quoted);
	if (stat(dir, &st) < 0)
		return cb_error_set(err, -errno, "'%s': %s", quoted, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return cb_error_set(err, -ENOTDIR, "'%s' is not a directory", quoted);
	if (access(dir, W_OK | X_OK) < 0)
		return cb_error_set(err, -errno, "'%s' cannot be written: %s", quoted, strerror(errno));
	return 0;
}

static int set_dir(struct cb_run_options *run, struct cb_arguments *args, struct cb_error *err)
{
	const char *tmpdir = getenv("TMPDIR");

	snprintf(args->what, sizeof args->what, "--dir");
	if (!run->dir) {
		if (tmpdir && *tmpdir)
			snprintf(args->what, sizeof args->what, "TMPDIR");
		run->dir = strdup(tmpdir && *tmpdir ? tmpdir : "/var/tmp");
		if (!run->dir)
			return cb_error_set(err, -ENOMEM, "out of memory");
	}
	return check_dir(run->dir, err);
}

static int set_workloads(struct cb_run_options *run, const struct cb_arguments *args, struct cb_error *err)
{
	run->workloads.v = calloc((size_t)args->operands_n + 1, sizeof(char *));
	if (!run->workloads.v)
		return cb_error_set(err, -ENOMEM, "out of memory");
	for (int i = 0; i < args->operands_n; i++) {
		run->workloads.v[i] = strdup(args->operands[i]);
		if (!run->workloads.v[i])
			return cb_error_set(err, -ENOMEM, "out of memory");
		run->workloads.n++;
	}
	return 0;
}

static int set_plugins(struct cb_run_cli *cli, struct cb_arguments *args, struct cb_error *err)
{
	int r;

	snprintf(args->what, sizeof args->what, "--plugin");
	r = cli->plugin_paths.n ? cb_plugins_load(&cli->plugin_paths, cb_registry, &cli->plugins, err) : 0;
	cli->run.registry = cli->plugins.registry;
	return r;
}

static int set_command(struct cb_run_cli *cli, struct cb_arguments *args, struct cb_error *err)
{
	snprintf(args->what, sizeof args->what, "--");
	return cb_command_specification(&cli->command, args->command, &cli->run.command, err);
}

static int complete(const struct cb_options *options, struct cb_run_cli *cli, struct cb_arguments *args,
	struct cb_error *err)
{
	struct cb_run_options *run = &cli->run;
	int r = check_exclusive(options, args, err);

	if (!r)
		r = cb_options_defaults(options, cli, run->quick, args, err);
	if (!r)
		r = check_rate(options, cli, args, err);
	if (r < 0)
		return r;
	if (run->sample_time_ns < MINIMUM && !run->quick) {
		snprintf(args->what, sizeof args->what, "--sample-time");
		return cb_error_set(
			err, -ERANGE, "samples under 100ms are too noisy; add --quick for a rough look");
	}
	run->modes_given = cb_options_given(options, args, "mode");
	set_sample_range(run, cb_options_given(options, args, "precision"));
	r = set_workloads(run, args, err);
	r = r < 0 ? r : set_command(cli, args, err);
	r = r < 0 ? r : set_dir(run, args, err);
	return r < 0 ? r : set_plugins(cli, args, err);
}

int cb_run_cli_parse(struct cb_run_cli *ret, int argc, char **argv)
{
	const struct cb_options *options = strcmp(argv[0], "plan") ? &run_options : &plan_options;
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int r;

	*ret = (struct cb_run_cli){ 0 };
	r = cb_options_parse(options, argc, argv, ret, &args, &err);
	ret->help = args.help;
	if (ret->help)
		cb_options_help(options, stdout);
	else if (!r)
		r = complete(options, ret, &args, &err);
	if (r < 0)
		cb_complain(args.what, err.text);
	cb_arguments_release(&args);
	return r;
}

void cb_run_cli_release(struct cb_run_cli *cli)
{
	struct cb_run_options *run = &cli->run;

	cb_words_release(&run->workloads);
	for (size_t i = 0; i < run->cpus.n; i++)
		cb_numbers_release(&run->cpus.v[i]);
	free(run->cpus.v);
	for (size_t i = 0; i < run->scans_n; i++) {
		free(run->scans[i].name);
		cb_words_release(&run->scans[i].values);
	}
	for (size_t i = 0; i < run->labels_n; i++) {
		free(run->labels[i].key);
		free(run->labels[i].value);
	}
	free(run->scans);
	free(run->labels);
	cb_words_release(&cli->plugin_paths);
	cb_plugins_release(&cli->plugins);
	cb_command_options_release(&cli->command);
	free(run->command);
	free(run->workers);
	free(run->cells);
	free(run->dir);
	free(cli->output);
	*cli = (struct cb_run_cli){ 0 };
}
