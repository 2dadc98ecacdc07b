/*
 * kernel_futex: futex calls that find nothing to do: a wait on a word that has already changed (EAGAIN at
 * once) or a wake with nobody asleep. That is the kernel's part of a lock: finding the word's queue, and, to
 * wait, locking it. A shared word lies in memory that all workers share, in every mode; a private one in a
 * page of the worker's own.
 *
 * `scope` decides how the kernel names the word. process (FUTEX_PRIVATE_FLAG): by its address in this
 * process: processes then use queues of their own even of one shared word. host: by the memory behind the
 * address, which is looked up at each call: the same queue in all modes. Words are hashed to queues: now
 * and then private ones meet by chance, for a whole run, and are as slow as a shared one.
 */
#include "lib/workload.h"
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORD_BYTES 4096u /* a page, so that nothing else is in it */
#define VALUE      1u

enum { WAIT, WAKE };
enum { SHARED, PRIVATE };
enum { HOST, PROCESS };

struct futex_params {
	unsigned op, word, scope;
};

static int futex_setup(struct cb_setup *s, void **ret_shared, struct cb_error *err)
{
	uint32_t *word = s->alloc(s, WORD_BYTES);

	if (!word)
		return cb_error_set(err, -ENOMEM, "no memory for a futex");
	*word = VALUE;
	*ret_shared = word;
	return 0;
}

static int futex_worker_init(struct cb_worker *w, struct cb_error *err)
{
	const struct futex_params *p = w->params;
	uint32_t *word = NULL;

	if (p->word == PRIVATE) {
		word = aligned_alloc(WORD_BYTES, WORD_BYTES);
		if (!word)
			return cb_error_set(err, -ENOMEM, "no memory for a futex");
		*word = VALUE;
	}
	w->state = word;
	return 0;
}

/* One call. 0, or what is wrong with its result. */
static int call_once(uint32_t *word, int op)
{
	bool wait = (op & FUTEX_CMD_MASK) == FUTEX_WAIT;
	long rc = syscall(SYS_futex, word, op, wait ? VALUE + 1 : 1, NULL, NULL, 0);

	if (wait)
		return rc < 0 && errno == EAGAIN ? 0 : rc < 0 ? -errno : -EPROTO;
	return rc < 0 ? -errno : rc ? -EPROTO : 0;
}

static int futex_run(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err)
{
	const struct futex_params *p = w->params;
	uint32_t *word = w->state ? w->state : w->shared;
	int op = (p->op == WAIT ? FUTEX_WAIT : FUTEX_WAKE) | (p->scope == PROCESS ? FUTEX_PRIVATE_FLAG : 0);

	for (uint64_t i = 0; i < n; i++) {
		int rc = call_once(word, op);

		if (rc)
			return cb_error_set(
				err, rc, "the futex call found a waiter or waited: %s", strerror(-rc));
	}
	w->digest += cb_units_digest(first, n);
	return 0;
}

static void futex_worker_fini(struct cb_worker *w)
{
	free(w->state);
}

static const char *const futex_ops[] = { "wait", "wake", NULL };
static const char *const futex_words[] = { "shared", "private", NULL };
static const char *const futex_scopes[] = { "host", "process", NULL };
static const struct cb_param futex_table[] = {
	{ "op", CB_PARAM_ENUM, "", "wait", 0, 0, futex_ops, "a wait that is too late, or a wake of nobody",
		offsetof(struct futex_params, op) },
	{ "word", CB_PARAM_ENUM, "", "shared", 0, 0, futex_words, "one word of all workers, or one of each",
		offsetof(struct futex_params, word) },
	{ "scope", CB_PARAM_ENUM, "", "host", 0, 0, futex_scopes,
		"who can meet at the word: all who share the memory, or (FUTEX_PRIVATE_FLAG) one process",
		offsetof(struct futex_params, scope) },
	{ .name = NULL },
};

const struct cb_workload cb_workload_kernel_futex = {
	.abi = CB_ABI,
	.size = sizeof(struct cb_workload),
	.name = "kernel_futex",
	.summary = "futex calls that neither sleep nor wake: the kernel's part of a lock",
	.unit = "futex call",
	.version = 1,
	.class = CB_CLASS_KERNEL,
	.caps = CB_CAN_BLOCKING | CB_CAN_DISPATCHES,
	.params = futex_table,
	.params_size = sizeof(struct futex_params),
	.setup = futex_setup,
	.worker_init = futex_worker_init,
	.run = futex_run,
	.expect = cb_expect_units,
	.worker_fini = futex_worker_fini,
};
