/*
 * The file of `demo`, concbench.demo/1: claims with what was found about them, and the runs they were found
 * in, each a whole concbench.result/1. docs/demo.schema.json describes it.
 */
#ifndef CB_RESULT_DEMO_JSON_H
#define CB_RESULT_DEMO_JSON_H

#include "lib/result/killed_run.h"
#include "lib/result/result.h"

/* A row. All is borrowed. */
struct cb_demo_entry {
	unsigned row;
	const char *claim, *verdict, *sentence;
	const char *const *commands; /* NULL-terminated */
	const unsigned *runs; /* of each command: index into the document's runs; UINT_MAX: not measured */
	const struct cb_killed_run *const *killed; /* of each command; NULL: it is none that is killed */
};

struct cb_demo_document {
	bool partial; /* interrupted */
	const struct cb_demo_entry *entries;
	size_t entries_n;
	const struct cb_result *const *runs;
	size_t runs_n;
};

/* As cb_result_write; arg is a struct cb_demo_document. */
int cb_demo_write(const void *arg, int (*put)(void *arg, const char *text, size_t n), void *put_arg);

#endif
