#!/usr/bin/env bats
# Waiting for a server that is a process of its own in every mode, and mixes of computing and waiting.
load helper

setup()
{
	common_setup
	few=(--quick --quiet --samples=2 --workers=4 --mode=all --output=r.json)
}

# The number of a CPU that this process may use.
one_cpu()
{
	python3 -c 'import os; print(min(os.sched_getaffinity(0)))'
}

need_loopback()
{
	python3 -c 'import socket; socket.socket(type=socket.SOCK_DGRAM).connect(("127.0.0.1", 1))' 2>/dev/null ||
		skip "there is no loopback interface here"
}

# served OPTION... SPECIFICATION: four cells that are ok and whose digest the workload's own formula gave.
served()
{
	run concbench run "${few[@]}" "$@"
	assert_status 0
	assert_json r.json '[c["status"] for c in cells] == ["ok"] * 4'
	assert_json r.json 'all(c["verified_by"] == "expect" for c in cells)'
	assert_json r.json 'all(c["partners"] == 1 for c in cells) or cells[0]["workload"] == "mix"'
	validate r.json
}

@test "the server answers over UNIX sockets in every mode" {
	served wait_server:delay=20ms
	assert_json r.json 'all(0 < s["metrics"]["server_cpu"] < 1 for c in cells for s in c["samples"])'
	assert_json r.json 'all(s["metrics"]["answers_late_ns"] > 0 for c in cells for s in c["samples"])'
	assert_json r.json 'all(c["latency"]["p50_ns"] >= 19.8e6 for c in cells)'
}

@test "the server answers over TCP in every mode" {
	need_loopback
	served wait_server:delay=20ms,transport=tcp
}

@test "without a loopback interface TCP is skipped, and says why" {
	unshare -rn true 2>/dev/null || skip "no network namespace may be made here"
	run unshare -rn "$CONCBENCH" run --mode=all --progress=none wait_server:transport=tcp
	assert_status 6
	assert_output 'all 4 cells +skipped: there is no loopback interface here'
}

@test "delays come in three distributions with one mean" {
	for distribution in exponential bimodal; do
		served "wait_server:delay=20ms,distribution=$distribution"
	done
	run concbench list params wait_server
	assert_output 'slow.*5'
	run concbench run wait_server:distribution=normal
	assert_status 2
	run concbench run wait_server:slow=101
	assert_status 2
}

@test "in threads the server is a process, too" {
	local pid leader children=0 tasks
	"$CONCBENCH" run --quick --quiet --mode=threads --workers=2 --samples=1 --units=40 wait_server:delay=50ms >/dev/null 3>&- &
	pid=$!
	for _ in {1..100}; do # harness, its leader of three threads, the leader's child
		read -r leader _ < <(cat /proc/$pid/task/*/children 2>/dev/null) || true
		tasks=("/proc/$leader/task"/*)
		[ ${#tasks[@]} -ne 3 ] || children=$(cat "/proc/$leader"/task/*/children 2>/dev/null | wc -w)
		[ "$children" -eq 0 ] || break
		sleep 0.02
	done
	wait $pid
	[ "$children" -eq 1 ] || fail "the leader of two threads had $children children"
}

@test "a saturated server invalidates the sample" {
	run concbench run --quick --quiet --samples=2 --workers=64 --cpus="$(one_cpu)" --mode=threads,processes \
		--output=r.json wait_server:delay=5us
	assert_status 5
	assert_json r.json '[c["status"] for c in cells] == ["failed"] * 2'
	assert_json r.json 'all("the server is saturated" in c["reason"] or "may be the server" in c["reason"] for c in cells)' ||
		fail "$(json r.json '[c["reason"] for c in cells]')"
	assert_json r.json 'all("summary" not in c for c in cells)'
}

@test "hundreds of requests wait at once" {
	run concbench run --quick --quiet --samples=1 --workers=500 --mode=threads --units=1000 --output=r.json \
		wait_server:delay=300ms
	assert_status 0
	# two waves: one after the other they would take five minutes
	assert_json r.json 'cells[0]["samples"][-1]["workers_done"] > 250'
	assert_json r.json 'cells[0]["units"] == 1000'
}

@test "a mix does the same in every mode and share" {
	for share in 0 30 100; do
		served "mix:duration=200us,io_share=$share"
		assert_json r.json 'len({s["notes"]["steps"] for c in cells for s in c["samples"]}) == 1'
		assert_json r.json 'len({s["notes"]["ns_per_step"] for c in cells for s in c["samples"]}) == 1'
	done
	assert_json r.json 'cells[0]["samples"][0]["notes"]["steps"] == 0' # share 100: all wait
}

@test "the share of a mix that waits decides what it is bound by" {
	run concbench run --quick --quiet --mode=serial --samples=6 --output=r.json --scan share=0,100 'mix:io_share={share}'
	assert_status 0
	# on a loaded host the computing one may be called unknown, never wait
	assert_json r.json 'cells[0]["summary"].get("bound", "cpu") == "cpu"'
	assert_json r.json 'cells[1]["summary"]["bound"] == "wait"'
	assert_json r.json 'cells[0]["samples"][0]["metrics"]["wait_ns"] < cells[1]["samples"][0]["metrics"]["wait_ns"]'
}
