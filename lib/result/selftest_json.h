/*
 * The document of a self-test, concbench.selftest/1 (docs/selftest.schema.json). It is saved after each gate
 * and read again by whoever goes on with it.
 */
#ifndef CB_RESULT_SELFTEST_JSON_H
#define CB_RESULT_SELFTEST_JSON_H

#include "lib/gate/selftest.h"
#include "lib/host/host.h"

/* What the user asked for, as text that is equal only where it is the same. */
struct cb_selftest_setting {
	const char *name; /* of an option, without "--" */
	char *value;
};

/* A self-test and what else its file tells. All is borrowed. */
struct cb_selftest_document {
	const struct cb_host *host;
	int argc;
	char **argv;
	char started[32]; /* ISO 8601, UTC */
	const struct cb_selftest_setting *settings;
	unsigned settings_n;
	const struct cb_gate_rules *rules;
	const struct cb_selftest_plan *plan;
	char *const *ids; /* [plan->cells] */
	const struct cb_selftest_task *tasks;
	unsigned tasks_n;
	struct cb_selftest_cost *costs;
	unsigned costs_n;
	struct cb_selftest_gate *gates; /* of the first of tasks */
	unsigned gates_n;
	const struct cb_selftest_summary *summary; /* NULL: nobody summarised them yet */
};

/* One line a key, one line a gate. Returns 0, put's first negative errno, or -ENOMEM. */
int cb_selftest_write(const struct cb_selftest_document *document,
	int (*put)(void *arg, const char *text, size_t n), void *arg);

/*
 * Reads a file of n bytes that was begun before, and fills started, costs and gates of the document, which
 * holds all else; gates has room for tasks_n. They are the caller's, who releases them. -EINVAL with a
 * sentence: it is no such file, or another self-test's: of other settings, another build, another host;
 * -ENOMEM. The document is as it was then.
 */
int cb_selftest_read(const char *text, size_t n, struct cb_selftest_document *document, struct cb_error *err);

#endif
