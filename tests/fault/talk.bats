#!/usr/bin/env bats
# kill -9 of one side of a channel, from outside, while the other waits for it: it is told at once who died.
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

# sides: "WORKER PARTNER", pids of the first worker and of the last partner of the sample that runs.
sides()
{
	local leader children
	leader=$(pgrep -P "$PID") || return
	read -r -a children <<<"$(<"/proc/$leader/task/$leader/children")"
	[ "${#children[@]}" -eq 4 ] && echo "${children[0]} ${children[3]}"
}

# A sample of two workers and two partners goes on for longer than those that only calibrate; pids has its sides.
sample_lasts()
{
	local now
	now=$(sides) || return
	sleep 0.3
	[ "$now" = "$(sides)" ] && echo "$now" >pids
}

# kill_side SIDE WHO SPECIFICATION...: kills that side (1: worker, 2: partner); the cell has crashed, for that reason, long
# before any deadline, and the next one is measured.
kill_side()
{
	local since
	for specification in "${@:3}"; do
		faulty_background run --quick --quiet --no-wait --dir=scratch --samples=1 --timeout=300s --mode=processes \
			--workers=2 --dispatch=static --units=300000000 --output=r.json "$specification" null
		await 20 sample_lasts
		kill -KILL "$(cut -d' ' -f"$1" pids)"
		since=$SECONDS
		assert_exit 5
		((SECONDS - since < 60)) || fail "it took $((SECONDS - since)) s"
		validate r.json
		assert_cells r.json ipc_ crashed
		assert_reasons r.json ipc_ "^$2 \(pid \d+\) was killed by SIGKILL in run$"
		assert_cells r.json null ok
		assert_no_process
		rm r.json pids
		assert_files
	done
}

# each_way SIDE WHO: kills that side in every way to talk.
each_way()
{
	kill_side "$1" "$2" ipc_pipe ipc_pipe:partner=same,pattern=stream ipc_pipe:pattern=stream,way=duplex,size=100KiB \
		ipc_pipe:pattern=stream,share=one ipc_socketpair ipc_socketpair:pattern=stream
}

@test "a partner is killed" {
	each_way 2 "the partner of worker 1"
}

@test "a worker is killed" {
	each_way 1 "worker 0"
}

@test "over TCP" {
	run concbench plan --mode=serial ipc_tcp
	[[ "$output" != *"no IPv4 loopback"* ]] || skip "$output"
	kill_side 1 "worker 0" ipc_tcp ipc_tcp:pattern=stream
	kill_side 2 "the partner of worker 1" ipc_tcp ipc_tcp:pattern=stream
}
