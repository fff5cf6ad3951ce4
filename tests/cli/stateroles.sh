#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stateroles.sh - a run in several processes, any of which may die at any
# moment: its outputs are in the end those of a run that nobody has disturbed.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

cat >rules.conf <<'EOR'
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

# As somebody else, if that is asked for.
as=
begin()		# ARGUMENTS...
{
	: >now
	$as "$BSMTRACE" -F -d --sandbox "$@" --state state --state-every 1 \
	    2>>now >/dev/null &
	watcher=$!
}

# The process ends by this signal, or has ended by itself; so do its roles.
interrupt()	# SIGNAL
{
	kill "-$1" $watcher 2>/dev/null
	wait $watcher 2>/dev/null
	cat now >>err
}
said()		# WORDS TIMES
{
	[ "$(grep -c "$1" now)" -ge "$2" ]
}

# A role dies, and both are there again.
kill_role()	# ROLE
{
	before=$(grep -c 'the worker is process' now)
	kill -KILL "$(sed -n "s/^.*the $1 is process \([0-9]*\).*/\1/p" now |
	    tail -n 1)" 2>/dev/null
	wait_until said 'the worker is process' $((before + 1))
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
	grep -E 'of no use|cannot|rror|gone|not written|refused|does not' \
	    "$1" | head -n 5
}

#
# A file, read to its end, as whoever runs this and as an ordinary user.
#
"$BSMTRACE_GEN" -n $((120000 / ${BSMTRACE_TEST_PART:-1})) -u 200 --fail 20 \
    -o t.bsm
mkdir whole
"$BSMTRACE" -F --no-sandbox -f rules.conf -a t.bsm -l whole --format json \
    --store whole.db || exit 99
found whole.db >expected

read_file()	# WHO TIMES
{
	rm -rf state cut cut.db*
	mkdir cut
	[ -z "$as" ] || chown 65534 cut .
	: >err
	i=0
	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		begin -f rules.conf -a t.bsm -l cut --format json \
		    --store cut.db
		nap 30
		[ $((i % 3)) = 0 ] && interrupt TERM || interrupt KILL
	done
	begin -f rules.conf -a t.bsm -l cut --format json --store cut.db
	wait $watcher
	is "$1: in the end all went well" "$?" 0
	cat now >>err
	same "$1: a file with interruptions: the log is that of one run" \
	    cut/bsmtrace.log whole/bsmtrace.log
	found cut.db >got
	same '... and so is the store' got expected
	is '... and nothing was complained of' "$(complaints err)" ''
	begin -f rules.conf -a t.bsm -l cut --format json --store cut.db
	wait $watcher
	same 'once more, nothing is read again' cut/bsmtrace.log \
	    whole/bsmtrace.log
}
read_file 'as we are' 9
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 .
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	if $as test -x "$BSMTRACE" -a -r "$TOP"; then
		read_file 'an ordinary user' 4
	else
		skip 'an ordinary user' 'the program cannot be reached'
	fi
	as=
	chown 0 .
fi

#
# A directory that is followed while it grows and rotates, and roles that die.
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
			sleep 0.05
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
	nap 89
	case $((i % 5)) in
	1)	kill_role worker
		nap 89 ;;
	2)	kill_role courier
		nap 89 ;;
	esac
	case $((i % 3)) in
	0)	interrupt TERM ;;
	*)	interrupt KILL ;;
	esac
done
wait $writer
mkdir still
"$BSMTRACE" -F --no-sandbox -f rules.conf -a w.bsm -l still --format json ||
    exit 99
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
kill_role worker
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
# Damage, seen by the courier, and by the worker.
#
opened 1 1001 /etc/passwd 13 | "$BSMTRACE" make >one.bsm
once()
{
	run "$BSMTRACE" -F --sandbox -f rules.conf -a one.bsm --state state
}
rm -rf state
once
is 'a run that has ended' "$(echo "$err" | grep -c 'state machine')" 1
once
is '... does not begin again' "$(echo "$err" | grep -c 'state machine')" 0
head -c 20000 /dev/zero | tr '\0' 'x' >state/state.db
once
has 'a damaged database is said' "$err" \
    'state.db is of no use: file is not a database; it is state.db.bad-1 now'
is '... and the run begins again' "$(echo "$err" | grep -c 'state machine')" 1
is '... which is no failure' "$rc" 0
if command -v sqlite3 >/dev/null; then
	sqlite3 state/state.db "UPDATE rows SET bytes = x'00' || bytes WHERE \
	    number = (SELECT min(number) FROM rows)"
	once
	has 'a row that was changed is said' "$err" \
	    'a row is not what was written; it is state.db.bad-2 now'
	is '... and the run begins again' \
	    "$(echo "$err" | grep -c 'state machine')" 1
else
	skip 'a row that was changed is said' 'no sqlite3'
	skip '... and the run begins again' 'no sqlite3'
fi

mkfifo fifo
mkdir d
run "$BSMTRACE" -F --sandbox -f rules.conf -a fifo --state state --backfill d
has '--backfill needs one process' "$err" 'backfill needs one process'

#
# Triggers, at most once.
#
cat >run.sh <<'EOR'
#!/bin/sh
echo "$1" >>"$(dirname "$0")/ran"
EOR
chmod +x run.sh
cat >trigger.conf <<EOR
sequence s {
	subject any;
	state { event any; status any; trigger "$tmp/run.sh \$object"; };
};
EOR
rm -rf state
: >d/20240101000000.not_terminated
: >ran
began()
{
	said 'trails are followed' "$1"
}
ran()
{
	[ "$(wc -l <ran)" -ge "$1" ]
}
begin -f trigger.conf --from-start -a d --state-every 600
wait_until began 1
opened 1 1001 /a | "$BSMTRACE" make >>d/20240101000000.not_terminated
wait_until ran 1
kill_role worker
wait_until began 2
opened 2 1001 /b | "$BSMTRACE" make >>d/20240101000000.not_terminated
wait_until ran 2
interrupt KILL
begin -f trigger.conf --from-start -a d --state-every 600
wait_until began 1
opened 3 1001 /c | "$BSMTRACE" make >>d/20240101000000.not_terminated
wait_until ran 3
sleep 0.3
interrupt TERM
is 'a trigger runs once, whoever dies' "$(tr '\n' ' ' <ran)" '/a /b /c '

#
# The end, while both wait to be started again: nothing is lost by it.
#
begin -f trigger.conf --from-start -a d
wait_until began 1
kill_role courier
wait_until began 2
opened 4 1001 /d | "$BSMTRACE" make >>d/20240101000000.not_terminated
wait_until ran 4
kill -KILL "$(sed -n 's/^.*the worker is process \([0-9]*\).*/\1/p' now |
    tail -n 1)"
wait_until said 'started again in 2 seconds' 1
opened 5 1001 /e | "$BSMTRACE" make >>d/20240101000000.not_terminated
kill $watcher
wait $watcher
is 'SIGTERM ends it with 0, while both wait' $? 0
has '... and says where the next one goes on' "$(cat now)" \
    'the next run goes on from the last checkpoint'
begin -f trigger.conf --from-start -a d
wait_until ran 5
interrupt TERM
is '... which it does' "$(tr '\n' ' ' <ran)" '/a /b /c /d /e '

done_testing
