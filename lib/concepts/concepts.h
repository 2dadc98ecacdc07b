/*
 * What tutorials claim about processes and threads, each as a row: the claim, the runs that put it to the
 * test, and a judge that says from their results whether it shows here. Judges are pure: they see results
 * only, and say what the figures say, also where that is not the claim.
 */
#ifndef CB_CONCEPTS_H
#define CB_CONCEPTS_H

#include "lib/result/killed_run.h"
#include "lib/result/result.h"

#define CB_CONCEPT_RUNS_MAX 3

enum cb_claim_verdict {
	CB_CLAIM_SHOWN,
	CB_CLAIM_NOT_SHOWN, /* the figures say otherwise, here and now */
	CB_CLAIM_UNKNOWN,   /* they are missing, or too wide */
	CB_CLAIM_NOT_BUILT,
	CB_CLAIM_NOT_MEASURED, /* interrupted before */
};
extern const char *const cb_claim_verdict_names[]; /* for people: "not shown here" */
extern const char *const cb_claim_verdict_keys[];  /* for programs: "not_shown" */

/* What a judge looks at. */
struct cb_evidence {
	const struct cb_result
		*run[CB_CONCEPT_RUNS_MAX]; /* of the row's runs, in their order; NULL: left out */
	const struct cb_killed_run *killed[CB_CONCEPT_RUNS_MAX]; /* the same of runs that are killed */
	unsigned cpus;                                           /* that this process may use */
	unsigned workers;                                        /* what {N} stood for */
};

struct cb_judgement {
	enum cb_claim_verdict verdict;
	char sentence[1024]; /* without a full stop; with the figures and their 95 % intervals */
};

struct cb_concept {
	unsigned number;
	const char *claim; /* a sentence without a full stop */
	/*
	 * What stands behind `concbench run`, words parted by blanks; NULL behind the last. {CPU} is one CPU
	 * that may be used, {N} a number of workers, as many as CPUs but 2 to 4, {4N} and {16N} multiples of
	 * it. Equal runs of several rows are measured once.
	 */
	const char *runs[CB_CONCEPT_RUNS_MAX + 1];
	/* They are not measured: each has one cell, and its harness is killed in mid-sample. */
	bool killed;
	void (*judge)(const struct cb_evidence *evidence, struct cb_judgement *ret);
	const char *lacks; /* what has to be built first; NULL: nothing */
	enum cb_status
		expected; /* how cells of its runs may end without having failed; CB_OK: with numbers */
};

/* By ascending number; the last one's is 0. */
extern const struct cb_concept cb_concepts[];

const struct cb_concept *cb_concept_find(uint64_t number); /* NULL: none */

/* What {N} stands for on so many usable CPUs. */
unsigned cb_concept_workers(unsigned cpus);

/*
 * The words of run number `run` (below the number of its runs), placeholders replaced as the CPUs say that
 * may be used. Errors: -ENOMEM. *ret is released by cb_words_release.
 */
int cb_concept_words(const struct cb_concept *concept, unsigned run, const struct cb_allowance *allowance,
	struct cb_words *ret, struct cb_error *err);

/*
 * Why a run of the row cannot be measured by this build: what the row lacks, a dispatch that is not there, or
 * a workload that is not in the registry. "": it can. Returns buf.
 */
char *cb_concept_missing(const struct cb_concept *concept, unsigned run,
	const struct cb_workload *const *registry, char *buf, size_t size);

#endif
