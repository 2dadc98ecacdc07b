/*
 * concbench: the table of commands. Each command is a file of its own; this one finds it, and keeps the
 * promises that hold for all of them: standard descriptors are open, a closed pipe is an error and not a
 * death, an answer that could not be written is not a success.
 */
#include "cmd/concbench/cmd.h"
#include "lib/base/parse.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct cb_command commands[] = {
	{ "run", cb_cmd_run, "measure workloads in all modes; write JSON and a table", false },
	{ "list", cb_cmd_list, "the workloads, modes and parameters that are built in", false },
	{ "plan", cb_cmd_plan, "what run would measure and skip, and how long it would take", false },
	{ "host", cb_cmd_host, "this machine: CPUs, limits, clocks, what would disturb a measurement",
		false },
	{ "compare", cb_cmd_compare, "two stored results, cell by cell", false },
	{ "analyze", cb_cmd_analyze, "what stored results say: speed-up, fits, where the time went, advice",
		false },
	{ "demo", cb_cmd_demo, "what is claimed about processes and threads, put to the test", false },
	{ "gate", cb_cmd_gate, "two builds measured in turns; fails when head is slower than base", false },
	{ "selftest", cb_cmd_selftest,
		"whether gate is right on this machine: false alarms, and what it finds", false },
	{ "sample", cb_cmd_sample, "one sample from a description on standard input", true },
};

void cb_complain(const char *what, const char *why)
{
	char quoted[512];

	fprintf(stderr, "concbench: %s: %s\n",
		cb_is_plain(what) ? what : cb_quote(what, quoted, sizeof quoted), why);
}

int cb_usage_error(const char *what, const struct cb_error *err)
{
	cb_complain(what, err->text);
	return CB_EXIT_USAGE;
}

static int print_help(FILE *out)
{
	fputs("Usage: concbench COMMAND [ARGUMENT]...\n\n"
	      "Should this work run serially, as threads, as processes, or as processes x threads, and on "
	      "how\n"
	      "many cores? concbench runs the same workload in every mode, times it, and says.\n\n"
	      "Commands:\n",
		out);
	for (size_t i = 0; i < CB_COUNT(commands); i++)
		if (!commands[i].hidden)
			fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\nconcbench COMMAND --help, or concbench help COMMAND, is the manual of a command;\n"
	      "concbench --version tells the version.\n"
	      "Exit status: 0 done, 1 a regression, 2 usage, 3 inconclusive, 4 unfit environment, 5 a "
	      "workload\n"
	      "failed, 6 nothing was measured,\n"
	      "7 the result could not be saved, 128+N ended by signal N.\n",
		out);
	return CB_EXIT_OK;
}

static int print_version(void)
{
	printf("concbench %s (%s, %s)\n", CB_VERSION, CB_REVISION, CB_COMPILER);
	return CB_EXIT_OK;
}

static const struct cb_command *find_command(const char *name)
{
	for (size_t i = 0; i < CB_COUNT(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *words[CB_COUNT(commands) + 2] = { "help" };
	size_t n = 1;
	const char *nearest;
	char why[96];

	for (size_t i = 0; i < CB_COUNT(commands); i++)
		if (!commands[i].hidden)
			words[n++] = commands[i].name;
	words[n] = NULL;
	nearest = cb_nearest(name, words);
	if (nearest)
		snprintf(why, sizeof why, "there is no such command; did you mean %s?", nearest);
	else
		snprintf(why, sizeof why, "there is no such command; see concbench --help");
	cb_complain(name, why);
	return CB_EXIT_USAGE;
}

/* help COMMAND is COMMAND --help. */
static int help_command(int argc, char **argv)
{
	static char option[] = "--help";
	const struct cb_command *command;
	char *help[] = { NULL, option, NULL };

	if (argc < 2)
		return print_help(stdout);
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	help[0] = argv[1];
	return command->run(2, help);
}

static int dispatch(int argc, char **argv)
{
	const struct cb_command *command;

	if (argc < 2) {
		cb_complain("no command", "say what to do; concbench --help lists the commands");
		return CB_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_help(stdout);
	if (!strcmp(argv[1], "--version"))
		return print_version();
	if (!strcmp(argv[1], "help"))
		return help_command(argc - 1, argv + 1);
	if (argv[1][0] == '-') {
		cb_complain(argv[1], "there is no such option; options of a command stand behind it");
		return CB_EXIT_USAGE;
	}
	command = find_command(argv[1]);
	return command ? command->run(argc - 1, argv + 1) : unknown_command(argv[1]);
}

/*
 * A descriptor below 3 that came closed would be handed out for a file of ours, and what is printed would
 * land there. It is opened in the direction in which it is not used, so that using it is an error.
 */
static void open_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	int status;

	open_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	status = dispatch(argc, argv);
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		cb_complain("standard output", errno ? strerror(errno) : "could not be written");
		if (status == CB_EXIT_OK || status == CB_EXIT_USAGE || status == CB_EXIT_NOTHING)
			status = CB_EXIT_UNSAVED;
	}
	return status;
}
