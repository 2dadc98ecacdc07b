/*
 * cpu_deflate: zlib on 64 KiB blocks, a real mix of branches, tables and memory that fits the caches. All
 * workers read one corpus: a file of the user's, or made-up text whose word frequencies follow Zipf's law. A
 * unit's digest is its block's Adler-32, which deflate computes of what it read: it depends on neither zlib's
 * version nor its output. The output is checked outside the timed region: each worker keeps the last block
 * and a random earlier one, and inflates both in the end.
 */
#include "lib/workload.h"
#include <stdlib.h>
#include <zlib.h>

#define BLOCK_BYTES 65536u

enum { METRIC_IN, METRIC_OUT };

struct deflate_params {
	struct cb_file input;
	uint64_t size_bytes, level;
};

struct corpus {
	uint64_t blocks;
	struct block {
		uint32_t bytes, adler;
		unsigned char text[BLOCK_BYTES];
	} block[];
};

struct checks {
	unsigned done, wrong; /* atomic */
};

struct deflater {
	z_stream z;
	unsigned current; /* the next unit's output; the other one is kept */
	struct output {
		const struct block *of;                 /* NULL: none yet */
		unsigned char data[BLOCK_BYTES + 4096]; /* more than deflateBound */
	} output[2];
};

static uint64_t corpus_bytes(const struct deflate_params *p)
{
	return p->input.path[0] ? p->input.size_bytes : p->size_bytes;
}

/* Words of 2 to 9 letters, common letters first; rank r of 4096 comes about 1/r as often as the first. */
static void write_text(struct block *b, uint64_t seed)
{
	static const char letters[] = "eeeetttaaaooiinnsshhrrdlucmfwygpb";

	for (uint32_t done = 0; done < b->bytes; seed++) {
		uint64_t random = cb_mix64(seed),
			 spelling = cb_mix64(random >> 8 & ((2u << random % 12) - 1));

		for (unsigned left = 2 + spelling % 8; left && done < b->bytes; left--, spelling >>= 6)
			b->text[done++] = (unsigned char)letters[spelling / 8 % (sizeof letters - 1)];
		if (done < b->bytes)
			b->text[done++] = random >> 60 ? ' ' : '\n';
	}
}

static int deflate_prepare(struct cb_setup *s, void **ret_prepared, struct cb_error *err)
{
	const struct deflate_params *p = s->params;
	uint64_t left = corpus_bytes(p), blocks = (left + BLOCK_BYTES - 1) / BLOCK_BYTES;
	struct corpus *c = s->alloc(s, sizeof *c + blocks * sizeof c->block[0]);
	FILE *file = p->input.path[0] ? fopen(p->input.path, "rbe") : NULL;
	int rc = c ? 0 : cb_error_set(err, -ENOMEM, "no memory for the corpus");

	for (uint64_t i = 0; i < blocks && !rc; i++) {
		struct block *b = c->block + c->blocks++;

		b->bytes = left < BLOCK_BYTES ? (uint32_t)left : BLOCK_BYTES;
		left -= b->bytes;
		if (!p->input.path[0])
			write_text(b, cb_unit_random(s->seed, i));
		else if (!file || fread(b->text, 1, b->bytes, file) != b->bytes)
			rc = cb_error_set(err, -EIO, "cannot read all of '%.100s'", p->input.path);
		b->adler = (uint32_t)adler32(1, b->text, b->bytes);
	}
	if (file)
		fclose(file);
	*ret_prepared = c;
	return rc;
}

static int deflate_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	*ret_shared = s->alloc(s, sizeof(struct checks));
	return *ret_shared ? 0 : cb_error_set(err, -ENOMEM, "no memory to count checks");
}

static int deflate_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct deflate_params *p = w->params;
	struct deflater *d = w->state = calloc(1, sizeof *d);

	if (d && deflateInit(&d->z, (int)p->level) == Z_OK)
		return 0;
	return cb_error_set(err, -ENOMEM, "no memory for zlib");
}

/*
 * The block of a unit: multiples of the golden ratio, modulo 1, spread over the corpus (Knuth, The Art of
 * Computer Programming 3, 6.4). So any number of units is an even sample of it: taken in order, few units
 * would measure the file's beginning, and cells with more units another part of it.
 */
static uint64_t block_of(const struct corpus *c, uint64_t unit)
{
	return (uint64_t)((unsigned __int128)(unit * 0x9e3779b97f4a7c15u) * c->blocks >> 64);
}

static int deflate_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct corpus *c = w->prepared;
	struct deflater *d = w->state;

	for (uint64_t unit = first; unit < first + n; unit++) {
		const struct block *b = c->block + block_of(c, unit);
		struct output *out = d->output + d->current;

		deflateReset(&d->z);
		d->z.next_in = (unsigned char *)b->text;
		d->z.avail_in = b->bytes;
		d->z.next_out = out->data;
		d->z.avail_out = sizeof out->data;
		if (deflate(&d->z, Z_FINISH) != Z_STREAM_END)
			return cb_error_set(err, -EIO, "deflate failed: %s", d->z.msg ? d->z.msg : "output");
		out->of = b;
		d->current ^= cb_unit_random(w->seed, unit) % 16 == 0;
		w->metric[METRIC_IN] += (double)d->z.total_in;
		w->metric[METRIC_OUT] += (double)d->z.total_out;
		w->digest += cb_unit_random(d->z.adler, unit);
	}
	return 0;
}

static uint64_t deflate_expect(const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	const struct corpus *c = prepared;
	uint64_t sum = 0;

	(void)params, (void)seed;
	for (uint64_t unit = 0; unit < units; unit++)
		sum += cb_unit_random(c->block[block_of(c, unit)].adler, unit);
	return sum;
}

static void deflate_worker_fini(struct cb_worker *w)
{
	struct deflater *d = w->state;
	struct checks *checks = w->shared;
	unsigned char text[BLOCK_BYTES];

	for (struct output *out = d->output; out < d->output + 2 && out->of; out++) {
		uLongf bytes = sizeof text;
		bool right = uncompress(text, &bytes, out->data, sizeof out->data) == Z_OK;

		right = right && bytes == out->of->bytes && !memcmp(text, out->of->text, bytes);
		__atomic_fetch_add(right ? &checks->done : &checks->wrong, 1, __ATOMIC_RELAXED);
	}
	deflateEnd(&d->z);
	free(d);
}

static int deflate_verify(struct cb_verify *v, struct cb_error *err)
{
	const struct checks *checks = v->shared;

	v->note_number(v, "blocks_inflated", checks->done);
	if (checks->done && !checks->wrong)
		return 0;
	return cb_error_set(
		err, -EIO, "%u compressed blocks inflated rightly, %u wrongly", checks->done, checks->wrong);
}

static int deflate_supported(const void *params, const struct cb_env *env, struct cb_error *err)
{
	(void)env;
	return corpus_bytes(params) ? 0 : cb_error_set(err, -EINVAL, "the input file is empty");
}

static uint64_t deflate_footprint(const void *params, const struct cb_env *env)
{
	return corpus_bytes(params) +
	       env->workers * (sizeof(struct deflater) + (268 << 10)); /* zlib's: zconf.h */
}

static const struct cb_param deflate_table[] = {
	{ "input", CB_PARAM_FILE, "", "", 0, 0, NULL, "a file to compress; none: made-up text",
		offsetof(struct deflate_params, input) },
	{ "size", CB_PARAM_SIZE, "bytes", "8MiB", 1, 1ull << 32, NULL, "of the made-up text",
		offsetof(struct deflate_params, size_bytes) },
	{ "level", CB_PARAM_U64, "", "6", 1, 9, NULL, "zlib's", offsetof(struct deflate_params, level) },
	{ .name = NULL },
};

static const struct cb_metric deflate_metrics[] = {
	{ "mib_per_s", "MiB/s", CB_MERGE_PER_S, 0, 1.0 / (1 << 20), "input compressed" },
	{ "ratio", "", CB_MERGE_RATIO, METRIC_IN, 1, "output bytes for each input byte" },
	{ .name = NULL },
};

const struct cb_workload cb_workload_cpu_deflate = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "cpu_deflate",
	.summary = "zlib on 64 KiB blocks of text or of a file: branches and tables that fit the caches",
	.unit = "64 KiB block compressed",
	.version = 2,
	.class = CB_CLASS_CPU,
	/* Not dispatch spawn: what a worker compressed last is looked at in the end, and a copy is gone then.
	 */
	.caps = CB_CAN_BLOCKING | CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE,
	.params = deflate_table,
	.metrics = deflate_metrics,
	.params_size = sizeof(struct deflate_params),
	.supported = deflate_supported,
	.footprint = deflate_footprint,
	.prepare = deflate_prepare,
	.setup = deflate_setup,
	.worker_init = deflate_worker_init,
	.run = deflate_run,
	.expect = deflate_expect,
	.verify = deflate_verify,
	.worker_fini = deflate_worker_fini,
};
