/* Stored files made by hand, for the tests of their analysis. Nothing is read or run. */
#ifndef CB_TEST_STORED_FIXTURE_H
#define CB_TEST_STORED_FIXTURE_H

#include <stdint.h>

#include "lib/analyze/analyze.h"

#define PAPER_SAMPLES   16 /* of a cell: 8 blocks */
#define PAPER_CELLS_MAX 64
#define TEXT(s)         ((char *)(uintptr_t)(s)) /* a stored file owns its texts; these it does not */

/* A file in the making, and what its analysis says. */
struct paper {
	struct cb_stored file;
	struct cb_stored_cell cells[PAPER_CELLS_MAX];
	struct cb_stored_sample samples[PAPER_CELLS_MAX][PAPER_SAMPLES];
	struct cb_analysis analysis;
};

/* A row of cmocka whose *state is an empty struct paper. */
#define ON_PAPER(test) cmocka_unit_test_setup_teardown(test, paper_new, paper_free)
int paper_new(void **state);
int paper_free(void **state);
/* Empties it again. */
void paper_clear(struct paper *p);

/* A sample of workers that each compute 100 units a ms, and nothing else. */
struct cb_stored_sample paper_sample(double workers, double units);
/* Adds a cell. Every second sample is `wobble` longer, in each block alike. */
struct cb_stored_cell *paper_add(
	struct paper *p, const char *mode, double workers, struct cb_stored_sample sample, double wobble);

/* (Re)makes p->analysis, without a solver for the scaling laws. */
void paper_analyze(struct paper *p);
/* The same of a file of one case; returns its advice. */
const char *paper_advice(struct paper *p);

/* Fails unless part is in text. */
void assert_has(const char *text, const char *part);
/* Fails unless they differ by less than 1e-9. */
void assert_close(double value, double expected);

#endif
