/*
 * mem_stream: STREAM's triad, a = b + q x c (McCalpin, "Memory bandwidth and machine balance", 1995). The
 * arrays of all workers together are 4 x the last-level caches in use, so they stream from memory; each
 * worker first touches its own, on its own NUMA node. A unit is the next 64 KiB of each of the worker's
 * arrays, round and round. Huge pages are asked for: bandwidth is measured, not the TLB, and not the host's
 * default for huge pages. Values depend on the position inside a block and on the unit, so digests depend on
 * neither array sizes nor workers.
 */
#include "lib/workload.h"
#include <stdlib.h>
#include <sys/mman.h>

#define BLOCK_BYTES   ((size_t)64 << 10)
#define BLOCK_DOUBLES (BLOCK_BYTES / sizeof(double))
#define ARRAYS        3u
#define UNIT_BYTES    (ARRAYS * BLOCK_BYTES) /* as STREAM counts: reading a before it is written is left out */
#define LLC_BYTES     ((uint64_t)32 << 20)   /* where it is not known */
#define PROBES        4u                     /* elements of a block that its digest is made of */

typedef double pair __attribute__((vector_size(16), may_alias));

struct stream_params {
	uint64_t size_bytes;
};

struct arrays {
	size_t blocks, next; /* of each array; the block of the next unit */
	double *a, *b, *c;
};

static double element_b(size_t i)
{
	return (double)(i % 1021);
}

static double element_c(size_t i)
{
	return (double)(i % 509);
}

static double factor(uint64_t unit)
{
	return (double)(3 + unit % 127);
}

/* Which element probe looks at. */
static size_t probed(uint64_t unit, unsigned probe)
{
	return cb_mix64(unit * PROBES + probe) % BLOCK_DOUBLES;
}

static size_t blocks_per_worker(const struct stream_params *p, const struct cb_env *env)
{
	uint64_t total = p->size_bytes ? p->size_bytes : 4 * (env->llc_bytes ? env->llc_bytes : LLC_BYTES);
	return (total - 1) / (UNIT_BYTES * env->workers) + 1;
}

static uint64_t stream_footprint(const void *params, const struct cb_env *env)
{
	return (uint64_t)blocks_per_worker(params, env) * UNIT_BYTES * env->workers;
}

static int stream_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	(void)err;
	*ret_shared = NULL;
	s->note_number(s, "arrays_bytes", (double)stream_footprint(s->params, s->env));
	return 0;
}

static int stream_worker_init(struct cb_worker *w, struct cb_error *err)
{
	struct arrays *arrays = w->state = calloc(1, sizeof *arrays);
	size_t blocks = blocks_per_worker(w->params, w->env), doubles = blocks * BLOCK_DOUBLES;
	void *memory = mmap(
		NULL, blocks * UNIT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!arrays || memory == MAP_FAILED)
		return cb_error_set(err, -ENOMEM, "no memory for arrays of %zu bytes", blocks * UNIT_BYTES);
	madvise(memory, blocks * UNIT_BYTES, MADV_HUGEPAGE); /* where there are any */
	*arrays = (struct arrays){ .blocks = blocks, .a = memory };
	arrays->b = arrays->a + doubles;
	arrays->c = arrays->b + doubles;
	for (size_t i = 0; i < doubles; i++) {
		arrays->a[i] = 0;
		arrays->b[i] = element_b(i % BLOCK_DOUBLES);
		arrays->c[i] = element_c(i % BLOCK_DOUBLES);
	}
	return 0;
}

static void triad(double *a, const double *b, const double *c, double q)
{
	pair *to = (pair *)a;
	const pair *from = (const pair *)b, *times = (const pair *)c, factors = { q, q };

#pragma GCC unroll 4
	for (size_t i = 0; i < BLOCK_DOUBLES / 2; i++)
		to[i] = from[i] + factors * times[i];
}

static int stream_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	struct arrays *arrays = w->state;

	(void)err;
	for (uint64_t unit = first; unit < first + n; unit++) {
		size_t at = arrays->next * BLOCK_DOUBLES;
		double *a = arrays->a + at;

		triad(a, arrays->b + at, arrays->c + at, factor(unit));
		for (unsigned i = 0; i < PROBES; i++)
			w->digest += cb_unit_random((uint64_t)a[probed(unit, i)], unit);
		arrays->next = arrays->next + 1 < arrays->blocks ? arrays->next + 1 : 0;
		w->metric[0] += (double)UNIT_BYTES;
	}
	return 0;
}

static uint64_t stream_expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	uint64_t sum = 0;

	(void)params, (void)prepared, (void)seed;
	for (uint64_t unit = 0; unit < units; unit++)
		for (unsigned i = 0; i < PROBES; i++) {
			size_t at = probed(unit, i);

			sum += cb_unit_random((uint64_t)(element_b(at) + factor(unit) * element_c(at)), unit);
		}
	return sum;
}

static void stream_worker_fini(struct cb_worker *w)
{
	struct arrays *arrays = w->state;

	munmap(arrays->a, arrays->blocks * UNIT_BYTES);
	free(arrays);
}

static uint64_t stream_bytes_per_unit(const void *params)
{
	(void)params;
	return UNIT_BYTES;
}

static const struct cb_param stream_table[] = {
	{ "size", CB_PARAM_SIZE, "bytes", "0", 0, 1ull << 40, NULL,
		"of the arrays of all workers; 0: 4 x the last-level caches in use",
		offsetof(struct stream_params, size_bytes) },
	{ .name = NULL },
};

static const struct cb_metric stream_metrics[] = {
	{ "gib_per_s", "GiB/s", CB_MERGE_PER_S, 0, 1.0 / (1 << 30), "read and written, as STREAM counts" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_mem_stream = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "mem_stream",
	.summary = "STREAM's triad over arrays that no cache holds: memory bandwidth",
	.unit = "triad of 64 KiB of each array",
	.version = 1,
	.class = CB_CLASS_MEMORY,
	/* Not dispatch spawn: a worker goes through its arrays from unit to unit, and a copy would begin
	   anew. */
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE,
	.params = stream_table,
	.metrics = stream_metrics,
	.params_size = sizeof(struct stream_params),
	.footprint = stream_footprint,
	.bytes_per_unit = stream_bytes_per_unit,
	.setup = stream_setup,
	.worker_init = stream_worker_init,
	.run = stream_run,
	.expect = stream_expect,
	.worker_fini = stream_worker_fini,
};
