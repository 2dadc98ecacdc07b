/* Who the machine says it is. Everything here is a guess from texts, and "" or false where they say nothing.
 */
#ifndef CB_HOST_IDENTITY_H
#define CB_HOST_IDENTITY_H

#include "lib/base/base.h"

/*
 * The CPU's name out of the text of /proc/cpuinfo: "model name" and its like; on arm64, where there is none,
 * the known implementer and part ("Neoverse N1") or their numbers. Pure.
 */
void cb_identity_cpu_model(const char *cpuinfo, char *buf, size_t size);
/* The hypervisor that a maker's or product's name gives away ("QEMU" ...), or NULL. Pure. */
const char *cb_identity_hypervisor_of(const char *product);
/*
 * Whether this is a virtual machine, and of which kind: the hypervisor bit of x86 and its signature, else
 * /sys/hypervisor, the device tree and the names that firmware gives the machine.
 */
bool cb_identity_virtualized(const char *cpuinfo, char *ret_hypervisor, size_t size);
/* PRETTY_NAME of /etc/os-release. */
void cb_identity_os(char *buf, size_t size);

#endif
