/* The host as JSON: the "host" object of result files, and the document of `concbench host --json`. */
#ifndef CB_RESULT_HOST_JSON_H
#define CB_RESULT_HOST_JSON_H

#include "lib/host/host.h"

struct cJSON;

/*
 * The object, to be deleted by the caller or added to another; NULL: no memory. Units are in the keys, what
 * is not known is an absent key. A negative capacity is absent.
 */
struct cJSON *cb_host_json(const struct cb_host *host, double capacity);

/* What several probes of parallel capacity gave. */
struct cb_capacity {
	unsigned probes; /* 0: none was made, or none could be */
	double median, min, max;
};

/*
 * The document "concbench.host/1": the same object with "schema" first, "capacity_min", "capacity_max" and
 * "capacity_probes" where probes were made, and "disturbances", an array of sentences. Ends with a newline;
 * freed by the caller; NULL: no memory.
 */
char *cb_host_json_text(const struct cb_host *host, const struct cb_capacity *capacity);

#endif
