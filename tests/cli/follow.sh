#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# follow.sh - a directory is watched as its trails grow, rotate and arrive.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

cat >rules.conf <<'EOR'
sequence denied {
	subject any;
	state { event any; status failure; };
};
EOR

# What was raised so far: the seconds of each alert, and its trail.
raised()
{
	sed -n 's/^\([0-9]*\)\.[0-9]* state machine.* source: /\1 /p' err |
	    tr '\n' ' '
}

# Begin to watch, and wait until the first look is over.
watch()		# OPTIONS...
{
	: >err
	"$BSMTRACE" -F -d -f rules.conf "$@" 2>err &
	watcher=$!
	wait_until grep -q 'trails are followed' err
}

end()
{
	kill $watcher
	wait $watcher
	rc=$?
}

told()		# WHAT EXPECTED
{
	expected=$2
	wait_until is_told
	is "$1" "$(raised)" "$2"
}
is_told()
{
	[ "$(raised)" = "$expected" ]
}

add()		# TRAIL SECONDS
{
	opened "$2" 1001 /etc/passwd 13 | "$BSMTRACE" make >>"$1"
}

first=20240101000000
second=20240101000100
third=20240101000200
mkdir d
add d/$first.$second 1
add d/$second.not_terminated 2
ln -s $second.not_terminated d/current

watch --follow -a d
add d/$second.not_terminated 3
told 'what is there is passed over, what comes is not' \
    "3 $second.not_terminated "
add d/$third.not_terminated 4
mv d/$second.not_terminated d/$second.$third
add d/$third.not_terminated 5
told 'the next trail is read from its beginning' \
    "3 $second.not_terminated 4 $third.not_terminated 5 $third.not_terminated "
mkdir d/www1
add d/www1/20231231000000.$first 6
told 'a trail that comes late, of a new host, is read' \
    "3 $second.not_terminated 4 $third.not_terminated 5 $third.not_terminated 6 20231231000000.$first "
kill -USR1 $watcher
wait_until grep -q '4 records' err
has 'SIGUSR1 tells the figures' "$(cat err)" '4 records'
end
is 'SIGTERM ends it with 0' "$rc" 0

watch --from-start -a d
told '--from-start begins with the oldest trail' \
    "$(printf '%s ' 6 20231231000000.$first 1 $first.$second \
	2 $second.$third 3 $second.$third 4 $third.not_terminated \
	5 $third.not_terminated)"
end

watch --since @3 -a d
told '--since begins with the first record of that time' \
    "$(printf '%s ' 6 20231231000000.$first 3 $second.$third \
	4 $third.not_terminated 5 $third.not_terminated)"
end

watch --follow -a d/$third.not_terminated
add d/$third.not_terminated 7
told 'a trail that is followed leads on to the next' \
    "7 $third.not_terminated "
add d/www1/20240101000300.not_terminated 8
add d/20240101000300.not_terminated 9
told '... of its host' \
    "7 $third.not_terminated 9 20240101000300.not_terminated "
end

add odd 1
run "$BSMTRACE" -F -f rules.conf --follow -a odd
has 'a file that is not called like a trail cannot be followed' "$err" \
    'odd: has no name of a trail'
is '... which is an error' "$rc" 1
run "$BSMTRACE" -F -f rules.conf --since never -a d
is 'a time that is none is wrong usage' "$rc" 2

# In a hurry: records in pieces, and many rotations.
"$BSMTRACE_GEN" -n 20000 -u 50 --fail 20 -o whole.bsm
"$BSMTRACE" -F -a whole.bsm -f rules.conf --format json 2>&1 |
    sed 's/.*"uid":"\([0-9a-f]*\)".*/\1/' | sort >expected
mkdir busy
: >err
"$BSMTRACE" -F -d --from-start -a busy -f rules.conf --format json 2>err &
watcher=$!
wait_until grep -q 'trails are followed' err
# Records never cross the end of a trail, so it is cut between them.
"$BSMTRACE" print -j whole.bsm >whole.jsonl
split -l 1000 -d -a 2 whole.jsonl part.
was=
for part in part.*; do
	n=${part#part.}
	"$BSMTRACE" make "$part" >part.bsm
	: >"busy/202401010000$n.not_terminated"
	[ -z "$was" ] || mv "busy/202401010000$was.not_terminated" \
	    "busy/202401010000$was.202401010000$n"
	split -b 7001 -a 3 part.bsm piece.
	for piece in piece.*; do
		cat "$piece" >>"busy/202401010000$n.not_terminated"
		rm "$piece"
	done
	was=$n
done
alerts=$(wc -l <expected)
all_told()
{
	[ "$(grep -c '"uid"' err)" -ge "$alerts" ]
}
wait_until all_told
sleep 0.3
end
sed -n 's/.*"uid":"\([0-9a-f]*\)".*/\1/p' err | sort >got
if cmp -s got expected; then
	ok "$alerts alerts over 20 rotations: none lost, none doubled"
else
	not_ok 'alerts over 20 rotations: none lost, none doubled' \
	    "$(diff got expected | head)"
fi

done_testing
