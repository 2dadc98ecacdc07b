#!/usr/bin/env bats
# What goes wrong while units go through a queue, or each has a process or thread of its own: it costs the cell and
# nothing else, as under the other dispatches.
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

POOLS=("${SHORT[@]}" --samples=2 --workers=2 --output=r.json)

# check HOW STATUS REASON [OPTION...]: run goes wrong in every mode, under both dispatches; serial has none.
check()
{
	local how=$1 want=$2 reason=$3
	shift 3
	rm -f r.json
	run faulty "${POOLS[@]}" --dispatch=queue,spawn "$@" "fault:hook=run,how=$how,worker=999" fault
	assert_status 5
	validate r.json
	assert_cells r.json 'fault:' "$want $want $want $want $want $want $want"
	assert_cells r.json 'fault/' "ok ok ok ok ok ok ok"
	assert_reasons r.json 'fault:' "$reason"
	assert_no_process
	assert_files r.json
}

@test "a crash, a kill and an exit" {
	local step='(run|gate)' # other workers of the process may not have left the gate
	check segv crashed "\(pid \d+\) was killed by SIGSEGV in .*$step"
	check kill crashed "\(pid \d+\) was killed by SIGKILL in .*$step"
	check exit crashed "\(pid \d+\) exited with status 3 in .*$step"
	check exit0 crashed "\(pid \d+\) exited with status 0 in .*$step"
}

@test "an error returned" {
	check error failed "^(worker [0-3] )?failed in run: asked to fail$"
}

@test "a hang and a loop without an end" {
	for how in hang spin; do
		rm -f r.json
		run faulty "${POOLS[@]}" --dispatch=queue,spawn --timeout="$(patience 300)ms" "fault:hook=run,how=$how,worker=999"
		assert_status 5
		validate r.json
		assert_cells r.json fault "timeout timeout timeout timeout timeout timeout timeout"
		assert_reasons r.json fault "^no end within \d+m?s: .*still in run; allow more with --timeout$"
		assert_no_process
		assert_files r.json
	done
}

@test "a unit's process that dies is named with its unit" {
	run faulty "${POOLS[@]}" --mode=processes --dispatch=spawn fault:hook=run,how=segv,worker=999
	assert_status 5
	assert_reasons r.json fault "^worker [01]: the process of unit \d+ \(pid \d+\) was killed by SIGSEGV in run$"
	rm r.json
	run faulty "${POOLS[@]}" --mode=processes --dispatch=spawn --batch=4 fault:hook=run,how=exit,worker=999
	assert_reasons r.json fault "^worker [01]: the process of units \d+\.\.\d+ \(pid \d+\) exited with status 3 in run$"
	rm r.json
	run faulty "${POOLS[@]}" --mode=processes --dispatch=spawn fault:hook=warmup,how=kill
	assert_reasons r.json fault "^worker 0: the process of a warm-up unit \(pid \d+\) was killed by SIGKILL in warm-up$"
	assert_no_process
}

@test "a wrong digest of a unit's own context" {
	# units that last, so that worker 1 gets some
	run faulty run --quick --quiet --samples=2 --units=100 --warmup=1ms --dir=scratch --workers=2 --dispatch=queue,spawn \
		--output=r.json fault:hook=run,how=digest,worker=1,work=300000
	assert_status 5
	validate r.json
	assert_cells r.json fault "ok mismatch mismatch mismatch mismatch mismatch mismatch"
	assert_no_process
}

@test "what a unit leaves behind is gone when the run is over" {
	run faulty "${POOLS[@]}" --dispatch=queue,spawn fault:hook=run,how=grandchild,times=20,worker=999
	assert_status 0
	validate r.json
	assert_cells r.json fault "ok ok ok ok ok ok ok"
	assert_no_process
}

# killed SIGNAL STATUS...: the harness is ended while units are in work, and nothing outlives it.
killed()
{
	for dispatch in queue spawn; do
		for mode in processes threads hybrid; do
			rm -f r.json r.json.part
			faulty_background "${SHORT[@]}" --samples=2 --mode=$mode --workers=4 --dispatch=$dispatch \
				--output=r.json fault:hook=run,how=hang,worker=1
			await 10 at_work
			sleep 0.3
			kill "-$1" "$PID"
			assert_exit "${@:2}"
			await 5 no_process
		done
	done
}

# Harness, leader and somebody below it, or beside it as a thread.
at_work()
{
	[ "$(marked | xargs -I{} cat /proc/{}/status | awk '/^Threads:/ { n += $2 } END { print n }')" -ge 4 ]
}

no_process()
{
	[ -z "$(marked)" ]
}

@test "the harness interrupted or killed" {
	killed INT 130
	killed KILL 137
}

@test "a unit's process dies with its worker when nobody above is left" {
	faulty_background "${SHORT[@]}" --samples=2 --mode=processes --workers=4 --dispatch=spawn --output=r.json \
		fault:hook=run,how=hang,worker=1
	await 10 at_work
	sleep 0.3
	leader=$(pgrep -P "$PID")
	kill -STOP "$PID" # it must not see its leader die
	kill -KILL "$leader"
	kill -KILL "$PID"
	assert_exit 137
	await 5 no_process
}

@test "a partner that dies under either dispatch" {
	run faulty "${POOLS[@]}" --dispatch=queue,spawn fault_partner:how=kill
	assert_status 5
	validate r.json
	assert_cells r.json fault_partner "crashed crashed crashed crashed crashed crashed crashed"
	assert_no_process
}
