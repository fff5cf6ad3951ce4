#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# state.sh - a run that is interrupted at any moment goes on where it was: its
# outputs are in the end those of a run that nobody has disturbed.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

cat >rules.conf <<'EOR'
# Many alerts, and much that is waited for.
sequence often {
	subject any;
	state { event any; status failure; };
};
sequence brute {
	subject any;
	timeout 7 days;
	state { event any; status failure; multiplier 5; };
	state { event any; status success; };
};
sequence pair {
	subject any;
	state { event any; status success; };
	state { event any; status failure; };
};
EOR

# Sleep for some hundredths of a second, always the same ones.
moment=1
nap()		# HUNDREDTHS, below 90
{
	moment=$(((moment * 1103515245 + 12345) % 2147483648))
	sleep "0.$(printf %02d $((moment / 65536 % $1 + 1)))"
}

begin()		# ARGUMENTS...
{
	"$BSMTRACE" -F --no-sandbox "$@" --state state --state-every 1 \
	    2>>err >/dev/null &
	watcher=$!
}

# The process ends by this signal, or has ended by itself.
interrupt()	# SIGNAL
{
	kill "-$1" $watcher 2>/dev/null
	wait $watcher 2>/dev/null
}

found()		# STORE
{
	"$BSMTRACE" alerts --store "$1" --format json --utc -n 2147483647 |
	    sort
}

uids()		# FILE
{
	sed 's/.*"uid":"\([0-9a-f]*\)".*/\1/' "$1" | sort
}

# What the program must not say.
complaints()	# FILE
{
	grep -E 'of no use|cannot|rror|gone|not written' "$1" | head -n 5
}

#
# Wrong usage.
#
"$BSMTRACE_GEN" -n 100 -u 5 --fail 20 -o 20240101000000.20240101000100
mkdir d
mv 20240101000000.20240101000100 d
run "$BSMTRACE" -F -f rules.conf -a d/20240101000000.20240101000100 \
    --state-every 9
is '--state-every alone is wrong usage' "$rc" 2
has '... and what to do is said' "$err" '--state DIR'
run "$BSMTRACE" -F -f rules.conf -a d --state state
is 'a directory that is read to its end has no place to go on from' "$rc" 1
has '... and what to do is said' "$err" 'use --follow'
run "$BSMTRACE" -F -f rules.conf -a d/20240101000000.20240101000100 \
    --state no/such/place
is 'a place that is not there is an error' "$rc" 1
has '... which is said' "$err" 'no/such/place: No such file or directory'

#
# A file, read to its end; killed and ended at any moment.
#
"$BSMTRACE_GEN" -n $((120000 / ${BSMTRACE_TEST_PART:-1})) -u 200 --fail 20 \
    -o t.bsm
mkdir whole cut
"$BSMTRACE" -F -f rules.conf -a t.bsm -l whole --format json \
    --store whole.db || exit 99
: >err
for i in 1 2 3 4 5 6 7 8 9; do
	begin -f rules.conf -a t.bsm -l cut --format json --store cut.db
	nap 25
	case $((i % 3)) in
	0)	interrupt KILL ;;
	*)	interrupt TERM ;;
	esac
done
run "$BSMTRACE" -F -f rules.conf -a t.bsm -l cut --format json \
    --store cut.db --state state
is 'in the end all went well' "$rc" 0
same 'a file with interruptions: the log is that of one run' \
    cut/bsmtrace.log whole/bsmtrace.log
found whole.db >expected
found cut.db >got
same '... and so is the store' got expected
is '... and nothing was complained of' "$(complaints err)" ''
is 'nobody else may read what is remembered' "$(stat -c %a state/state.db \
    2>/dev/null || stat -f %Lp state/state.db)" 600
run "$BSMTRACE" -F -f rules.conf -a t.bsm -l cut --format json \
    --store cut.db --state state
same 'once more, nothing is read again' cut/bsmtrace.log whole/bsmtrace.log

#
# A directory that is followed while it grows and rotates.
#
rm -rf state cut
mkdir cut busy
"$BSMTRACE_GEN" -n 30000 -u 100 --fail 20 -o w.bsm
"$BSMTRACE" print -j w.bsm >w.jsonl
split -l 5000 -d -a 2 w.jsonl part.
rm w.jsonl
write_slowly()
{
	was=
	for part in part.*; do
		n=${part#part.}
		"$BSMTRACE" make "$part" >"$part.bsm"
		now=202401010000$n
		: >"busy/$now.not_terminated"
		[ -z "$was" ] || mv "busy/$was.not_terminated" "busy/$was.$now"
		split -b 30011 -a 3 "$part.bsm" "piece.$n."
		for piece in piece."$n".*; do
			cat "$piece" >>"busy/$now.not_terminated"
			sleep 0.02
		done
		was=$now
	done
	mv "busy/$was.not_terminated" "busy/$was.20240101000059"
	: >written
}
: >err
write_slowly &
writer=$!
i=0
while [ ! -e written ] && [ $i -lt 100 ]; do
	i=$((i + 1))
	begin -f rules.conf --from-start -a busy -l cut --format json \
	    --store busy.db
	nap 89
	[ $((i % 2)) = 0 ] && nap 89
	case $((i % 5)) in
	0)	interrupt TERM ;;
	*)	interrupt KILL ;;
	esac
done
wait $writer
# As one run, and each alert by what it is, since trails have other names now.
mkdir still
"$BSMTRACE" -F -f rules.conf -a w.bsm -l still --format json || exit 99
alerts=$(wc -l <still/bsmtrace.log)
who()
{
	sed 's/.*"time":"\([^"]*\)".*"rule":"\([^"]*\)".*"id":\([0-9]*\).*"records":\([0-9]*\).*/\1 \2 \3 \4/;
	    s/^{"time":"\([^"]*\)".*"rule":"\([^"]*\)".*/\1 \2/' "$1"
}
all_there()
{
	[ "$(wc -l <cut/bsmtrace.log)" -ge "$alerts" ]
}
begin -f rules.conf --from-start -a busy -l cut --format json --store busy.db
wait_until all_there
sleep 0.5
interrupt TERM
who still/bsmtrace.log >expected
who cut/bsmtrace.log >got
same "$alerts alerts of trails that grow, with $i interruptions: as of one run" \
    got expected
uids cut/bsmtrace.log >got
is '... each of them once' "$(uniq -d got | head -n 5)" ''
found busy.db >store.log
uids store.log >expected
same '... and so they are in the store' got expected
is '... and nothing was complained of' "$(complaints err)" ''

#
# Two at once.
#
rm -rf state
mkdir quiet
: >err
begin -d -f rules.conf --follow -a quiet
wait_until grep -q 'trails are followed' err
run "$BSMTRACE" -F -f rules.conf --follow -a quiet --state state
is 'a second one ends at once' "$rc" 1
has '... and says who is there' "$err" \
    "state: another bsmtrace has its state there: process $watcher"
interrupt TERM

#
# Damage.
#
opened 1 1001 /etc/passwd 13 | "$BSMTRACE" make >one.bsm
rm -rf state
run "$BSMTRACE" -F -f rules.conf -a one.bsm --state state
is 'a run that has ended' "$(echo "$err" | grep -c 'state machine')" 1
run "$BSMTRACE" -F -f rules.conf -a one.bsm --state state
is '... does not begin again' "$(echo "$err" | grep -c 'state machine')" 0
head -c 20000 /dev/zero | tr '\0' 'x' >state/state.db
run "$BSMTRACE" -F -f rules.conf -a one.bsm --state state
has 'a damaged database is said' "$err" \
    'state.db is of no use: file is not a database; it is state.db.bad-1 now'
is '... is kept' "$(head -c 5 state/state.db.bad-1)" xxxxx
is '... and the run begins again' "$(echo "$err" | grep -c 'state machine')" 1
is '... which is no failure' "$rc" 0
if command -v sqlite3 >/dev/null; then
	sqlite3 state/state.db "UPDATE rows SET bytes = x'00' || bytes WHERE \
	    number = (SELECT min(number) FROM rows)"
	run "$BSMTRACE" -F -f rules.conf -a one.bsm --state state
	has 'a row that was changed is said' "$err" \
	    'a row is not what was written; it is state.db.bad-2 now'
	sqlite3 state/state.db "UPDATE meta SET value = 77 WHERE \
	    name = 'state_version'"
	run "$BSMTRACE" -F -f rules.conf -a one.bsm --state state
	has 'a version that is not known is said' "$err" \
	    'whose state this one does not understand; it is state.db.bad-3 now'
else
	skip 'a row that was changed is said' 'no sqlite3'
	skip 'a version that is not known is said' 'no sqlite3'
fi

#
# Other rules when it goes on.
#
cat >two.conf <<'EOR'
sequence stays {
	subject any;
	state { event any; status failure; };
	state { event any; status success; };
};
sequence goes {
	subject any;
	state { event any; status failure; };
	state { event any; status success; };
};
EOR
cat >other.conf <<'EOR'
sequence comes {
	subject any;
	state { event any; status success; };
};
sequence stays {
	subject any;
	state { event any; status failure; };
	state { event any; status success; };
};
EOR
rm -rf state
run "$BSMTRACE" -F -f two.conf -a one.bsm --state state
opened 2 1001 /etc/passwd 0 | "$BSMTRACE" make >>one.bsm
run "$BSMTRACE" -F -f other.conf -a one.bsm --state state
is 'rules that stayed go on, others are gone or begin' \
    "$(echo "$err" | sed -n 's/.*state machine: \([a-z]*\) .*/\1/p' |
    sort | tr '\n' ' ')" 'comes stays '
has '... and what is gone is said' "$err" '1 rule is gone'

#
# No room.
#
mkdir small
if mount -t tmpfs -o size=600k none small 2>/dev/null; then
	unmount()
	{
		umount small
		rm -rf "$tmp"
	}
	trap unmount EXIT
	: >err
	"$BSMTRACE" -F -d -f rules.conf --follow -a quiet --state small \
	    --state-every 1 2>err >/dev/null &
	watcher=$!
	wait_until grep -q 'checkpoint 1:' err
	head -c 10000000 /dev/zero >small/fill 2>/dev/null
	cp t.bsm quiet/20240101000000.not_terminated
	wait_until grep -q 'cannot be written: No space left' err
	sleep 2
	is 'a full disk is said' \
	    "$(grep -c 'remembered cannot be written: No space left' err)" 1
	rm small/fill
	mount -o remount,size=60m small 2>/dev/null
	wait_until grep -q 'is written again' err
	is '... and so is that there is room again' \
	    "$(grep -c 'is written again, after' err)" 1
	interrupt TERM
else
	skip 'a full disk is said' 'no small file system can be made here'
	skip '... and so is that there is room again' 'the same'
fi

done_testing
