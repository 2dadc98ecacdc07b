/*
 * concbench host: what this machine is, what of it may be used, and what would disturb a measurement. The
 * same facts stand in every result file; here they are for a look before measuring.
 */
#include "cmd/concbench/cmd.h"
#include "cmd/concbench/human.h"
#include "cmd/concbench/option.h"
#include "lib/host/host.h"
#include "lib/host/placement.h"
#include "lib/result/host_json.h"

#include <stdlib.h>
#include <string.h>

#define PROBES   9u
#define COLUMN   12u /* where values start */
#define LIST_MAX 512u

struct host_options {
	bool json, probe;
};

static const struct cb_option rows[] = {
	{ .name = "json",
		.help = "print a concbench.host/1 document instead of text",
		.offset = offsetof(struct host_options, json) },
	{ .name = "probe",
		.help = "measure parallel capacity too: what the usable CPUs give together over one alone "
			"(0.1 s)",
		.offset = offsetof(struct host_options, probe) },
	{ .name = NULL },
};

static const struct cb_options options = {
	.rows = rows,
	.command = "host",
	.usage = "[OPTION]...",
	.summary = "Tells what this machine is, which CPUs may be used and why, and what would disturb a "
		   "measurement.",
};

/* ---- text ------------------------------------------------------------------------------------ */

static void begin(const char *label)
{
	printf("%-*s", (int)COLUMN, label);
}

/* A line of the report; nothing when there is nothing to say. */
static void say(const char *label, const char *text)
{
	if (!text[0])
		return;
	begin(label);
	puts(text);
}

/* "0-3,6" of ascending numbers, ended by "..." when it does not fit. */
static void format_list(const unsigned *numbers, unsigned n, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && numbers[j] == numbers[j - 1] + 1;)
			j++;
		if (size - used < 32) {
			snprintf(buf + used, size - used, ",...");
			return;
		}
		used += (size_t)snprintf(buf + used, size - used, i ? ",%u" : "%u", numbers[i]);
		if (j - i > 1)
			used += (size_t)snprintf(buf + used, size - used, "-%u", numbers[j - 1]);
	}
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void report_cpus(const struct cb_topology *t)
{
	begin("CPUs");
	printf("%u package%s, %u NUMA node%s, %u core%s, %u CPU%s", t->packages, plural(t->packages),
		t->numa_nodes, plural(t->numa_nodes), t->cores, plural(t->cores), t->cpus_n,
		plural(t->cpus_n));
	if (t->smt > 1)
		printf(", up to %u a core (SMT)", t->smt);
	putchar('\n');
	if (t->flat[0])
		printf("%*sassumed: %s\n", (int)COLUMN, "", t->flat);
}

static void report_caches(const struct cb_topology *t)
{
	char l1[CB_HUMAN], l2[CB_HUMAN], last[CB_HUMAN];

	if (!t->l1d_bytes && !t->l2_bytes && !t->llc_bytes)
		return;
	begin("Caches");
	printf("L1d %s, L2 %s, last level %u x %s\n",
		cb_human_bytes(t->l1d_bytes ? t->l1d_bytes : CB_NONE, l1),
		cb_human_bytes(t->l2_bytes ? t->l2_bytes : CB_NONE, l2), t->llcs,
		cb_human_bytes(t->llc_bytes ? t->llc_bytes : CB_NONE, last));
}

static void report_usable(const struct cb_allowance *a)
{
	char list[LIST_MAX];

	format_list(a->mask, a->mask_n, list, sizeof list);
	begin("Usable");
	printf("%u: the affinity mask allows %u of %u online (%s)", a->usable, a->mask_n, a->configured,
		list);
	if (a->quota_cpus > 0)
		printf(",\n%*sa cgroup quota %.4g CPUs (%s)\n", (int)COLUMN, "", a->quota_cpus,
			a->quota_from);
	else
		puts(", no cgroup quota");
}

static void report_system(const struct cb_host *host)
{
	begin("System");
	printf("%s%sLinux %s, %s\n", host->os, host->os[0] ? ", " : "", host->kernel, host->arch);
	if (!host->virtualized)
		return;
	begin("Virtual");
	printf("yes, %s\n", host->hypervisor[0] ? host->hypervisor : "hypervisor unknown");
}

static void report_memory(const struct cb_host *host)
{
	char total[CB_HUMAN], left[CB_HUMAN];

	begin("Memory");
	printf("%s, %s free\n", cb_human_bytes(host->memory_bytes ? host->memory_bytes : CB_NONE, total),
		cb_human_bytes(host->memory_free_bytes, left));
}

static void report_features(const struct cb_host *host)
{
	const struct {
		bool has;
		const char *name, *loss;
	} features[] = {
		{ host->has_schedstat, "schedstat", "run delay is not measured" },
		{ host->has_io_accounting, "I/O accounting", "bytes read and written are not measured" },
		{ host->has_cachestat, "cachestat", "page cache is checked by mincore" },
		{ host->has_steal, "steal clock", "steal is not measured" },
	};
	const char *before = "";

	begin("Features");
	for (size_t i = 0; i < CB_COUNT(features); i++)
		if (features[i].has) {
			printf("%s%s", before, features[i].name);
			before = ", ";
		}
	puts(before[0] ? "" : "none");
	for (size_t i = 0; i < CB_COUNT(features); i++)
		if (!features[i].has)
			printf("%*sno %s: %s\n", (int)COLUMN, "", features[i].name, features[i].loss);
}

static void report_capacity(const struct cb_host *host, const struct cb_capacity *capacity)
{
	unsigned n = host->allowance.usable;

	begin("Capacity");
	printf("%.2f of %u CPU%s (%.2f to %.2f in %u probes)\n", capacity->median, n, plural(n),
		capacity->min, capacity->max, capacity->probes);
}

struct telling {
	unsigned width, told;
};

static void tell(void *arg, const char *sentence)
{
	struct telling *telling = arg;

	if (telling->told++ == 0)
		puts("\nWould disturb a measurement:");
	fputs("  - ", stdout);
	cb_wrap(stdout, sentence, 4, telling->width);
}

static void report(const struct cb_host *host, const struct cb_capacity *capacity)
{
	struct telling telling = { .width = 100 };

	say("CPU", host->cpu_model);
	report_cpus(&host->topology);
	report_caches(&host->topology);
	report_usable(&host->allowance);
	say("Governor", host->governor);
	report_system(host);
	report_memory(host);
	begin("Clock");
	printf("%.3g ns a read\n", host->clock_ns);
	report_features(host);
	if (capacity->probes)
		report_capacity(host, capacity);
	say("Fingerprint", host->fingerprint);
	cb_host_disturbances(host, tell, &telling);
	if (!telling.told)
		puts("\nNothing was seen that would disturb a measurement.");
}

/* ---- the command ----------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Several probes, as a single one may fall into a bad moment. Those that failed are left out. */
static struct cb_capacity probe_cpus(const unsigned *cpus, unsigned cpus_n)
{
	double value[PROBES];
	unsigned n = 0;

	for (unsigned i = 0; i < PROBES; i++) {
		value[n] = cb_capacity_probe(cpus, cpus_n);
		if (value[n] >= 0)
			n++;
	}
	if (n == 0)
		return (struct cb_capacity){ 0 };
	qsort(value, n, sizeof *value, compare_doubles);
	return (struct cb_capacity){ .probes = n,
		.median = (value[(n - 1) / 2] + value[n / 2]) / 2,
		.min = value[0],
		.max = value[n - 1] };
}

/* Of as many CPUs as are usable: a quota may forbid to use all of the mask at once. */
static struct cb_capacity probe(const struct cb_host *host)
{
	struct cb_capacity capacity = { 0 };
	struct cb_placement p = { 0 };
	unsigned *cpus;

	if (cb_place(&host->topology, &host->allowance, CB_PIN_COMPACT, host->allowance.usable, 0,
		    CB_PARTNER_OTHER, &p, NULL) < 0)
		return capacity;
	cpus = calloc(p.workers, sizeof *cpus);
	for (unsigned i = 0; cpus && i < p.workers; i++)
		cpus[i] = (unsigned)p.worker_cpu[i];
	if (cpus)
		capacity = probe_cpus(cpus, p.cpus);
	free(cpus);
	cb_placement_release(&p);
	return capacity;
}

static int show(const struct host_options *chosen)
{
	struct cb_capacity capacity = { 0 };
	struct cb_error err = { 0 };
	int status = CB_EXIT_OK;
	struct cb_host host;
	char *text;

	if (cb_host_load(&host, &err) < 0) {
		cb_complain("host", err.text);
		return CB_EXIT_UNFIT;
	}
	if (chosen->probe)
		capacity = probe(&host);
	if (chosen->probe && !capacity.probes)
		cb_complain("host",
			"parallel capacity could not be measured: processes cannot be started or pinned");
	if (!chosen->json) {
		report(&host, &capacity);
	} else if ((text = cb_host_json_text(&host, &capacity))) {
		fputs(text, stdout);
		free(text);
	} else {
		cb_complain("host", "no memory for the JSON");
		status = CB_EXIT_UNFIT;
	}
	cb_host_release(&host);
	return status;
}

int cb_cmd_host(int argc, char **argv)
{
	struct host_options chosen = { 0 };
	struct cb_arguments args = { 0 };
	struct cb_error err = { 0 };
	int status;

	if (cb_options_parse(&options, argc, argv, &chosen, &args, &err) < 0)
		status = cb_usage_error(args.what, &err);
	else if (args.help) {
		cb_options_help(&options, stdout);
		status = CB_EXIT_OK;
	} else if (args.operands_n) {
		cb_complain(args.operands[0], "host takes no operands, only --json and --probe");
		status = CB_EXIT_USAGE;
	} else {
		status = show(&chosen);
	}
	cb_arguments_release(&args);
	return status;
}
