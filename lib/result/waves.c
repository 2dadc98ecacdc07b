/*
 * Workers that take one task at a time do few tasks in waves: 5 tasks on 4 workers take twice as long as 4.
 * Where there are many units that is nothing to speak of, and calibrated ones are a multiple of the workers.
 */
#include "lib/result/result.h"

#define WAVES_MAX 20u

uint64_t cb_cell_result_waves(const struct cb_result *result, const struct cb_cell_result *cell)
{
	uint64_t batch = cell->cell->batch ? cell->cell->batch : 1, workers = cell->cell->shape.workers;
	uint64_t tasks = cell->units / batch + (cell->units % batch != 0);
	uint64_t waves = workers ? tasks / workers + (tasks % workers != 0) : 0;

	return result->options->units && waves <= WAVES_MAX ? waves : 0;
}
