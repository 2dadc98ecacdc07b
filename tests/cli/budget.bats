#!/usr/bin/env bats
# --time-budget: every group has its share, what is left goes to the widest intervals, and blocks stay whole.

# shellcheck disable=SC2154 # run sets output and status
load helper

setup()
{
	common_setup
	short=(--quick --sample-time=5ms "--mode=serial,threads" --workers=2 --quiet --output=r.json)
}

# Of the samples that count: "CELL BLOCK" for each, and how many of them each cell has.
counted='[(c["id"], s["block"]) for c in cells for s in c["samples"] if not s.get("discarded")]'
numbers='[sum(not s.get("discarded") for s in c["samples"]) for c in cells]'
# The serial cell comes first in its group of two.
bases='[set(s["block"] for s in c["samples"] if not s.get("discarded")) for c in cells[::2]]'
others='[set(s["block"] for s in c["samples"] if not s.get("discarded")) for c in cells[1::2]]'

@test "a budget that is over at once still gives every group one block" {
	concbench run "${short[@]}" --time-budget=1ms cpu_prime wait_sleep:duration=1ms
	assert_json r.json "$numbers == [2] * 4"
	validate r.json
}

@test "what is left of the budget goes on in blocks of whole pairs, each with its base" {
	# a precision that is never reached, so that all go on to 30
	concbench run "${short[@]}" --time-budget=100s --precision=0.01% cpu_prime wait_sleep:duration=1ms
	assert_json r.json "all(12 <= n <= 30 for n in $numbers)"
	assert_json r.json "all(x.count(s) == 2 for x in [$counted] for s in x)"
	assert_json r.json "all(o <= b for b, o in zip($bases, $others))"
	validate r.json
	# opening a group takes a discarded sample, and so does going back to it
	assert_json r.json "min(s['block'] for c in cells[:2] for s in c['samples'] if s.get('discarded')) == 0"
	assert_json r.json "6 in [s['block'] for c in cells[:2] for s in c['samples'] if s.get('discarded')]"
}

@test "--samples knows no budget and goes back to nobody" {
	concbench run "${short[@]}" --time-budget=1ms --samples=3 cpu_prime wait_sleep:duration=1ms
	assert_json r.json "$numbers == [3] * 4"
	assert_json r.json "sum(s.get('discarded', False) for c in cells for s in c['samples']) == 2"
}

@test "plan says what a quiet host takes, the most, and what a budget is too short for" {
	run concbench plan --mode=serial cpu_prime
	assert_output '^1 cell to measure, 0 skipped; about [0-9.m]+s on a quiet host, at most [0-9.m]+s$'
	run concbench plan --mode=serial --time-budget=2s cpu_prime
	assert_output 'about 2s, as --time-budget lasts for [0-9]+ samples a cell; 12, the least that is wanted, would take 4s'
	run concbench plan --mode=serial --samples=12 cpu_prime
	assert_output '; about 4s$'
}
