#!/usr/bin/env bats
# Any program as a workload: run -- COMMAND ARGUMENT...

# shellcheck disable=SC2016 # what sh -c is given expands there
# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

# A run of few samples, of as many executions as asked for.
TINY=(run --quick --quiet --samples=1 --output=r.json)

@test "a sample runs the command as often as it has units, in every mode, and prepare and cleanup once around it" {
	mkdir finished
	cat >begin <<-'END'
		#!/bin/sh
		# Nothing of another sample is left.
		rmdir finished && mkdir finished && echo begin >>log
	END
	cat >end <<-'END'
		#!/bin/sh
		echo "$(ls finished | wc -l)" >>log
		rm -r finished && mkdir finished
	END
	chmod +x begin end
	run concbench "${TINY[@]}" --units=7 --workers=3 --shape=2x2 --prepare=./begin --cleanup=./end -- \
		mktemp finished/XXXXXXXXXX
	assert_status 0
	validate r.json
	assert_json r.json '[(c["mode"], c["status"]) for c in cells] ==
		[(m, "ok") for m in ("serial", "processes", "threads", "hybrid")]'
	# Calibration has other numbers of units; then come the discarded sample and one of each cell.
	paste -d, - - <log >pairs
	! grep -vE '^begin,[0-9]+$' pairs || fail "$(cat log)"
	[ "$(tail -n 5 pairs | sort | uniq -c | xargs)" = "5 begin,7" ] || fail "$(cat log)"
}

@test "CPU time, memory and switches of the program are the sample's" {
	run concbench "${TINY[@]}" --units=2 --mode=serial --workers=1 -- python3 -c \
		'b = bytearray(200 << 20); b[::4096] = b"x" * len(b[::4096])'
	assert_status 0
	assert_json r.json 'cells[0]["samples"][-1]["metrics"]["peak_bytes"] > 200 << 20'
	assert_json r.json 'cells[0]["samples"][-1]["pss_bytes"] > 200 << 20'
	assert_json r.json 'cells[0]["samples"][-1]["faults_minor"] > 2 * 200 * 256'
	assert_json r.json 'all(m["user_ns_per_unit"] + m["system_ns_per_unit"] > 0 and m["ctx_voluntary_per_unit"] >= 0
		for m in [cells[0]["samples"][-1]["metrics"]])'
	assert_json r.json 'all(0.8 < 2 * (m["user_ns_per_unit"] + m["system_ns_per_unit"]) / (s["cpu_user_ns"] + s["cpu_sys_ns"]) <= 1
		for s in [cells[0]["samples"][-1]] for m in [s["metrics"]])'
	run concbench "${TINY[@]}" --units=1 --mode=serial -- sleep 0.01
	assert_json r.json 'cells[0]["samples"][-1]["metrics"]["ctx_voluntary_per_unit"] >= 1'
	assert_json r.json 'cells[0]["samples"][-1]["metrics"]["peak_bytes"] < 100 << 20'
}

@test "an exit status other than 0 is a failure, unless it is to be ignored; a signal always is" {
	run concbench "${TINY[@]}" --units=2 --workers=2 -- sh -c 'exit 3'
	assert_status 5
	assert_output "'sh' exited with status 3: --ignore-status accepts it"
	assert_json r.json '{c["status"] for c in cells} == {"failed"}'
	run concbench "${TINY[@]}" --units=2 --workers=2 --ignore-status -- sh -c 'exit 3'
	assert_status 0
	run concbench "${TINY[@]}" --units=2 --workers=2 --ignore-status -- sh -c 'kill -SEGV $$'
	assert_status 5
	assert_output "'sh' was killed by SIGSEGV"
	for option in --prepare --cleanup; do
		run concbench "${TINY[@]}" --units=1 --mode=serial --ignore-status "$option=false" -- true
		assert_status 5
		assert_output "'false' exited with status 1"
	done
}

@test "a program that is not there, or cannot be executed, is found before anything runs" {
	echo text >plain
	mkdir folder
	for words in nosuchprogram ./nosuchprogram ./plain ./folder /dev/null ''; do
		run --separate-stderr concbench "${TINY[@]}" --prepare='touch ran' -- "$words"
		[ "$status" -eq 2 ] || fail "$words: $status: $stderr"
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	run concbench "${TINY[@]}" --prepare=nosuchprogram -- true
	assert_status 2
	assert_output "there is no program 'nosuchprogram' on PATH"
	run concbench "${TINY[@]}" --input=nosuchfile -- true
	assert_status 2
	run concbench "${TINY[@]}" --
	assert_status 2
	run concbench "${TINY[@]}" --ignore-status null
	assert_status 2
	assert_output 'are for a command: write it behind --'
	[ ! -e ran ] && [ ! -e r.json ]
	# No shell takes care of a script without its first line.
	chmod +x plain
	run concbench "${TINY[@]}" --units=1 --mode=serial -- ./plain
	assert_status 5
	assert_output "cannot start './plain': Exec format error"
}

@test "no shell is run: words are words, and what needs a shell is refused" {
	run concbench "${TINY[@]}" --units=1 --mode=serial --command-output=out -- printf '<%s>\n' 'a  b' '$HOME' "it's" '*' '' $'new\nline' '{x}' 'a,b:c\d'
	assert_status 0
	head -n 9 out >first
	diff first - <<-'END'
		<a  b>
		<$HOME>
		<it's>
		<*>
		<>
		<new
		line>
		<{x}>
		<a,b:c\d>
	END
	validate r.json
	for command in 'echo $HOME' 'a | b' 'a; b' 'rm *' 'a > b' '`a`' 'a &' "a 'b" 'a "b' a\\ ''; do
		run concbench "${TINY[@]}" --prepare="$command" -- true
		assert_status 2
		assert_output -- '--prepare'
	done
	run concbench "${TINY[@]}" --units=1 --mode=serial --prepare="touch 'a b' \"c d\" e\\ f" -- true
	assert_status 0
	[ -e 'a b' ] && [ -e 'c d' ] && [ -e 'e f' ]
}

@test "the words are the cell's identity, as they would be written" {
	run concbench plan --mode=serial -- echo 'a b' "it's" $'\033[2J' 'x,y'
	assert_status 0
	assert_output "command:words=echo 'a b' 'it'"
	refute_output $'\033'
	concbench "${TINY[@]}" --units=1 --mode=serial -- sh -c 'exit 0'
	id=$(json r.json 'cells[0]["id"]')
	[ "$id" = "command:words=sh -c 'exit 0'/serial/1" ] || fail "$id"
	concbench run --quick --quiet --samples=1 --units=1 --output=s.json --mode=serial "${id%/serial/1}"
	[ "$(json s.json 'cells[0]["id"]')" = "$id" ]
	assert_json r.json 'cells[0]["params"]["words"] == "sh -c '"'exit 0'"'"'
	assert_json r.json "cells[0]['programs']['words']['size_bytes'] == $(stat -Lc %s "$(command -v sh)")"
}

@test "--scan substitutes in the words, and keeps a value within its word" {
	run concbench "${TINY[@]}" --units=1 --mode=serial --command-output=out --scan 'n=a b,it'\''s,c\,d' -- \
		printf '[%s]\n' 'x{n}' '{n}' '{other}'
	assert_status 0
	[ "$(sort -u out)" = "$(printf '%s\n' "[{other}]" "[a b]" "[c,d]" "[it's]" "[xa b]" "[xc,d]" "[xit's]" | sort)" ] || fail "$(cat out)"
	assert_json r.json 'len(cells) == 3'
	printf 1 >in1
	printf 22 >in2
	run concbench "${TINY[@]}" --units=2 --mode=serial --scan n=1,2 --input='in{n}' -- sh -c 'test $(wc -c) = {n}'
	assert_status 0
	assert_json r.json 'len(cells) == 2'
	run concbench "${TINY[@]}" --scan n=1,2 -- true
	assert_status 2
}

@test "standard input is /dev/null or the file, whole for each execution" {
	run concbench "${TINY[@]}" --units=4 --workers=2 -- sh -c '[ "$(wc -c)" -eq 0 ]'
	assert_status 0
	printf 'the data' >data
	run concbench "${TINY[@]}" --units=4 --workers=2 --input=data -- sh -c '[ "$(cat)" = "the data" ]'
	assert_status 0
	assert_json r.json 'cells[0]["params"]["input"]["size_bytes"] == 8'
}

@test "output is discarded, inherited or appended to a file, and never mixes with the JSON" {
	run --separate-stderr concbench run --quick --quiet --samples=1 --units=2 --mode=serial --output=- -- sh -c 'echo out; echo err >&2'
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	echo "$output" >r.json
	validate r.json
	run --separate-stderr concbench run --quick --quiet --samples=1 --units=2 --mode=serial --output=- --command-output=inherit -- \
		sh -c 'echo out; echo err >&2'
	[ "$status" -eq 0 ]
	[[ $stderr == *out*err* ]]
	echo "$output" >r.json
	validate r.json
	echo before >out
	run concbench "${TINY[@]}" --units=20 --workers=2 --mode=threads --command-output=out -- sh -c 'echo out; echo err >&2'
	assert_status 0
	[ "$(sort -u out | tr '\n' ' ')" = "before err out " ]
	[ "$(grep -c out out)" -ge 20 ]
	for bad in folder/out /dev/null/x; do
		run concbench "${TINY[@]}" --units=1 --mode=serial --command-output="$bad" -- true
		assert_status 5
		assert_output "cannot write the command's output to '$bad'"
	done
	mkfifo pipe
	run timeout 20 "$CONCBENCH" "${TINY[@]}" --units=1 --mode=serial --command-output=pipe -- true
	assert_status 5
}

@test "a program finds the environment, signals and limits that it would have without concbench" {
	cat >look <<-'END'
		#!/bin/bash
		env | grep -vE '^(_|SHLVL|CONCBENCH_FD)=' | sort
		grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
		ulimit -n
		umask
		pwd
		nice
		taskset -cp $$ | sed 's/.*: //'
		cd /proc/self/fd && for fd in *; do [ "$fd" -le 3 ] || [ -z "$(readlink $fd | grep -E 'pipe|anon|deleted|dev.zero')" ] || echo "leaked $fd"; done
	END
	chmod +x look
	ulimit -Sn 300
	./look >expected 2>/dev/null
	for mode in serial processes threads hybrid; do
		rm -f out
		run concbench "${TINY[@]}" --units=3 --batch=1 --mode=$mode --workers=2 --shape=2x2 --command-output=out -- ./look
		[ "$status" -eq 0 ] || [ "$status" -eq 2 ]
		[ "$status" -eq 0 ] || run concbench "${TINY[@]}" --units=1 --mode=$mode --workers=1 --command-output=out -- ./look
		assert_status 0
		head -n "$(wc -l <expected)" out | diff expected - || fail "$mode"
	done
}

@test "a program reports its own counts, one line each" {
	cat >work <<-'END'
		#!/bin/sh
		echo "concbench: count=3" >&"$CONCBENCH_FD"
		echo "concbench: requests=10.5" >&3
		echo "concbench: requests=1" >&3
		echo "concbench: digest=0x10" >&3
	END
	chmod +x work
	run concbench "${TINY[@]}" --units=4 --workers=2 -- ./work
	assert_status 0
	validate r.json
	assert_json r.json 'all(c["samples"][-1]["metrics"]["count_per_unit"] == 3 for c in cells)'
	assert_json r.json 'all(c["samples"][-1]["notes"]["requests"] == 46 for c in cells)'
	assert_json r.json 'all("report_refused" not in c["samples"][-1]["notes"] for c in cells)'
	assert_json r.json 'len({c["digest"] for c in cells}) == 1'
	digest=$(json r.json 'cells[0]["digest"]')
	sed -i s/0x10/0x11/ work
	concbench "${TINY[@]}" --units=4 --mode=serial -- ./work
	[ "$(json r.json 'cells[0]["digest"]')" != "$digest" ]
	concbench "${TINY[@]}" --units=4 --mode=serial -- true
	assert_json r.json '"count_per_unit" not in cells[0]["samples"][-1]["metrics"]'
}

@test "one that ends well without having done its work is found by its digest" {
	cat >lazy <<-'END'
		#!/bin/sh
		[ "$(ls /proc/$PPID/task | wc -l)" -gt 1 ] || echo "concbench: digest=1" >&3
	END
	chmod +x lazy
	run concbench "${TINY[@]}" --units=3 --workers=2 --mode=serial,processes,threads -- ./lazy
	assert_status 5
	assert_json r.json '[c["status"] for c in cells] == ["ok", "ok", "mismatch"]'
}

@test "sample takes a command as run does" {
	request='{"schema":"concbench.sample/1","workload":"command","mode":"threads","workers":2,"units":6}'
	run bash -c '"$1" sample -- sh -c "exit 0" <<<"$2"' - "$CONCBENCH" "$request"
	assert_status 0
	assert_output '"status":"ok"'
	assert_output '"units":6'
	run bash -c '"$1" sample -- true <<<"${2/command/null}"' - "$CONCBENCH" "$request"
	assert_status 2
	run bash -c '"$1" sample <<<"$2"' - "$CONCBENCH" "${request/\"mode\"/\"params\":\{\"words\":\"sh -c \'exit 4\'\"\},\"mode\"}"
	assert_status 5
	assert_output 'exited with status 4'
}

@test "a workload can be named beside a command, and --pin=auto leaves a command its CPUs" {
	run concbench plan --workers=1 --mode=serial null -- true
	assert_status 0
	assert_output '^ *null/serial/1 +CPU'
	assert_output 'command:words=true/serial/1 +not pinned'
	run concbench plan --workers=1 --mode=serial --pin=compact -- true
	assert_output 'serial/1/compact +CPU 0'
}
