#!/usr/bin/env bats
# Pools: units through a queue or each in a context of its own, waves, and what the result says of them.
load helper

setup() { common_setup; }

@test "5 waits on 4 workers take two waves, and table and JSON say so" {
	run concbench run --samples=1 --units=5 --workers=4 --dispatch=shared,queue,spawn --warmup=1ms --color=never \
		--output=r.json wait_sleep:duration=50ms
	assert_status 0
	assert_output '^  5 units: 5 waves on 1 worker, 2 waves on 4 workers$'
	validate r.json
	assert_json r.json '[c["waves"] for c in cells] == [5] + 9 * [2]'
	# a wait is never shorter than asked for, so one wave is not enough time for any
	assert_json r.json 'all(s["makespan_ns"] >= c["waves"] * 50000000 for c in cells for s in c["samples"])'
}

@test "many or calibrated units have no waves" {
	run concbench run --quick --quiet --samples=1 --units=1000 --workers=2 --output=r.json null
	assert_json r.json 'not any("waves" in c for c in cells)'
	run concbench run --quick --quiet --samples=1 --sample-time=5ms --workers=2 --output=r.json null
	assert_json r.json 'not any("waves" in c for c in cells)'
}

@test "a serial cell has no dispatch; the others are named by theirs" {
	run concbench run --quick --quiet --samples=1 --units=40 --workers=2 --dispatch=queue,spawn --output=r.json cpu_prime
	assert_status 0
	validate r.json
	assert_json r.json '[c["id"] for c in cells] == ["cpu_prime/serial/1"] + ["cpu_prime/" + m + "/" + d
		for m in ("processes/2", "threads/2", "hybrid/2x2") for d in ("queue", "spawn")]'
	assert_json r.json '[c["dispatch"] for c in cells] == ["shared"] + 3 * ["queue", "spawn"]'
	assert_json r.json 'all(s["batches"] == 40 for c in cells[1:] for s in c["samples"])'
}

@test "short units are tried in numbers that can be handed out" {
	run concbench run --quick --quiet --samples=2 --sample-time=5ms --warmup=1ms --workers=2 --dispatch=queue,spawn \
		--output=r.json null cpu_prime:limit=10
	assert_status 0
	validate r.json
	assert_json r.json 'all(c["status"] == "ok" for c in cells)'
	assert_json r.json '{c["verified_by"] for c in cells if c["workload"] == "cpu_prime"} == {"serial"}'
}

@test "latency of spawned units holds their creation" {
	run concbench run --quick --quiet --samples=2 --units=50 --workers=2 --dispatch=spawn,queue --output=r.json \
		wait_sleep:duration=1ms
	assert_status 0
	assert_json r.json 'all(c["latency"]["timing"] == "each" and c["latency"]["count"] == 100 for c in cells)'
}

@test "a workload that cannot is skipped with the reason" {
	run concbench run --quick --quiet --samples=1 --units=4 --mode=processes --workers=2 --dispatch=spawn,shared \
		--output=r.json mem_stream:size=1MiB
	assert_json r.json '[(c["status"], c.get("reason")) for c in cells] ==
		[("ok", None), ("skipped", "mem_stream cannot run with dispatch spawn: its workers keep something between units, or its units are too short")]'
}

@test "the queue between workers and partners, and creation itself" {
	run concbench run --quick --quiet --samples=2 --sample-time=5ms --warmup=1ms --workers=1,2 --output=r.json \
		ipc_queue ipc_queue:pattern=stream ipc_queue:pattern=stream,share=one kernel_spawn kernel_spawn:how=thread
	assert_status 0
	validate r.json
	assert_json r.json 'all(s["metrics"]["roundtrip_ns"] > 0 for c in cells if c["id"].startswith("ipc_queue/")
		for s in c["samples"])'
	assert_json r.json 'all(s["metrics"]["item_ns"] > 0 and "roundtrip_ns" not in s["metrics"] for c in cells
		if "stream" in c["id"] for s in c["samples"])'
	run concbench run --quick --quiet --samples=1 --units=4 --workers=1 --output=s.json ipc_queue:share=one
	assert_status 6
	run concbench plan --workers=1 ipc_queue:share=one
	assert_output 'share=one is for pattern=stream'
}
