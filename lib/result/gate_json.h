/*
 * The document of a gate, concbench.gate/1 (docs/gate.schema.json), and its replay: all that a verdict
 * depends on is in the file, so that a file can be judged again, and one that says something else than its
 * samples is found out.
 */
#ifndef CB_RESULT_GATE_JSON_H
#define CB_RESULT_GATE_JSON_H

#include "lib/gate/gate.h"
#include "lib/host/host.h"

/* A gate and what else its file tells. All is borrowed. */
struct cb_gate_document {
	const struct cb_gate *gate; /* judged */
	const struct cb_host *host;
	int argc;
	char **argv;
	char started[32]; /* ISO 8601, UTC */
	uint64_t seed, sample_time_ns, warmup_ns;
};

/* Writes the file: one line a key, one line a cell. Returns 0, put's first negative errno, or -ENOMEM. */
int cb_gate_write(const struct cb_gate_document *document, int (*put)(void *arg, const char *text, size_t n),
	void *arg);

/*
 * Reads a file of n bytes and judges its samples anew. Returns 0 with the gate, released by cb_gate_release;
 * *difference then says where the file and what follows from its samples differ, in one sentence, "" when
 * every bit agrees. -EINVAL with a sentence when it is no such file; -ENOMEM. *ret is untouched then.
 */
int cb_gate_replay(
	const char *text, size_t n, struct cb_gate *ret, char *difference, size_t size, struct cb_error *err);

#endif
