#!/usr/bin/env bats
# Every way to go wrong, in every hook, in every mode: it costs the cell and nothing else.
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

ALL_HOOKS=(prepare setup worker_init warmup run worker_fini verify teardown)

# check HOOK HOW STATUS REASON [OPTION...]: the cells of all modes get that status and a reason, a healthy workload
# beside them is measured all the same, and nothing is left.
check()
{
	local hook=$1 how=$2 want=$3 reason=$4
	shift 4
	run faulty "${TINY[@]}" "$@" --output=r.json "fault:hook=$hook,how=$how" fault
	assert_status 5
	validate r.json
	assert_cells r.json 'fault:' "$want $want $want $want"
	assert_cells r.json 'fault/' "ok ok ok ok"
	assert_reasons r.json 'fault:' "$reason"
	assert_json r.json "not d['partial'] and all(len(c['samples']) >= 2 for c in cells if c['status'] == 'ok')"
	[ "$(grep -c "^concbench: fault:.*: $want: " <<<"$output")" -eq 4 ] || fail "$hook, $how: $output"
	assert_no_process
	assert_files r.json
}

# step HOOK: as reasons call it.
step()
{
	[ "$1" = warmup ] && echo warm-up || echo "$1"
}

@test "a segmentation fault" {
	for hook in "${ALL_HOOKS[@]}"; do
		check "$hook" segv crashed "\(pid \d+\) was killed by SIGSEGV in "
	done
}

@test "an abort" {
	for hook in "${ALL_HOOKS[@]}"; do
		check "$hook" abort crashed "\(pid \d+\) was killed by SIGABRT in "
	done
}

@test "a kill from outside" {
	for hook in "${ALL_HOOKS[@]}"; do
		check "$hook" kill crashed "\(pid \d+\) was killed by SIGKILL in "
	done
}

@test "an exit" {
	for hook in "${ALL_HOOKS[@]}"; do
		check "$hook" exit crashed "\(pid \d+\) exited with status 3 in "
	done
}

@test "an exit that claims success" {
	for hook in "${ALL_HOOKS[@]}"; do
		check "$hook" exit0 crashed "\(pid \d+\) exited with status 0 in "
	done
}

# check_end HOOK HOW MS [WORKLOAD]: the cells time out, those of a healthy workload beside them do not.
check_end()
{
	local hook=$1 how=$2 ms
	ms=$(patience "$3")
	rm -f r.json
	run faulty "${TINY[@]}" --timeout="${ms}ms" --output=r.json "fault:hook=$hook,how=$how" ${4:+"$4"}
	assert_status 5
	validate r.json
	assert_cells r.json 'fault:' "timeout timeout timeout timeout"
	assert_cells r.json 'fault/' "${4:+ok ok ok ok}"
	assert_reasons r.json 'fault:' "^no end within \d+m?s: .*still in $(step "$hook"); allow more with --timeout$"
	assert_no_process
	assert_files r.json
}

@test "a hang" {
	for hook in "${ALL_HOOKS[@]}"; do
		check_end "$hook" hang 300
	done
}

@test "a loop without an end" {
	for hook in setup run; do
		check_end "$hook" spin 300
	done
}

@test "a hang beside a healthy workload" {
	check_end run hang 1000 fault
}

@test "an error returned" {
	for hook in prepare setup worker_init warmup run verify; do
		check "$hook" error failed "(^|^worker 0 )failed in $(step "$hook"): asked to fail$|^$hook failed: asked to fail$"
	done
}

@test "a worker that goes wrong leaves serial alone" {
	for how in segv kill exit error; do
		run faulty "${TINY[@]}" --output=r.json "fault:hook=run,how=$how,worker=1"
		assert_status 5
		validate r.json
		[ $how = error ] && bad=failed || bad=crashed
		assert_cells r.json fault "ok $bad $bad $bad"
		assert_json r.json 'not any("speedup" in c.get("summary", {}) for c in cells[1:])'
		assert_no_process
		assert_files r.json
	done
}

@test "a fault in a later sample keeps what was measured before" {
	# the chances before that are those of the trials: a few
	run faulty "${SHORT[@]}" --samples=60 --mode=serial --output=r.json fault:hook=setup,how=segv,skip=40
	assert_status 5
	validate r.json
	assert_cells r.json fault crashed
	assert_json r.json '0 < len(cells[0]["samples"]) < 60'
	assert_no_process
}

@test "a partner that dies, fails or hangs" {
	for how in segv kill exit error hang hang_at_end; do
		case $how in
		error) want=failed reason="^the partner of worker 0 failed in run: asked to fail$" ;;
		hang) want=timeout reason="^no end within \d+m?s: 1 of \d workers still in (run|warm-up);" ;;
		hang_at_end) want=timeout reason="^no end within \d+m?s: 1 of \d partners still in run;" ;;
		*) want=crashed reason="\(pid \d+\) (was killed by SIG|exited with status 3)" ;;
		esac
		rm -f r.json
		run faulty "${TINY[@]}" --timeout="$(patience 500)ms" --output=r.json "fault_partner:how=$how"
		assert_status 5
		validate r.json
		assert_cells r.json fault_partner "$want $want $want $want"
		assert_reasons r.json fault_partner "$reason"
		assert_no_process
		assert_files r.json
	done
}

@test "a wrong digest" {
	run faulty "${TINY[@]}" --output=r.json fault:hook=run,how=digest,worker=1 fault
	assert_status 5
	validate r.json
	assert_cells r.json fault: "ok mismatch mismatch mismatch"
	assert_cells r.json fault/ "ok ok ok ok"
	assert_reasons r.json 'fault:.*/[pth]' "digest 0x[0-9a-f]{16}"
}

@test "a grandchild in a session of its own is gone when the run is over" {
	for hook in "${ALL_HOOKS[@]}"; do
		run faulty "${TINY[@]}" --output=r.json "fault:hook=$hook,how=grandchild"
		assert_status 0
		validate r.json
		assert_cells r.json fault: "ok ok ok ok"
		assert_no_process
	done
}

@test "hooks come in order in every mode and dispatch" {
	for dispatch in static shared queue spawn; do
		run faulty "${SHORT[@]}" --samples=2 --dispatch=$dispatch --workers=1..5 --output=r.json hook_order
		assert_status 0
		validate r.json
		assert_json r.json 'all(c["status"] in ("ok", "skipped") for c in cells)'
		assert_json r.json '{c["mode"] for c in cells if c["status"] == "ok"} ==
			{"serial", "processes", "threads", "hybrid"}'
		assert_files r.json
	done
}

# The leader of each sample hangs until it is killed: that of the serial trial first, then that of the cell.
kill_leaders()
{
	while kill -0 "$PID" 2>/dev/null; do
		sleep 0.3
		pgrep -P "$PID" | xargs -r kill -KILL 2>/dev/null || true
	done
}

@test "a leader that is killed takes its workers with it" {
	for mode in serial processes threads hybrid; do
		rm -f r.json
		faulty_background "${SHORT[@]}" --samples=2 --mode=$mode --workers=4 --output=r.json \
			fault:hook=run,how=hang
		kill_leaders
		assert_exit 5
		validate r.json
		assert_cells r.json fault crashed
		assert_reasons r.json fault "^the process \(pid \d+\) was killed by SIGKILL in "
		assert_no_process
		assert_files r.json
	done
}
