#!/usr/bin/env bats
# gate: verdicts and exit statuses, with arms whose numbers are known; and two real builds.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
# shellcheck disable=SC2016 # what an arm does is expanded in the arm
load helper
load gate
load plugin

setup_file()
{
	install_concbench
}

@test "gate: the same build does not fail" {
	arm base
	arm head
	gate base head
	assert_status 0
	assert_output "^verdict: PASS"
	validate gate.json
	assert_json gate.json "d['verdict'] == 'PASS' and d['cells'][0]['verdict'] == 'PASS' and not d['partial']"
	# screening, and the null arm; nothing to confirm
	assert_json gate.json "len(d['cells'][0]['screen']['blocks']) == 8 and len(d['null']['blocks']) == 8"
	assert_json gate.json "'confirm' not in d['cells'][0]"
}

@test "gate: a slower head fails, by new blocks" {
	arm base
	arm head cost=1100
	gate base head
	assert_status 1
	assert_output "^work/threads/1 +[+](9|10)[.][0-9]%.*FAIL; could have detected [+]"
	assert_output "^verdict: FAIL"
	validate gate.json
	assert_json gate.json "d['cells'][0]['flagged'] and d['cells'][0]['confirmed']"
	assert_json gate.json "len(d['cells'][0]['confirm']['blocks']) == 16"
	# units are shared, orders are those of the coins, and coins differ
	assert_json gate.json "len({s['units'] for c in cells for b in c['screen']['blocks'] + c['confirm']['blocks']
		for s in b['samples'] + [b['primer']]}) == 1"
	assert_json gate.json "all(b['order'] == ('ABBABAAB', 'BAABABBA')[b['coin']] for b in cells[0]['confirm']['blocks'])"
	assert_json gate.json "len({b['coin'] for b in cells[0]['screen']['blocks'] + cells[0]['confirm']['blocks']}) == 2"
	[ ! -e gate.json.part ]
}

@test "gate: a slowdown within the tolerance passes, and --tolerance moves the line" {
	arm base noise=2
	arm head cost=1020 noise=2
	gate base head
	assert_status 0
	gate base head --tolerance=1%
	assert_status 1
}

@test "gate: a faster head passes" {
	arm base
	arm head cost=500
	gate base head
	assert_status 0
	assert_output "-50[.][0-9]%"
}

@test "gate: what cannot be told is inconclusive, and --inconclusive says what that is worth" {
	arm base
	# of one block slower, of the next faster
	arm head 'does=echo >>n; if ((($(wc -l <n) + 1) / 5 % 2)); then ns=$((ns * 2)); else ns=$((ns / 2)); fi'
	gate base head
	assert_status 3
	assert_output "^verdict: INCONCLUSIVE"
	run "$CONCBENCH" gate --replay=gate.json --inconclusive=pass --quiet
	assert_status 0
	run "$CONCBENCH" gate --replay=gate.json --inconclusive=fail --quiet
	assert_status 1
	run "$CONCBENCH" gate --replay=gate.json --quiet
	assert_status 3
	[ -z "$output" ]
}

@test "gate: --metric judges another number" {
	arm base 'extra=,"pss_bytes":1000'
	arm head 'extra=,"pss_bytes":2000'
	gate base head --metric=memory
	assert_status 1
	assert_output "[+]100[.]0%"
	gate base head --metric=rate
	assert_status 0
	gate base head --metric=cpu
	assert_status 0
	arm base 'extra=},"latency":{"p99_ns":1000' cost=20000
	arm head 'extra=},"latency":{"p99_ns":1200' cost=20000
	gate base head --metric=p99
	assert_status 1
	assert_output "[+]20[.]0%"
}

@test "gate: a metric that is not known is no pass" {
	arm base
	arm head
	gate base head --metric=memory
	assert_status 6
	assert_output "skipped: .*memory in use at the end is not known here"
}

@test "gate: a head that crashes is status 5, not 1" {
	arm base
	arm head 'does=kill -SEGV $$'
	gate base head
	assert_status 5
	assert_output "work/threads/1 +failed: head: crashed: was ended by signal 11"
	validate gate.json
	assert_json gate.json "cells[0]['status'] == 'failed' and d['verdict'] == 'none'"
	# the other cells of the plan are judged, but the crash counts
	arm base cells=2
	arm head cells=2 'does=[[ $request != *\"workers\":2* ]] || exit 9'
	gate base head
	assert_status 5
	assert_output "threads/1 .*PASS"
	assert_output "threads/2 +failed: head: .*exited with status 9"
}

@test "gate: a head that hangs, floods, lies or says nothing is status 5" {
	arm base
	while IFS='|' read -r does why; do
		arm head "does=$does"
		gate base head --timeout=1ms
		echo "$does: $status $output"
		[ "$status" -eq 5 ]
		[[ $output == *"failed: head: "* && $output == *"$why"* ]]
	done <<-'END'
		if ! head -c 9000000 /dev/zero; then exit 3; fi|exited with status 3
		digest=8|head: mismatch: its digest is 0x8, that of base was 0x7
		units=$((units / 2))|units were done
		exit 0|did not answer with a sample
		echo "concbench: sample: no such thing" >&2; exit 2|no such thing
		ids=other|another workload
	END
}

@test "gate: a hanging head is ended" {
	arm base
	arm head 'does=sleep 1000'
	run --separate-stderr timeout 110 "$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --sample-time=1s \
		--timeout=1ms --output=gate.json
	[ "$status" -eq 5 ]
	[[ $stderr == *"head: timeout: did not answer in time"* ]]
}

@test "gate: what a head leaves running is ended with its sample" {
	arm base
	arm head 'does=sleep 1000 & setsid sleep 1001 & disown -a'
	CB_TEST_MARK=gate.$$.$RANDOM
	export CB_TEST_MARK
	gate base head --timeout=1ms
	assert_status 0
	left=$(grep -lzxF "CB_TEST_MARK=$CB_TEST_MARK" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | grep -vxF $$ || true)
	for pid in $left; do
		[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") != sleep* ]] || fail "sleep is left"
	done
}

@test "gate: a build that is replaced meanwhile is no sample of it" {
	arm base
	arm head 'does=echo >>ran; [[ $(wc -l <ran) -ne 5 ]] || { cp ./head other; mv other head; }'
	gate base head
	assert_status 5
	assert_output "failed: head: failed: its file changed while it was measured"
}

@test "gate: what the builds have not in common is named" {
	arm base cells=3
	arm head cells=2
	gate base head
	assert_status 0
	assert_output "work/threads/3 +not in common: only base has it"
	assert_json gate.json "d['not_in_common'] == [{'id': 'work/threads/3', 'why': 'only base has it'}]"
	arm base
	for difference in version=2 unit=other 'params={"n":"5"}'; do
		arm head "$difference"
		gate base head
		assert_status 6
		assert_output "work/threads/1: .* base .* head"
		assert_output "no cell in common"
	done
	arm head ids=other
	gate base head
	assert_status 6
	assert_output "only base has it"
	assert_output "only head has it"
	arm head status=skipped
	gate base head
	assert_status 6
}

@test "gate: a plan that could never fail is refused with what it would need" {
	arm base cells=12
	arm head cells=12
	for options in --blocks=6 --time-budget=60s; do
		gate base head "$options"
		assert_status 2
		assert_output "could never fail.*it needs 7 blocks"
		[ ! -e gate.json ]
	done
	arm base
	arm head
	gate base head --blocks=3
	assert_status 2
	gate base head --blocks=4
	assert_status 0
}

@test "gate: blocks are dropped for steal, and too many make the environment unfit" {
	arm base steal=100
	arm head steal=100
	gate base head
	assert_status 4
	assert_output "100% of the blocks were dropped"
	assert_output "verdict: none"
	assert_json gate.json "d['verdict'] == 'none' and all(b['dropped'] == 'steal' for b in cells[0]['screen']['blocks'])"
	validate gate.json
}

@test "gate: a null arm that moves makes the environment unfit" {
	# the copy of base is told by its name
	arm base 'does=case $0 in /proc/*/fd/*) ns=$((ns * 110 / 100)) ;; esac'
	arm head cost=1100
	gate base head
	assert_status 4
	assert_output "base and a copy of itself differ by [+](9|1[01])"
	assert_json gate.json "d['verdict'] == 'none' and d['null']['moved'] and cells[0]['verdict'] == 'FAIL'"
	! compgen -G "concbench-copy*" >/dev/null || fail "a copy is left"
}

@test "gate: a folder whose files cannot be executed gives no null arm" {
	[ "$(id -u)" -eq 0 ] || skip "mounting needs root"
	mkdir no
	mount -t tmpfs -o noexec none no 2>/dev/null || skip "cannot mount"
	arm base
	arm head
	gate base head --dir="$PWD/no"
	umount no
	assert_status 4
	assert_output "the null arm.*cannot be executed: Permission denied"
}

@test "gate: --replay reproduces every verdict to the bit, and tells an edited file" {
	arm base cells=2
	arm head cells=2 cost=1060
	gate base head
	assert_status 1
	before=$output
	run "$CONCBENCH" gate --replay=gate.json
	assert_status 1
	assert_output "to the last bit"
	[ "$(grep -E "^work|^verdict" <<<"$output")" = "$(grep -E "^work|^verdict" <<<"$before")" ]
	# every kind of change, each in a copy
	while IFS='|' read -r what change; do
		python3 - "$change" <<-'END'
			import json, sys

			d = json.load(open("gate.json"))
			exec(sys.argv[1], {"d": d, "cell": d["cells"][0], "block": d["cells"][0]["confirm"]["blocks"][3]})
			json.dump(d, open("edited.json", "w"))
		END
		run "$CONCBENCH" gate --replay=edited.json
		echo "$what: $output"
		[ "$status" -eq 2 ]
		[[ $output == *"edited.json: "*"$what"* ]]
	done <<-'END'
		checksum|block["samples"][2]["steal_ns"] += 1
		blocks[3].d_log|for s, arm in zip(block["samples"], block["order"]): s["makespan_ns"] *= 1 + (arm == "B")
		.order|block["order"] = block["order"][::-1]
		order|block["coin"] = 1 - block["coin"]
		verdict: the file says 'PASS'|cell["verdict"] = "PASS"
		verdict: the file says 'PASS'|d["verdict"] = "PASS"
		low_log|import math; cell["confirm"]["low_log"] = math.nextafter(cell["confirm"]["low_log"], 1)
		checksum|d["rules"]["confirm_blocks"] = 17
		samples|block["samples"].pop()
		is missing|del block["samples"][0]["makespan_ns"]
		out of range|d["rules"]["alpha"] = 0.5
		concbench.gate/1|d["schema"] = "concbench.result/1"
	END
	# only the layout changed
	python3 -c 'import json; json.dump(json.load(open("gate.json")), open("same.json", "w"), indent=1)'
	run "$CONCBENCH" gate --replay=same.json
	assert_status 1
	assert_output "to the last bit"
	for file in missing.json /dev/null .; do
		run "$CONCBENCH" gate --replay=$file
		assert_status 2
	done
	echo '{"schema": "concbench.gate/1"}' >bare.json
	run "$CONCBENCH" gate --replay=bare.json
	assert_status 2
}

@test "gate: an interrupted gate is saved as partial, a killed one starts clean and says so" {
	arm base 'does=sleep 0.05'
	arm head 'does=sleep 0.05'
	env --default-signal=INT "$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --sample-time=1s \
		--output=gate.json 2>stderr &
	pid=$!
	until [ -e gate.json.part ]; do sleep 0.05; done
	kill -INT $pid
	wait $pid && fail "status 0" || [ $? -eq 130 ]
	assert_json gate.json "d['partial'] and d['verdict'] == 'none' and 0 < len(cells[0]['screen']['blocks']) < 8"
	validate gate.json
	run "$CONCBENCH" gate --replay=gate.json
	assert_output "verdict: none: it was not finished"
	rm gate.json
	"$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --sample-time=1s --output=gate.json 2>stderr &
	pid=$!
	until [ -e gate.json.part ]; do sleep 0.05; done
	kill -KILL $pid
	wait $pid || true
	[ ! -e gate.json ]
	arm base
	arm head
	gate base head
	assert_status 0
	assert_output "gate.json.part: an earlier gate was ended .*starts anew"
	assert_json gate.json "len(cells[0]['screen']['blocks']) == 8"
	[ ! -e gate.json.part ]
}

@test "gate: a gate that is killed in its null arm leaves no copy of base" {
	mkdir scratch
	arm base 'does=case $0 in /proc/*/fd/*) : >null; sleep 0.05 ;; esac'
	arm head
	"$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --sample-time=1s --dir=scratch --output=gate.json \
		2>stderr &
	pid=$!
	until [ -e null ] || ! kill -0 $pid; do sleep 0.05; done
	kill -KILL $pid
	wait $pid || true
	[ -e null ]
	[ -z "$(ls -A scratch)" ] || fail "left: $(ls -A scratch)"
}

@test "gate: nothing lives on when a gate is killed" {
	run "$ROOT/tests/fault/killed" 5 1 1 "$CONCBENCH" gate --base="concbench:$CONCBENCH" --head="concbench:$CONCBENCH" \
		--mode=processes --workers=2 --sample-time=20ms --output=gate.json cpu_prime:limit=1000
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "gate: what cannot be saved is status 7, before anything is measured where that can be known" {
	arm base
	arm head cost=2000
	run "$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --output=missing/gate.json
	assert_status 7
	refute_output screening
	run "$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --sample-time=1s --output=/dev/full
	assert_status 7
	assert_output "verdict: FAIL"
	run bash -c '"$CONCBENCH" gate --base=concbench:./base --head=concbench:./head --sample-time=1s --quiet >/dev/full'
	assert_status 7
	assert_output "No space left"
}

@test "gate: a plugin against itself, and against one that crashes, hangs or is no plugin" {
	local sound crashing bad
	sound=$(hostile NOTHING)
	run --separate-stderr "$CONCBENCH" gate --base="plugin:$sound" --head="plugin:$sound" --mode=threads --workers=2 \
		--sample-time=3ms --warmup=1ms --blocks=4 --output=gate.json hostile
	echo "$stderr"
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || [ "$status" -eq 4 ]
	validate gate.json
	assert_json gate.json "[c['status'] for c in cells] == ['ok'] and len(d['null']['blocks']) == 8"
	run "$CONCBENCH" gate --replay=gate.json
	assert_output "to the last bit"
	crashing=$(hostile RUN_CRASHES)
	run "$CONCBENCH" gate --base="plugin:$sound" --head="plugin:$crashing" --mode=threads --workers=2 \
		--sample-time=3ms --warmup=1ms --output=gate.json hostile
	assert_status 5
	assert_output "failed: head: crashed"
	for bad in LOAD_CRASHES WRONG_ABI; do
		crashing=$(hostile $bad -DWRONG_EXPORT=1)
		run "$CONCBENCH" gate --base="plugin:$sound" --head="plugin:$crashing" --output=gate.json hostile
		assert_status 2
		assert_output "gate: head: --plugin.*($bad|ABI|SIGABRT)"
	done
	run "$CONCBENCH" gate --base="plugin:$sound" --head="plugin:$sound"
	assert_status 2
	assert_output "name the workloads"
}

@test "gate: two commands, split into words as a shell does it" {
	run --separate-stderr "$CONCBENCH" gate --base="cmd:sh -c 'sleep 0.001; exit 0'" --head='cmd:sleep "0.3"' --mode=serial \
		--units=1 --blocks=4 --timeout=100s --output=gate.json
	echo "$stderr"
	# the null arm moves by chance once in a hundred times
	[ "$status" -eq 1 ] || [ "$status" -eq 4 ]
	assert_json gate.json "cells[0]['verdict'] == 'FAIL' and cells[0]['workload'] == 'command'"
	validate gate.json
	run "$CONCBENCH" gate --base=cmd:true --head=cmd:false --mode=serial --output=gate.json
	assert_status 5
	assert_output "failed: head: failed"
	while IFS='|' read -r base head why; do
		run "$CONCBENCH" gate --base="$base" --head="$head"
		echo "$base $head: $output"
		[ "$status" -eq 2 ]
		[[ $output == *"$why"* ]]
	done <<-'END'
		cmd:no-such-program|cmd:true|no program 'no-such-program'
		cmd:|cmd:true|names no program
		cmd:true > x|cmd:true|--base
		cmd:true|plugin:/etc/passwd|nothing in common
	END
	run "$CONCBENCH" gate --base=cmd:true --head=cmd:true null
	assert_status 2
	assert_output "takes no others"
}

@test "gate: what cannot be understood is a usage error, before anything runs" {
	arm base
	arm plain
	echo '#!/bin/sh' >plain
	while IFS='|' read -r options why; do
		# shellcheck disable=SC2086 # several options
		run --separate-stderr "$CONCBENCH" gate $options
		echo "$options: $status $stderr"
		[ "$status" -eq 2 ]
		[[ $stderr == *"$why"* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done <<-'END'
		|--base
		--base=concbench:./base|--head
		--base=./base --head=concbench:./base|write concbench:PATH
		--base=concbench:./missing --head=concbench:./base|No such file
		--base=concbench:. --head=concbench:./base|not a file
		--base=concbench: --head=concbench:./base|names no program
		--base=concbench:./base --head=concbench:./plain|head: did not answer with a plan
		--base=concbench:./base --head=concbench:./base --tolerance=0%|tolerance
		--base=concbench:./base --head=concbench:./base --alpha=6%|alpha
		--base=concbench:./base --head=concbench:./base --metric=speed|metric
		--base=concbench:./base --head=concbench:./base --report=markdown|--output=FILE
		--base=concbench:./base --head=concbench:./base --units=5 --sample-time=1s|units
		--replay=x --blocks=5|--blocks
		--replay=x work|no workloads
	END
	run --separate-stderr "$CONCBENCH" gate --base="concbench:$CONCBENCH" --head="concbench:$CONCBENCH" cpu_prim
	[ "$status" -eq 2 ]
	[[ $stderr == *"base: "*"did you mean 'cpu_prime'?"* ]]
}

@test "gate: names are escaped in every report" {
	arm base 'ids=a|b<b>*x*@me'
	arm head 'ids=a|b<b>*x*@me' 'unit=piece'
	gate base head --report=markdown
	assert_status 0
	assert_output '^\| a\\\|b&lt;b&gt;\\\*x\\\*&#64;me/threads/1 \| [+-]'
	refute_output '^[|#-].*<b>'
	assert_output '^### concbench gate: PASS'
	arm base $'ids=a\\u001b[31m'
	arm head $'ids=a\\u001b[31m'
	gate base head
	assert_status 0
	[[ $output != *$'\e'* ]]
}

@test "gate: two real builds, and a replay" {
	run --separate-stderr "$CONCBENCH" gate --base="concbench:$CONCBENCH" --head="concbench:$CONCBENCH" --mode=threads \
		--workers=2 --sample-time=3ms --warmup=1ms --blocks=4 cpu_prime:limit=1000
	echo "$stderr"
	[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || [ "$status" -eq 4 ]
	printf '%s\n' "$output" >gate.json
	validate gate.json
	run "$CONCBENCH" gate --replay=gate.json
	assert_output "to the last bit"
}
