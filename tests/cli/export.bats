#!/usr/bin/env bats
# scripts/export.py: results as Google Benchmark's and hyperfine's JSON.
# shellcheck disable=SC2154 # split sets out, err and status
load helper
load scripts

# check FORMAT FILE: runs the Python of standard input over the export d and the result r.
check()
{
	local format=$1 file=$2
	shift 2
	split export.py --format="$format" "$@" "$file"
	[ "$status" -eq 0 ] || fail "exit status $status: $err"
	{
		echo 'import json, statistics as st, sys'
		echo 'd, r = (json.load(open(name)) for name in sys.argv[1:])'
		cat
	} >check.py
	python3 check.py out.txt "$file"
}

@test "google-benchmark: an entry for each sample that counts, in ns a unit" {
	check google-benchmark "$FIXTURES/base.json" <<-'EOF'
		for cell in r["cells"]:
		    kept = [s for s in cell["samples"] if not s["discarded"]]
		    runs = [b for b in d["benchmarks"] if b["name"] == cell["id"]]
		    assert len(runs) == len(kept) > 0
		    for place, (run, s) in enumerate(zip(runs, kept)):
		        assert run["run_type"] == "iteration" and run["run_name"] == cell["id"]
		        assert (run["repetitions"], run["repetition_index"], run["threads"]) == (len(kept), place, cell["workers"])
		        assert run["iterations"] == s["units"] and run["time_unit"] == "ns"
		        assert run["real_time"] == s["makespan_ns"] / s["units"]
		        assert run["cpu_time"] == (s["cpu_user_ns"] + s["cpu_sys_ns"]) / s["units"]
		        assert run["items_per_second"] == s["units"] * 1e9 / s["makespan_ns"]
		assert d["context"]["num_cpus"] == 2 and d["context"]["date"] == r["started"]
		assert d["context"]["label_build"] == "base" and d["context"]["caches"] == []
	EOF
}

@test "google-benchmark: aggregates over the samples, or one of them alone" {
	check google-benchmark "$FIXTURES/base.json" <<-'EOF'
		name = "cpu_prime/threads/2"
		runs = [b["real_time"] for b in d["benchmarks"] if b["name"] == name]
		found = {b["aggregate_name"]: b for b in d["benchmarks"] if b["run_name"] == name and b["run_type"] == "aggregate"}
		assert list(found) == ["mean", "median", "stddev", "cv"]
		assert found["mean"]["real_time"] == st.fmean(runs) and found["median"]["real_time"] == st.median(runs)
		assert found["stddev"]["real_time"] == st.stdev(runs) and found["cv"]["real_time"] == st.stdev(runs) / st.fmean(runs)
		assert found["cv"]["aggregate_unit"] == "percentage" and found["mean"]["name"] == name + "_mean"
		assert all(b["iterations"] == len(runs) for b in found.values())
	EOF
	check google-benchmark "$FIXTURES/base.json" --entries=median <<-'EOF'
		assert [b["name"] for b in d["benchmarks"]] == [cell["id"] + "_median" for cell in r["cells"]]
	EOF
	check google-benchmark "$FIXTURES/base.json" --entries=aggregates <<-'EOF'
		assert {b["run_type"] for b in d["benchmarks"]} == {"aggregate"}
	EOF
}

# The keys that github-action-benchmark's "googlecpp" and Google Benchmark's tools/compare.py read of each entry.
@test "google-benchmark: every entry has what its readers read, failed cells too" {
	check google-benchmark "$FIXTURES/notok.json" <<-'EOF'
		for b in d["benchmarks"]:
		    assert isinstance(b["name"], str) and isinstance(b["run_name"], str) and b["time_unit"] == "ns"
		    assert all(isinstance(b[key], (int, float)) for key in ("real_time", "cpu_time", "iterations", "threads", "repetitions", "family_index"))
		bad = {b["name"]: b["error_message"] for b in d["benchmarks"] if b.get("error_occurred")}
		assert bad["ipc_pipe/processes/2"].startswith("crashed: worker 1 was killed by signal 11"), bad
		assert len(bad) == sum(cell["status"] != "ok" for cell in r["cells"])
	EOF
	[[ $err == *"export.py: note: ipc_pipe/processes/2: crashed"* ]] || fail "$err"
}

@test "hyperfine: an entry a cell, times in seconds of each sample that counts" {
	check hyperfine "$FIXTURES/base.json" <<-'EOF'
		assert [e["command"] for e in d["results"]] == [cell["id"] for cell in r["cells"]]
		for e, cell in zip(d["results"], r["cells"]):
		    kept = [s for s in cell["samples"] if not s["discarded"]]
		    times = [s["makespan_ns"] / 1e9 for s in kept]
		    assert e["times"] == times and e["exit_codes"] == [0] * len(times)
		    assert (e["min"], e["max"]) == (min(times), max(times))
		    assert (e["mean"], e["median"], e["stddev"]) == (st.fmean(times), st.median(times), st.stdev(times))
		    assert e["user"] == st.fmean(s["cpu_user_ns"] / 1e9 for s in kept)
		    assert e["system"] == st.fmean(s["cpu_sys_ns"] / 1e9 for s in kept)
		    assert e["parameters"]["mode"] == cell["mode"] and e["parameters"]["workers"] == str(cell["workers"])
		    assert all(isinstance(value, str) for value in e["parameters"].values())
	EOF
}

@test "hyperfine: the keys are those that hyperfine itself writes" {
	command -v hyperfine >/dev/null || skip "hyperfine is not installed"
	hyperfine -N -r 2 --export-json h.json true >hyperfine.log 2>&1 || fail "$(<hyperfine.log)"
	check hyperfine "$FIXTURES/base.json" <<-'EOF'
		theirs = json.load(open("h.json"))["results"][0]
		assert set(theirs) - {"memory_usage_byte"} <= set(d["results"][0]), set(theirs) - set(d["results"][0])
	EOF
}

@test "cells without numbers and empty results give empty lists" {
	check hyperfine "$FIXTURES/notok.json" <<-'EOF'
		assert [e["command"] for e in d["results"]] == [cell["id"] for cell in r["cells"] if cell["status"] == "ok"]
	EOF
	check hyperfine "$FIXTURES/minimal.json" <<<'assert d == {"results": []}'
	check google-benchmark "$FIXTURES/minimal.json" <<<'assert d["benchmarks"] == []'
	[[ $err == *"note: the result is empty"* ]] || fail "$err"
}

@test "hostile names come through whole, as ASCII with escapes" {
	for format in google-benchmark hyperfine; do
		check $format "$FIXTURES/hostile_plot.json" <<-'EOF'
			names = [e.get("command", e.get("run_name")) for e in d.get("results", d.get("benchmarks"))]
			assert set(names) == {cell["id"] for cell in r["cells"]}
		EOF
		! grep -qP '[\x00-\x09\x0b-\x1f\x7f-\xff]' out.txt || fail "control character"
		check $format "$FIXTURES/hostile.json" <<<''
		! grep -qP '[\x00-\x09\x0b-\x1f\x7f-\xff]' out.txt err.txt || fail "control character"
	done
}

@test "bad input and options: one sentence, exit 2" {
	refused "--format" export.py "$FIXTURES/base.json"
	refused "invalid choice: 'xml'" export.py --format=xml "$FIXTURES/base.json"
	refused "hyperfine has one entry a cell" export.py --format=hyperfine --entries=median "$FIXTURES/base.json"
	refused "none.json: cannot be read: No such file" export.py --format=hyperfine none.json
	echo '{"schema": "concbench.result/1", "cells": [{"samples": [{"makespan_ns": "1"}]}]}' >r.json
	refused "cells[0].samples[0].makespan_ns is not a number of at least 0" export.py --format=hyperfine r.json
	[ -c /dev/full ] || skip "no /dev/full"
	run sh -c '"$1" --format=hyperfine "$2" >/dev/full' sh "$ROOT/scripts/export.py" "$FIXTURES/base.json"
	assert_status 7
}
