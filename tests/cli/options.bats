#!/usr/bin/env bats
# Options of `run` and `plan`: what is wrong is found before anything is measured, and told in one line.

# shellcheck disable=SC2154 # run sets output, stderr, status and the lines of both
load helper

setup()
{
	common_setup
	mkdir here && cd here || return
}

# refused WHAT WHY ARGUMENT...: exit 2, one line on stderr that begins "concbench: WHAT: " and contains WHY, nothing on
# stdout, no file made.
refused()
{
	local what=$1 why=$2
	shift 2
	run --separate-stderr timeout 20 "$CONCBENCH" "$@"
	echo "arguments: $*"
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "concbench: $what: "* ]]
	[[ $stderr == *"$why"* ]]
	[ -z "$(ls -A)" ]
}

# Reads rows ARGUMENT|WHAT|WHY from stdin; each must be refused by run and by plan alike.
all_refused()
{
	local argument what why
	while IFS='|' read -r argument what why; do
		refused "$what" "$why" run "$argument" null
		refused "$what" "$why" plan "$argument" null
	done
}

@test "numbers: junk, overflow, range" {
	all_refused <<-'END'
		--samples=0|--samples|0
		--samples=12x|--samples|x
		--samples=|--samples|
		--samples=-1|--samples|-1
		--samples=99999999999999999999|--samples|99999999999999999999
		--samples=10001|--samples|10000
		--units=0|--units|0
		--units=1e6|--units|e6
		--units=4611686018427387904|--units|4611686018427387903
		--batch=0|--batch|0
		--batch=none|--batch|none
		--precision=0|--precision|0
		--precision=51%|--precision|50
		--precision=nan|--precision|nan
		--precision=1%%|--precision|%
		--seed=0x1ffffffffffffffff|--seed|0x1ffffffffffffffff
		--seed=xyz|--seed|xyz
		--inflight=0|--inflight|0
	END
}

@test "durations: unit, junk, range" {
	all_refused <<-'END'
		--sample-time=200|--sample-time|200
		--sample-time=200 ms|--sample-time|200 ms
		--sample-time=2h|--sample-time|h
		--sample-time=50ms|--sample-time|--quick
		--warmup=5|--warmup|5
		--warmup=2000m|--warmup|'2000m' is out of range: 0 to 60m
		--timeout=0|--timeout|range
		--time-budget=|--time-budget|
		--time-budget=99999999999999999999s|--time-budget|99999999999999999999s
	END
}

@test "lists: unknown words name the nearest, empty ones are refused" {
	all_refused <<-'END'
		--mode=thread|--mode|did you mean threads?
		--mode=|--mode|
		--mode=threads,|--mode|
		--mode=threads,threads|--mode|twice
		--mode=serial,all|--mode|'all' cannot be part of a list
		--mode=zz|--mode|write serial, processes, threads or hybrid
		--mode=thr|--mode|did you mean threads?
		--pin=qqqq|--pin|write auto, none, compact or spread
		--dispatch=shard|--dispatch|did you mean shared?
		--pin=compct|--pin|did you mean compact?
		--workers=|--workers|
		--workers=0|--workers|0
		--workers=1,,2|--workers|
		--workers=2,2|--workers|2
		--workers=4..1|--workers|4..1
		--workers=two|--workers|two
		--workers=4294967297|--workers|4294967297
		--cpus=all|--cpus|leave it out
		--cpus=0,0|--cpus|0
		--cpus=-1|--cpus|-1
		--cpus=3-1|--cpus|backwards
		--cpus=0-|--cpus|0-
		--cpus=0/|--cpus|empty
		--cpus=/0|--cpus|empty
		--shape=4|--shape|2x4
		--shape=1x4|--shape|1
		--shape=2x4x8|--shape|x8
		--shape=x|--shape|
		--progress=fast|--progress|auto|bar|plain|none
		--color=red|--color|auto|always|never
	END
}

@test "--workers=all..1 is refused by what all is here" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU"
	refused run "'all..1' is empty: 'all' is " run --workers=all..1 null
	refused plan "'all..1' is empty: 'all' is " plan --workers=all..1 null
	run ! grep -q 4096 <<<"$stderr"
}

@test "--cpus takes several lists, each an axis of its own" {
	local cpu
	cpu=$(taskset -pc $$ | sed 's/.*: //; s/[^0-9].*//')
	run --separate-stderr "$CONCBENCH" plan --cpus="$cpu/$cpu" null
	[ "$status" -eq 2 ]
	[[ $stderr == *"--cpus: $cpu is there twice"* ]] || fail "$stderr"
	[ "$(nproc)" -gt 1 ] || skip "one CPU makes no two lists"
	local both
	both=$(taskset -pc $$ | sed 's/.*: //' | grep -oE '[0-9]+' | head -n 2 | paste -sd,)
	run --separate-stderr "$CONCBENCH" plan --mode=threads --workers=2 --cpus="$cpu/$both" null
	[[ $output == *"null/threads/2/cpus=$cpu "* ]] || fail "$output"
	[ "$(grep -c 'null/threads/2/cpus=' <<<"$output")" -eq 2 ] || fail "$output"
}

@test "--cpus takes ranges as taskset writes them" {
	cpu=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
	run --separate-stderr "$CONCBENCH" plan --cpus="$cpu-$cpu" null
	[ "$status" -eq 0 ]
	[[ $output == *"null/serial/1/cpus=$cpu "* ]] || fail "$output"
}

@test "what the design has and this version lacks says so" {
	all_refused <<-'END'
		--mode=async|--mode|not built in this version
		--mode=serial,async|--mode|not built in this version
		--inflight=2|--inflight|not built in this version
	END
}

@test "names and values" {
	all_refused <<-'END'
		--scan=n|--scan|n
		--scan==1|--scan|=1
		--scan=n=|--scan|
		--label=k|--label|k
		--label==v|--label|=v
		--cells=|--cells|empty
		--output=|--output|empty
		--dir=|--dir|empty
		--dir=/nonexistent|--dir|No such file or directory
		--dir=/dev/null|--dir|not a directory
	END
}

@test "unknown options name the nearest; short ones do not exist" {
	all_refused <<-'END'
		--smaples=3|--smaples|did you mean --samples?
		--SAMPLES=3|--SAMPLES|did you mean --samples?
		--frobnicate-it|--frobnicate-it|see concbench
		--work=3|--work|did you mean --workers?
		-q|-q|no short options
		--quick=1|--quick|takes no value
		--=3|--|no such option
	END
	refused --json "no such option" run --json null
}

@test "an option's value may be missing" {
	refused --samples "needs a value" run null --samples
	refused --output "needs a value" run null --output
}

@test "twice is an error, but for --scan and --label" {
	refused --samples "given twice" run --samples=6 --samples=6 null
	refused --workers "one list" run --workers=1 --workers 2 null
	refused --quick "given twice" run --quick --quick null
	refused --scan "'a' is scanned twice" run --scan a=1 --scan a=2 null
	refused --label "'a' is given twice" run --label a=1 --label a=2 null
	run --separate-stderr "$CONCBENCH" plan --label a=1 --label b=2 null
	[ "$status" -eq 0 ]
}

@test "options that exclude each other" {
	refused --samples "not together with --precision" run --samples=6 --precision=1 null
	refused --units "not together with --sample-time" run --units=5 --sample-time=1s null
}

@test "TMPDIR is named when it is the one that is wrong" {
	TMPDIR=/nonexistent refused TMPDIR "No such file" run null
	run --separate-stderr env TMPDIR=/nonexistent "$CONCBENCH" plan --dir=. null
	[ "$status" -eq 0 ]
}

@test "control characters of the user do not reach the terminal" {
	run --separate-stderr "$CONCBENCH" run $'--mode=\e[31mred' null
	[ "$status" -eq 2 ]
	[[ $stderr != *$'\e'* ]]
	run --separate-stderr "$CONCBENCH" run $'--\e[31mred' null
	[ "$status" -eq 2 ]
	[[ $stderr != *$'\e'* ]]
}

@test "workloads: unknown ones name the nearest; parameters are checked" {
	refused run cpu_prime run cpu_prim
	refused run limit run cpu_prime:limti=5
	refused run limit run cpu_prime:limit=5x
	refused run "" run cpu_prime:limit=5,limit=6
	refused run "" run ''
	refused run "" run cpu_prime:
}

@test "--name value is --name=value, and -- ends the options: what follows is a command" {
	run --separate-stderr "$CONCBENCH" plan --mode threads --workers 2 null
	[ "$status" -eq 0 ]
	[[ $output == *null/threads/2* ]]
	[[ $output != *processes* ]]
	run --separate-stderr "$CONCBENCH" plan --mode=threads -- ls --mode=serial
	[ "$status" -eq 0 ]
	[[ $output == *"command:words=ls --mode=serial/threads/"* ]]
	[[ $output != *"/serial/"* ]]
	refused run "" run -- --quick
}

@test "--help is the manual: every option, with its default" {
	run --separate-stderr "$CONCBENCH" run --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for option in mode workers shape inflight dispatch batch pin cpus scan units rate arrival sample-time samples precision \
		time-budget warmup timeout seed dir label cells allow-unverified worker-rows output quiet progress \
		color quick no-wait stall; do
		[[ $output == *"--$option"* ]]
	done
	one_line=$(tr -s ' \n' ' ' <<<"$output")
	[[ $one_line == *"[200ms; with --quick 50ms]"* ]]
	[[ $one_line == *"[2%]"* ]]
	[[ $output != *"--json"* ]]
	[ "$("$CONCBENCH" run -h)" = "$output" ]
	[ "$("$CONCBENCH" help run)" = "$output" ]
	[[ $("$CONCBENCH" plan --help) == *"--json"* ]]
}

# All but the hidden one.
commands()
{
	"$CONCBENCH" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'
}

@test "no line of the manual is longer than 100 columns" {
	for command in $(commands) sample; do
		longest=$("$CONCBENCH" "$command" --help | wc -L)
		echo "$command: $longest"
		[ "$longest" -le 100 ]
		[ "$longest" -gt 20 ]
	done
}

@test "commands: the list, the nearest, the version" {
	run --separate-stderr "$CONCBENCH" --help
	[ "$status" -eq 0 ]
	for command in run list plan host analyze compare gate selftest; do
		[[ $output == *$'\n'"  $command "* ]]
	done
	[[ $output != *$'\n'"  sample "* ]]
	refused rnu "did you mean run?" rnu
	refused fly "no such command" fly
	refused --quick "options of a command stand behind it" --quick
	refused "no command" "--help"
	refused lsit "did you mean list?" help lsit
	run --separate-stderr "$CONCBENCH" --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^concbench\ [0-9]+\.[0-9]+ ]]
}

@test "the man page has the options of every --help, and no others" {
	page=$BATS_TEST_DIRNAME/../../docs/concbench.1
	in_help=$(for command in $(commands); do "$CONCBENCH" "$command" --help; done |
		sed -n 's/^  \(-h, \)\?--\([a-z-]*\).*/\2/p' | sort -u)
	in_page=$(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' "$page" | sort -u)
	[ "$(wc -l <<<"$in_help")" -gt 25 ]
	diff <(echo "$in_help") <(echo "$in_page")
}
