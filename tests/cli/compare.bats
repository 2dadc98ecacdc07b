#!/usr/bin/env bats
# concbench compare: what is compared, what is refused, how it is said.

# shellcheck disable=SC2154,SC2016 # run sets output, stderr, status and the lines of both; backticks are Markdown's
load helper

# made FILE FACTOR [EXPRESSION]: a result of two cells of 8 blocks at FACTOR times a rate, with 1 % of spread; EXPRESSION changes d.
made()
{
	python3 - "$@" <<'PY'
import json, sys
path, factor = sys.argv[1], float(sys.argv[2])
def cell(mode, workers):
    samples = [{"block": i // 2, "order": i % 2, "discarded": False, "unpaired": False, "units": 1000,
                "makespan_ns": int(1e8 / workers / factor * (1 + 0.01 * (i // 2) / 8))} for i in range(16)]
    return {"id": "w/%s/%d" % (mode, workers), "workload": "w", "workload_version": 1, "params": {"x": 1}, "mode": mode,
            "workers": workers, "processes": 1, "threads": workers, "dispatch": "shared", "status": "ok", "samples": samples}
d = {"schema": "concbench.result/1", "partial": False, "quick": False, "host": {"fingerprint": "f", "cpu_model": "m", "cpus_usable": 2},
     "cells": [cell("serial", 1), cell("threads", 2)]}
for change in sys.argv[3:]:
    exec(change)
json.dump(d, open(path, "w"))
PY
}

@test "equal results cannot be told apart, slower ones can" {
	made a.json 1
	made b.json 1.001
	made c.json 0.9
	run concbench compare a.json b.json
	assert_status 0
	assert_output '^w/serial/1 .* ~$'
	assert_output '2 cells: 0 faster, 0 slower, 2 not to be told apart'
	run concbench compare a.json c.json
	assert_status 0
	assert_output '^w/threads/2 .* -10\.0 % \[-1[01]\.[0-9], -[89]\.[0-9]\] +slower$'
	run concbench compare c.json a.json
	assert_output '^w/threads/2 .* faster$'
}

@test "JSON is valid and says the same" {
	made a.json 1
	made b.json 0.9 'd["cells"][1]["id"] = "w/other/2"'
	concbench compare a.json b.json --report=json >c.json
	validate c.json
	assert_json c.json 'len(d["cells"]) == 1 and d["cells"][0]["change"] == "slower" and abs(d["cells"][0]["ratio"]["median"] - 0.9) < 1e-6'
	assert_json c.json 'd["only_base"] == ["w/threads/2"] and d["only_new"] == ["w/other/2"] and d["confidence"] == 0.95'
}

@test "only cells of the same version and parameters match" {
	made a.json 1
	made b.json 1 'd["cells"][0]["workload_version"] = 2' 'd["cells"][1]["params"] = {"x": 2}'
	run concbench compare a.json b.json
	assert_status 6
	assert_output 'no cell in common'
}

@test "different hosts are refused by name, unless forced" {
	made a.json 1
	made b.json 0.5 'd["host"].update(fingerprint="g", cpu_model="other")'
	run concbench compare a.json b.json
	assert_status 2
	assert_output 'different hosts: the CPU model is "m" and "other"; --force'
	run concbench compare --force a.json b.json
	assert_status 0
	assert_output 'slower'
}

@test "too few blocks are not judged; a cell that fails now is lost" {
	made a.json 1 'd["cells"][0]["samples"] = d["cells"][0]["samples"][:2]'
	made b.json 0.5 'd["cells"][1].update(status="crashed", samples=[])'
	run concbench compare a.json b.json
	assert_status 0
	assert_output '^w/serial/1 .* \? too few blocks$'
	assert_output '^w/threads/2 .* lost: now crashed$'
	assert_output '1 not judged, 1 lost'
}

@test "hostile names stay text, in Markdown as well" {
	made a.json 1 'd["cells"][0]["id"] = "w|<script>`[x](y)\x1b[31m/serial/1"'
	run concbench compare a.json a.json --report=markdown
	assert_status 0
	# Nothing but our own markup: code spans, and the element code around entities.
	bare=${output//<code>/}
	! grep -qE '<|\]\(|w\|' <<<"${bare//<\/code>/}" || fail "$output"
	[ "$(grep -c '`' <<<"$output")" -eq 1 ] || fail "$output"
	assert_output '^\| <code>w&#124;&#60;script'
	[ "$(grep -c '^|' <<<"$output")" -eq 4 ] || fail "$output"
	run concbench compare a.json a.json
	! LC_ALL=C grep -q $'\x1b' <<<"$output" || fail "an escape sequence came through"
	# nor do they make errors of several lines: names of files, and of hosts
	made $'b\x1b[31m\n.json' 1 'd["host"]["fingerprint"] = "g\x1b[31m\n"'
	for other in $'b\x1b[31m\n.json' $'missing\x1b[31m\n.json'; do
		run concbench compare a.json "$other"
		assert_status 2
		[ "${#lines[@]}" -eq 1 ] || fail "$output"
		! LC_ALL=C grep -q $'\x1b' <<<"$output" || fail "an escape sequence came through"
	done
}

@test "Markdown reads well: names as code, what is worse in bold, what is alone by name" {
	made a.json 1 'd["cells"][0]["params"] = {}'
	made b.json 0.9 'd["cells"].append(dict(d["cells"][0], id="w/a@b_c/3", params={"y": 1}))'
	run concbench compare a.json b.json --report=markdown
	assert_status 0
	assert_output '^\| `w/threads/2` \| .* \| \*\*slower\*\* \|$'
	assert_output '^Only in base, hence not compared: `w/serial/1`'
	assert_output '^Only in new, hence not compared: `w/serial/1`, `w/a@b_c/3`'
	made c.json 1
	run concbench compare c.json c.json --report=markdown
	assert_output '^\| `w/threads/2` \| .* \| &#126; \|$'
}

@test "real results of one build compare with each other" {
	for file in a b; do
		concbench run null --workers=2 --quick --quiet --sample-time=2ms --warmup=1ms --output=$file.json
	done
	run concbench compare a.json b.json
	assert_status 0
	assert_output '[0-9]+ cells: '
	concbench compare a.json b.json --report=json >c.json
	validate c.json
}

@test "bad use" {
	made a.json 1
	run concbench compare a.json
	assert_status 2
	assert_output 'two result files'
	run concbench compare a.json nonexistent.json
	assert_status 2
	assert_output 'nonexistent.json cannot be read: No such file'
	run concbench compare a.json a.json --report=marrkdown
	assert_status 2
	assert_output 'markdown'
}
