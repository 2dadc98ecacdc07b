#!/usr/bin/env bats
# Talking workloads: every kind of channel, pattern, way and place in every mode does the same work; what does not go
# together is refused with a reason.
load helper

SMALL=(--quick --quiet --samples=1 --mode=all --workers=4 --shape=2x2 --units=301)

# have_loopback: skips the test where there is none.
have_loopback()
{
	run concbench plan --mode=serial ipc_tcp
	[[ "$output" != *"no IPv4 loopback"* ]] || skip "$output"
}

# talk SPECIFICATION...: all of them, in all modes, with one digest for all.
talk()
{
	run concbench run "${SMALL[@]}" --dispatch=static,shared --output=r.json "$@"
	assert_status 0
	assert_json r.json "[c['status'] for c in cells] == ['ok'] * 7 * $#" # serial is not dispatched
	assert_json r.json '{c["digest"] for c in cells} == {"0x000000000000b18b"}' # 1 + 2 + ... + 301
	assert_json r.json 'all(c["class"] == "ipc" and c["units"] == 301 for c in cells)'
	validate r.json
}

# every_way WORKLOAD: talk with these parameters, by partners on other CPUs and on the same one.
every_way()
{
	talk "$1:partner=other" "$1:partner=same" "$1:pattern=stream" "$1:pattern=stream,partner=same" \
		"$1:pattern=stream,way=duplex" "$1:pattern=stream,way=duplex,partner=same" "$1:size=100KiB" \
		"$1:pattern=stream,size=100KiB" "$1:pattern=stream,size=100KiB,way=duplex"
	assert_json r.json 'all(("roundtrip_ns" in s["metrics"]) == (c["params"]["pattern"] == "roundtrip")
		and ("under_way_pct" in s["metrics"]) == (c["params"]["pattern"] == "stream")
		and s["metrics"]["gib_per_s"] > 0 for c in cells for s in c["samples"])'
}

@test "pipes" {
	every_way ipc_pipe
}

@test "socket pairs" {
	every_way ipc_socketpair
}

@test "TCP over the loopback interface" {
	have_loopback
	every_way ipc_tcp
}

@test "many writers and many readers of one pipe, and of one socket" {
	talk ipc_pipe:pattern=stream,share=one ipc_pipe:pattern=stream,share=one,size=4096,partner=same \
		ipc_socketpair:pattern=stream,share=one ipc_socketpair:pattern=stream,share=one,size=64KiB
}

@test "without a loopback interface TCP is skipped, with the reason" {
	unshare --net true 2>/dev/null || skip "no network namespaces here (or not root)"
	run unshare --net "$CONCBENCH" run "${SMALL[@]}" --output=r.json ipc_tcp ipc_pipe
	assert_status 0
	assert_json r.json '[c["status"] for c in cells] == ["skipped"] * 4 + ["ok"] * 4'
	assert_json r.json 'all("no IPv4 loopback here: 127.0.0.1: " in c["reason"] for c in cells[:4])'
}

@test "TCP listens on the loopback interface only and on no fixed port" {
	have_loopback
	command -v strace >/dev/null || skip "strace is not installed"
	not_under asan "its leak check needs ptrace for itself"
	run strace -f -qq -e trace=bind,listen -o trace "$CONCBENCH" run --quick --quiet --no-wait --samples=1 --workers=2 \
		--mode=threads --units=100 --output=r.json ipc_tcp
	assert_status 0
	grep -q 'listen(' trace
	run grep 'AF_INET' trace
	assert_output 'sin_port=htons\(0\), sin_addr=inet_addr\("127.0.0.1"\)'
	[ "$(grep -c 'AF_INET' trace)" -eq "$(grep -c 'htons(0), sin_addr=inet_addr("127.0.0.1")' trace)" ]
}

# refused SPECIFICATION REASON: every cell is skipped for that reason.
refused()
{
	run concbench run "${SMALL[@]}" --output=r.json "$1"
	assert_status 6
	run concbench plan --mode=threads "$1"
	assert_output "$2"
}

@test "what does not go together is refused with a reason" {
	refused ipc_pipe:pattern=stream,share=one,size=4097 "size=4097 is too large for share=one: only up to 4096 bytes"
	refused ipc_socketpair:pattern=stream,share=one,size=1MiB "size=1048576 is too large for share=one: only up to 65536"
	refused ipc_pipe:share=one "share=one is for pattern=stream,way=oneway"
	refused ipc_socketpair:share=one,pattern=stream,way=duplex "share=one is for pattern=stream,way=oneway"
	refused ipc_pipe:way=duplex "way=duplex is for pattern=stream"
}

@test "bad values are refused before anything runs" {
	for bad in size=7 size=0 size=17MiB size=x pattern=pingpong way=both partner=none share=all; do
		run concbench run --quiet --output=r.json "ipc_pipe:$bad"
		assert_status 2
		assert_output "^concbench: .*ipc_pipe:$bad"
		[ ! -e r.json ]
	done
	run concbench run --quiet ipc_tcp:share=one
	assert_status 2
	assert_output "share"
}

@test "more channels than descriptors are refused, the limit named" {
	for workload in ipc_pipe ipc_socketpair ipc_pipe:pattern=stream,share=one; do
		run bash -c 'ulimit -n 100; exec "$0" run --quiet --output=r.json --mode=threads --workers=30 "$1"' "$CONCBENCH" \
			"$workload"
		assert_status 2
		assert_output 'RLIMIT_NOFILE'
		[ ! -e r.json ]
	done
}

@test "as many channels as descriptors allow are made" {
	have_loopback
	not_under tsan "it opens files of its own"
	for workload in ipc_pipe ipc_socketpair ipc_tcp; do
		run bash -c 'ulimit -n 256; exec "$0" run --quick --quiet --samples=1 --units=400 --output=r.json \
			--mode=threads,processes --workers=30 "$1"' "$CONCBENCH" "$workload"
		assert_status 0
		assert_json r.json '[c["status"] for c in cells] == ["ok"] * 2'
	done
}
