/* FNV-1a over what was fixed and measured. It tells accidents and edits apart from data, and is no signature.
 */
#include "lib/gate/gate.h"

#include <string.h>

#define OFFSET UINT64_C(0xcbf29ce484222325)
#define PRIME  UINT64_C(0x100000001b3)

static uint64_t add_word(uint64_t hash, uint64_t word)
{
	for (unsigned i = 0; i < 64; i += 8)
		hash = (hash ^ (word >> i & 0xff)) * PRIME;
	return hash;
}

static uint64_t add_double(uint64_t hash, double value)
{
	uint64_t word;

	memcpy(&word, &value, sizeof word);
	return add_word(hash, word);
}

static uint64_t add_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * PRIME;
	return add_word(hash, 0);
}

static uint64_t add_sample(uint64_t hash, const struct cb_gate_sample *s)
{
	const uint64_t words[] = { s->units, s->makespan_ns, s->cpu_ns, s->p99_ns, s->pss_bytes, s->steal_ns,
		s->throttled_ns, s->digest };

	for (size_t i = 0; i < CB_COUNT(words); i++)
		hash = add_word(hash, words[i]);
	return hash;
}

static uint64_t add_series(uint64_t hash, const struct cb_gate_series *series)
{
	hash = add_word(hash, series->planned);
	for (unsigned i = 0; i < series->n; i++) {
		const struct cb_gate_block *block = &series->blocks[i];

		hash = add_word(hash, block->coin);
		hash = add_sample(hash, &block->primer);
		for (unsigned k = 0; k < CB_GATE_SLOTS; k++)
			hash = add_sample(hash, &block->samples[k]);
	}
	return hash;
}

static uint64_t add_rules(uint64_t hash, const struct cb_gate_rules *r)
{
	const double levels[] = { r->tolerance, r->alpha, r->screen_level, r->pass_level, r->null_level,
		r->drop_max };

	for (size_t i = 0; i < CB_COUNT(levels); i++)
		hash = add_double(hash, levels[i]);
	hash = add_word(hash, r->metric);
	hash = add_word(hash, r->screen_blocks);
	hash = add_word(hash, r->confirm_blocks);
	return add_word(hash, r->null_blocks);
}

uint64_t cb_gate_checksum(const struct cb_gate *gate)
{
	uint64_t hash = add_rules(OFFSET, &gate->rules);

	hash = add_word(hash, gate->family);
	for (unsigned i = 0; i < gate->cells_n; i++) {
		const struct cb_gate_cell *cell = &gate->cells[i];

		hash = add_text(hash, cell->id);
		hash = add_word(hash, cell->cpus);
		hash = add_word(hash, cell->status);
		hash = add_series(hash, &cell->screen);
		hash = add_series(hash, &cell->confirm);
	}
	return add_series(hash, &gate->null);
}
