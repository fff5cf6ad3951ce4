#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sets.sh - directories and compressed trails, wherever a trail is named.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

# The paths of the records, in the order in which they come.
paths()
{
	"$BSMTRACE" print -n - | sed -n 's/^path,//p' | tr '\n' ' '
}

printed()	# TRAIL...
{
	"$BSMTRACE" print -n "$@" 2>"$tmp/.err" | sed -n 's/^path,//p' |
	    tr '\n' ' '
}

# Three trails of a machine, a day each, and one of another.
d1=20200101000000.20200102000000
d2=20200102000000.20200103000000
d3=20200103000000.not_terminated
mkdir audit audit/www
{ opened 1577836801 1001 /a; opened 1577836802 1001 /b 13; } | trail audit/$d1
{ opened 1577923201 1001 /c; opened 1577923205 1001 /d; } | trail audit/$d2
opened 1578009601 1001 /e | trail audit/$d3
opened 1577923203 1001 /w | trail audit/www/$d2
ln -s "$tmp/audit/$d3" audit/current
echo 'not a trail' >audit/README

is 'print: a directory is its trails, by the time of records' \
    "$(printed audit)" '/a /b /c /w /d /e '
is '... and says what else is in it' "$(cat .err)" \
    "bsmtrace: audit: 1 other file, such as 'audit/README', left out: not named like a trail"
is '... and JSON lines name the trail of each' \
    "$("$BSMTRACE" print -j audit 2>/dev/null | sed -n '4s/.*"source":"\([^"]*\)".*/\1/p')" \
    "audit/www/$d2"
is 'print: trails that are named stay in turn' \
    "$(printed audit/$d2 audit/www/$d2 audit/$d1)" '/c /d /w /a /b '
is 'reduce: a directory' \
    "$("$BSMTRACE" reduce audit 2>/dev/null | paths)" '/a /b /c /w /d /e '
is 'reduce: trails that are named are merged' \
    "$("$BSMTRACE" reduce audit/$d2 audit/www/$d2 audit/$d1 | paths)" \
    '/a /b /c /w /d '

cat >two.conf <<'EOF2'
sequence two {
	subject any;
	priority 5;
	timeout 1 weeks;
	state { event any; status failure; };
	state { event any; status success; };
};
EOF2
rm audit/README
run "$BSMTRACE" -F -a audit -f two.conf
is 'watch: a sequence goes on from trail to trail of a host' "$err" \
    "1577923201.7 state machine: two subject: auid 1001 completed: duration 86399 seconds priority: 5 source: $d2"
is '... and the end is 0' "$rc" 0
run "$BSMTRACE" -F -a audit -f two.conf -l . -B
is '... and its evidence is read again' \
    "$(cat two/* | paths)" '/b /c '
rm -rf two bsmtrace.log

mv audit/www/$d2 audit/www/20200109000000.not_terminated
run "$BSMTRACE" print -n audit
is 'records of before the time in the name of their trail are told' "$err" \
    "bsmtrace: audit/www/20200109000000.not_terminated: byte 0: records of before the time in the trail's name"
is '... and are no error' "$rc" 0
rm -r audit/www

# Compressed.
{
	i=0
	while [ $i -lt 300 ]; do
		opened $((1577923201 + i)) 1001 /tmp/$i
		i=$((i + 1))
	done
} | trail long.bsm
printed long.bsm >long.txt
try()		# PROGRAM SUFFIX
{
	if ! command -v "$1" >/dev/null; then
		skip "$1: a trail" "no $1 here"
		return
	fi
	"$1" -c long.bsm >long.bsm."$2"
	cp long.bsm."$2" blank
	printed long.bsm."$2" >some.txt
	same "$1: print reads it as it was" some.txt long.txt
	printed blank >some.txt
	same "$1: also under another name" some.txt long.txt
	# shellcheck disable=SC2002
	cat blank | "$BSMTRACE" print -n - | sed -n 's/^path,//p' |
	    tr '\n' ' ' >some.txt
	same "$1: also from a pipe" some.txt long.txt
	"$BSMTRACE" reduce blank >some.bsm
	same "$1: reduce gives the records as they were" some.bsm long.bsm
	{ opened 1 1001 /x 1; opened 2 1001 /y; } | trail short.bsm
	"$1" -c short.bsm >short
	run "$BSMTRACE" -F -a short -f two.conf -l . -B
	is "$1: watch keeps the records of an alert" "$(cat two/* | paths)" \
	    '/x /y '
	rm -rf two bsmtrace.log

	size=$(wc -c <blank)
	head -c $((size * 2 / 3)) blank >part
	run "$BSMTRACE" print -n part
	is "$1: cut short it ends with 1" "$rc" 1
	has "$1: ... and that is said" "$err" \
	    "bsmtrace: part: the $3 data is cut short"
	run "$BSMTRACE" -F -a part -f two.conf
	is "$1: watch says so, too" "$rc:$(echo "$err" | grep short)" \
	    "1:bsmtrace: part: the $3 data is cut short"
	run "$BSMTRACE" reduce part long.bsm
	is "$1: and reduce, which reads the others" "$rc" 1
	head -c 40 blank >part
	printf 'This is no compressed data, and there is a lot of it.' >>part
	run "$BSMTRACE" print -n part
	is "$1: damaged it ends with 1" "$rc" 1
	has "$1: ... and that is said" "$err" "bsmtrace: part: the $3 data is "
}
try gzip gz gzip
try zstd zst zstd
try bzip2 bz2 bzip2
try xz xz xz
gzip -c long.bsm | head -c 3000 >part
run "$BSMTRACE" print -n part
has 'what a trail cut short still holds is printed' "$out" 'path,/tmp/2'

gzip audit/$d1
is 'a directory with a compressed trail' "$(printed audit)" '/a /b /c /d /e '
run "$BSMTRACE" -F -a audit -f two.conf -l . -B
is '... whose evidence is kept meanwhile' "$(cat two/* | paths)" '/b /c '

# Times outside a period are seen from the name alone.
is 'reduce: a trail outside the period is not opened' \
    "$("$BSMTRACE" reduce -V -a 20200103 audit 2>&1 >/dev/null |
	grep -c reading)" 2

# Time that runs backwards inside a trail.
{ opened 50 1001 /1; opened 10 1001 /2; opened 40 1001 /3; } | trail back.bsm
opened 45 1001 /4 | trail fore.bsm
is 'a record does not overtake another of its trail' \
    "$("$BSMTRACE" reduce back.bsm fore.bsm 2>.err | paths)" '/4 /1 /2 /3 '
is '... and that is said once' "$(cat .err)" \
    'bsmtrace: back.bsm: byte 74: time runs backwards here; the records of this trail keep their order'

# More trails than descriptors.
mkdir many
i=0
while [ $i -lt 80 ]; do
	cp long.bsm many/$i
	i=$((i + 1))
done
"$BSMTRACE" reduce many/* >all.bsm
is 'many trails are merged' "$(wc -c <all.bsm)" \
    $((80 * $(wc -c <long.bsm)))
# shellcheck disable=SC3045
(ulimit -n 40 && exec "$BSMTRACE" reduce many/*) >few.bsm
same 'with few descriptors, too' all.bsm few.bsm
# shellcheck disable=SC3045
(ulimit -n 40 && TMPDIR=/no/where exec "$BSMTRACE" reduce many/*) \
    >few.bsm 2>.err
is 'without room for temporary files that fails' "$?" 1
is '... and is said' "$(cat .err)" \
    'bsmtrace: /no/where: temporary file: No such file or directory'

mkdir empty
run "$BSMTRACE" print empty
is 'a directory without trails is an error' "$rc:$err" \
    '1:bsmtrace: empty: there are no trails in this directory'
run "$BSMTRACE" reduce empty
is 'for reduce, too' "$rc:$err" \
    '1:bsmtrace: empty: there are no trails in this directory'

done_testing
