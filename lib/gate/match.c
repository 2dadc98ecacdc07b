/* Which cells two builds have in common. Where something differs it is named: a silent gap looks like a pass.
 */
#include "lib/gate/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The odd one's reason, NULL: they agree. */
typedef bool differ_fn(
	const struct cb_gate_cell *base, const struct cb_gate_cell *head, char *why, size_t size);

static bool versions_differ(
	const struct cb_gate_cell *base, const struct cb_gate_cell *head, char *why, size_t size)
{
	snprintf(why, size, "the workload's version is %u in base and %u in head", base->version,
		head->version);
	return base->version != head->version;
}

static bool units_differ(
	const struct cb_gate_cell *base, const struct cb_gate_cell *head, char *why, size_t size)
{
	snprintf(why, size, "a unit is '%.60s' in base and '%.60s' in head", base->unit, head->unit);
	return strcmp(base->unit, head->unit) != 0;
}

static const char *value_of(const struct cb_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->n; i++)
		if (!strcmp(spec->pairs[i].name, name))
			return spec->pairs[i].value;
	return NULL;
}

/* One parameter of a that b has not, or has another value of. */
static const struct cb_spec_pair *odd_pair(const struct cb_spec *a, const struct cb_spec *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const char *value = value_of(b, a->pairs[i].name);

		if (!value || strcmp(value, a->pairs[i].value))
			return &a->pairs[i];
	}
	return NULL;
}

static bool params_differ(
	const struct cb_gate_cell *base, const struct cb_gate_cell *head, char *why, size_t size)
{
	const struct cb_spec_pair *pair = odd_pair(&base->spec, &head->spec);
	const char *ours, *theirs;

	if (!pair)
		pair = odd_pair(&head->spec, &base->spec);
	if (!pair)
		return false;
	ours = value_of(&base->spec, pair->name);
	theirs = value_of(&head->spec, pair->name);
	snprintf(why, size, "the parameter %.40s is %.60s in base and %.60s in head", pair->name,
		ours ? ours : "missing", theirs ? theirs : "missing");
	return true;
}

static bool places_differ(
	const struct cb_gate_cell *base, const struct cb_gate_cell *head, char *why, size_t size)
{
	snprintf(why, size, "it is arranged otherwise in base (%ux%u, %s) than in head (%ux%u, %s)",
		base->processes, base->threads, base->pin, head->processes, head->threads, head->pin);
	return base->processes != head->processes || base->threads != head->threads ||
	       base->batch != head->batch || strcmp(base->pin, head->pin) != 0;
}

static const struct {
	differ_fn *differ;
	bool of_name; /* what any_name lets pass */
} checks[] = {
	{ versions_differ, false },
	{ units_differ, true },
	{ params_differ, true },
	{ places_differ, false },
};

static bool differs(const struct cb_gate_cell *base, const struct cb_gate_cell *head, bool any_name,
	char *why, size_t size)
{
	for (size_t i = 0; i < CB_COUNT(checks); i++)
		if (!(any_name && checks[i].of_name) && checks[i].differ(base, head, why, size))
			return true;
	return false;
}

/* Mode and what follows it, which parameters with slashes do not reach: the id is WORKLOAD[:params]/MODE/...
 */
static bool same_place(const struct cb_gate_cell *a, const struct cb_gate_cell *b)
{
	return !strcmp(a->mode, b->mode) && !strcmp(a->dispatch, b->dispatch) && !strcmp(a->pin, b->pin) &&
	       a->workers == b->workers && a->processes == b->processes;
}

static const struct cb_gate_cell *partner_of(
	const struct cb_gate_cell *cell, const struct cb_gate_cell *others, unsigned n, bool any_name)
{
	for (unsigned i = 0; i < n; i++)
		if (any_name ? same_place(cell, &others[i]) : !strcmp(cell->id, others[i].id))
			return &others[i];
	return NULL;
}

static int add_odd(struct cb_gate *gate, const char *id, const char *why)
{
	struct cb_gate_odd *odd = realloc(gate->odd, (gate->odd_n + 1) * sizeof *odd);

	if (!odd)
		return -ENOMEM;
	gate->odd = odd;
	odd[gate->odd_n] = (struct cb_gate_odd){ strdup(id), strdup(why) };
	gate->odd_n++;
	return odd[gate->odd_n - 1].id && odd[gate->odd_n - 1].why ? 0 : -ENOMEM;
}

static void take_cell(struct cb_gate *gate, struct cb_gate_cell *cell, const struct cb_gate_cell *head)
{
	struct cb_gate_cell *taken = &gate->cells[gate->cells_n++];
	const struct cb_gate_cell *skips = cell->status ? cell : head;

	*taken = *cell;
	*cell = (struct cb_gate_cell){ 0 };
	if (skips->status != CB_GATE_SKIPPED) {
		gate->family++;
		return;
	}
	taken->status = CB_GATE_SKIPPED;
	if (skips == head)
		snprintf(taken->reason, sizeof taken->reason, "%s", head->reason);
}

static int match_base(struct cb_gate *gate, struct cb_gate_cell *base, unsigned base_n,
	const struct cb_gate_cell *head, unsigned head_n, bool any_name)
{
	char why[256];
	int r = 0;

	for (unsigned i = 0; !r && i < base_n; i++) {
		const struct cb_gate_cell *partner = partner_of(&base[i], head, head_n, any_name);

		if (!partner)
			r = add_odd(gate, base[i].id, "only base has it");
		else if (differs(&base[i], partner, any_name, why, sizeof why))
			r = add_odd(gate, base[i].id, why);
		else
			take_cell(gate, &base[i], partner);
	}
	return r;
}

/* Before the cells of base are taken: what only head has. */
static int match_head(struct cb_gate *gate, const struct cb_gate_cell *base, unsigned base_n,
	const struct cb_gate_cell *head, unsigned head_n, bool any_name)
{
	int r = 0;

	for (unsigned i = 0; !r && i < head_n; i++)
		if (!partner_of(&head[i], base, base_n, any_name))
			r = add_odd(gate, head[i].id, "only head has it");
	return r;
}

int cb_gate_match(struct cb_gate *gate, struct cb_gate_cell *base, unsigned base_n,
	const struct cb_gate_cell *head, unsigned head_n, bool any_name)
{
	int r = match_head(gate, base, base_n, head, head_n, any_name);

	gate->cells = calloc(base_n + 1, sizeof *gate->cells);
	if (!gate->cells)
		return -ENOMEM;
	return r ? r : match_base(gate, base, base_n, head, head_n, any_name);
}
