#!/usr/bin/env bats
# selftest: real gates of the program against itself, short ones; that they go on where they were; what is refused.
# Nothing here depends on how quiet the host is: no verdict is asserted.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

# The shortest gates there are: GATES of equals, and for each SLOWDOWNS above 0 one more. The JSON is s.json.
short=(--mode=threads --sample-time=1ms --warmup=0 --replays=1000 --gates-each=1)
gates()
{
	printf '%s\n' "${short[@]}" --gates="$1" --slowdowns="$2"
}
# selftest GATES SLOWDOWNS [OPTION]...
selftest()
{
	mapfile -t options < <(gates "$1" "$2")
	shift 2
	run --separate-stderr "$CONCBENCH" selftest "${options[@]}" --output=s.json cpu_prime:limit=300 "$@"
	output+=$stderr
}

# It has ended as it may on any host.
assert_done()
{
	[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || fail "exit status $status; output: $output"
}

@test "selftest: gates are measured, replayed, saved and told; the same command shows them again, another is refused" {
	selftest 1 0,20
	assert_done
	validate s.json
	assert_json s.json "not d['partial'] and d['planned'] == 2 and len(d['gates']) == 2"
	# the slowdown is what was asked for, by the units that were counted
	assert_json s.json "sorted((g['slowdown'], g['head_units'] * 5 == g['base_units'] * (6 if g['slowdown'] else 5))
		for g in d['gates']) == [(0, True), (0.2, True)]"
	assert_json s.json "all(abs(g['realised'] - g['slowdown']) < 1e-9 for g in d['gates'])"
	assert_json s.json "all(len(g['screen']) == len(g['null']) == 8 for g in d['gates'])"
	assert_json s.json "all(('confirm' in g) == g['flagged'] for g in d['gates'])"
	assert_json s.json "len({b['coin'] for g in d['gates'] for b in g['screen'] + g['null']}) == 2"
	assert_json s.json "d['summary']['alarms_replayed']['of'] == 1000 and d['summary']['alarms_replayed']['low'] <= 0.01"
	assert_json s.json "[p['slowdown'] for p in d['summary']['curves'][0]['points']] == [0, 0.2]"
	assert_json s.json "[c['id'] for c in d['costs']] == ['null/threads/2'] and d['costs'][0]['sample_ns'] > 0"
	assert_output '^1/2 cpu_prime:limit=300/threads/2, head [+](0|20)%: '
	assert_output 'replays of their blocks with new coins [(]size[)]: [0-9]+ of 1000 FAIL'
	assert_output '^cpu_prime:limit=300/threads/2 real +[01]/[01] '
	[ ! -e s.json.part ]
	# once more: nothing is left to be measured
	json s.json "d['gates']" >gates
	selftest 1 0,20 --report=markdown
	assert_done
	assert_output 's.json: going on; 2 of 2 gates are done'
	# shellcheck disable=SC2016 # Markdown
	assert_output '^\| `cpu_prime:limit=300/threads/2` \| real \| [01]/[01] \| '
	[ "$(json s.json "d['gates']")" = "$(cat gates)" ]
	# other settings, one after the other
	while read -r n slowdowns option; do
		selftest "$n" "$slowdowns" "$option"
		assert_status 2
		[[ $stderr == *"s.json: was begun with --"*", and this is "* && $stderr == *"or remove it"* ]] || fail "$stderr"
		[ "${#stderr_lines[@]}" -eq 1 ]
	done <<-'END'
		2 0,20 --quiet
		1 0,10 --quiet
		1 0,20 --seed=2
		1 0,20 --tolerance=4%
		1 0,20 --disturb=spinner
		1 0,20 --cells=*
		1 0,20 null
	END
	# another build, another host, another plan, another kind of file
	while IFS='|' read -r why change; do
		python3 - "$change" <<-'END'
			import json, sys

			d = json.load(open("s.json"))
			exec(sys.argv[1], {"d": d})
			json.dump(d, open("edited.json", "w"))
		END
		mapfile -t options < <(gates 1 0,20)
		run --separate-stderr "$CONCBENCH" selftest "${options[@]}" --output=edited.json cpu_prime:limit=300
		echo "$why: $stderr"
		[ "$status" -eq 2 ]
		[[ $stderr == *"edited.json: "*"$why"* ]]
	done <<-'END'
		was begun with revision other, and this is|d["tool"]["revision"] = "other"
		was begun with the host's fingerprint |d["host"]["fingerprint"] = "0123456789abcdef"
		was begun with other cells|d["cells"] = ["a/b/1"]
		other gates than were planned|d["gates"].reverse()
		is not a self-test's file|d["schema"] = "concbench.gate/1"
		more gates than were planned|d["gates"] *= 2
		"outcome" is missing|d["gates"][0]["outcome"] = "great"
	END
	[ "$(json s.json "d['gates']")" = "$(cat gates)" ]
}

@test "selftest: killed or interrupted, it goes on where it was" {
	mapfile -t options < <(gates 3 0,20)
	command=("$CONCBENCH" selftest "${options[@]}" --output=s.json cpu_prime:limit=300)
	"${command[@]}" 2>stderr &
	pid=$!
	until [ -e s.json.part ]; do sleep 0.02; done
	kill -KILL $pid
	wait $pid || true
	[ ! -e s.json ]
	validate s.json.part
	assert_json s.json.part "d['partial'] and 0 < len(d['gates']) < 4"
	json s.json.part "d['gates'][0]" >first
	env --default-signal=INT "${command[@]}" 2>again &
	pid=$!
	until grep -qs '^[0-9]*/4 ' again; do sleep 0.02; done
	kill -INT $pid
	wait $pid && code=0 || code=$?
	grep -q 's.json.part: going on; [123] of 4 gates are done' again || fail "$(cat again)"
	# unless that one was the last
	[ "$code" -eq 130 ] || grep -q '^4/4 ' again || fail "status $code: $(cat again)"
	validate s.json
	run --separate-stderr "${command[@]}"
	assert_done
	assert_json s.json "not d['partial'] and len(d['gates']) == 4 and 'summary' in d"
	[ "$(json s.json "d['gates'][0]")" = "$(cat first)" ]
}

@test "selftest: a program that is replaced meanwhile is not gone on with" {
	cp "$CONCBENCH" program
	mapfile -t options < <(gates 500 0)
	./program selftest "${options[@]}" --output=s.json cpu_prime:limit=300 2>stderr &
	pid=$!
	until [ -e s.json.part ]; do sleep 0.02; done
	cp "$CONCBENCH" other
	mv other program
	wait $pid && code=0 || code=$?
	[ "$code" -eq 4 ] || fail "status $code: $(cat stderr)"
	grep -q "file was replaced meanwhile" stderr
	assert_json s.json "d['partial'] and all(g['outcome'] != 'failed' for g in d['gates'])"
}

@test "selftest: a time budget leaves the rest for later" {
	selftest 200 0 --time-budget=1s
	[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || [ "$status" -eq 6 ]
	[ ! -e s.json ] || assert_json s.json "d['partial'] and len(d['gates']) < 200"
}

@test "selftest: nothing lives on when it is killed, nor what disturbs" {
	for kind in spinner memory disk; do
		run "$ROOT/tests/fault/killed" 1 1 1 "$CONCBENCH" selftest --quick --dir=. --disturb=$kind
		echo "$kind: $output"
		[ "$status" -eq 0 ]
	done
}

@test "selftest: what disturbs is gone at the end" {
	CB_TEST_MARK=selftest.$$.$RANDOM
	export CB_TEST_MARK
	selftest 1 0 --dir=. --disturb=disk
	assert_done
	assert_output "disturbed by disk"
	assert_json s.json "d['settings']['disturb'] == 'disk' and len(d['gates']) == 1"
	left=$(grep -lzxF "CB_TEST_MARK=$CB_TEST_MARK" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | grep -vxF $$ || true)
	for pid in $left; do
		[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") != *selftest*disturb* ]] || fail "process $pid is left"
	done
}

@test "selftest: gates whose samples fail are status 5" {
	run --separate-stderr "$CONCBENCH_TEST" selftest --gates=1 --slowdowns=0 --mode=threads --sample-time=1ms --quiet \
		--output=s.json fault:hook=run,how=segv
	assert_status 5
	[[ $stderr == *"fault:"*": base: crashed"* ]]
	validate s.json
	assert_json s.json "d['gates'][0]['outcome'] == 'failed' and d['summary']['equals']['failed'] == 1"
}

@test "selftest: what cannot be understood is a usage error, before anything runs" {
	while IFS='|' read -r options why; do
		# shellcheck disable=SC2086 # several options
		run --separate-stderr "$CONCBENCH" selftest $options
		echo "$options: $status $stderr"
		[ "$status" -eq 2 ]
		[[ $stderr == *"$why"* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done <<-'END'
		--slowdowns=5,2|not above the one before
		--slowdowns=0,0|not above the one before
		--slowdowns=1.001|hundredth of a percent
		--slowdowns=-1|--slowdowns
		--slowdowns=101|--slowdowns
		--slowdowns=|--slowdowns
		--slowdowns=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16|more than 16
		--gates=0 --gates-each=0|there is no gate
		--slowdowns=0 --gates=0|there is no gate
		--gates=x|--gates
		--disturb=noise|spinner
		--blocks=3|could never fail
		--report=markdown|--output=FILE
		--dir=/nowhere|cannot be written
		--tolerance=0%|tolerance
		cpu_prim|did you mean 'cpu_prime'?
		-- --mode=all|is not a workload
	END
	run "$CONCBENCH" selftest --gates=1 --output=missing/s.json null
	assert_status 7
	echo '{}' >other.json
	run "$CONCBENCH" selftest --gates=1 --output=other.json null
	assert_status 2
	assert_output "other.json: is not a self-test's file"
	[ "$(cat other.json)" = '{}' ]
}
