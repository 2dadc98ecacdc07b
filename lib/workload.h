/*
 * The contract between concbench and a workload. It is the only header a workload needs, and it needs no
 * symbol of the program: what a workload calls is an inline function here or a function pointer that it is
 * handed. Headers beside it have what several workloads share: workload_file.h (files), workload_ipc.h
 * (messages to a partner), workload_lock.h (several locks), workload_queue.h (a queue in shared memory),
 * workload_delay.h and workload_server.h (a server that answers late), workload_spawn.h and
 * workload_report.h (programs, and the counts that they report).
 *
 * A workload is one file workloads/NAME.c that defines `const struct cb_workload cb_workload_NAME`.
 * It is a pure function of (params, seed, unit number), cut into numbered units. The same run() is
 * called in every mode; it never learns which one.
 *
 * Life of a workload, the hooks in call order. All but name, unit, run may be NULL:
 *
 *   supported, footprint, expects,     when a cell is planned, in the harness (a plugin's: in a process of
 *   units_max, units_min, unit_ns_worst, its own); pure, fast, no side effects
 *   bytes_per_unit, partner_place
 *   prepare                            once per group, in a process of its own
 *   setup                              once per sample, in the sample's leader, before workers exist
 *   worker_init   partner              once per worker, in the worker's context
 *   run                                the timed hook: first to warm up (never counted), then for real
 *   worker_fini                        once per worker, after all workers have ended
 *   verify, teardown                   once per sample, in the leader, after all workers are gone
 *
 * Every hook returns 0 or a negative errno with a reason in *err (cb_error_set). No hook prints,
 * exits, pins itself, or changes signal dispositions.
 */
#ifndef CONCBENCH_WORKLOAD_H
#define CONCBENCH_WORKLOAD_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define CB_ABI 2u /* raised when a struct of this header changes */

#define CB_METRICS_MAX   8    /* most metrics a workload may declare */
#define CB_FILE_PATH_MAX 1024 /* bytes of a file parameter's path, with its end */

/* ---- errors ---------------------------------------------------------------------------------- */

struct cb_error {
	int code;       /* negative errno; 0: none */
	char text[248]; /* one sentence without a full stop: what, why, what to do */
};

/*
 * Records a reason and returns code, so that a hook can `return cb_error_set(err, -EINVAL, "...")`.
 * code is a negative errno. err may be NULL. The first error is kept: a second call changes nothing.
 */
__attribute__((format(printf, 3, 4))) static inline int cb_error_set(
	struct cb_error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err || err->code)
		return code;
	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	return code;
}

#ifdef __clang_analyzer__ /* it looks into no variadic function, and would think that 0 may come back */
#define cb_error_set(err, code, ...) (cb_error_set(err, code, __VA_ARGS__), (code))
#endif

/* ---- parameters ------------------------------------------------------------------------------ */

enum cb_param_type {
	CB_PARAM_U64,      /* uint64_t, a plain count */
	CB_PARAM_SIZE,     /* uint64_t, bytes; written 4096, 4KiB, 1MiB, 2GiB */
	CB_PARAM_DURATION, /* uint64_t, nanoseconds; written 10ns, 5us, 2ms, 1s, 1m */
	CB_PARAM_DOUBLE,   /* double, finite */
	CB_PARAM_ENUM,     /* unsigned, index into words */
	CB_PARAM_FILE,     /* struct cb_file; "" is no file */
	CB_PARAM_PATH,     /* char[CB_FILE_PATH_MAX]; a path or a word, which is not looked at */
	CB_PARAM_COMMAND,  /* struct cb_argv; "" is none. Split into words as a shell would, without one */
};

struct cb_file {
	char path[CB_FILE_PATH_MAX]; /* "" when none was given */
	uint64_t size_bytes;         /* size and CRC-32 of the content when the run was planned: */
	uint32_t crc32;              /* both are part of the cell's identity */
};

#define CB_COMMAND_MAX 8192 /* bytes of a command's words, each with its end */

/* A program and its arguments. Words hold any bytes but NUL. */
struct cb_argv {
	struct cb_file program; /* what PATH led to when the run was planned; path "": there is no command */
	uint32_t words;         /* how many, the program's name among them */
	uint32_t bytes;         /* of text in use */
	char text[CB_COMMAND_MAX]; /* the words one behind the other, each with its NUL */
};

/* One parameter. A table of them ends with a row whose name is NULL. */
struct cb_param {
	const char *name;
	enum cb_param_type type;
	const char *unit;         /* for people: "bytes", "primes below", "" */
	const char *def;          /* the default, as it would be written; must be valid */
	double min, max;          /* inclusive range; both 0: any value the type holds */
	const char *const *words; /* CB_PARAM_ENUM: NULL-terminated */
	const char *help;         /* one line */
	size_t offset;            /* of the field in the workload's params struct */
};

/* ---- metrics --------------------------------------------------------------------------------- */

/* How the values that workers leave in cb_worker.metric[] become the sample's one value. */
enum cb_merge {
	CB_MERGE_SUM,      /* sum over workers */
	CB_MERGE_MIN,      /* least of the workers that did a unit */
	CB_MERGE_MAX,      /* greatest of the workers that did a unit */
	CB_MERGE_PER_UNIT, /* sum over workers / units done */
	CB_MERGE_PER_S,    /* sum over workers / makespan in seconds */
	CB_MERGE_RATIO,    /* sum over workers / sum over workers of metric number `over` */
	CB_MERGE_NS_PER,   /* makespan in nanoseconds / sum over workers */
	CB_MERGE_VERIFY,   /* workers leave nothing: what verify gives, absent when it gives none */
};

/* One extra number. A table of them ends with a row whose name is NULL. */
struct cb_metric {
	const char *name; /* JSON key, with its unit: "gib_per_s" */
	const char *unit; /* for people: "GiB/s" */
	enum cb_merge merge;
	unsigned over; /* CB_MERGE_RATIO: index of the divisor */
	double scale;  /* the merged value is multiplied by it; 0 means 1 */
	const char *help;
};

/* ---- what hooks are given -------------------------------------------------------------------- */

/* Where a cell or sample is to run; read-only. */
struct cb_env {
	unsigned workers;      /* concurrent executors of units */
	unsigned cpus;         /* distinct CPUs they may use */
	uint64_t llc_bytes;    /* last-level caches in use, summed; 0 when unknown */
	const char *dir;       /* where scratch files go */
	uint64_t fds_soft;     /* descriptors that a program may have unless it asks for more; 0: not known */
	bool allow_unverified; /* accept a file system whose cache cannot be checked */
};

/* For prepare and setup. */
struct cb_setup {
	const struct cb_env *env;
	const void *params;   /* the workload's params struct, validated */
	const void *prepared; /* setup: what prepare returned; prepare: NULL */
	uint64_t seed;
	uint64_t units; /* setup: units of this sample; prepare: 0 */

	/*
	 * Zeroed memory, page-aligned, at the same address in all workers of all samples (prepare) or
	 * of this one (setup), shared between processes; primitives in it must be process-shared. Freed
	 * by the harness. Returns NULL when there is none left.
	 */
	void *(*alloc)(struct cb_setup *s, size_t bytes);
	/*
	 * An unnamed read-write file in env->dir, opened with O_CLOEXEC and, if asked, O_DIRECT. Returns the
	 * descriptor or a negative errno.
	 */
	int (*scratch_file)(struct cb_setup *s, int extra_flags, struct cb_error *err);
	/*
	 * prepare only: makes fd valid, under the returned number, in setup and in all workers of all
	 * samples. The fd passed is closed. Returns the number or a negative errno.
	 */
	int (*keep_fd)(struct cb_setup *s, int fd, struct cb_error *err);
	/* Evidence for the JSON: a short word or a number under a key of the workload's choice. */
	void (*note)(struct cb_setup *s, const char *key, const char *word);
	void (*note_number)(struct cb_setup *s, const char *key, double value);
	void *opaque; /* the harness's */
};

/* Waiting and file calls; all return 0 or a count, or a negative errno, and retry EINTR. Workloads that can
 * run as coroutines wait through these only. */
struct cb_io {
	int (*sleep_ns)(uint64_t ns);
	ssize_t (*read)(int fd, void *buf, size_t bytes);
	ssize_t (*write)(int fd, const void *buf, size_t bytes);
	ssize_t (*pread)(int fd, void *buf, size_t bytes, off_t offset);
	ssize_t (*pwrite)(int fd, const void *buf, size_t bytes, off_t offset);
	ssize_t (*recv)(
		int fd, void *buf, size_t bytes, uint64_t timeout_ns); /* 0: no time-out; else -ETIMEDOUT */
	ssize_t (*send)(int fd, const void *buf, size_t bytes, uint64_t timeout_ns);
	int (*fdatasync)(int fd);
	int (*open)(const char *path, int flags, mode_t mode);
	int (*unlink)(const char *path);
	int (*rename)(const char *from, const char *to);
	uint64_t (*now_ns)(void); /* CLOCK_MONOTONIC */
};

struct cb_locks;

/*
 * What processes that run started and waited for have used. The harness sees only what the worker itself
 * uses: what is added here counts as the worker's. Zeroed after warm-up.
 */
struct cb_children {
	uint64_t user_ns, sys_ns, ctx_voluntary, ctx_involuntary, faults_minor, faults_major;
	uint64_t peak_bytes; /* memory: the most that one of them had */
};

/* A worker as its workload sees it. One thread of execution owns it; nobody else reads it. */
struct cb_worker {
	unsigned index, count; /* this is worker index of 0..count-1; a partner has its worker's index */
	uint64_t seed;         /* the same in all workers: derive randomness from (seed, unit) */
	const struct cb_env *env;
	const void *params;            /* read-only */
	const void *prepared;          /* from prepare() */
	void *shared;                  /* from setup() */
	void *state;                   /* the worker's own, set by worker_init, freed by worker_fini */
	uint64_t digest;               /* add, modulo 2^64, one value for each finished unit */
	double metric[CB_METRICS_MAX]; /* set or added to by run; zeroed after warm-up */
	struct cb_children children;
	const struct cb_io *io;
	struct cb_locks *locks; /* what it holds and waits for: see lib/workload_lock.h */
};

/* For verify: what all workers did together between start and end. */
struct cb_verify {
	const struct cb_env *env;
	const void *params, *prepared;
	void *shared;
	uint64_t seed, units;
	uint64_t cpu_ns;            /* CPU time of all workers between start and end, summed */
	uint64_t read_calls_bytes;  /* bytes that read calls returned (rchar); UINT64_MAX: not measurable here
				     */
	uint64_t read_device_bytes; /* bytes fetched from a device (read_bytes); UINT64_MAX likewise */
	uint64_t write_calls_bytes, write_device_bytes;
	void (*note)(struct cb_verify *v, const char *key, const char *word);
	void (*note_number)(struct cb_verify *v, const char *key, double value);
	void (*metric)(struct cb_verify *v, unsigned metric, double value); /* one of CB_MERGE_VERIFY */
	void *opaque;
};

/* ---- the workload ---------------------------------------------------------------------------- */

enum cb_class {
	CB_CLASS_CPU,
	CB_CLASS_MEMORY,
	CB_CLASS_WAIT,   /* timers, peers: scales with workers, not with CPUs */
	CB_CLASS_DEVICE, /* storage */
	CB_CLASS_KERNEL,
	CB_CLASS_SYNC,
	CB_CLASS_IPC,
	CB_CLASS_MIXED,
};

/* caps: the modes and dispatches a workload can run under, and what the harness must know of it. */
#define CB_CAN_SERIAL    (1u << 0)
#define CB_CAN_PROCESSES (1u << 1)
#define CB_CAN_THREADS   (1u << 2)
#define CB_CAN_HYBRID    (1u << 3)
#define CB_CAN_ASYNC     (1u << 4) /* run waits through w->io only */
#define CB_CAN_STATIC    (1u << 8)
#define CB_CAN_SHARED    (1u << 9)
#define CB_CAN_QUEUE     (1u << 10)
/*
 * run does its work rightly in a process forked from the worker's, or in another thread: digest and metrics
 * come back from there, nothing else that run writes to the worker's private memory does.
 */
#define CB_CAN_SPAWN      (1u << 11)
#define CB_CAN_BLOCKING   (CB_CAN_SERIAL | CB_CAN_PROCESSES | CB_CAN_THREADS | CB_CAN_HYBRID)
#define CB_CAN_DISPATCHES (CB_CAN_STATIC | CB_CAN_SHARED | CB_CAN_QUEUE | CB_CAN_SPAWN)
#define CB_UNITS_ONCE \
	(1u << 16) /* run must see no unit outside the sample's: warm-up computes, without run */
#define CB_PARTNER_PROCESS \
	(1u << 17) /* partners are processes in every mode: they stand for what is outside, like a server */
#define CB_OWN_CPUS                                                                            \
	(1u << 20) /* run starts programs that may use several CPUs: --pin=auto pins no worker \
		    */

/*
 * What the harness and the workload null execute in a unit's process (dispatch spawn): the linker puts such
 * functions side by side, so that the process faults in one stretch of the program and not three. Not for a
 * workload that computes: the attribute may also change its code, and with that what is measured.
 */
#define CB_HOT __attribute__((hot))

#define CB_WARMUP_UNIT (1ull << 62) /* warm-up's unit numbers start here; a sample's are below */

enum cb_partners { CB_PARTNERS_NONE, CB_PARTNERS_PER_WORKER, CB_PARTNERS_PER_SAMPLE };
enum cb_partner_place {
	CB_PARTNER_OTHER,
	CB_PARTNER_SAME
}; /* another CPU than its worker's, or the same one */

struct cb_workload {
	unsigned abi;        /* CB_ABI */
	unsigned size;       /* sizeof(struct cb_workload) */
	const char *name;    /* [a-z0-9_]+ */
	const char *summary; /* one line, no full stop */
	const char *unit;    /* what one unit is: "4 KiB read" */
	unsigned version;    /* raised when a unit's work changes: versions never compare */
	enum cb_class class; /* declared; what is measured is reported beside it */
	unsigned caps;       /* CB_CAN_*, CB_UNITS_ONCE, CB_PARTNER_PROCESS, CB_OWN_CPUS */
	enum cb_partners partners;
	unsigned fds_per_worker; /* descriptors that setup and worker_init open for each worker, at most */
	const struct cb_param *params;   /* NULL: none */
	const struct cb_metric *metrics; /* NULL: none */
	size_t params_size;              /* of the params struct; 0 without params */
	/* Names of the locks that workers tell of (lib/workload_lock.h), NULL-terminated; NULL: they tell of
	 * none. */
	const char *const *locks;

	/*
	 * What tables show besides rates. price names a metric: its value, and how many times that of the
	 * cells it is, same mode and workers, whose params differ in price_base only, one pair "name=value".
	 * finding is a sentence with metrics in braces, "{lost} of {expected} lost", shown where the first of
	 * them is not 0. All may be NULL.
	 */
	const char *price, *price_base, *finding;

	/* Whether these params can be measured in this place. Non-zero makes skipped cells with err's reason.
	 */
	int (*supported)(const void *params, const struct cb_env *env, struct cb_error *err);
	/* Memory in bytes that setup and all workers together will touch; prepare's too. Refused beyond what
	 * is free. */
	uint64_t (*footprint)(const void *params, const struct cb_env *env);
	/* Most units one sample may have; 0: no limit. */
	uint64_t (*units_max)(const void *params, const struct cb_env *env);
	/* Fewest units one sample is calibrated to, where shorter ones would show something else; 0: no
	 * limit. */
	uint64_t (*units_min)(const void *params, const struct cb_env *env);
	/* What a unit may take at worst, in ns, where that is far more than in serial: no worker is called
	 * stalled before. 0: not known. */
	uint64_t (*unit_ns_worst)(const void *params, const struct cb_env *env);
	/* Memory traffic of a unit in bytes: allows the verdict "memory". */
	uint64_t (*bytes_per_unit)(const void *params);
	enum cb_partner_place (*partner_place)(const void *params);
	/* The status that these params are meant to end with in this place, as results name it: "deadlock".
	 * NULL: they are meant to be measured. */
	const char *(*expects)(const void *params, const struct cb_env *env);

	int (*prepare)(struct cb_setup *s, void **ret_prepared, struct cb_error *err);
	int (*setup)(struct cb_setup *s, void **ret_shared, struct cb_error *err);
	int (*worker_init)(struct cb_worker *w, struct cb_error *err);
	/*
	 * Does units first..first+n-1 and adds their digests. Warm-up calls it with unit numbers of at least
	 * CB_WARMUP_UNIT (no overlap with a sample's). Timed: no allocation, no locks of its own making.
	 */
	int (*run)(struct cb_worker *w, uint64_t first, uint64_t n, struct cb_error *err);
	/* Body of a partner: serves worker w->index until that worker's worker_fini tells it to end. */
	int (*partner)(struct cb_worker *w, struct cb_error *err);
	/* The digest sum of units 0..units-1 without doing them; only where that is cheap. */
	uint64_t (*expect)(const void *params, const void *prepared, uint64_t seed, uint64_t units);
	int (*verify)(struct cb_verify *v, struct cb_error *err);
	void (*worker_fini)(struct cb_worker *w);
	void (*teardown)(const void *params, void *shared);

	const void *origin; /* the harness's own: leave it NULL */
};

/* ---- plugins --------------------------------------------------------------------------------- */

/*
 * What a shared object exports so that `concbench run --plugin=./mine.so` finds its workloads. One line in
 *one of its source files, at file scope, is all that it takes:
 *
 *	CB_PLUGIN(&cb_workload_mine, &cb_workload_other);
 */
struct cb_plugin {
	unsigned abi, size; /* CB_ABI, sizeof(struct cb_workload): of the header it was compiled with */
	const struct cb_workload *const *workloads; /* NULL-terminated, CB_PLUGIN_WORKLOADS_MAX at most */
};

#define CB_PLUGIN_WORKLOADS_MAX 16
#define CB_PLUGIN_SYMBOL        "cb_plugin"
#define CB_PLUGIN(...)                                                                            \
	extern const struct cb_plugin cb_plugin;                                                  \
	__attribute__((visibility("default"), used)) const struct cb_plugin cb_plugin = { CB_ABI, \
		sizeof(struct cb_workload), (const struct cb_workload *const[]){ __VA_ARGS__, NULL } }

/* ---- helpers --------------------------------------------------------------------------------- */

/*
 * A bijection of 64-bit words with good avalanche: the output function of SplitMix64 (Steele, Lea, Flood:
 * "Fast splittable pseudorandom number generators", OOPSLA 2014). Not for cryptography.
 */
static inline uint64_t cb_mix64(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* The random word of a unit: the same in every mode and order. */
static inline uint64_t cb_unit_random(uint64_t seed, uint64_t unit)
{
	return cb_mix64(cb_mix64(seed) ^ unit);
}

/*
 * The sum of unit + 1 over units first..first+n-1, modulo 2^64: the digest of workloads whose units have no
 * result to look at, and, with first 0, its own oracle.
 */
static inline uint64_t cb_units_digest(uint64_t first, uint64_t n)
{
	uint64_t pairs = n % 2 ? (n - 1) / 2 * n : n / 2 * (n - 1);

	return n * first + pairs + n;
}

/* That oracle, in the form of the hook. */
static inline uint64_t cb_expect_units(
	const void *params, const void *prepared, uint64_t seed, uint64_t units)
{
	(void)params;
	(void)prepared;
	(void)seed;
	return cb_units_digest(0, units);
}

/* Makes the compiler believe that *p is read and written here, so that work on it is not removed or merged.
 */
static inline void cb_keep(void *p)
{
	__asm__ volatile("" : : "g"(p) : "memory");
}

#endif
