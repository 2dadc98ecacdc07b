#include "lib/host/identity.h"

#include "lib/host/sysfile.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define OS_RELEASE_MAX 8192u

/* The value of "key : value" or "key=value" at a line's start, trimmed; false when there is none. */
static bool find_value(const char *text, const char *key, char *buf, size_t size)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) != 0)
			continue;
		const char *value = line + length + strspn(line + length, " \t");
		if (*value != ':' && *value != '=')
			continue;
		value += 1 + strspn(value + 1, " \t\"");
		size_t n = strcspn(value, "\"\n");
		while (n && (value[n - 1] == ' ' || value[n - 1] == '\t'))
			n--;
		snprintf(buf, size, "%.*s", (int)n, value);
		if (n)
			return true;
	}
	return false;
}

/* ---- CPU model ------------------------------------------------------------------------------- */

/* Main ID register of arm64 cores, as /proc/cpuinfo shows it. */
static const struct {
	unsigned implementer, part;
	const char *name;
} arm_cores[] = {
	{ 0x41, 0xd03, "Cortex-A53" },
	{ 0x41, 0xd05, "Cortex-A55" },
	{ 0x41, 0xd07, "Cortex-A57" },
	{ 0x41, 0xd08, "Cortex-A72" },
	{ 0x41, 0xd0b, "Cortex-A76" },
	{ 0x41, 0xd0c, "Neoverse N1" },
	{ 0x41, 0xd40, "Neoverse V1" },
	{ 0x41, 0xd49, "Neoverse N2" },
	{ 0x41, 0xd4f, "Neoverse V2" },
	{ 0xc0, 0xac3, "Ampere-1" },
};

static bool arm_model(const char *cpuinfo, char *buf, size_t size)
{
	char implementer[32], part[32];

	if (!find_value(cpuinfo, "CPU implementer", implementer, sizeof implementer) ||
		!find_value(cpuinfo, "CPU part", part, sizeof part))
		return false;
	for (size_t i = 0; i < CB_COUNT(arm_cores); i++)
		if (arm_cores[i].implementer == strtoul(implementer, NULL, 0) &&
			arm_cores[i].part == strtoul(part, NULL, 0)) {
			snprintf(buf, size, "%s", arm_cores[i].name);
			return true;
		}
	snprintf(buf, size, "implementer %s part %s", implementer, part);
	return true;
}

void cb_identity_cpu_model(const char *cpuinfo, char *buf, size_t size)
{
	static const char *const keys[] = { "model name", "cpu model", "Model Name", "uarch", "cpu" };

	buf[0] = '\0';
	for (size_t i = 0; i < CB_COUNT(keys); i++)
		if (find_value(cpuinfo, keys[i], buf, size))
			return;
	arm_model(cpuinfo, buf, size);
}

/* ---- virtualisation -------------------------------------------------------------------------- */

/* What makers and products are called, and signatures of CPUID leaf 0x40000000. Parts of the whole text. */
static const struct {
	const char *text, *hypervisor;
} hypervisors[] = {
	{ "KVMKVMKVM", "KVM" },
	{ "Linux KVM Hv", "KVM" },
	{ "Microsoft Hv", "Hyper-V" },
	{ "VMwareVMware", "VMware" },
	{ "XenVMMXenVMM", "Xen" },
	{ "TCGTCGTCGTCG", "QEMU" },
	{ "bhyve bhyve", "bhyve" },
	{ "ACRNACRNACRN", "ACRN" },
	{ "VBoxVBoxVBox", "VirtualBox" },
	{ "prl hyperv", "Parallels" },
	{ "linux,kvm", "KVM" },
	{ "xen,xen", "Xen" },
	{ "QEMU", "QEMU" },
	{ "KVM", "KVM" },
	{ "VMware", "VMware" },
	{ "VirtualBox", "VirtualBox" },
	{ "Xen", "Xen" },
	{ "Virtual Machine", "Hyper-V" },
	{ "Google Compute Engine", "KVM" },
	{ "Apple Virtualization", "Apple" },
	{ "Parallels", "Parallels" },
	{ "OpenStack", "KVM" },
	{ "Amazon EC2", "KVM" },
};

const char *cb_identity_hypervisor_of(const char *product)
{
	for (size_t i = 0; i < CB_COUNT(hypervisors); i++)
		if (strstr(product, hypervisors[i].text))
			return hypervisors[i].hypervisor;
	return NULL;
}

#if defined(__x86_64__) || defined(__i386__)

/* A CPU that runs under a hypervisor says so in a bit that the kernel shows as a flag, and by its signature.
 */
bool cb_identity_virtualized(const char *cpuinfo, char *ret_hypervisor, size_t size)
{
	unsigned eax, signature[4] = { 0 };
	char flags[8192];
	const char *name;

	ret_hypervisor[0] = '\0';
	if (!find_value(cpuinfo, "flags", flags, sizeof flags) || !strstr(flags, " hypervisor"))
		return false;
	__cpuid(0x40000000, eax, signature[0], signature[1], signature[2]);
	name = cb_identity_hypervisor_of((const char *)signature);
	snprintf(ret_hypervisor, size, "%s", name ? name : "");
	return true;
}

#else

/* Without such a bit names must do; a cloud's bare metal bears the cloud's name too. */
bool cb_identity_virtualized(const char *cpuinfo, char *ret_hypervisor, size_t size)
{
	static const char *const files[] = { "/sys/hypervisor/type",
		"/proc/device-tree/hypervisor/compatible", "/sys/class/dmi/id/product_name",
		"/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/bios_vendor" };
	char product[128] = "", line[128];

	(void)cpuinfo;
	ret_hypervisor[0] = '\0';
	cb_sysfile_line("/sys/class/dmi/id/product_name", product, sizeof product);
	if (strstr(product, "metal"))
		return false;
	for (size_t i = 0; i < CB_COUNT(files); i++) {
		const char *name = NULL;

		if (cb_sysfile_line(files[i], line, sizeof line) == 0)
			name = strcmp(line, "xen") == 0 ? "Xen" : cb_identity_hypervisor_of(line);
		if (!name)
			continue;
		snprintf(ret_hypervisor, size, "%s", name);
		return true;
	}
	return false;
}

#endif

/* ---- operating system ------------------------------------------------------------------------ */

void cb_identity_os(char *buf, size_t size)
{
	char *text = cb_sysfile_read("/etc/os-release", OS_RELEASE_MAX);

	buf[0] = '\0';
	if (text)
		find_value(text, "PRETTY_NAME", buf, size);
	free(text);
}
