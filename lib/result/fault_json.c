#include "lib/result/fault_json.h"

#include "lib/result/measured_json.h"

void cb_json_fault_asked(struct cb_json in, const struct cb_fault *fault)
{
	struct cb_json object;

	if (fault->how == CB_FAULT_NONE)
		return;
	object = cb_json_object(in, "fault");
	cb_json_text(object, "how", cb_fault_names[fault->how]);
	cb_json_u64(object, "worker", fault->worker);
	cb_json_double(object, "after", fault->after);
}

void cb_json_fault_sample(struct cb_json in, const struct cb_fault_outcome *fault)
{
	struct cb_json object = cb_json_object(in, "fault");

	cb_json_u64(object, "units", fault->units);
	cb_json_u64(object, "units_done", fault->units_done);
	cb_json_u64(object, "units_lost", fault->units - fault->units_kept);
	cb_json_double(object, "lost", cb_fault_lost_share(fault));
	cb_json_u64(object, "survivors", fault->survivors);
	cb_json_u64(object, "notice_ns", fault->notice_ns);
	cb_json_text_if(object, "noticed_by", cb_fault_noticer_names[fault->noticer]);
}

void cb_json_fault_summary(struct cb_json in, const struct cb_cell_result *cell)
{
	const struct cb_fault_summary *s = &cell->fault;
	struct cb_json object;

	if (!s->n)
		return;
	object = cb_json_object(in, "fault");
	cb_json_u64(object, "n", s->n);
	cb_json_estimate(object, "lost", &s->lost);
	cb_json_double(object, "survivors", s->survivors);
	cb_json_estimate(object, "notice_ns", &s->notice_ns);
	cb_json_text_if(object, "noticed_by", cb_fault_noticer_names[s->noticer]);
}
