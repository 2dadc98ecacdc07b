#!/usr/bin/env bats
# scripts/plot.py: pictures by gnuplot, that texts of a result stay texts in them, and what it refuses.
# shellcheck disable=SC2154 # split sets out, err and status
load helper
load scripts

setup()
{
	common_setup
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
}

plot()
{
	split plot.py "$@"
	[ "$status" -eq 0 ] || fail "exit status $status: $err"
}

# texts FILE: the words in a picture, one a line; fails if it is no XML or has elements that run or load anything.
texts()
{
	python3 - "$1" <<-'EOF'
		import sys, xml.etree.ElementTree as tree
		allowed = "svg title desc g defs path rect circle polygon use text tspan line marker style filter feFlood feComposite feBlend pattern".split()
		for element in tree.parse(sys.argv[1]).iter():
		    name = element.tag.split("}")[-1]
		    assert name in allowed, name
		    assert not any(key.startswith("on") or str(value).startswith(("http", "javascript", "data")) for key, value in element.attrib.items())
		    if name in ("text", "tspan", "title") and (element.text or "").strip():
		        print(element.text.strip())
	EOF
}

# A sweep over 1, 2, 4, 8 workers in two modes, ideal up to 4.
sweep()
{
	python3 - "$FIXTURES/base.json" <<-'EOF'
		import copy, json, sys
		d = json.load(open(sys.argv[1]))
		serial, model = d["cells"][0], d["cells"][2]
		d["cells"] = [serial]
		for mode in ("threads", "processes"):
		    for workers in (1, 2, 4, 8):
		        cell = copy.deepcopy(model)
		        speedup = min(workers, 4)
		        cell.update(id="cpu_prime/%s/%d" % (mode, workers), mode=mode, workers=workers, threads=workers, processes=1)
		        cell["summary"]["speedup"] = {"median": speedup, "ci_low": 0.9 * speedup, "ci_high": 1.1 * speedup}
		        cell["summary"]["efficiency"] = speedup / workers
		        d["cells"].append(cell)
		print(json.dumps(d))
	EOF
}

@test "svg: two worker counts are bars side by side, with workloads, modes and the host" {
	plot "$FIXTURES/base.json" -o a.svg
	run texts a.svg
	assert_status 0
	for words in '^Speed-up over serial - Example CPU, 2 CPUs$' '^cpu_prime$' '^mem_stream$' '^threads x2$' '^processes x2$' '^hybrid 2x2$' '^2 CPUs$'; do
		assert_output "$words"
	done
	refute_output '^ideal$'
}

@test "svg: three worker counts are curves with the ideal line" {
	sweep >r.json
	plot r.json --output=a.svg
	run texts a.svg
	assert_status 0
	for words in '^ideal$' '^workers$' '^threads$' '^processes$' '^8$'; do
		assert_output "$words"
	done
	plot r.json --output=a.svg --style=bars
	run texts a.svg
	assert_output '^threads x8$'
	refute_output '^ideal$'
}

@test "svg: the same bytes each time; png and pdf are what they say" {
	plot "$FIXTURES/base.json" -o a.svg
	plot "$FIXTURES/base.json" -o b.svg
	cmp a.svg b.svg
	plot "$FIXTURES/base.json" -o a.png --size=600x300
	[ "$(od -An -tx1 -N4 a.png)" = " 89 50 4e 47" ]
	[ "$(od -An -j16 -N8 -tx1 a.png)" = " 00 00 02 58 00 00 01 2c" ]
	plot "$FIXTURES/base.json" -o a.pdf
	[ "$(head -c 5 a.pdf)" = "%PDF-" ]
	[ -z "$(find . -name '.plot-*')" ]
}

@test "the points are the result's: a value, its interval, its place" {
	PYTHONPATH=$ROOT/scripts python3 -B - "$FIXTURES/base.json" <<-'EOF'
		import sys
		from concbench_tools.cells import without_bulk
		from concbench_tools.figures import make_figure
		from concbench_tools.result import load_all
		results = load_all([sys.argv[1]], without_bulk)
		panel, = make_figure(results, None, "auto", None, None).panels
		threads = next(series for series in panel.series if series.label == "threads x2")
		assert [(p.y, round(p.low, 4), round(p.high, 4)) for p in threads.points] == [(1.97, 1.9464, 1.9936), (2.35, 2.3218, 2.3782)], threads
		assert [round(p.x) for p in threads.points] == [0, 1]
		panels = make_figure(results, "rate", "auto", ["cpu_prime"], None).panels
		assert [(s.label, s.points[0].y) for s in panels[0].series] == [("serial", 400), ("processes x2", 780), ("threads x2", 788), ("hybrid 2x2", 776)]
		panels = make_figure(results, "latency", "auto", ["cpu_prime"], None).panels
		assert [p.y for p in panels[0].series[0].points][:3] == [2510000 / 1e9, 2530000 / 1e9, 2710000 / 1e9]
		panels = make_figure(results, "efficiency", "auto", ["cpu_prime"], None).panels
		assert panels[0].series[0].points[0].y == 97.5, panels
	EOF
}

@test "every chart of every style can be drawn, also of several files" {
	sweep >r.json
	for chart in speedup rate efficiency latency; do
		for style in lines bars; do
			plot r.json "$FIXTURES/new.json" --chart=$chart --style=$style -o a.svg
			texts a.svg >words || fail "$chart $style"
			grep -q '^threads' words || [ $chart.$style = rate.bars ] || fail "$chart $style: $(<words)"
		done
	done
	plot "$FIXTURES/base.json" --workload=mem_stream --title="Just this" -o a.svg
	run texts a.svg
	assert_output '^Just this$'
	refute_output cpu_prime
}

@test "terminal: characters, as wide as asked for, no control characters" {
	plot "$FIXTURES/base.json" --terminal --size=80x20
	[[ $out == "Speed-up over serial - Example CPU, 2 CPUs"* ]] || fail "$out"
	[[ $out == *"threads x2    B"* && $out == *cpu_prime* ]] || fail "$out"
	awk 'length > 80 { exit 1 }' out.txt
	plain out.txt
	COLUMNS=60 LINES=20 plot "$FIXTURES/base.json" --terminal
	awk 'length > 60 { exit 1 }' out.txt
}

@test "hostile names stay text: no command, no markup, no format, no element" {
	hostile=$FIXTURES/hostile_plot.json
	# shellcheck disable=SC2016 # nothing of it is to be expanded
	name='a'"'"'b"c`id`$(id)%d%s{/Symbol x}_{y}^z@m'
	for chart in speedup rate efficiency latency; do
		for style in lines bars; do
			plot "$hostile" --chart=$chart --style=$style -o a.svg
			texts a.svg >words || fail "$chart $style: no plain picture"
			grep -qF -- "$name" words || fail "$chart $style: $(<words)"
			! grep -q 'uid=' words || fail "a command was run: $(<words)"
		done
	done
	plot "$hostile" --title="'; system 'touch owned' #" -o a.svg
	run texts a.svg
	assert_output "'; system 'touch owned' #"
	[ ! -e owned ]
	plot "$hostile" --terminal
	plain out.txt
}

@test "the user's gnuplot settings have no say" {
	echo "set terminal png; set title 'mine'; system 'touch owned'" >.gnuplot
	HOME=$PWD plot "$FIXTURES/base.json" -o a.svg
	run texts a.svg
	refute_output mine
	[ ! -e owned ]
}

@test "no gnuplot: one sentence that names the package" {
	mkdir bin
	ln -s "$(python3 -c 'import sys; print(sys.executable)')" bin/python3
	run --separate-stderr env PATH="$PWD/bin" "$ROOT/scripts/plot.py" "$FIXTURES/base.json" -o a.svg
	assert_status 2
	[ "$stderr" = "plot.py: gnuplot is not installed: install it, on Debian and Ubuntu with apt-get install gnuplot-nox" ] || fail "$stderr"
	[ ! -e a.svg ]
}

@test "nothing to draw, and command lines that cannot be obeyed" {
	refused "there is nothing to draw" plot.py "$FIXTURES/minimal.json" -o a.svg
	sed 's/"speedup"/"other"/' "$FIXTURES/base.json" >r.json
	refused "no measured cell has speed-up over serial" plot.py r.json --chart=speedup --workload=mem_stream -o a.svg
	refused "give either --output=PICTURE or --terminal" plot.py "$FIXTURES/base.json"
	refused "give either --output=PICTURE or --terminal" plot.py "$FIXTURES/base.json" -o a.svg --terminal
	refused "must end in .svg, .png or .pdf" plot.py "$FIXTURES/base.json" -o a.gif
	refused "no such workload in these files; did you mean cpu_prime?" plot.py "$FIXTURES/base.json" -o a.svg --workload=cpu_prim
	refused "is not WIDTHxHEIGHT" plot.py "$FIXTURES/base.json" -o a.svg --size=0x5
	refused "none.json: cannot be read" plot.py none.json -o a.svg
	echo '{"schema": "concbench.result/1", "cells": [{"workers": "two"}]}' >r.json
	refused "cells[0].workers is not a whole number" plot.py r.json -o a.svg
	[ ! -e a.svg ]
}

@test "a picture that cannot be written: exit 7, the old one stays" {
	split plot.py "$FIXTURES/base.json" -o none/a.svg
	[ "$status" -eq 7 ] || fail "$status $err"
	[ "$err" = "plot.py: none/a.svg: No such file or directory" ] || fail "$err"
	mkdir a.svg
	split plot.py "$FIXTURES/base.json" -o a.svg
	[ "$status" -eq 7 ] || fail "$status $err"
	[ -z "$(find . -name '.plot-*')" ]
}
