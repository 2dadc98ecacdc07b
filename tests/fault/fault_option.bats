#!/usr/bin/env bats
# --fault: a worker goes wrong in every sample, and the run tells what was lost and who noticed.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
# shellcheck disable=SC2030,SC2031 # each test has its own output
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

# Three samples of 4000 units, which 1, 2 and 4 workers can share alike.
FEW=(run --quick --quiet --samples=3 --units=4000 --warmup=1ms --dir=scratch)

# strike FAULT [OPTION...]: cells of two healthy workloads in all modes, in r.json. Static ranges make what is lost a
# number that does not depend on the scheduler.
strike()
{
	local fault=$1
	shift
	run faulty "${FEW[@]}" --workers=2 --dispatch=static --fault="$fault" --output=r.json "$@" fault fault:work=50
	assert_status 5
	validate r.json
	assert_no_process
	assert_files r.json
}

# assert_each FIELD VALUE...: what all samples of serial, processes, threads and hybrid have there.
assert_each()
{
	local field=$1 mode
	shift
	for mode in serial processes threads hybrid; do
		assert_json r.json "[s['fault'].get('$field') for c in cells if c['mode'] == '$mode' for s in c['samples']] == 6 * [$1]" ||
			fail "$mode: $(json r.json "[s['fault'] for c in cells if c['mode'] == '$mode' for s in c['samples']]")"
		shift
	done
}

# Whatever the fault: it is told in each sample and for each cell, and nothing pretends to be a rate.
assert_told()
{
	assert_json r.json "len(cells) == 8 and not d['partial'] and all(c['fault']['n'] == 3 for c in cells)"
	assert_json r.json "all(s['fault']['notice_ns'] > 0 and s['status'] == c['status'] for c in cells for s in c['samples'])"
	assert_json r.json "not any('summary' in c or 'latency' in c or 'makespan_ns' in s for c in cells for s in c['samples'])"
}

# The process dies: threads take their whole process with them.
check_death()
{
	strike "$1:after=25"
	assert_cells r.json 'fault' "crashed crashed crashed crashed crashed crashed crashed crashed"
	# of threads nobody can tell which it was
	assert_reasons r.json 'fault.*/(serial|threads)/' "^the process \(pid \d+\) $2 in .*run"
	assert_reasons r.json 'fault.*/processes/' "^worker 0 \(pid \d+\) $2 in run"
	assert_reasons r.json 'fault.*/hybrid/' "^the process of workers 0\.\.1 \(pid \d+\) $2 in run"
	assert_each survivors 0 1 0 2
	assert_each units_lost 4000 2000 4000 2000
	assert_each lost 1 0.5 1 0.5
	assert_each noticed_by "'harness'" "'leader'" "'harness'" "'leader'"
	# a quarter of its range, and in processes all of the other's
	assert_json r.json "all(s['fault']['units_done'] == 1000 for c in cells if c['mode'] == 'serial' for s in c['samples'])"
	assert_json r.json "all(s['fault']['units_done'] == 2500 for c in cells if c['mode'] == 'processes' for s in c['samples'])"
	assert_told
}

@test "a crash takes its process, and other processes finish" {
	check_death crash 'was killed by SIGSEGV'
}

@test "a kill takes its process, and other processes finish" {
	check_death kill 'was killed by SIGKILL'
}

@test "an exit takes its process, and other processes finish" {
	check_death exit 'exited with status 3'
}

@test "a hang takes its worker alone, and a time limit notices it" {
	strike hang:after=25 --timeout="$(patience 400)ms"
	assert_cells r.json 'fault' "timeout timeout timeout timeout timeout timeout timeout timeout"
	assert_reasons r.json 'fault' "1 of [124] workers still in run"
	assert_each survivors 0 1 1 3
	assert_each units_lost 4000 2000 2000 1000
	assert_each noticed_by "'deadline'" "'deadline'" "'deadline'" "'deadline'"
	assert_told
}

@test "the watchdog notices a hang before the time limit does" {
	strike hang:after=25 --stall=300ms --timeout=20s
	assert_cells r.json 'fault' "stalled stalled stalled stalled stalled stalled stalled stalled"
	assert_each survivors 0 1 1 3
	assert_each noticed_by "'watchdog'" "'watchdog'" "'watchdog'" "'watchdog'"
	assert_json r.json "all([w['worker'] for w in c['stuck']['workers']] == [0] for c in cells)"
	assert_told
}

@test "survivors take what the shared counter still gives" {
	run faulty "${FEW[@]}" --workers=2 --dispatch=shared --batch=1 --mode=processes,threads --fault=kill --output=r.json \
		fault:work=1000
	assert_status 5
	validate r.json
	assert_json r.json "all(s['fault']['units_done'] == 4000 and 0 < s['fault']['units_lost'] <= 1000 and s['fault']['survivors'] == 1
		for c in cells if c['mode'] == 'processes' for s in c['samples'])" || fail "$(json r.json "cells[0]['samples']")"
	assert_json r.json "all(s['fault']['units_lost'] == 4000 for c in cells if c['mode'] == 'threads' for s in c['samples'])"
	assert_no_process
}

@test "units that are handed over otherwise are accounted for alike" {
	# a process for each takes a sanitizer milliseconds; short ones are so many that each worker gets some
	while read -r dispatch units work; do
		run faulty run --quick --quiet --samples=3 --units="$units" --warmup=1ms --dir=scratch --workers=2 \
			--dispatch="$dispatch" --batch=1 --fault=kill --output=r.json "fault:work=$work"
		assert_status 5
		validate r.json
		assert_cells r.json 'fault' "crashed crashed crashed crashed"
		assert_json r.json "[{s['fault']['survivors'] for s in c['samples']} for c in cells] == [{0}, {1}, {0}, {2}]"
		assert_json r.json "all(s['fault']['units_lost'] == $units for c in cells if c['processes'] == 1 for s in c['samples'])"
		assert_json r.json "all(0 < s['fault']['units_lost'] < $units for c in cells if c['processes'] > 1 for s in c['samples'])"
		assert_no_process
	done <<-END
		queue 4000 5000
		spawn 400 1000
	END
	# the unit's process was struck, once, and its worker told of it
	assert_reasons r.json 'fault:work=1000/processes/2/spawn' "^worker 0: the process of unit.* was killed by SIGKILL"
}

@test "any worker can be struck, and a cell without it is skipped" {
	run faulty "${FEW[@]}" --workers=1,2 --dispatch=static --fault=crash:worker=1 --output=r.json fault
	assert_status 5
	validate r.json
	assert_cells r.json 'fault/serial' skipped
	assert_cells r.json 'fault/processes' "skipped crashed"
	assert_cells r.json 'fault/threads' "skipped crashed"
	assert_cells r.json 'fault/hybrid' crashed
	assert_reasons r.json 'fault/(serial|processes/1)' "^--fault is for worker 1, and the last one is worker 0$"
	assert_reasons r.json 'fault/processes/2' "^worker 1 \(pid \d+\) was killed by SIGSEGV in run$"
	assert_json r.json "d['options']['fault'] == {'how': 'crash', 'worker': 1, 'after': 0.5}"
	assert_no_process
}

@test "the first unit and the last are places to strike" {
	for after in 0 100; do
		strike "kill:after=$after"
		assert_each survivors 0 1 0 2
		assert_each units_lost 4000 2000 4000 2000
		assert_json r.json "all(s['fault']['units_done'] == 40 * $after for c in cells if c['mode'] == 'serial' for s in c['samples'])"
	done
}

@test "a workload that fails by itself says so, beside others that are struck" {
	run faulty "${SHORT[@]}" --samples=2 --workers=2 --mode=serial,processes --fault=kill --output=r.json \
		fault:hook=worker_init fault
	assert_status 5
	validate r.json
	assert_cells r.json 'fault:' "failed failed"
	assert_cells r.json 'fault/' "crashed crashed"
	assert_json r.json "not any(c['samples'] for c in cells if c['status'] == 'failed')"
	assert_no_process
}

@test "a partner whose worker dies is ended too" {
	run faulty "${SHORT[@]}" --samples=2 --workers=2 --fault=kill --output=r.json fault_partner
	assert_status 5
	validate r.json
	assert_cells r.json 'fault_partner' "crashed crashed crashed crashed"
	assert_no_process
}

@test "a struck run is told as a table of its own" {
	run --separate-stderr concbench run --quick --samples=2 --sample-time=2ms --workers=2 --mode=serial,processes --fault=exit:after=10 \
		--output=r.json cpu_prime
	assert_status 5
	run printf '%s\n' "$stderr"
	assert_output '^fault: worker 0 exits after 10% of its part$'
	assert_output '^  serial +1 +crashed +100% +0 of 1 +[0-9.]+[mu]?s +harness$'
	assert_output '^  processes +2 +crashed +[0-9.]+% +1 of 2 +[0-9.]+[mu]?s +leader$'
	assert_output '^lost: units not done, or done by workers that did not end or whose process died;'
	refute_output 'speed-up|on-CPU'
	run "$ROOT/scripts/table.py" r.json
	assert_status 0
	assert_output 'crashed +[0-9.]+% +1 +[0-9.]+[mu]?s'
}

@test "a result with faults replaces the file before" {
	echo old >r.json
	run faulty "${SHORT[@]}" --samples=2 --mode=serial --fault=kill --output=r.json fault
	assert_status 5
	validate r.json
}

# refused VALUE REASON [OPTION...]
refused()
{
	local value=$1 reason=$2
	shift 2
	run concbench run --output=r.json --fault="$value" "$@" cpu_prime
	assert_status 2
	[ "$output" = "concbench: --fault: $reason" ] || fail "$value: $output"
	[ ! -e r.json ]
}

@test "what is no fault is refused in one sentence" {
	refused "" "there is no fault '': write crash, kill, hang or exit"
	refused none "there is no fault 'none': write crash, kill, hang or exit"
	refused crush "there is no fault 'crush'; did you mean crash?"
	refused kill: "'kill:' has nothing behind the colon: write NAME=VALUE there"
	refused kill:when=3 "a fault has no 'when': write worker=I or after=PCT"
	refused kill:worker=-1 "worker: '-1' is not a plain number: write it without a sign"
	refused kill:after=101 "after: '101' is too large: at most 100%"
	refused kill "not together with --precision: a sample with a fault has no rate" --precision=5
}
