#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# conformance.sh - the alerts of the older program, byte for byte.
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
done_testing
