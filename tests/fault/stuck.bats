#!/usr/bin/env bats
# Workers that do not get on, and workers that wait for each other: named, ended, and nothing else is lost.
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

# As SHORT, for a given number of units.
FIXED=(run --quick --quiet --warmup=1ms --dir=scratch --samples=1 --workers=2)

# The worker of the reason alone is in the JSON, as it says.
assert_stuck()
{
	assert_json r.json "all(c['stuck']['count'] == len(c['stuck']['workers']) == 1 and
		c['stuck']['workers'][0]['worker'] == 1 and c['stuck']['workers'][0]['state'] in $1 and
		c['stuck']['workers'][0]['for_ns'] >= c['stuck']['limit_ns'] >= 5e8 and
		c['stuck']['workers'][0]['step'] == 'run'
		for c in cells if c['status'] == 'stalled')" || fail "$(json r.json '[c.get("stuck") for c in cells]')"
}

# check_stall HOW STATES WORDS: worker 1 goes wrong in all modes that have one; the cells beside are measured.
check_stall()
{
	run faulty "${TINY[@]}" --stall="$(patience 500)ms" --output=r.json "fault:hook=run,how=$1,worker=1" fault
	assert_status 5
	validate r.json
	assert_cells r.json 'fault:' "ok stalled stalled stalled"
	assert_cells r.json 'fault/' "ok ok ok ok"
	assert_reasons r.json 'fault:.*/[pth]' "^no unit finished for \d+m?s by worker 1 \($3\); allow more with --stall$"
	assert_stuck "$2"
	assert_json r.json "d['options']['stall_ns'] == $(patience 500)000000"
	assert_no_process
	assert_files r.json
}

@test "a worker that sleeps is stalled, and its system call is told" {
	check_stall hang '("sleeping",)' "sleeping( in p(ause|poll))?"
	check_stall read '("sleeping",)' "sleeping( in read)?"
	[ ! -r /proc/self/syscall ] || assert_json r.json \
		'all(c["stuck"]["workers"][0]["syscall"] == "read" for c in cells if c["status"] == "stalled")'
}

@test "a worker that computes for ever is stalled, and runs" {
	check_stall spin '("running", "runnable", "running or runnable")' "running|runnable|running or runnable"
}

@test "a stopped worker is stalled, and stopped" {
	run faulty "${TINY[@]}" --stall="$(patience 500)ms" --mode=processes --output=r.json \
		"fault:hook=run,how=stop,worker=1" fault
	assert_status 5
	validate r.json
	assert_cells r.json 'fault' "stalled ok"
	assert_reasons r.json 'fault:' "^no unit finished for \d+m?s by worker 1 \(stopped( in \w+)?\); allow more with --stall$"
	assert_stuck '("stopped",)'
	assert_no_process
}

# The children of the leader that PID has now.
workers_of_run()
{
	pgrep -P "$(pgrep -P "$PID")"
}

has_workers()
{
	[ "$(workers_of_run | wc -l)" -eq 2 ]
}

@test "a worker that is stopped from outside is stalled" {
	faulty_background "${FIXED[@]}" --mode=processes --stall="$(patience 700)ms" \
		--dispatch=static --units=4000 --output=r.json fault:work=10000000
	await 20 has_workers
	sleep 0.3
	workers_of_run | tail -n 1 | xargs kill -STOP
	assert_exit 5
	validate r.json
	assert_cells r.json fault stalled
	assert_reasons r.json fault "^no unit finished for \d+m?s by worker 1 \(stopped"
	assert_no_process
	assert_files r.json
}

@test "the worker of serial mode is the leader, and can be stalled" {
	# until a unit was seen, the limit is 5 s at least
	run faulty "${TINY[@]}" --stall=100ms --mode=serial --output=r.json fault:hook=run,how=hang fault
	assert_status 5
	validate r.json
	assert_cells r.json fault "stalled ok"
	assert_reasons r.json fault: "^no unit finished for \d+m?s by worker 0 \(sleeping( in p(ause|poll))?\); allow"
	assert_json r.json 'cells[0]["stuck"]["limit_ns"] == 5e9'
	assert_no_process
}

@test "a unit that takes longer than --stall raises it, with a warning" {
	run faulty run --quick --samples=1 --units=2 --mode=threads --workers=2 --dispatch=static --stall=20ms \
		--dir=scratch --progress=none --output=r.json fault:hook=run,how=slow,time=200ms
	assert_status 0
	assert_output "^concbench: warning: fault: a unit takes [0-9]+m?u?s, so that --stall=20ms is too little to tell a worker that is stuck: [0-9]+m?s is taken instead$"
	assert_cells r.json fault ok
}

@test "a time-out that comes first is a time-out" {
	run faulty "${TINY[@]}" --mode=threads --stall=30s --timeout="$(patience 500)ms" --output=r.json \
		fault:hook=run,how=hang,worker=1
	assert_status 5
	assert_cells r.json fault timeout
	assert_json r.json '"stuck" not in cells[0]'
	rm r.json
	run faulty "${TINY[@]}" --mode=threads --stall=none --timeout="$(patience 500)ms" --output=r.json \
		fault:hook=run,how=hang,worker=1
	assert_status 5
	assert_cells r.json fault timeout
	assert_json r.json 'd["options"]["stall_ns"] == 0'
	validate r.json
}

# ---- deadlocks

# deadlocks WORKLOAD STATUSES: in serial, processes, threads and 2x2, beside a healthy workload.
deadlocks()
{
	run faulty "${SHORT[@]}" --samples=2 --workers=4 --shape=2x2 --output=r.json "$1" fault
	case $2 in *deadlock*) assert_status 5 ;; *) assert_status 0 ;; esac
	validate r.json
	assert_cells r.json 'sync' "$2"
	assert_cells r.json 'fault' "ok ok ok ok"
	assert_json r.json 'all(c["status"] == c.get("expected", "ok") for c in cells)'
	assert_json r.json 'all(s["digest"] == c["digest"] for c in cells for s in c["samples"])'
	assert_no_process
	assert_files r.json
}

# Each waits for what the next holds.
assert_circle()
{
	assert_json r.json 'all(v["waits_for"] in w["holds"] for c in cells if "stuck" in c
		for v, w in zip(c["stuck"]["workers"], c["stuck"]["workers"][1:] + c["stuck"]["workers"][:1]))'
	assert_json r.json 'all(c["stuck"]["count"] + c["stuck"]["behind"] == c["workers"] for c in cells if "stuck" in c)'
}

@test "two locks in opposite order stop for ever, but not a single worker" {
	deadlocks sync_deadlock "ok deadlock deadlock deadlock"
	assert_reasons r.json 'sync.*/[pth]' \
		"^worker \d holds (A|B) and waits for (?!\1)(A|B), worker \d holds \2 and waits for \1; 2 more wait behind$"
	assert_json r.json 'all(c["stuck"]["count"] == 2 for c in cells if "stuck" in c)'
	assert_circle
}

@test "two locks in one order never stop" {
	deadlocks sync_deadlock:locks=same "ok ok ok ok"
}

@test "a plain lock that its owner takes again stops for ever, in serial as well" {
	deadlocks sync_deadlock:locks=twice "deadlock deadlock deadlock deadlock"
	assert_reasons r.json sync "^worker \d holds A and waits for A: it waits for itself(; 3 more wait behind)?$"
	assert_json r.json 'all(c["stuck"]["count"] == 1 for c in cells if "stuck" in c)'
	assert_circle
}

@test "a recursive lock may be taken again by its owner" {
	deadlocks sync_deadlock:locks=recursive "ok ok ok ok"
}

@test "a deadlock is certain, with two workers in every mode, whatever the dispatch" {
	for dispatch in static shared; do
		rm -f r.json
		run faulty "${FIXED[@]}" --mode=processes,threads --dispatch=$dispatch --units=2 --output=r.json sync_deadlock
		assert_status 5
		assert_cells r.json sync "deadlock deadlock"
	done
}

@test "by a group a deadlock that is to be is no failure, by its name it is one" {
	run faulty run --quick --warmup=1ms --sample-time=1ms --samples=1 --dir=scratch --mode=threads --workers=2 \
		--progress=plain --output=r.json @sync --cells='sync_[dg]*'
	assert_status 0
	validate r.json
	assert_json r.json '[c["status"] for c in cells] == ["deadlock", "ok"]'
	assert_output '^     sync_deadlock/threads/2: deadlock, as expected: worker '
	assert_output '^  threads  .* deadlock, as expected: worker '
	run "$ROOT/scripts/table.py" --columns=id r.json
	assert_output 'sync_deadlock/threads/2: deadlock, as expected: worker '

	# nothing else was measured: it is something
	run faulty "${FIXED[@]}" --mode=threads --output=r.json @sync --cells='sync_deadlock/*'
	assert_status 0
	[ -z "$output" ]

	run faulty "${FIXED[@]}" --mode=threads --output=r.json @sync sync_deadlock --cells='sync_deadlock/*'
	assert_status 5
	assert_output '^concbench: sync_deadlock/threads/2: deadlock: worker '
	assert_no_process
}

@test "who meets nobody goes on" {
	run faulty "${FIXED[@]}" --mode=processes,threads --units=1 --output=r.json sync_deadlock
	assert_status 0
	assert_cells r.json sync "ok ok"
}
