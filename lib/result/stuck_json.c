#include "lib/result/stuck_json.h"

#include "lib/workload_lock.h"

static void add_locks(struct cb_json in, const struct cb_stuck_worker *w, const char *const *locks)
{
	struct cb_json holds;

	if (!locks)
		return;
	holds = cb_json_array(in, "holds");
	for (uint32_t i = 0; i < CB_LOCKS_MAX && locks[i]; i++) {
		if (w->holds >> i & 1)
			cb_json_text(holds, NULL, locks[i]);
		if (w->waits_for == i + 1)
			cb_json_text(in, "waits_for", locks[i]);
	}
}

static void add_worker(struct cb_json in, const struct cb_stuck_worker *w, const char *const *locks)
{
	cb_json_u64(in, "worker", w->index);
	if (w->partner)
		cb_json_bool(in, "partner", true);
	cb_json_u64(in, "pid", (uint64_t)w->pid);
	cb_json_u64(in, "tid", (uint64_t)w->tid);
	cb_json_text(in, "step", w->step);
	cb_json_text_if(in, "state", w->task.word);
	cb_json_text_if(in, "syscall", w->task.syscall);
	cb_json_text_if(in, "wchan", w->task.wchan);
	cb_json_text_if(in, "unreadable", w->task.unreadable);
	cb_json_u64(in, "units", w->units);
	cb_json_u64(in, "for_ns", w->for_ns);
	add_locks(in, w, locks);
}

void cb_json_stuck(struct cb_json in, const struct cb_stuck *stuck, const char *const *locks)
{
	struct cb_json object, workers;

	if (!stuck)
		return;
	object = cb_json_object(in, "stuck");
	cb_json_u64(object, "count", stuck->all);
	if (stuck->status == CB_DEADLOCK)
		cb_json_u64(object, "behind", stuck->behind);
	else
		cb_json_u64(object, "limit_ns", stuck->limit_ns);
	workers = cb_json_array(object, "workers");
	for (unsigned i = 0; i < stuck->n; i++)
		add_worker(cb_json_object(workers, NULL), &stuck->workers[i], locks);
}
