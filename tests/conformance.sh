#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# conformance.sh - the alerts of the older program, and what OpenBSM's tools
# print and select, byte for byte.
#
# The cases do not belong to this repository: they are looked for beside it,
# or where $BSMTRACE_CONFORMANCE says.

: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

cases=${BSMTRACE_CONFORMANCE:-$TOP/../shared/conformance}
if [ ! -x "$cases/run-alerts.sh" ]; then
	skip 'alerts of the older program' "no conformance cases in $cases"
	done_testing
fi

"$cases/run-alerts.sh" "$BSMTRACE" >"$tmp/answer" 2>&1
for d in "$cases"/alerts/*/; do
	[ -f "$d/rules.conf" ] || continue
	n=$(basename "$d")
	if why=$(grep "^FAIL $n " "$tmp/answer"); then
		not_ok "alerts of case $n" "$why"
	else
		ok "alerts of case $n"
	fi
done
last=$(tail -n 1 "$tmp/answer")
is 'every case was run' "$last" \
    "$((tap_n - tap_failed)) passed, $tap_failed failed"

# By that name the program is praudit(1).
if [ -x "$cases/run-print.sh" ]; then
	ln -s "$BSMTRACE" "$tmp/praudit"
	"$cases/run-print.sh" -f "$tmp/praudit --audit-dir {ETC}" \
	    >"$tmp/answer" 2>&1
	if rc=$?; [ $rc -eq 0 ]; then
		ok "what praudit prints: $(tail -n 1 "$tmp/answer")"
	else
		not_ok 'what praudit prints' "$(tail -n 20 "$tmp/answer")"
	fi
else
	skip 'what praudit prints' "no conformance cases in $cases"
fi

# selects WHAT COMMAND: all cases of run-reduce.sh pass.
selects()
{
	if [ ! -x "$cases/run-reduce.sh" ]; then
		skip "what $1 selects" "no conformance cases in $cases"
	elif "$cases/run-reduce.sh" -f "$2 --audit-dir {ETC}" \
	    >"$tmp/answer" 2>&1; then
		ok "what $1 selects: $(tail -n 1 "$tmp/answer")"
	else
		not_ok "what $1 selects" "$(tail -n 20 "$tmp/answer")"
	fi
}

ln -s "$BSMTRACE" "$tmp/auditreduce"
selects auditreduce "$tmp/auditreduce"
selects 'reduce --every --concat' "$BSMTRACE reduce --every --concat"
done_testing
