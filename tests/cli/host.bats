#!/usr/bin/env bats
# `host`: what this machine is, which of it may be used, and what would disturb a measurement.

load helper

# json EXPRESSION: evaluates a Python expression in which d is the JSON document in $output.
json()
{
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$output" "$1"
}

@test "host tells CPUs, memory, clock and fingerprint on stdout" {
	run --separate-stderr concbench host
	assert_status 0
	[ -z "$stderr" ]
	for word in CPUs Usable System Memory Clock Features Fingerprint; do
		[[ $output == *$word* ]] || fail "no line '$word'"
	done
	[[ $output == *"would disturb a measurement"* || $output == *"Would disturb a measurement"* ]]
	[[ $output != *Capacity* ]]
}

@test "host --json is a document with the units in its keys" {
	run --separate-stderr concbench host --json
	assert_status 0
	[ -z "$stderr" ]
	[ "$(json 'd["schema"]')" = concbench.host/1 ]
	[ "$(json 'd["cpus_usable"]')" -eq "$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)" ] || [ "$(json '"quota_cpus" in d')" = True ]
	[ "$(json 'd["clock_ns"] > 0 and d["memory_bytes"] > 0')" = True ]
	[ "$(json 'type(d["virtualized"]).__name__')" = bool ]
	[ "$(json 'len(d["fingerprint"])')" -eq 16 ]
	[ "$(json 'None in d.values() or "capacity" in d')" = False ]
}

@test "the fingerprint stays the same" {
	run --separate-stderr concbench host --json
	first=$(json 'd["fingerprint"]')
	run --separate-stderr concbench host --json
	[ "$(json 'd["fingerprint"]')" = "$first" ]
}

@test "a narrower affinity mask leaves fewer usable CPUs, and the same fingerprint" {
	run --separate-stderr concbench host --json
	all=$(json 'd["fingerprint"]')
	cpu=$(json 'd["cpus_allowed"][-1]')
	run --separate-stderr taskset -c "$cpu" "$CONCBENCH" host --json
	assert_status 0
	[ "$(json 'd["cpus_usable"]')" -eq 1 ]
	[ "$(json 'd["cpus_allowed"]')" = "[$cpu]" ]
	[ "$(json 'd["fingerprint"]')" = "$all" ]
}

@test "host --probe measures what the usable CPUs give together" {
	run --separate-stderr concbench host --probe
	assert_status 0
	[[ $output == *Capacity* ]]
	run --separate-stderr concbench host --probe --json
	assert_status 0
	[ "$(json '0 < d["capacity_min"] <= d["capacity"] <= d["capacity_max"]')" = True ]
	[ "$(json 'd["capacity_probes"] > 0')" = True ]
}

@test "host --help is its manual" {
	run --separate-stderr concbench host --help
	assert_status 0
	[[ $output == *--json* && $output == *--probe* ]]
}

@test "host refuses what it does not know" {
	for word in --jsn --json=1 extra; do
		run --separate-stderr concbench host "$word"
		assert_status 2
		[ -z "$output" ]
		[[ $stderr == concbench:* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
	run concbench host --json --json
	assert_status 2
}
