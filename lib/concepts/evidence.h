/*
 * For judges: finding cells, wording figures, and gathering what is for and against a claim. Internal to
 * lib/concepts.
 *
 *	struct claim c = { .evidence = e };
 *	const struct cb_cell_result *cell = claim_cell(&c, 0, "cpu_prime", "threads", 2);
 *	struct cb_estimate gain = claim_speedup(&c, cell);
 *	claim_say(&c, "2 threads did ");
 *	claim_say_times(&c, &gain);
 *	claim_expect(&c, &gain, CLAIM_ABOVE, 1.5, "2 CPUs gained little");
 *	claim_close(&c, ret);
 *
 * A cell that is missing is noted, and makes all that comes of it unknown: judges need not look.
 */
#ifndef CB_CONCEPTS_EVIDENCE_H
#define CB_CONCEPTS_EVIDENCE_H

#include "lib/base/text.h"
#include "lib/concepts/concepts.h"

enum claim_side { CLAIM_ABOVE, CLAIM_BELOW };

struct claim {
	const struct cb_evidence *evidence;
	struct cb_text said;
	char missing[400];  /* the first cell that is not there, and why; "" */
	char contrary[200]; /* the first thing that figures contradict; "" */
	char unclear[200];  /* the first thing that intervals leave open; "" */
	double queued;   /* the most of its time that a cell's workers queued though each had a CPU; 0: hardly
			  */
	double capacity; /* the least share of its CPUs that the host gave a cell; 0: it gave them all */
};

/*
 * The measured cell of a specification ("sync_counter:guard=none"), a mode, or a mode and a dispatch
 * ("threads/spawn"), and a number of workers (0: the first there is). NULL: not there, not measured; noted.
 */
const struct cb_cell_result *claim_cell(
	struct claim *c, unsigned run, const char *spec, const char *mode, unsigned workers);
/* The same without noting: for what a row may lack. */
const struct cb_cell_result *claim_find(
	const struct claim *c, unsigned run, const char *spec, const char *mode, unsigned workers);

/* The same, however it ended, even if it was not measured. */
const struct cb_cell_result *claim_any(
	const struct claim *c, unsigned run, const char *spec, const char *mode, unsigned workers);

/* Each gives an estimate with n = 0 for NULL. */
struct cb_estimate claim_speedup(struct claim *c, const struct cb_cell_result *cell);
struct cb_estimate claim_ratio(struct claim *c, unsigned run, const struct cb_cell_result *a,
	const struct cb_cell_result *b); /* of one group: by blocks */
struct cb_estimate claim_quotient(
	const struct cb_estimate *a, const struct cb_estimate *b); /* of any: by the ends of both intervals */
struct cb_estimate claim_metric(
	struct claim *c, unsigned run, const struct cb_cell_result *cell, const char *metric);
struct cb_estimate claim_rate(const struct cb_cell_result *cell);
struct cb_estimate claim_ns_per_unit(const struct cb_cell_result *cell);
struct cb_estimate claim_scaled(struct cb_estimate e, double factor);

__attribute__((format(printf, 2, 3))) void claim_say(struct claim *c, const char *format, ...);
void claim_say_times(struct claim *c, const struct cb_estimate *e);   /* "1.98x [1.95, 2.00]" */
void claim_say_percent(struct claim *c, const struct cb_estimate *e); /* of a percentage: "31 % [28, 36]" */
void claim_say_ns(struct claim *c, const struct cb_estimate *e);      /* "12.1 ns [12.0, 12.3]" */

/* The whole interval is on that side of the limit: for; on the other: against, in these words; else open. */
void claim_expect(struct claim *c, const struct cb_estimate *e, enum claim_side side, double limit,
	const char *contrary);
/* The same of what has no interval. */
void claim_expect_true(struct claim *c, bool holds, const char *contrary);

/* Verdict and sentence; releases the claim. */
void claim_close(struct claim *c, struct cb_judgement *ret);

/* Ends in "cannot tell" for a reason that is known beforehand. */
__attribute__((format(printf, 2, 3))) void claim_refuse(struct cb_judgement *ret, const char *format, ...);

/* "threads", 1: "1 thread"; "processes", 3: "3 processes". Returns buf. */
char *claim_count(const char *mode, unsigned n, char *buf, size_t size);

#endif
