# shellcheck shell=bash
# What the fault tests share, beside the helper of the command line tests. A test's processes carry a mark in their
# environment, by which what outlives a run is found wherever it went.

fault_setup()
{
	common_setup
	MARK="$BATS_TEST_NUMBER.$$.$RANDOM"
	mkdir scratch
}

# A failed test leaves no process behind either.
fault_teardown()
{
	marked | xargs -r kill -KILL 2>/dev/null || true
}

# patience SECONDS: twice as many, as other tests run beside this one, and more where a sanitizer slows everything down.
patience()
{
	[ "${CB_PROFILE:-release}" = release ] && echo $((2 * $1)) || echo $((5 * $1))
}

# A run of short samples with its scratch files in scratch/, and one of few samples in which both workers get units;
# more options and workloads follow.
SHORT=(run --quick --quiet --sample-time=2ms --warmup=1ms --dir=scratch)
# shellcheck disable=SC2034 # used by the tests
TINY=("${SHORT[@]}" --samples=2 --dispatch=static --workers=2)

# The program with the workloads that go wrong.
faulty()
{
	env CB_TEST_MARK="$MARK" "$CONCBENCH_TEST" "$@"
}

# The same in the background, hearing SIGINT as in the foreground. Its pid is in PID, its messages are in stderr.
faulty_background()
{
	env --default-signal=INT CB_TEST_MARK="$MARK" "$CONCBENCH_TEST" "$@" 2>stderr 3>&- &
	PID=$!
}

# Skips the test where there is no strace; makes sanitizers bear it.
need_strace()
{
	command -v strace >/dev/null || skip "strace is not installed"
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 # that needs ptrace for itself
}

# The processes of this test that are alive.
marked()
{
	grep -lzxF "CB_TEST_MARK=$MARK" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

assert_no_process()
{
	local left
	left=$(marked)
	[ -z "$left" ] || fail "processes are left: $(ps -o pid,ppid,stat,args -p "${left//$'\n'/,}")"
}

# assert_files NAME...: these, and no scratch file.
assert_files()
{
	local left
	[ -z "$(ls -A scratch)" ] || fail "scratch files are left: $(ls -A scratch)"
	left=$(find . -mindepth 1 -maxdepth 1 ! -name scratch ! -name stderr -printf '%f\n' | sort | tr '\n' ' ')
	[ "$left" = "${*:+$* }" ] || fail "files: $left; expected: $*"
}

# await SECONDS COMMAND...: until the command succeeds.
await()
{
	local end=$((SECONDS + $(patience "$1")))
	shift
	until "$@" 2>/dev/null; do
		((SECONDS <= end)) || fail "waited in vain for: $*; $(cat stderr)" || return
		sleep 0.01
	done
}

# assert_exit STATUS...: PID ends with one of them; it is in status.
assert_exit()
{
	status=0
	wait "$PID" || status=$?
	[[ " $* " == *" $status "* ]] || fail "exit status $status instead of $*; $(cat stderr)"
}

# assert_cells FILE PATTERN STATUSES: the cells whose id matches have these statuses, in plan order.
assert_cells()
{
	local found
	found=$(json "$1" "' '.join(c['status'] for c in cells if __import__('re').match(r'''$2''', c['id']))")
	[ "$found" = "$3" ] ||
		fail "cells $2 are: $found; expected: $3; $(json "$1" '[(c["id"], c.get("reason")) for c in cells]')"
}

# assert_reasons FILE PATTERN REASON: those cells say why in one sentence that matches.
assert_reasons()
{
	assert_json "$1" "all(__import__('re').search(r'''$3''', c['reason']) and '\\n' not in c['reason']
		for c in cells if __import__('re').match(r'''$2''', c['id']))" ||
		fail "$(json "$1" '[(c["id"], c.get("reason")) for c in cells]')"
}
