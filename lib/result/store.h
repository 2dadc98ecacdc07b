/*
 * Memory for what a run gathers. A fork copies page tables of private memory, 23 us for each MiB, once for
 * every sample's leader and again for its processes; what lives here costs them nothing: it is shared,
 * anonymous and left out of children altogether. Hence no child may touch it.
 *
 * It only grows and is freed as a whole. Not thread-safe.
 */
#ifndef CB_RESULT_STORE_H
#define CB_RESULT_STORE_H

#include <stddef.h>

struct cb_store;

struct cb_store *cb_store_new(void); /* NULL: no memory */
void cb_store_free(struct cb_store *store);
/* bytes of zeroed memory, aligned for every type, valid until cb_store_free. NULL: no memory. */
void *cb_store_alloc(struct cb_store *store, size_t bytes);

#endif
