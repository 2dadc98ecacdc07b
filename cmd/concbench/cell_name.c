#include "cmd/concbench/cell_name.h"

#include "cmd/concbench/human.h"

#include <string.h>

/*
 * The end of the id, from the slash behind the workers on: "" or "/static". An id is WORKLOAD[:params]/MODE/
 * WORKERS[/...], and params may hold slashes, so that they are stepped over by their length. The rate of an
 * open loop comes next and is left out: it is the same in all cells.
 */
static const char *id_tail(const struct cb_group *group, const struct cb_cell *cell)
{
	size_t skip = strlen(group->workload->name);
	const char *tail;

	if (group->params_id && group->params_id[0])
		skip += 1 + strlen(group->params_id);
	if (strlen(cell->id) <= skip)
		return "";
	tail = strchr(cell->id + skip + 1, '/');
	tail = tail ? strchr(tail + 1, '/') : NULL;
	if (tail && cell->open.rate_per_s > 0)
		tail = strchr(tail + 1, '/');
	return tail ? tail : "";
}

char *cb_cell_mode(const struct cb_group *group, const struct cb_cell *cell, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", cell->mode->name, id_tail(group, cell));
	return buf;
}

char *cb_cell_phrase(const struct cb_group *group, const struct cb_cell *cell, char *buf, size_t size)
{
	const char *tail = id_tail(group, cell);
	char shape[CB_HUMAN];

	cb_human_shape(&cell->shape, shape);
	if (cell->baseline || (cell->mode->cap == CB_CAN_SERIAL))
		snprintf(buf, size, "%s%s", cell->mode->name, tail);
	else if (strchr(shape, 'x'))
		snprintf(buf, size, "%s %s%s", cell->mode->name, shape, tail);
	else
		snprintf(buf, size, "%s x%s%s", cell->mode->name, shape, tail);
	return buf;
}

char *cb_group_name(const struct cb_group *group, char *buf, size_t size)
{
	const char *params = group->params_id ? group->params_id : "";
	int n = snprintf(buf, size, "%s%s%s", group->workload->name, *params ? ":" : "", params);

	/* Ids are printable. What does not fit is cut where a character begins. */
	if (n >= 0 && (size_t)n >= size) {
		size_t cut = size - sizeof "...";

		while (cut && (buf[cut] & 0xc0) == 0x80)
			cut--;
		strcpy(buf + cut, "...");
	}
	return buf;
}
