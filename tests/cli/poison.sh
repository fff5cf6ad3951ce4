#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# poison.sh - a record that kills whoever reads it is set aside. A library with
# a fault (deadly.c) makes it so: at each record, wherever it is.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

cat >rules.conf <<'EOR'
sequence opened {
	subject any;
	state { event any; status any; object <pcre> { "(?<!x)etc", "(?<!x)poison"; }; };
};
EOR

# Run with that fault, as long as it takes.
deadly()	# WHERE OPTIONS...
{
	where=$1
	shift
	DEADLY=$where LD_PRELOAD="${BSMTRACE_DEADLY:?}" \
	    ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
	    "$BSMTRACE" -F --sandbox -d "$@" >out 2>err
}
deaths()
{
	grep -c 'the worker \(died\|ended with\)' err
}
seconds()	# FILE: each once, since all is read again after a death
{
	sed -n 's/^\([0-9]*\)\.[0-9]* state machine.*/\1/p' "$1" | sort -nu |
	    tr '\n' ' '
}

opened 1 1001 /etc/passwd | trail probe.bsm
if [ -z "${BSMTRACE_DEADLY:-}" ] ||
    ! deadly none -a probe.bsm -f rules.conf || [ "$(seconds err)" != '1 ' ]
then
	skip 'a record that kills is set aside' 'no fault can be made here'
	done_testing
fi

# In a finished trail, among others of its batch.
for i in 1 2 3 4; do
	opened $i 1001 /etc/passwd
done | trail before
opened 5 1001 /tmp/poison | trail poison
for i in 6 7 8 9; do
	opened $i 1001 /etc/group
done | trail after
cat before poison after >t.bsm
mkdir logs
deadly match -a t.bsm -f rules.conf -l logs
is 'two workers die of a record' "$(deaths)" 2
has 'the first death is somewhere in the batch' "$(cat err)" \
    'when it read t.bsm, from byte 0'
at=$(wc -c <before)
n=$(wc -c <poison)
has 'the second one tells the very record' "$(cat err)" \
    "when it read t.bsm, from byte $((at + 0))"
has 'which is left out, as is said' "$(cat err)" \
    "t.bsm: the record at byte $((at + 0)) is left out, since the worker has died of it twice: $((n + 0)) bytes, kept as $tmp/logs/poison-1.bsm"
same 'its bytes are in the file' logs/poison-1.bsm poison
is 'which only its owner may read' \
    "$(find logs -name 'poison-1.bsm' -perm 600)" logs/poison-1.bsm
is 'all others are looked at by the third worker' \
    "$(seconds logs/bsmtrace.log)" '1 2 3 4 6 7 8 9 '

# Two of them: the worker that left out the first one dies of the second.
cat before poison after poison before >t.bsm
deadly match -a t.bsm -f rules.conf -l logs
has 'of two records both are left out' "$(cat err)" 'kept as'
is '... each in a file of its own' "$(find logs -name 'poison-*' | wc -l)" 3
same '... which is that record' logs/poison-3.bsm poison

# Without a directory.
cat before poison after >t.bsm
deadly match -a t.bsm -f rules.conf
has 'without a directory nothing is kept' "$(cat err)" \
    "is left out, since the worker has died of it twice: $((n + 0)) bytes, not kept"

# What is no record: its size is damaged, and its trailer searched for.
{
	head -c 1 poison
	printf '\0\1\0\0'
	tail -c +6 poison
} >damaged
cat before damaged after >t.bsm
rm -r logs
mkdir logs
deadly cut -a t.bsm -f rules.conf -l logs
is 'two workers die of what is no record' "$(deaths)" 2
has '... which is passed over' "$(cat err)" \
    "t.bsm: what is at byte $((at + 0)) is left out"
same '... up to the next record, and kept' logs/poison-1.bsm damaged
has '... and told as damage' "$(cat err)" \
    "t.bsm:$((at + 0)): $((n + 0)) bytes skipped: the worker has died of it"
is '... with all records around it' "$(seconds logs/bsmtrace.log)" \
    '1 2 3 4 6 7 8 9 '

# What cannot even be read.
gzip -c before >t.bsm.gz
deadly unpack -a t.bsm.gz -f rules.conf -l logs
is 'two workers die of a compressed trail' "$(deaths)" 2
has '... which is given up' "$(cat err)" \
    't.bsm.gz: cannot be read on: the worker has died of it twice'

# A trail that is followed, with another one before and behind it.
rm -r logs
mkdir logs d
first=20240101000000
second=20240101000100
third=20240101000200
cp before d/$first.$second
cat before poison >d/$second.$third
gzip -c before >d/$third.20240101000300.gz
cp after d/20240101000300.not_terminated
touch -t 202401010000 d/*
follow()	# WHERE
{
	DEADLY=$1 LD_PRELOAD="$BSMTRACE_DEADLY" \
	    ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
	    "$BSMTRACE" -F --sandbox -d --follow --from-start -a d \
	    -f rules.conf -l logs >out 2>err &
	pid=$!
}
raised()	# SECONDS...
{
	[ "$(seconds logs/bsmtrace.log)" = "$* " ]
}
said()		# WORDS
{
	grep -q "$1" err
}
follow match
is_wait 'a record of a trail that is followed is left out' said \
    "$second.*: the record at byte $((at + 0)) is left out"
is_wait '... and what is behind it is read' raised 1 2 3 4 6 7 8 9
same '... and it is kept' logs/poison-1.bsm poison
kill -USR1 "$pid"
is_wait '... and counted' said '1 records left out that kill the worker'
opened 10 1001 /etc/motd | "$BSMTRACE" make \
    >>d/20240101000300.not_terminated
is_wait 'the worker goes on' raised 1 2 3 4 6 7 8 9 10
is 'two have died' "$(deaths)" 2

# At rest nothing is to blame: it is killed where it was killed before.
worker()
{
	sed -n 's/^.*the worker is process \([0-9]*\).*/\1/p' err | tail -n 1
}
kill -SEGV "$(worker)"
is_wait 'one that rests has read up to a place' said \
    'it had read .*not_terminated, up to byte'
kill "$pid"
wait "$pid"
is 'nothing else is kept' "$(find logs -name 'poison-*')" logs/poison-1.bsm

rm logs/*
follow unpack
is_wait 'a trail that cannot be unpacked is given up' said \
    '.gz: cannot be read on'
opened 11 1001 /etc/motd | "$BSMTRACE" make \
    >>d/20240101000300.not_terminated
is_wait '... and the next one is read' raised 1 2 3 4 5 6 7 8 9 10 11
kill "$pid"
wait "$pid"

# With a checkpoint nothing else is told twice.
rm -r logs d
mkdir -m 700 st
mkdir logs d
cat before poison >d/$first.$second
cp after d/$second.not_terminated
DEADLY=match LD_PRELOAD="$BSMTRACE_DEADLY" \
    ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
    "$BSMTRACE" -F --sandbox -d --follow --from-start -a d -f rules.conf \
    -l logs --state st --state-every 1 >out 2>err &
pid=$!
is_wait 'with --state a record is left out as well' raised 1 2 3 4 6 7 8 9
kill "$pid"
wait "$pid"
same '... and kept there' st/poison-1.bsm poison
is '... and each alert is written once' \
    "$(grep -c 'state machine' logs/bsmtrace.log)" 8

# What waits for more lives through the deaths of workers, of all of them at
# once, and goes on behind the record; uids are those of an undisturbed run.
cat >across.conf <<'EOR'
sequence opened {
	subject any;
	state { event any; status any; object <pcre> { "(?<!x)etc", "(?<!x)poison"; }; };
};
sequence across {
	subject any;
	state { event any; status any; object <pcre> { "(?<!x)first"; }; };
	state { event any; status any; object <pcre> { "(?<!x)last"; }; };
};
EOR
remember()	# WHERE
{
	DEADLY=$1 LD_PRELOAD="$BSMTRACE_DEADLY" \
	    ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
	    "$BSMTRACE" -F --sandbox -d --follow --from-start -a d \
	    -f across.conf -l logs --format json --state st --state-every 1 \
	    >out 2>err &
	pid=$!
}
uids()		# FILE
{
	sed -n 's/^{.*"uid":"\([0-9a-f]*\)".*}$/\1/p' "$1" | sort
}
has_alerts()	# NUMBER
{
	[ "$(uids logs/bsmtrace.log | wc -l)" -ge "$1" ]
}
checkpoints()	# NUMBER
{
	[ "$(grep -c ': checkpoint [0-9]*: ' err)" -ge "$1" ]
}
opened 1 1001 /etc/first | trail first
{
	opened 6 1001 /etc/group
	opened 7 1001 /etc/last
} | trail last
cat first poison last >t.bsm
rm -rf logs d st
mkdir -m 700 st
mkdir logs d
cp t.bsm d/$first.$second
"$BSMTRACE" -F --no-sandbox -a d -f across.conf -l logs --format json 2>err
grep -v '"time":"1970-01-01T00:00:05' logs/bsmtrace.log >whole
uids whole >expected
is 'there is a sequence from before to behind it' \
    "$(grep -c '"rule":"across"' whole) $(wc -l <expected)" '1 4'

rm -rf logs/* d/*
cp first d/$first.not_terminated
remember match
is_wait 'the first half is remembered' checkpoints 2
cat poison last >>d/$first.not_terminated
is_wait 'a worker dies, and with it is killed who would start another' said \
    'the worker \(died\|ended with\)'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
remember match
is_wait '... the next ones die twice, and go on' has_alerts 4
is '... both in this life' "$(deaths)" 2
uids logs/bsmtrace.log >got
same 'all alerts are there, with their uids, but for its own' got expected
same '... and the record is kept' st/poison-1.bsm poison
n=$(grep -c ': checkpoint [0-9]*: ' err)
is_wait 'what is behind it is remembered' checkpoints $((n + 2))
kill -KILL "$pid"
wait "$pid" 2>/dev/null
mv d/$first.not_terminated d/$first.$second
opened 8 1001 /etc/motd | trail d/$second.not_terminated
remember match
is_wait 'a life behind it goes on' has_alerts 5
kill "$pid"
wait "$pid"
is '... and does not read it again' "$(deaths)" 0
uids logs/bsmtrace.log | sort -m - expected | uniq -u >got
is '... nor tells anything twice' "$(wc -l <got | tr -d ' ')" 1
is '... nor keeps it twice' \
    "$(find st -name 'poison-*' | wc -l | tr -d ' ')" 1

# A finished trail: once more, all is known.
rm -rf logs/* st
mkdir -m 700 st
deadly match -a t.bsm -f across.conf -l logs --format json --state st
is 'a finished trail with --state: two deaths' "$(deaths)" 2
wc -l <logs/bsmtrace.log | tr -d ' ' >got
deadly match -a t.bsm -f across.conf -l logs --format json --state st
is '... and none when it is done' "$(deaths)" 0
is '... each alert once' "$(wc -l <logs/bsmtrace.log | tr -d ' ')" "$(cat got)"
is '... and all but one' "$(cat got)" 4
done_testing
