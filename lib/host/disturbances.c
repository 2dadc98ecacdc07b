/* One function for each thing that spoils measurements: it writes its sentence, or "" when all is well. */
#include "lib/host/host.h"

#include <string.h>

#define LOAD_SHARE  0.25 /* load average, of the usable CPUs, from which others compete noticeably */
#define STEAL_SHARE 0.001

struct sentence {
	char text[400];
};

#define SAY(sentence, ...) snprintf((sentence)->text, sizeof(sentence)->text, __VA_ARGS__)

static void governor(const struct cb_host *host, struct sentence *ret)
{
	if (host->governor[0] && strcmp(host->governor, "performance") != 0)
		SAY(ret,
			"The frequency governor is '%s', so clock rates follow the load: set it to "
			"'performance' (cpupower frequency-set -g performance).",
			host->governor);
}

static void boost(const struct cb_host *host, struct sentence *ret)
{
	if (host->boost > 0)
		SAY(ret, "Boost clock rates are on, and higher the fewer cores are busy, which makes "
			 "speed-ups look smaller: switch boost off, or judge efficiency by the CPU time of a "
			 "unit.");
}

static void load(const struct cb_host *host, struct sentence *ret)
{
	if (host->load1 >= LOAD_SHARE * host->allowance.usable)
		SAY(ret,
			"The load average is %.2f on %u usable CPUs: stop other work, or wait until it has "
			"sunk below %.2f.",
			host->load1, host->allowance.usable, LOAD_SHARE * host->allowance.usable);
}

static void quota(const struct cb_host *host, struct sentence *ret)
{
	const struct cb_allowance *a = &host->allowance;

	if (a->quota_binds)
		SAY(ret,
			"A cgroup quota allows %.4g of the %u CPUs (%s), and workers that use it up are "
			"stopped: raise it, or take no more workers than %u.",
			a->quota_cpus, a->mask_n, a->quota_from,
			(unsigned)a->quota_cpus ? (unsigned)a->quota_cpus : 1);
}

static void virtualized(const struct cb_host *host, struct sentence *ret)
{
	if (host->virtualized)
		SAY(ret,
			"This is a virtual machine%s%s%s: its CPUs may share cores with each other and with "
			"strangers, unseen from here; look at the capacity that --probe measures.",
			host->hypervisor[0] ? " (" : "", host->hypervisor, host->hypervisor[0] ? ")" : "");
}

static void steal(const struct cb_host *host, struct sentence *ret)
{
	if (host->virtualized && !host->has_steal)
		SAY(ret, "The steal clock has never ticked, so time that the hypervisor takes away is not "
			 "seen: compare makespan with CPU time.");
	else if (host->steal_share >= STEAL_SHARE)
		SAY(ret,
			"The hypervisor has taken away %.1f %% of the CPUs' time since boot (steal): measure "
			"at a quieter time, or on CPUs of your own.",
			100 * host->steal_share);
}

static void (*const checks[])(const struct cb_host *host, struct sentence *ret) = { governor, boost, load,
	quota, virtualized, steal };

void cb_host_disturbances(const struct cb_host *host, void (*tell)(void *, const char *sentence), void *arg)
{
	for (size_t i = 0; i < CB_COUNT(checks); i++) {
		struct sentence sentence = { "" };

		checks[i](host, &sentence);
		if (sentence.text[0])
			tell(arg, sentence.text);
	}
}
