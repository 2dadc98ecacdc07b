#!/usr/bin/env bats
# `run` and `sample`: where output goes, exit statuses, the lock, interrupts.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

setup()
{
	common_setup
	mkdir here && cd here || return
	short=(--quick --sample-time=5ms --samples=2 --workers=2)
	# A run that goes on until it is ended, with a block every few milliseconds.
	endless=(--quick --sample-time=5ms --samples=10000 --mode=serial --progress=none wait_sleep)
	holder=
}

teardown()
{
	[ -z "$holder" ] || kill "$holder" 2>/dev/null || true
}

# value FILE EXPRESSION: evaluates a Python expression in which d is the document in FILE.
value()
{
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"
}

# until_true COMMAND...: waits for at most 20 s.
until_true()
{
	for _ in $(seq 400); do
		! "$@" || return 0
		sleep 0.05
	done
	return 1
}

# Starts a process that holds the lock of the host until it is ended: $holder.
hold_lock()
{
	python3 -u -c 'import socket, time
s = socket.socket(socket.AF_UNIX)
while True:
    try:
        s.bind("\0concbench")
        break
    except OSError:
        time.sleep(0.01)
s.listen()
print("held")
time.sleep(60)' >held 3>&- &
	holder=$!
	until_true grep -q held held
}

@test "--output: JSON to the file, table and progress to stderr, nothing to stdout" {
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial,threads --output=r.json --label a=b null
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(value r.json 'd["schema"]')" = concbench.result/1 ]
	[ "$(value r.json 'd["partial"], d["quick"], d["labels"]')" = "(False, True, {'a': 'b'})" ]
	[ "$(value r.json 'd["argv"][0], d["argv"][-1]')" = "('run', 'null')" ]
	[ "$(value r.json '[(c["mode"], c["status"], c["summary"]["n"]) for c in d["cells"]]')" = \
		"[('serial', 'ok', 2), ('threads', 'ok', 2)]" ]
	[[ $stderr == *"null  (unit: "* ]]
	[[ $stderr =~ \ +serial\ +1\ +[0-9.]+[kMGT]?(e\+[0-9]+)?/s ]]
	[[ $stderr =~ \ +threads\ +2\ +[0-9.]+[kMGT]?(e\+[0-9]+)?/s ]]
	[[ $stderr == *"scripts/table.py r.json"* ]]
	[ ! -e r.json.part ]
}

@test "without a terminal the JSON goes to stdout, and with --output=- too" {
	for output_option in "" --output=-; do
		# shellcheck disable=SC2086 # empty is no argument
		"$CONCBENCH" run "${short[@]}" --mode=serial $output_option null >r.json 2>table
		[ "$(value r.json 'd["cells"][0]["status"]')" = ok ]
		grep -q "serial  *1 " table
		[ ! -e results ]
	done
}

@test "--quiet leaves stderr empty" {
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial --quiet --output=r.json null
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ -z "$output" ]
	[ -s r.json ]
}

@test "on a terminal: results/HOST-TIME.json, a table, a bar, colours unless NO_COLOR" {
	command="$CONCBENCH run ${short[*]} --mode=serial,threads null"
	unset NO_COLOR
	TERM=xterm script -qec "$command" typescript >/dev/null </dev/null
	files=(results/*.json)
	[ "${#files[@]}" -eq 1 ]
	[[ ${files[0]} =~ ^results/[A-Za-z0-9-]+-[0-9]{8}T[0-9]{6}Z\.json$ ]]
	[ "$(value "${files[0]}" 'len(d["cells"])')" = 2 ]
	grep -q "threads" typescript
	grep -q "${files[0]}" typescript
	grep -q $'\e\[1mnull' typescript
	grep -q '% .* left' typescript
	TERM=xterm NO_COLOR=1 script -qec "$command --progress=none" typescript >/dev/null </dev/null
	run ! grep -q $'\e' typescript
	TERM=xterm script -qec "$command --progress=none --color=never" typescript >/dev/null </dev/null
	run ! grep -q $'\e' typescript
	TERM=dumb script -qec "$command" typescript >/dev/null </dev/null
	run ! grep -q $'\e' typescript
}

@test "--color=always colours what is no terminal" {
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial --color=always --output=r.json null
	[[ $stderr == *$'\e[1mnull'* ]]
}

@test "--progress: plain lines name every cell, none is silent" {
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial,threads --progress=plain --output=r.json null
	[ "$status" -eq 0 ]
	[[ $stderr == *"null/serial/1: 2 samples"* ]]
	[[ $stderr == *"null/threads/2: 2 samples"* ]]
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial,threads --progress=none --output=r.json null
	[[ $stderr != *"null/serial/1"* ]]
}

@test "an output that cannot be written is found before anything is measured: 7" {
	mkdir folder
	while IFS='|' read -r output_option why; do
		run --separate-stderr "$CONCBENCH" run "${endless[@]}" --output="$output_option"
		echo "$output_option: $status $stderr"
		[ "$status" -eq 7 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "concbench: --output: "*"$why" ]]
	done <<-'END'
		missing/r.json|No such file or directory
		folder|Is a directory
		held/r.json|No such file or directory
	END
	run --separate-stderr bash -c '"$@" >/dev/full' bash "$CONCBENCH" run "${short[@]}" --mode=serial null
	[ "$status" -eq 7 ]
	[[ $stderr == *"No space left on device"* ]]
	run --separate-stderr bash -c '"$@" >&-' bash "$CONCBENCH" run "${endless[@]}"
	[ "$status" -eq 7 ]
	[ "$stderr" = "concbench: standard output: Bad file descriptor" ]
}

@test "a reader that goes away is a result that was not saved: 7" {
	set +o pipefail
	"$CONCBENCH" run "${short[@]}" --mode=serial null 2>table | true
	[ "${PIPESTATUS[0]}" -eq 7 ]
	grep -q "concbench: result: cannot write to standard output: Broken pipe" table
}

@test "closed standard descriptors do no harm" {
	run --separate-stderr bash -c '"$@" <&-' bash "$CONCBENCH" run "${short[@]}" --mode=serial --output=r.json null
	[ "$status" -eq 0 ]
	run --separate-stderr bash -c '"$@" <&- >&- 2>&-' bash "$CONCBENCH" run "${short[@]}" --mode=serial \
		--output=s.json null
	[ "$status" -eq 0 ]
	[ "$(value s.json 'd["cells"][0]["status"]')" = ok ]
}

@test "all cells skipped: 6, with the reason in the table and in the JSON" {
	run --separate-stderr "$CONCBENCH" run --quick --samples=2 --mode=hybrid --workers=5 --output=r.json null
	echo "$stderr"
	[ "$status" -eq 6 ]
	[[ $stderr =~ hybrid.*skipped:\ [^\ ] ]]
	[ ! -e r.json ]
	"$CONCBENCH" run --quick --samples=2 --mode=hybrid --workers=5 --quiet null >s.json || true
	[ "$(value s.json 'd["cells"][0]["status"], len(d["cells"][0]["reason"]) > 0')" = "('skipped', True)" ]
}

@test "Ctrl-C and SIGTERM: what was measured is saved, marked partial, and named" {
	while read -r signal expected; do
		rm -f r.json
		"$CONCBENCH" run "${endless[@]}" --output=r.json 2>errors 3>&- &
		pid=$!
		until_true test -e r.json.part
		kill -s "$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		echo "$signal: $status"
		cat errors
		[ "$status" -eq "$expected" ]
		[ "$(value r.json 'd["partial"], d["cells"][0]["summary"]["n"] > 0')" = "(True, True)" ]
		grep -q "^concbench: .*r.json, marked partial$" errors
		[ ! -e r.json.part ]
	done <<-'END'
		INT 130
		TERM 143
	END
}

@test "Ctrl-C before anything was measured: one sentence, no table" {
	"$CONCBENCH" run --quick --sample-time=30s --timeout=60s --progress=none --output=r.json cpu_prime 2>errors 3>&- &
	pid=$!
	until_true grep -q " to measure" errors
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	[ "$(tail -n 1 errors)" = "concbench: Interrupt: nothing was measured, and nothing is saved" ] || fail "$(cat errors)"
	run ! grep -q "serial" errors
	[ ! -e r.json ]
}

@test "Ctrl-C between two groups: the cells whose turn had not come say so" {
	"$CONCBENCH" run --quick --sample-time=5ms --samples=10000 --mode=serial --progress=none --output=r.json \
		null cpu_prime 2>errors 3>&- &
	pid=$!
	until_true test -e r.json.part
	kill -INT "$pid"
	wait "$pid" || true
	grep -qE "^  serial +1  not measured: the run ended before its turn$" errors || fail "$(cat errors)"
	run ! grep -qE "\-/s" errors
}

@test "an interrupt does not replace a file that was there" {
	echo precious >r.json
	"$CONCBENCH" run "${endless[@]}" --output=r.json --quiet 2>errors 3>&- &
	pid=$!
	until_true test -e r.json.part
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	[ "$(cat r.json)" = precious ]
	[ "$(value r.json.part 'd["partial"]')" = True ]
	grep -q "r.json.part, marked partial" errors
}

@test "one measurement at a time: --no-wait fails with 4 and names the holder" {
	hold_lock
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial --no-wait --output=r.json null
	[ "$status" -eq 4 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "concbench: run: another concbench (pid $holder) is measuring"* ]]
	[ ! -e r.json ]
}

@test "one measurement at a time: the second waits until the first is done" {
	hold_lock
	"$CONCBENCH" run "${short[@]}" --mode=serial --output=r.json null 2>errors 3>&- &
	pid=$!
	until_true grep -q "waiting for another concbench (pid $holder)" errors
	[ ! -e r.json ]
	kill "$holder"
	wait "$pid"
	[ "$(value r.json 'd["cells"][0]["status"]')" = ok ]
}

@test "waiting for another can be interrupted, even with SIGINT inherited as ignored" {
	hold_lock
	(trap '' INT; exec "$CONCBENCH" run "${short[@]}" --mode=serial --output=r.json null 2>errors 3>&-) &
	pid=$!
	until_true grep -q "waiting for another" errors
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	[ "$(tail -n 1 errors)" = "concbench: Interrupt: the other concbench was still measuring; nothing was measured here" ]
	[ ! -e r.json ]
}

@test "usage errors are told before waiting" {
	hold_lock
	run --separate-stderr timeout 10 "$CONCBENCH" run cpu_prim
	[ "$status" -eq 2 ]
	run --separate-stderr timeout 10 "$CONCBENCH" run --output=missing/r.json null
	[ "$status" -eq 7 ]
}

@test "sample: a description on stdin, an answer on stdout" {
	run --separate-stderr "$CONCBENCH" sample <<<'{"schema": "concbench.sample/1", "workload": "cpu_prime",
		"params": {"limit": "100"}, "mode": "threads", "workers": 2, "units": 1000, "seed": "0x1"}'
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	threads=$output
	run --separate-stderr "$CONCBENCH" sample <<<'{"schema": "concbench.sample/1", "workload": "cpu_prime",
		"params": {"limit": "100"}, "mode": "hybrid", "workers": 4, "processes": 2, "threads": 2, "units": 1000,
		"seed": "0x1", "pin": "none", "timing": "each"}'
	[ "$status" -eq 0 ]
	python3 - "$threads" "$output" <<-'END'
		import json, sys

		def find(d, key):
		    if key in d:
		        return d[key]
		    return next((v for v in (find(x, key) for x in d.values() if isinstance(x, dict)) if v is not None), None)

		a, b = (json.loads(text) for text in sys.argv[1:3])
		assert a["status"] == b["status"] == "ok", (a, b)
		assert find(a, "units") == find(b, "units") == 1000, (a, b)
		assert find(a, "digest") is not None and find(a, "digest") == find(b, "digest"), (a, b)
	END
}

@test "sample: what cannot be understood is a usage error" {
	while IFS='|' read -r description why; do
		run --separate-stderr "$CONCBENCH" sample <<<"$description"
		echo "$description: $status $stderr"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "concbench: sample: "*"$why"* ]]
	done <<-'END'
		|
		not JSON|
		{"schema": "concbench.sample/2", "workload": "null", "mode": "serial", "units": 1}|schema
		{"schema": "concbench.sample/1", "mode": "serial", "units": 1}|workload
		{"schema": "concbench.sample/1", "workload": "nul", "mode": "serial", "units": 1}|null
		{"schema": "concbench.sample/1", "workload": "null", "mode": "thread", "units": 1}|did you mean threads?
		{"schema": "concbench.sample/1", "workload": "null", "mode": "async", "units": 1}|async
		{"schema": "concbench.sample/1", "workload": "null", "mode": "serial", "units": 0}|units
		{"schema": "concbench.sample/1", "workload": "null", "mode": "serial", "units": 1, "pin": "near"}|near
	END
	run --separate-stderr "$CONCBENCH" sample extra </dev/null
	[ "$status" -eq 2 ]
}

@test "the hint names the script wherever the program stands, and the file as a shell takes it" {
	mkdir -p p/bin p/share/concbench
	cp "$CONCBENCH" p/bin/concbench
	cp -r "$ROOT/scripts/table.py" "$ROOT/scripts/concbench_tools" p/share/concbench
	run --separate-stderr p/bin/concbench run "${short[@]}" --mode=serial --progress=none --output="a 'b\$.json" null
	hint=$(sed -n 's/.*(as Markdown or CSV: \(.*\))$/\1/p' <<<"$stderr")
	[[ $hint == "p/share/concbench/table.py "* ]] || fail "$stderr"
	run bash -c "$hint"
	[ "$status" -eq 0 ] || fail "$hint: $output"
	[[ $output == *null/serial/1* ]]
	rm p/share/concbench/table.py
	run --separate-stderr p/bin/concbench run "${short[@]}" --mode=serial --progress=none --output=r.json null
	[[ $stderr == *$'\n'"result: r.json" ]] || fail "$stderr"
}

@test "a sample too short for the clock is marked, and shows no share of a CPU" {
	run --separate-stderr "$CONCBENCH" run --quick --mode=serial --units=1 --samples=6 --progress=none --output=r.json null
	[ "$status" -eq 0 ]
	grep -qE "^  serial +1 .*/s .*#" <<<"$stderr" || fail "$stderr"
	grep -qE "^# +samples too short" <<<"$stderr" || fail "$stderr"
	! grep -qE "[0-9]+% *(cpu|-)?$" <<<"$stderr" || fail "$stderr"
}

@test "a host that is busy with something else is told" {
	cpu=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
	taskset -c "$cpu" sh -c 'while :; do :; done' 3>&- &
	holder=$!
	run --separate-stderr "$CONCBENCH" run --quick --samples=6 --mode=serial --cpus="$cpu" --pin=compact --progress=none \
		--output=r.json cpu_prime
	kill "$holder"
	[ "$status" -eq 0 ]
	[ "$(value r.json '"run_delay_ns" in d["cells"][0]["summary"]')" = True ] || skip "the kernel has no schedstat"
	grep -qE "^  serial[^ ]* +1 .*/s .*\^" <<<"$stderr" || fail "$stderr"
	grep -qE "^\^ +workers queued.*something else runs here \(up to [0-9]+% of the time\)" <<<"$stderr" || fail "$stderr"
}

@test "--allow-unverified: what was not verified is marked, in both tables" {
	[ -d /dev/shm ] || skip "no /dev/shm"
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial --dir=/dev/shm --allow-unverified --output=r.json \
		--progress=none file_fsync:size=64KiB
	[ "$status" -ne 2 ] || fail "$stderr"
	grep -qE "^  serial +1 .*/s .*&" <<<"$stderr" || fail "$stderr"
	grep -qE "^& +not verified" <<<"$stderr" || fail "$stderr"
	run "$ROOT/scripts/table.py" r.json
	grep -qE "serial.*/s.*&" <<<"$output" || fail "$output"
	grep -qE "note: & not verified" <<<"$output" || fail "$output"
}

@test "a reason that all cells of a group have is told once" {
	[ -d /dev/shm ] || skip "no /dev/shm"
	run --separate-stderr "$CONCBENCH" run "${short[@]}" --mode=serial,threads --dir=/dev/shm --output=r.json file_fsync
	[ "$status" -eq 6 ]
	[ "$(grep -c "skipped: " <<<"$stderr")" -eq 1 ] || fail "$stderr"
	grep -qE "^  all 2 cells  skipped: " <<<"$stderr" || fail "$stderr"
}

@test "--cpus confines workers that are not pinned as well" {
	read -r cpu other < <(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2])')
	[ -n "$other" ] || skip "there is one CPU only"
	for only in "$cpu" "$other"; do
		concbench run --quick --quiet --samples=2 --sample-time=20ms --mode=threads,processes,hybrid --workers=4 \
			--cpus="$only" --output=r.json cpu_prime ipc_pipe:partner=same
		assert_json r.json 'len(cells) == 6 and all(c["status"] == "ok" and c["oversubscribed"] for c in cells)'
		assert_json r.json "{n for c in cells for s in c['samples'] for n in s['workers']['cpu']} == {$only}"
	done
}
