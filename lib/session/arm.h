/*
 * One side of a gate: something to be measured, in whatever form the user has it. Every form is measured by
 * running a concbench, `plan --json` for what it can do and `sample` for one sample, each a process of its
 * own: nothing of an arm is ever loaded into this process, and a sample that hangs, dies or lies costs that
 * sample.
 *
 * A form is a row in the table of kinds and a function that says which program to run with which words. A
 * kind "concbench" runs the build that is compared; kinds whose subject is a file that concbench measures run
 * this very program with an option that names it.
 */
#ifndef CB_SESSION_ARM_H
#define CB_SESSION_ARM_H

#include "lib/result/drive_json.h"
#include "lib/session/driven.h"

struct cb_arm_kind;

struct cb_arm {
	const struct cb_arm_kind *kind;
	char *name;                /* as the user wrote it: "concbench:build/concbench" */
	char *program;             /* path of the concbench that is run */
	struct cb_words options;   /* of `plan` and `sample`, before the question's own */
	struct cb_words operands;  /* of `plan`, instead of the user's workloads; n = 0: those */
	struct cb_spec_pair param; /* takes the place of a cell's parameter; name NULL: none */
	char *subject;             /* path of the file that makes the difference; what the null arm copies */
	struct cb_arm_file {
		uint64_t device, inode, size;
		int64_t changed_ns;
	} file;      /* subject as it was when the arm was opened */
	bool copied; /* subject is a copy without a name, open as copy_fd */
	int copy_fd;
	/*
	 * For proving a gate, which must find it: where a sample of so many units is asked for, the arm does
	 * a share more of them, and is judged as though it had not. No user's arm has one, nor has a copy.
	 */
	double slowdown;
	char version[160]; /* what the program says of itself */
};

struct cb_arm_kind {
	const char *name; /* what stands before the colon */
	const char *form; /* for the help: "concbench:PATH" */
	/*
	 * Fills program, options, operands and subject from what stands behind the colon. self: path of this
	 * program. -EINVAL and the like with a sentence.
	 */
	int (*open)(struct cb_arm *arm, const char *text, const char *self, struct cb_error *err);
	/* The same arm with its subject at another path. */
	int (*move)(struct cb_arm *arm, const char *path, struct cb_error *err);
	/* Workloads are named after what is measured: cells of two arms match without regard to it. */
	bool names_differ;
	bool needs_workloads; /* the user must name them */
};
extern const struct cb_arm_kind *const cb_arm_kinds[]; /* NULL-terminated */

/* "KIND:..." to an arm. Errors: -EINVAL, an errno of the subject's file, -ENOMEM, each with a sentence. */
int cb_arm_open(struct cb_arm *ret, const char *text, const char *self, struct cb_error *err);
/*
 * The same with the subject copied into dir: the null arm. The copy has no name there, others reach it below
 * /proc as long as this process has it open: until cb_arm_close, or until it is killed.
 */
int cb_arm_copy(const struct cb_arm *arm, const char *dir, const char *self, struct cb_arm *ret,
	struct cb_error *err);
void cb_arm_close(struct cb_arm *arm);
/* Whether the subject is still the file that was opened: one that is built anew meanwhile is another arm. */
bool cb_arm_unchanged(const struct cb_arm *arm);

/*
 * What the arm would measure, asked with the words (options and workloads of `plan`). Returns 0; -EINVAL: it
 * refuses the question, or is no concbench that can be driven; -ECHILD: it crashed or hung; -EINTR: a signal
 * asked to end.
 */
int cb_arm_plan(struct cb_supervisor *supervisor, struct cb_arm *arm, const struct cb_words *options,
	const struct cb_words *workloads, struct cb_drive_plan *ret, struct cb_error *err);

/* The units that the arm does where a sample of so many is asked for: round(units x (1 + slowdown)). */
uint64_t cb_arm_units(const struct cb_arm *arm, uint64_t units);
/* The smallest number, of at most 10000, of which slowdown is a whole number: samples of multiples of it are
 * slowed down exactly. 1 without a slowdown. */
unsigned cb_arm_units_step(const struct cb_arm *arm);

/*
 * One sample of the cell, of cb_arm_units(units), which is what the sample in *ret says. Returns 0 with *ret
 * filled, also when the arm died or hung, which is then its status; -EINTR, -ERESTART as cb_sample_run;
 * another negative errno with a reason. total_ns may be NULL: all that it took.
 */
int cb_arm_sample(struct cb_supervisor *supervisor, const struct cb_arm *arm, const struct cb_gate_cell *cell,
	uint64_t units, uint64_t timeout_ns, const struct cb_drive_options *options,
	struct cb_drive_answer *ret, uint64_t *ret_total_ns, struct cb_error *err);

/* Appends a copy of the text. -ENOMEM. */
int cb_words_add(struct cb_words *words, const char *text);
/* Appends --NAME=VALUE; nothing where value is NULL. -ENOMEM. */
int cb_words_add_option(struct cb_words *words, const char *name, const char *value);

#endif
