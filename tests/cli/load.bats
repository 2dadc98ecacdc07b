#!/usr/bin/env bats
# More workers than CPUs: that they can be asked for and confined, and that queueing, switching and throttling are told
# where they matter.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
# shellcheck disable=SC2016 # what bash -c is given expands there
load helper

TABLE=$BATS_TEST_DIRNAME/../../scripts/table.py
FIXTURES=$BATS_TEST_DIRNAME/fixtures

setup()
{
	common_setup
	GROUP=
}

teardown()
{
	[ -z "$GROUP" ] || rmdir "$GROUP"
}

# load_table CELL...: a result with these cells of the fixture, as a table in output.
load_table()
{
	python3 - "$FIXTURES/load.json" "$@" >load.json <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    d = json.load(f)
d["cells"] = [c for c in d["cells"] if c["workload"] in sys.argv[2:]]
print(json.dumps(d))
PY
	run "$TABLE" load.json
	assert_status 0
}

@test "table.py: what does not matter is not there" {
	load_table calm
	refute_output 'queued|switches|throttled'
	load_table calm short
	refute_output 'queued|switches|throttled'
}

@test "table.py: queueing brings its share and the switches" {
	load_table calm queued
	assert_output '^id +workers +rate +speedup +efficiency +on_cpu +queued +switches +memory'
	assert_output '^calm/threads/2 .* 97% +3\.0% +50/s '
	assert_output '^queued/threads/8 +8\* .* 25% +75% +500/s '
}

@test "table.py: many switches stand alone" {
	load_table calm switching
	assert_output ' on_cpu +switches +memory'
	assert_output '^switching/threads/2 .* 97% +20\.00k/s '
}

@test "table.py: throttling is told with its share" {
	load_table throttled calm
	assert_output ' on_cpu +throttled +memory'
	assert_output '^throttled/threads/1 .* 50% +48% '
	assert_output '^calm/threads/2 .* 97% +0\.0% '
}

# BASE: options of a short run, its table on stderr.
BASE=(run --quick --samples=2 --sample-time=10ms --warmup=1ms --output=r.json)

# assert_load CELL TEXT: in the table, behind the on-CPU share.
assert_load()
{
	grep -qE "^  $1 +.*% +$2 +[0-9.]+[KMG]iB " <<<"$stderr" || fail "no match for $1, $2 in: $stderr"
}

@test "workers share one CPU of a confined run, and queue" {
	local cpu
	cpu=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
	run --separate-stderr concbench "${BASE[@]}" --cpus="$cpu" --workers=4 --mode=processes,threads cpu_prime
	assert_status 0
	validate r.json
	assert_json r.json "[(c['workers'], c['cpus'], c['oversubscribed']) for c in cells] == 2 * [(4, [$cpu], True)]"
	# the four take turns, whatever else runs: each waits for three
	assert_json r.json "all(c['summary']['run_delay_ns'] > c['summary']['makespan_ns'] for c in cells)"
	[[ $stderr == *" on-CPU "*" queued "*" switches "* ]] || fail "$stderr"
	assert_load "processes/cpus=$cpu +4\*" '[0-9.]+% +[0-9.]+k?/s'
	assert_load "threads/cpus=$cpu +4\*" '[0-9.]+% +[0-9.]+k?/s'
}

@test "a sweep of workers shows rate, queueing and switches of each" {
	run --separate-stderr concbench "${BASE[@]}" --workers=1,2,4,8,16,32,64 --mode=threads cpu_prime
	assert_status 0
	validate r.json
	assert_json r.json "[c['workers'] for c in cells] == [1, 2, 4, 8, 16, 32, 64]"
	assert_json r.json "[c['oversubscribed'] for c in cells] == [n > d['host']['cpus_usable'] for n in (1, 2, 4, 8, 16, 32, 64)]"
	for n in 1 2 4 8 16 32 64; do
		grep -qE "^  threads +$n\*? +[0-9.]+k?/s.*% +[0-9.]+% +[0-9.]+k?/s " <<<"$stderr" || fail "$n: $stderr"
	done
}

# A control group below ours with a tenth of a CPU, in GROUP; skips the test where that cannot be.
need_quota()
{
	local own parent
	own=$(sed -nE 's/^[0-9]+:([^:]*,)?cpu(,[^:]*)?:(.*)/\3/p; s/^0::(.*)/\1/p' /proc/self/cgroup | head -1)
	for parent in "/sys/fs/cgroup/cpu$own" "/sys/fs/cgroup$own"; do
		GROUP=${parent%/}/concbench-test-$$-$BATS_TEST_NUMBER
		mkdir "$GROUP" 2>/dev/null || continue
		if [ -w "$GROUP/cpu.cfs_quota_us" ]; then
			echo 10000 >"$GROUP/cpu.cfs_quota_us" && return
		elif [ -w "$GROUP/cpu.max" ]; then
			echo "10000 100000" >"$GROUP/cpu.max" && return
		fi
		rmdir "$GROUP"
	done
	GROUP=
	skip "no control group with a CPU quota can be made here"
}

@test "a quota that stops workers is in the table, and measured" {
	need_quota
	run --separate-stderr bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' bash "$GROUP" \
		"$CONCBENCH" run --quick --samples=2 --sample-time=250ms --output=r.json --mode=threads --workers=1 cpu_prime
	assert_status 0
	validate r.json
	grep -qE '^throttled_(time|usec) [1-9]' "$GROUP/cpu.stat" || skip "the machine is so busy that the quota was never reached"
	assert_json r.json "d['host']['quota_cpus'] == 0.1 and 0 < cells[0]['summary']['throttled'] <= 1" ||
		fail "$(json r.json "(d['host'], cells[0]['summary'])")"
	[[ $stderr == *" throttled "* ]] || fail "$stderr"
	run "$TABLE" r.json
	assert_output ' throttled '
}
