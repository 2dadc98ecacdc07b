#!/usr/bin/env bats
# `list` and `plan`: they tell, and measure nothing.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

setup()
{
	common_setup
	mkdir here && cd here || return
}

# value EXPRESSION: evaluates a Python expression in which d is the JSON document in $output.
value()
{
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$output" "$1"
}

@test "list names the workloads, sorted, with class and summary" {
	run --separate-stderr "$CONCBENCH" list
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ $output =~ cpu_prime\ +cpu\ +[^\ ] ]]
	[[ $output =~ wait_sleep\ +wait\ +[^\ ] ]]
	[ "$output" = "$(sort <<<"$output")" ]
	[ "$output" = "$("$CONCBENCH" list workloads)" ]
}

@test "list modes" {
	run --separate-stderr "$CONCBENCH" list modes
	[ "$status" -eq 0 ]
	for word in serial processes threads hybrid static shared; do
		[[ $output == *"  $word "* ]]
	done
	[[ $output != *async* ]]
}

@test "list params" {
	run --separate-stderr "$CONCBENCH" list params cpu_prime
	[ "$status" -eq 0 ]
	[[ $output == *"limit=10000"* ]]
}

@test "list --json" {
	run --separate-stderr "$CONCBENCH" list --json
	[ "$status" -eq 0 ]
	[ "$(value 'd["schema"]')" = concbench.list/1 ]
	[ "$(value '[w["class"] for w in d["workloads"] if w["name"] == "cpu_prime"]')" = "['cpu']" ]
	[ "$(value '[w["modes"] for w in d["workloads"] if w["name"] == "cpu_prime"]')" = \
		"[['serial', 'processes', 'threads', 'hybrid']]" ]
	run --separate-stderr "$CONCBENCH" list modes --json
	[ "$(value '[m["name"] for m in d["modes"]]')" = "['serial', 'processes', 'threads', 'hybrid']" ]
	[ "$(value '[m["name"] for m in d["dispatches"]]')" = "['static', 'shared', 'queue', 'spawn']" ]
	run --separate-stderr "$CONCBENCH" list --json params cpu_prime
	[ "$(value '[(p["name"], p["default"]) for p in d["params"]]')" = "[('limit', '10000')]" ]
}

@test "every workload's parameters can be listed, as text and as JSON" {
	workloads=$("$CONCBENCH" list | cut -d' ' -f1)
	[ -n "$workloads" ]
	for workload in $workloads; do
		run --separate-stderr "$CONCBENCH" list params "$workload"
		[ "$status" -eq 0 ]
		run --separate-stderr "$CONCBENCH" list params "$workload" --json
		[ "$status" -eq 0 ]
		[ "$(value 'd["workload"]')" = "$workload" ]
	done
}

@test "list: usage errors" {
	while IFS='|' read -r arguments message; do
		# shellcheck disable=SC2086 # the rows are words
		run --separate-stderr "$CONCBENCH" list $arguments
		echo "$arguments: $status $stderr"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "$stderr" = "concbench: $message" ]
	done <<-'END'
		wrkloads|wrkloads: there is no such list; did you mean workloads?
		params|params: needs the name of one workload
		params cpu_prime null|params: needs the name of one workload
		params cpu_prim|cpu_prim: there is no such workload; did you mean cpu_prime?
		modes threads|modes: takes nothing behind it
		--jsn|--jsn: there is no such option; did you mean --json?
		--json --json|--json: given twice
	END
}

@test "an answer that cannot be written is not a success" {
	# shellcheck disable=SC2016 # the inner shell expands it
	run --separate-stderr bash -c '"$0" list >/dev/full' "$CONCBENCH"
	[ "$status" -eq 7 ]
	[ "$stderr" = "concbench: standard output: No space left on device" ]
	# shellcheck disable=SC2016 # likewise
	run --separate-stderr bash -c '"$0" list >&-' "$CONCBENCH"
	[ "$status" -eq 7 ]
}

@test "plan tells every cell with its CPUs, the skips with their reasons, and the time" {
	run --separate-stderr "$CONCBENCH" plan --mode=serial,threads,hybrid --workers=2,5 null
	[ "$status" -eq 0 ]
	[[ $output =~ null/serial/1\ +CPU\ [0-9]+ ]]
	[[ $output =~ null/threads/2 ]]
	[[ $output =~ null/threads/5 ]]
	[[ $output =~ hybrid.*skipped:\ [^\ ] ]]
	[[ ${lines[-1]} =~ ^[0-9]+\ cells\ to\ measure,\ [0-9]+\ skipped\;\ about\ [0-9] ]]
	[ -z "$(ls -A)" ]
}

@test "plan --json" {
	run --separate-stderr "$CONCBENCH" plan --json --mode=serial,threads --workers=2 --pin=none null
	[ "$status" -eq 0 ]
	[ "$(value 'd["schema"]')" = concbench.plan/1 ]
	[ "$(value '[(c["mode"], c["workers"], c["status"]) for c in d["cells"]]')" = \
		"[('serial', 1, 'ok'), ('threads', 2, 'ok')]" ]
	[ "$(value 'any("cpus" in c for c in d["cells"])')" = False ]
	[ "$(value 'd["expected_ns"] > 0')" = True ]
}

@test "plan: --scan makes groups, --cells keeps what matches" {
	run --separate-stderr "$CONCBENCH" plan --json --scan n=100,200 --cells='*/threads/2' --workers=2 \
		'cpu_prime:limit={n}'
	[ "$status" -eq 0 ]
	[ "$(value '[c["id"] for c in d["cells"]]')" = \
		"['cpu_prime:limit=100/threads/2', 'cpu_prime:limit=200/threads/2']" ]
	run --separate-stderr "$CONCBENCH" plan --cells='nothing*' null
	[ "$status" -eq 2 ]
	[[ $stderr == "concbench: plan: "* ]]
}

@test "plan waits for no lock" {
	python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX)
try:
    s.bind("\0concbench")
    s.listen()
except OSError:
    pass
print("held", flush=True)
time.sleep(30)' >held &
	holder=$!
	while ! grep -q held held; do sleep 0.05; done
	run --separate-stderr timeout 10 "$CONCBENCH" plan null
	kill "$holder"
	[ "$status" -eq 0 ]
}

@test "list groups: their members, of which every one can be planned" {
	run --separate-stderr "$CONCBENCH" list groups
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ $output =~ @sync\ +[^\ ] ]]
	[[ $output == *"    sync_counter:guard=none sync_counter:guard=mutex "* ]]
	run --separate-stderr "$CONCBENCH" list groups --json
	[ "$(value 'd["schema"]')" = concbench.list/1 ]
	[ "$(value '[g["workloads"] for g in d["groups"] if g["name"] == "memory"]')" = "[['mem_stream']]" ]
	groups=$(value '" ".join(g["name"] for g in d["groups"] if g["workloads"])')
	for group in $groups; do
		run --separate-stderr "$CONCBENCH" plan --mode=serial "@$group"
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ] || fail "@$group: status $status: $stderr"
	done
	"$CONCBENCH" plan --json --mode=serial @all >plan.json
	all=$(json plan.json '" ".join(c["workload"] for c in cells)')
	[ "$all" = "$("$CONCBENCH" list | cut -d' ' -f1 | xargs)" ]
}

@test "groups mix with workloads; what comes by both is there once" {
	run --separate-stderr "$CONCBENCH" plan --json --mode=serial cpu_prime null @cpu @memory
	[ "$status" -eq 0 ]
	[ "$(value '[c["workload"] for c in d["cells"]]')" = \
		"['cpu_prime', 'null', 'cpu_deflate', 'cpu_matmul', 'mem_stream']" ]
	run --separate-stderr "$CONCBENCH" plan --mode=serial @cpu null null
	[ "$status" -eq 2 ]
	[ "$stderr" = "concbench: plan: null is asked for twice: name it once" ]
	run --separate-stderr "$CONCBENCH" plan @snyc
	[ "$status" -eq 2 ]
	[ "$stderr" = "concbench: plan: there is no workload group '@snyc': did you mean '@sync'?" ]
	run --separate-stderr "$CONCBENCH" plan @sync:guard=none
	[ "$status" -eq 2 ]
}
