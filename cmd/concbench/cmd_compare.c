/* concbench compare: two stored results, cell by cell. Reads files only, and is advisory: it fails no build.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/markdown.h"
#include "cmd/concbench/option.h"
#include "cmd/concbench/style.h"
#include "lib/analyze/compare.h"
#include "lib/result/compare_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum report { REPORT_TEXT, REPORT_MARKDOWN, REPORT_JSON };
static const char *const report_words[] = { "text", "markdown", "json", NULL };

struct compare_options {
	bool force;
	unsigned report;
};

static const struct cb_option rows[] = {
	{ .name = "report",
		.arg = "text|markdown|json",
		.parse = cb_option_choice,
		.offset = offsetof(struct compare_options, report),
		.words = report_words,
		.def = "text",
		.help = "markdown is a table that GitHub shows, json is docs/compare.schema.json" },
	{ .name = "force",
		.offset = offsetof(struct compare_options, force),
		.help = "compare although the results are of different hosts: the ratios then say how the "
			"hosts differ" },
	{ 0 },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "compare",
	.usage = "[OPTION]... BASE NEW",
	.summary = "Compares two stored results cell by cell: the ratio of the rates, NEW over BASE, with "
		   "its interval; ~ where the "
		   "two cannot be told apart. Only cells that match in workload, version, parameters and "
		   "shape are compared.",
	.notes =
		"  The intervals hold all together with 95 %. What the host did differently between the two "
		"runs is\n"
		"  not in them: a difference is a reason to look; concbench gate is what may fail a build.\n",
};

/* ---- what is said of a pair ---- */

/* "+3.2 % [+1.0, +5.5]" into buf. */
static const char *change_of(const struct cb_pair *pair, char buf[80])
{
	if (isnan(pair->ratio.median))
		snprintf(buf, 80, "-");
	else if (isnan(pair->ratio.low))
		snprintf(buf, 80, "%+.1f %%", 100 * (pair->ratio.median - 1));
	else
		snprintf(buf, 80, "%+.1f %% [%+.1f, %+.1f]", 100 * (pair->ratio.median - 1),
			100 * (pair->ratio.low - 1), 100 * (pair->ratio.high - 1));
	return buf;
}

static const char *verdict_of(const struct cb_pair *pair, char buf[160])
{
	static const char *const words[] = {
		[CB_CHANGE_NONE] = "~",
		[CB_CHANGE_FASTER] = "faster",
		[CB_CHANGE_SLOWER] = "slower",
		[CB_CHANGE_UNKNOWN] = "? too few blocks",
		[CB_CHANGE_LOST] = "lost",
	};

	if (isfinite(pair->base_rate) && isfinite(pair->new_rate))
		snprintf(buf, 160, "%s", words[pair->change]);
	else if (pair->change == CB_CHANGE_LOST)
		snprintf(buf, 160, "lost: now %s", pair->new->status);
	else
		snprintf(buf, 160, "%s, now %s", pair->base->status, pair->new->status);
	return buf;
}

static const char *color_of(const struct cb_pair *pair, const struct cb_style *style)
{
	if (pair->change == CB_CHANGE_SLOWER || pair->change == CB_CHANGE_LOST)
		return style->red;
	return pair->change == CB_CHANGE_FASTER ? style->bold : "";
}

/* ---- text ---- */

static int widest_id(const struct cb_comparison *c)
{
	char quoted[1200];
	int widest = 4;

	for (unsigned i = 0; i < c->n; i++) {
		int n = (int)strlen(cb_quote(c->pairs[i].base->id, quoted, sizeof quoted));

		widest = n > widest ? n : widest;
	}
	return widest < 60 ? widest : 60;
}

static void print_pair(const struct cb_pair *pair, int width, const struct cb_style *style)
{
	char quoted[1200], base[CB_HUMAN], new[CB_HUMAN], change[80], verdict[160], safe[400];

	printf("%-*s %9s %9s  %-24s %s%s%s\n", width, cb_quote(pair->base->id, quoted, sizeof quoted),
		cb_human_si(pair->base_rate, base), cb_human_si(pair->new_rate, new), change_of(pair, change),
		color_of(pair, style), cb_quote(verdict_of(pair, verdict), safe, sizeof safe), style->off);
}

static void print_alone(const char *where, const struct cb_stored_cell *const *cells, unsigned n)
{
	char quoted[1200];

	if (!n)
		return;
	printf("only in %s, hence not compared: ", where);
	for (unsigned i = 0; i < n && i < 3; i++)
		printf("%s%s", i ? ", " : "", cb_quote(cells[i]->id, quoted, sizeof quoted));
	if (n > 3)
		printf(" and %u more", n - 3);
	putchar('\n');
}

static void print_counts(const struct cb_comparison *c)
{
	printf("%u cells: %u faster, %u slower, %u not to be told apart", c->n, c->changes[CB_CHANGE_FASTER],
		c->changes[CB_CHANGE_SLOWER], c->changes[CB_CHANGE_NONE]);
	if (c->changes[CB_CHANGE_UNKNOWN])
		printf(", %u not judged", c->changes[CB_CHANGE_UNKNOWN]);
	if (c->changes[CB_CHANGE_LOST])
		printf(", %u lost", c->changes[CB_CHANGE_LOST]);
	puts("; intervals hold together with 95 %");
}

static void print_text(const struct cb_comparison *c)
{
	struct cb_style style = cb_style_of(stdout, CB_COLOR_AUTO);
	int width = widest_id(c);

	printf("%s%-*s %9s %9s  %-24s %s%s\n", style.bold, width, "CELL", "BASE/S", "NEW/S", "NEW / BASE - 1",
		"", style.off);
	for (unsigned i = 0; i < c->n; i++)
		print_pair(&c->pairs[i], width, &style);
	print_alone("BASE", c->only_base, c->only_base_n);
	print_alone("NEW", c->only_new, c->only_new_n);
	print_counts(c);
}

/* ---- markdown ---- */

static void markdown_pair(const struct cb_pair *pair)
{
	char base[CB_HUMAN], new[CB_HUMAN], change[80], verdict[160];
	bool bad = pair->change == CB_CHANGE_SLOWER || pair->change == CB_CHANGE_LOST;
	const char *bold = bad ? "**" : "";

	fputs("| ", stdout);
	cb_markdown_code(pair->base->id, stdout);
	printf(" | %s | %s | %s | %s", cb_human_si(pair->base_rate, base), cb_human_si(pair->new_rate, new),
		change_of(pair, change), bold);
	/* Words of ours, but for the statuses of a file that may be anybody's. */
	verdict_of(pair, verdict);
	if (isfinite(pair->base_rate) && isfinite(pair->new_rate))
		fputs(verdict[0] == '~' ? "&#126;" : verdict, stdout);
	else
		cb_markdown_code(verdict, stdout);
	printf("%s |\n", bold);
}

static void markdown_alone(const char *where, const struct cb_stored_cell *const *cells, unsigned n)
{
	if (!n)
		return;
	printf("\nOnly in %s, hence not compared: ", where);
	for (unsigned i = 0; i < n && i < 3; i++) {
		fputs(i ? ", " : "", stdout);
		cb_markdown_code(cells[i]->id, stdout);
	}
	if (n > 3)
		printf(" and %u more", n - 3);
	puts("  ");
}

static void print_markdown(const struct cb_comparison *c)
{
	puts("| cell | base/s | new/s | new / base - 1 | |\n|:---|---:|---:|---:|:---|");
	for (unsigned i = 0; i < c->n; i++)
		markdown_pair(&c->pairs[i]);
	markdown_alone("base", c->only_base, c->only_base_n);
	markdown_alone("new", c->only_new, c->only_new_n);
	putchar('\n');
	print_counts(c);
}

/* ---- the command ---- */

static int put_stdout(void *arg, const char *text, size_t n)
{
	(void)arg;
	return fwrite(text, 1, n, stdout) == n ? 0 : -EIO;
}

static int report(const struct cb_comparison *c, enum report how)
{
	if (!c->n) {
		cb_complain("compare", "the two results have no cell in common: same workload, version, "
				       "parameters and shape");
		return CB_EXIT_NOTHING;
	}
	if (how == REPORT_TEXT)
		print_text(c);
	else if (how == REPORT_MARKDOWN)
		print_markdown(c);
	else if (cb_compare_json_write(c, put_stdout, NULL) == -ENOMEM)
		cb_complain("compare", strerror(ENOMEM)); /* what could not be written is told by main */
	return CB_EXIT_OK;
}

static int compare(
	const struct cb_stored *base, const struct cb_stored *new, const struct compare_options *how)
{
	struct cb_comparison comparison;
	struct cb_error err = { 0 };
	int status;

	if (!how->force && cb_compare_hosts(base, new, &err)) {
		char why[400];

		snprintf(why, sizeof why, "%s; --force compares them all the same", err.text);
		cb_complain("compare", why);
		return CB_EXIT_USAGE;
	}
	if (cb_compare(base, new, &comparison)) {
		cb_complain("compare", strerror(ENOMEM));
		return CB_EXIT_USAGE;
	}
	status = report(&comparison, how->report);
	cb_comparison_release(&comparison);
	return status;
}

static int read_and_compare(char **paths, const struct compare_options *how)
{
	struct cb_stored files[2] = { 0 };
	struct cb_error err = { 0 };
	int status;

	if (cb_stored_read(&files[0], paths[0], &err) || cb_stored_read(&files[1], paths[1], &err))
		status = cb_usage_error("compare", &err);
	else
		status = compare(&files[0], &files[1], how);
	cb_stored_release(&files[0]);
	cb_stored_release(&files[1]);
	return status;
}

int cb_cmd_compare(int argc, char **argv)
{
	struct compare_options into = { 0 };
	struct cb_arguments args;
	struct cb_error err = { 0 };
	int status;

	if (cb_options_parse(&options, argc, argv, &into, &args, &err) < 0 ||
		cb_options_defaults(&options, &into, false, &args, &err) < 0) {
		status = cb_usage_error(args.what, &err);
	} else if (args.help) {
		cb_options_help(&options, stdout);
		status = CB_EXIT_OK;
	} else if (args.operands_n != 2) {
		cb_complain("compare", "takes two result files: BASE and NEW");
		status = CB_EXIT_USAGE;
	} else {
		status = read_and_compare(args.operands, &into);
	}
	cb_arguments_release(&args);
	return status;
}
