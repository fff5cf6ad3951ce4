#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# soak.sh [SECONDS] - a directory is followed while it is written and rotated,
# by a program that is killed again and again.
#
# All that was raised, in log files and in the store, must be what one run
# raises that nobody disturbs: each alert, and each once. The last line says
# what was compared. Thirty seconds by default; half an hour says more:
#
#	BSMTRACE=... BSMTRACE_GEN=... BSMTRACE_WRITER=... soak.sh 1800
#
# SOAK_SEED	where and when it is killed
# SOAK_RATE	records a second; 0: as fast as they can be written
# SOAK_STATE	no: without --state, which must fail
# SOAK_OPTIONS	more options of `watch`
# SOAK_KEEP	a folder that keeps everything, for whoever looks for a fault

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
: "${BSMTRACE_WRITER:?}"
seconds=${1:-30}
: "${SOAK_SEED:=1}"
: "${SOAK_RATE:=20000}"
: "${SOAK_STATE:=yes}"
if [ -n "${SOAK_KEEP:-}" ]; then
	rm -rf "$tmp" "$SOAK_KEEP"
	mkdir -p "$SOAK_KEEP" || exit 99
	tmp=$SOAK_KEEP
	trap - EXIT
fi
cd "$tmp" || exit 99
rules=$TOP/tests/system/soak.conf
mkdir trails logs state whole

set -- --follow --from-start
if [ "$SOAK_STATE" = yes ]; then
	set -- "$@" --state state
fi
# shellcheck disable=SC2086
set -- "$@" ${SOAK_OPTIONS:-}

# $drawn: a number from 0 to N - 1, the next of the seed.
draws=0
draw()		# N
{
	draws=$((draws + 1))
	drawn=$(awk -v s="$SOAK_SEED" -v k="$draws" -v n="$1" 'BEGIN {
		x = s * 7919 + k
		for (i = 0; i < 6; i++)
			x = (x * 16807 + 12345) % 2147483647
		print x % n
	}')
}

# The process and all below it: its roles.
family()
{
	ps -e -o pid= -o ppid= | awk -v top="$pid" '
		{ of[$1] = $2 }
		END {
			for (p in of) {
				for (q = p; q in of && q != top; q = of[q])
					;
				if (q == top)
					print p
			}
		}'
}

# The most that one of them ever had, and what all have now, in kB; what a copy
# of a process still shares with it counts once.
sample()
{
	for p in $(family); do
		cat "/proc/$p/status" "/proc/$p/smaps_rollup" 2>/dev/null
	done | awk -v life="$lives" '
		$1 == "VmHWM:" { most = $2 > most ? $2 : most }
		$1 == "Pss:" { now += $2 }
		END { if (most > 0) print life, most, now }' >>memory
}

lives=0
start()		# OPTIONS...
{
	"$BSMTRACE" watch -F -a trails -f "$rules" -l logs --format json \
	    --store alerts.db "$@" 2>>messages &
	pid=$!
	lives=$((lives + 1))
	born=$(date +%s)
	young=no
}

# Are there any of the family still? A role ends when its parent is gone. What
# comes next does not always wait for that.
wait_for_end()
{
	wait "$pid" 2>/dev/null
	left=0
	draw 2
	[ "$drawn" -eq 0 ] || return
	for p in $roles; do
		while kill -0 "$p" 2>/dev/null && [ $left -lt 100 ]; do
			sleep 0.05
			left=$((left + 1))
		done
	done
	[ $left -lt 100 ] || orphans=$((orphans + 1))
}

# One of them, or all by their parent's end. A role that dies before all have
# begun is the end of the start, as the manual says; that may take a moment.
kills=0 terms=0 role_kills=0 moves=0 orphans=0 ended=0
strike()	# OPTIONS OF start...
{
	roles=$(family)
	if ! kill -0 "$pid" 2>/dev/null; then
		wait "$pid"
		echo "ended by itself with status $?" >>messages
		[ $young = yes ] || ended=$((ended + 1))
		start "$@"
		return
	fi
	n=$(echo "$roles" | wc -w)
	draw 8
	if [ "$drawn" -eq 0 ]; then
		kill -TERM "$pid"
		terms=$((terms + 1))
	elif [ "$drawn" -le 3 ] && [ "$n" -gt 1 ]; then
		draw "$n"
		# shellcheck disable=SC2086
		kill -KILL "$(echo $roles | cut -d ' ' -f $((drawn + 1)))"
		role_kills=$((role_kills + 1))
		[ $(($(date +%s) - born)) -ge 3 ] || young=yes
		sleep 0.1
		! kill -0 "$pid" 2>/dev/null || return
	else
		kill -KILL "$pid"
		kills=$((kills + 1))
	fi
	wait_for_end
	start "$@"
}

# A log file is rotated as newsyslog(8) does it.
move_log()	# [silently]
{
	[ -s logs/bsmtrace.log ] || return
	moves=$((moves + 1))
	mv logs/bsmtrace.log "logs/bsmtrace.log.$moves"
	[ "${1:-}" = silently ] || kill -HUP "$pid" 2>/dev/null
}

uids()		# FILE...
{
	cat "$@" 2>/dev/null | sed -n 's/^{.*"uid":"\([0-9a-f]*\)".*}$/\1/p' | sort
}

# Few files and programs, so that soon all of them have been seen.
"$BSMTRACE_GEN" -n 2000000000 -u 300 -P 3000 -X 500 --start 2000000000 \
    -s "$SOAK_SEED" |
    "$BSMTRACE_WRITER" -t "$seconds" -r "$SOAK_RATE" -s "$SOAK_SEED" \
	trails >written &
writer=$!
start "$@"
while kill -0 $writer 2>/dev/null; do
	draw 40
	sleep "$(awk -v n="$drawn" 'BEGIN { print n * n / 400 + 0.02 }')"
	sample
	draw 12
	case $drawn in
	0)	move_log silently ;;
	1 | 2)	move_log ;;
	esac
	draw 10
	[ "$drawn" -gt 5 ] || sleep "0.0$drawn"
	strike "$@"
done
wait $writer || not_ok 'the writer came to its end'

# One run that nobody disturbs, over what is there now.
"$BSMTRACE" watch -F -a trails -f "$rules" -l whole --format json \
    --store whole.db 2>messages.whole
uids whole/*.log | uniq >expected
alerts=$(wc -l <expected)
if [ "$alerts" -ge 100 ]; then
	ok 'there is something to compare'
else
	not_ok 'there is something to compare' "$alerts alerts"
fi

# The last life has its time to come to the end.
tries=0
while [ "$(uids logs/* | uniq | wc -l)" -lt "$alerts" ] &&
    kill -0 "$pid" 2>/dev/null && [ $tries -lt 60 ]; do
	sleep 1
	tries=$((tries + 1))
done
sleep 1
sample
roles=$(family)
kill -TERM "$pid"
wait "$pid"
is 'the last life ends when it is told to' "$?" 0

uids logs/* >got
comm -23 expected got >lost
uniq -d got >doubled
uniq got | comm -13 expected - >strange
is 'the log files lack no alert' "$(wc -l <lost) $(head -n 3 lost)" '0 '
is 'they have none twice' "$(wc -l <doubled) $(head -n 3 doubled)" '0 '
is 'they have none that is not due' \
    "$(wc -l <strange) $(head -n 3 strange)" '0 '
is 'each of their lines is whole' \
    "$(cat logs/* | grep -cvE '^\{"time":.*\}$')" 0
"$BSMTRACE" alerts --store alerts.db --format json >stored 2>>messages
"$BSMTRACE" alerts --store whole.db --format json >stored.whole
uids stored >stored.uids
uids stored.whole >stored.expected
same 'the store has the same' stored.uids stored.expected
same '... as the log of the run that nobody disturbed' stored.expected expected
is 'it never ended by itself' "$ended" 0
is 'no role outlives its parent' "$orphans" 0

# Flat: the second half needs no more than the first, but for a little; in a
# short run for what has a bound and is still filling (records that are kept).
slack=8192
[ "$seconds" -ge 600 ] || slack=81920
is 'memory stays as it was' "$(awk -v slack=$slack '{
		most[NR] = $2 > $3 ? $2 : $3
	}
	END {
		for (i = 1; i <= NR; i++)
			if (i <= NR / 2)
				first = most[i] > first ? most[i] : first
			else
				second = most[i] > second ? most[i] : second
		if (second > first * 1.25 + slack)
			print "from " first " to " second " kB"
	}' memory)" ''

echo "1..$tap_n"
peak=$(awk '{ n = $2 > $3 ? $2 : $3; if (n > most) most = n }
	END { print most }' memory)
echo "# $(cat written): $alerts alerts, $kills kills, $role_kills of roles," \
    "$terms ends, $moves logs renamed, $lives lives; peak $peak kB"
[ "$tap_failed" -eq 0 ]
