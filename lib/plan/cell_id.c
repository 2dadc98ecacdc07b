#include "lib/plan/cell.h"

#include "lib/base/text.h"

/* Hybrid's split is part of its id: the same W may be split in several ways. */
static bool shows_shape(const struct cb_cell *cell)
{
	return cell->mode->cap == CB_CAN_HYBRID && cell->shape.processes;
}

char *cb_cell_id(const struct cb_cell *cell, const struct cb_group *group)
{
	struct cb_text id = { 0 };

	cb_text_add(&id, "%s%s%s/%s/", group->workload->name, *group->params_id ? ":" : "", group->params_id,
		cell->mode->name);
	if (shows_shape(cell))
		cb_text_add(&id, "%ux%u", cell->shape.processes, cell->shape.threads);
	else
		cb_text_add(&id, "%u", cell->shape.workers);
	if (cell->open.rate_per_s > 0)
		cb_text_add(&id, "/rate=%.12g%s%s", cell->open.rate_per_s,
			cell->open.arrival == CB_ARRIVAL_CONST ? "" : ",",
			cell->open.arrival == CB_ARRIVAL_CONST ? "" : cb_arrival_names[cell->open.arrival]);
	if (cell->dispatch != CB_DISPATCH_SHARED && !cb_cell_is_serial(cell))
		cb_text_add(&id, "/%s", cb_dispatches[cell->dispatch].name);
	if (cell->pin_requested != CB_PIN_AUTO)
		cb_text_add(&id, "/%s", cb_pin_names[cell->pin_requested]);
	if (cell->cpu_set->name)
		cb_text_add(&id, "/cpus=%s", cell->cpu_set->name);
	return cb_text_take(&id);
}

char *cb_cell_cpus(const unsigned *cpus, unsigned n)
{
	struct cb_text text = { 0 };
	unsigned end;

	for (unsigned i = 0; i < n; i = end) {
		for (end = i + 1; end < n && cpus[end] == cpus[end - 1] + 1; end++)
			;
		cb_text_add(&text, i ? ",%u" : "%u", cpus[i]);
		if (end - i > 1)
			cb_text_add(&text, "..%u", cpus[end - 1]);
	}
	return cb_text_take(&text);
}
