#!/usr/bin/env bats
# The page of scripts/report.py in a real browser: chromium, without a window, driven over its DevTools pipe.
load ../cli/helper

setup_file()
{
	command -v chromium >/dev/null || skip "there is no chromium (scripts/deps --tests)"
	[ -e /usr/share/javascript/chart.js/chart.min.js ] || skip "there is no Chart.js (scripts/deps --tests)"
	export PAGE=$BATS_FILE_TMPDIR/page.html
	"$ROOT/scripts/report.py" --concbench="$CONCBENCH" "$BATS_TEST_DIRNAME/fixtures/sweep.json" -o "$PAGE"
}

setup()
{
	common_setup
	# For browsers as root in containers, which have no home of their own.
	export HOME=$BATS_TEST_TMPDIR
}

browser()
{
	run python3 -B "$BATS_TEST_DIRNAME/checks.py" "$@"
	assert_status 0
}

@test "figures: all are drawn, say what they show, and lead to their data" {
	browser figures "$PAGE"
}

@test "tooltips: by mouse and by arrow keys, which speak" {
	browser tooltips "$PAGE"
}

@test "toggles: view, axes, lines, curves, workers" {
	browser toggles "$PAGE"
}

@test "the filter and the buttons that open and close" {
	browser filter "$PAGE"
}

@test "theme: the system's, then the button's" {
	browser theme "$PAGE"
}

@test "keyboard: the skip link first, the focus is seen, all controls are reached" {
	browser keyboard "$PAGE"
}

@test "phone: nothing is wider than the screen" {
	browser phone "$PAGE"
}

@test "print: light, drawn, without controls" {
	browser print "$PAGE"
}

@test "hostile names stay text" {
	"$ROOT/scripts/report.py" --no-analysis "$ROOT/tests/cli/fixtures/hostile.json" -o page.html
	browser hostile page.html
}

@test "several files, cells that are not ok, and no analysis" {
	cd "$ROOT/tests/cli/fixtures" || return
	"$ROOT/scripts/report.py" --no-analysis base.json new.json notok.json partial.json -o "$BATS_TEST_TMPDIR/page.html"
	browser opens "$BATS_TEST_TMPDIR/page.html"
}

@test "large: packed data, samples in bins" {
	python3 "$ROOT/tests/browser/enlarge" 4500 "$BATS_TEST_DIRNAME/fixtures/sweep.json" >big.json
	"$ROOT/scripts/report.py" --concbench="$CONCBENCH" big.json -o page.html
	grep -q '<script type="application/gzip" id="data">' page.html
	browser opens page.html
}

@test "accessibility: axe finds no violation, light and dark" {
	checker=$("$BATS_TEST_DIRNAME/axe") || skip "axe-core cannot be had: $checker"
	browser axe "$PAGE" "$checker"
}
