#!/usr/bin/env bats
# Ctrl-C, SIGTERM, SIGHUP and Ctrl-Z in every phase of a run: what was measured is saved, nothing else is left.
# shellcheck disable=SC2030,SC2031 # each test has a PID of its own
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

# status_of SIGNAL: what a run ends with that the signal ended.
status_of()
{
	echo $((128 + $(kill -l "$1")))
}

# A child of the harness has come so far that it sleeps in the workload's slow hook.
sleeping()
{
	local pid
	for pid in $(pgrep -P "$PID"); do
		grep -q "^$NANOSLEEP " "/proc/$pid/syscall" && return
		grep -q nanosleep "/proc/$pid/wchan" && return
	done
	return 1
}

case $(uname -m) in
x86_64) NANOSLEEP=230 ;;
*) NANOSLEEP=115 ;;
esac

# SIGNAL asked for the end, nothing had been measured.
assert_ended_with_nothing()
{
	assert_exit "$(status_of "$1")"
	grep -q "nothing was measured, and nothing is saved" stderr || fail "$(cat stderr)"
	[ "$(wc -l <stderr)" -eq 1 ] || fail "$(cat stderr)"
	assert_no_process
	assert_files
}

# SIGNAL asked for the end, r.json holds what was measured until then.
assert_saved_partial()
{
	assert_exit "$(status_of "$1")"
	validate r.json
	assert_json r.json 'd["partial"] and any(c.get("samples") for c in cells)'
	grep -q "saved in r.json, marked partial" stderr || fail "$(cat stderr)"
	assert_no_process
	assert_files r.json
}

@test "a signal while a workload is prepared" {
	for signal in INT TERM; do
		faulty_background "${TINY[@]}" --output=r.json fault:hook=prepare,how=slow,time=100s
		await 10 sleeping
		kill "-$signal" "$PID"
		assert_ended_with_nothing "$signal"
	done
}

@test "a signal while units are calibrated" {
	for signal in INT TERM; do
		faulty_background "${TINY[@]}" --output=r.json fault:hook=setup,how=slow,time=100s
		await 10 sleeping
		kill "-$signal" "$PID"
		assert_ended_with_nothing "$signal"
	done
}

@test "a signal while the second workload is calibrated saves the first" {
	for signal in INT TERM; do
		rm -f r.json
		faulty_background "${TINY[@]}" --output=r.json fault fault:hook=setup,how=slow,time=100s
		await 10 sleeping
		kill "-$signal" "$PID"
		assert_saved_partial "$signal"
		assert_json r.json 'all(len(c["samples"]) >= 2 for c in cells[:4])'
	done
}

@test "a signal while samples are taken" {
	for signal in INT TERM; do
		rm -f r.json
		faulty_background "${SHORT[@]}" --samples=10000 --output=r.json fault
		await 10 test -e r.json.part
		kill "-$signal" "$PID"
		assert_saved_partial "$signal"
	done
}

@test "a signal where a result exists already leaves it alone" {
	echo precious >r.json
	faulty_background "${SHORT[@]}" --samples=10000 --output=r.json fault
	await 10 test -e r.json.part
	kill -INT "$PID"
	assert_exit 130
	[ "$(cat r.json)" = precious ]
	grep -q "saved in .*r.json.part.*, marked partial" stderr || fail "$(cat stderr)"
	validate r.json.part
	assert_no_process
	assert_files r.json r.json.part
}

# The harness is a child of strace, which holds it up in each fsync.
harness_pid()
{
	pgrep -P "$PID" -x concbench-test
}

@test "a signal while the result is saved" {
	need_strace
	for signal in INT TERM; do
		rm -f r.json
		env --default-signal=INT CB_TEST_MARK="$MARK" strace -o /dev/null -e trace=fsync \
			-e inject=fsync:delay_enter=300000 "$CONCBENCH_TEST" "${TINY[@]}" --output=r.json fault 2>stderr 3>&- &
		PID=$!
		await 10 test -e r.json.part
		kill "-$signal" "$(harness_pid)"
		assert_exit 0 "$(status_of "$signal")" # the last save of a run that is complete is not interrupted
		validate r.json
		assert_no_process
		assert_files r.json
	done
}

@test "signals at random moments" {
	for round in 1 2 3 4 5 6 7 8; do
		rm -f r.json
		[ $((round % 2)) -eq 0 ] && signal=INT || signal=TERM
		faulty_background "${SHORT[@]}" --samples=4 --output=r.json fault fault_partner
		sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
		kill "-$signal" "$PID" 2>/dev/null || true
		# a signal before main has begun kills as it does any program
		assert_exit 0 "$(status_of "$signal")"
		if [ -e r.json ]; then
			validate r.json
			assert_json r.json "d['partial'] == ($status != 0)"
			assert_files r.json
		else
			[ "$status" -ne 0 ] || fail "no result"
			assert_files
		fi
		assert_no_process
	done
}

@test "SIGINT is heard where the parent had it ignored" {
	env --ignore-signal=INT --ignore-signal=TERM CB_TEST_MARK="$MARK" "$CONCBENCH_TEST" "${SHORT[@]}" \
		--samples=10000 --output=r.json fault 2>stderr 3>&- &
	PID=$!
	await 10 test -e r.json.part
	kill -INT "$PID"
	assert_saved_partial INT
}

@test "SIGHUP ends a run, but not under nohup" {
	faulty_background "${SHORT[@]}" --samples=10000 --output=r.json fault
	await 10 test -e r.json.part
	kill -HUP "$PID"
	assert_saved_partial HUP

	rm r.json
	env --ignore-signal=HUP CB_TEST_MARK="$MARK" "$CONCBENCH_TEST" "${SHORT[@]}" --samples=100 \
		--mode=serial --output=r.json fault 2>stderr 3>&- &
	PID=$!
	await 10 test -e r.json.part
	kill -HUP "$PID"
	assert_exit 0
	validate r.json
	assert_json r.json 'not d["partial"]'
}

# Not the shell that is to become it.
started()
{
	[ "$(readlink "/proc/$PID/exe")" = "$(readlink -f "$CONCBENCH_TEST")" ]
}

stopped()
{
	[ "$(ps -o stat= -p "$PID" | cut -c1)" = T ]
}

@test "Ctrl-Z ends the sample, and the run goes on where it was" {
	for workload in fault:hook=prepare,how=slow,time=1s fault:hook=setup,how=slow,time=300ms,times=1 \
		fault:hook=run,how=slow,time=300ms,times=4 fault_partner; do
		rm -f r.json
		faulty_background "${TINY[@]}" --output=r.json $workload
		await 10 started
		sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
		kill -TSTP "$PID"
		await 10 stopped
		[ "$(marked)" = "$PID" ] || fail "stopped, but not alone: $(marked)"
		kill -CONT "$PID"
		assert_exit 0
		validate r.json
		assert_cells r.json fault "ok ok ok ok"
		assert_json r.json 'not d["partial"] and all(sum(not s["discarded"] for s in c["samples"]) == 2 for c in cells)'
		assert_no_process
		assert_files r.json
	done
}

@test "a harness that is killed while it is stopped leaves nothing" {
	faulty_background "${TINY[@]}" --output=r.json fault:hook=run,how=slow,time=100s
	await 10 started
	sleep 0.3
	kill -TSTP "$PID"
	await 10 stopped
	kill -KILL "$PID"
	assert_exit 137
	await 1 assert_no_process
}
