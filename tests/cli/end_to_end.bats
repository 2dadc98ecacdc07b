#!/usr/bin/env bats
# The main path on a small scale: measure in every mode, write JSON that is valid by its schema, agree on the digest.
load helper

@test "a quick run of all modes writes a valid result" {
	run concbench run --quick --quiet --mode=all --workers=1,2 --output=r.json null cpu_prime:limit=1000
	assert_status 0
	[ -z "$output" ] || fail "--quiet printed: $output"
	validate r.json
	assert_json r.json 'd["quick"] and not d["partial"]'
	assert_json r.json '{c["mode"] for c in cells} == {"serial", "processes", "threads", "hybrid"}'
	assert_json r.json '{c["status"] for c in cells} <= {"ok", "skipped"}'
	assert_json r.json '{c["workload"] for c in cells if c["status"] == "ok"} == {"null", "cpu_prime"}'
}

@test "all modes do exactly the units asked for and agree on the digest" {
	run concbench run --quick --quiet --samples=2 --mode=serial,processes,threads --workers=1..3 --units=101 \
		--output=r.json cpu_prime:limit=1000
	assert_status 0
	validate r.json
	assert_json r.json 'd["scaling"] == "fixed" and {c["units"] for c in cells} == {101}'
	assert_json r.json 'len(cells) == 7 and len({c["digest"] for c in cells}) == 1'
}
