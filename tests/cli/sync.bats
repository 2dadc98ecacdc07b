#!/usr/bin/env bats
# Shared data: updates are lost without a lock and with none of the locks; a global is shared by threads only.
load helper

setup()
{
	common_setup
	samples=1
	counted=(--quick --quiet "--mode=threads,processes" --workers=2 --units=10000 --timeout=60s)
}

# count GUARD: 10^7 increments by two threads, and by two processes, into r.json.
count()
{
	run concbench plan --mode=threads --workers=2 "sync_counter:guard=$1"
	[[ "$output" != *"build time"* ]] || skip "built without Concurrency Kit"
	run concbench run "${counted[@]}" --samples="$samples" --output=r.json "sync_counter:guard=$1"
	assert_status 0
	assert_json r.json '[c["status"] for c in cells] == ["ok", "ok"]'
	assert_json r.json 'all(s["metrics"]["expected"] == 1e7 for c in cells for s in c["samples"])'
}

# The number of a CPU that this process may use.
one_cpu()
{
	python3 -c 'import os; print(min(os.sched_getaffinity(0)))'
}

# exact GUARD: none of them is lost.
exact()
{
	count "$1"
	assert_json r.json 'all(s["metrics"]["observed"] == 1e7 and s["metrics"]["lost"] == 0
		for c in cells for s in c["samples"])'
}

@test "without a guard updates are lost, in threads and in processes, and that is no failure" {
	[ "$(nproc)" -gt 1 ] || skip "with one CPU workers hardly ever meet between a load and its store"
	# where something else has a CPU for a whole sample, one worker does all alone and loses nothing
	samples=6
	count none
	assert_json r.json 'all(any(s["metrics"]["lost"] > 0 for s in c["samples"]) for c in cells)'
	assert_json r.json 'all(s["metrics"]["observed"] + s["metrics"]["lost"] == 1e7 for c in cells for s in c["samples"])'
	validate r.json
}

@test "a mutex loses none of 10^7 increments" {
	exact mutex
}

@test "a recursive mutex loses none of 10^7 increments" {
	exact recursive
}

@test "a spin lock loses none of 10^7 increments" {
	exact spin
}

@test "a ticket lock loses none of 10^7 increments" {
	[ "$(nproc)" -gt 1 ] || skip "with one CPU each increment waits for a turn of the scheduler"
	exact ticket
}

@test "an MCS lock loses none of 10^7 increments" {
	[ "$(nproc)" -gt 1 ] || skip "with one CPU each increment waits for a turn of the scheduler"
	exact mcs
}

@test "a read-write lock loses none of 10^7 increments" {
	exact rwlock
}

@test "an atomic increment loses none of 10^7" {
	exact atomic
}

@test "a copy for each worker, merged once, loses none of 10^7 increments" {
	exact local
}

@test "locks that serve in the order of arrival are refused, or marked, where workers outnumber CPUs" {
	run concbench plan --mode=serial sync_counter:guard=ticket
	[[ "$output" != *"build time"* ]] || skip "built without Concurrency Kit"
	run concbench run --quick --quiet --samples=1 --mode=threads --workers=3 --cpus="$(one_cpu)" --units=20 --output=r.json \
		sync_counter:guard=ticket sync_counter:guard=ticket,hold=600000,increments=1 sync_counter:guard=spin
	assert_status 0
	assert_json r.json '[c["status"] for c in cells] == ["skipped", "ok", "ok"]'
	assert_json r.json '"more workers than CPUs" in cells[0]["reason"]'
	assert_json r.json 'cells[1]["samples"][0]["notes"]["fifo_spin_lock"] == "more workers than CPUs"'
	assert_json r.json '"notes" not in cells[2]["samples"][0]'
}

# In a run that finds its units itself: long enough that it shows, short enough that it ends.
@test "a spin lock that serves in the order of arrival collapses where workers outnumber CPUs, is measured and marked" {
	run concbench plan --mode=serial sync_counter:guard=mcs
	[[ "$output" != *"build time"* ]] || skip "built without Concurrency Kit"
	run concbench run --quick --progress=none --samples=1 --mode=threads,processes --workers=2 --cpus="$(one_cpu)" \
		--output=r.json sync_counter:guard=mcs,hold=400000,increments=1
	assert_status 0
	assert_json r.json '[(c["status"], c["units"]) for c in cells] == [("ok", 124), ("ok", 124)] or
		[(c["status"], c["units"]) for c in cells] == [("ok", 125), ("ok", 125)]'
	assert_output "^  threads/cpus=[0-9]+ +2\* +[0-9.]+k?/s +[^ ]*%"
	assert_output "^% +a spin lock that serves in the order of arrival"
}

@test "a global is shared by threads, copied for processes, and partly shared in hybrid" {
	run concbench run --quick --quiet --samples=1 --mode=all --workers=4 --shape=2x2 --units=1000 \
		--dispatch=static --output=r.json sync_global
	assert_status 0
	views='{c["mode"]: [int(c["samples"][0]["metrics"][k]) for k in
		("copies", "parent_sees", "worker_sees_min", "worker_sees_max")] for c in cells}'
	assert_json r.json "$views"' == {"serial": [1, 1000, 1000, 1000], "threads": [1, 1000, 1000, 1000],
		"processes": [4, 0, 250, 250], "hybrid": [2, 0, 500, 500]}'
	assert_json r.json 'all(c["samples"][0]["notes"]["worker_0_sees"] in (250, 500, 1000) for c in cells)'
	validate r.json
}

# shellcheck disable=SC2154 # run sets stderr
@test "the table has the price of an increment beside that without a guard, and what was lost" {
	run --separate-stderr "$CONCBENCH" run --quick --samples=6 --sample-time=20ms --mode=threads --workers=2 \
		--output=price.json sync_counter:guard=none sync_counter:guard=atomic
	assert_status 0
	validate price.json
	base=sync_counter:guard=none/threads/2
	assert_json price.json '[c["summary"]["price"]["metric"] for c in cells] == ["ns_per_increment"] * 2'
	assert_json price.json '"ratio" not in cells[0]["summary"]["price"]'
	assert_json price.json "cells[1]['summary']['price']['ratio']['versus'] == '$base'"
	assert_json price.json 'abs(cells[1]["summary"]["price"]["ratio"]["median"] * cells[0]["summary"]["price"]["median"]
		/ cells[1]["summary"]["price"]["median"] - 1) < 1e-9'
	assert_json price.json '"finding" not in cells[1]["summary"]'
	grep -qE ' price +to base$' <<<"$stderr"
	grep -qE '^price: ns_per_increment, ' <<<"$stderr"
	grep -qE '[0-9.]+x \([0-9.]+\.\.[0-9.]+\)$' <<<"$stderr"
	if [ "$(json price.json '"finding" in cells[0]["summary"]')" = true ]; then
		grep -qE '^    found: [0-9.]+[kM]? of [0-9.]+[kMG]? increments were lost \([0-9.]+ %\)$' <<<"$stderr"
	fi
	run "$ROOT/scripts/table.py" --columns=id,price,price_ratio,finding price.json
	assert_status 0
	assert_output '^sync_counter:guard=atomic/threads/2 +[0-9.]+ns +[0-9.]+x '
	assert_output '^note: price_ratio is against a cell of another group'
}
