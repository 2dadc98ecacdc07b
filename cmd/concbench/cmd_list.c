/* concbench list: what is built in. It looks at tables only, never at the host, and is done in a millisecond.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/option.h"
#include "cmd/concbench/run_values.h"
#include "lib/base/text.h"
#include "lib/exec/mode.h"
#include "lib/plan/plugins.h"
#include "lib/plan/registry.h"
#include "lib/plan/sets.h"
#include "lib/result/list_json.h"
#include "lib/result/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_WIDTH 96

struct list_options {
	bool json;
	struct cb_words plugin_paths;
	struct cb_plugins plugins;
	const struct cb_workload *const *registry; /* what is built in and the plugins' */
};

static const struct cb_option rows[] = {
	{ .name = "json", .offset = offsetof(struct list_options, json), .help = "JSON on standard output" },
	{ .name = "plugin",
		.arg = "FILE",
		.parse = cb_value_path,
		.offset = offsetof(struct list_options, plugin_paths),
		.repeatable = true,
		.help = "list the workloads of this shared object too; it is not searched for" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "list",
	.usage = "[OPTION]... [workloads | groups | modes | params WORKLOAD]",
	.summary =
		"Lists the workloads that are built in, the groups that stand for several of them, the modes "
		"and dispatches, or the parameters and extra metrics of a workload.",
};

/* ---- text ---- */

static void print_workloads(const struct cb_workload *const *registry)
{
	for (const struct cb_workload *const *w = registry; *w; w++)
		printf("%-15s %-7s %s\n", (*w)->name, cb_class_names[(*w)->class], (*w)->summary);
}

/* "@sync           sharing and locks", and its members below. Returns false without memory. */
static bool print_group(const struct cb_workload_set *set)
{
	struct cb_words members = { 0 };
	struct cb_text text = { 0 };

	if (cb_set_members(set, cb_registry, &members, NULL) < 0)
		return false;
	printf("%c%-14s %s\n%4s", CB_SET_SIGN, set->name, set->summary, "");
	for (size_t i = 0; i < members.n; i++)
		cb_text_add(&text, "%s%s", i ? " " : "", members.v[i]);
	cb_wrap(stdout, text.s ? text.s : "(none in this version)", 4, GROUPS_WIDTH);
	cb_text_release(&text);
	cb_words_release(&members);
	return true;
}

static void print_modes(void)
{
	puts("modes:");
	for (const struct cb_mode *const *m = cb_modes; *m; m++)
		printf("  %-10s %s\n", (*m)->name, (*m)->summary);
	puts("dispatches:");
	for (const struct cb_dispatch_row *d = cb_dispatches; d->name; d++)
		printf("  %-10s %s\n", d->name, d->summary);
}

/* A number as the parameter's type writes it. */
static void print_bound(const struct cb_param *param, double value)
{
	char buf[32];

	if (param->type == CB_PARAM_SIZE)
		fputs(cb_format_size((uint64_t)value, buf), stdout);
	else if (param->type == CB_PARAM_DURATION)
		fputs(cb_format_duration((uint64_t)value, buf), stdout);
	else
		printf("%.15g", value);
}

static void print_values(const struct cb_param *param)
{
	if (param->words) {
		for (const char *const *w = param->words; *w; w++)
			printf("%s%s", w == param->words ? "" : "|", *w);
	} else if (param->min != 0 || param->max != 0) {
		print_bound(param, param->min);
		fputs("..", stdout);
		print_bound(param, param->max);
	} else {
		fputs(cb_param_type_names[param->type], stdout);
	}
}

static void print_params(const struct cb_workload *workload)
{
	printf("%s: %s; unit: %s\n", workload->name, workload->summary, workload->unit);
	for (const struct cb_param *p = workload->params; p && p->name; p++) {
		printf("  %s=%s  (", p->name, p->def ? p->def : "");
		print_values(p);
		printf(")\n      %s\n", p->help ? p->help : "");
	}
	for (const struct cb_metric *m = workload->metrics; m && m->name; m++)
		printf("  metric %s: %s\n", m->name, m->help ? m->help : "");
}

/* ---- choosing ---- */

static int print_json(char *json)
{
	if (!json) {
		cb_complain("list", "out of memory");
		return CB_EXIT_UNFIT;
	}
	puts(json);
	free(json);
	return CB_EXIT_OK;
}

static int list_workloads(const struct list_options *o, const char *name)
{
	(void)name;
	if (o->json)
		return print_json(cb_list_workloads_json(o->registry));
	print_workloads(o->registry);
	return CB_EXIT_OK;
}

static int list_groups(const struct list_options *o, const char *name)
{
	(void)name;
	if (o->json)
		return print_json(cb_list_groups_json(o->registry));
	for (const struct cb_workload_set *set = cb_workload_sets; set->name; set++)
		if (!print_group(set))
			return print_json(NULL);
	return CB_EXIT_OK;
}

static int list_modes(const struct list_options *o, const char *name)
{
	(void)name;
	if (o->json)
		return print_json(cb_list_modes_json());
	print_modes();
	return CB_EXIT_OK;
}

/* The registry's names, NULL-terminated, for the nearest one; names borrowed. NULL: no memory. */
static const char **workload_names(const struct cb_workload *const *registry)
{
	const char **names;
	size_t n = 0;

	while (registry[n])
		n++;
	names = calloc(n + 1, sizeof *names);
	for (size_t i = 0; names && i < n; i++)
		names[i] = registry[i]->name;
	return names;
}

static int unknown_workload(const struct list_options *o, const char *name)
{
	const char **names = workload_names(o->registry);
	const char *nearest = names ? cb_nearest(name, names) : NULL;
	char why[128];

	if (nearest)
		snprintf(why, sizeof why, "there is no such workload; did you mean %s?", nearest);
	else
		snprintf(why, sizeof why, "there is no such workload; see concbench list");
	free(names);
	cb_complain(name, why);
	return CB_EXIT_USAGE;
}

static int list_params(const struct list_options *o, const char *name)
{
	const struct cb_workload *workload = cb_registry_find_in(o->registry, name);

	if (!workload)
		return unknown_workload(o, name);
	if (o->json)
		return print_json(cb_list_params_json(workload));
	print_params(workload);
	return CB_EXIT_OK;
}

static const struct topic {
	const char *name;
	int operands; /* that follow the name */
	int (*list)(const struct list_options *o, const char *name);
} topics[] = {
	{ "workloads", 0, list_workloads },
	{ "groups", 0, list_groups },
	{ "modes", 0, list_modes },
	{ "params", 1, list_params },
};

static int unknown_topic(const char *name)
{
	const char *words[CB_COUNT(topics) + 1] = { NULL };
	const char *nearest;
	char why[96];

	for (size_t i = 0; i < CB_COUNT(topics); i++)
		words[i] = topics[i].name;
	nearest = cb_nearest(name, words);
	if (nearest)
		snprintf(why, sizeof why, "there is no such list; did you mean %s?", nearest);
	else
		snprintf(why, sizeof why, "there is no such list; see concbench list --help");
	cb_complain(name, why);
	return CB_EXIT_USAGE;
}

static int list(const struct cb_arguments *args, const struct list_options *o)
{
	const char *name = args->operands_n ? args->operands[0] : "workloads";

	for (size_t i = 0; i < CB_COUNT(topics); i++) {
		int operands = args->operands_n ? args->operands_n - 1 : 0;

		if (strcmp(topics[i].name, name) != 0)
			continue;
		if (operands == topics[i].operands)
			return topics[i].list(o, args->operands[operands]);
		cb_complain(name,
			topics[i].operands ? "needs the name of one workload" : "takes nothing behind it");
		return CB_EXIT_USAGE;
	}
	return unknown_topic(name);
}

static int load_plugins(struct list_options *o, struct cb_error *err)
{
	int r = cb_plugins_load(&o->plugin_paths, cb_registry, &o->plugins, err);

	o->registry = o->plugins.registry;
	return r;
}

int cb_cmd_list(int argc, char **argv)
{
	struct list_options into = { 0 };
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int status = CB_EXIT_OK;

	if (cb_options_parse(&options, argc, argv, &into, &args, &err) < 0)
		status = cb_usage_error(args.what, &err);
	else if (args.help)
		cb_options_help(&options, stdout);
	else if (load_plugins(&into, &err) < 0)
		status = cb_usage_error("--plugin", &err);
	else
		status = list(&args, &into);
	cb_arguments_release(&args);
	cb_plugins_release(&into.plugins);
	cb_words_release(&into.plugin_paths);
	return status;
}
