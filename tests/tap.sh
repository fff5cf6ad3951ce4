# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# tap.sh - for test scripts: results as TAP, and a folder to work in.
#
#	. "$TOP/tests/tap.sh"
#	is 'what is expected' "$got" "$expected"
#	done_testing
#
# $tmp is a folder of the script's own, removed at its end. A script that ends
# without done_testing has failed.

tap_n=0
tap_failed=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bsmtrace-test.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM

ok()		# WHAT
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

not_ok()	# WHAT [LINES THAT EXPLAIN]
{
	tap_n=$((tap_n + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

skip()		# WHAT WHY
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# The texts are the same.
is()		# WHAT GOT EXPECTED
{
	if [ "$2" = "$3" ]; then
		ok "$1"
		return
	fi
	printf '%s\n' "$2" >"$tmp/.got"
	printf '%s\n' "$3" >"$tmp/.expected"
	not_ok "$1" "< got, > expected
$(diff "$tmp/.got" "$tmp/.expected")"
}

# The text holds these very characters somewhere.
has()		# WHAT TEXT PART
{
	case $2 in
	*"$3"*)	ok "$1" ;;
	*)	not_ok "$1" "not found: $3
in:
$2" ;;
	esac
}

# The text does not hold them.
lacks()		# WHAT TEXT PART
{
	case $2 in
	*"$3"*)	not_ok "$1" "found: $3
in:
$2" ;;
	*)	ok "$1" ;;
	esac
}

# The two files are the same, byte for byte.
same()		# WHAT FILE FILE
{
	if tap_diff=$(cmp "$2" "$3" 2>&1); then
		ok "$1"
	else
		not_ok "$1" "$tap_diff
$(diff "$2" "$3" 2>/dev/null | head -n 20)"
	fi
}

# Run a command: its output to $out, its messages to $err, its status to $rc.
# shellcheck disable=SC2034
run()		# COMMAND...
{
	rc=0
	"$@" >"$tmp/.out" 2>"$tmp/.err" </dev/null || rc=$?
	out=$(cat "$tmp/.out")
	err=$(cat "$tmp/.err")
}

done_testing()
{
	echo "1..$tap_n"
	[ "$tap_failed" -eq 0 ]
	exit
}
