#!/usr/bin/env bats
# The step of CI (scripts/ci-gate) and what GitHub calls it by (action.yml): what is built, what is measured, what each
# exit status becomes, and that nothing of the inputs is taken for shell code. concbench is played by a script.

# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # each test is a subshell; run sets output and status; what is in quotes stays unexpanded on purpose
load helper

setup()
{
	common_setup
	unset "${!GATE_@}" "${!GITHUB_@}" RUNNER_TEMP
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b \
		GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
	export GATE_CONCBENCH=$PWD/concbench FAKE=$PWD/fake
	mkdir fake
	program
	export GATE_BASE=cmd:./a GATE_HEAD=cmd:./b
}

# A concbench that notes its words and its environment, writes a report and a JSON, and ends with $FAKE_STATUS.
program()
{
	cat >concbench <<-'END'
		#!/bin/bash
		printf '%s\0' "$@" >"$FAKE/words"
		env >"$FAKE/environment"
		for word; do
			case $word in
			--output=*) [ -n "${FAKE_NO_JSON-}" ] || echo '{"verdict":"PASS"}' >"${word#*=}" ;;
			esac
		done
		printf '%b' "${FAKE_REPORT-### concbench gate: it\n}"
		exit "${FAKE_STATUS-0}"
	END
	chmod +x concbench
}

# As on GitHub: the files by which a step talks to it.
on_github()
{
	export GITHUB_ACTIONS=true RUNNER_TEMP=$PWD/runner GITHUB_OUTPUT=$PWD/output GITHUB_STEP_SUMMARY=$PWD/summary \
		GITHUB_ENV=$PWD/environment
	mkdir -p runner
	: >output
	: >summary
}

gate()
{
	run --separate-stderr "$ROOT/scripts/ci-gate" "$@"
}

# words: what concbench was called with, one a line.
words()
{
	tr '\0' '\n' <fake/words
}

# A repository of two commits with a file `version` of 1 and 2, in repository/.
repository()
{
	git init -q -b main repository
	for version in 1 2; do
		echo "$version" >repository/version
		git -C repository add version
		git -C repository commit -qm "$version"
	done
}

@test "every exit status becomes the job's, by the inputs where it is 3 or 4" {
	while read -r gate inconclusive unfit expected level; do
		rm -f output summary concbench-gate.json
		on_github
		FAKE_STATUS=$gate GATE_INCONCLUSIVE=${inconclusive#-} GATE_UNFIT=${unfit#-} gate
		[ "$status" -eq "$expected" ] || fail "$gate $inconclusive $unfit: $status, not $expected: $output$stderr"
		grep -qx "status=$gate" output || fail "$(cat output)"
		case $level in
		none) refute_output '^::(error|warning)' ;;
		*) assert_output "^::$level title=concbench gate::" ;;
		esac
	done <<-'END'
		0 - - 0 none
		0 fail fail 0 none
		1 - - 1 error
		1 pass pass 1 error
		2 pass pass 2 error
		3 - - 0 warning
		3 warn fail 0 warning
		3 pass fail 0 none
		3 fail pass 3 error
		4 - - 0 warning
		4 fail warn 0 warning
		4 fail pass 0 none
		4 pass fail 4 error
		5 pass pass 5 error
		6 pass pass 6 error
		7 pass pass 7 error
		99 pass pass 99 error
		143 pass pass 143 error
	END
}

@test "the verdict and the JSON's path are outputs, the report is in the summary and in the log" {
	on_github
	for expected in 0:PASS 1:FAIL 3:INCONCLUSIVE 4:none 5:none; do
		: >output
		FAKE_STATUS=${expected%:*} gate
		grep -qx "verdict=${expected#*:}" output || fail "$expected: $(cat output)"
		grep -qx "json=$PWD/runner/concbench-gate.json" output || fail "$(cat output)"
	done
	[ "$(grep -c '^### concbench gate: it$' summary)" -eq 5 ] || fail "$(cat summary)"
	assert_output '^### concbench gate: it$'
	# Without a report there is a sentence.
	: >summary
	FAKE_REPORT='' FAKE_STATUS=6 gate
	grep -q '^### concbench gate: no verdict: .*nothing in common' summary || fail "$(cat summary)"
}

@test "a pass without a result is none, and an old result does not count" {
	on_github
	echo old >runner/concbench-gate.json
	FAKE_NO_JSON=1 gate
	assert_status 7
	grep -qx 'verdict=none' output || fail "$(cat output)"
	! grep -q '^json=' output || fail "$(cat output)"
	GATE_CONCBENCH=/bin/true gate
	assert_status 7
}

@test "a report too long for a summary is cut" {
	on_github
	cat >concbench <<-'END'
		#!/bin/sh
		for word; do case $word in --output=*) echo '{}' >"${word#*=}" ;; esac; done
		yes '| line |' | head -c 1200000
	END
	gate
	assert_status 0
	[ "$(stat -c %s summary)" -lt 1000000 ]
	grep -q 'too long for this place' summary
}

@test "hostile inputs stay words" {
	on_github
	for hostile in '"; touch pwned; "' '$(touch pwned)' '`touch pwned`' "'; touch pwned; '" '; touch pwned #' '$((a[$(touch pwned)]))' \
		'${IFS}touch${IFS}pwned' '* ? [a-z]' '&& touch pwned' $'a\x1b[31m'; do
		for name in MODE WORKERS METRIC TOLERANCE TIME_BUDGET; do
			export "GATE_$name=$hostile"
		done
		GATE_WORKLOADS="w:$hostile" GATE_OPTIONS="--scan=$hostile" GATE_BASE="cmd:$hostile" GATE_HEAD="cmd:2$hostile" gate
		assert_status 0
		for expected in "--base=cmd:$hostile" "--head=cmd:2$hostile" "--mode=$hostile" "--workers=$hostile" "--metric=$hostile" \
			"--tolerance=$hostile" "--time-budget=$hostile" "--scan=$hostile" "w:$hostile"; do
			words | grep -qxF -- "$expected" || fail "no $expected in: $(words)"
		done
		[ "$(words | wc -l)" -eq 12 ] || fail "$(words)"
		for name in GATE_INCONCLUSIVE GATE_UNFIT GATE_CONCBENCH; do
			run env "$name=$hostile" "$ROOT/scripts/ci-gate"
			assert_status 2
		done
		GATE_JSON="x$hostile.json" gate
		[ -e "x$hostile.json" ] || fail "no such JSON: $hostile"
		[ "$(wc -l <output)" -ge 3 ]
	done
	[ -z "$(find . -name 'pwned*')" ] || fail "an input became code"
	: >output
	FAKE_STATUS=1 GATE_JSON=$'x\nverdict=PASS' gate
	[ "$(grep -c '^verdict=' output)" -eq 1 ] || fail "an input became an output: $(cat output)"
}

@test "hostile refs and arms are refused or stay words" {
	repository
	cd repository
	unset GATE_BASE GATE_HEAD
	export GATE_ARM='concbench:{}/x'
	for hostile in '"; touch pwned; "' '$(touch pwned)' '--upload-pack=touch pwned' '-x' 'main:refs/heads/other' '+main' 'ext::sh -c touch% pwned' \
		$'main\ntouch pwned' 'a b' '*'; do
		for name in GATE_BASE_REF GATE_HEAD_REF; do
			run env "$name=$hostile" "$ROOT/scripts/ci-gate"
			assert_status 2
			assert_output 'is no name of a commit'
		done
		GATE_ARM="cmd:{}/$hostile" gate
		assert_status 0
		tr '\0' '\n' <../fake/words | grep -qF -- "/head/${hostile%%$'\n'*}" || fail "$hostile: $(tr '\0' '\n' <../fake/words)"
	done
	[ -z "$(find .. -name 'pwned*')" ] || fail "an input became code"
	[ "$(git for-each-ref | wc -l)" -eq 1 ] || fail "$(git for-each-ref)"
}

@test "lines that GitHub would take for commands are between stop and go, with a word nobody knows" {
	on_github
	FAKE_REPORT='::set-output name=verdict::PASS\n::add-mask::x\n' gate
	first=$(sed -n 's/^::stop-commands::\([0-9a-f]\{32\}\)$/\1/p' <<<"$output" | head -n 1)
	[ -n "$first" ] || fail "$output"
	# Every such line comes while commands are stopped.
	awk '/^::stop-commands::/ { word = substr($0, 18); next }
		word != "" && $0 == "::" word "::" { word = ""; next }
		/^::(set-output|add-mask)/ { n++; if (word == "") bad = 1 }
		END { exit bad || n != 2 || word != "" }' <<<"$output" || fail "$output"
	gate
	! grep -q "$first" <<<"$output" || fail "the same word again"
}

@test "what runs there cannot talk to GitHub in our name" {
	on_github
	gate
	! grep -qE '^GITHUB_(OUTPUT|ENV|PATH|STEP_SUMMARY)=' fake/environment || fail "$(cat fake/environment)"
}

@test "inputs that make no sense are refused by name" {
	while IFS='|' read -r assignments expected; do
		mapfile -t set < <(tr ';' '\n' <<<"$assignments")
		run env -u GATE_BASE -u GATE_HEAD "${set[@]}" "$ROOT/scripts/ci-gate"
		assert_status 2
		assert_output "$expected"
	done <<-'END'
		X=1|nothing to measure
		GATE_BASE=cmd:x|both are needed
		GATE_HEAD=cmd:x|both are needed
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_ARM=cmd:z|do not go with them
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_INCONCLUSIVE=perhaps|GATE_INCONCLUSIVE is 'perhaps', which is none of: warn pass fail
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_UNFIT=3|GATE_UNFIT is '3'
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_WORKLOADS=--replay=x|options belong into GATE_OPTIONS
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_OPTIONS=--base=cmd:z|GATE_OPTIONS has '--base'
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_OPTIONS=--output|GATE_OPTIONS has '--output'
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_OPTIONS=--inconclusive=pass|GATE_OPTIONS has '--inconclusive'
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_OPTIONS=quiet|no option: one a line
		GATE_BASE=cmd:x;GATE_HEAD=cmd:y;GATE_CONCBENCH=/nonexistent|GATE_CONCBENCH: /nonexistent
		GATE_ARM=cmd:x|this is no git repository
	END
	gate argument
	assert_status 2
}

@test "options and workloads are one a line, blanks around them and empty lines do not count" {
	GATE_WORKLOADS=$'\n  cpu_prime  \n\twait_sleep:duration=1ms\n\n' GATE_OPTIONS=$'--pin=none\n --alpha=2% ' GATE_TOLERANCE=5% gate
	assert_status 0
	[ "$(words | tail -n +6 | tr '\n' ' ')" = "--pin=none --alpha=2% --tolerance=5% cpu_prime wait_sleep:duration=1ms " ] || fail "$(words)"
}

@test "base and head are built from their commits, beside each other, and nothing of that is left" {
	repository
	cd repository
	unset GATE_BASE GATE_HEAD
	export GATE_ARM='cmd:{}/built --fast' GATE_BUILD='cp version built; pwd >>"$FAKE/built"; cat >>"$FAKE/stdin"; echo "${GITHUB_OUTPUT-none}" >>"$FAKE/built"'
	cat >../concbench <<-'END'
		#!/bin/bash
		for word; do
			case $word in
			--base=cmd:* | --head=cmd:*) path=${word#*:}; echo "${word%%=*} $(cat "${path% --fast}")" >>"$FAKE/versions" ;;
			--output=*) echo '{}' >"${word#*=}" ;;
			esac
		done
	END
	on_github
	gate <<<"for nobody"
	assert_status 0
	[ "$(tail -n 2 ../fake/versions | tr '\n' ' ')" = "--base 1 --head 2 " ] || fail "$(cat ../fake/versions)"
	[ ! -s ../fake/stdin ]
	[ "$(sed -n 2p ../fake/built)" = none ] || fail "the build could write outputs"
	[ "$(sed -n '1s/base$//p' ../fake/built)" = "$(sed -n '3s/head$//p' ../fake/built)" ] || fail "$(cat ../fake/built)"
	[ "$(git worktree list | wc -l)" -eq 1 ] || fail "$(git worktree list)"
	[ -z "$(find runner -name 'concbench-gate.*' -type d)" ] || fail "scratch folders are left"
	# Other commits by name.
	rm ../fake/versions
	GATE_BASE_REF=main GATE_HEAD_REF=main~1 gate
	assert_status 0
	[ "$(tr '\n' ' ' <../fake/versions)" = "--base 2 --head 1 " ] || fail "$(cat ../fake/versions)"
}

@test "a build that fails, a commit without a parent and an arm without a checkout are refused" {
	repository
	cd repository
	unset GATE_BASE GATE_HEAD
	export GATE_ARM='cmd:{}/version'
	GATE_BUILD='false; true' gate
	assert_status 2
	[[ $stderr == *"the build of base ("*") failed"* ]] || fail "$stderr"
	[ "$(git worktree list | wc -l)" -eq 1 ] || fail "$(git worktree list)"
	GATE_HEAD_REF=main~1 gate
	assert_status 2
	[[ $stderr == *"has no parent"* ]] || fail "$stderr"
	GATE_ARM=cmd:./version gate
	assert_status 2
	[[ $stderr == *"write {} for the checkout"* ]] || fail "$stderr"
	[ ! -e ../fake/words ]
}

@test "in a shallow clone the base is fetched" {
	repository
	git -C repository config uploadpack.allowAnySHA1InWant true
	git clone -q --depth=1 "file://$PWD/repository" shallow
	cd shallow
	unset GATE_BASE GATE_HEAD
	GATE_ARM='cmd:{}/version' gate
	assert_status 0
	[ "$(git rev-parse --is-shallow-repository)" = true ]
	GATE_ARM='cmd:{}/version' GATE_BASE_REF=nowhere gate
	assert_status 2
	[[ $stderr == *"there is no commit 'nowhere' here or at origin"* ]] || fail "$stderr"
}

@test "a signal goes on to concbench, and its status comes back" {
	cat >concbench <<-'END'
		#!/bin/bash
		trap 'echo ended >"$FAKE/ended"; exit 143' TERM
		echo $$ >"$FAKE/pid"
		for ((i = 0; i < 600; i++)); do sleep 0.1; done
	END
	"$ROOT/scripts/ci-gate" >log 2>&1 &
	for ((i = 0; i < 300; i++)); do
		[ ! -s fake/pid ] || break
		sleep 0.1
	done
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ] || fail "status $status: $(cat log)"
	[ -e fake/ended ]
	! kill -0 "$(cat fake/pid)" 2>/dev/null || fail "concbench is still running"
	[ -z "$(find "$TMPDIR" -maxdepth 1 -name 'concbench-gate.*' -type d)" ]
}

@test "action.yml has only keys that GitHub knows, passes inputs by environment alone, and calls the script" {
	python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	python3 - "$ROOT" <<-'PY'
		import os, re, sys, yaml
		root = sys.argv[1]
		with open(os.path.join(root, "action.yml")) as f:
		    action = yaml.safe_load(f)
		assert set(action) <= {"name", "author", "description", "inputs", "outputs", "runs", "branding"}, set(action)
		for name, field in action["inputs"].items():
		    assert set(field) <= {"description", "required", "default", "deprecationMessage"} and field["description"], name
		    assert isinstance(field.get("default", ""), str), name
		for name, field in action["outputs"].items():
		    assert set(field) == {"description", "value"}, name
		runs = action["runs"]
		assert set(runs) == {"using", "steps"} and runs["using"] == "composite"
		with open(os.path.join(root, "scripts", "ci-gate")) as f:
		    script = f.read()
		passed = set()
		for step in runs["steps"]:
		    assert set(step) <= {"id", "name", "if", "shell", "run", "uses", "with", "env", "working-directory", "continue-on-error"}
		    assert "${{" not in step["run"], "an expression in a command"
		    assert step["run"] == '"$GITHUB_ACTION_PATH/scripts/ci-gate"' and step["shell"] == "bash"
		    for variable, value in step["env"].items():
		        match = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)
		        assert match and variable == "GATE_" + match[1].upper().replace("-", "_"), (variable, value)
		        assert re.search(r"\b%s\b" % variable, script), variable + " is not in the script"
		        passed.add(match[1])
		assert passed == set(action["inputs"]), passed ^ set(action["inputs"])
		ids = {step.get("id") for step in runs["steps"]}
		for name, field in action["outputs"].items():
		    match = re.fullmatch(r"\$\{\{ steps\.([a-z]+)\.outputs\.([a-z]+) \}\}", field["value"])
		    assert match and match[1] in ids and re.search(r"^\s*(\[.*\|\| )?output %s " % match[2], script, re.M), name
	PY
}

@test "the command of action.yml runs as GitHub runs it" {
	python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	python3 -c 'import sys, yaml; print(yaml.safe_load(open(sys.argv[1]))["runs"]["steps"][0]["run"])' "$ROOT/action.yml" >step.sh
	on_github
	GITHUB_ACTION_PATH=$ROOT run bash --noprofile --norc -eo pipefail step.sh
	assert_status 0
	grep -qx 'verdict=PASS' output
}

@test "the defaults of action.yml and of the script agree" {
	python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	for name in inconclusive unfit; do
		default=$(python3 -c 'import sys, yaml; print(yaml.safe_load(open(sys.argv[1]))["inputs"][sys.argv[2]]["default"])' "$ROOT/action.yml" "$name")
		grep -qE "one_of GATE_${name^^} $default " "$ROOT/scripts/ci-gate" || fail "$name: $default"
	done
}
