#!/usr/bin/env bats
# concbench analyze: real results in, valid JSON and sentences out; bad input is refused.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

measure()
{
	concbench run --quick --quiet --sample-time=5ms --warmup=1ms --output=r.json "$@"
}

@test "a result is analysed: text and JSON agree" {
	measure cpu_prime:limit=1000 wait_sleep:duration=1ms --workers=1,2
	run concbench analyze r.json
	assert_status 0
	assert_output '^cpu_prime:limit=1000$'
	assert_output '^wait_sleep:duration=1ms$'
	assert_output 'MODE +WORKERS +UNITS/S'
	assert_output '^  processes +2 '
	assert_output '^  > '
	concbench analyze --json r.json >a.json
	validate a.json
	assert_json a.json 'len(d["cases"]) == 2 and d["cases"][0]["serial"] == "cpu_prime:limit=1000/serial/1"'
	assert_json a.json 'all(abs(sum(v for k, v in p["loss"].items() if k not in ("total", "makespan", "worst")) - p["loss"]["total"]) < 1e-9
		for c in d["cases"] for u in c["curves"] if u["mode"] != "serial" for p in u["points"])'
	assert_json a.json 'all(c["advice"]["text"] for c in d["cases"])'
}

@test "rates and speed-ups are those of the result" {
	measure cpu_prime:limit=1000 --workers=2
	concbench analyze --json r.json >a.json
	python3 - <<'PY'
import json
cells = {c["id"]: c["summary"] for c in json.load(open("r.json"))["cells"] if "summary" in c}
points = {p["id"]: p for c in json.load(open("a.json"))["cases"] for u in c["curves"] for p in u["points"]}
assert cells.keys() == points.keys() and len(points) > 2
close = lambda a, b: abs(a / b - 1) < 1e-12
for name, point in points.items():
    for key in ("median", "ci_low", "ci_high"):
        assert close(point["units_per_s"][key], cells[name]["units_per_s"][key]), name
        if "speedup" in cells[name]:
            assert close(point["speedup"][key], cells[name]["speedup"][key]), name
    assert ("speedup" in point) == ("speedup" in cells[name])
PY
}

@test "six numbers of workers are fitted, five are not" {
	concbench run --quick --quiet --sample-time=2ms --warmup=1ms --mode=threads,serial --workers=1..6 --output=r.json wait_sleep:duration=100us
	concbench analyze --json r.json >a.json
	validate a.json
	assert_json a.json '[u for u in d["cases"][0]["curves"] if u["mode"] == "threads"][0]["usl"].keys() >= {"lambda", "kappa_low"} or
		"built without cminpack" in str(d) or "cannot be loaded" in str(d)'
	concbench run --quick --quiet --sample-time=2ms --warmup=1ms --mode=threads,serial --workers=1..5 --output=r.json wait_sleep:duration=100us
	concbench analyze --json r.json >a.json
	assert_json a.json '"at least 6" in [u for u in d["cases"][0]["curves"] if u["mode"] == "threads"][0]["usl"]["reason"]'
}

@test "the same file gives the same words" {
	measure wait_sleep:duration=1ms --workers=2
	[ "$(concbench analyze --json r.json)" = "$(concbench analyze --json r.json)" ]
}

@test "several files, and one of another layout" {
	measure null --workers=2
	python3 -m json.tool r.json >pretty.json
	run concbench analyze r.json pretty.json
	assert_status 0
	assert_output '^null \(r.json\)'
	assert_output '^null \(pretty.json\)'
}

@test "the fixtures, hostile ones among them, stay one line of text each" {
	for fixture in "$BATS_TEST_DIRNAME"/fixtures/{base,new,notok,partial,quick,hostile}.json; do
		run concbench analyze "$fixture"
		[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || fail "$fixture: status $status: $output"
		! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' <<<"$output" || fail "$fixture: control characters: $output"
	done
}

@test "what is no result is refused" {
	echo '{"schema": "concbench.host/1"}' >host.json
	echo '{"schema": "concbench.result/1", "cells": []}' >empty.json
	for bad in host.json nonexistent.json / /dev/zero; do
		run timeout 20 "$CONCBENCH" analyze "$bad"
		assert_status 2
		assert_output "^concbench: analyze: $bad cannot be read: "
	done
	run concbench analyze empty.json
	assert_status 6
	run concbench analyze
	assert_status 2
	assert_output 'name the result files'
	run concbench analyze --jsonn r.json
	assert_status 2
	assert_output 'json'
}

# They are numbers of a file, not sizes of memory.
@test "numbers of blocks that no run has given" {
	measure null --workers=2
	sed -E 's/"block":0/"block":3000000000/g; s/"block":1/"block":4294967294/g' r.json >edited.json
	run timeout 20 "$CONCBENCH" analyze edited.json
	assert_status 2
	assert_output "has a block number that cannot be"
}

@test "an answer that cannot be written is no success" {
	[ -e /dev/full ] || skip "there is no /dev/full"
	measure null --workers=2
	run bash -c '"$CONCBENCH" analyze --json r.json >/dev/full'
	assert_status 7
}
