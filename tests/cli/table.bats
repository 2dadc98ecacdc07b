#!/usr/bin/env bats
# scripts/table.py: formats, columns, comparison, escaping, and files that are not what they should be.
# shellcheck disable=SC2016 # what stands in single quotes here is meant as it stands

setup() {
	cd "$BATS_TEST_DIRNAME/fixtures" || return
	TABLE=$BATS_TEST_DIRNAME/../../scripts/table.py
	unset NO_COLOR
	export PYTHONUTF8=1
}

table() {
	timeout 20 "$TABLE" "$@"
}

# Runs table.py and keeps the two streams apart, in $out and $err.
split() {
	status=0
	table "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	out=$(cat "$BATS_TEST_TMPDIR/out")
	err=$(cat "$BATS_TEST_TMPDIR/err")
}

fails() {
	printf '%s\n' "$@" >&2
	return 1
}

# The second record of the output, as Python's CSV reader sees it.
read_csv() {
	python3 -c 'import csv, sys; print(list(csv.reader(open(sys.argv[1], newline="")))[1])' "$BATS_TEST_TMPDIR/out"
}

has() { # TEXT PART
	[[ $1 == *"$2"* ]] || fails "missing: $2" "in: $1"
}

hasnt() { # TEXT PART
	[[ $1 != *"$2"* ]] || fails "unwanted: $2" "in: $1"
}

same() { # GOT WANTED
	[[ $1 == "$2" ]] || fails "got:    $1" "wanted: $2"
}

# One sentence on standard error that begins with the program and holds WANTED, nothing on standard output, exit 2.
refused() { # WANTED ARGUMENT...
	local wanted=$1
	shift
	split "$@"
	same "$status" 2
	same "$out" ""
	has "$err" "$wanted"
	[[ $err == "table.py: "* ]] || fails "not ours: $err"
	same "$(wc -l <"$BATS_TEST_TMPDIR/err")" 1
	((${#err} < 1000)) || fails "too long: ${#err} characters"
	hasnt "$err" Traceback
}

# A file in the test's folder, from standard input; sets $file.
given() {
	file=$BATS_TEST_TMPDIR/in.json
	cat >"$file"
}

# A minimal result whose only cell has these JSON members.
given_cell() {
	given <<<"{\"schema\": \"concbench.result/1\", \"cells\": [{$1}]}"
}

@test "the fixtures that play results are what the schema says" {
	for name in base new notok partial quick version; do
		"$BATS_TEST_DIRNAME/../validate" $name.json
	done
}

# ---- text --------------------------------------------------------------------------------------------

@test "text: the default table, line by line" {
	split base.json
	same "$status" 0
	same "$err" ""
	same "$out" "\
id                     workers            rate       speedup  efficiency  on_cpu   memory     p50     p99  bound
cpu_prime/serial/1           1     400/s ±0.8%             -           -    100%  13.0MiB  2.51ms  2.71ms  cpu
cpu_prime/processes/2        2     780/s ±0.8%   1.95x ±1.2%         98%    100%  14.0MiB  2.51ms  2.71ms  cpu
cpu_prime/threads/2          2     788/s ±0.8%   1.97x ±1.2%         98%    100%  14.0MiB  2.51ms  2.71ms  cpu
cpu_prime/hybrid/2x2      2x2*     776/s ±0.8%   1.94x ±1.2%         48%     50%  16.0MiB  2.51ms  2.71ms  cpu
mem_stream/serial/1          1  1.234M/s ±0.8%             -           -    100%  13.0MiB       -       -  memory
mem_stream/threads/2         2  2.900M/s ±0.8%  2.35x ±1.2%!        118%    100%  14.0MiB       -       -  memory

note: * more workers than usable CPUs
note: ! more than 1.05 x the workers: look for what changed besides them"
}

# A cell whose summary has these JSON members, of a file with these.
given_summary() {
	given <<<"{\"schema\": \"concbench.result/1\", $2 \"cells\": [{\"id\": \"a\", \"class\": \"device\", \"workers\": 2,
		\"samples\": [{\"notes\": {\"file_system\": \"${3:-ext4}\"}}],
		\"summary\": {\"units_per_s\": {\"median\": 5}, \"on_cpu\": 17, \"bound\": \"cpu\", $1}}]}"
}

@test "text: what makes a rate doubtful is marked as in the table of concbench run" {
	given_summary '"precision_reached": false' '"options": {},'
	split "$file"
	has "$out" " 5/s?"
	has "$out" "note: ? the precision"
	has "$out" "cpu [device]"
	has "$out" "note: [x] the class"
	given_summary '"precision_reached": false' '"options": {"samples": 12},'
	split "$file"
	hasnt "$out" "?"
	given_summary '"makespan_ns": 1000000, "run_delay_ns": 61000' '"host": {"clock_ns": 20},'
	split "$file"
	has "$out" " 5/s^"
	has "$out" "note: ^ workers queued"
	given_summary '"makespan_ns": 1000000, "run_delay_ns": 59000' '"host": {"clock_ns": 20},'
	split "$file"
	hasnt "$out" "^"
	given_summary '"makespan_ns": 1999, "run_delay_ns": 1999' '"host": {"clock_ns": 20},'
	split "$file" --columns=rate,on_cpu,effective_cores,bound
	has "$out" "5/s#       -                -  -"
	split "$file" --columns=on_cpu --format=csv
	hasnt "$out" 17
	given_summary '"n": 1' '"options": {"allow_unverified": true},' unverified
	split "$file"
	has "$out" " 5/s&"
	has "$out" "note: & not verified"
	given_summary '"n": 1' '"options": {"allow_unverified": true},' ext4
	split "$file"
	hasnt "$out" "&"
	hasnt "$out" "/s%"
	given_summary '"n": 1' '' 'ext4", "fifo_spin_lock": "more workers than CPUs'
	split "$file"
	has "$out" " 5/s%"
	has "$out" "note: % a spin lock"
}

@test "text: human units at their borders" {
	local wanted ns bytes cells=""
	while read -r ns bytes wanted; do
		cells+="{\"latency\": {\"max_ns\": $ns}, \"summary\": {\"pss_bytes\": $bytes}},"
	done <"$BATS_TEST_DIRNAME/fixtures/units.txt"
	given <<<"{\"schema\": \"concbench.result/1\", \"cells\": [${cells%,}]}"
	split "$file" --columns=max,memory
	same "$status" 0
	while read -r ns bytes wanted; do
		has "$(tr -s ' ' <<<"$out" | sed 's/^ //')" "$wanted"
	done <"$BATS_TEST_DIRNAME/fixtures/units.txt"
}

@test "text: intervals as percent, as range, not at all" {
	split base.json --columns=rate
	has "$out" "1.234M/s ±0.8%"
	split base.json --columns=rate --interval=range
	has "$out" "1.234M/s (1.224M/s..1.244M/s)"
	split base.json --columns=rate --interval=none
	hasnt "$out" "±"
	hasnt "$out" ".."
}

@test "text: skipped and crashed cells stand with status and reason" {
	split notok.json
	same "$status" 0
	[[ $out =~ ipc_pipe/processes/2.*crashed\ +worker\ 1\ was\ killed\ by\ signal\ 11 ]]
	[[ $out =~ file_read:cache=cold/threads/2.*skipped\ +the\ file\ system\ is\ tmpfs ]]
}

@test "text: chosen columns without the status get notes instead" {
	split notok.json --columns=id,rate
	has "$out" "note: ipc_pipe/processes/2: crashed: worker 1 was killed"
	has "$out" "note: file_read:cache=cold/threads/2: skipped: the file system is tmpfs"
	split notok.json --columns=id,status,reason
	hasnt "$out" "note:"
}

@test "text: partial and quick files, tainted speed-ups and empty files are marked" {
	split partial.json
	has "$out" "note: partial is partial"
	has "$out" "1.97x ±1.2%~"
	has "$out" "note: ~ the host gave clearly less"
	split quick.json
	has "$out" "note: quick is quick"
	split minimal.json
	same "$status" 0
	has "$out" "note: minimal is empty"
	split base.json
	hasnt "$out" "partial"
	hasnt "$out" "quick"
}

@test "any key may be absent" {
	for format in text markdown csv; do
		split bare.json --format=$format
		same "$status" 0
		same "$err" ""
		has "$out" "only/an/id"
		split bare.json bare.json --format=$format
		same "$status" 0
		same "$err" ""
	done
}

# ---- columns and sorting -----------------------------------------------------------------------------

@test "columns: parameters, metrics and labels by name; medians leave discarded samples out" {
	split base.json --format=csv --columns=id,param:limit,metric:gib_per_s,label:build,memory
	same "$status" 0
	has "$out" "id,param:limit,metric:gib_per_s,label:build,memory"
	has "$out" $'\n'"cpu_prime/serial/1,10000,,base,13631488"$'\n'
	has "$out" $'\n'"mem_stream/serial/1,,9.595,base,13631488"$'\n'
}

@test "columns: a parameter that names a file shows its path, as it would be typed" {
	given_cell '"params": {"input": {"path": "/a,b:c\\d", "size_bytes": 5, "crc32": "0x0"}, "n": 1, "on": false}'
	split "$file" --columns=params,param:input
	has "$out" 'input=/a\,b\:c\\d,n=1,on=false  /a,b:c\d'
	given_cell '"params": {"input": {"size_bytes": 5}}'
	refused "cells[0].params.input is not text" "$file"
}

@test "columns: each one that --help lists can be shown and sorted by" {
	columns=$("$TABLE" --help | sed -n '/^columns:/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p' | grep -v '^ratio$')
	(($(wc -w <<<"$columns") > 35)) || fails "found only: $columns"
	for column in $columns; do
		split base.json notok.json --format=csv --columns="$column" --sort="$column"
		same "$status" 0
		has "$out" "$column"
	done
}

@test "columns: unknown ones are refused with the nearest" {
	refused "effeciency: no such column; did you mean efficiency?" base.json --columns=id,effeciency
	refused "no such column" base.json --sort=nonsense
	refused "gib_pers: no such metric in these files; did you mean gib_per_s?" base.json --columns=metric:gib_pers
	refused "no such label in these files; known: build" base.json --columns=label:zzzzzz
	refused "empty name" base.json --columns=
	refused "empty name" base.json --columns=id,,rate
	refused "id stands twice" base.json --columns=id,rate,id
	refused "given twice" base.json --columns=id --columns=rate
	refused "ratio: compares files" base.json --columns=ratio
}

@test "sort: numbers as numbers, both ways, absent values last" {
	split base.json --columns=id --sort=rate
	same "$(sed -n '2p;7p' <<<"$out")" $'cpu_prime/serial/1\nmem_stream/threads/2'
	split base.json --columns=id --sort=rate,desc
	same "$(sed -n '2p;7p' <<<"$out")" $'mem_stream/threads/2\ncpu_prime/serial/1'
	split notok.json --columns=id --sort=rate
	same "$(sed -n 2p <<<"$out")" cpu_prime/serial/1
	split notok.json --columns=id --sort=rate,desc
	same "$(sed -n 2p <<<"$out")" cpu_prime/serial/1
	split base.json --columns=id --sort=id
	same "$(sed -n 2,7p <<<"$out")" "$(sed -n 2,7p <<<"$out" | LC_ALL=C sort)"
	refused "the order is asc or desc" base.json --sort=rate,down
}

@test "usage: no file, unknown option, unknown format" {
	refused "required: FILE"
	refused "unrecognized arguments: --colour" base.json --colour
	refused "invalid choice" base.json --format=html
	run table --help
	same "$status" 0
	has "$output" "metric:NAME"
}

# ---- several files -----------------------------------------------------------------------------------

@test "several files: side by side, matched by id, with ratios of the rates" {
	split base.json new.json --format=csv --columns=id,rate
	same "$status" 0
	same "$out" "\
id,rate (base),rate (new),ratio (new)
cpu_prime/serial/1,400.0,,
cpu_prime/processes/2,780.0,819.0,1.05
cpu_prime/threads/2,788.0,827.4000000000001,1.05
cpu_prime/hybrid/2x2,776.0,814.8000000000001,1.05
mem_stream/serial/1,1234000.0,1234000.0,1.0
mem_stream/threads/2,2900000.0,2900000.0,1.0
wait_sleep/threads/2,,1860.0,"
	split base.json new.json --sort=ratio,desc --columns=id
	has "$out" "ratio (new)"
	has "$(sed -n 2p <<<"$out")" "1.05x ±1.6%"
}

@test "several files: no ratio between versions of a workload, nor of cells that are not ok" {
	split base.json version.json --columns=id
	has "$out" "note: cpu_prime/serial/1: no ratio, the versions of the workload differ"
	hasnt "$out" "2.00x"
	given_cell '"id": "a", "status": "mismatch", "summary": {"units_per_s": {"median": 3}}'
	cp "$file" "$BATS_TEST_TMPDIR/wrong.json"
	given_cell '"id": "a", "status": "ok", "summary": {"units_per_s": {"median": 2}}'
	split "$file" "$BATS_TEST_TMPDIR/wrong.json" --format=csv --columns=rate
	same "$(sed -n 2p <<<"$out")" "2,3,"
	has "$err" "a: mismatch"
}

@test "several files: another host is noted" {
	split base.json quick.json
	has "$out" "note: quick was measured on another kind of host than base"
	split base.json new.json
	hasnt "$out" "another kind of host"
}

@test "several files: equal names are told apart" {
	mkdir "$BATS_TEST_TMPDIR/a"
	cp base.json "$BATS_TEST_TMPDIR/a"
	split base.json "$BATS_TEST_TMPDIR/a/base.json" --format=csv --columns=rate
	has "$out" "rate (base),rate (a/base),"
	cp base.json "$BATS_TEST_TMPDIR"
	split "$BATS_TEST_TMPDIR/base.json" "$BATS_TEST_TMPDIR/a/base.json" --format=csv --columns=rate
	has "$out" "rate (${BATS_TEST_TMPDIR##*/}/base),rate (a/base),"
	split "$BATS_TEST_TMPDIR/base.json" "$BATS_TEST_TMPDIR/base.json" --format=csv --columns=rate
	same "$(head -n 1 <<<"$out")" "rate (base #1),rate (base #2),ratio (base #2)"
}

@test "several files: a bad one is named" {
	refused "none.json: cannot be read: No such file" base.json none.json
}

@test "a rate of zero gives no ratio and no crash" {
	given_cell '"id": "a", "summary": {"units_per_s": {"median": 0, "ci_low": 0, "ci_high": 0}}'
	split "$file" "$file"
	same "$status" 0
	same "$err" ""
	has "$out" "0/s"
}

@test "standard input is read as -" {
	run table - --columns=id <base.json
	same "$status" 0
	has "$output" "mem_stream/threads/2"
}

# ---- Markdown and CSV --------------------------------------------------------------------------------

@test "markdown: header, alignment, rows, notes apart from the table" {
	split base.json --format=markdown --columns=id,rate,bound
	same "$(sed -n 1,3p <<<"$out")" "\
| id | rate | bound |
| --- | ---: | --- |
| cpu_prime/serial/1 | 400/s ±0.8% | cpu |"
	split partial.json --format=markdown --columns=id
	same "$(tail -n 2 <<<"$out")" $'\n- note: partial is partial: the run was not finished'
}

@test "markdown: every special character is escaped" {
	split hostile.json --format=markdown --columns=id,status,reason
	same "$(sed -n 3p <<<"$out")" '| a\|b\\c\`d\`&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;\*x\*\_y\_\[l\](u)\\n\\x1b\[31mred\\u202eRLO\\ud800\\x00 | \\rok | say "no", now\\nor never |'
	same "$(wc -l <<<"$out")" 3
}

@test "csv: text that begins like a formula gets an apostrophe, numbers do not" {
	split hostile.json --format=csv --columns=workload,mode,dispatch,pin,class,param:neg,param:text,metric:delta
	same "$(sed -n 2p <<<"$out")" "'=1+1,'+2,'-3,'@SUM(A1),'	x,-5,'-7,-1.5"
	split hostile.json --format=csv --columns=status,processes
	same "$(read_csv)" "[\"'\\rok\", '1']"
}

@test "csv: what a CSV reader reads back is what the file says" {
	split hostile.json --format=csv --columns=reason,params
	same "$(read_csv)" "['say \"no\", now\\nor never', 'neg=-5,on=true,text=-7']"
}

@test "csv: all columns by default, raw numbers, notes on standard error only" {
	split partial.json --format=csv
	same "$status" 0
	same "$err" $'table.py: note: partial is partial: the run was not finished\ntable.py: note: ~ the host gave clearly less than its CPUs while this was measured'
	has "$out" "id,workload,version,class,params,mode,dispatch,workers"
	has "$out" ",400.0,396.8,403.2,2500000.0,,,,,0.998,,,,0.998,,13631488,2510000,2530000,2710000,"
	same "$(wc -l <<<"$out")" 4
}

@test "text: control characters never reach the terminal" {
	for format in text markdown csv; do
		split hostile.json --format=$format
		same "$status" 0
		! grep -qP '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' "$BATS_TEST_TMPDIR/out" || fails "control character in $format"
		hasnt "$out" $'\u202e'
	done
	has "$(table hostile.json --columns=id)" 'a|b\c`d`<script>alert(1)</script>&amp;*x*_y_[l](u)\n\x1b[31mred\u202eRLO\ud800\x00'
}

@test "file names and option words are escaped in messages" {
	refused '\x1b[31m.json: cannot be read' $'\e[31m.json'
	refused 'no such column' base.json --columns=$'\e[31m'
	hasnt "$err" $'\e'
}

# ---- colour, pipes, full disks -----------------------------------------------------------------------

@test "colour: only on a terminal without NO_COLOR, or when asked for" {
	split notok.json
	hasnt "$out" $'\e['
	split notok.json --color=always
	has "$out" $'\e[31mcrashed'
	split notok.json --color=always --format=markdown
	hasnt "$out" $'\e['
	terminal="TERM=xterm script -qec '$TABLE notok.json' /dev/null"
	has "$(eval "$terminal" </dev/null)" $'\e[31mcrashed'
	hasnt "$(eval "NO_COLOR=1 $terminal" </dev/null)" $'\e['
	hasnt "$(eval "${terminal/xterm/dumb}" </dev/null)" $'\e['
}

@test "a reader that leaves early is no error worth a word" {
	for arguments in base.json "base.json --format=csv" --help; do
		# The reading end is closed before the table starts, so that the reader is gone for certain.
		# shellcheck disable=SC2086
		python3 - "$TABLE" $arguments 2>"$BATS_TEST_TMPDIR/err" <<-'EOF'
			import os, subprocess, sys
			r, w = os.pipe()
			os.close(r)
			sys.exit(0 if subprocess.run(sys.argv[1:], stdout=w).returncode == 141 else 1)
		EOF
		same "$(cat "$BATS_TEST_TMPDIR/err")" ""
	done
}

@test "a full disk or a closed output is said, exit 7" {
	[[ -c /dev/full ]] || skip "no /dev/full"
	run timeout 20 sh -c '"$1" base.json >/dev/full' sh "$TABLE"
	same "$status" 7
	same "$output" "table.py: standard output: No space left on device"
	run timeout 20 sh -c '"$1" base.json >&-' sh "$TABLE"
	same "$status" 7
	has "$output" "table.py: standard output:"
	hasnt "$output" Traceback
}

@test "plain ASCII locale: no crash" {
	run env -u PYTHONUTF8 LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0 "$TABLE" base.json hostile.json
	same "$status" 0
	has "$output" "400/s"
	hasnt "$output" Traceback
}

# ---- bad files ---------------------------------------------------------------------------------------

@test "bad file: missing, a folder, failing to read" {
	refused "none.json: cannot be read: No such file or directory" none.json
	refused "cannot be read: Is a directory" .
	refused "(empty name): cannot be read" ""
	refused "/proc/self/mem: cannot be read: " /proc/self/mem
}

@test "bad file: not permitted" {
	[[ $(id -u) != 0 ]] || skip "root may read everything"
	given <base.json
	chmod 0 "$file"
	refused "cannot be read: Permission denied" "$file"
}

@test "bad file: endless" {
	refused "/dev/zero: is larger than 256 MiB" /dev/zero
}

@test "bad file: empty, truncated at any place" {
	given </dev/null
	refused "is empty" "$file"
	given <<<"   "
	refused "is empty" "$file"
	size=$(wc -c <partial.json)
	for ((n = 1; n < size - 3; n += size / 23)); do
		given < <(head -c "$n" partial.json)
		refused "in.json: is " "$file"
	done
	given < <(head -c 5000 base.json)
	refused "in.json: is truncated: the JSON ends too soon, at line " "$file"
}

@test "bad file: not JSON" {
	given <<<"hello"
	refused "in.json: is not JSON: Expecting value at line 1, column 1" "$file"
	given <<<'{"schema": "concbench.result/1", "cells": []} x'
	refused "is not JSON: Extra data" "$file"
	given <<<'{"schema": "concbench.result/1", "cells": [],}'
	refused "is not JSON" "$file"
	refused "is not JSON" "$TABLE"
}

@test "bad file: other schema, or none" {
	given <<<'{"schema": "concbench.result/2", "cells": []}'
	refused "has the schema concbench.result/2; this script reads concbench.result/1" "$file"
	given <<<'{"schema": ["x"], "cells": []}'
	refused "has the schema (not text)" "$file"
	given <<<'{"cells": []}'
	refused 'is not a concbench result: it has no "schema"' "$file"
	given <<<'{"schema": "concbench.result/1"}'
	refused "has no cells" "$file"
	for json in '[]' '"x"' '1' 'null' 'true' '["schema"]'; do
		given <<<"$json"
		refused "is not a concbench result" "$file"
	done
}

@test "bad file: deep nesting" {
	for open in '[' '{"a":'; do
		given < <(python3 -c 'import sys; print(sys.argv[1] * 200000)' "$open")
		refused "is nested too deeply" "$file"
	done
	given < <(python3 -c 'print("{\"schema\": \"concbench.result/1\", \"cells\": " + "[" * 100000 + "]" * 100000 + "}")')
	refused "is nested too deeply" "$file"
}

@test "bad file: NaN, infinities and numbers beyond all bounds" {
	for number in NaN Infinity -Infinity; do
		given_cell "\"summary\": {\"efficiency\": $number}"
		refused "$number is not a JSON number" "$file"
	done
	given_cell '"summary": {"efficiency": 1e999}'
	refused "the number 1e999 is out of range" "$file"
	given_cell "\"workers\": 1$(printf '0%.0s' {1..5000})"
	refused "a number of 5001 digits is out of range" "$file"
	given_cell "\"workers\": 123456789012345678901234567890, \"summary\": {\"units_per_s\": {\"median\": 1e308, \"ci_low\": 0, \"ci_high\": 1e308}, \"efficiency\": 1e308}, \"samples\": [{\"pss_bytes\": 1.7e308}, {\"pss_bytes\": 1.7e308}]"
	for format in text markdown csv; do
		split "$file" "$file" --format=$format
		same "$status" 0
		same "$err" ""
	done
}

@test "bad file: duplicate keys and ids" {
	given_cell '"id": "a", "id": "b"'
	refused 'the key "id" comes twice' "$file"
	given <<<'{"schema": "concbench.result/1", "cells": [{"id": "a"}, {"id": "a"}]}'
	refused "the cell id a comes twice" "$file"
}

@test "bad file: not UTF-8" {
	given < <(printf '{"schema": "concbench.result/1", "cells": [{"id": "\xff"}]}')
	refused "is not UTF-8 text: bad byte at offset 51" "$file"
	given < <(iconv -t UTF-16 <base.json)
	refused "is not UTF-8 text" "$file"
}

@test "bad file: strings of 10 MB are cut in tables and messages" {
	given < <(python3 -c 'print("{\"schema\": \"concbench.result/1\", \"cells\": [{\"id\": \"" + "x" * 10000000 + "\", \"status\": \"failed\", \"reason\": \"" + "|" * 10000000 + "\"}]}")')
	for format in text markdown csv; do
		split "$file" --format=$format
		same "$status" 0
		(($(wc -c <"$BATS_TEST_TMPDIR/out") < 80000)) || fails "$format: $(wc -c <"$BATS_TEST_TMPDIR/out") bytes"
		has "$out" "xxx..."
	done
	split "$file" --columns=rate
	(($(wc -c <"$BATS_TEST_TMPDIR/out") < 2000))
	given < <(python3 -c 'print("{\"schema\": \"" + "x" * 10000000 + "\"}")')
	refused "has the schema xxx" "$file"
	given < <(python3 -c 'print("{\"" + "k" * 10000000 + "\": 1, \"" + "k" * 10000000 + "\": 1}")')
	refused "kkk" "$file"
	given < <(python3 -c 'print("{\"schema\": \"concbench.result/1\", \"cells\": [{\"params\": {\"" + "k" * 10000000 + "\": []}}]}")')
	refused "kkk" "$file"
}

@test "bad file: a wrong type anywhere is named, not fatal" {
	given_cell '"workers": "two"'
	refused "cells[0].workers is not a whole number of at least 0" "$file"
	given_cell '"workers": true'
	refused "cells[0].workers is not a whole number" "$file"
	given_cell '"workers": 1.5'
	refused "cells[0].workers is not a whole number" "$file"
	given_cell '"id": null'
	refused "cells[0].id is not text" "$file"
	given_cell '"params": {"x": [1]}'
	refused "cells[0].params.x is not text, a number, true, false or a file" "$file"
	given_cell '"samples": {}'
	refused "cells[0].samples is not a list" "$file"
	given_cell '"summary": []'
	refused "cells[0].summary is not an object" "$file"
	given_cell '"summary": {"units_per_s": {"median": -1}}'
	refused "cells[0].summary.units_per_s.median is not a number of at least 0" "$file"
	given <<<'{"schema": "concbench.result/1", "cells": {}}'
	refused "cells is not a list" "$file"
	given <<<'{"schema": "concbench.result/1", "cells": [], "partial": "no"}'
	refused "partial is not true or false" "$file"
}

# Replaces each value of a good file, one after the other, by values of every other type.
@test "bad file: no wrong type in any place gives a traceback" {
	timeout 60 python3 - "$TABLE" partial.json <<-'EOF'
		import contextlib, copy, io, json, os, sys, tempfile

		sys.path.insert(0, os.path.dirname(sys.argv[1]))
		sys.dont_write_bytecode = True
		from concbench_tools import table
		good = json.load(open(sys.argv[2]))
		good["cells"] = good["cells"][1:2]
		good["cells"][0]["samples"] = good["cells"][0]["samples"][:2]
		good["labels"] = {"a": "b"}
		good["cells"][0]["samples"][1]["metrics"] = {"m": 1.5}

		def places(value, path=()):
		    yield path
		    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
		    for name, item in pairs:
		        yield from places(item, path + (name,))

		def replaced(path, new):
		    if not path:
		        return new
		    value = copy.deepcopy(good)
		    inner = value
		    for name in path[:-1]:
		        inner = inner[name]
		    inner[path[-1]] = new
		    return value

		class Out(io.StringIO):
		    def reconfigure(self, **_):
		        pass

		tried = refused = 0
		with tempfile.TemporaryDirectory() as folder:
		    name = os.path.join(folder, "x.json")
		    for path in places(good):
		        for new in (None, True, -1, 0, 1.5, 10**30, 1e300, "", "x", [], [None], {}, {"median": {}}):
		            with open(name, "w") as file:
		                json.dump(replaced(path, new), file)
		            for arguments in ([name], [name, sys.argv[2], "--format=csv"], [sys.argv[2], name]):
		                out, err = Out(), io.StringIO()
		                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
		                    status = table.run(arguments)
		                assert status in (0, 2), (path, new, status)
		                assert status == 0 or err.getvalue().count("\n") == 1, (path, new, err.getvalue())
		                tried += 1
		                refused += status == 2
		assert tried > 3000 and refused > 1000, (tried, refused)
	EOF
}
