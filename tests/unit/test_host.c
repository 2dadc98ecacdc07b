/* What is known of the host, and how it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/host/host.h"
#include "lib/host/identity.h"
#include "lib/host/sysfile.h"
#include "lib/result/host_json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>

/* ---- a made-up host -------------------------------------------------------------------------- */

/* Quiet bare metal: nothing on it disturbs. */
static struct cb_host quiet_host(void)
{
	static unsigned mask[] = { 0, 1, 2, 3 };

	return (struct cb_host){
		.topology = { .cpus_n = 4, .cores = 4, .smt = 1, .llcs = 1, .numa_nodes = 1, .packages = 1 },
		.allowance = { .mask = mask, .mask_n = 4, .configured = 4, .usable = 4 },
		.cpu_model = "Model X",
		.kernel = "6.1.0-13-amd64",
		.hostname = "box",
		.governor = "performance",
		.boost = -1,
		.clock_ns = 20,
		.memory_bytes = 1u << 30,
		.memory_free_bytes = CB_NONE,
	};
}

/* Collects sentences, one a line. */
static void collect(void *arg, const char *sentence)
{
	char *text = arg;

	assert_true(strlen(text) + strlen(sentence) + 2 < 4096);
	strcat(strcat(text, sentence), "\n");
}

/* Whether exactly one sentence is told of the host, and it has these words. */
static void assert_told(const struct cb_host *host, const char *words)
{
	char text[4096] = "";

	cb_host_disturbances(host, collect, text);
	if (!strstr(text, words) || strchr(text, '\n') != strrchr(text, '\n'))
		fail_msg("'%s' is not the only one told: %s", words, text);
}

static void disturbances(void **state)
{
	struct cb_host host = quiet_host();
	char text[4096] = "";

	(void)state;
	cb_host_disturbances(&host, collect, text);
	assert_string_equal(text, "");

	strcpy(host.governor, "powersave");
	assert_told(&host, "'powersave'");
	host = quiet_host();
	host.boost = 1;
	assert_told(&host, "Boost");
	host = quiet_host();
	host.load1 = 2.5;
	assert_told(&host, "load average is 2.50 on 4 usable CPUs");
	host = quiet_host();
	host.allowance.quota_cpus = 2.5;
	host.allowance.quota_binds = true;
	strcpy(host.allowance.quota_from, "/cg/cpu.max");
	assert_told(&host, "allows 2.5 of the 4 CPUs (/cg/cpu.max)");
	host = quiet_host();
	host.virtualized = host.has_steal = true;
	strcpy(host.hypervisor, "KVM");
	assert_told(&host, "virtual machine (KVM)");
	host = quiet_host();
	host.has_steal = true;
	host.steal_share = 0.02;
	assert_told(&host, "2.0 % of the CPUs' time");
}

static void steal_that_cannot_be_seen(void **state)
{
	struct cb_host host = quiet_host();
	char text[4096] = "";

	(void)state;
	host.virtualized = true;
	cb_host_disturbances(&host, collect, text);
	assert_non_null(strstr(text, "steal clock has never ticked"));
}

/* ---- fingerprint ----------------------------------------------------------------------------- */

static char *fingerprint(const struct cb_host *host, char *buf)
{
	cb_host_fingerprint(host, buf);
	assert_int_equal(strlen(buf), 16);
	assert_int_equal(strspn(buf, "0123456789abcdef"), 16);
	return buf;
}

static void fingerprint_ignores(void **state)
{
	struct cb_host a = quiet_host(), b = quiet_host();
	char of_a[17], of_b[17];

	(void)state;
	strcpy(b.hostname, "other");
	strcpy(b.kernel, "6.1.99-other");
	b.load1 = 7;
	b.clock_ns = 99;
	b.memory_bytes = 1;
	b.allowance.mask_n = b.allowance.usable = 2;
	assert_string_equal(fingerprint(&a, of_a), fingerprint(&b, of_b));
}

static void fingerprint_tells_apart(void **state)
{
	struct cb_host hosts[9];
	char prints[CB_COUNT(hosts)][17];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(hosts); i++)
		hosts[i] = quiet_host();
	strcpy(hosts[1].cpu_model, "Model Y");
	hosts[2].topology.cores = 8;
	hosts[3].topology.smt = 2;
	hosts[4].topology.numa_nodes = 2;
	hosts[5].allowance.quota_cpus = 1.5;
	hosts[6].virtualized = true;
	strcpy(hosts[7].governor, "powersave");
	strcpy(hosts[8].kernel, "6.2.0");
	for (size_t i = 0; i < CB_COUNT(hosts); i++) {
		fingerprint(&hosts[i], prints[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(prints[i], prints[j]);
	}
}

/* Stored results carry it: it must not change from one version of concbench to the next. */
static void fingerprint_is_stable(void **state)
{
	struct cb_host host = quiet_host();
	char buf[17];

	(void)state;
	assert_string_equal(fingerprint(&host, buf), "a3599a2f1e28a22a");
}

/* ---- identity -------------------------------------------------------------------------------- */

static void cpu_models(void **state)
{
	static const struct {
		const char *cpuinfo, *model;
	} rows[] = {
		{ "processor\t: 0\nmodel\t\t: 2\nmodel name\t: AMD EPYC 7B13  \ncache\t: 1\n",
			"AMD EPYC 7B13" },
		{ "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "Neoverse N1" },
		{ "processor\t: 0\nCPU implementer\t: 0x99\nCPU part\t: 0x123\n",
			"implementer 0x99 part 0x123" },
		{ "processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported" },
		{ "processor\t: 0\nmodel name\t:\n", "" },
		{ "", "" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < CB_COUNT(rows); i++) {
		cb_identity_cpu_model(rows[i].cpuinfo, buf, sizeof buf);
		assert_string_equal(buf, rows[i].model);
	}
	cb_identity_cpu_model("model name : long enough to be cut\n", buf, 5);
	assert_string_equal(buf, "long");
}

static void hypervisors(void **state)
{
	(void)state;
	assert_string_equal(cb_identity_hypervisor_of("KVMKVMKVM"), "KVM");
	assert_string_equal(cb_identity_hypervisor_of("Standard PC (QEMU Virtual)"), "QEMU");
	assert_string_equal(cb_identity_hypervisor_of("Microsoft Hv"), "Hyper-V");
	assert_null(cb_identity_hypervisor_of("PowerEdge R640"));
	assert_null(cb_identity_hypervisor_of(""));
}

static void numbers_in_files(void **state)
{
	static const char text[] =
		"MemTotal:   12 kB\nMemAvailable:\t34 kB\nthrottled_usec 56\nbad x\nlast 7";

	(void)state;
	assert_true(cb_sysfile_find_u64(text, "MemTotal") == 12);
	assert_true(cb_sysfile_find_u64(text, "MemAvailable") == 34);
	assert_true(cb_sysfile_find_u64(text, "throttled_usec") == 56);
	assert_true(cb_sysfile_find_u64(text, "last") == 7);
	assert_true(cb_sysfile_find_u64(text, "Mem") == CB_NONE);
	assert_true(cb_sysfile_find_u64(text, "bad") == CB_NONE);
	assert_true(cb_sysfile_find_u64("", "bad") == CB_NONE);
}

/* ---- this host ------------------------------------------------------------------------------- */

static int load_host(void **state)
{
	struct cb_error err = { 0 };
	struct cb_host *host = calloc(1, sizeof *host);

	*state = host;
	return host ? cb_host_load(host, &err) : -1;
}

static int release_host(void **state)
{
	cb_host_release(*state);
	cb_host_release(*state);
	cb_host_release(NULL);
	free(*state);
	return 0;
}

static void loading(void **state)
{
	const struct cb_host *host = *state;
	struct cb_host again;

	assert_in_range(host->allowance.usable, 1, host->allowance.mask_n);
	for (unsigned i = 0; i < host->allowance.mask_n; i++)
		assert_non_null(cb_topology_cpu(&host->topology, host->allowance.mask[i]));
	assert_true(host->kernel[0] && host->arch[0]);
	assert_true(host->clock_ns > 0);
	assert_true(host->memory_bytes > 0);
	assert_int_equal(cb_host_load(&again, NULL), 0);
	assert_string_equal(host->fingerprint, again.fingerprint);
	cb_host_release(&again);
}

static void steal(void **state)
{
	const unsigned nowhere = 1u << 20;
	struct cb_host host = *(struct cb_host *)*state;
	uint64_t first, later;

	host.has_steal = false;
	assert_true(cb_steal_ns(&host, host.allowance.mask, 1) == CB_NONE);
	host.has_steal = true;
	first = cb_steal_ns(&host, host.allowance.mask, host.allowance.mask_n);
	later = cb_steal_ns(&host, host.allowance.mask, host.allowance.mask_n);
	assert_true(first != CB_NONE && later >= first);
	assert_true(cb_steal_ns(&host, &nowhere, 1) == CB_NONE);
}

/* ---- capacity -------------------------------------------------------------------------------- */

static void ignore(int signal)
{
	(void)signal;
}

/* Signals keep arriving, as from a timer, and no child is left behind. */
static void capacity(void **state)
{
	const struct cb_allowance *a = &((struct cb_host *)*state)->allowance;
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { { 0, 0 }, { 0, 0 } };
	const struct sigaction action = { .sa_handler = ignore };
	double one, all;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	one = cb_capacity_probe(a->mask, 1);
	all = cb_capacity_probe(a->mask, a->mask_n);
	setitimer(ITIMER_REAL, &never, NULL);
	assert_true(one > 0 && isfinite(one));
	assert_true(all > 0 && isfinite(all));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void capacity_that_cannot_be_measured(void **state)
{
	const struct cb_allowance *a = &((struct cb_host *)*state)->allowance;
	const unsigned cpus[] = { a->mask[0], 1u << 20 };

	assert_true(cb_capacity_probe(cpus, 0) < 0);
	assert_true(cb_capacity_probe(cpus, 2) < 0);
	assert_true(cb_capacity_probe(cpus + 1, 1) < 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static double number(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!cJSON_IsNumber(item))
		fail_msg("no number '%s'", key);
	return item->valuedouble;
}

static void json_object(void **state)
{
	struct cb_host host = quiet_host();
	cJSON *object = cb_host_json(&host, 3.98765);

	(void)state;
	assert_non_null(object);
	assert_true(number(object, "cpus_usable") == 4);
	assert_true(number(object, "cores") == 4);
	assert_true(number(object, "numa_nodes") == 1);
	assert_true(number(object, "smt") == 1);
	assert_true(number(object, "clock_ns") == 20);
	assert_true(number(object, "capacity") == 3.988);
	assert_true(number(object, "memory_bytes") == 1u << 30);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(object, "cpus_allowed")), 4);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(object, "virtualized")));
	assert_string_equal(cJSON_GetObjectItem(object, "cpu_model")->valuestring, "Model X");
	cJSON_Delete(object);
}

/* What is not known has no key. */
static void json_leaves_out(void **state)
{
	static const char *const keys[] = { "capacity", "memory_free_bytes", "llc_bytes", "hypervisor",
		"quota_cpus", "quota_file", "boost", "os", "load_1min" };
	struct cb_host host = quiet_host();
	cJSON *object;

	(void)state;
	host.load1 = -1;
	object = cb_host_json(&host, -1);
	assert_non_null(object);
	for (size_t i = 0; i < CB_COUNT(keys); i++)
		if (cJSON_HasObjectItem(object, keys[i]))
			fail_msg("'%s' is there", keys[i]);
	cJSON_Delete(object);
}

static void json_document(void **state)
{
	const struct cb_capacity capacity = { .probes = 5, .median = 3.9, .min = 3.5, .max = 4.01 };
	struct cb_host host = quiet_host();
	char *text;
	cJSON *object;

	(void)state;
	strcpy(host.governor, "powersave");
	text = cb_host_json_text(&host, &capacity);
	assert_non_null(text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	object = cJSON_Parse(text);
	assert_non_null(object);
	assert_string_equal(object->child->string, "schema");
	assert_string_equal(object->child->valuestring, "concbench.host/1");
	assert_true(number(object, "capacity") == 3.9);
	assert_true(number(object, "capacity_min") == 3.5);
	assert_true(number(object, "capacity_max") == 4.01);
	assert_true(number(object, "capacity_probes") == 5);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(object, "disturbances")), 1);
	cJSON_Delete(object);
	free(text);
}

#define WITH_HOST(test) cmocka_unit_test_setup_teardown(test, load_host, release_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disturbances),
		cmocka_unit_test(steal_that_cannot_be_seen),
		cmocka_unit_test(fingerprint_ignores),
		cmocka_unit_test(fingerprint_tells_apart),
		cmocka_unit_test(fingerprint_is_stable),
		cmocka_unit_test(cpu_models),
		cmocka_unit_test(hypervisors),
		cmocka_unit_test(numbers_in_files),
		WITH_HOST(loading),
		WITH_HOST(steal),
		WITH_HOST(capacity),
		WITH_HOST(capacity_that_cannot_be_measured),
		cmocka_unit_test(json_object),
		cmocka_unit_test(json_leaves_out),
		cmocka_unit_test(json_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
