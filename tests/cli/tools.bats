#!/usr/bin/env bats
# The project's own tools notice what they are there to notice.
load helper

@test "registry: lists the workloads by name" {
	run "$ROOT/scripts/registry" workloads/b.c workloads/a_2.c workloads/a.c
	assert_status 0
	[ "$(grep -o '&cb_workload_[a-z_0-9]*' <<<"$output" | tr '\n' ' ')" = \
		"&cb_workload_a &cb_workload_a_2 &cb_workload_b " ] || fail "$output"
}

@test "registry: refuses a file that is no workload's name" {
	run "$ROOT/scripts/registry" workloads/Bad-name.c
	assert_status 1
	assert_output "Bad-name.c: .*rename the file"
}

@test "layers: include up, cJSON outside lib/result, printing and a workload's includes are found" {
	mkdir -p lib/host lib/result workloads cmd/concbench
	printf '#include "lib/plan/plan.h"\n' >lib/host/up.c
	printf '#include <cJSON.h>\n' >lib/host/json.c
	printf '/* a comment may printf(\n exit( */ int x;\n int f(void) { return printf("x"); }\n' >lib/host/print.c
	printf '#include "lib/base/parse.h"\n' >workloads/includes.c
	printf '#include <cJSON.h>\nconst char *s = "exit(1)"; void f(void) { _exit(1); }\n' >lib/result/good.c
	printf '#include "lib/session/session.h"\nint main(void) { exit(puts("")); }\n' >cmd/concbench/good.c
	for bad in lib/host/up.c:1 lib/host/json.c:1 lib/host/print.c:3 workloads/includes.c:1; do
		run "$ROOT/scripts/layers" "${bad%:*}"
		assert_status 1
		assert_output "^$bad: "
		[ "${#lines[@]}" -eq 1 ] || fail "$output"
	done
	run "$ROOT/scripts/layers" lib/result/good.c cmd/concbench/good.c
	assert_status 0
}

# program NAME: a test program that prints standard input.
program()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$1"
	chmod +x "$1"
}

@test "runtests: sums what passed, failed and was skipped" {
	printf 'echo 1..3\necho ok 1 - a\necho not ok 2 - b\necho "# why b failed"\necho not ok 3 \\# SKIP c\n' | program a
	printf 'echo 1..1\necho ok 1 - a\n' | program b
	run "$ROOT/scripts/runtests" "$PWD/a" "$PWD/b"
	assert_status 1
	assert_output "why b failed"
	[ "${lines[-1]}" = "2 passed, 1 failed, 1 skipped" ] || fail "$output"
	run "$ROOT/scripts/runtests" "$PWD/b"
	assert_status 0
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ] || fail "$output"
}

@test "runtests: a crash, tests that never ran, a failing exit and no tests at all are failures" {
	# shellcheck disable=SC2016 # $$ is the program's
	printf 'echo 1..3\necho ok 1 - a\nkill -SEGV $$\n' | program crash
	printf 'echo 1..2\necho ok 1 - a\n' | program early
	printf 'echo 1..1\necho ok 1 - a\nexit 3\n' | program status
	printf 'true\n' | program nothing
	for p in crash:2 early:1 status:1 nothing:1; do
		run "$ROOT/scripts/runtests" "$PWD/${p%:*}"
		assert_status 1
		[[ ${lines[-1]} == *" passed, ${p#*:} failed, 0 skipped" ]] || fail "$output"
	done
	run "$ROOT/scripts/runtests"
	assert_status 1
}

@test "deps: lists its packages and refuses unknown options" {
	run "$ROOT/scripts/deps" --list
	assert_status 0
	assert_output '^libhwloc-dev$'
	refute_output '^bats$'
	run "$ROOT/scripts/deps" --tests --list
	assert_output '^bats$'
	run "$ROOT/scripts/deps" --nonsense
	assert_status 2
}

@test "make: called from another folder it builds there, and leaves the sources alone" {
	mkdir x
	cd x
	touch "$BATS_TEST_TMPDIR/before"
	run make -j2 -f "$ROOT/Makefile" CFLAGS=-O0
	assert_status 0
	[ -s build/release/libconcbench.a ]
	run build/concbench list modes
	assert_status 0
	assert_output threads
	[ -z "$(find . -path ./build -prune -o -type f -print)" ]
	run make -f "$ROOT/Makefile" clean
	assert_status 0
	[ ! -e build ]
	[ -e "$ROOT/Makefile" ]
}

@test "make: several goals and variables reach the sources, DESTDIR stays relative to the caller" {
	run make -n -f "$ROOT/Makefile" install DESTDIR=stage PREFIX=/usr
	assert_status 0
	assert_output "install -m 755 $PWD/build/concbench $PWD/stage/usr/bin/concbench"
	run make -f "$ROOT/Makefile" help clean
	assert_status 0
	assert_output "quickstart"
	run make -f "$ROOT/Makefile" no-such-goal
	assert_status 2
	assert_output "no-such-goal"
}
