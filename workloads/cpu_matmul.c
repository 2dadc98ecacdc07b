/*
 * cpu_matmul: C = A x B in doubles, each worker with matrices of its own: floating-point work out of caches.
 * The kernel keeps 4 x 4 sums in registers and reads a packed panel of B, 256 rows of it at a time. It is
 * written in vectors of 2 doubles, which x86-64 and arm64 both have, as compilers need not vectorise at -O2.
 * The elements are small integers, so sums are exact in any order; column 0 of A differs from unit to unit. A
 * unit's digest is made of C x weights; expect gets the same from A x (B x weights), so it is an oracle, not
 * the same sums again.
 */
#include "lib/workload.h"
#include <stdlib.h>

#define TILE  4
#define DEPTH 256
#define N_MAX 4096

typedef double pair __attribute__((vector_size(16)));

struct matmul_params {
	uint64_t n;
};

/* Padded with zeros to side x side, side a multiple of TILE. */
struct matrices {
	size_t side;
	double *a; /* by rows */
	pair *b;   /* by panels of TILE columns, these by rows */
	pair *c;   /* by rows */
};

static const double weight[TILE] = { 1, 2, 3, 5 }; /* of columns, by column % TILE */

/* -8..7 */
static double element(uint64_t key, uint64_t row, uint64_t column)
{
	return (double)(cb_unit_random(key, row << 32 | column) >> 60) - 8;
}

static double element_b(uint64_t seed, uint64_t row, uint64_t column)
{
	return element(~seed, row, column);
}

static uint64_t add_row(uint64_t digest, double row_sum)
{
	return cb_mix64(digest ^ (uint64_t)(int64_t)row_sum);
}

/* Adds to (or, for start, sets) a tile of C the product of TILE rows of A and a panel of B, both depth long.
 */
static void multiply_tile(const double *a, const pair *b, pair *c, size_t side, size_t depth, bool start)
{
	pair sum[TILE][TILE / 2] = { 0 };

	for (size_t k = 0; k < depth; k++) {
		pair b0 = b[2 * k], b1 = b[2 * k + 1];

#pragma GCC unroll 4
		for (size_t i = 0; i < TILE; i++) {
			pair factor = { a[i * side + k], a[i * side + k] };

			sum[i][0] += factor * b0;
			sum[i][1] += factor * b1;
		}
	}
#pragma GCC unroll 4
	for (size_t i = 0; i < TILE; i++) {
		pair *to = c + i * side / 2;

		to[0] = start ? sum[i][0] : to[0] + sum[i][0];
		to[1] = start ? sum[i][1] : to[1] + sum[i][1];
	}
}

static void multiply(const struct matrices *m)
{
	size_t side = m->side;

	for (size_t k = 0; k < side; k += DEPTH)
		for (size_t j = 0; j < side; j += TILE)
			for (size_t i = 0; i < side; i += TILE)
				multiply_tile(m->a + i * side + k, m->b + (j * side + k * TILE) / 2,
					m->c + (i * side + j) / 2, side, side - k < DEPTH ? side - k : DEPTH,
					k == 0);
}

static uint64_t product_digest(const struct matrices *m, uint64_t unit, uint64_t n)
{
	for (size_t i = 0; i < n; i++) {
		const pair *row = m->c + i * m->side / 2;
		pair even = { 0 }, odd = { 0 };

		for (size_t j = 0; j < m->side / 2; j += 2) {
			even += row[j];
			odd += row[j + 1];
		}
		even = even * (pair){ weight[0], weight[1] } + odd * (pair){ weight[2], weight[3] };
		unit = add_row(unit, even[0] + even[1]);
	}
	return unit;
}

static int matmul_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct matmul_params *p = w->params;
	const struct matrices *m = w->state;

	(void)err;
	for (uint64_t unit = first; unit < first + n; unit++) {
		for (size_t i = 0; i < p->n; i++)
			m->a[i * m->side] = element(cb_unit_random(w->seed, unit), i, 0);
		multiply(m);
		w->digest += product_digest(m, unit, p->n);
		w->metric[0] += 2.0 * (double)p->n * (double)p->n * (double)p->n;
	}
	return 0;
}

/* One pass over B and A in all, then n products a unit. */
static uint64_t matmul_expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	const struct matmul_params *p = params;
	size_t n = p->n;
	double b[N_MAX] = { 0 }, sum[N_MAX] = { 0 };
	uint64_t digest = 0;

	(void)prepared;
	for (size_t k = 0; k < n; k++)
		for (size_t j = 0; j < n; j++)
			b[k] += element_b(seed, k, j) * weight[j % TILE];
	for (size_t i = 0; i < n; i++)
		for (size_t k = 1; k < n; k++)
			sum[i] += element(seed, i, k) * b[k];
	for (uint64_t unit = 0; unit < units; unit++) {
		uint64_t key = cb_unit_random(seed, unit), rows = unit;

		for (size_t i = 0; i < n; i++)
			rows = add_row(rows, sum[i] + element(key, i, 0) * b[0]);
		digest += rows;
	}
	return digest;
}

static size_t padded(const struct matmul_params *p)
{
	return (p->n + TILE - 1) / TILE * TILE;
}

static int matmul_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct matmul_params *p = w->params;
	size_t side = padded(p), doubles = side * side;
	struct matrices *m = w->state = aligned_alloc(64, (64 + 3 * doubles * sizeof(double)));

	if (!m)
		return cb_error_set(err, -ENOMEM, "no memory for matrices of %zu x %zu", side, side);
	memset(m, 0, 64 + 3 * doubles * sizeof(double));
	m->side = side;
	m->a = (double *)m + 8;
	m->b = (pair *)(m->a + doubles);
	m->c = m->b + doubles / 2;
	for (size_t i = 0; i < p->n; i++)
		for (size_t j = 0; j < p->n; j++) {
			m->a[i * side + j] = element(w->seed, i, j);
			m->b[(j / TILE * TILE * side + i * TILE + j % TILE) / 2][j % 2] = element_b(
				w->seed, i, j);
		}
	return 0;
}

static void matmul_worker_fini(struct cb_worker *w)
{
	free(w->state);
}

static uint64_t matmul_footprint(const void *params, const struct cb_env *env)
{
	uint64_t side = padded(params);

	return env->workers * 3 * side * side * sizeof(double);
}

static const struct cb_param matmul_table[] = {
	{ "n", CB_PARAM_U64, "rows", "256", 1, N_MAX, NULL, "size of the square matrices",
		offsetof(struct matmul_params, n) },
	{ .name = NULL },
};

static const struct cb_metric matmul_metrics[] = {
	{ "gflop_per_s", "GFLOP/s", CB_MERGE_PER_S, 0, 1e-9, "2 n^3 operations a unit" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_cpu_matmul = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "cpu_matmul",
	.summary = "blocked product of matrices in double precision: floating-point work out of caches",
	.unit = "n x n product",
	.version = 1,
	.class = CB_CLASS_CPU,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = matmul_table,
	.metrics = matmul_metrics,
	.params_size = sizeof(struct matmul_params),
	.footprint = matmul_footprint,
	.worker_init = matmul_worker_init,
	.run = matmul_run,
	.expect = matmul_expect,
	.worker_fini = matmul_worker_fini,
};
