#!/usr/bin/env bats
# Pivots of scripts/table.py: rows, columns and values by name, ratios to a base, several files.
# shellcheck disable=SC2154 # split sets out, err and status
load helper
load scripts

@test "rows and columns are combinations of values, numbers ascending, texts as they first came" {
	split table.py "$FIXTURES/base.json" --rows=workload,params --columns=mode,workers --values=rate,speedup --format=csv
	same "\
workload,params,serial workers=1 rate,serial workers=1 speedup,processes workers=2 rate,processes workers=2 speedup,threads workers=2 rate,threads workers=2 speedup,hybrid workers=4 rate,hybrid workers=4 speedup
cpu_prime,limit=10000,400.0,,780.0,1.95,788.0,1.97,776.0,1.94
mem_stream,size=134217728,1234000.0,,,,2900000.0,2.35,,"
	split table.py "$FIXTURES/base.json" --rows=workers --columns=workload --format=csv
	[ "$status" -eq 2 ]
	split table.py "$FIXTURES/base.json" --rows=workload,workers,mode --format=csv
	same "\
workload,workers,mode,rate
cpu_prime,1,serial,400.0
cpu_prime,2,processes,780.0
cpu_prime,2,threads,788.0
cpu_prime,4,hybrid,776.0
mem_stream,1,serial,1234000.0
mem_stream,2,threads,2900000.0"
}

@test "text and Markdown: intervals, marks and notes as in other tables" {
	split table.py "$FIXTURES/base.json" --rows=workload --columns=mode --values=speedup --format=markdown
	same "\
| workload | serial | processes | threads | hybrid |
| --- | ---: | ---: | ---: | ---: |
| cpu_prime | - | 1.95x ±1.2% | 1.97x ±1.2% | 1.94x ±1.2% |
| mem_stream | - | - | 2.35x ±1.2%! | - |

- note: ! more than 1.05 x the workers: look for what changed besides them"
	split table.py "$FIXTURES/base.json" --rows=mode --columns=workload --values=rate
	[[ $out == *"mode         cpu_prime      mem_stream"* ]] || fail "$out"
}

@test "relative to serial: the base of any number of workers" {
	split table.py "$FIXTURES/base.json" --rows=workload --columns=mode,workers --values=rate,bound --relative-to=mode=serial --format=csv
	[ "$status" -eq 0 ] || fail "$err"
	[ "${out%%$'\n'*}" = "workload,serial workers=1 rate ratio,serial workers=1 bound,processes workers=2 rate ratio,processes workers=2 bound,threads workers=2 rate ratio,threads workers=2 bound,hybrid workers=4 rate ratio,hybrid workers=4 bound" ] || fail "$out"
	[ "$(sed -n 2p out.txt)" = cpu_prime,1.0,cpu,1.95,cpu,1.97,cpu,1.94,cpu ] || fail "$out"
	[[ $err == *"note: ratios are to the cell with mode=serial"* ]] || fail "$err"
	# Both intervals count, so theirs is wider; the base has none to itself.
	split table.py "$FIXTURES/base.json" --rows=workload --columns=mode --relative-to=mode=serial
	[[ $out == *"1.00x"*"1.95x ±1.6%"* ]] || fail "$out"
	[[ $out != *"1.00x ±"* ]] || fail "$out"
}

@test "relative to a number of workers: the same mode's" {
	python3 - "$FIXTURES/base.json" >r.json <<-'EOF'
		import copy, json, sys
		d = json.load(open(sys.argv[1]))
		one = copy.deepcopy(d["cells"][2])
		one.update(id="cpu_prime/threads/1", workers=1, threads=1)
		one["summary"]["units_per_s"] = {"median": 394.0, "ci_low": 394.0, "ci_high": 394.0}
		d["cells"].append(one)
		print(json.dumps(d))
	EOF
	split table.py r.json --rows=workload,mode --columns=workers --relative-to=workers=1 --format=csv
	[ "$(grep ^cpu_prime,threads out.txt)" = cpu_prime,threads,1.0,2.0, ] || fail "$out"
	[ "$(grep ^cpu_prime,processes out.txt)" = cpu_prime,processes,,, ] || fail "$out"
}

@test "several files: a field each, ratios to one, or by host" {
	split table.py "$FIXTURES/base.json" "$FIXTURES/new.json" --rows=workload --columns=mode --relative-to=file=base --format=csv
	[ "$status" -eq 0 ] || fail "$err"
	[ "$(sed -n '1p;3p' out.txt)" = "\
workload,serial base rate ratio,serial new rate ratio,processes base rate ratio,processes new rate ratio,threads base rate ratio,threads new rate ratio,hybrid base rate ratio,hybrid new rate ratio
mem_stream,1.0,1.0,,,1.0,1.0,," ] || fail "$out"
	sed 's/000000000000f00d/0000000000000bad/; s/Example CPU/Other CPU/' "$FIXTURES/base.json" >other.json
	split table.py "$FIXTURES/base.json" other.json --rows=id --columns=host,cpu_model --format=csv
	[ "${out%%$'\n'*}" = "id,000000000000f00d Example CPU,0000000000000bad Other CPU" ] || fail "$out"
	[[ $err == *"other was measured on another kind of host than base"* ]] || fail "$err"
	split table.py "$FIXTURES/base.json" other.json --columns=id,cpu_model,host_cpus --format=csv
	[ "$(sed -n 1,2p out.txt)" = "\
id,cpu_model (base),cpu_model (other),host_cpus (base),host_cpus (other),ratio (other)
cpu_prime/serial/1,Example CPU,Other CPU,2,2,1.0" ] || fail "$out"
}

@test "no ratio to a failed base, or to another version of a workload" {
	sed 's/"workload_version": 1/"workload_version": 2/' "$FIXTURES/base.json" >two.json
	split table.py "$FIXTURES/base.json" two.json --rows=workload --columns=mode,file --relative-to=file=base --format=csv
	[ "$(sed -n 3p out.txt)" = mem_stream,1.0,,,,1.0,,, ] || fail "$out"
	sed '0,/"status": "ok"/s//"status": "failed"/' "$FIXTURES/base.json" >failed.json
	split table.py failed.json --rows=workload --columns=mode --relative-to=mode=serial --format=csv
	[ "$(sed -n 2p out.txt)" = cpu_prime,,,, ] || fail "$out"
	[[ $err == *"cpu_prime/serial/1: failed"* ]] || fail "$err"
}

@test "two cells in one place, an ambiguous base and wrong names are refused, with what to do" {
	base=$FIXTURES/base.json
	refused "cpu_prime/processes/2 and cpu_prime/threads/2 would share a place: add mode to --rows or --columns" table.py "$base" --rows=workload --columns=workers
	sed '3s/"mode": "processes", "dispatch": "shared"/"mode": "serial", "dispatch": "queue"/' "$base" >two.json
	refused "cpu_prime/serial/1 and cpu_prime/processes/2 could both be the base: add workers=VALUE" table.py two.json --rows=workload --columns=mode,dispatch --relative-to=mode=serial
	refused "relativ: no such column" table.py "$base" --rows=relativ
	refused "seril: no such mode in these cells; did you mean serial?" table.py "$base" --rows=workload --columns=mode --relative-to=mode=seril
	refused "mode is not NAME=VALUE" table.py "$base" --rows=workload --columns=mode --relative-to=mode
	refused "is not NAME=VALUE" table.py "$base" --rows=workload --columns=mode --relative-to=
	refused "mode: is in both" table.py "$base" --rows=mode --columns=mode
	refused "ratio: in a pivot --relative-to makes ratios" table.py "$base" --rows=id --values=ratio
	refused "--values: is for pivots" table.py "$base" --values=rate
	refused "--relative-to: is for pivots" table.py "$base" --relative-to=mode=serial
}

@test "texts that become titles are escaped: formulas, control characters, Markdown" {
	for format in csv text markdown; do
		split table.py "$FIXTURES/hostile.json" --rows=id,mode --columns=workload,status --values=dispatch,pin --format=$format
		[ "$status" -eq 0 ] || fail "$err"
		! grep -qP '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xe2\x80\xae' out.txt || fail "control character in $format"
	done
	[[ $out == *'| =1+1 \\rok dispatch |'* ]] || fail "$out"
	split table.py "$FIXTURES/hostile.json" --rows=mode --columns=workload --values=dispatch --format=csv
	same "mode,'=1+1
'+2,'-3"
}

@test "a file of many cells, one a line, and the same on one line give the same table" {
	python3 -c 'import json, sys; json.dump(json.load(open(sys.argv[1])), open("line.json", "w"))' "$FIXTURES/base.json"
	split table.py "$FIXTURES/base.json" --format=csv --columns=id,rate,makespan,memory,p99
	one=$out
	split table.py line.json --format=csv --columns=id,rate,makespan,memory,p99
	same "$one"
	split table.py - --format=csv --columns=id,rate,makespan,memory,p99 < <(cat "$FIXTURES/base.json")
	same "$one"
}

@test "broken in the middle: a bad cell, a missing comma, words after the end" {
	sed '3s/"workers": 2/"workers": "2"/' "$FIXTURES/base.json" >r.json
	refused "cells[1].workers is not a whole number" table.py r.json
	sed '2s/,$//' "$FIXTURES/base.json" >r.json
	refused "is not JSON: Expecting ',' delimiter at line 3" table.py r.json
	sed '$s/$/ x/' "$FIXTURES/base.json" >r.json
	refused "is not JSON: Extra data" table.py r.json
	sed '2s/"workers": 1,/"workers": 10000000000000000000000000000000000000000000000,/' "$FIXTURES/base.json" >r.json
	refused "a number of 47 digits is out of range" table.py r.json
	sed '4s/"id": "[^"]*"/"id": "cpu_prime\/serial\/1"/' "$FIXTURES/base.json" >r.json
	refused "the cell id cpu_prime/serial/1 comes twice" table.py r.json
}

@test "an installed tree works, and stays as it was" {
	make -s -C "$ROOT" -n install DESTDIR="$PWD/i" PREFIX=/usr >/dev/null || fail "no install"
	make -C "$ROOT" -n install DESTDIR="$PWD/i" PREFIX=/usr | grep -E '^install .*(share/concbench)' | (cd "$ROOT" && sh -e)
	before=$(find i | sort)
	for script in table.py plot.py export.py; do
		run "i/usr/share/concbench/$script" --help
		assert_status 0
	done
	run i/usr/share/concbench/table.py "$FIXTURES/base.json" --columns=id
	assert_status 0
	assert_output mem_stream/threads/2
	[ "$before" = "$(find i | sort)" ] || fail "$(find i | sort)"
}
