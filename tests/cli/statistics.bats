#!/usr/bin/env bats
# The tables that the statistics are held against are what their source says today.

# shellcheck disable=SC2154 # run sets output and status
load helper

@test "statistics: SciPy and exact fractions still make tests/unit/statistics_oracle.h" {
	run "$ROOT/tests/oracle/statistics" --check
	[ "$status" -ne 77 ] || skip "$output"
	assert_status 0
}
