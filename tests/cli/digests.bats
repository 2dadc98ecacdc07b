#!/usr/bin/env bats
# The real workloads do the same work in every mode, dispatch and number of workers: equal units, equal digest. Units do
# not divide evenly by most numbers of workers, and are fewer than workers once.
load helper

# The numbers of workers; fewer under a sanitizer, where it is the code that is looked at and not the sums.
numbers=1,2,3,4,5,6,7,8
[ "${CB_PROFILE:-release}" = release ] || numbers=1,3,4,8

# Every workload that is built in, small and quick where its defaults are not, and how many cells it has with those numbers
# of workers under those dispatches of the list that it can do: "SPECIFICATION CELLS DISPATCHES". Serial is one cell.
workloads()
{
	concbench list workloads --json | python3 -c '
import json, sys
small = {"cpu_prime": "limit=300", "cpu_deflate": "size=200KiB,level=1", "cpu_matmul": "n=24", "mem_stream": "size=1MiB",
         "wait_sleep": "duration=100us", "file_read": "size=1MiB,cache=warm", "file_fsync": "size=256KiB",
         "mix": "duration=100us", "sync_deadlock": "locks=same", "command": "words=true"}
workers = [int(w) for w in sys.argv[2].split(",")]
cells = {"serial": 0, "processes": len(workers), "threads": len(workers), "hybrid": sum(w >= 4 and w % 2 == 0 for w in workers)}
for w in json.load(sys.stdin)["workloads"]:
    name = w["name"]
    can = [d for d in sys.argv[1].split(",") if d in w["dispatches"]]
    if can:
        print(name + (":" + small[name] if name in small else ""),
              ("serial" in w["modes"]) + len(can) * sum(cells[m] for m in w["modes"]), ",".join(can))' "$1" "$2"
}

# all_equal UNITS WORKERS CELLS OPTION... WORKLOAD: so many cells are measured, each with that number of units, and with
# one digest for all.
all_equal()
{
	local units=$1 workers=$2 n=$3
	shift 3
	run concbench run --quick --quiet --mode=all --workers="$workers" --samples=1 --warmup=0ns --units="$units" \
		--dir=. --allow-unverified --output=r.json "$@"
	assert_status 0
	python3 - r.json "$units" "$n" <<-'END'
		import json, sys
		cells = json.load(open(sys.argv[1]))["cells"]
		units, n = map(int, sys.argv[2:])
		ok = [c for c in cells if c["status"] == "ok"]
		rest = [(c["id"], c["status"], c.get("reason")) for c in cells if c["status"] != "ok"]
		assert all(c["status"] == "skipped" and c["mode"] == "hybrid" for c in cells if c["status"] != "ok"), rest
		assert len(ok) == n, (len(ok), rest)
		assert {c["units"] for c in ok} == {units}, {c["id"]: c["units"] for c in ok}
		assert len({c["digest"] for c in ok}) == 1, {c["id"]: c["digest"] for c in ok}
	END
}

# all_workloads UNITS WORKERS DISPATCHES
all_workloads()
{
	while read -r workload cells dispatches; do
		all_equal "$1" "$2" "$cells" --dispatch="$dispatches" "$workload"
	done < <(workloads "$3" "$2")
	validate r.json
}

@test "digests are equal in all modes, by ranges and tickets" {
	all_workloads 37 "$numbers" static,shared
}

@test "digests are equal in all modes, through a queue" {
	all_workloads 37 "$numbers" queue
}

@test "digests are equal in all modes, with a worker for each unit" {
	all_workloads 37 "$numbers" spawn
}

@test "digests are equal with fewer units than workers" {
	all_workloads 3 8 shared,queue,spawn
}

@test "digests are equal with any number of workers" {
	all_equal 37 1..8 77 --dispatch=static,shared,queue,spawn cpu_prime:limit=300
}

@test "digests are equal in batches of any size" {
	for batch in 1 7 1000; do
		all_equal 101 1..8 20 --batch=$batch cpu_prime:limit=300
		json r.json 'cells[0]["digest"]' >>digests
	done
	[ "$(sort -u digests | wc -l)" -eq 1 ] || fail "$(cat digests)"
}

@test "every workload is among them" {
	run workloads static,shared 1,2,3,4,5,6,7,8
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
