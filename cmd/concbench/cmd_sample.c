/*
 * concbench sample (hidden, for programs): reads the description of one sample on stdin, takes it, and
 * answers on stdout. The description becomes a plan of one cell, so that placement and limits are those of
 * `run`. Takes no lock: whoever drives several builds in turn holds it.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/command_options.h"
#include "cmd/concbench/option.h"
#include "cmd/concbench/run_values.h"
#include "lib/base/text.h"
#include "lib/plan/plan.h"
#include "lib/plan/plugins.h"
#include "lib/plan/registry.h"
#include "lib/result/sample_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MAX (1u << 20) /* bytes of a description */

struct sample_cli {
	struct cb_words plugin_paths;
	struct cb_plugins plugins;
	char *command; /* specification of the command behind "--", or NULL */
};

static const struct cb_option rows[] = {
	{ .name = "plugin",
		.arg = "FILE",
		.parse = cb_value_path,
		.offset = offsetof(struct sample_cli, plugin_paths),
		.repeatable = true,
		.help = "a shared object with workloads of its own; it is not searched for" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "sample",
	.usage = "[OPTION]... [-- COMMAND [ARGUMENT]...] <DESCRIPTION",
	.takes_command = true,
	.summary =
		"Reads the description of one sample, concbench.sample/1, as JSON on standard input, takes "
		"the sample, and answers with JSON on standard output. For programs that drive this build. "
		"With a "
		"command the workload must be `command`; it is measured instead of its parameter words.",
};

struct one {
	const struct sample_cli *cli;
	struct cb_sample_request request;
	struct cb_run_options options;
	struct cb_host host;
	struct cb_plan plan;
	struct cb_supervisor *supervisor;
	struct cb_prepared *prepared;
	struct cb_sample sample;
	struct cb_histogram latency;
};

/* ---- reading ---- */

/* All of stdin. Returns 0 and the text, which the caller frees, or a negative errno with a reason. */
static int read_stdin(char **ret, size_t *ret_n, struct cb_error *err)
{
	char *text = malloc(REQUEST_MAX + 1);
	ssize_t got = 1;
	size_t n = 0;

	if (!text)
		return cb_error_set(err, -ENOMEM, "out of memory");
	while (n <= REQUEST_MAX && (got = read(STDIN_FILENO, text + n, REQUEST_MAX + 1 - n)) != 0) {
		if (got < 0 && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		cb_error_set(err, -errno, "%s", strerror(errno));
	} else if (n > REQUEST_MAX) {
		cb_error_set(err, -E2BIG, "the description is longer than 1 MiB");
	} else {
		*ret = text;
		*ret_n = n;
		return 0;
	}
	free(text);
	return err->code;
}

static int read_request(struct one *one, struct cb_error *err)
{
	char *text = NULL;
	size_t n = 0;
	int r = read_stdin(&text, &n, err);

	if (!r)
		r = cb_sample_request_parse(text, n, &one->request, err);
	free(text);
	return r;
}

/* ---- from the description to a plan of one cell ---- */

/*
 * WORKLOAD:name=value,... as it would be written on the command line; with a command its words come first.
 * NULL: no memory, or a reason in err.
 */
static char *specification(const struct one *one, struct cb_error *err)
{
	const struct cb_spec *spec = &one->request.spec;
	const char *command = one->cli->command;
	struct cb_text text = { 0 };

	if (command && strcmp(spec->workload, "command") != 0) {
		cb_error_set(err, -EINVAL, "\"workload\" must be \"command\" where a command is given");
		return NULL;
	}
	cb_text_add(&text, "%s", command ? command : spec->workload);
	for (size_t i = 0; i < spec->n; i++) {
		cb_text_add(&text, "%c%s=", i || command ? ',' : ':', spec->pairs[i].name);
		for (const char *c = spec->pairs[i].value; *c; c++) {
			if (strchr(",:\\", *c))
				cb_text_add_char(&text, '\\');
			cb_text_add_char(&text, *c);
		}
	}
	return cb_text_take(&text);
}

/* The bit of the name in a list of names; an error that says what the name is of. */
static int bit_of(
	const char *what, const char *name, const char *const *names, unsigned *ret, struct cb_error *err)
{
	const char *nearest = cb_nearest(name, names);
	char quoted[CB_QUOTE_SIZE];

	for (unsigned i = 0; names[i]; i++)
		if (!strcmp(names[i], name)) {
			*ret = 1u << i;
			return 0;
		}
	cb_quote(name, quoted, sizeof quoted);
	if (nearest)
		return cb_error_set(
			err, -EINVAL, "%s: there is no '%s'; did you mean %s?", what, quoted, nearest);
	return cb_error_set(err, -EINVAL, "%s: there is no '%s'", what, quoted);
}

static int set_names(struct one *one, struct cb_error *err)
{
	const char *modes[32] = { NULL }, *dispatches[32] = { NULL };
	int r;

	for (size_t i = 0; i < CB_COUNT(modes) - 1 && cb_modes[i]; i++)
		modes[i] = cb_modes[i]->name;
	for (size_t i = 0; i < CB_COUNT(dispatches) - 1 && cb_dispatches[i].name; i++)
		dispatches[i] = cb_dispatches[i].name;
	r = bit_of("mode", one->request.mode, modes, &one->options.modes, err);
	if (!r)
		r = bit_of("dispatch", one->request.dispatch, dispatches, &one->options.dispatches, err);
	return r ? r : bit_of("pin", one->request.pin, cb_pin_names, &one->options.pins, err);
}

static int set_options(struct one *one, struct cb_error *err)
{
	const struct cb_sample_request *q = &one->request;
	const char *tmpdir = getenv("TMPDIR");
	bool split = q->processes > 1 && q->threads > 1;

	one->options = (struct cb_run_options){
		.registry = one->cli->plugins.registry,
		.modes_given = true,
		.shape_processes = split ? q->processes : 0,
		.shape_threads = split ? q->threads : 0,
		.inflight = 1,
		.batch = q->batch,
		.units = q->units,
		.samples = 1,
		.samples_min = 1,
		.samples_max = 1,
		.warmup_ns = q->warmup_ns,
		.timeout_ns = q->timeout_ns,
		.seed = q->seed,
		.allow_unverified = q->allow_unverified,
		.dir = strdup(q->dir              ? q->dir
			      : tmpdir && *tmpdir ? tmpdir
						  : "/var/tmp"),
		.workloads.v = calloc(2, sizeof(char *)),
	};
	if (asprintf(&one->options.workers, "%u", q->workers) < 0)
		one->options.workers = NULL;
	if (!one->options.dir || !one->options.workloads.v || !one->options.workers)
		return cb_error_set(err, -ENOMEM, "out of memory");
	one->options.workloads.v[0] = specification(one, err);
	if (err->code)
		return err->code;
	one->options.workloads.n = one->options.workloads.v[0] != NULL;
	if (!one->options.workloads.n)
		return cb_error_set(err, -ENOMEM, "out of memory");
	return set_names(one, err);
}

static int make_plan(struct one *one, struct cb_error *err)
{
	int r = cb_plan_make(&one->plan, &one->options, &one->host, err);

	if (!r && one->plan.cells_n != 1)
		return cb_error_set(err, -EINVAL, "describes %u cells, not one", one->plan.cells_n);
	return r;
}

/* ---- taking it ---- */

static void set_status(struct cb_sample *sample, enum cb_status status, const char *reason)
{
	sample->status = status;
	snprintf(sample->reason, sizeof sample->reason, "%s", reason);
}

static int prepare(struct one *one, struct cb_error *err)
{
	const struct cb_group *group = &one->plan.groups[0];
	enum cb_status status = CB_OK;
	struct cb_error why;
	int r;

	if (!group->workload->prepare)
		return 0;
	do {
		why = (struct cb_error){ 0 };
		r = cb_prepare_run(one->supervisor, group->workload, group->params, &one->plan.cells[0].env,
			one->request.seed, one->request.timeout_ns, &one->prepared, &status, &why);
	} while (r == -ERESTART);
	if (r < 0)
		return cb_error_set(err, r, "%s", why.text);
	if (status != CB_OK)
		set_status(&one->sample, status, why.text);
	return 0;
}

static struct cb_sample_spec sample_spec(const struct one *one)
{
	const struct cb_sample_request *q = &one->request;
	struct cb_sample_spec spec = cb_cell_spec(&one->plan.groups[0], &one->plan.cells[0]);

	spec.host = &one->host;
	spec.prepared = one->prepared;
	spec.units = q->units;
	spec.seed = q->seed;
	spec.timing = q->timing;
	spec.timing_every = q->timing_every;
	spec.warmup_ns = q->warmup_ns;
	spec.timeout_ns = q->timeout_ns;
	return spec;
}

/* Against the workload's own oracle where it has one; whoever drives us compares the digest with others. */
static int check_digest(struct one *one, struct cb_error *err)
{
	const struct cb_group *group = &one->plan.groups[0];
	const struct cb_sample_request *q = &one->request;
	struct cb_error why = { 0 };
	enum cb_status status;
	uint64_t want;
	int r;

	if (one->sample.status != CB_OK || !group->workload->expect)
		return 0;
	do
		r = cb_expect_run(one->supervisor, group->workload, group->params, one->prepared, q->seed,
			q->units, q->timeout_ns, &want, &status, &why);
	while (r == -ERESTART);
	if (r)
		return cb_error_set(err, r, "%s", why.text);
	if (status != CB_OK)
		set_status(&one->sample, status, why.text);
	else if (want != one->sample.digest)
		set_status(&one->sample, CB_MISMATCH, "the digest is not what the workload expects");
	return 0;
}

/* Fills one->sample. Returns 0, whatever its status, or a negative errno. */
static int take(struct one *one, struct cb_error *err)
{
	const struct cb_cell *cell = &one->plan.cells[0];
	struct cb_sample_spec spec;
	int r;

	if (cell->status != CB_OK) {
		set_status(&one->sample, cell->status, cell->reason);
		return 0;
	}
	r = prepare(one, err);
	if (r < 0 || one->sample.status != CB_OK)
		return r;
	spec = sample_spec(one);
	do
		r = cb_sample_run(one->supervisor, &spec, &one->sample, &one->latency, err);
	while (r == -ERESTART);
	return r ? r : check_digest(one, err);
}

/* ---- answering ---- */

static int put_stdout(void *arg, const char *text, size_t n)
{
	(void)arg;
	return fwrite(text, 1, n, stdout) == n ? 0 : -EIO;
}

/* What a sample that was not measured says: nothing but its status. */
static void empty_sample(struct cb_sample *sample)
{
	uint64_t *const counts[] = { &sample->units, &sample->batches, &sample->makespan_ns,
		&sample->total_ns, &sample->setup_ns, &sample->spawn_ns, &sample->gate_ns,
		&sample->teardown_ns, &sample->start_skew_ns, &sample->stop_skew_ns, &sample->cpu_user_ns,
		&sample->cpu_sys_ns, &sample->partner_cpu_ns, &sample->ctx_voluntary,
		&sample->ctx_involuntary, &sample->faults_minor, &sample->faults_major, &sample->run_delay_ns,
		&sample->off_cpu_ns, &sample->steal_ns, &sample->throttled_ns, &sample->pss_bytes,
		&sample->read_bytes, &sample->write_bytes, &sample->rchar, &sample->wchar };

	for (size_t i = 0; i < CB_COUNT(counts); i++)
		*counts[i] = CB_NONE;
	for (size_t i = 0; i < CB_METRICS_MAX; i++)
		sample->metrics[i] = __builtin_nan("");
}

static int answer(struct one *one, struct cb_error *err)
{
	int r = cb_sample_answer_write(
		&one->request, one->plan.groups[0].workload, &one->sample, &one->latency, put_stdout, NULL);

	if (!r && fflush(stdout))
		r = -errno;
	return r < 0 ? cb_error_set(err, r, "the answer could not be written: %s", strerror(-r)) : 0;
}

/* Steps up to the plan: what is wrong there is wrong with the description, but for the host. */
static int understand(struct one *one)
{
	struct cb_error err = { 0 };

	if (read_request(one, &err) < 0 || set_options(one, &err) < 0)
		return cb_usage_error("sample", &err);
	if (cb_host_load(&one->host, &err) < 0) {
		cb_complain("host", err.text);
		return CB_EXIT_UNFIT;
	}
	return make_plan(one, &err) < 0 ? cb_usage_error("sample", &err) : CB_EXIT_OK;
}

static int take_and_answer(struct one *one)
{
	struct cb_error err = { 0 };
	int r = cb_supervisor_new(&one->supervisor, &err);

	if (!r)
		r = take(one, &err);
	if (r == -EINTR)
		return CB_EXIT_SIGNAL + cb_supervisor_interrupted(one->supervisor);
	if (r < 0) {
		cb_complain("sample", err.text);
		return CB_EXIT_UNFIT;
	}
	if (answer(one, &err) < 0) {
		cb_complain("sample", err.text);
		return CB_EXIT_UNSAVED;
	}
	if (one->sample.status == CB_SKIPPED)
		return CB_EXIT_NOTHING;
	return one->sample.status == CB_OK ? CB_EXIT_OK : CB_EXIT_WORKLOAD;
}

static void release(struct one *one)
{
	cb_prepared_free(one->prepared);
	cb_supervisor_free(one->supervisor);
	cb_plan_release(&one->plan);
	cb_host_release(&one->host);
	cb_words_release(&one->options.workloads);
	free(one->options.workers);
	free(one->options.dir);
	cb_sample_request_release(&one->request);
}

static int sample(const struct sample_cli *cli)
{
	struct one one = { .cli = cli };
	int status;

	empty_sample(&one.sample);
	status = understand(&one);
	if (!status)
		status = take_and_answer(&one);
	release(&one);
	return status;
}

static int complete(struct sample_cli *cli, struct cb_arguments *args, struct cb_error *err)
{
	static const struct cb_command_options none = { 0 };
	int r;

	if (args->operands_n)
		return cb_error_set(
			err, -EINVAL, "takes no arguments: the description comes on standard input");
	snprintf(args->what, sizeof args->what, "--");
	r = cb_command_specification(&none, args->command, &cli->command, err);
	if (r || !cli->plugin_paths.n)
		return r;
	snprintf(args->what, sizeof args->what, "--plugin");
	return cb_plugins_load(&cli->plugin_paths, cb_registry, &cli->plugins, err);
}

int cb_cmd_sample(int argc, char **argv)
{
	struct sample_cli cli = { 0 };
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int status = CB_EXIT_OK, r = cb_options_parse(&options, argc, argv, &cli, &args, &err);

	if (!r && !args.help)
		r = complete(&cli, &args, &err);
	if (r < 0)
		status = cb_usage_error(args.what, &err);
	else if (args.help)
		cb_options_help(&options, stdout);
	else
		status = sample(&cli);
	cb_arguments_release(&args);
	cb_plugins_release(&cli.plugins);
	cb_words_release(&cli.plugin_paths);
	free(cli.command);
	return status;
}
