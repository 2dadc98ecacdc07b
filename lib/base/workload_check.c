#include "lib/base/workload_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/param.h"
#include "lib/base/param_type.h"
#include "lib/base/scan.h"

#define MODES       (CB_CAN_BLOCKING | CB_CAN_ASYNC)
#define NAME_LENGTH 64      /* characters of a workload's, parameter's or metric's name */
#define PARAMS_MAX  1048576 /* bytes of a params struct: it is copied for each cell */

static bool is_name(const char *name)
{
	return name && *name && strlen(name) <= NAME_LENGTH && name[strspn(name, CB_SPEC_NAME)] == '\0';
}

/* One line that may be there. */
static bool is_line(const char *text)
{
	return !text || cb_is_plain(text);
}

/* What is wrong with the workload but for its tables; NULL: nothing. */
static const char *find_fault(const struct cb_workload *w)
{
	if (w->abi != CB_ABI || w->size != sizeof *w)
		return "its abi and size are not those of workload.h: set them to CB_ABI and sizeof(struct "
		       "cb_workload)";
	if (!w->summary || !is_line(w->summary) || !w->unit || !*w->unit || !is_line(w->unit))
		return "summary and unit must be there, one line each, without control characters";
	if (w->version < 1)
		return "its version must be at least 1";
	if ((unsigned)w->class >= CB_CLASSES)
		return "its class is none of enum cb_class";
	if (!(w->caps & MODES))
		return "caps names no mode that it can run in: add CB_CAN_BLOCKING or some of it";
	if (!(w->caps & CB_CAN_DISPATCHES))
		return "caps names no dispatch that it can run with: add CB_CAN_DISPATCHES or some of it";
	if (!w->run)
		return "it has no run hook";
	if ((unsigned)w->partners > CB_PARTNERS_PER_SAMPLE)
		return "its partners are none of enum cb_partners";
	if ((w->partners != CB_PARTNERS_NONE) != (w->partner != NULL))
		return "a partner hook goes with partners, and the other way round";
	if (w->params_size > PARAMS_MAX)
		return "its params_size is more than 1 MiB";
	if (!is_line(w->price) || !is_line(w->price_base) || !is_line(w->finding))
		return "price, price_base and finding are one line each, without control characters";
	for (const char *const *lock = w->locks; lock && *lock; lock++)
		if (!is_line(*lock))
			return "the names of its locks have control characters";
	if (w->params && w->params->name && !w->params_size)
		return "it has params but no params_size";
	return NULL;
}

static bool is_twice(const struct cb_param *params, const struct cb_param *p)
{
	for (const struct cb_param *other = params; other < p; other++)
		if (!strcmp(other->name, p->name))
			return true;
	return false;
}

static const char *find_param_fault(const struct cb_workload *w, const struct cb_param *p)
{
	const struct cb_param_ops *ops = cb_param_ops(p);

	if (!is_name(p->name))
		return "its name is not made of a-z 0-9 _";
	if (is_twice(w->params, p))
		return "it stands twice in the table";
	if (!ops)
		return "its type is none of enum cb_param_type";
	if (p->offset > w->params_size || ops->size > w->params_size - p->offset)
		return "its offset leads out of the params struct";
	if (p->type == CB_PARAM_ENUM && !p->words)
		return "it has no words";
	if (!p->def || !p->help || !is_line(p->def) || !is_line(p->help) || !is_line(p->unit))
		return "def and help must be there, one line each, without control characters";
	for (const char *const *word = p->words; word && *word; word++)
		if (!is_line(*word))
			return "its words have control characters";
	return NULL;
}

static int check_params(const struct cb_workload *w, struct cb_error *err)
{
	struct cb_error why = { 0 };
	void *data;
	int n = 0, r;

	for (const struct cb_param *p = w->params; p && p->name; p++) {
		const char *fault = ++n > CB_SPEC_PAIRS_MAX ? "there are too many" : find_param_fault(w, p);

		if (fault)
			return cb_error_set(err, -EINVAL, "%s: parameter %d: %s", w->name, n, fault);
	}
	data = calloc(1, w->params_size + 1);
	if (!data)
		return cb_error_no_memory(err);
	r = cb_params_parse(w, NULL, data, &why);
	free(data);
	return r ? cb_error_set(err, -EINVAL, "%s: %s", w->name, why.text) : 0;
}

static const char *find_metric_fault(const struct cb_metric *m, unsigned n)
{
	if (n >= CB_METRICS_MAX)
		return "there are too many";
	if (!is_name(m->name))
		return "its name is not made of a-z 0-9 _";
	if ((unsigned)m->merge > CB_MERGE_VERIFY)
		return "its merge is none of enum cb_merge";
	if (m->merge == CB_MERGE_RATIO && m->over >= CB_METRICS_MAX)
		return "over is the number of no metric";
	if (!is_line(m->unit) || !is_line(m->help))
		return "unit and help are one line each, without control characters";
	return NULL;
}

static int check_metrics(const struct cb_workload *w, struct cb_error *err)
{
	for (unsigned n = 0; w->metrics && w->metrics[n].name; n++) {
		const char *fault = find_metric_fault(&w->metrics[n], n);

		if (fault)
			return cb_error_set(err, -EINVAL, "%s: metric %u: %s", w->name, n + 1, fault);
	}
	return 0;
}

int cb_workload_check(const struct cb_workload *w, struct cb_error *err)
{
	const char *fault;
	int r;

	if (!is_name(w->name))
		return cb_error_set(err, -EINVAL,
			"a workload's name is not made of a-z 0-9 _, or has more than 64 characters");
	fault = find_fault(w);
	if (fault)
		return cb_error_set(err, -EINVAL, "%s: %s", w->name, fault);
	r = check_params(w, err);
	return r ? r : check_metrics(w, err);
}
