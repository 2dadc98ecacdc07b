#!/usr/bin/env bats
# The real workloads do the same work in every mode, dispatch and number of workers: equal units, equal digest. Units do
# not divide evenly by most numbers of workers, and are fewer than workers once.
load helper

# Every workload that is built in, small and quick where its defaults are not, and how many cells it has with 1..8
# workers under those dispatches of the list that it can do: "SPECIFICATION CELLS DISPATCHES". Serial is one, processes and threads are 8 each, hybrid is 2x2 2x3 2x4.
workloads()
{
	concbench list workloads --json | python3 -c '
import json, sys
small = {"cpu_prime": "limit=300", "cpu_deflate": "size=200KiB,level=1", "cpu_matmul": "n=24", "mem_stream": "size=1MiB",
         "wait_sleep": "duration=100us", "file_read": "size=1MiB,cache=warm", "file_fsync": "size=256KiB",
         "mix": "duration=100us", "sync_deadlock": "locks=same", "command": "words=true"}
cells = {"serial": 0, "processes": 8, "threads": 8, "hybrid": 3}
for w in json.load(sys.stdin)["workloads"]:
    name = w["name"]
    can = [d for d in sys.argv[1].split(",") if d in w["dispatches"]]
    print(name + (":" + small[name] if name in small else ""),
          ("serial" in w["modes"]) + len(can) * sum(cells[m] for m in w["modes"]), ",".join(can))' "$1"
}

# all_equal UNITS CELLS OPTION... WORKLOAD: so many cells are measured, each with that number of units, and with one
# digest for all. CELLS are serial and, for each dispatch, 8 of processes, 8 of threads, hybrid 2x2, 2x3 and 2x4.
all_equal()
{
	local units=$1 n=$2
	shift 2
	run concbench run --quick --quiet --mode=all --workers=1..8 --samples=1 --warmup=0ns --units="$units" \
		--dir=. --allow-unverified --output=r.json "$@"
	assert_status 0
	assert_json r.json '{c["status"] for c in cells} <= {"ok", "skipped"}'
	assert_json r.json 'all(c["mode"] == "hybrid" for c in cells if c["status"] == "skipped")'
	assert_json r.json "{c['units'] for c in cells if c['status'] == 'ok'} == {$units}"
	assert_json r.json 'len({c["digest"] for c in cells if c["status"] == "ok"}) == 1' ||
		fail "$(json r.json '{c["id"]: c.get("digest") for c in cells}')"
	assert_json r.json "sum(c['status'] == 'ok' for c in cells) == $n" ||
		fail "$(json r.json '[(c["id"], c["status"], c.get("reason")) for c in cells]')"
}

@test "digests are equal in all modes, dispatches and 1..8 workers" {
	while read -r workload cells dispatches; do
		all_equal 37 "$cells" --dispatch="$dispatches" "$workload"
	done < <(workloads static,shared,queue,spawn)
	validate r.json
}

@test "digests are equal with fewer units than workers" {
	while read -r workload cells dispatches; do
		all_equal 3 "$cells" --dispatch="$dispatches" "$workload"
	done < <(workloads shared,queue,spawn)
}

@test "digests are equal in batches of any size" {
	for batch in 1 7 1000; do
		all_equal 101 20 --batch=$batch cpu_prime:limit=300
		json r.json 'cells[0]["digest"]' >>digests
	done
	[ "$(sort -u digests | wc -l)" -eq 1 ] || fail "$(cat digests)"
}

@test "every workload is among them" {
	run workloads static,shared
	files=("$ROOT"/workloads/*.c)
	[ "${#lines[@]}" -eq "${#files[@]}" ] || fail "$output"
	assert_output '^null 39 static,shared$'
}

@test "another seed makes another digest" {
	for seed in 1 2; do
		run concbench run --quick --quiet --mode=serial --samples=1 --units=20 --seed=$seed --output=r.json \
			cpu_deflate:size=200KiB
		assert_status 0
		json r.json 'cells[0]["digest"]' >>digests
	done
	[ "$(sort -u digests | wc -l)" -eq 2 ] || fail "$(cat digests)"
}
