#include "lib/plan/sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* CPU, memory, waiting and file work; small enough for a first look. */
const char *const cb_plan_default_set[] = {
	"cpu_prime",
	"cpu_deflate",
	"mem_stream",
	"wait_sleep",
	"file_read:cache=direct",
	NULL,
};

/* One for each kind of bound, each kind of sharing, and what the kernel shares between threads. */
static const char *const concepts[] = {
	"cpu_prime",
	"wait_sleep:duration=1ms",
	"mix",
	"wait_server",
	"sync_global",
	"sync_counter:guard=none",
	"sync_counter:guard=mutex",
	"sync_counter:guard=atomic",
	"sync_counter:guard=local",
	"sync_deadlock",
	"kernel_spawn:how=fork",
	"kernel_spawn:how=thread",
	"ipc_pipe",
	"ipc_queue",
	"kernel_mmap",
	NULL,
};

static const char *const guards[] = {
	"sync_counter:guard=none",
	"sync_counter:guard=mutex",
	"sync_counter:guard=recursive",
	"sync_counter:guard=spin",
	"sync_counter:guard=ticket",
	"sync_counter:guard=mcs",
	"sync_counter:guard=rwlock",
	"sync_counter:guard=atomic",
	"sync_counter:guard=local",
	NULL,
};

static const char *const kernel_paths[] = {
	"kernel_pread:file=shared",
	"kernel_pread:file=private",
	"kernel_spawn:how=fork",
	"kernel_spawn:how=vfork",
	"kernel_spawn:how=posix_spawn",
	"kernel_spawn:how=thread",
	NULL,
};

static const char *const file_work[] = {
	"file_read:cache=direct",
	"file_read:cache=warm",
	NULL,
};

/* A short wait beside the long one of default: a sample has more of them. */
static const char *const waits[] = {
	"wait_sleep:duration=1ms",
	"wait_sleep",
	NULL,
};

static const char *const talk[] = {
	"ipc_pipe",
	"ipc_pipe:pattern=stream,size=64KiB",
	"ipc_socketpair",
	"ipc_socketpair:pattern=stream,size=64KiB",
	"ipc_tcp",
	"ipc_tcp:pattern=stream,size=64KiB",
	"ipc_queue",
	"ipc_queue:pattern=stream,size=64KiB",
	NULL,
};

static const char *const mixes[] = {
	"mix:io_share=0",
	"mix:io_share=50",
	"mix:io_share=90",
	"mix:io_share=100",
	NULL,
};

#define OF_CLASS(title, id, text, list)                                                               \
	{                                                                                             \
		.name = (title), .summary = (text), .specs = (list), .by_class = true, .class = (id), \
	}

const struct cb_workload_set cb_workload_sets[] = {
	{ .name = "default",
		.summary = "what is measured when nothing is named",
		.specs = cb_plan_default_set },
	{ .name = "concepts",
		.summary = "one workload for each concept of processes and threads",
		.specs = concepts },
	OF_CLASS("cpu", CB_CLASS_CPU, "computing", NULL),
	OF_CLASS("memory", CB_CLASS_MEMORY, "memory traffic", NULL),
	OF_CLASS("wait", CB_CLASS_WAIT, "waiting for timers and peers", waits),
	OF_CLASS("device", CB_CLASS_DEVICE, "files on a device", file_work),
	OF_CLASS("kernel", CB_CLASS_KERNEL, "paths through the kernel", kernel_paths),
	OF_CLASS("sync", CB_CLASS_SYNC, "sharing and locks, one counter under each guard", guards),
	OF_CLASS("ipc", CB_CLASS_IPC, "processes and threads that talk", talk),
	OF_CLASS("mixed", CB_CLASS_MIXED, "computing and waiting in turns", mixes),
	{ .name = "all", .summary = "every workload, with its default parameters", .all = true },
	{ .name = NULL },
};

bool cb_is_set(const char *operand)
{
	return operand[0] == CB_SET_SIGN;
}

/* Whether the specification is of that workload. */
static bool is_of(const char *spec, const char *workload)
{
	size_t n = strlen(workload);

	return !strncmp(spec, workload, n) && (spec[n] == ':' || !spec[n]);
}

static bool is_named(const struct cb_workload_set *set, const char *workload)
{
	for (const char *const *spec = set->specs; spec && *spec; spec++)
		if (is_of(*spec, workload))
			return true;
	return false;
}

static bool is_there(const struct cb_workload *const *registry, const char *spec)
{
	for (; *registry; registry++)
		if (is_of(spec, (*registry)->name))
			return true;
	return false;
}

/* There is room for it. */
static int add(struct cb_words *words, const char *spec)
{
	words->v[words->n] = strdup(spec);
	if (!words->v[words->n])
		return -ENOMEM;
	words->n++;
	return 0;
}

static size_t most_members(const struct cb_workload_set *set, const struct cb_workload *const *registry)
{
	size_t n = 0;

	for (const char *const *spec = set->specs; spec && *spec; spec++)
		n++;
	for (; *registry; registry++)
		n++;
	return n;
}

int cb_set_members(const struct cb_workload_set *set, const struct cb_workload *const *registry,
	struct cb_words *ret, struct cb_error *err)
{
	struct cb_words words = { .v = calloc(most_members(set, registry) + 1, sizeof(char *)) };
	int r = words.v ? 0 : -ENOMEM;

	for (const char *const *spec = set->specs; !r && spec && *spec; spec++)
		if (is_there(registry, *spec))
			r = add(&words, *spec);
	for (; !r && *registry; registry++) {
		bool chosen = set->all || (set->by_class && (*registry)->class == set->class);

		if (chosen && !is_named(set, (*registry)->name))
			r = add(&words, (*registry)->name);
	}
	if (r) {
		cb_words_release(&words);
		return cb_error_set(err, r, "no memory left for the plan");
	}
	*ret = words;
	return 0;
}

static int unknown(const char *name, struct cb_error *err)
{
	const char *names[32] = { NULL }, *nearest;
	char quoted[64];
	size_t n = 0;

	for (const struct cb_workload_set *set = cb_workload_sets; set->name && n < CB_COUNT(names) - 1;
		set++)
		names[n++] = set->name;
	nearest = cb_nearest(name, names);
	cb_quote(name, quoted, sizeof quoted);
	if (nearest)
		return cb_error_set(err, -EINVAL, "there is no workload group '%c%s': did you mean '%c%s'?",
			CB_SET_SIGN, quoted, CB_SET_SIGN, nearest);
	return cb_error_set(err, -EINVAL, "there is no workload group '%c%s': see concbench list groups",
		CB_SET_SIGN, quoted);
}

const struct cb_workload_set *cb_set_find(const char *operand, struct cb_error *err)
{
	const char *name = operand + 1;

	for (const struct cb_workload_set *set = cb_workload_sets; set->name; set++) {
		if (!strcmp(set->name, name))
			return set;
		if (is_of(name, set->name)) {
			cb_error_set(err, -EINVAL,
				"a workload group takes no parameters: write %c%s, or name the workload "
				"itself",
				CB_SET_SIGN, set->name);
			return NULL;
		}
	}
	unknown(name, err);
	return NULL;
}
