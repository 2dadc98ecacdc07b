#!/usr/bin/env bats
# scripts/report.py: what is in the page, what gets in only as text, and what is refused. tests/browser looks at the page.
load helper

SWEEP=$BATS_TEST_DIRNAME/../browser/fixtures/sweep.json
FIXTURES=$BATS_TEST_DIRNAME/fixtures

setup()
{
	common_setup
	export PYTHONUTF8=1
	# What these tests say of pages holds for any chart library: one that takes no room.
	echo '/*! Chart.js v0 for tests, licence MIT */' >chart.js
}

report()
{
	timeout 100 "$ROOT/scripts/report.py" --chartjs=chart.js --concbench="$CONCBENCH" "$@"
}

# The same without the options that a test gives itself.
bare_report()
{
	timeout 100 "$ROOT/scripts/report.py" "$@"
}

# data PAGE EXPRESSION: the value of an expression over the page's JSON.
data()
{
	python3 - "$1" >data.json <<'PY'
import base64, gzip, re, sys
kind, text = re.search(r'<script type="application/(\w+)" id="data">(.*?)</script>', open(sys.argv[1]).read(), re.DOTALL).groups()
print(text if kind == "json" else gzip.decompress(base64.b64decode(text)).decode())
PY
	json data.json "$2"
}

# refused PATTERN ARGUMENT...: exit status 2, one line on standard error that matches, no page.
refused()
{
	local pattern=$1
	shift
	run --separate-stderr bare_report "$@" -o page.html
	assert_status 2
	[ -z "$output" ] || fail "$output"
	# shellcheck disable=SC2154 # set by run
	[[ $stderr == "report.py: "* && $stderr != *$'\n'* ]] || fail "$stderr"
	grep -qE -- "$pattern" <<<"$stderr" || fail "no /$pattern/ in: $stderr"
	[ ! -e page.html ]
}

@test "a page holds curves, fits, losses, advice, latency, samples and hosts" {
	run report "$SWEEP" -o page.html
	assert_status 0
	[ -z "$output" ] || fail "$output"
	[ "$(data page.html '[len(d["groups"]), d["samples"], d["left_out"], [g["name"] for g in d["groups"]]]')" = \
		'[2, 362, [], ["cpu_prime", "wait_sleep:duration=2ms"]]' ] || fail "$(data page.html 'd["groups"][0]["name"]')"
	[ "$(data page.html 'all(g["advice"] and g["fits"] and g["time"] for g in d["groups"])')" = true ]
	# Losses, in tenths of a percent: the parts add up to the whole.
	[ "$(data page.html 'max(abs(c[k][0] - sum(x or 0 for x in c[k][2:])) for k in [d["cell_keys"].index("loss")] for g in d["groups"] for c in g["cells"] if len(c) > k and c[k])')" -le 4 ]
	[ "$(data page.html 'd["files"][0]["host"]["cpu_model"]')" = "AMD EPYC" ]
}

@test "numbers in the page are the file's" {
	report "$SWEEP" -o page.html
	rate=$(json "$SWEEP" 'cells[3]["summary"]["units_per_s"]["median"]')
	[ "$(data page.html "[abs(dict(zip(d['cell_keys'], d['groups'][0]['cells'][3]))['rate'] / $rate - 1) < 1e-4]")" = "[true]" ]
	# The latency curve's point for 90 % is the file's 90th percentile, as near as a bucket is wide.
	p90=$(json "$SWEEP" 'cells[3]["latency"]["p90_ns"]')
	[ "$(data page.html "[abs(dict(zip(d['cell_keys'], d['groups'][0]['cells'][3]))['latency'][9] / $p90 - 1) < 0.01]")" = "[true]" ]
}

@test "nothing in the page asks for anything, and only its own scripts may run" {
	report "$SWEEP" -o page.html
	grep -q "default-src 'none'" page.html
	! grep -qE "unsafe-|(src|href)=['\"]?(https?:)?//|@import|@@" page.html || fail "$(grep -oE ".{30}(unsafe-|@@|//).{30}" page.html | head -n 3)"
	python3 - page.html <<'PY'
import base64, hashlib, re, sys
text = open(sys.argv[1]).read()
policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
for part in re.findall(r"<script>(.*?)</script>", text, re.DOTALL) + re.findall(r"<style>(.*?)</style>", text, re.DOTALL):
    assert base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() in policy, part[:80]
PY
}

@test "hostile names stay inside the data" {
	report --no-analysis "$FIXTURES/hostile.json" -o page.html
	! grep -q 'alert(1)</script>' page.html || fail 'the data end the script'
	[ "$(grep -c '<script>' page.html)" -eq 2 ] || fail "$(grep -n '<script' page.html | cut -c1-80)"
	[ "$(data page.html '["<script>alert(1)</script>" in d["groups"][0]["name"] + str(d["groups"][0]["cells"])]')" = "[true]" ]
	# A file's name is in the title.
	cp "$FIXTURES/base.json" '<img src=x>&.json'
	report --no-analysis '<img src=x>&.json' -o page.html
	grep -q '<title>concbench: &lt;img src=x&gt;&amp;</title>' page.html
}

@test "several files share groups; cells that are not ok and files without cells are told" {
	cd "$FIXTURES" || return
	run "$ROOT/scripts/report.py" --chartjs="$BATS_TEST_TMPDIR/chart.js" --no-analysis base.json new.json notok.json minimal.json -o "$BATS_TEST_TMPDIR/page.html"
	assert_status 0
	cd "$BATS_TEST_TMPDIR" || return
	[ "$(data page.html '[f["title"] for f in d["files"]]')" = '["base", "new", "notok", "minimal"]' ]
	[ "$(data page.html 'any(len({s[0] for s in g["series"]}) > 1 for g in d["groups"])')" = true ]
	[ "$(data page.html 'any("crashed" in str(c) for g in d["groups"] for c in g["cells"])')" = true ]
	[ "$(data page.html '"minimal is empty: it has no cells" in d["notes"]')" = true ]
}

@test "without the program, or when it fails, the page says what is missing and why" {
	PATH=/usr/bin:/bin run report --no-analysis "$SWEEP" -o page.html
	assert_status 0
	[ "$(data page.html 'd["left_out"]')" = '["There are no fits, no split of losses and no advice: they were not asked for."]' ]
	printf '#!/bin/sh\necho "concbench: out of luck" >&2\nexit 4\n' >broken
	chmod +x broken
	run bare_report --chartjs=chart.js --concbench=./broken "$SWEEP" -o page.html 2>&1
	assert_status 0
	assert_output "note: no fits, losses and advice: concbench analyze ended with status 4: .*out of luck"
	[ "$(data page.html '"out of luck" in d["left_out"][0]')" = true ]
}

@test "standard input and pipes are read, a page can go to standard output, a page is replaced in one step" {
	run --separate-stderr bash -c "cat '$SWEEP' | '$ROOT/scripts/report.py' --chartjs=chart.js --concbench='$CONCBENCH' - -o - >page.html"
	assert_status 0
	[ "$(data page.html 'all(g["advice"] for g in d["groups"])')" = true ]
	"$ROOT/scripts/report.py" --chartjs=chart.js --no-analysis <(cat "$SWEEP") -o piped.html
	[ "$(data piped.html 'd["samples"]')" = 362 ]
	ln page.html old.html
	report --no-analysis "$SWEEP" -o page.html
	! cmp -s page.html old.html || fail 'written over'
	[ -z "$(find . -name '.report-*')" ]
}

@test "what cannot be written ends with status 7 and leaves nothing behind" {
	for path in no/such/folder/page.html /dev/full .; do
		run report --no-analysis "$SWEEP" -o "$path"
		assert_status 7
		assert_output "^report.py: "
	done
	run bash -c "'$ROOT/scripts/report.py' --chartjs=chart.js --no-analysis '$SWEEP' -o - >/dev/full"
	assert_status 7
	[ -z "$(find . -name '.report-*')" ]
}

@test "usage and unreadable input are refused in one sentence" {
	refused 'no such file.json: cannot be read: No such file' --chartjs=chart.js 'no such file.json'
	echo '{' >broken.json
	refused 'broken.json: is truncated' --chartjs=chart.js broken.json
	echo '{"schema": "other/1"}' >other.json
	refused 'has the schema other/1' --chartjs=chart.js other.json
	head -c 200000 "$SWEEP" >half.json
	refused 'half.json: is truncated' --chartjs=chart.js half.json
	sed 's/"block":0/"block":"x"/' "$SWEEP" >wrong.json
	refused 'samples\[[0-9]+\].block is not a whole number' --chartjs=chart.js wrong.json
	refused 'standard input can be read once only' --chartjs=chart.js - -
	refused 'is no program' --chartjs=chart.js --concbench=/nonexistent "$SWEEP"
	refused 'is not Chart.js' --chartjs="$SWEEP" "$SWEEP"
	run "$ROOT/scripts/report.py" "$SWEEP"
	assert_status 2
	run "$ROOT/scripts/report.py" --help
	assert_status 0
	assert_output "libjs-chart.js"
}

@test "a missing Chart.js is one sentence that names the package" {
	refused 'Chart.js is not there: install the package libjs-chart.js' --chartjs=/nonexistent/chart.js "$SWEEP"
}

@test "a large result gives a page below 2 MB that says what it leaves out" {
	python3 "$ROOT/tests/browser/enlarge" 3000 "$SWEEP" >big.json
	run report big.json -o page.html
	assert_status 0
	[ "$(stat -c %s page.html)" -lt 2000000 ] || fail "$(stat -c %s page.html) bytes"
	[ "$(data page.html '[sum(len(g["cells"]) for g in d["groups"]), d["samples"]]')" = "[3000, 90000]" ]
	[ "$(data page.html '[len(d["left_out"]) > 0, "raw" in d["groups"][0]["time"][0], len(d["groups"][0]["time"][0]["bins"]) <= 200]')" = "[true, false, true]" ]
}
