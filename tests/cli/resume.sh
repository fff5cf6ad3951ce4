#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# resume.sh - each kind of source goes on where it was, or says what is missing.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

cat >rules.conf <<'EOR'
sequence denied {
	subject any;
	state { event any; status failure; };
};
EOR

# What was raised so far: the seconds of each alert.
raised()
{
	sed -n 's/^\([0-9]*\)\.[0-9]* state machine.*/\1/p' "${1:-err}" |
	    tr '\n' ' '
}

watch()		# OPTIONS...
{
	: >err
	"$BSMTRACE" -F -d -f rules.conf --no-sandbox --state state "$@" \
	    2>err &
	watcher=$!
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

add()		# TRAIL SECONDS...
{
	trail=$1
	shift
	for second; do
		opened "$second" 1001 /etc/passwd 13
	done | "$BSMTRACE" make >>"$trail"
}

warnings()
{
	grep -c 'were not seen' err
}

first=20240101000000
second=20240101000100
third=20240101000200

#
# A directory: rotated, compressed, removed and added to in between.
#
# From now on: what "now" was, the next process knows, too.
#
rm -rf d state
mkdir d
add d/$first.not_terminated 1
watch -a d --follow --state-every 600
wait_until grep -q 'trails are followed' err
add d/$first.not_terminated 2
told 'what comes from now on is read, and nothing before' '2 '
kill -9 $watcher
wait $watcher 2>/dev/null
add d/$first.not_terminated 3
watch -a d --follow --state-every 600
told '... by one that goes on after kill -9, too' '2 3 '
end
rm -rf d state

#
mkdir d
add d/$first.$second 1
add d/$second.not_terminated 2
watch --from-start -a d
told 'a directory is read from its start' '1 2 '
end
is 'SIGTERM ends it with 0' "$rc" 0
add d/$second.not_terminated 3
mv d/$second.not_terminated d/$second.$third
touch -d '2024-01-02' d/$second.$third
gzip d/$second.$third
rm d/$first.$second
add d/$third.not_terminated 4
watch -a d --follow
told 'then what was written meanwhile is, and no more' '3 4 '
add d/$third.not_terminated 5
told '... and what comes' '3 4 5 '
end
mv d/$third.not_terminated away
watch -a d --follow
wait_until grep -q 'is gone' err
has 'a trail that is gone is said' "$(cat err)" \
    "d/$third.not_terminated: is gone: what came behind its first "
mv away d/$third.crash_recovery
add d/$third.crash_recovery 6
told '... and read on when it comes back' '6 '
end
rm -r state

#
# Files.
#
add one 1 2
gzip -c one >two.gz
run "$BSMTRACE" -F -f rules.conf --no-sandbox --state state -a one -a two.gz
printf '%s\n' "$err" >said
is 'files are read' "$(raised said)" '1 2 1 2 '
run "$BSMTRACE" -F -f rules.conf --no-sandbox --state state -a two.gz -a one
printf '%s\n' "$err" >said
is '... once' "$(raised said)" ''
add one 3
run sh -c '"$1" -F -f rules.conf --no-sandbox --state state -a - <one' sh \
    "$BSMTRACE"
printf '%s\n' "$err" >said
is 'what standard input is counts by itself' "$(raised said)" '1 2 3 '
run "$BSMTRACE" -F -f rules.conf --no-sandbox --state state -a two.gz -a one
printf '%s\n' "$err" >said
is 'what was added to a file is read' "$(raised said)" '3 '
add other 7
mv other one
run "$BSMTRACE" -F -f rules.conf --no-sandbox --state state -a one -a two.gz
printf '%s\n' "$err" >said
is 'another file under the same name is read whole' "$(raised said)" '7 '
has '... which is said' "$err" 'one: is not the file that was read before'
rm -r state

#
# A pipe: what came while nobody listened is a gap, once.
#
mkfifo pipe
watch -a pipe
exec 3>pipe
add pipe 1000 1001
told 'a pipe is read' '1000 1001 '
is 'there is no gap at first' "$(warnings)" 0
end
exec 3>&-
watch -a pipe
exec 3>pipe
add pipe 1005 1006
told 'it is read again' '1005 1006 '
has 'what is missing is said' "$(cat err)" 'pipe: records between 1970-01-01T00:16:41.007Z and 1970-01-01T00:16:45.007Z were not seen'
is '... once' "$(warnings)" 1
kill -USR1 $watcher
wait_until grep -q 'records were missed' err
has '... and counted' "$(cat err)" '1 times records were missed'
end
exec 3>&-
rm -r state

#
# The same with trails: each record once, whichever way it comes.
#
mkdir b
both()		# SECONDS...
{
	add b/$first.not_terminated "$@"
	add pipe "$@"
}
watch -a pipe --backfill b
exec 3>pipe
add b/$first.not_terminated 900
both 1000 1001 1001
told 'without a state nothing is read from the trails' '1000 1001 1001 '
end
exec 3>&-
add b/$first.not_terminated 1001 1002 1003
mv b/$first.not_terminated b/$first.$second
add b/$second.not_terminated 1004
watch -a pipe --backfill b
exec 3>pipe
told 'what was missed is read from the trails' '1001 1002 1003 1004 '
add pipe 1003 1004 1004 1005
told 'what comes both ways counts once' '1001 1002 1003 1004 1004 1005 '
is 'there is no gap' "$(warnings)" 0
end
exec 3>&-
rm -r b
mkdir b
add b/$third.not_terminated 1050
watch -a pipe --backfill b
exec 3>pipe
told 'trails that begin too late' '1050 '
is '... leave a gap' "$(warnings)" 1
end
exec 3>&-
rm -r state

#
# Wrong usage.
#
run "$BSMTRACE" -F -f rules.conf -a pipe --backfill b
is '--backfill without a state is wrong usage' "$rc" 2
run "$BSMTRACE" -F -f rules.conf -a one --state state --backfill b
has '... and without a live source an error' "$err" 'there is none here'
is '... which ends it' "$rc" 1

done_testing
