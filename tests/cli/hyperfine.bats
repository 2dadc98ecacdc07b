#!/usr/bin/env bats
# scripts/hyperfine.py: its lines add up to the wall time, and what goes wrong is said. No time is asserted.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

HYPERFINE=$ROOT/scripts/hyperfine.py
SMALL=(--runs=3 --warmup-ms=1 --workers=2 --units=4)

# program NAME: a program in bin/, which is looked in first.
program()
{
	mkdir -p bin
	{
		echo '#!/bin/bash'
		cat
	} >"bin/$1"
	chmod +x "bin/$1"
	export PATH=$PWD/bin:$PATH
}

# A hyperfine that runs the command with a warm-up, as often as asked, and says that each run took 1 s, 2 s, ...
fake_hyperfine()
{
	program hyperfine <<-'END'
		[ "$1" != --version ] || { echo "hyperfine 0.fake"; exit; }
		for arg; do
			case $arg in
			--runs=*) runs=${arg#*=} ;;
			--export-json=*) export=${arg#*=} ;;
			esac
		done
		for ((i = 0; i <= runs; i++)); do
			eval "${!#}" || { echo "Error: Command terminated with non-zero exit code." >&2; exit 1; }
		done
		echo "{\"results\":[{\"times\":[$(seq -s, "$runs")]}]}" >"$export"
	END
}

# adds_up FILE: each run's lines are its wall time, those of the sample its total.
adds_up()
{
	validate "$1"
	assert_json "$1" 'all(sum(r["lines"].values()) == r["wall_ns"] for m in d["modes"] for r in m.get("runs", []))'
	assert_json "$1" 'all(sum(v for k, v in r["lines"].items() if k not in ("shell_ns", "startup_ns", "host_ns", "unexplained_ns")) == r["total_ns"]
		for m in d["modes"] for r in m.get("runs", []))'
	assert_json "$1" 'sorted(m["mode"] for m in d["modes"] if m["status"] == "ok") == sorted("'"$2"'".split(","))'
}

@test "with the real hyperfine the lines of every run add up" {
	command -v hyperfine >/dev/null || skip "hyperfine is not installed"
	"$HYPERFINE" "${SMALL[@]}" --json >h.json
	adds_up h.json serial,processes,threads,hybrid
	assert_json h.json 'all(len(m["runs"]) == 3 for m in d["modes"]) and d["hyperfine"].startswith("hyperfine ")'
	assert_json h.json '[m["shape"] for m in d["modes"]] == ["1", "2", "2", "2x2"]'
	# Each wall time is that of the run whose answer stands beside it: the sample is a part of it.
	assert_json h.json 'all(r["total_ns"] < r["wall_ns"] for m in d["modes"] for r in m["runs"])'
}

@test "the table's lines add up to within what is shown" {
	fake_hyperfine
	run "$HYPERFINE" "${SMALL[@]}" --mode=serial,threads wait_sleep:duration=1ms
	assert_status 0
	assert_output '^wait_sleep:duration=1ms, 4 units; hyperfine 0.fake; the run of median wall time$'
	python3 - <<-'END' "$output"
		import sys
		rows = [line.rsplit(None, 2) for line in sys.argv[1].splitlines()[2:]]
		for column in (1, 2):
		    wall = float(rows[0][column])
		    parts = [float(row[column]) for row in rows if row[0][0] in "=+"]
		    assert len(parts) == 11 and abs(wall - sum(parts)) < 0.0005 * (len(parts) + 1), (wall, parts)
		    assert wall == 2000, wall  # the median of 1, 2 and 3 s
	END
}

@test "units are found where none are given, and are the same in all modes" {
	fake_hyperfine
	"$HYPERFINE" --runs=1 --warmup-ms=1 --workers=2 --mode=processes --json wait_sleep:duration=5ms >h.json
	adds_up h.json processes
	assert_json h.json 'd["units"] >= 5'
}

@test "without hyperfine it is skipped with the reason" {
	mkdir bin
	ln -s "$(python3 -c 'import sys; print(sys.executable)')" bin/python3
	run env PATH="$PWD/bin" python3 "$HYPERFINE" "${SMALL[@]}"
	assert_status 6
	[ "$output" = "hyperfine.py: skipped: hyperfine is not installed (Debian package hyperfine; scripts/deps --bench)" ] || fail "$output"
}

@test "what hyperfine does wrong is told, and the other modes go on" {
	program hyperfine <<-'END'
		echo "out of order" >&2
		exit 3
	END
	run "$HYPERFINE" "${SMALL[@]}"
	assert_status 5
	[ "$output" = "hyperfine.py: hyperfine ended with status 3: out of order" ] || fail "$output"
	for wrote in '' '{}' '{"results":[{"times":["x"]}]}' '{"results":[{"times":[1]}]}' '{"results":[{"times":[1,-1,1]}]}' '[' '{"results":[{"times":[1e999]}]}'; do
		program hyperfine <<-END
			for arg; do case \$arg in --export-json=*) echo '$wrote' >"\${arg#*=}" ;; esac; done
		END
		run "$HYPERFINE" "${SMALL[@]}"
		assert_status 5
		[ "${#lines[@]}" -eq 1 ] || fail "$wrote: $output"
		assert_output 'hyperfine wrote'
	done
}

@test "a sample that fails or is skipped is named with its reason, and the others are shown" {
	fake_hyperfine
	CONCBENCH=$CONCBENCH_TEST run "$HYPERFINE" "${SMALL[@]}" --mode=serial,threads fault:hook=run,how=segv
	assert_status 5
	assert_output '^serial 1: crashed: .* SIGSEGV in run$'
	program concbench <<-END
		if [ "\$1" = sample ]; then
			read -r request || :
			case \$request in *'"mode": "threads"'*) echo '{"status":"skipped","reason":"no threads \\u001b[31m today"}'; exit 6 ;; esac
			exec "$CONCBENCH" sample <<<"\$request"
		fi
		exec "$CONCBENCH" "\$@"
	END
	export CONCBENCH=$PWD/bin/concbench
	run "$HYPERFINE" "${SMALL[@]}" --mode=serial,threads
	assert_status 0
	assert_output '^wall, by hyperfine'
	assert_output '^threads 2: skipped: no threads \\x1b\[31m today$'
}

@test "bad use is one sentence and status 2" {
	fake_hyperfine
	while IFS='|' read -r words expected; do
		# shellcheck disable=SC2086 # several words
		run "$HYPERFINE" $words
		assert_status 2
		assert_output "$expected"
		refute_output Traceback
	done <<-'END'
		--runs=0|'0' is not a whole number from 1
		--units=1e3|'1e3' is not a whole number
		--mode=serial,serial|a mode is named twice
		--mode=fibers|there is no 'fibers'
		cpu_prim|did you mean 'cpu_prime'
		cpu_prime:limit|is written NAME or NAME:name=value
		cpu_prime:limit=x|limit
		cpu_prime:limit=1\|is written NAME or NAME:name=value
	END
	CONCBENCH=/nonexistent run "$HYPERFINE"
	assert_status 2
	assert_output 'run make, or set CONCBENCH'
}

@test "a closed pipe is status 7, an interrupt leaves nothing running" {
	fake_hyperfine
	[ -e /dev/full ] || skip "there is no /dev/full"
	run bash -c '"$@" >/dev/full' - "$HYPERFINE" "${SMALL[@]}" --mode=serial
	assert_status 7
	assert_output 'standard output: No space left'
	program hyperfine <<-'END'
		[ "$1" != --version ] || exit
		echo $$ >pid.new
		mv pid.new pid
		exec sleep 60
	END
	"$HYPERFINE" "${SMALL[@]}" --mode=serial &
	for ((i = 0; i < 300; i++)); do
		[ ! -e pid ] || break
		sleep 0.1
	done
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ] || fail "status $status"
	! kill -0 "$(cat pid)" 2>/dev/null || fail "hyperfine is still running"
	[ -z "$(find "$TMPDIR" -name 'concbench-hyperfine-*')" ] || fail "scratch files are left"
}
