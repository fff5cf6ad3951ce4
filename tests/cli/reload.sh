#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# reload.sh - rules are read again while the program watches.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99
export TZ=UTC

# Three denied opens and then a good one; and the same for two values bound.
begun()
{
	cat <<'EOR'
sequence guess {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; multiplier 3; };
	state { event <auditevent> { AUE_OPEN_R; }; status success; };
};
sequence again {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; bind $f object; };
	state { event <auditevent> { AUE_OPEN_R; }; status success; object == $f; };
};
EOR
}
other()		# LABEL
{
	cat <<EOR
sequence $1 {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; object <path> { "/new"; }; };
};
EOR
}

mkdir d logs
trail=d/20240101000000.not_terminated
: >$trail
{ other before; begun; } >rules.conf

"$BSMTRACE" watch -F -d --follow -a d -f rules.conf -l logs --format json 2>err &
watcher=$!

say()		# SECONDS AUID PATH ERROR
{
	opened "$@" | "$BSMTRACE" make >>$trail
}
# Alerts so far: rule, time and subject.
raised()
{
	sed 's/.*"time":"[^"]*:\([0-9]*\)\.[0-9]*Z".*"rule":"\([^"]*\)".*"id":\([0-9]*\).*/\2 \1 \3/' \
	    logs/bsmtrace.log | tr '\n' ' '
}
is_raised()
{
	[ "$(raised)" = "$expected" ]
}
told()		# WHAT EXPECTED
{
	expected=$2
	wait_until is_raised
	is "$1" "$(raised)" "$2"
}
reloaded()
{
	[ "$(grep -c 'rules were read again\|rules stay' err)" -eq "$1" ]
}

wait_until grep -q "trails are followed" err
say 1 1001 /etc/a 13
say 2 1001 /etc/b 13
say 3 1002 /new 13
told 'rules that were there at the start' 'before 03 1002 '

# What stood before the others is gone, something stands there now.
{ other one; other two; begun; } >rules.conf
kill -HUP $watcher
wait_until reloaded 1
has 'a reload says what came of it' "$(cat err)" \
    'the rules were read again: 4 rules, '
has 'and which rules are gone' "$(cat err)" '1 rule is gone'
say 4 1002 /new 13
told 'new rules are heard from then on' \
    'before 03 1002 two 04 1002 one 04 1002 '
say 5 1001 /etc/c 13
say 6 1001 /etc/b 0
told 'what lived of rules that are still there lives on' \
    'before 03 1002 two 04 1002 one 04 1002 again 06 1001 guess 06 1001 '

# A mistake changes nothing.
say 7 1003 /etc/x 13
echo 'sequence broken { subject nobody-at-all; };' >>rules.conf
kill -HUP $watcher
wait_until reloaded 2
has 'a mistake is told as when the program starts' "$(cat err)" 'rules.conf:'
has 'and the rules stay' "$(cat err)" 'the rules stay as they were'
say 8 1003 /etc/x 0
told 'and what lived lives on' \
    'before 03 1002 two 04 1002 one 04 1002 again 06 1001 guess 06 1001 again 08 1003 '
rm rules.conf
kill -HUP $watcher
wait_until reloaded 3
has 'a file that is gone is told' "$(cat err)" 'No such file'

# Log files that only new rules have.
{ echo 'logfile "apart.log";'; other four; } >rules.conf
kill -HUP $watcher
wait_until reloaded 4
say 9 1004 /new 13
wait_until test -s logs/apart.log
has 'a log file that only new rules name is opened' \
    "$(cat logs/apart.log)" '"rule":"four"'

kill $watcher
wait $watcher
is 'SIGTERM ends it with 0' $? 0

# In several processes a reader reads them. What is wrong is said in the same
# words, at the start...
mkdir apart apart/logs apart/d
cd apart || exit 99
trail=d/20240101000000.not_terminated
opened 1 1001 /new 13 | trail one.bsm
same_words()	# WHAT
{
	for how in no-sandbox sandbox; do
		rc=0
		"$BSMTRACE" -F --$how -a one.bsm -f rules.conf 2>$how ||
		    rc=$?
		echo "status $rc" >>$how
	done
	same "$1" no-sandbox sandbox
}
echo 'sequence broken { subject nobody-at-all; };' >rules.conf
same_words 'a mistake is told in the same words'
printf 'sequence s {\n\tsubject any;\n\tpriority\tmuch;\n};\n\302\233 \001\n' >rules.conf
same_words '... with tabs where they were, and no byte that acts'
{ echo 'include "more.conf";'; other one; } >rules.conf
same_words 'so is an include that is missing'
echo 'sequence broken { subjet any; };' >more.conf
same_words 'so is a mistake in an include'
cat >more.conf <<'EOR'
log-channel c <bsm> { directory "/nowhere/at/all"; };
options { timezone "Nowhere/Atall"; };
sequence s { subject <auid> { nobody-of-that-name; }; state { event any; status any; }; };
EOR
same_words 'so are a directory, a zone and a user that there are not'
echo 'include "rules.conf";' >more.conf
same_words 'so are includes that never end'
rm rules.conf more.conf
same_words 'so is a file that is gone'
other one >rules.conf
same_words 'and good rules say nothing else'
mkdir more.conf
echo 'include "more.conf";' >rules.conf
same_words 'a directory is no include'
rmdir more.conf
mkfifo more.conf
same_words 'nor is a pipe, to which nobody may ever write'
has '... which is said' "$(cat sandbox)" \
    "rules.conf:1:9: error: 'more.conf' cannot be read: it is not a regular file"
rm more.conf
other one >one.conf
for how in no-sandbox sandbox; do
	# shellcheck disable=SC2002
	run sh -c 'cat one.conf | "$0" "$@"' "$BSMTRACE" -F --$how -a one.bsm \
	    -f /dev/stdin
	has "the rules may come through a pipe: $how" "$err" \
	    'state machine: one'
done

# ...and again while it runs.
cat >ran.sh <<'EOR'
#!/bin/sh
echo "$@" >>"$(dirname "$0")/ran"
EOR
chmod +x ran.sh
triggered()	# LABEL WORD
{
	cat <<EOR
sequence $1 {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; object <path> { "/new"; };
	    trigger "$tmp/apart/ran.sh $2 \$rule"; };
};
EOR
}
: >$trail
{ echo 'include "more.conf";'; triggered first before; } >rules.conf
begun >more.conf
"$BSMTRACE" watch -F -d --sandbox --follow -a d -f rules.conf -l logs --format json \
    2>err &
watcher=$!
again()		# TIMES
{
	before=$(grep -c 'rules were read again\|rules stay' err)
	kill -HUP $watcher
	wait_until reloaded $((before + 1))
}
# In whatever order two of a record were: what is run runs by itself.
ran()
{
	sort ran | tr '\n' ','
}
has_run()
{
	[ "$(ran 2>/dev/null)" = "$expected" ]
}
runs()		# WHAT EXPECTED
{
	expected=$2
	wait_until has_run
	is "$1" "$(ran)" "$2"
}
wait_until grep -q "trails are followed" err
say 1 1001 /new 13
runs 'a trigger of the rules of the start is run' 'before first,'
say 2 1001 /etc/a 13
{ echo 'include "more.conf";'; triggered zero zero; triggered second after; } >rules.conf
again
has 'rules are read again in several processes' "$(cat err)" \
    'the rules were read again: 4 rules, '
say 3 1001 /new 13
runs 'triggers are those of the new rules' 'after second,before first,zero zero,'
say 4 1001 /etc/a 0
told 'and what lived lives on' \
    'first 01 1001 second 03 1001 zero 03 1001 again 04 1001 guess 04 1001 '
echo 'sequence broken { subjet any; };' >>more.conf
again
has 'a mistake in an include is told' "$(cat err)" 'more.conf:11:19: error: '
has '... with its line' "$(cat err)" '    sequence broken { subjet any; };
                      ^~~~~~'
has 'and the rules stay' "$(cat err)" 'the rules stay as they were'
say 5 1001 /new 13
runs 'so do triggers' \
    'after second,after second,before first,zero zero,zero zero,'
rm more.conf
again
has 'an include that is gone is told' "$(cat err)" \
    "rules.conf:1:9: error: 'more.conf' cannot be read: No such file"

# Ten megabytes of them.
{ other large
    awk 'BEGIN { for (i = 0; i < 130000; i++) printf "# %078d\n", i }'
    triggered last much; } >rules.conf
again
say 6 1001 /new 13
runs 'a large file is read' \
    'after second,after second,before first,much last,zero zero,zero zero,'

# A reader that dies changes nothing. It waits for a pipe, which the parent has
# open for it.
reader()
{
	sed -n 's/^.*the reader is process \([0-9]*\).*/\1/p' err | tail -n 1
}
opens()		# PROCESS
{
	find "/proc/$1/fd" -lname "$tmp/apart/rules.conf" | grep -q .
}
new_reader()
{
	[ "$(reader)" != "$last" ] && opens "$watcher"
}
behind_the_door()
{
	grep -q 'Seccomp:.2' "/proc/$(reader)/status"
}
if [ -r "/proc/$watcher/status" ]; then
	rm rules.conf
	mkfifo rules.conf
	exec 4<>rules.conf
	last=$(reader)
	kill -HUP $watcher
	wait_until new_reader
	wait_until behind_the_door
	status=$(cat "/proc/$(reader)/status")
	is 'a reader runs without new privileges, and filtered' \
	    "$(echo "$status" | grep -c -e 'NoNewPrivs:.1' -e 'Seccomp:.2')" 2
	[ "$(id -u)" -ne 0 ] || lacks 'and is not root' \
	    "$(echo "$status" | grep Uid:)" '	0'
	is 'and has no file' "$(find "/proc/$(reader)/fd" -lname '/*' \
	    ! -lname /dev/null ! -lname "$tmp/apart/err" ! -lname '/proc/*' |
	    wc -l)" 0
	stays=$(grep -c 'rules stay' err)
	kill -KILL "$(reader)"
	exec 4>&-
	died()
	{
		[ "$(grep -c 'rules stay' err)" -gt "$stays" ]
	}
	wait_until died
	has 'the death of a reader is said' "$(cat err)" \
	    'the reader died of signal 9 (Killed)'
	say 7 1001 /new 13
	runs 'and the rules stay' \
	    'after second,after second,before first,much last,much last,zero zero,zero zero,'
	rm rules.conf
else
	skip 'a reader runs without new privileges, and filtered' 'no /proc'
fi
kill $watcher
wait $watcher
is 'SIGTERM ends it with 0, in several processes' $? 0

# SIGHUP upon SIGHUP, while alerts flow and the courier stands still for some of
# them: each trigger is one of its rules, and the last rules are what stays.
storm()		# LABEL...
{
	echo "logfile \"$1.log\";"
	for label; do
		triggered "$label" "$label"
	done
}
role()		# NAME
{
	sed -n "s/^.*the $1 is process \([0-9]*\).*/\1/p" err
}
rm -rf logs ran
mkdir logs
: >$trail
storm odd every >odd.conf
storm even more every >even.conf
cp odd.conf rules.conf
n=0
while [ $n -lt 10 ]; do
	opened 1 1001 /new
	n=$((n + 1))
done >ten
sed 's/"error":0/"error":13/' ten | trail ten.bsm
"$BSMTRACE" watch -F -d --sandbox --follow -a d -f rules.conf -l logs \
    --format json --trigger-per-minute 10000 --trigger-max-running 1000 2>err &
watcher=$!
wait_until grep -q "trails are followed" err
n=0
while [ $n -lt 40 ]; do
	n=$((n + 1))
	set=odd
	[ $((n % 2)) -ne 0 ] || set=even
	cp $set.conf new.conf
	mv new.conf rules.conf
	kill -HUP $watcher
	[ $((n % 4)) -ne 0 ] || cat ten.bsm >>$trail
	[ $n -ne 10 ] || kill -STOP "$(role courier)"
	[ $n -ne 25 ] || kill -CONT "$(role courier)"
	sleep 0.05
done
there()		# LABEL COUNT
{
	[ "$(cat logs/*.log | grep -c "\"rule\":\"$1\"")" -ge "$2" ]
}
wait_until there every 100
# What was asked for last is there when a record finds it.
last()
{
	opened 2 1001 /new 13 | "$BSMTRACE" make >>$trail
	sleep 0.5
	tail -n 1 logs/even.log | grep -q '"time":"[^"]*:02\.'
}
wait_until last
is 'after many SIGHUP the last rules are in force' \
    "$(tail -n 1 logs/even.log | grep -c '"rule":"every"\|"rule":"more"\|"rule":"even"')" 1
has_all()
{
	cat logs/*.log | sed 's/.*"rule":"\([^"]*\)".*/\1 \1/' | sort >expected
	sort ran >got
	cmp expected got
}
wait_until has_all
same 'each alert has its trigger, and no other' got expected
is 'none of the records before was lost' \
    "$(cat logs/*.log | grep '"rule":"every"' | grep -c ':01\.')" 100
is 'nobody died of it' "$(role courier | wc -l) $(role worker | wc -l)" '1 1'
is 'and nothing was refused' "$(grep 'not run' err)" ''
kill $watcher
wait $watcher
is 'SIGTERM ends it with 0, after that' $? 0
rm rules.conf

# At the start it is the end.
if [ -r /proc/self/status ]; then
	mkfifo rules.conf
	exec 4<>rules.conf
	: >err
	last=
	"$BSMTRACE" -F -d --sandbox -a one.bsm -f rules.conf 2>err 4<&- &
	watcher=$!
	wait_until new_reader
	kill -KILL "$(reader)"
	exec 4>&-
	wait $watcher
	is 'at the start the death of a reader is the end' $? 1
	has 'and is said' "$(cat err)" 'the reader died of signal 9 (Killed)'
else
	skip 'at the start the death of a reader is the end' 'no /proc'
fi

# A signal that comes before anybody listens to it is no end. The rules come
# through a pipe, so the start takes as long as it has to.
if [ -r /proc/self/status ]; then
	mkdir early early/d early/logs
	mkfifo early/rules
	exec 4<>early/rules
	"$BSMTRACE" -F --no-sandbox -d --follow --from-start -a early/d \
	    -f early/rules -l early/logs 2>early/err 4<&- &
	watcher=$!
	waits_for_rules()	# not the shell that is to become it
	{
		[ "$(readlink "/proc/$watcher/exe")" != "$(readlink \
		    /proc/$$/exe)" ] &&
		find "/proc/$watcher/fd" -lname "$tmp/*early/rules" | grep -q .
	}
	follows()
	{
		grep -q 'trails are followed' early/err
	}
	wait_until waits_for_rules
	kill -HUP $watcher
	kill -USR1 $watcher
	echo 'sequence s { subject any; state { event any; status any; }; };' \
	    >early/rules
	exec 4>&-
	wait_until follows
	kill $watcher
	wait $watcher
	is 'a signal that comes too early is no end' $? 0
else
	skip 'a signal that comes too early is no end' 'no /proc'
fi

done_testing
