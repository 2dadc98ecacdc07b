# What the command line tests share. A test file begins with `load helper` (from tests/fault: `load ../cli/helper`).
#
# Gives them ROOT (the project), CONCBENCH (the program, absolute) and a current directory of their own that is
# removed afterwards. A file that defines setup() itself calls common_setup in it.

bats_require_minimum_version 1.5.0

ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
CONCBENCH=${CONCBENCH:-$ROOT/build/concbench}
CONCBENCH_TEST=${CONCBENCH_TEST:-$ROOT/build/release/concbench-test}
export CONCBENCH CONCBENCH_TEST

# Runs of tests must not wait for each other's turn or write into the project.
common_setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	export TMPDIR=$BATS_TEST_TMPDIR NO_COLOR=1
}

setup()
{
	common_setup
}

concbench()
{
	"$CONCBENCH" "$@"
}

# fail MESSAGE...: fails the test and says why.
fail()
{
	printf '%s\n' "$*" >&2
	return 1
}

# assert_status N: the last `run` ended with status N; shows its output otherwise.
assert_status()
{
	# shellcheck disable=SC2154 # status and output are set by run
	[ "$status" -eq "$1" ] || fail "exit status $status instead of $1; output: $output"
}

# assert_output PATTERN: the last `run` printed something that matches the extended regular expression.
assert_output()
{
	grep -qE -- "$1" <<<"$output" || fail "no match for /$1/ in: $output"
}

# refute_output PATTERN: it did not.
refute_output()
{
	! grep -qE -- "$1" <<<"$output" || fail "unwanted match for /$1/ in: $output"
}

# json FILE EXPRESSION: prints the value of a Python expression over the document d and its cells; a string as it is,
# anything else as JSON.
json()
{
	python3 - "$1" "$2" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    d = json.load(f)
value = eval(sys.argv[2], {"d": d, "cells": d.get("cells", []) if isinstance(d, dict) else []})
print(value if isinstance(value, str) else json.dumps(value))
PY
}

# assert_json FILE EXPRESSION: the expression is true.
assert_json()
{
	[ "$(json "$1" "bool($2)")" = true ] || fail "not true of $1: $2"
}

# validate FILE...: each is a result file by docs/result.schema.json.
validate()
{
	"$ROOT/tests/validate" "$@"
}

# not_under PROFILE REASON: skips the test in builds of that profile.
not_under()
{
	[ "${CB_PROFILE:-release}" != "$1" ] || skip "$2"
}
