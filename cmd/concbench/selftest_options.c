#include "cmd/concbench/selftest_options.h"

#include "cmd/concbench/cmd.h"
#include "cmd/concbench/files.h"
#include "cmd/concbench/run_values.h"
#include "lib/base/text.h"
#include "lib/exec/disturb.h"
#include "lib/session/arm.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)
#define HOUR   (3600 * SECOND)
#define TIMES  10000.0 /* slowdowns are whole hundredths of a percent */

static const char *const report_words[] = { "text", "markdown", NULL };

/* A workload of each kind, with units short enough for short samples; and those of --quick. */
static const char *const workloads[] = { "cpu_prime:limit=1000", "mem_stream", "wait_sleep:duration=200us",
	"sync_counter:guard=mutex", NULL };
static const char *const quick_workloads[] = { "cpu_prime:limit=1000", "wait_sleep:duration=200us", NULL };

static int one_slowdown(const char *word, struct cb_selftest_slowdowns *slowdowns, struct cb_error *err)
{
	double percent, share;
	int r = cb_parse_double(word, 0, 100, true, &percent, err);

	if (r)
		return r;
	share = round(percent * TIMES / 100) / TIMES;
	if (fabs(share * 100 - percent) > 1e-9)
		return cb_error_set(err, -EINVAL, "'%.20s' is finer than a hundredth of a percent", word);
	if (slowdowns->n == CB_SELFTEST_SLOWDOWNS_MAX)
		return cb_error_set(err, -ERANGE, "has more than %d slowdowns", CB_SELFTEST_SLOWDOWNS_MAX);
	if (slowdowns->n && share <= slowdowns->v[slowdowns->n - 1])
		return cb_error_set(err, -EINVAL, "'%.20s' is not above the one before", word);
	slowdowns->v[slowdowns->n++] = share;
	return 0;
}

/* struct cb_selftest_slowdowns: a list in percent */
static int list_of_slowdowns(const struct cb_option *o, void *field, const char *text, struct cb_error *err)
{
	struct cb_selftest_slowdowns slowdowns = { 0 };
	struct cb_words words = { 0 };
	int r = cb_parse_words(text, &words, err);

	(void)o;
	for (size_t i = 0; !r && i < words.n; i++)
		r = one_slowdown(words.v[i], &slowdowns, err);
	cb_words_release(&words);
	if (!r)
		*(struct cb_selftest_slowdowns *)field = slowdowns;
	return r;
}

#define AT(field) offsetof(struct cb_selftest_cli, field)

static const struct cb_option rows[] = {
	{ .heading = "Which gates are measured",
		.name = "gates",
		.arg = "N",
		.parse = cb_option_unsigned,
		.min = 0,
		.max = 100000,
		.offset = AT(gates),
		.def = "60",
		.quick = "2",
		.help = "gates of this program against itself, in all, dealt out to the cells in turn" },
	{ .name = "slowdowns",
		.arg = "LIST",
		.parse = list_of_slowdowns,
		.offset = AT(slowdowns),
		.def = "0,2,3,5,7.5,10,20",
		.quick = "0,20",
		.help = "in percent, ascending: how much more work head does than it is judged for. 0 are "
			"the gates "
			"that --gates counts" },
	{ .name = "gates-each",
		.arg = "N",
		.parse = cb_option_unsigned,
		.min = 0,
		.max = 10000,
		.offset = AT(gates_each),
		.def = "2",
		.quick = "1",
		.help = "gates of each cell at each slowdown above 0" },
	{ .name = "mode",
		.arg = "LIST|all",
		.parse = cb_option_string,
		.offset = AT(mode),
		.def = "all",
		.quick = "threads",
		.help = "as of concbench run, as are the next four: what cells there are" },
	{ .name = "workers",
		.arg = "LIST|all",
		.parse = cb_option_string,
		.offset = AT(workers),
		.def = "2",
		.help = "workers of a cell" },
	{ .name = "shape",
		.arg = "PxT",
		.parse = cb_option_string,
		.offset = AT(shape),
		.help = "hybrid's split" },
	{ .name = "pin",
		.arg = "LIST",
		.parse = cb_option_string,
		.offset = AT(pin),
		.help = "where workers are" },
	{ .name = "cells",
		.arg = "GLOB",
		.parse = cb_option_string,
		.offset = AT(cells),
		.help = "only cells whose id matches" },

	{ .heading = "How they are decided, and replayed",
		.name = "tolerance",
		.arg = "PCT",
		.parse = cb_value_share,
		.max = 1000,
		.offset = AT(tolerance),
		.def = "3%",
		.help = "as of concbench gate, as is the next" },
	{ .name = "blocks",
		.arg = "N",
		.parse = cb_option_unsigned,
		.min = 1,
		.max = CB_GATE_BLOCKS_MAX,
		.offset = AT(blocks),
		.def = "16",
		.help = "blocks that confirm what screening flagged" },
	{ .name = "gate-time",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = SECOND,
		.max = 1000 * HOUR,
		.offset = AT(gate_time_ns),
		.help = "--time-budget of each gate: fewer blocks confirm where it would take longer. The "
			"default is no limit" },
	{ .name = "replays",
		.arg = "N",
		.parse = cb_option_unsigned,
		.min = 0,
		.max = 10000000,
		.offset = AT(replays),
		.def = "100000",
		.quick = "2000",
		.help = "how often the recorded gates are judged again with new coins; a twentieth of it for "
			"each slowdown "
			"of each cell" },

	{ .heading = "How much is measured",
		.name = "quick",
		.offset = AT(quick),
		.help = "few and short gates of two workloads, within seconds, for CI: whether all works, "
			"not how "
			"well" },
	{ .name = "sample-time",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = MS,
		.max = HOUR,
		.offset = AT(sample_time_ns),
		.def = "20ms",
		.quick = "3ms",
		.help = "length of a sample of base, more where its units do not divide so finely" },
	{ .name = "warmup",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = 0,
		.max = HOUR,
		.offset = AT(warmup_ns),
		.def = "5ms",
		.quick = "1ms",
		.help = "work of each worker before the start of each sample, not counted" },
	{ .name = "timeout",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = MS,
		.max = 24 * HOUR,
		.offset = AT(timeout_ns),
		.help = "a sample that takes longer has failed. The default is that of concbench gate" },
	{ .name = "time-budget",
		.arg = "DUR",
		.parse = cb_option_duration,
		.min = SECOND,
		.max = 10000 * HOUR,
		.offset = AT(time_budget_ns),
		.help = "begin no gate that would end later; the same command goes on with what is left. The "
			"default "
			"is no limit" },
	{ .name = "seed",
		.arg = "WORD",
		.parse = cb_value_seed,
		.offset = AT(seed),
		.def = "1",
		.help = "of the data, of the order of the gates and of the replays, decimal or 0x "
			"hexadecimal; the "
			"coins of the gates have none" },

	{ .heading = "Where and with what",
		.name = "disturb",
		.arg = "none|spinner|memory|disk",
		.parse = cb_option_choice,
		.words = cb_disturbance_names,
		.offset = AT(disturb),
		.def = "none",
		.help = "a process that disturbs meanwhile: one that spins on the first CPU, now and then; "
			"one that "
			"streams over memory; one that writes to the disk of --dir and waits for it" },
	{ .name = "dir",
		.arg = "DIR",
		.parse = cb_option_string,
		.offset = AT(dir),
		.help = "scratch files go there, and the copy of this program for the null arm. The default "
			"is $TMPDIR, else /var/tmp" },
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
		.help = "the JSON, with all gates; - is standard output. Where FILE or FILE.part is there, "
			"the command "
			"goes on with it. The default is standard output, but on a terminal "
			"results/selftest-HOST.json" },
	{ .name = "report",
		.arg = "text|markdown",
		.parse = cb_option_choice,
		.words = report_words,
		.offset = AT(report),
		.def = "text",
		.help = "text is written to standard error; markdown to standard output, so that it needs "
			"--output=FILE for the JSON" },
	{ .name = "quiet", .offset = AT(quiet), .help = "nothing on standard error but errors" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "selftest",
	.usage = "[OPTION]... [WORKLOAD[:NAME=VALUE,...]]...",
	.summary =
		"Proves the gate on this machine: gates of this program against itself, which must not FAIL, "
		"and against itself with more work, which must. Prints how often it raised a false alarm, "
		"with the bound that follows, which slowdowns it finds, and what the harness itself costs. "
		"Interrupted or killed, the same command with the same --output goes on. Without a WORKLOAD "
		"it is one of each kind: cpu_prime, mem_stream, wait_sleep, sync_counter.",
	.notes =
		"Exit status, the first that applies: 128+N ended by signal N (what was measured is saved);\n"
		"7 the result could not be saved; 5 a gate failed: a sample did, or head's slowdown was not\n"
		"what was asked for; 1 false alarms are more than the promised 1%, with 99% confidence; 4 "
		"more\n"
		"than a quarter of the gates found the environment unfit, or it is unfit for any; 6 nothing "
		"was\n"
		"measured; 2 usage, or a file of another self-test; 0 done.\n",
};

/* ---- what single options cannot see ---- */

static int refuse(struct cb_arguments *args, const char *option, struct cb_error *err, const char *why)
{
	snprintf(args->what, sizeof args->what, "--%s", option);
	return cb_error_set(err, -EINVAL, "%s", why);
}

static int add_arrangement(struct cb_words *words, const struct cb_selftest_cli *cli)
{
	int r = cb_words_add_option(words, "mode", cli->mode);

	r = r ? r : cb_words_add_option(words, "workers", cli->workers);
	r = r ? r : cb_words_add_option(words, "shape", cli->shape);
	return r ? r : cb_words_add_option(words, "pin", cli->pin);
}

static int set_words(struct cb_selftest_cli *cli, const struct cb_arguments *args, struct cb_error *err)
{
	const char *const *defaults = cli->quick ? quick_workloads : workloads;
	int r = add_arrangement(&cli->arrangement, cli);

	r = r ? r : add_arrangement(&cli->options, cli);
	r = r ? r : cb_words_add_option(&cli->options, "cells", cli->cells);
	r = r ? r : cb_words_add_option(&cli->options, "dir", cli->dir);
	if (!r && cli->allow_unverified)
		r = cb_words_add(&cli->options, "--allow-unverified");
	for (int i = 0; !r && i < args->operands_n; i++) {
		if (args->operands[i][0] == '-') /* it would be taken for an option */
			return cb_error_set(err, -EINVAL, "'%.40s' is not a workload", args->operands[i]);
		r = cb_words_add(&cli->workloads, args->operands[i]);
	}
	for (; !r && !args->operands_n && *defaults; defaults++)
		r = cb_words_add(&cli->workloads, *defaults);
	return r ? cb_error_set(err, r, "out of memory") : 0;
}

/* ---- settings ---- */

/* A text that could not be made is NULL, which is seen at the end. */
__attribute__((format(printf, 3, 4))) static void add_setting(
	struct cb_selftest_cli *cli, const char *name, const char *format, ...)
{
	struct cb_selftest_setting *setting = &cli->settings[cli->settings_n++];
	va_list args;

	setting->name = name;
	va_start(args, format);
	if (vasprintf(&setting->value, format, args) < 0)
		setting->value = NULL;
	va_end(args);
}

static char *list_text(const struct cb_words *words, const char *between)
{
	struct cb_text text = { 0 };

	for (size_t i = 0; i < words->n; i++)
		cb_text_add(&text, "%s%s", i ? between : "", words->v[i]);
	return cb_text_take(&text);
}

static char *slowdowns_text(const struct cb_selftest_slowdowns *slowdowns)
{
	struct cb_text text = { 0 };

	for (unsigned i = 0; i < slowdowns->n; i++)
		cb_text_add(&text, "%s%g", i ? "," : "", round(slowdowns->v[i] * TIMES) / 100);
	return cb_text_take(&text);
}

static void add_text(struct cb_selftest_cli *cli, const char *name, char *value)
{
	cli->settings[cli->settings_n++] = (struct cb_selftest_setting){ name, value };
}

/* Not what the gates do not depend on: --replays, --time-budget, and what is written. */
static int set_settings(struct cb_selftest_cli *cli, struct cb_error *err)
{
	add_text(cli, "workloads", list_text(&cli->workloads, " "));
	add_setting(cli, "mode", "%s", cli->mode);
	add_setting(cli, "workers", "%s", cli->workers);
	add_setting(cli, "shape", "%s", cli->shape ? cli->shape : "");
	add_setting(cli, "pin", "%s", cli->pin ? cli->pin : "");
	add_setting(cli, "cells", "%s", cli->cells ? cli->cells : "");
	add_setting(cli, "gates", "%u", cli->gates);
	add_text(cli, "slowdowns", slowdowns_text(&cli->slowdowns));
	add_setting(cli, "gates-each", "%u", cli->gates_each);
	add_setting(cli, "tolerance", "%.17g%%", 100 * cli->tolerance);
	add_setting(cli, "blocks", "%u", cli->blocks);
	add_setting(cli, "gate-time", "%" PRIu64 "ns", cli->gate_time_ns);
	add_setting(cli, "sample-time", "%" PRIu64 "ns", cli->sample_time_ns);
	add_setting(cli, "warmup", "%" PRIu64 "ns", cli->warmup_ns);
	add_setting(cli, "timeout", "%" PRIu64 "ns", cli->timeout_ns);
	add_setting(cli, "seed", "%" PRIu64, cli->seed);
	add_setting(cli, "disturb", "%s", cb_disturbance_names[cli->disturb]);
	for (unsigned i = 0; i < cli->settings_n; i++)
		if (!cli->settings[i].value)
			return cb_error_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* ---- all ---- */

static bool has_gates(const struct cb_selftest_cli *cli)
{
	for (unsigned i = 0; i < cli->slowdowns.n; i++)
		if (cli->slowdowns.v[i] > 0 ? cli->gates_each : cli->gates)
			return true;
	return false;
}

static int complete(struct cb_selftest_cli *cli, struct cb_arguments *args, struct cb_error *err)
{
	int r = cb_options_defaults(&options, cli, cli->quick, args, err);

	if (r)
		return r;
	if (!has_gates(cli))
		return refuse(args, "gates", err, "there is no gate to be measured");
	if (cli->report == CB_SELFTEST_REPORT_MARKDOWN && (!cli->output || !strcmp(cli->output, "-")))
		return refuse(args, "report", err,
			"markdown goes to standard output, so the JSON needs a place of its own: "
			"--output=FILE");
	snprintf(args->what, sizeof args->what, "--dir");
	r = cb_scratch_dir(&cli->dir, err);
	if (r)
		return r;
	snprintf(args->what, sizeof args->what, "selftest");
	r = set_words(cli, args, err);
	return r ? r : set_settings(cli, err);
}

int cb_selftest_cli_parse(struct cb_selftest_cli *ret, int argc, char **argv)
{
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int r;

	*ret = (struct cb_selftest_cli){ 0 };
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

void cb_selftest_cli_release(struct cb_selftest_cli *cli)
{
	char *const texts[] = { cli->mode, cli->workers, cli->shape, cli->pin, cli->cells, cli->dir,
		cli->output };

	for (size_t i = 0; i < CB_COUNT(texts); i++)
		free(texts[i]);
	for (unsigned i = 0; i < cli->settings_n; i++)
		free(cli->settings[i].value);
	cb_words_release(&cli->arrangement);
	cb_words_release(&cli->options);
	cb_words_release(&cli->workloads);
	*cli = (struct cb_selftest_cli){ 0 };
}
