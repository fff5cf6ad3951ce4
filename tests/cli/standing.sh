#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# standing.sh - the courier stands still, and whoever reads records goes on: all
# alerts are there in the end, each once, or counted as lost.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

RECORDS=40000		# each is an alert, of 31 MB in all
trail=d/20240101000000.not_terminated
cat >any.conf <<'EOR'
sequence s { subject any; state { event any; status any; }; };
EOR
"$BSMTRACE_GEN" -n $RECORDS -u 100 -o more.bsm
"$BSMTRACE_GEN" -n 1000 -u 100 -s 9 -o few.bsm

uids()		# FILE
{
	sed -n 's/.*"uid":"\([0-9a-f]*\)".*/\1/p' "$1" | sort
}
# What a run that nobody disturbs raises of these.
expect()	# FILE...
{
	cat "$@" >all.bsm
	"$BSMTRACE" -F --no-sandbox -a all.bsm -f any.conf --format json \
	    2>whole
	uids whole >expected
}
process()	# ROLE
{
	sed -n "s/^.*the $1 is process \([0-9]*\).*/\1/p" err | tail -n 1
}
said()		# WORDS [TIMES]
{
	[ "$(grep -c "$1" err)" -ge "${2:-1}" ]
}
lines()		# TIMES
{
	[ "$(wc -l <logs/bsmtrace.log)" -ge "$1" ]
}
# As wait_until, for what takes its time.
all_there()	# LINES
{
	tries=0
	while ! lines "$1" && [ $tries -lt 60 ]; do
		tries=$((tries + 1))
		sleep 1
	done
}
begin()		# OPTIONS...
{
	rm -rf d logs
	mkdir d logs
	: >err
	: >$trail
	go_on "$@"
}
go_on()		# OPTIONS...
{
	"$BSMTRACE" watch -F -d --sandbox --follow -a d -f any.conf -l logs \
	    --format json "$@" >out 2>>err &
	pid=$!
	wait_until said 'its trails are followed'
}
end()
{
	kill "$pid"
	wait "$pid"
	rc=$?
}
# The figures of this moment, as they are said.
figures()
{
	before=$(grep -c ' sequences waiting' err)
	kill -USR1 "$pid"
	wait_until said ' sequences waiting' $((before + 1))
	grep ' sequences waiting' err | tail -n 1
}
# They tell that all is read.
is_read()	# RECORDS
{
	figures | grep -q "$1 records, "
}

# The courier stands: the worker reads on, and answers.
expect more.bsm few.bsm
begin
stopped=$(process courier)
kill -STOP "$stopped"
cat more.bsm >>$trail
is_wait 'a courier that stands still holds nobody who reads' is_read $RECORDS
now=$(figures)
has 'figures tell how many alerts are on their way' "$now" \
    "$RECORDS alerts on their way"
has '... and how much of them is on disk' "$now" ' on disk)'
is_wait 'that it stands is said' said 'the courier takes nothing'
kill -CONT "$stopped"
cat few.bsm >>$trail
is_wait 'that it goes on, too' said 'the courier takes alerts again'
all_there $((RECORDS + 1000))
end
is 'then all ends well' "$rc" 0
uids logs/bsmtrace.log >got
same 'all alerts are there, each once' got expected
"$BSMTRACE" -F --no-sandbox -a all.bsm -f any.conf --format json 2>&1 |
    sed 's/"source":"[^"]*",//' >whole
sed 's/"source":"[^"]*",//' logs/bsmtrace.log >got
same '... in order, to the byte' got whole

# It never goes on: another one gets what it has not written.
begin
stopped=$(process courier)
kill -STOP "$stopped"
cat more.bsm >>$trail
wait_until is_read $RECORDS
kill -KILL "$stopped"
cat few.bsm >>$trail
all_there $((RECORDS + 1000))
end
uids logs/bsmtrace.log >got
same 'another courier gets what one that stood still had not taken' got expected

# With a checkpoint: none while alerts wait, and whoever dies, nothing is lost
# and nothing comes twice.
for role in worker courier parent; do
	rm -rf state
	begin --state state --state-every 1
	cat few.bsm >>$trail
	wait_until lines 1000
	taken=$(grep -c 'state: checkpoint' err)
	wait_until said 'state: checkpoint' $((taken + 2))
	kill -STOP "$(process courier)"
	cat more.bsm >>$trail
	wait_until is_read $((RECORDS + 1000))
	sleep 1.2			# one would have been taken
	if [ $role = parent ]; then
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null
		kill -KILL "$(process courier)" 2>/dev/null
		sleep 0.2
		go_on --state state --state-every 1
	else
		kill -KILL "$(process $role)"
	fi
	all_there $((RECORDS + 1000))
	end
	uids logs/bsmtrace.log >got
	same "when the $role dies meanwhile, each alert is there once" got \
	    expected
	is '... and all ends well' "$rc" 0
done

# No disk, little memory: what has no room is lost, and counted.
mkdir small
if mount -t tmpfs -o size=2m none small 2>/dev/null; then
	trap 'umount "$tmp/small" 2>/dev/null; rm -rf "$tmp"' EXIT
	TMPDIR=$tmp/small
	export TMPDIR
	begin
	unset TMPDIR
	stopped=$(process courier)
	kill -STOP "$stopped"
	cat more.bsm >>$trail
	is_wait 'a full disk holds nobody either' is_read $RECORDS
	is_wait '... and is said' said 'the queue of alerts is full, and cannot'
	kill -CONT "$stopped"
	is_wait 'how many were lost is said when there is room again' \
	    said 'the queue of alerts has room again; [0-9]* were lost'
	cat few.bsm >>$trail
	is_wait 'and it goes on' is_read $((RECORDS + 1000))
	end
	is '... to an end that is no success' "$rc" 1
	lost=$(sed -n 's/.* \([0-9]*\) alerts did not get.*/\1/p' err)
	is '... and what was written and lost is all' \
	    "$(($(wc -l <logs/bsmtrace.log) + ${lost:-0}))" \
	    $((RECORDS + 1000))
	uids logs/bsmtrace.log >got
	is '... with none that is not due' "$(comm -13 expected got)" ''
else
	skip 'a full disk' 'nobody may mount one here'
fi
done_testing
