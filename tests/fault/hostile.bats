#!/usr/bin/env bats
# Plugins and commands that do their worst: the cell says what happened, the others are measured, nothing is left.

# shellcheck disable=SC2016 # what sh -c is given expands there
# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load ../cli/helper
load ../cli/plugin
load fault

setup_file()
{
	install_concbench
}

setup()
{
	fault_setup
}

teardown()
{
	fault_teardown
}

# The program with the mark in its environment.
marked_concbench()
{
	env CB_TEST_MARK="$MARK" "$CONCBENCH" "$@"
}

# The same in the background, hearing SIGINT as in the foreground. Its pid is in PID.
background()
{
	env --default-signal=INT CB_TEST_MARK="$MARK" "$CONCBENCH" "$@" 2>stderr 3>&- &
	PID=$!
}

TINY=(run --quick --quiet --samples=1 --workers=2 --dir=scratch --output=r.json)

# ---- plugins -----------------------------------------------------------------------------------------

@test "a plugin that crashes, exits or hangs while it is loaded or asked costs one sentence" {
	local -A expected=(
		[LOAD_CRASHES]='loading it was killed by SIGABRT'
		[LOAD_EXITS]='loading it ended its process with status 0'
		[LOAD_HANGS]='loading it did not end within 10s'
		[SUPPORTED_CRASHES]='hostile: what it can measure is not known: asking it was killed by SIGABRT'
		[SUPPORTED_EXITS]='asking it ended its process with status 0'
		[SUPPORTED_HANGS]='asking it did not end within 10s'
		[FOOTPRINT_CRASHES]='asking it was killed by SIGABRT'
	)
	local runs=()
	for wrong in "${!expected[@]}"; do
		hostile "$wrong" >/dev/null
		(
			code=0
			marked_concbench "${TINY[@]/r.json/$wrong.json}" --plugin="$PLUGINS/$wrong.so" null hostile 2>"$wrong.err" || code=$?
			echo $code >"$wrong.status"
		) 3>&- &
		runs+=($!)
	done
	wait "${runs[@]}" # and not for the clock of this test's time-out
	for wrong in "${!expected[@]}"; do
		[ "$(cat "$wrong.status")" = 2 ] || fail "$wrong: $(cat "$wrong.status" "$wrong.err")"
		[ "$(wc -l <"$wrong.err")" -eq 1 ] || fail "$wrong: $(cat "$wrong.err")"
		grep -qE "${expected[$wrong]}" "$wrong.err" || fail "$wrong: $(cat "$wrong.err")"
		[ ! -e "$wrong.json" ]
	done
	assert_no_process
}

@test "a process that a plugin leaves behind while it is loaded is ended" {
	so=$(hostile LOAD_FORKS)
	run marked_concbench list --plugin="$so"
	assert_status 0
	assert_no_process
	run marked_concbench "${TINY[@]}" --units=1 --plugin="$so" hostile
	assert_status 0
	assert_no_process
}

@test "a plugin that crashes or exits in a hook costs its cells, and no others" {
	for wrong in SETUP_CRASHES RUN_CRASHES RUN_EXITS VERIFY_CRASHES EXPECT_CRASHES SKIPS_WORK; do
		so=$(hostile $wrong)
		rm -f r.json
		run marked_concbench "${TINY[@]}" --units=10 --plugin="$so" hostile null
		[ "$status" -eq 5 ] || fail "$wrong: status $status: $output"
		validate r.json
		assert_cells r.json hostile 'crashed crashed crashed crashed' || [ $wrong = SKIPS_WORK ]
		[ $wrong != SKIPS_WORK ] || assert_cells r.json hostile 'mismatch mismatch mismatch mismatch'
		assert_cells r.json null 'ok ok ok ok'
		assert_no_process
	done
}

@test "a plugin that hangs is ended by the time-out, in run and in teardown" {
	for wrong in RUN_HANGS TEARDOWN_HANGS; do
		so=$(hostile $wrong)
		run marked_concbench "${TINY[@]}" --mode=serial,threads --units=10 --timeout=300ms --plugin="$so" hostile null
		[ "$status" -eq 5 ] || fail "$wrong: status $status: $output"
		assert_cells r.json hostile 'timeout timeout'
		assert_cells r.json null 'ok ok'
		assert_no_process
	done
}

@test "processes that a plugin leaves behind in run end with the sample" {
	so=$(hostile RUN_FORKS)
	run marked_concbench "${TINY[@]}" --units=3 --plugin="$so" hostile
	assert_status 0
	assert_no_process
}

@test "a plugin whose destructor hangs does not keep concbench from ending" {
	so=$(hostile UNLOAD_HANGS)
	run timeout 30 env CB_TEST_MARK="$MARK" "$CONCBENCH" "${TINY[@]}" --units=3 --plugin="$so" hostile
	assert_status 0
	run timeout 30 "$CONCBENCH" list --plugin="$so"
	assert_status 0
	assert_no_process
}

@test "a plugin that writes over what it shares with the harness costs its cells only" {
	for wrong in SCRIBBLES SCRIBBLES_AND_DIES; do
		so=$(hostile $wrong)
		run marked_concbench "${TINY[@]}" --units=10 --plugin="$so" hostile null
		[ "$status" -eq 5 ] || fail "$wrong: status $status: $output"
		validate r.json
		assert_json r.json 'all(c["status"] not in ("ok", "skipped") for c in cells if c["workload"] == "hostile")'
		assert_cells r.json null 'ok ok ok ok'
		assert_no_process
	done
}

@test "what a plugin says reaches terminals and files without its control characters" {
	so=$(hostile SUPPORTED_REFUSES)
	run marked_concbench run --quick --mode=serial --output=r.json --plugin="$so" hostile null
	assert_status 0
	refute_output $'\033'
	assert_output 'not \?\[2Jhere\?=1\+1'
	validate r.json
	assert_json r.json '"\\x1b" not in cells[0]["reason"]'
}

# ---- commands ----------------------------------------------------------------------------------------

@test "processes that a command leaves behind end with the sample" {
	for words in 'sleep 1000 &' 'setsid sleep 1000 &' '(setsid sleep 1000 &) &' 'nohup setsid sh -c "sleep 1000 & sleep 1000" >/dev/null &'; do
		run marked_concbench "${TINY[@]}" --units=3 -- sh -c "$words"
		[ "$status" -eq 0 ] || fail "$words: $output"
		assert_no_process
	done
}

@test "a command that floods its output, or the descriptor it reports on, is measured like others" {
	printf 'concbench: count=1\n%s\nconcbench: count=\nconcbench: Name=1\nconcbench: count=-1\nconcbench: count=1e999\nconcbench: digest=0xg\nconcbench: a=nan\n\0\nconcbench: count=7' garbage >lines
	run marked_concbench "${TINY[@]}" --units=2 -- sh -c 'head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero >&3; exit 0'
	assert_status 0
	run marked_concbench "${TINY[@]}" --units=2 -- sh -c 'cat lines >&3'
	assert_status 0
	validate r.json
	assert_json r.json 'all(c["samples"][-1]["metrics"]["count_per_unit"] == 1 for c in cells)'
	assert_json r.json 'all(c["samples"][-1]["notes"]["report_refused"] == 2 * 9 for c in cells)'
	run marked_concbench "${TINY[@]}" --units=2 -- sh -c 'i=0; while [ $i -lt 100 ]; do echo "concbench: n$i=1" >&3; i=$((i + 1)); done'
	assert_status 0
	validate r.json
	assert_json r.json 'all(len(c["samples"][-1]["notes"]) <= 10 for c in cells)'
	# A grandchild that keeps the descriptor, and writes late, changes nothing.
	run marked_concbench "${TINY[@]}" --units=5 --mode=serial -- sh -c '(sleep 0.02; echo "concbench: count=100" >&3) & exit 0'
	assert_status 0
	assert_json r.json '"count" not in cells[0]["samples"][-1]["notes"]'
}

@test "a command that does not end is ended by the time-out, whatever it ignores" {
	for words in 'trap "" TERM HUP INT; sleep 1000 & wait' 'kill -STOP $$' 'exec setsid -w sleep 1000'; do
		run marked_concbench "${TINY[@]}" --units=2 --timeout=300ms -- sh -c "$words"
		[ "$status" -eq 5 ] || fail "$words: $output"
		assert_json r.json '{c["status"] for c in cells} <= {"timeout", "skipped"}'
		assert_no_process
	done
}

@test "a command that kills its group kills itself; one that kills its worker costs a cell" {
	run marked_concbench "${TINY[@]}" --units=2 -- sh -c 'kill -9 0'
	assert_status 5
	assert_cells r.json command 'failed failed failed failed'
	assert_reasons r.json command 'was killed by SIGKILL'
	run marked_concbench "${TINY[@]}" --units=2 null -- sh -c 'kill -9 $PPID; sleep 10'
	assert_status 5
	assert_json r.json '{c["status"] for c in cells if c["workload"] == "command"} == {"crashed"}'
	assert_cells r.json null 'ok ok ok ok'
	assert_no_process
}

@test "a command whose output finds no room fails, and the result is saved" {
	run marked_concbench "${TINY[@]}" --units=2 --command-output=/dev/full -- sh -c 'echo out || exit 3'
	assert_status 5
	assert_reasons r.json command 'exited with status 3'
	validate r.json
	assert_no_process
}

@test "after kill -9 of the harness nothing of a command is left, in no session" {
	for mode in serial processes threads hybrid; do
		rm -f started
		background "${TINY[@]}" --units=2 --mode=$mode -- \
			sh -c 'setsid sleep 1000 & : >started; exec sleep 1000'
		await 20 test -e started
		kill -KILL $PID
		assert_exit 137
		await 10 assert_no_process
	done
}

@test "after kill -9 of all of concbench its direct children are gone; other sessions are beyond reach" {
	for mode in serial processes threads; do
		rm -f direct session
		background "${TINY[@]}" --units=1 --mode=$mode -- \
			sh -c 'setsid sh -c "echo \$\$ >session; exec sleep 1000" & until [ -s session ]; do sleep 0.01; done; echo $$ >direct; exec sleep 1000'
		await 20 test -s direct
		direct=$(cat direct)
		session=$(cat session)
		# Harness, leader and workers, before one of them can act on another's death.
		kill -STOP $PID
		# shellcheck disable=SC2046 # a word for each process
		kill -KILL $(marked | grep -vxE "$direct|$session|$PID")
		kill -KILL $PID
		assert_exit 137
		await 10 eval "! kill -0 $direct"
		kill -0 "$session" || fail "it is gone: docs/commands.md says otherwise"
		kill -KILL "$session"
		await 10 assert_no_process
	done
}

@test "Ctrl-C ends a command that ignores it" {
	background "${TINY[@]}" --units=2 --mode=threads -- \
		sh -c 'trap "" INT TERM HUP; : >started; sleep 1000 & wait'
	await 20 test -e started
	kill -INT $PID
	assert_exit 130
	assert_no_process
}

@test "names and arguments from the user are escaped in every format" {
	words=(printf '%s' $'\033[2J\033]0;gone\a' $'two\nlines' '=1+1' '|a|`b`<script>*_[x](y)' $'\xff\xc2\x9b' '"quoted",x' $'\u202egnp')
	run marked_concbench run --quick --samples=1 --units=1 --mode=serial --dir=scratch --output=r.json \
		--label $'k=\033[2J' --command-output=$'scratch/\033]out' -- "${words[@]}"
	assert_status 0
	! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$output" || fail "control characters: $output"
	run marked_concbench plan --mode=serial -- "${words[@]}"
	assert_status 0
	! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$output" || fail "control characters: $output"
	run marked_concbench run --quick --mode=serial --output=s.json -- $'no\033[2Jprogram'
	assert_status 2
	refute_output $'\033'
	validate r.json
	[ "$(json r.json 'cells[0]["id"]' | wc -l)" -eq 1 ]
	for format in text markdown csv; do
		"$ROOT/scripts/table.py" --format=$format --columns=id,params,rate r.json >table.$format
		! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' table.$format || fail "$format: $(cat -v table.$format)"
	done
	python3 - <<-'END'
		import csv
		rows = list(csv.reader(open("table.csv")))
		assert all(len(row) == len(rows[0]) for row in rows), rows
		assert not any(field[:1] in "=+-@\t\r" and field for row in rows for field in row), rows
	END
	[ "$(grep -c '^|' table.markdown)" -eq 3 ]
	! grep -q '<script>' table.markdown || fail "$(cat table.markdown)"
	rm -rf scratch/*
}
