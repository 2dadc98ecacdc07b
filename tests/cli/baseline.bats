#!/usr/bin/env bats
# results/baselines: every file there keeps the rules of results/README.md, and scripts/baseline notices what does not.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

setup()
{
	common_setup
	shopt -s nullglob
	baselines=("$ROOT"/results/baselines/*)
}

# made NAME EXPRESSION: a copy of the first baseline as ./NAME, changed by the statement about d.
made()
{
	python3 - "${baselines[0]}" "$@" <<-'PY'
		import json, sys
		d = json.load(open(sys.argv[1]))
		exec(sys.argv[3])
		json.dump(d, open(sys.argv[2], "w"))
	PY
}

@test "there are baselines, and all keep the rules" {
	[ ${#baselines[@]} -ge 1 ] || fail "results/baselines is empty"
	run "$ROOT/scripts/baseline" check
	assert_status 0
	[ -z "$output" ] || fail "$output"
	validate "${baselines[@]}"
}

@test "every baseline reads in table.py and in compare, where it equals itself" {
	for file in "${baselines[@]}"; do
		run "$ROOT/scripts/table.py" "$file"
		assert_status 0
		assert_output 'cpu_prime|serial'
		run concbench compare "$file" "$file"
		assert_status 0
		assert_output ' 0 faster, 0 slower, [1-9][0-9]* not to be told apart; '
	done
}

@test "what breaks a rule is named" {
	fingerprint=$(json "${baselines[0]}" 'd["host"]["fingerprint"]')
	good=any-$fingerprint.json
	while IFS='|' read -r name change expected; do
		made "$name" "$change"
		run "$ROOT/scripts/baseline" check "$name"
		assert_status 1
		assert_output "$expected"
		refute_output Traceback
		rm "$name"
	done <<-END
		any.json|pass|name is not NAME-$fingerprint.json
		any-0123456789abcdef.json|pass|name is not NAME-$fingerprint.json
		$good|d["quick"] = True|it is quick
		$good|d["partial"] = True|it is partial
		$good|d["tool"]["revision"] += "-dirty"|no committed revision
		$good|d["tool"]["revision"] = ""|no committed revision
		$good|d["labels"]["long"] = "x" * 200000|larger than
		$good|d["cells"] = []|no measured cell
		$good|d["cells"][0]["status"] = "crashed"|is crashed
		$good|d["cells"][0]["samples"] = []|has 0 samples
		$good|d["schema"] = "concbench.gate/1"|not concbench.result/1
		$good|d["host"] = 7|no result of concbench
		$good|d = []|no result of concbench
	END
	made "$good" pass
	"$ROOT/scripts/baseline" check "$good"
	run "$ROOT/scripts/baseline" check nonexistent
	assert_status 1
	assert_output 'No such file'
}

# program: a concbench that knows the host, and "measures" by copying a baseline.
program()
{
	cat >concbench <<-END
		#!/bin/bash
		case \$1 in
		--version) echo "concbench 0.1.0 (${2-abc1234})" ;;
		host) echo '{"fingerprint": "$1", "cpus_usable": 2, "load_1min": ${3-0.1}}' ;;
		run) for arg; do case \$arg in --output=*) cp "$4" "\${arg#*=}" ;; --label=*) echo "\$arg" ;; esac; done; exit ${5-0} ;;
		esac
	END
	chmod +x concbench
	export CONCBENCH=$PWD/concbench
}

@test "make refuses a noisy host, uncommitted sources and a failed run, and keeps nothing of them" {
	# In a copy of the scripts, as it writes beside them.
	mkdir -p project/scripts
	cp "$ROOT/scripts/baseline" project/scripts
	fingerprint=$(json "${baselines[0]}" 'd["host"]["fingerprint"]')
	refused()
	{
		run project/scripts/baseline make "${@:3}"
		assert_status "$1"
		assert_output "$2"
		[ -z "$(find project/results -type f)" ] || fail "it left $(find project/results -type f)"
	}
	mkdir project/results
	program "$fingerprint" abc1234 1.9 "${baselines[0]}"
	refused 4 'load average is 1.9, above 0.5'
	program "$fingerprint" abc1234-dirty 0.1 "${baselines[0]}"
	refused 4 'differ from what is committed'
	program "$fingerprint" abc1234 0.1 "${baselines[0]}" 5
	refused 5 'concbench run ended with status 5'
	program 0000000000000000 abc1234 0.1 "${baselines[0]}"
	refused 1 'nothing was kept'
	refused 2 'a name is of' --name=../x

	program "$fingerprint" abc1234 1.9 "${baselines[0]}"
	run project/scripts/baseline make --noisy --name=other
	assert_status 0
	assert_output '^--label=load_before=1.9$'
	cmp "${baselines[0]}" "project/results/baselines/other-$fingerprint.json"
	[ "$(find project/results -type f | wc -l)" -eq 1 ]
}
