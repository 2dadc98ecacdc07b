#!/usr/bin/env bats
# What the documents say can be typed, and where they point to, exists.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

setup()
{
	common_setup
	echo data >FILE
	mkdir concbench && ln -s "$ROOT"/lib/workload*.h concbench
	cc -std=gnu17 -fPIC -shared -I. -o collatz.so "$ROOT/examples/collatz.c"
	documents=("$ROOT/README.md" "$ROOT"/docs/*.md)
}

# The command lines of indented and fenced code, with their comments cut off: one a line.
commands_of()
{
	sed -nE 's/^(\$ |    (\$ )?|\.Dl \$ )?(build\/)?(concbench (run|plan)( .*|$))/\4/p' "$1" | sed -E 's/[[:space:]]+#.*//; s/ &&? .*//'
}

@test "every concbench run and plan in the documents is accepted" {
	n=0
	for document in "${documents[@]}" "$ROOT/docs/concbench.1"; do
		while read -r command; do
			n=$((n + 1))
			# As a shell takes it: quotes, {n}. Only run is changed to plan, which measures nothing.
			run bash -c "concbench() { shift; \"\$CONCBENCH\" plan \"\$@\"; }; $command"
			[ "$status" -eq 0 ] || [ "$status" -eq 6 ] || fail "$document: $command: status $status: $output"
		done < <(commands_of "$document")
	done
	[ "$n" -ge 8 ] || fail "only $n commands were found"
}

# It measures for long. The number of blocks that is added could never fail, and nothing else is to be complained about.
@test "every concbench selftest in the documents is accepted" {
	n=0
	for document in "${documents[@]}"; do
		while read -r command; do
			n=$((n + 1))
			run bash -c "concbench() { \"\$CONCBENCH\" \"\$@\" --blocks=1; }; $command"
			[ "$status" -eq 2 ] || fail "$document: $command: status $status: $output"
			[[ $output == "concbench: --blocks: this gate could never fail"* ]] || fail "$document: $command: $output"
		done < <(sed -nE 's/^    (concbench selftest.*)$/\1/p' "$document" | sed -E 's/[[:space:]]+#.*//')
	done
	[ "$n" -ge 6 ] || fail "only $n commands were found"
}

@test "the table of workloads has each that is built in" {
	run concbench list
	assert_status 0
	while read -r workload _; do
		case $workload in kernel_*) workload='kernel_\*' ;; esac
		grep -q "^|.*\`$workload\`.*|.*|.*|\$" "$ROOT/README.md" || fail "README.md: no $workload in the table"
	done <<<"$output"
}

@test "every relative link in the documents leads to a file" {
	n=0
	for document in "${documents[@]}"; do
		while read -r link; do
			[[ $link != *://* && $link != \#* ]] || continue
			n=$((n + 1))
			[ -e "${document%/*}/${link%%#*}" ] || fail "$document links to $link, which is not there"
		done < <(grep -oE '\]\([^) ]+\)' "$document" | sed -E 's/^\]\((.*)\)$/\1/')
	done
	[ "$n" -ge 5 ] || fail "only $n links were found"
}
