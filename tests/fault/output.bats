#!/usr/bin/env bats
# Places that cannot be written, and surroundings that are not as usual. Where it can be known before anything is
# measured, it is: the workload of those tests kills the harness as soon as it is prepared.
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

NEVER=fault:hook=prepare,how=harness_kill

# in_namespace SCRIPT: runs it as root with mounts of its own; skips the test where that cannot be.
in_namespace()
{
	unshare --mount true 2>/dev/null || skip "no mount namespaces here (or not root)"
	run unshare --mount bash -c "$1"
}

@test "an output folder that is missing" {
	run faulty "${TINY[@]}" --output=missing/r.json $NEVER
	assert_status 7
	assert_output "^concbench: .*missing/r.json: No such file or directory"
	[ "${#lines[@]}" -eq 1 ]
	assert_files
}

@test "an output that is a folder, or lies below a file" {
	mkdir folder
	run faulty "${TINY[@]}" --output=folder $NEVER
	assert_status 7
	assert_output "folder: Is a directory"
	run faulty "${TINY[@]}" --output=/dev/null/r.json $NEVER
	assert_status 7
	assert_output "Not a directory"
}

@test "an output folder that cannot be written" {
	if [ "$(id -u)" -ne 0 ]; then
		mkdir -m 555 locked
		run faulty "${TINY[@]}" --output=locked/r.json $NEVER
		assert_status 7
		assert_output "locked/r.json: Permission denied"
		return
	fi
	mkdir locked
	in_namespace "mount -t tmpfs -o ro none locked &&
		CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} --output=locked/r.json $NEVER"
	assert_status 7
	assert_output "locked/r.json: Read-only file system"
	[ "${#lines[@]}" -eq 1 ]
}

@test "an output folder that is full" {
	mkdir full
	# room for nothing but the folder itself and a page
	in_namespace "mount -t tmpfs -o size=4k none full &&
		CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} --output=full/r.json fault; s=\$?; ls -A full; exit \$s"
	assert_status 7
	assert_output "^concbench: .*full/r.json: No space left on device"
	[ "${#lines[@]}" -eq 1 ] || fail "$output"
	assert_no_process
}

@test "a folder that gets full keeps the old result" {
	mkdir full
	in_namespace "mount -t tmpfs -o size=8k none full && echo precious >full/r.json &&
		CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} --output=full/r.json fault; s=\$?
		ls -A full; cat full/r.json; exit \$s"
	assert_status 7
	[ "${lines[*]:1}" = "r.json precious" ] || fail "$output"
}

@test "a limit on the size of files" {
	run bash -c "ulimit -f 2; CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} --output=r.json fault"
	assert_status 7
	assert_output "^concbench: .*r.json: File too large"
	assert_no_process
	assert_files
}

@test "a device that is full" {
	run faulty "${TINY[@]}" --output=/dev/full fault
	assert_status 7
	assert_output "No space left on device"
	run bash -c "CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} fault >/dev/full"
	assert_status 7
	assert_output "No space left on device"
	assert_no_process
}

@test "a pipe whose reader has gone" {
	run bash -c "set -o pipefail; CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} fault | true"
	assert_status 7
	assert_output "^concbench: .*Broken pipe"
	assert_no_process
	# that nobody reads the messages is no failure
	run bash -c "set -o pipefail; { CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]/--quiet/--progress=plain} \
		--output=r.json fault 2>&1; } | true"
	assert_status 0
	validate r.json
	assert_files r.json
}

@test "standard descriptors that are closed" {
	run bash -c "CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]/--quiet/--progress=plain} --output=r.json \
		fault fault_partner <&- >&- 2>&-"
	assert_status 0
	validate r.json
	assert_cells r.json fault "ok ok ok ok ok ok ok ok"
	run bash -c "CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]} $NEVER <&- >&-"
	assert_status 7
	assert_output "^concbench: standard output: "
	assert_no_process
	assert_files r.json
}

@test "a folder for scratch files that is missing, no folder, or cannot be written" {
	run faulty "${TINY[@]/--dir=scratch/--dir=missing}" $NEVER
	assert_status 2
	assert_output "missing.*No such file or directory"
	touch file
	run faulty "${TINY[@]/--dir=scratch/--dir=file}" $NEVER
	assert_status 2
	assert_output "file.* is not a directory"
	mkdir locked
	in_namespace "mount -t tmpfs -o ro none locked &&
		CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]/--dir=scratch/--dir=locked} $NEVER"
	assert_status 2
	assert_output "Read-only file system"
}

@test "a folder for scratch files that is full" {
	mkdir full
	in_namespace "mount -t tmpfs -o size=64k none full &&
		CB_TEST_MARK=$MARK '$CONCBENCH_TEST' ${TINY[*]/--dir=scratch/--dir=full} --allow-unverified --output=r.json \
			file_read:size=1MiB fault"
	assert_status 5
	validate r.json
	assert_cells r.json file_read "failed failed failed failed"
	assert_reasons r.json file_read "^prepare failed: .*No space left on device"
	assert_cells r.json fault "ok ok ok ok"
	assert_no_process
}

@test "one CPU only" {
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	run taskset -c "$cpu" env CB_TEST_MARK="$MARK" "$CONCBENCH_TEST" "${TINY[@]}" --output=r.json fault fault_partner
	assert_status 0
	validate r.json
	assert_cells r.json fault "ok ok ok ok ok ok ok ok"
	assert_json r.json 'd["host"]["cpus_usable"] == 1'
	assert_no_process
}

@test "under strace" {
	need_strace
	run strace -f -o /dev/null env CB_TEST_MARK="$MARK" "$CONCBENCH_TEST" "${TINY[@]}" --output=r.json \
		fault:hook=run,how=segv,worker=1 fault
	assert_status 5
	validate r.json
	assert_cells r.json fault: "ok crashed crashed crashed"
	assert_cells r.json fault/ "ok ok ok ok"
	assert_no_process
	assert_files r.json
}

@test "a user who may not have so many processes" {
	[ "$(id -u)" -eq 0 ] || skip "only root can become a user without other processes"
	chmod 777 .
	cp "$CONCBENCH_TEST" program
	run setpriv --reuid=3754922 --clear-groups bash -c "ulimit -u 6
		CB_TEST_MARK=$MARK ./program ${SHORT[*]/--dir=scratch/--dir=.} --mode=processes,threads --workers=64 $NEVER"
	assert_status 2
	assert_output "RLIMIT_NPROC .*allows: 6"
	assert_no_process
}

@test "an address space that has no room for the workers" {
	[ "${CB_PROFILE:-release}" = release ] || skip "a sanitizer maps more than any limit allows"
	run bash -c "ulimit -v 100000; CB_TEST_MARK=$MARK exec '$CONCBENCH_TEST' ${SHORT[*]} --mode=threads --workers=500 $NEVER"
	assert_status 2
	assert_output "^concbench: .*MiB of address space a process are more than RLIMIT_AS \(ulimit -v\) allows: 97 MiB"
	[ "${#lines[@]}" -eq 1 ]
	assert_no_process
	# in processes of their own they have room
	run bash -c "ulimit -v 100000; CB_TEST_MARK=$MARK exec '$CONCBENCH_TEST' ${TINY[*]} --output=r.json fault"
	assert_status 0
	assert_no_process
}
