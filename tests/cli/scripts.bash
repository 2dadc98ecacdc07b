# What the tests of the scripts in scripts/ share, beside helper.bash.

# shellcheck disable=SC2034 # the tests use what is set here
FIXTURES=$ROOT/tests/cli/fixtures

# plain FILE: it holds no control or direction characters.
plain()
{
	! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' "$1" || fail "control character in $1"
}

# split SCRIPT ARGUMENT...: runs a script of scripts/ and keeps status, $out and $err apart.
split()
{
	local script=$1
	shift
	status=0
	PYTHONUTF8=1 timeout 60 "$ROOT/scripts/$script" "$@" >out.txt 2>err.txt || status=$?
	out=$(tr -d '\0' <out.txt)
	err=$(<err.txt)
}

# refused WANTED SCRIPT ARGUMENT...: one sentence with WANTED, nothing on standard output, exit 2.
refused()
{
	local wanted=$1
	shift
	split "$@"
	[ "$status" -eq 2 ] || fail "exit status $status instead of 2: $out$err"
	[ -z "$out" ] || fail "output: $out"
	[[ $err == *"$wanted"* ]] || fail "missing: $wanted in: $err"
	[[ $err == "$1: "* ]] || fail "not ours: $err"
	[ "$(wc -l <err.txt)" -eq 1 ] || fail "more than a line: $err"
	[[ $err != *Traceback* ]] || fail "$err"
}

# same WANTED: the last split went well and printed exactly this.
same()
{
	[ "$status" -eq 0 ] || fail "exit status $status: $err"
	[ "$out" = "$1" ] || fail "got:" "$out" "wanted:" "$1"
}
