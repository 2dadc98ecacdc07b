/* What the user asked `run` or `plan` for, parsed but not yet matched with host and workloads. Plain data. */
#ifndef CB_PLAN_OPTIONS_H
#define CB_PLAN_OPTIONS_H

#include "lib/base/parse.h"
#include "lib/exec/sample.h"
#include "lib/host/placement.h"

struct cb_scan {
	char *name;
	struct cb_words values;
};

struct cb_label {
	char *key, *value;
};

/* Of --cpus: each is an axis value. */
struct cb_cpu_lists {
	struct cb_numbers *v; /* [n] */
	size_t n;             /* 0: not given */
};

struct cb_run_options {
	struct cb_words workloads; /* specifications and @groups as written; n = 0: the default set */
	char *command;             /* one more, of workload `command`, quoted for cb_scan_expand; or NULL */
	const struct cb_workload *const *registry; /* NULL-terminated; NULL: what is built in */
	unsigned modes;                            /* bits 1 << index into cb_modes */
	bool modes_given; /* false: all that are built and that the workload can do */
	char *workers;    /* list as written, NULL: "all"; parsed when the CPUs are known */
	unsigned shape_processes, shape_threads; /* 0: not given */
	unsigned inflight;                       /* 1 */
	unsigned dispatches; /* bits 1 << enum cb_dispatch; 0: not given, shared where the workload can */
	uint64_t batch;      /* 0: auto */
	unsigned pins;       /* bits 1 << enum cb_pin; 0: auto */
	struct cb_cpu_lists cpus;
	struct cb_scan *scans;
	size_t scans_n;
	struct cb_label *labels;
	size_t labels_n;
	char *cells;                       /* glob over cell ids, or NULL */
	uint64_t units;                    /* 0: calibrate */
	struct cb_open_loop open;          /* --rate, --arrival */
	uint64_t sample_time_ns;           /* 200 ms; quick 50 ms */
	unsigned samples;                  /* exact number a cell; 0: by precision */
	double precision;                  /* relative half-width, 0.02 */
	unsigned samples_min, samples_max; /* 12, 30; quick 12, 12 */
	uint64_t time_budget_ns;           /* 60 s for the whole run; quick 30 s */
	uint64_t warmup_ns;                /* 20 ms; quick 5 ms */
	uint64_t timeout_ns;               /* 0: max(10 s, 20 x expected) */
	uint64_t stall_ns;                 /* 0: 5 s, or what a unit needs; CB_NONE: nobody looks */
	struct cb_fault fault;             /* of every measured sample; how CB_FAULT_NONE: none */
	uint64_t seed;                     /* of the data */
	char *dir;                         /* scratch files: $TMPDIR, else /var/tmp */
	bool quick, allow_unverified, worker_rows, no_wait;
};

#endif
