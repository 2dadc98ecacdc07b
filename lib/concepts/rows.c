/*
 * The rows. Each run is short: --quick, and 12 samples, which make the 6 blocks that an interval of ratios
 * needs; what has no ratio takes the 6 samples of an interval.
 */
#include "lib/concepts/judges.h"

#include "lib/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const cb_claim_verdict_names[] = {
	[CB_CLAIM_SHOWN] = "shown",
	[CB_CLAIM_NOT_SHOWN] = "not shown here",
	[CB_CLAIM_UNKNOWN] = "cannot tell",
	[CB_CLAIM_NOT_BUILT] = "not built yet",
	[CB_CLAIM_NOT_MEASURED] = "not measured",
};

const char *const cb_claim_verdict_keys[] = {
	[CB_CLAIM_SHOWN] = "shown",
	[CB_CLAIM_NOT_SHOWN] = "not_shown",
	[CB_CLAIM_UNKNOWN] = "cannot_tell",
	[CB_CLAIM_NOT_BUILT] = "not_built",
	[CB_CLAIM_NOT_MEASURED] = "not_measured",
};

#define WORK     "cpu_prime wait_sleep:duration=1ms"
#define ALL_CPUS "--quick --mode=serial,processes,threads --workers={N},{4N} {CONFINE} " WORK
#define SHARES   "0,50,90,100"
#define TALK(pattern)                                                                              \
	"ipc_pipe:pattern=" pattern " ipc_socketpair:pattern=" pattern " ipc_tcp:pattern=" pattern \
	" ipc_queue:pattern=" pattern
#define KILLED(mode) "--quick --samples=1000 --mode=" mode " --workers={N} cpu_prime"
#define GUARDS       "none,mutex,recursive,spin,rwlock,atomic"

const struct cb_concept cb_concepts[] = {
	{ .number = 1,
		.claim = "concurrency is interleaving on one CPU, parallelism is several CPUs at once",
		.runs = { "--quick --mode=serial,threads --workers={N} --cpus={CPU} " WORK, ALL_CPUS },
		.judge = cb_judge_interleaving },
	{ .number = 2,
		.claim = "there are three ways to multitask: processes, threads, processes + threads",
		.runs = { "--quick --units=300 --mode=all --workers={N} cpu_prime" },
		.judge = cb_judge_three_ways },
	{ .number = 3,
		.claim = "computing wants cores, waiting wants workers",
		.runs = { ALL_CPUS,
			"--quick --samples=6 --mode=threads --workers={N},{4N} {CONFINE} --scan=share=" SHARES
			" mix:io_share={share}" },
		.judge = cb_judge_cores_or_workers },
	{ .number = 4,
		.claim = "a process costs more to create than a thread",
		.runs = { "--quick --samples=6 --mode=serial kernel_spawn:how=fork kernel_spawn:how=thread",
			"--quick --samples=6 --mode=processes,threads --workers={N} --dispatch=shared,spawn "
			"null" },
		.judge = cb_judge_creation },
	{ .number = 5,
		.claim = "a pool of n workers takes n tasks at a time: 5 tasks on 4 workers take two waves",
		.runs = { "--quick --samples=6 --units=5 --mode=processes,threads --workers=4 "
			  "--dispatch=shared,queue wait_sleep:duration=100ms" },
		.judge = cb_judge_pool },
	{ .number = 6,
		.claim = "processes do not share variables, threads do",
		.runs = { "--quick --samples=6 --units=100000 --mode=processes,threads,hybrid --workers={N} "
			  "--dispatch=static sync_global" },
		.judge = cb_judge_variables },
	{ .number = 7,
		.claim = "unsynchronised sharing loses updates",
		.runs = { "--quick --samples=6 --mode=serial,processes,threads --workers={N} "
			  "sync_counter:guard=none" },
		.judge = cb_judge_lost_updates },
	{ .number = 8,
		.claim = "a lock makes it right, and costs",
		.runs = { "--quick --samples=6 --mode=processes,threads --workers={N} --scan=guard=" GUARDS
			  " sync_counter:guard={guard}" },
		.judge = cb_judge_locks },
	{ .number = 9,
		.claim = "a recursive lock may be taken again by its owner, a plain lock then deadlocks",
		.runs = { "--quick --samples=6 --mode=serial,threads --workers={N} "
			  "sync_deadlock:locks=recursive "
			  "sync_deadlock:locks=twice" },
		.expected = CB_DEADLOCK,
		.judge = cb_judge_recursive },
	{ .number = 10,
		.claim = "deadlock: two locks taken in opposite order stop for ever",
		.runs = { "--quick --samples=6 --mode=processes,threads --workers={N} "
			  "sync_deadlock:locks=same "
			  "sync_deadlock:locks=opposite" },
		.expected = CB_DEADLOCK,
		.judge = cb_judge_deadlock },
	{ .number = 11,
		.claim = "data of a worker's own need no lock",
		.runs = { "--quick --mode=serial,processes,threads --workers={N} sync_counter:guard=local "
			  "sync_counter:guard=atomic" },
		.judge = cb_judge_own_copies },
	{ .number = 12,
		.claim = "processes talk through queues, pipes and shared memory",
		.runs = { "--quick --samples=6 --mode=processes,threads --workers=1 " TALK("roundtrip"),
			"--quick --samples=6 --mode=processes,threads --workers=1 " TALK("stream,size=64KiB"),
			"--quick --samples=6 --mode=hybrid --workers={N} ipc_pipe ipc_queue" },
		.judge = cb_judge_talk },
	{ .number = 13,
		.claim = "a crash ends a thread's whole process, but only one process of many",
		.runs = { "--quick --samples=6 --mode=processes,threads,hybrid --workers={N} "
			  "--dispatch=static --fault=kill:worker=0,after=50 cpu_prime" },
		.expected = CB_CRASHED,
		.judge = cb_judge_crash },
	{ .number = 14,
		.claim = "children can be terminated, and daemons die with their parent",
		.runs = { KILLED("processes"), KILLED("threads"), KILLED("hybrid") },
		.killed = true,
		.judge = cb_judge_orphans },
	{ .number = 15,
		.claim = "too many tasks use up the system, and efficiency collapses",
		.runs = { "--quick --mode=processes,threads --workers={N},{16N} {CONFINE} cpu_prime" },
		.judge = cb_judge_too_many },
	{ .number = 16,
		.claim = "a global interpreter lock lets threads overlap waiting but not computing",
		.lacks = "workloads that run in CPython" },
	{ .number = 17,
		.claim = "coroutines on an event loop serve many waits from one thread",
		.lacks = "the mode async" },
	{ .number = 18,
		.claim = "threads for waiting, processes for computing",
		.runs = { ALL_CPUS },
		.judge = cb_judge_rule },
	{ 0 },
};

const struct cb_concept *cb_concept_find(uint64_t number)
{
	for (const struct cb_concept *row = cb_concepts; row->number; row++)
		if (row->number == number)
			return row;
	return NULL;
}

unsigned cb_concept_workers(unsigned cpus)
{
	return cpus < 2 ? 2 : cpus > 4 ? 4 : cpus;
}

/* ---- from text to words ---- */

/* The text of a placeholder at s, and its length; 0: none begins there. */
static size_t placeholder(const char *s, const struct cb_allowance *allowance, unsigned *ret)
{
	unsigned workers = cb_concept_workers(allowance->usable);
	const struct {
		const char *name;
		unsigned value;
	} rows[] = { { "{N}", workers }, { "{4N}", 4 * workers }, { "{16N}", 16 * workers },
		{ "{CPU}", allowance->mask[0] } };

	for (size_t i = 0; i < CB_COUNT(rows); i++)
		if (!strncmp(s, rows[i].name, strlen(rows[i].name))) {
			*ret = rows[i].value;
			return strlen(rows[i].name);
		}
	return 0;
}

#define CONFINE "{CONFINE}"

/* "--cpus=0,1,2,3", allocated; "" where no more may be used anyway; NULL: no memory. */
static char *confine(const struct cb_allowance *allowance)
{
	unsigned workers = cb_concept_workers(allowance->usable);
	struct cb_text text = { 0 };

	for (unsigned i = 0; i < workers && allowance->usable > workers; i++)
		cb_text_add(&text, "%s%u", i ? "," : "--cpus=", allowance->mask[i]);
	return cb_text_take(&text);
}

/* The n bytes at s with placeholders replaced, allocated; NULL: no memory. */
static char *word(const char *s, size_t n, const struct cb_allowance *allowance)
{
	const char *end = s + n;
	struct cb_text text = { 0 };

	if (n == strlen(CONFINE) && !memcmp(s, CONFINE, n))
		return confine(allowance);
	while (s < end) {
		unsigned value = 0;
		size_t taken = placeholder(s, allowance, &value);

		if (taken)
			cb_text_add(&text, "%u", value);
		else
			cb_text_add_char(&text, *s);
		s += taken ? taken : 1;
	}
	return cb_text_take(&text);
}

/* There is room for it. An empty one is dropped. */
static int add_word(struct cb_words *words, char *one)
{
	if (!one)
		return -ENOMEM;
	if (*one)
		words->v[words->n++] = one;
	else
		free(one);
	return 0;
}

int cb_concept_words(const struct cb_concept *concept, unsigned run, const struct cb_allowance *allowance,
	struct cb_words *ret, struct cb_error *err)
{
	const char *s = concept->runs[run];
	struct cb_words words = { .v = calloc(strlen(s) / 2 + 2, sizeof(char *)) };
	size_t n;

	if (!words.v)
		return cb_error_set(err, -ENOMEM, "out of memory");
	for (s += strspn(s, " "); *s; s += n, s += strspn(s, " ")) {
		n = strcspn(s, " ");
		if (add_word(&words, word(s, n, allowance)) < 0) {
			cb_words_release(&words);
			return cb_error_set(err, -ENOMEM, "out of memory");
		}
	}
	*ret = words;
	return 0;
}

/* ---- what is there ---- */

static bool has_workload(const struct cb_workload *const *registry, const char *name, size_t n)
{
	for (; *registry; registry++)
		if (strlen((*registry)->name) == n && !memcmp((*registry)->name, name, n))
			return true;
	return false;
}

static bool has_dispatch(const char *name, size_t n)
{
	for (const struct cb_dispatch_row *d = cb_dispatches; d->name; d++)
		if (strlen(d->name) == n && !memcmp(d->name, name, n))
			return true;
	return false;
}

/* The first dispatch of a list that is not there; NULL: all are. */
static const char *absent_dispatch(const char *list)
{
	for (size_t n;; list += n + 1) {
		n = strcspn(list, ", ");
		if (!has_dispatch(list, n))
			return list;
		if (list[n] != ',')
			return NULL;
	}
}

#define DISPATCH "--dispatch="

/* The first name in the run's words that is not there, and of what; NULL: all are. */
static const char *absent(const char *s, const struct cb_workload *const *registry, const char **ret_kind)
{
	for (s += strspn(s, " "); *s; s += strcspn(s, " "), s += strspn(s, " ")) {
		const char *name = NULL;

		*ret_kind = "dispatch";
		if (!strncmp(s, DISPATCH, strlen(DISPATCH)))
			name = absent_dispatch(s + strlen(DISPATCH));
		if (name)
			return name;
		*ret_kind = "workload";
		if (*s != '-' && *s != '{' && !has_workload(registry, s, strcspn(s, " :")))
			return s;
	}
	return NULL;
}

char *cb_concept_missing(const struct cb_concept *concept, unsigned run,
	const struct cb_workload *const *registry, char *buf, size_t size)
{
	const char *kind = "", *name = NULL;

	if (concept->runs[run])
		name = absent(concept->runs[run], registry, &kind);
	if (concept->lacks)
		snprintf(buf, size, "it needs %s", concept->lacks);
	else if (name)
		snprintf(buf, size, "it needs the %s %.*s", kind, (int)strcspn(name, " :,"), name);
	else
		*buf = '\0';
	return buf;
}
