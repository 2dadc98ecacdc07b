#include "lib/gate/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct cb_gate_metric_row cb_gate_metrics[CB_GATE_METRICS] = {
	[CB_GATE_RATE] = { "rate", "time for the same work" },
	[CB_GATE_P99] = { "p99", "99th percentile of a unit's latency" },
	[CB_GATE_CPU] = { "cpu", "CPU time for the same work" },
	[CB_GATE_MEMORY] = { "memory", "memory in use at the end" },
};

const char *const cb_gate_drop_names[] = {
	[CB_GATE_KEPT] = "",
	[CB_GATE_STEAL] = "steal",
	[CB_GATE_THROTTLED] = "throttled",
};

const char *const cb_gate_verdict_names[] = {
	[CB_GATE_NO_VERDICT] = "none",
	[CB_GATE_PASS] = "PASS",
	[CB_GATE_INCONCLUSIVE] = "INCONCLUSIVE",
	[CB_GATE_FAIL] = "FAIL",
};

const char *const cb_gate_status_names[] = {
	[CB_GATE_OK] = "ok",
	[CB_GATE_SKIPPED] = "skipped",
	[CB_GATE_BROKEN] = "failed",
};

const struct cb_gate_rules cb_gate_rules_default = {
	.metric = CB_GATE_RATE,
	.tolerance = 0.03,
	.alpha = 0.01,
	.screen_level = 0.10,
	.pass_level = 0.05,
	.null_level = 0.01,
	.drop_max = 0.25,
	.screen_blocks = 8,
	.confirm_blocks = 16,
	.null_blocks = 8,
};

int cb_gate_series_init(struct cb_gate_series *series, unsigned n)
{
	*series = (struct cb_gate_series){ .blocks = calloc(n ? n : 1, sizeof *series->blocks),
		.planned = n };
	return series->blocks ? 0 : -ENOMEM;
}

static void series_release(struct cb_gate_series *series)
{
	free(series->blocks);
	*series = (struct cb_gate_series){ 0 };
}

void cb_gate_cell_release(struct cb_gate_cell *cell)
{
	free(cell->id);
	free(cell->unit);
	free(cell->mode);
	free(cell->dispatch);
	free(cell->pin);
	cb_spec_release(&cell->spec);
	series_release(&cell->screen);
	series_release(&cell->confirm);
	*cell = (struct cb_gate_cell){ 0 };
}

static void odd_release(struct cb_gate *gate)
{
	for (unsigned i = 0; i < gate->odd_n; i++) {
		free(gate->odd[i].id);
		free(gate->odd[i].why);
	}
	free(gate->odd);
	gate->odd = NULL;
	gate->odd_n = 0;
}

int cb_gate_pick(struct cb_gate *gate, const char *id)
{
	struct cb_gate_cell picked;
	unsigned at = 0;

	while (at < gate->cells_n && strcmp(gate->cells[at].id, id) != 0)
		at++;
	if (at == gate->cells_n)
		return -ENOENT;
	picked = gate->cells[at];
	gate->cells[at] = gate->cells[0];
	for (unsigned i = 1; i < gate->cells_n; i++)
		cb_gate_cell_release(&gate->cells[i]);
	gate->cells[0] = picked;
	gate->cells_n = 1;
	gate->family = picked.status == CB_GATE_OK;
	odd_release(gate);
	return 0;
}

void cb_gate_release(struct cb_gate *gate)
{
	if (!gate)
		return;
	for (unsigned i = 0; i < gate->cells_n; i++)
		cb_gate_cell_release(&gate->cells[i]);
	odd_release(gate);
	free(gate->base.name);
	free(gate->base.version);
	free(gate->head.name);
	free(gate->head.version);
	free(gate->cells);
	series_release(&gate->null);
	*gate = (struct cb_gate){ .null_cell = -1 };
}
