#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# roles.sh - in several processes: the same alerts, and what happens when one of
# the processes dies.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
: "${BSMTRACE_GEN:?}"
cd "$tmp" || exit 99

cat >any.conf <<'EOR'
sequence s { subject any; state { event any; status any; }; };
EOR
cat >denied.conf <<'EOR'
sequence denied {
	subject any;
	state { event any; status failure; };
	state { event any; status failure; };
};
EOR
mkdir logs d

# What role a process is, of the processes of $pid.
process()	# ROLE
{
	sed -n "s/^.*the $1 is process \([0-9]*\).*/\1/p" err | tail -n 1
}
said()		# WORDS TIMES
{
	[ "$(grep -c "$1" err)" -ge "$2" ]
}
begin()		# OPTIONS...
{
	: >err
	"$BSMTRACE" -F -d --sandbox "$@" >out 2>err &
	pid=$!
	wait_until said 'is process' 3
}
end()
{
	kill "$pid"
	wait "$pid"
	rc=$?
}
alerts()	# FILE TIMES
{
	[ "$(grep -c 'state machine' "$1")" -eq "$2" ]
}

# A finished trail: what one process tells is what three tell.
"$BSMTRACE_GEN" -n 20000 -u 50 --fail 20 -o gen.bsm
for format in text long json; do
	"$BSMTRACE" -F --no-sandbox -a gen.bsm -f denied.conf \
	    --format $format 2>one
	"$BSMTRACE" -F --sandbox -a gen.bsm -f denied.conf --format $format 2>three
	same "alerts are the same, as $format" one three
done
"$BSMTRACE" -F --no-sandbox -b -a gen.bsm -f denied.conf >one 2>/dev/null
"$BSMTRACE" -F --sandbox -b -a gen.bsm -f denied.conf >three 2>/dev/null
same 'so are the records of -b' one three
run "$BSMTRACE" -F --sandbox --exit-code -a gen.bsm -f denied.conf
is 'and the exit status' "$rc" 3
mkdir one.d three.d
"$BSMTRACE" -F --no-sandbox -B -l one.d --store one.db -a gen.bsm -f denied.conf
"$BSMTRACE" -F --sandbox -B -l three.d --store three.db -a gen.bsm -f denied.conf
same 'so is the log file' one.d/bsmtrace.log three.d/bsmtrace.log
is 'and the number of files of evidence' \
    "$(find three.d -type f | wc -l)" "$(find one.d -type f | wc -l)"
is 'and the store' "$("$BSMTRACE" alerts --store three.db --format json 2>&1)" \
    "$("$BSMTRACE" alerts --store one.db --format json 2>&1)"

# What is wrong is said, and is the end.
run "$BSMTRACE" -F --sandbox --no-sandbox -a gen.bsm -f any.conf
is 'both options together are wrong usage' "$rc" 2
mkdir full
cp gen.bsm full/20240101000000.20240101000100
run "$BSMTRACE" -F --sandbox -a full -f any.conf
has 'a directory to its end is refused' "$err" 'needs one process'
run "$BSMTRACE" -F --sandbox --user nobody-of-that-name -a gen.bsm -f any.conf
is 'a user that there is not is refused' "$rc" 1
if [ "$(id -u)" -eq 0 ]; then
	run "$BSMTRACE" -F --sandbox --user root -a gen.bsm -f any.conf
	has 'so is root' "$err" 'is root'
else
	skip 'so is root' 'only root may name a user'
fi

# Triggers: run by the parent, words as they are.
cat >run.sh <<'EOR'
#!/bin/sh
for word; do printf '<%s>' "$word"; done >>"$(dirname "$0")/ran"
echo >>"$(dirname "$0")/ran"
EOR
chmod +x run.sh
cat >trigger.conf <<EOR
sequence s {
	subject any;
	state { event any; status any;
	    trigger "$tmp/run.sh \$rule \$object \$subject \$evidence"; };
};
EOR
opened 100 4242 '/tmp/a b; c' | trail t.bsm
"$BSMTRACE" -F --sandbox -B -l logs -a t.bsm -f trigger.conf
has 'a trigger is run with the words of the record' "$(cat ran)" \
    '<s></tmp/a b; c><non-attributable><'
has '... and finds the evidence' "$(cat ran)" "<$tmp/logs/s/"
opened 100 0 /x | trail t.bsm
"$BSMTRACE" -F --sandbox --no-triggers -a t.bsm -f trigger.conf 2>/dev/null
"$BSMTRACE" -F --sandbox -a t.bsm -f trigger.conf 2>/dev/null
is 'without triggers none is run; the courier asks for names' \
    "$(tail -n +2 ran)" '<s></x><root><>'

# A pipe, and the doors.
mkfifo fifo
begin -a fifo -f any.conf -l logs
exec 3<>fifo
: >logs/bsmtrace.log
opened 1 1001 /a | "$BSMTRACE" make >&3
is_wait 'alerts of a pipe are written as they come' alerts logs/bsmtrace.log 1
worker=$(process worker)
courier=$(process courier)
if [ -r "/proc/$worker/status" ]; then
	status=$(cat "/proc/$worker/status" "/proc/$courier/status")
	is 'both run without new privileges, and filtered' \
	    "$(echo "$status" | grep -c -e 'NoNewPrivs:.1' -e 'Seccomp:.2')" 4
	is 'the worker has no file open but what it was given' \
	    "$(find "/proc/$worker/fd" -lname "$tmp/logs*" | wc -l)" 0
	[ "$(id -u)" -ne 0 ] || lacks 'the worker is not root' \
	    "$(grep Uid: "/proc/$worker/status")" '	0'
else
	skip 'both run without new privileges, and filtered' 'no /proc'
fi
kill -USR1 "$pid"
is_wait 'SIGUSR1 tells the figures' said '1 record, ' 1
mv logs/bsmtrace.log logs/old.log
kill -HUP "$pid"
is_wait 'SIGHUP opens the log files anew' test -e logs/bsmtrace.log

# The courier dies, and nothing that came is lost.
kill -KILL "$courier"
is_wait 'the death of the courier is said' said 'courier died of signal 9' 1
opened 2 1001 /b | "$BSMTRACE" make >&3
is_wait 'another one writes what came meanwhile' alerts logs/bsmtrace.log 1

# The worker dies, is said to have been somewhere, and another goes on.
kill -KILL "$worker"
is_wait 'the death of the worker is said, with its place' \
    said 'worker died of signal 9 (Killed); it had read fifo' 1
is_wait 'another one is started' said 'the worker is process' 2
opened 3 1001 /c | "$BSMTRACE" make >&3
is_wait 'and reads on' alerts logs/bsmtrace.log 2
kill -KILL "$(process worker)"
is_wait 'the next one has to wait longer' said 'again in 2 seconds' 1
end
is 'SIGTERM ends it all, while one waits' "$rc" 1
is '... and says what is lost by it' "$(grep -c 'has not read yet' err)" 1
exec 3>&-
sleep 0.1
if [ -d /proc/self ]; then
	is 'no process is left behind' "$(ls -d "/proc/$courier" \
	    "/proc/$worker" "/proc/$(process worker)" \
	    "/proc/$(process courier)" 2>/dev/null)" ''
fi

# A directory that is followed.
first=20240101000000
second=20240101000100
add()		# TRAIL SECONDS
{
	opened "$2" 1001 /etc/passwd | "$BSMTRACE" make >>"$1"
}
raised()
{
	[ "$(sed -n 's/^\([0-9]*\)\.[0-9]* state machine.*/\1/p' err |
	    tr '\n' ' ')" = "$*" ]
}
add d/$first.not_terminated 1
begin --follow -a d -f any.conf
wait_until said 'trails are followed' 1
add d/$first.not_terminated 2
is_wait 'what comes is read, what was there is not' raised '2 '
add d/$second.not_terminated 3
mv d/$first.not_terminated d/$first.$second
is_wait 'the next trail is read' raised '2 3 '
end
is 'SIGTERM ends it with 0' "$rc" 0

# Without a parent nobody goes on.
begin -a fifo -f any.conf
exec 3<>fifo
worker=$(process worker)
courier=$(process courier)
kill -KILL "$pid"
wait "$pid" 2>/dev/null
alone()
{
	! kill -0 "$worker" && ! kill -0 "$courier"
}
if wait_until alone; then
	ok 'when the parent dies, so do the others'
else
	not_ok 'when the parent dies, so do the others'
fi
exec 3>&-
done_testing
