#!/usr/bin/env bats
# kill -9 of the harness: nothing is alive after 0.1 s for up to 4 workers, 1 s for 64, 10 s for 1000.
# bats file_tags=alone
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

# killed ROUNDS DELAY_S LIMIT_S OPTION...: limits are those of a build without sanitizers.
killed()
{
	local rounds=$1 delay=$2 limit=$3
	shift 3
	[ "${CB_PROFILE:-release}" = release ] || limit=$(awk "BEGIN { print 20 * $limit }")
	run env CB_TEST_MARK="$MARK" "$ROOT/tests/fault/killed" "$rounds" "$delay" "$limit" "$CONCBENCH_TEST" "$@"
	echo "# $output" >&3
	assert_status 0
	assert_no_process
	[ -z "$(ls -A scratch)" ] || fail "scratch files are left: $(ls -A scratch)"
}

@test "at random moments of a run with up to 4 workers" {
	killed 20 0.6 0.1 "${SHORT[@]}" --samples=1000 --workers=1..4 --output=r.json fault fault_partner
}

@test "while workers hang, in every mode" {
	for mode in serial processes threads hybrid; do
		killed 2 0.3 0.1 "${SHORT[@]}" --mode=$mode --workers=4 fault:hook=run,how=hang
	done
}

@test "while a grandchild lives in a session of its own" {
	for hook in prepare setup worker_init run; do
		killed 2 0.5 0.1 "${SHORT[@]}" --samples=1000 --workers=2 fault:hook=$hook,how=grandchild
	done
}

@test "by one of its own workers, in every hook" {
	for hook in prepare setup worker_init warmup run worker_fini verify teardown; do
		killed 2 - 0.1 "${SHORT[@]}" --workers=4 fault:hook=$hook,how=harness_kill
	done
}

@test "with 64 workers" {
	# the last worker kills it: that of another mode's trial has a lower number
	killed 2 - 1 "${SHORT[@]}" --mode=processes --workers=64 --dispatch=static fault:hook=run,how=harness_kill,worker=63
	killed 2 - 1 "${SHORT[@]}" --mode=threads --workers=64 --dispatch=static fault:hook=run,how=harness_kill,worker=63
}

@test "with 1000 workers" {
	[ "${CB_PROFILE:-release}" = release ] || skip "a sanitizer's memory for 1000 processes is not to be had everywhere"
	# init, as not every worker gets a unit before the time is over
	killed 1 - 10 "${SHORT[@]}" --mode=processes --workers=1000 fault:hook=worker_init,how=harness_kill,worker=999
	killed 1 - 10 "${SHORT[@]}" --mode=threads --workers=1000 fault:hook=worker_init,how=harness_kill,worker=999
}

@test "a killed run does not hinder the next one" {
	killed 1 - 0.1 "${SHORT[@]}" --workers=2 --output=r.json fault:hook=run,how=harness_kill
	run faulty "${TINY[@]}" --no-wait --output=r.json fault
	assert_status 0
	validate r.json
	assert_files r.json
}
