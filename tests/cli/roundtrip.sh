#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# roundtrip.sh - print -j and make are each other's inverse, byte for byte:
# over all that ever broke us and what the fuzzers found, over the trails of
# the conformance cases where these are, and over generated trails.
#
# BSMTRACE_TEST_RUNS=50 makes it a million generated records.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
runs=${BSMTRACE_TEST_RUNS:-1}
cases=${BSMTRACE_CONFORMANCE:-$TOP/../shared/conformance}

# back WHAT FILE...: the trails, one behind the other, come back
back()
{
	what=$1
	shift
	"$BSMTRACE" print -j "$@" 2>/dev/null >"$tmp/lines"
	"$BSMTRACE" make "$tmp/lines" >"$tmp/again" 2>"$tmp/.err"
	if rc=$?; [ $rc -ne 0 ]; then
		not_ok "$what" "$(head -n 5 "$tmp/.err")"
	elif cat "$@" | cmp - "$tmp/again" >"$tmp/.err" 2>&1; then
		ok "$what"
	else
		not_ok "$what" "$(cat "$tmp/.err")"
	fi
}

# each WHAT FOLDER: all trails below it, and which it is when one does not
each()
{
	find "$2" -type f \( -name '*.bsm' -o -path '*/corpus/*' \) |
	    sort >"$tmp/trails"
	if [ ! -s "$tmp/trails" ]; then
		skip "$1" "no trails in $2"
		return
	fi
	failed=$tap_failed
	# shellcheck disable=SC2046
	back "$1: $(($(wc -l <"$tmp/trails"))) trails" $(cat "$tmp/trails")
	[ "$tap_failed" -eq "$failed" ] || while read -r f; do
		back "$f" "$f"
	done <"$tmp/trails"
}

each 'what ever broke us' "$TOP/tests/data/hostile"
each 'what the frame fuzzer found' "$TOP/tests/fuzz/corpus/frame"
each 'what the record fuzzer found' "$TOP/tests/fuzz/corpus/record"
each 'the trails of the conformance cases' "$cases"

# Ours writes every event and token that a kernel writes; 20,000 in all.
gen=${BSMTRACE_GEN:-}
if [ -z "$gen" ]; then
	skip 'generated records' 'no generator was built'
else
	"$gen" -n $((runs * 8000)) -o "$tmp/bsd.bsm"
	back "$((runs * 8000)) usual records" "$tmp/bsd.bsm"
	"$gen" -n $((runs * 6000)) --events all --fail 50 --v6 50 -o "$tmp/all.bsm"
	back "$((runs * 6000)) records of all events" "$tmp/all.bsm"
	"$gen" -n $((runs * 6000)) --solaris --zones 9 -o "$tmp/sun.bsm"
	back "$((runs * 6000)) records of Solaris" "$tmp/sun.bsm"
fi

# A trail that breaks off, twice: in its middle, and where the next begins.
if [ -n "$gen" ]; then
	size=$(($(wc -c <"$tmp/bsd.bsm")))
	dd if="$tmp/bsd.bsm" of="$tmp/head" bs=1 count=10001 2>/dev/null
	tail -c $((size / 2 + 3)) "$tmp/bsd.bsm" | head -c 10000 >"$tmp/tail"
	cat "$tmp/head" "$tmp/tail" "$tmp/head" >"$tmp/broken.bsm"
	back 'a trail with holes' "$tmp/broken.bsm"
fi

done_testing
