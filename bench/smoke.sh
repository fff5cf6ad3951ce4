#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# smoke.sh BSMTRACE GEN BENCH - the measuring tools work; nothing is timed.

: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
bsmtrace=$1
gen=$2
bench=$3

# A trail of 500 records with these options is 500 intact records.
intact()	# OPTIONS...
{
	"$gen" -n 500 "$@" -o "$tmp/trail" || return
	"$bsmtrace" print -j "$tmp/trail" >"$tmp/json" 2>"$tmp/err"
	is "500 records with ${*:-no options} are all intact" \
	    "$(grep -c '"event":' "$tmp/json") $(wc -c <"$tmp/err" | tr -d ' ')" \
	    '500 0'
}
intact
intact --events all --fail 50
intact --v6 50 --zones 3
intact --solaris
intact --solaris --v6 100
intact --size tiny
intact --size huge
intact --sweep --users 300

"$gen" -n 500 -s 7 -o "$tmp/one"
"$gen" -n 500 -s 7 -o "$tmp/two"
"$gen" -n 500 -s 8 -o "$tmp/three"
is 'the same seed makes the same bytes' "$(cksum <"$tmp/one")" \
    "$(cksum <"$tmp/two")"
if cmp -s "$tmp/one" "$tmp/three"; then
	not_ok 'another seed makes others'
else
	ok 'another seed makes others'
fi

# The first records of a sweep are one of each user, in order.
"$gen" -n 5 --sweep --users 5 -o "$tmp/trail"
is 'a sweep begins with each user in order' \
    "$("$bsmtrace" print -j "$tmp/trail" |
	sed 's/.*"auid":\([0-9]*\).*/\1/' | tr '\n' ' ')" \
    '1001 1002 1003 1004 1005 '

for bad in '-n x' '-f 101' '-u 0' '--events some' '--size large' '--nothing' \
    'file'; do
	# shellcheck disable=SC2086
	"$gen" $bad >/dev/null 2>"$tmp/err"
	is "bsmtrace-gen $bad is refused" "$?" 2
done

for trail in usual small users; do
	"$gen" -n 500 --sweep -o "$tmp/$trail.bsm"
done
"$gen" -n 500 --events all -o "$tmp/events.bsm"
"$gen" -n 500 --solaris -o "$tmp/solaris.bsm"
out=$("$bench" -p "$bsmtrace" -r 1 -o "$tmp/bench.json" "$tmp" 2>"$tmp/err")
is 'every workload runs' "$? $(cat "$tmp/err")" '0 '
has 'the table has the five rules' "$out" 'five rules by audit class'
is 'the JSON file has a ratio for each workload' \
    "$(tr '{' '\n' <"$tmp/bench.json" | grep -c '"engine_ratio":')" \
    "$(tr '{' '\n' <"$tmp/bench.json" | grep -c '"trail":')"
printf 'not a trail' >"$tmp/small.bsm"
"$bench" -r 1 "$tmp" >/dev/null 2>"$tmp/err"
is 'a trail that bsmtrace-gen has not made is refused' "$?" 1

done_testing
