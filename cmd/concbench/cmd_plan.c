/* concbench plan: what `run` with the same options would do. Measures nothing and waits for nobody. */
#include "cmd/concbench/cell_name.h"
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/forecast.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/run_options.h"
#include "cmd/concbench/style.h"
#include "lib/base/text.h"
#include "lib/result/list_json.h"

#include <stdlib.h>
#include <string.h>

#define ID_COLUMNS_MAX 60
#define CPUS_SHOWN     8

/* "CPUs 0,1", "not pinned". */
static void add_cpus(struct cb_text *text, const struct cb_cell *cell)
{
	const struct cb_placement *p = &cell->placement;

	if (!p->worker_cpu || p->workers == 0 || p->worker_cpu[0] < 0) {
		cb_text_add(text, "not pinned");
		return;
	}
	cb_text_add(text, p->workers == 1 ? "CPU" : "CPUs");
	for (unsigned i = 0; i < p->workers && i < CPUS_SHOWN; i++)
		cb_text_add(text, "%s%d", i ? "," : " ", p->worker_cpu[i]);
	if (p->workers > CPUS_SHOWN)
		cb_text_add(text, ",...");
	if (cell->partners)
		cb_text_add(text, "; %u partner%s", cell->partners, cell->partners == 1 ? "" : "s");
}

static void print_cell(const struct cb_cell *cell, int width, const struct cb_style *style)
{
	struct cb_text text = { 0 };

	if (cell->status == CB_OK)
		add_cpus(&text, cell);
	else
		cb_text_add(&text, "skipped: %s", cell->reason);
	if (cell->oversubscribed && cell->status == CB_OK)
		cb_text_add(&text, "; oversubscribed");
	printf("%s  %-*s  ", cell->status == CB_OK ? "" : style->dim, width, cell->id);
	cb_wrap(stdout, text.s ? text.s : "", (unsigned)width + 4, style->width);
	fputs(cell->status == CB_OK ? "" : style->off, stdout);
	cb_text_release(&text);
}

static int id_width(const struct cb_plan *plan)
{
	size_t width = 0;

	for (unsigned i = 0; i < plan->cells_n; i++) {
		size_t n = strlen(plan->cells[i].id);

		width = n > width ? n : width;
	}
	return (int)(width < ID_COLUMNS_MAX ? width : ID_COLUMNS_MAX);
}

static unsigned cells_measured(const struct cb_plan *plan)
{
	unsigned n = 0;

	for (unsigned i = 0; i < plan->cells_n; i++)
		n += plan->cells[i].status == CB_OK;
	return n;
}

static void print_plan(const struct cb_plan *plan, const struct cb_run_cli *cli)
{
	struct cb_style style = cb_style_of(stdout, cli->color);
	int width = id_width(plan);
	char name[256], forecast[256];

	for (unsigned g = 0; g < plan->groups_n; g++) {
		const struct cb_group *group = &plan->groups[g];

		printf("%s%s%s\n", style.bold, cb_group_name(group, name, sizeof name), style.off);
		for (unsigned i = group->first; i < group->first + group->n; i++)
			print_cell(&plan->cells[i], width, &style);
	}
	puts(cb_forecast(plan, &cli->run, forecast, sizeof forecast));
}

static int print_json(const struct cb_plan *plan, const struct cb_run_options *options)
{
	char *json = cb_plan_json(plan, cb_plan_expected_ns(plan, options));

	if (!json) {
		cb_complain("plan", "out of memory");
		return CB_EXIT_UNFIT;
	}
	puts(json);
	free(json);
	return CB_EXIT_OK;
}

static int show(const struct cb_run_cli *cli)
{
	struct cb_host host = { 0 };
	struct cb_plan plan = { 0 };
	struct cb_error err = { 0 };
	int status = CB_EXIT_OK;

	if (cb_host_load(&host, &err) < 0) {
		cb_complain("host", err.text);
		return CB_EXIT_UNFIT;
	}
	if (cb_plan_make(&plan, &cli->run, &host, &err) < 0)
		status = cb_usage_error("plan", &err);
	else if (cli->json)
		status = print_json(&plan, &cli->run);
	else
		print_plan(&plan, cli);
	if (!status && !cells_measured(&plan))
		status = CB_EXIT_NOTHING;
	cb_plan_release(&plan);
	cb_host_release(&host);
	return status;
}

int cb_cmd_plan(int argc, char **argv)
{
	struct cb_run_cli cli;
	int status = CB_EXIT_OK;

	if (cb_run_cli_parse(&cli, argc, argv) < 0)
		status = CB_EXIT_USAGE;
	else if (!cli.help)
		status = show(&cli);
	cb_run_cli_release(&cli);
	return status;
}
