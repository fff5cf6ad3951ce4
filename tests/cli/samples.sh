#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# samples.sh - the records that we ship, and the rule of the demo.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
cd "$tmp" || exit 99

for f in "$TOP"/samples/*.jsonl; do
	n=$(basename "$f" .jsonl)
	run "$BSMTRACE" make -o "$n.bsm" "$f"
	is "$n: every line is a record" "$rc:$err" '0:'
	"$BSMTRACE" print -j "$n.bsm" >"$n.jsonl" 2>"$n.err"
	is "$n: it is read without a gap" "$(cat "$n.err")" ''
	is "$n: as many records as lines" \
	    "$(($(wc -l <"$n.jsonl")))" "$(($(wc -l <"$f")))"
	"$BSMTRACE" make -o again.bsm "$n.jsonl"
	same "$n: there and back gives the same bytes" "$n.bsm" again.bsm
done

rules=$TOP/samples/demo.conf
run "$BSMTRACE" check "$rules"
is 'the rule of the demo is good' "$rc:$err" '0:'
run "$BSMTRACE" test "$rules"
is 'its test passes' "$rc" 0

run "$BSMTRACE" -F -f "$rules" -a login-guessed.bsm
is 'a guessed password raises one alert' "$rc:$err" \
    '0:1772505667.615 state machine: login.guessed subject: auid 1001 completed: duration 12544 seconds priority: 5 source: login-guessed.bsm'
for n in login-mistyped everyday macos solaris; do
	run "$BSMTRACE" -F -f "$rules" -a "$n.bsm"
	is "$n raises none" "$rc:$err" '0:'
done

mkdir log
run "$BSMTRACE" -F -B -l log -f "$rules" -a login-guessed.bsm
is 'with -l nothing is said on standard error' "$rc:$err" '0:'
run "$BSMTRACE" print -l log/login.guessed/*
is 'the evidence is the six records' "$rc:$(printf '%s\n' "$out" | wc -l |
    tr -d ' ')" '0:6'

done_testing
