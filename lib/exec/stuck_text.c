#include "lib/exec/stuck_text.h"

#include "lib/base/parse.h"
#include "lib/base/text.h"
#include "lib/workload_lock.h"

#define NAMED_MAX 3 /* workers that a sentence names before it counts the rest */
#define ROUND_NS  UINT64_C(100000000)

/* "worker 3", "the partner of worker 3" */
static void add_who(struct cb_text *text, const struct cb_stuck_worker *w)
{
	cb_text_add(text, "%sworker %u", w->partner ? "the partner of " : "", w->index);
}

/* "sleeping in futex", "stopped", "running, in warm-up", "its state is unreadable" */
static void add_state(struct cb_text *text, const struct cb_stuck_worker *w)
{
	cb_text_add(text, "%s", w->task.word ? w->task.word : "state unknown");
	if (*w->task.syscall)
		cb_text_add(text, " in %s", w->task.syscall);
	if (strcmp(w->step, "run") != 0)
		cb_text_add(text, ", in %s", w->step);
}

static unsigned named(const struct cb_stuck *stuck)
{
	return stuck->n < NAMED_MAX ? stuck->n : NAMED_MAX;
}

/* How long all that are listed have been stalled, to a tenth of a second where that is long. */
static uint64_t stalled_for_ns(const struct cb_stuck *stuck)
{
	uint64_t ns = UINT64_MAX;

	for (unsigned i = 0; i < stuck->n; i++)
		ns = stuck->workers[i].for_ns < ns ? stuck->workers[i].for_ns : ns;
	return ns > 10 * ROUND_NS ? ns / ROUND_NS * ROUND_NS : ns / (ROUND_NS / 100) * (ROUND_NS / 100);
}

static void describe_stalled(struct cb_text *text, const struct cb_stuck *stuck)
{
	char duration[32];

	cb_text_add(text, "no unit finished for %s by ", cb_format_duration(stalled_for_ns(stuck), duration));
	for (unsigned i = 0; i < named(stuck); i++) {
		cb_text_add(text, "%s", i ? ", " : "");
		add_who(text, &stuck->workers[i]);
		cb_text_add(text, " (");
		add_state(text, &stuck->workers[i]);
		cb_text_add(text, ")");
	}
	if (stuck->all > named(stuck))
		cb_text_add(text, " and %u more", stuck->all - named(stuck));
	cb_text_add(text, "; allow more with --stall");
}

/* "A", "A and C" */
static void add_locks(struct cb_text *text, uint64_t holds, const char *const *locks)
{
	for (unsigned i = 0, n = 0; locks && locks[i] && i < CB_LOCKS_MAX; i++)
		if (holds >> i & 1)
			cb_text_add(text, "%s%s", n++ ? " and " : "", locks[i]);
}

static const char *lock_name(uint32_t waits_for, const char *const *locks)
{
	uint32_t n = 0;

	while (locks && locks[n] && n < waits_for)
		n++;
	return waits_for && n == waits_for ? locks[n - 1] : "a lock without a name";
}

static void describe_deadlock(struct cb_text *text, const struct cb_stuck *stuck, const char *const *locks)
{
	for (unsigned i = 0; i < named(stuck); i++) {
		const struct cb_stuck_worker *w = &stuck->workers[i];

		cb_text_add(text, "%s", i ? ", " : "");
		add_who(text, w);
		cb_text_add(text, " holds ");
		add_locks(text, w->holds, locks);
		cb_text_add(text, " and waits for %s", lock_name(w->waits_for, locks));
	}
	if (stuck->all == 1)
		cb_text_add(text, ": it waits for itself");
	if (stuck->all > named(stuck))
		cb_text_add(text, ", and so on round a circle of %u", stuck->all);
	if (stuck->behind)
		cb_text_add(text, "; %u more wait%s behind", stuck->behind, stuck->behind == 1 ? "s" : "");
}

void cb_stuck_describe(struct cb_stuck *stuck, const char *const *locks)
{
	struct cb_text text = { 0 };

	if (stuck->status == CB_DEADLOCK)
		describe_deadlock(&text, stuck, locks);
	else
		describe_stalled(&text, stuck);
	snprintf(stuck->reason, sizeof stuck->reason, "%s", text.s ? text.s : "");
	cb_text_release(&text);
}
