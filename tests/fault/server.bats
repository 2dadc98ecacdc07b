#!/usr/bin/env bats
# The server of wait_server dies, or all above it: that is noticed at once, and told as what it is.
load ../cli/helper
load fault

setup() { fault_setup; }
teardown() { fault_teardown; }

# The server, known by its epoll. Fails when there is none.
server()
{
	local pid
	for pid in $(marked); do
		! readlink "/proc/$pid"/fd/* 2>/dev/null | grep -q eventpoll || { echo "$pid" && return; }
	done
	return 1
}

# serve MODE TRANSPORT: a run of samples that last a minute, in the background.
serve()
{
	rm -f r.json
	faulty_background run --quick --quiet --dir=scratch --mode="$1" --workers=4 --samples=2 --units=4000 --output=r.json \
		"wait_server:delay=60ms,transport=$2"
}

# Kills servers until the run has ended: there are trials before the sample.
kill_servers()
{
	local pid end=$((SECONDS + $(patience 20)))
	while kill -0 "$PID" 2>/dev/null; do
		((SECONDS <= end)) || fail "the run goes on without its server" || return
		! pid=$(server) || { sleep 0.2 && kill -KILL "$pid" 2>/dev/null; } || true
		sleep 0.05
	done
}

# check MODE TRANSPORT: the cell has crashed, because of the partner.
check()
{
	serve "$1" "$2"
	kill_servers
	assert_exit 5
	mv r.json.part r.json 2>/dev/null || true
	assert_cells r.json wait_server crashed
	assert_reasons r.json wait_server 'the partner( of worker 0)? \(pid \d+\) was killed by SIGKILL'
	assert_no_process
	assert_files r.json
}

@test "a killed server is noticed in every mode" {
	for mode in serial processes threads hybrid; do
		check $mode unix
	done
}

@test "a killed server is noticed over TCP" {
	python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).connect(("127.0.0.1", 1))' 2>/dev/null ||
		skip "there is no loopback interface here"
	check threads tcp
}

@test "a server does not outlive the harness" {
	for mode in processes threads; do
		serve $mode unix
		await 10 server
		kill -KILL "$PID"
		wait "$PID" 2>/dev/null || true
		await 5 assert_no_process
	done
}
