/*
 * A list of mappings, each filled from its start. Mappings are shared so that a kernel which refuses
 * MADV_DONTFORK still copies nothing: page tables of shared anonymous memory are not inherited either.
 */
#include "lib/result/store.h"

#include <stdint.h>
#include <sys/mman.h>

#define CHUNK_BYTES ((size_t)1 << 20) /* address space; pages become real when they are touched */
#define ALIGNMENT   64u

struct cb_store {
	struct cb_store *next; /* older and full; NULL: none */
	size_t bytes, used;    /* of this mapping, header included */
};

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static struct cb_store *map_chunk(size_t bytes)
{
	struct cb_store *chunk = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (chunk == MAP_FAILED)
		return NULL;
	(void)madvise(chunk, bytes, MADV_DONTFORK);
	chunk->bytes = bytes;
	chunk->used = round_up(sizeof *chunk, ALIGNMENT);
	return chunk;
}

struct cb_store *cb_store_new(void)
{
	return map_chunk(CHUNK_BYTES);
}

void cb_store_free(struct cb_store *store)
{
	while (store) {
		struct cb_store *next = store->next;

		munmap(store, store->bytes);
		store = next;
	}
}

/* A new mapping goes behind the first, whose address is the store's; the two nearest are tried first. */
static void *alloc_in_new(struct cb_store *store, size_t bytes)
{
	size_t header = round_up(sizeof *store, ALIGNMENT);
	struct cb_store *chunk = map_chunk(round_up(header + bytes, CHUNK_BYTES));

	if (!chunk)
		return NULL;
	chunk->used += bytes;
	chunk->next = store->next;
	store->next = chunk;
	return (char *)chunk + header;
}

static void *alloc_in(struct cb_store *chunk, size_t bytes)
{
	void *p;

	if (!chunk || chunk->bytes - chunk->used < bytes)
		return NULL;
	p = (char *)chunk + chunk->used;
	chunk->used += bytes;
	return p;
}

void *cb_store_alloc(struct cb_store *store, size_t bytes)
{
	void *p;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = round_up(bytes ? bytes : 1, ALIGNMENT);
	p = alloc_in(store, bytes);
	if (!p)
		p = alloc_in(store->next, bytes);
	return p ? p : alloc_in_new(store, bytes);
}
