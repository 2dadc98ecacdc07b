#!/usr/bin/env bats
# `demo`: claims put to the test. What the figures say is the host's matter: only that it is said is tested.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

setup()
{
	common_setup
	mkdir here && cd here || return
}

@test "demo --list names every row, why some are not built, and measures nothing" {
	run --separate-stderr "$CONCBENCH" demo --list
	assert_status 0
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 18 ]
	[[ ${lines[0]} =~ ^\ 1\ \ concurrency ]]
	[[ ${lines[6]} == " 7  unsynchronised sharing loses updates" ]]
	[[ ${lines[15]} =~ ^16\ .*\(not\ built\ yet:\ it\ needs\ .*\)$ ]]
	[ -z "$(ls -A)" ]
	run --separate-stderr "$CONCBENCH" demo --list 7 2
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == " 7 "* ]]
	[[ ${lines[1]} == " 2 "* ]]
}

@test "demo: usage errors are found before anything is measured" {
	while IFS='|' read -r arguments message; do
		# shellcheck disable=SC2086 # the rows are words
		run --separate-stderr "$CONCBENCH" demo $arguments
		echo "$arguments: $status $stderr"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "$stderr" = "concbench: $message" ]
	done <<-'END'
		19|19: there is no such row: write a number of 1 to 18, see concbench demo --list
		0|0: there is no such row: write a number of 1 to 18, see concbench demo --list
		7 locks|locks: there is no such row: write a number of 1 to 18, see concbench demo --list
		--lst|--lst: there is no such option; did you mean --list?
		--output=|--output: is empty: write --output=FILE|-
	END
	[ -z "$(ls -A)" ]
}

@test "a row says its claim, a verdict with figures, and the command that repeats it" {
	run --separate-stderr "$CONCBENCH" demo 7
	assert_status 0
	[[ ${lines[0]} == " 7  unsynchronised sharing loses updates" ]]
	[[ ${lines[1]} =~ ^\ \ \ \ (shown|not\ shown\ here|cannot\ tell):\ .*lost\ [0-9.]+\ %\ \[[0-9.]+,\ [0-9.]+\] ]]
	[[ ${lines[2]} == "    $ concbench run "* ]]
	[[ $stderr == "1 row, 1 run to measure: about "* ]]
	command=${lines[2]#*run }
	run bash -c "\"\$CONCBENCH\" plan $command"
	assert_status 0
	[ -z "$(ls -A)" ]
}

@test "rows that cannot be measured say why, and are no success" {
	run --separate-stderr "$CONCBENCH" demo 16
	assert_status 6
	assert_output 'not built yet: it needs '
	[ -z "$stderr" ]
}

@test "the JSON has claims, verdicts, commands and whole results" {
	run --separate-stderr "$CONCBENCH" demo 6 16 7 --output=d.json
	assert_status 0
	validate d.json
	assert_json d.json '[r["row"] for r in d["demo"]] == [6, 16, 7]'
	assert_json d.json '[r["runs"] for r in d["demo"]] == [[0], [], [1]]'
	assert_json d.json 'd["demo"][1]["verdict"] == "not_built" and not d["partial"]'
	assert_json d.json 'd["demo"][0]["verdict"] == "shown"'
	assert_json d.json '{c["workload"] for c in d["runs"][1]["cells"]} == {"sync_counter"}'
	assert_json d.json 'all(c["status"] == "ok" for r in d["runs"] for c in r["cells"])'
	assert_json d.json '" ".join(["concbench"] + d["runs"][0]["argv"]) == d["demo"][0]["commands"][0]'
	[ "$(ls -A)" = d.json ]
}

@test "--output=- has JSON on standard output, the sentences on standard error" {
	run --separate-stderr "$CONCBENCH" demo --output=- 6
	assert_status 0
	printf '%s\n' "$output" >d.json
	validate d.json
	[[ $stderr == *"shown: threads "* ]]
}

@test "a killed worker: its process is lost in each mode, and that is no failure" {
	run --separate-stderr "$CONCBENCH" demo 13 --output=d.json
	assert_status 0
	validate d.json
	assert_json d.json 'd["demo"][0]["verdict"] == "shown"'
	assert_json d.json '[c["status"] for c in d["runs"][0]["cells"]] == 3 * ["crashed"]'
	assert_json d.json '[c["fault"]["survivors"] == c["workers"] - c["threads"] for c in d["runs"][0]["cells"]] == 3 * [True]'
}

@test "a killed harness: nothing of it is left in each mode, and each time is told" {
	run --separate-stderr "$CONCBENCH" demo 14 --output=d.json
	assert_status 0
	validate d.json
	assert_json d.json 'd["demo"][0]["verdict"] in ("shown", "cannot_tell") and not d["runs"]'
	assert_json d.json '[k["mode"] for k in d["demo"][0]["killed"]] == ["processes", "threads", "hybrid"]'
	assert_json d.json 'all(len(k["rounds"]) == 6 for k in d["demo"][0]["killed"])'
	assert_json d.json 'all(r["tasks"] >= k["workers"] + 1 and "gone_ns" in r for k in d["demo"][0]["killed"] for r in k["rounds"])'
	[[ ${lines[2]} == "    $ concbench run "*" & sleep 2; kill -KILL \$!" ]]
}

@test "rows with the same command share its run" {
	run --separate-stderr "$CONCBENCH" demo 1 3 --output=d.json
	assert_status 0
	assert_json d.json 'd["demo"][0]["runs"] == [0, 1] and d["demo"][1]["runs"][0] == 1'
	assert_json d.json 'len(d["runs"]) == len({command for r in d["demo"] for command in r["commands"]})'
}

@test "--quiet leaves the sentences" {
	run --separate-stderr "$CONCBENCH" demo --quiet 6
	assert_status 0
	[ -z "$stderr" ]
	assert_output '^    shown: '
}

@test "an output that cannot be made is told before anything is measured" {
	run --separate-stderr "$CONCBENCH" demo 6 --output=missing/d.json
	assert_status 7
	[ -z "$output" ]
	[[ $stderr == "concbench: --output: cannot save to missing/d.json: "* ]]
	run --separate-stderr "$CONCBENCH" demo 6 --output=/dev/full
	assert_status 7
	assert_output '^    shown: '
	[[ $stderr == *"concbench: result: cannot save to /dev/full: No space left on device"* ]]
}

# start ARGUMENTS...: demo in the background, its pid in $demo, its streams in out and err; waits for a worker.
start()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	bash -c 'exec "$CONCBENCH" demo "$@" >out 2>err' demo "$@" &
	demo=$!
	for ((i = 0; i < 200; i++)); do
		leader=$(pgrep -P "$demo" | head -n 1) || true
		worker=$([ -z "$leader" ] || pgrep -P "$leader" | head -n 1) || true
		[ -z "$worker" ] || return 0
		sleep 0.02
	done
	fail "no worker was seen: $(cat err)"
}

@test "Ctrl-C ends a demo: status 130, what was measured is saved, marked partial" {
	start 6 5 8 --output=d.json
	for ((i = 0; i < 200; i++)); do
		grep -q '^run 3 of 3' err && break
		sleep 0.05
	done
	sleep 1
	kill -INT "$demo"
	wait "$demo" && status=0 || status=$?
	assert_status 130
	validate d.json
	assert_json d.json 'd["partial"] is True'
	assert_json d.json '[r["verdict"] for r in d["demo"]][2] == "not_measured"'
	assert_json d.json 'd["demo"][0]["verdict"] == "shown"'
	grep -q '^concbench: Interrupt: what was measured is saved, marked partial$' err
	[ -z "$(pgrep -P "$demo")" ]
}

@test "a cell that fails makes status 5, and its row cannot tell" {
	# on a slow host the worker may have ended before the signal comes
	for _ in 1 2 3 4 5; do
		start 5 --output=d.json
		kill -KILL "$worker" 2>/dev/null || true
		wait "$demo" && status=0 || status=$?
		[ "$status" -eq 0 ] || break
	done
	assert_status 5
	grep -qE '^    cannot tell: wait_sleep:duration=100ms/processes/4: crashed: ' out
	validate d.json
	assert_json d.json 'sorted(c["status"] for c in d["runs"][0]["cells"])[:2] == ["crashed", "ok"]'
}

@test "while another concbench measures, --no-wait fails at once" {
	start 5
	run --separate-stderr "$CONCBENCH" demo 6 --no-wait
	kill -INT "$demo"
	wait "$demo" || true
	assert_status 4
	[[ $stderr == *"concbench: demo: "* ]]
}
