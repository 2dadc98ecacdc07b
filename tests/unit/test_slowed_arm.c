/*
 * A gate whose head is slowed down, with arms that are scripts: what they are asked for, that the slowdown is
 * found, and that a head which does not do its own units right is not taken for a slow one.
 */
#include "lib/gate/selftest.h"
#include "lib/session/gate_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* A millisecond a unit, and as its digest what the script's second half makes of units. */
static const char script[] =
	"#!/bin/sh\n"
	"case $1 in\n"
	"--version) echo arm ;;\n"
	"plan) echo '{\"schema\":\"concbench.plan/1\",\"cells\":[{\"id\":\"w/threads/2\",\"workload\":\"w\","
	"\"workload_version\":1,\"unit\":\"piece\",\"class\":\"cpu\",\"params\":{},\"mode\":\"threads\","
	"\"dispatch\":\"shared\",\"batch\":0,\"workers\":2,\"processes\":1,\"threads\":2,\"pin\":\"none\","
	"\"cpus_n\":2,\"oversubscribed\":false,\"status\":\"ok\"}]}' ;;\n"
	"sample) read -r request\n"
	"units=${request#*'\"units\":'}; units=${units%%%%,*}\n"
	"echo "
	"\"{\\\"schema\\\":\\\"concbench.sample/1\\\",\\\"workload\\\":\\\"w\\\",\\\"workload_version\\\":1,"
	"\\\"status\\\":\\\"ok\\\",\\\"sample\\\":{\\\"units\\\":$units,\\\"makespan_ns\\\":$((units * "
	"1000000)),"
	"\\\"digest\\\":\\\"0x$((%s))\\\"}}\" ;;\n"
	"esac\n";

struct rig {
	char dir[64], base[96], head[96];
	struct cb_supervisor *supervisor;
	struct cb_arm base_arm, head_arm;
	struct cb_gate gate;
	struct cb_gate_run run;
};

static void write_arm(const char *path, const char *digest)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fprintf(file, script, digest) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void open_arm(struct cb_arm *arm, const char *path)
{
	struct cb_error err = { 0 };
	char name[128];

	snprintf(name, sizeof name, "concbench:%s", path);
	assert_int_equal(cb_arm_open(arm, name, path, &err), 0);
}

static void set_up(struct rig *rig, const char *head_digest, double slowdown)
{
	struct cb_error err = { 0 };

	*rig = (struct rig){ .dir = "/tmp/concbench-test-XXXXXX" };
	assert_non_null(mkdtemp(rig->dir));
	snprintf(rig->base, sizeof rig->base, "%s/base", rig->dir);
	snprintf(rig->head, sizeof rig->head, "%s/head", rig->dir);
	write_arm(rig->base, "units + 7");
	write_arm(rig->head, head_digest);
	open_arm(&rig->base_arm, rig->base);
	open_arm(&rig->head_arm, rig->head);
	rig->head_arm.slowdown = slowdown;
	assert_int_equal(cb_supervisor_new(&rig->supervisor, &err), 0);
	rig->gate = (struct cb_gate){ .rules = cb_gate_rules_default, .null_cell = -1 };
	rig->gate.rules.confirm_blocks = 4;
	rig->run = (struct cb_gate_run){
		.supervisor = rig->supervisor,
		.gate = &rig->gate,
		.base = &rig->base_arm,
		.head = &rig->head_arm,
		.self = rig->base,
		.drive = { .dir = rig->dir },
		.sample_time_ns = 137000000, /* 137 units, which is no multiple of anything */
		.timeout_ns = 20000000000,   /* the host may be busy */
	};
}

static void tear_down(struct rig *rig)
{
	cb_gate_run_release(&rig->run);
	cb_gate_release(&rig->gate);
	cb_arm_close(&rig->base_arm);
	cb_arm_close(&rig->head_arm);
	cb_supervisor_free(rig->supervisor);
	unlink(rig->base);
	unlink(rig->head);
	rmdir(rig->dir);
}

static void measure(struct rig *rig)
{
	const struct cb_words none = { 0 };
	struct cb_error err = { 0 };

	assert_int_equal(cb_gate_run_match(&rig->run, &none, &none, &err), 0);
	if (cb_gate_run_measure(&rig->run, &err))
		fail_msg("%s", err.text);
}

static void test_it_is_exact_and_found(void **state)
{
	const struct cb_selftest_task task = { 0, 0.075 };
	struct cb_selftest_gate kept;
	struct rig rig;

	(void)state;
	set_up(&rig, "units + 7", task.slowdown);
	measure(&rig);
	assert_int_equal(rig.gate.cells[0].units, 160); /* of two workers, each a multiple of 40 */
	assert_int_equal(rig.gate.verdict, CB_GATE_FAIL);
	assert_true(fabs(rig.gate.cells[0].confirm.effect - log(1.075)) < 1e-9);
	assert_true(fabs(rig.gate.null.effect) < 1e-9);
	assert_int_equal(cb_selftest_keep(&rig.gate, &task, &kept), 0);
	assert_int_equal(kept.outcome, CB_SELFTEST_FAIL);
	assert_int_equal(kept.base_units, 160);
	assert_int_equal(kept.head_units, 172);
	cb_selftest_gate_release(&kept);
	tear_down(&rig);
}

/* Its digest is that of as many units as base does: it has left out what it was to do more. */
static void test_digest_is_that_of_its_own_units(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, "units * 10 / 11 + 7", 0.1);
	measure(&rig);
	assert_int_equal(rig.gate.cells[0].status, CB_GATE_BROKEN);
	assert_non_null(strstr(rig.gate.cells[0].reason, "head: mismatch: its digest is"));
	tear_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_exact_and_found),
		cmocka_unit_test(test_digest_is_that_of_its_own_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
