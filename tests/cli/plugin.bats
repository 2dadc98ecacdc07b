#!/usr/bin/env bats
# Workloads from shared objects: built against an installed concbench alone, loaded by path, refused with one sentence.

# shellcheck disable=SC2016 # what bash -c is given expands there
# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper
load plugin

setup_file()
{
	install_concbench
}

# refused WRONG PATTERN [FLAG...]: the plugin is refused before anything runs, in one line.
refused()
{
	local so
	so=$(hostile "$1" "${@:3}") || fail "$1 cannot be built"
	run --separate-stderr concbench run --quick --output=r.json --plugin="$so" cpu_prime
	[ "$status" -eq 2 ] || fail "$1: exit status $status: $stderr"
	[ "${#stderr_lines[@]}" -eq 1 ] || fail "$1: not one line: $stderr"
	grep -qE -- "$2" <<<"$stderr" || fail "$1: no match for /$2/ in: $stderr"
	grep -q -- "--plugin" <<<"$stderr" || fail "$1: no --plugin in: $stderr"
	[ -z "$(ls r.json* 2>/dev/null)" ] || fail "$1: something was written"
}

@test "the installed example is built by its own Makefile and measured in every mode" {
	cp -r "$INSTALLED/usr/share/doc/concbench/examples" example
	make -s -C example
	concbench=$INSTALLED/usr/bin/concbench
	run "$concbench" list --plugin=example/collatz.so
	assert_status 0
	assert_output '^collatz +cpu '
	run "$concbench" list --plugin=example/collatz.so params collatz
	assert_status 0
	assert_output 'from=1000000'
	run "$concbench" run --quick --quiet --samples=2 --units=20000 --workers=2 --output=r.json \
		--plugin=example/collatz.so collatz:from=27
	assert_status 0
	validate r.json
	assert_json r.json '[c["status"] for c in cells] == ["ok"] * 4'
	assert_json r.json '{c["mode"] for c in cells} == {"serial", "processes", "threads", "hybrid"}'
	assert_json r.json 'len({c["digest"] for c in cells}) == 1'
	# A sequence's mean length from 27 to 20026 is arithmetic, not speed.
	steps=$(python3 -c '
def steps(n):
    count = 0
    while n > 1:
        n = 3 * n + 1 if n % 2 else n // 2
        count += 1
    return count
print(sum(steps(n) for n in range(27, 20027)) / 20000)')
	assert_json r.json "all(abs(c['summary']['metrics']['steps_per_unit'] - $steps) < 1e-9 for c in cells)"
}

@test "which file a workload came from stands beside its cells, not in their ids" {
	a=$(hostile NOTHING)
	b=$PLUGINS/other.so
	cp "$a" "$b" && echo >>"$b"
	for so in "$a" "$b"; do
		concbench run --quick --quiet --samples=1 --units=10 --mode=serial --output="$(basename "$so").json" \
			--plugin="$so" hostile
	done
	assert_json NOTHING.so.json "cells[0]['plugin']['path'] == '$a'"
	assert_json NOTHING.so.json "cells[0]['plugin']['size_bytes'] == $(stat -c %s "$a")"
	[ "$(json NOTHING.so.json 'cells[0]["id"]')" = "$(json other.so.json 'cells[0]["id"]')" ]
	[ "$(json NOTHING.so.json 'cells[0]["plugin"]["crc32"]')" != "$(json other.so.json 'cells[0]["plugin"]["crc32"]')" ]
	crc=$(python3 -c 'import sys, zlib; print("0x%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$b")
	[ "$(json other.so.json 'cells[0]["plugin"]["crc32"]')" = "$crc" ]
}

@test "several plugins are loaded, and a name that is taken is refused" {
	a=$(hostile NOTHING)
	cc -std=gnu17 -fPIC -shared '-DNAME="second"' "-I$INSTALLED/usr/include" -o second.so "$ROOT/tests/plugins/hostile.c"
	run concbench list --plugin="$a" --plugin=second.so
	assert_status 0
	assert_output '^hostile '
	assert_output '^second '
	[ "$(awk '{ print $1 }' <<<"$output")" = "$(awk '{ print $1 }' <<<"$output" | LC_ALL=C sort)" ]
	run concbench list --plugin="$a" --plugin="$a"
	assert_status 2
	assert_output "there is a workload 'hostile' already, of '$a'"
	refused BUILT_IN_NAME "there is a workload 'cpu_prime' already, built in"
}

@test "a plugin is found by its path alone, never by search" {
	so=$(hostile NOTHING)
	mkdir folder
	cp "$so" folder/only.so
	export LD_LIBRARY_PATH=$PWD/folder
	run concbench list --plugin=only.so
	assert_status 2
	assert_output "cannot use 'only.so': No such file"
	cp "$so" ./here.so
	run concbench list --plugin=here.so
	assert_status 0
	run concbench list --plugin=libc.so.6
	assert_status 2
}

@test "what is no plugin is refused with one sentence" {
	echo text >text.so
	: >empty.so
	mkdir folder.so
	mkfifo pipe.so
	head -c 4096 "$(hostile NOTHING)" >cut.so
	for file in text.so empty.so cut.so; do
		run --separate-stderr concbench list --plugin="$file"
		[ "$status" -eq 2 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *"--plugin: cannot use '$file': "* ]] || fail "$stderr"
	done
	for file in folder.so pipe.so /dev/null; do
		run timeout 20 "${CONCBENCH:?}" list --plugin="$file"
		assert_status 2
		assert_output 'not a regular file'
	done
	run concbench list --plugin=
	assert_status 2
	# Not as root, who may read everything.
	if [ "$(id -u)" -ne 0 ]; then
		cp "$(hostile NOTHING)" secret.so && chmod 0 secret.so
		run concbench list --plugin=secret.so
		assert_status 2
		assert_output 'Permission denied'
	fi
}

@test "a plugin that breaks the contract is refused before anything runs" {
	refused NO_SYMBOL 'exports no cb_plugin: put CB_PLUGIN' -DWRONG_SYMBOL=1
	refused WRONG_ABI 'compiled for another concbench \(ABI [0-9]+, ' -DWRONG_EXPORT=1
	refused WRONG_SIZE 'compiled for another concbench' -DWRONG_EXPORT=1
	refused NO_WORKLOAD 'names no workload' -DWRONG_EXPORT=1
	refused WRONG_WORKLOAD_SIZE 'has not the abi and size'
	refused BAD_NAME 'name is not made of a-z 0-9 _'
	refused NO_RUN 'hostile: it has no run hook'
	refused NO_MODE 'hostile: caps names no mode'
	refused CONTROL_CHARACTERS 'hostile: summary and unit .* without control characters'
	refused PARAM_OUTSIDE 'hostile: parameter 1: its offset leads out'
	refused BAD_DEFAULT "hostile: n \(the workload's default\)"
	refused WILD_POINTER 'loading it was killed by SIG'
}

@test "a plugin that was built again while it is measured fails, and is not mixed with the old one" {
	cp "$(hostile NOTHING)" mine.so
	cat >prepare <<-'END'
		#!/bin/sh
		cp mine.so mine.new && mv mine.new mine.so
	END
	chmod +x prepare
	# The command's group comes first: its preparation replaces the plugin.
	run concbench run --quick --quiet --samples=1 --units=1 --mode=serial --output=r.json --plugin=./mine.so \
		command:words=true,prepare=./prepare hostile
	assert_status 5
	assert_json r.json '[c["status"] for c in cells] == ["ok", "failed"]'
	assert_json r.json '"it has changed since the run began" in cells[1]["reason"]'
}

@test "plan, list and sample take plugins as run does" {
	so=$(hostile NOTHING)
	run concbench plan --plugin="$so" --workers=1,2 hostile:n=3
	assert_status 0
	assert_output 'hostile:n=3/threads/2'
	run concbench list --json --plugin="$so" params hostile
	assert_status 0
	run concbench list params hostile
	assert_status 2
	run bash -c '"$1" sample --plugin="$2" <<<"{\"schema\":\"concbench.sample/1\",\"workload\":\"hostile\",\"mode\":\"serial\",\"units\":10}"' \
		- "$CONCBENCH" "$so"
	assert_status 0
	assert_output '"status":"ok"'
}
