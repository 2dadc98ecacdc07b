/*
 * The protocol of `concbench sample`, concbench.sample/1: another build, or another program, describes one
 * sample in JSON and reads what was measured as JSON.
 *
 *   {"schema":"concbench.sample/1","workload":"cpu_prime","params":{"limit":"10000"},"mode":"threads",
 *    "dispatch":"shared","batch":0,"workers":2,"processes":1,"threads":2,"units":4000,"seed":"0x1",
 *    "pin":"auto","timing":"sampled","timing_every":8,"warmup_ns":20000000,"timeout_ns":10000000000,
 *    "dir":"/var/tmp"}
 *
 * schema, workload, mode and units are required. Parameter values are strings as on the command line.
 */
#ifndef CB_RESULT_SAMPLE_JSON_H
#define CB_RESULT_SAMPLE_JSON_H

#include "lib/base/parse.h"
#include "lib/exec/sample.h"

/* What is asked for. Names are as written: whether they exist is for the caller to find. Owns its strings. */
struct cb_sample_request {
	struct cb_spec spec;   /* workload and params */
	char *mode;            /* a mode's name */
	char *dispatch;        /* "shared" unless given */
	char *pin;             /* "auto" unless given */
	char *dir;             /* scratch files; NULL: not given */
	uint64_t batch;        /* 0: automatic, the default */
	unsigned workers;      /* 1 unless given, at most 2^20 */
	unsigned processes;    /* 0: for the mode to choose, the default */
	unsigned threads;      /* likewise; with both given processes x threads = workers */
	uint64_t units;        /* 1 to 2^53 */
	uint64_t seed;         /* 0 unless given */
	enum cb_timing timing; /* none unless given */
	uint64_t timing_every; /* at least 1, the default */
	uint64_t warmup_ns;    /* 20 ms unless given */
	uint64_t timeout_ns;   /* 10 s unless given, not 0 */
	bool allow_unverified; /* false unless given */
};

/*
 * Reads a description of n bytes. Errors: -EINVAL with a sentence: no JSON, text after it, another schema, an
 * unknown, missing or repeated key, a wrong type, a number out of range; -ENOMEM. *ret is untouched then.
 */
int cb_sample_request_parse(const char *text, size_t n, struct cb_sample_request *ret, struct cb_error *err);
void cb_sample_request_release(struct cb_sample_request *request);

/*
 * Writes the answer, one line: status, reason, the sample with the keys of a result file's, and latency. rows
 * of the sample are all written. histogram may be NULL. Returns 0, put's first negative errno, or -ENOMEM.
 */
int cb_sample_answer_write(const struct cb_sample_request *request, const struct cb_workload *workload,
	const struct cb_sample *sample, const struct cb_histogram *histogram,
	int (*put)(void *arg, const char *text, size_t n), void *arg);

#endif
