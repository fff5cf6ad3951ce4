#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# faults.sh - the disk is full, logs and trails go away, records come in floods,
# out of time, and between garbage; and somebody stands still.
#
# What is raised is compared with a run that nobody disturbs; where something
# must be lost, the loss is counted, said, and no more than it has to be.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
: "${BSMTRACE_WRITER:?}"
rules=$TOP/tests/system/soak.conf
cd "$tmp" || exit 99

uids()		# FILE...
{
	cat "$@" 2>/dev/null |
	    sed -n 's/^{.*"uid":"\([0-9a-f]*\)".*}$/\1/p' | sort
}

# What a run that nobody disturbs raises of a trail or directory.
undisturbed()	# SOURCE
{
	"$BSMTRACE" watch -F -a "$1" -f "$rules" --format json 2>whole.err
	uids whole.err >expected
	alerts=$(wc -l <expected)
}

# Follow a directory in the background; `messages` is what it says.
follow()	# OPTIONS...
{
	: >messages
	"$BSMTRACE" watch -F -d --follow --from-start -f "$rules" \
	    --format json "$@" 2>>messages &
	pid=$!
	wait_until grep -q 'trails are followed' messages
}

# Wait for so many lines in files, which may come and go, then end it.
settle()	# LINES PATTERN
{
	tries=0
	# shellcheck disable=SC2086
	while [ "$(cat $2 2>/dev/null | grep -c '"uid"')" -lt "$1" ] &&
	    kill -0 "$pid" 2>/dev/null && [ $tries -lt 300 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	sleep 0.3
	kill -TERM "$pid"
	wait "$pid"
	rc=$?
}

# A figure of the last lines about losses: "12 alerts did not get ...".
said()		# WORDS
{
	sed -n "s/^bsmtrace[^:]*: \([0-9]*\) $1.*/\1/p" messages | tail -n 1
}

"$BSMTRACE_GEN" -n 60000 -u 200 --start 2000000000 -o usual.bsm
mkdir trails
"$BSMTRACE_WRITER" -e 20 -r 200000 trails <usual.bsm >written

# Garbage. Between intact records nothing is lost, and every byte is counted.
"$BSMTRACE" watch -F -a usual.bsm -f "$rules" 2>&1 | grep 'state machine' |
    sed 's/ source: .*//' >expected.lines
"$BSMTRACE" print -j usual.bsm >usual.jsonl
split -l 1500 -a 3 usual.jsonl part.
: >garbage.bsm
bytes=0
for part in part.*; do
	"$BSMTRACE" make "$part" >>garbage.bsm
	n=$((100 + bytes % 5003))
	awk -v n=$n 'BEGIN {
		for (i = 0; i < n; i++)
			printf "%c", 128 + (i * i + n) % 100
	}' | head -c $n >>garbage.bsm
	bytes=$((bytes + n))
	rm "$part"
done
"$BSMTRACE" watch -F -a garbage.bsm -f "$rules" 2>messages
grep 'state machine' messages | sed 's/ source: .*//' >got.lines
same 'garbage between records costs no alert' got.lines expected.lines
is '... and its bytes are counted' \
    "$(sed -n 's/.*: \([0-9]*\) bytes skipped in .*/\1/p' messages)" "$bytes"

# A flood: every record is an alert.
cat >flood.conf <<'EOR'
sequence every { subject any; state { event any; status any; }; };
EOR
mkdir flood
"$BSMTRACE" watch -F -a usual.bsm -f flood.conf -l flood --format json \
    --store flood.db 2>messages
is 'of a flood each record is an alert' \
    "$(uids flood/bsmtrace.log | uniq | wc -l | tr -d ' ')" 60000
is '... in the store, too' \
    "$("$BSMTRACE" alerts --store flood.db --format json | wc -l |
	tr -d ' ')" 60000
is '... and nothing is said to be lost' "$(cat messages)" ''
rm -rf flood flood.db*

# Clocks: half of the records are older than those before them. Trails are
# followed in the order in which they were begun, whatever the clock said.
mkdir clock
"$BSMTRACE_GEN" -n 20000 -u 50 -s 2 --start 2000000000 \
    -o clock/20240101000000.20240101000010
"$BSMTRACE_GEN" -n 20000 -u 50 -s 3 --start 1999999990 \
    -o clock/20240101000010.20240101000020
"$BSMTRACE_GEN" -n 20000 -u 50 -s 4 --start 2000000005 \
    -o clock/20240101000020.not_terminated
cat clock/2* >clock.bsm
undisturbed clock.bsm
follow -a clock
settle "$alerts" messages
uids messages >got
same "a clock that steps back: $alerts alerts, live or afterwards" got expected

# Somebody stands still: the reader of a pipe, then the reader of our records.
undisturbed usual.bsm
mkfifo fifo
"$BSMTRACE" watch -F -a fifo -f "$rules" --format json 2>messages &
pid=$!
(head -c 2000000 usual.bsm; sleep 0.5; tail -c +2000001 usual.bsm) >fifo &
writer=$!
sleep 0.3
kill -STOP $pid
sleep 1
kill -CONT $pid
wait $writer
wait $pid
uids messages >got
same 'a reader that stands still loses nothing of a pipe' got expected
"$BSMTRACE" watch -F -a usual.bsm -f flood.conf -b 2>/dev/null >matched
mkfifo records
(sleep 1; cat) <records >slow &
reader=$!
"$BSMTRACE" watch -F -a usual.bsm -f flood.conf -b 2>messages >records
wait $reader
same 'nor does one of records that match' slow matched

# Logs are renamed while alerts come, with a signal or too late.
undisturbed trails
mkdir logs
follow -a trails -l logs
for i in 1 2 3 4 5 6 7 8; do
	wait_until test -s logs/bsmtrace.log
	mv logs/bsmtrace.log logs/bsmtrace.log.$i 2>/dev/null || continue
	sleep 0.02
	kill -HUP "$pid"
done
settle "$alerts" 'logs/*'
uids logs/* >got
same "logs that are renamed: $alerts alerts in all of them" got expected
rm -r logs

# A log that is removed takes along what is in it, and nothing else.
mkdir logs grown
follow -a grown -l logs
cp trails/20240101000000.* grown/
"$BSMTRACE" watch -F -a grown -f "$rules" --format json 2>before.err
settle_on=$(grep -c '"uid"' before.err)
some_are_there()
{
	[ "$(grep -c '"uid"' logs/bsmtrace.log)" -ge "$settle_on" ]
}
wait_until some_are_there
uids logs/bsmtrace.log >gone
rm logs/bsmtrace.log
kill -HUP "$pid"
wait_until test -e logs/bsmtrace.log
cp trails/2* grown/
settle $((alerts - $(wc -l <gone))) logs/bsmtrace.log
cat gone logs/bsmtrace.log | sed 's/.*"uid":"\([0-9a-f]*\)".*/\1/' | sort >got
same 'a log that is removed takes only its own alerts along' got expected
rm -r logs grown

# A trail is removed while it is read, and one that was not read yet.
mkdir logs gone.d
: >gone.d/20240101000000.not_terminated
follow -a gone.d -l logs
head -c 3000000 usual.bsm >>gone.d/20240101000000.not_terminated
wait_until test -s logs/bsmtrace.log
rm gone.d/20240101000000.not_terminated
sleep 0.2
"$BSMTRACE_GEN" -n 20000 -u 20 -s 9 --start 2000001000 \
    -o gone.d/20240101000100.not_terminated
has_later()
{
	grep -q '"source":"20240101000100' logs/bsmtrace.log
}
wait_until has_later
kill -TERM "$pid"
wait "$pid"
is 'a trail that is removed does not end the run' "$?" 0
is '... which goes on with the next' \
    "$(grep -c '"source":"20240101000100' logs/bsmtrace.log |
	awk '{ print ($1 > 0) }')" 1
is '... and says nothing twice' "$(uids logs/bsmtrace.log | uniq -d)" ''
rm -r logs gone.d

# The store is locked: somebody looks at it, and takes their time.
if command -v sqlite3 >/dev/null; then
	undisturbed trails
	: >nothing.bsm
	"$BSMTRACE" watch -F -a nothing.bsm -f "$rules" --store locked.db
	(
		echo 'BEGIN EXCLUSIVE;'
		sleep 3
	) | sqlite3 locked.db &
	locker=$!
	sleep 0.3
	"$BSMTRACE" watch -F -a trails -f "$rules" --format json \
	    --store locked.db 2>messages
	wait $locker
	"$BSMTRACE" alerts --store locked.db --format json >stored
	uids messages >got
	same 'a store that is locked costs the others nothing' got expected
	lost=$(said 'alerts did not')
	is '... and what it does not get is counted' \
	    "$(($(wc -l <stored) + ${lost:-0}))" "$alerts"
else
	skip 'a store that is locked' 'no sqlite3 here'
fi

# The disk is full. What is written and what is said to be lost are all.
full_disk()	# WHERE HOW
{
	undisturbed trails
	: >messages
	(
		if [ "$2" = limit ]; then
			trap '' XFSZ
			ulimit -f 1000
		fi
		exec "$BSMTRACE" watch -F -a trails -f "$rules" -l "$1" \
		    --format json 2>messages.full
	)
	rc=$?
	mv messages.full messages
	uids "$1/bsmtrace.log" >got
	is "a full disk ($2) is an error" "$rc" 1
	is '... that is said with the file' \
	    "$(grep -c 'bsmtrace\.log: ' messages)" 1
	is '... with how many alerts are not there' \
	    "$(($(wc -l <got) + $(said 'alerts did not')))" "$alerts"
	is '... and the last line is torn at most' \
	    "$(sed '$d' "$1/bsmtrace.log" | grep -cv '^{.*}$')" 0
	is '... and none is there that is not due' \
	    "$(comm -13 expected got)" ''
}
mkdir logs
full_disk logs limit
rm -r logs

mkdir disk
if ! mount -t tmpfs -o size=400k none disk 2>/dev/null; then
	skip 'a disk that is full for a time' 'nobody may mount one here'
	done_testing
fi
trap 'umount "$tmp/disk" 2>/dev/null; rm -rf "$tmp"' EXIT
full_disk disk tmpfs
rm -f disk/*
mkdir grown
dd if=/dev/zero of=disk/ballast bs=1k count=400 2>/dev/null
follow -a grown -l disk
cp trails/2024010100000* trails/2024010100001* grown/
wait_until grep -q 'bsmtrace\.log: ' messages
sleep 0.5
rm disk/ballast
cp trails/2024010100002* trails/2024010100003* grown/
wait_until grep -q 'written again' messages
sleep 1
kill -TERM "$pid"
wait "$pid"
undisturbed grown
uids disk/bsmtrace.log >got
is 'when there is room again, alerts are written again' \
    "$(grep -c 'written again' messages)" 1
is '... and what was lost is counted' \
    "$(($(wc -l <got) + $(said 'alerts did not')))" "$alerts"
torn=$(grep -cv '^{.*}$' disk/bsmtrace.log)
is '... with one torn line at most' "$((torn > 1))" 0
is '... and none that is not due' "$(comm -13 expected got)" ''
umount disk
done_testing
